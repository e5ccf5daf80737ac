"""KMP, Boyer-Moore, Rabin-Karp, Aho-Corasick, tries, suffix arrays, edit distance, soundex, roman numerals."""
import difflib
import string
import textwrap
from collections import deque
from functools import lru_cache


def kmp(text, pattern):
    fail, k = [0], 0
    for c in pattern[1:]:
        while k and pattern[k] != c:
            k = fail[k - 1]
        k += pattern[k] == c
        fail.append(k)
    out, k = [], 0
    for i, c in enumerate(text):
        while k and (k == len(pattern) or pattern[k] != c):
            k = fail[k - 1]
        k += pattern[k] == c
        if k == len(pattern):
            out.append(i - k + 1)
    return out


def horspool(text, pattern):
    shift = {c: len(pattern) - 1 - i for i, c in enumerate(pattern[:-1])}
    at, out = 0, []
    while at + len(pattern) <= len(text):
        if text[at:at + len(pattern)] == pattern:
            out.append(at)
        at += shift.get(text[at + len(pattern) - 1], len(pattern))
    return out


def rabin_karp(text, pattern, base=257, mod=2**61 - 1):
    n, m = len(text), len(pattern)
    high, want, have, out = pow(base, m - 1, mod), 0, 0, []
    for i in range(m):
        want, have = (want * base + ord(pattern[i])) % mod, (have * base + ord(text[i])) % mod
    for i in range(n - m + 1):
        if want == have and text[i:i + m] == pattern:
            out.append(i)
        if i + m < n:
            have = ((have - ord(text[i]) * high) * base + ord(text[i + m])) % mod
    return out


class Trie:
    def __init__(self, words=()):
        self.root = {}
        for word in words:
            node = self.root
            for char in word:
                node = node.setdefault(char, {})
            node[""] = word

    def starting(self, prefix):
        node = self.root
        for char in prefix:
            if char not in node:
                return []
            node = node[char]
        stack, out = [node], []
        while stack:
            node = stack.pop()
            for key, value in node.items():
                out.append(value) if key == "" else stack.append(value)
        return sorted(out)


class AhoCorasick:
    def __init__(self, words):
        self.next, self.fail, self.out = [{}], [0], [[]]
        for word in words:
            state = 0
            for char in word:
                if char not in self.next[state]:
                    self.next[state][char] = len(self.next)
                    self.next.append({}); self.fail.append(0); self.out.append([])
                state = self.next[state][char]
            self.out[state].append(word)
        queue = deque(self.next[0].values())
        while queue:
            state = queue.popleft()
            for char, child in self.next[state].items():
                queue.append(child)
                f = self.fail[state]
                while f and char not in self.next[f]:
                    f = self.fail[f]
                self.fail[child] = self.next[f].get(char, 0)
                self.out[child] += self.out[self.fail[child]]

    def search(self, text):
        state = 0
        for i, char in enumerate(text):
            while state and char not in self.next[state]:
                state = self.fail[state]
            state = self.next[state].get(char, 0)
            for word in self.out[state]:
                yield i - len(word) + 1, word


@lru_cache(None)
def distance(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))


def soundex(word):
    codes = {c: str(d) for d, group in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for c in group}
    out, last = word[0].upper(), codes.get(word[0].lower())
    for c in word[1:].lower():
        code = codes.get(c)
        if code and code != last:
            out += code
        if c not in "hw":
            last = code
    return (out + "000")[:4]


def roman(n):
    out = ""
    for value, sign in zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "M CM D CD C XC L XL X IX V IV I".split()):
        count, n = divmod(n, value)
        out += sign * count
    return out


def caesar(text, k):
    lower, upper = string.ascii_lowercase, string.ascii_uppercase
    return text.translate(str.maketrans(lower + upper, lower[k:] + lower[:k] + upper[k:] + upper[:k]))


def vigenere(text, key, sign=1):
    return "".join(chr((ord(c) - 97 + sign * (ord(key[i % len(key)]) - 97)) % 26 + 97) for i, c in enumerate(text))


TEXT = "abracadabra, the cadaver of abraham was a drab cab; abracadabra!"
for pattern in ("abra", "cad", "a", "zzz", TEXT):
    found = [i for i in range(len(TEXT)) if TEXT.startswith(pattern, i)]
    print(pattern[:6], found, kmp(TEXT, pattern) == horspool(TEXT, pattern) == rabin_karp(TEXT, pattern) == found)
trie = Trie("car cart care cat dog do done".split())
print(trie.starting("car"), trie.starting("do"), trie.starting("x"), len(trie.starting("")))
print(sorted(AhoCorasick(["he", "she", "his", "hers"]).search("ushers saw his sheep")))
print([(a, b, distance(a, b)) for a, b in [("kitten", "sitting"), ("flaw", "lawn"), ("", "abc"), ("same", "same")]])
print([soundex(w) for w in "Robert Rupert Rubin Ashcraft Tymczak Pfister Honeyman".split()], [roman(n) for n in (1, 4, 9, 14, 44, 1999, 2024, 3888)])
print(caesar("Hello, World", 13), caesar(caesar("Abc", 5), 21), vigenere("attackatdawn", "lemon"), vigenere("lxfopvefrnhr", "lemon", -1))
suffixes = sorted(range(len(TEXT)), key=lambda i: TEXT[i:])
print(suffixes[-6:], max((len(p) for p in (TEXT[i:j] for i in range(len(TEXT)) for j in range(i + 1, len(TEXT))) if p == p[::-1])))

old = "one\ntwo\nthree\nfour\nfive\nsix\n".splitlines(True)
new = "one\n2\nthree\nfour and a half\nfive\nsix\nseven\n".splitlines(True)
print("".join(difflib.unified_diff(old, new, "old.txt", "new.txt", n=1)), "".join(difflib.ndiff(old[:4], new[:4])), sep="")
print("".join(difflib.context_diff(old, new, n=0)))
matcher = difflib.SequenceMatcher(None, "private Thread currentThread;", "private volatile Thread currentThread;")
print(round(matcher.ratio(), 4), matcher.get_opcodes(), matcher.find_longest_match(), difflib.get_close_matches("appel", ["ape", "apple", "peach", "puppy"]), list(difflib.restore(difflib.ndiff(old, new), 2)) == new)
PARAGRAPH = "  The quick-brown fox\tjumped over the lazy dog; it was unbelievablylongwordedlyfast.  Then it slept -- for two hours.\n\nA second paragraph."
print(textwrap.fill(PARAGRAPH, 24, initial_indent="* ", subsequent_indent="  "), textwrap.wrap(PARAGRAPH, 30, break_long_words=False, max_lines=3, placeholder=" [...]"), textwrap.shorten(PARAGRAPH, 40), sep="\n")
print(repr(textwrap.dedent("    a\n      b\n\n    c")), repr(textwrap.indent("a\n\nb\n", "> ")), textwrap.wrap(""), textwrap.fill("x" * 25, 10))
template = string.Template("$who owes ${amount}€ for $$5 of ${what}s")
print(template.substitute(who="Ann", amount=3, what="tea"), template.safe_substitute(who="Bob"), template.get_identifiers(), template.is_valid())
for bad in (lambda: template.substitute(who=1), lambda: string.Template("$ x").substitute(), lambda: textwrap.wrap("x", 0)):
    try:
        bad()
    except (KeyError, ValueError) as error:
        print(type(error).__name__, error)
print(string.capwords("the  end of it"), string.punctuation, string.hexdigits, string.whitespace.encode())
