"""Record what CPython's engine makes of many patterns, for tests/recorded.rs.

Run with python3.14 in the C locale, with its test package importable:

    LC_ALL=C python3.14 record.py > cases.txt            # the checked-in file
    LC_ALL=C python3.14 record.py 20000 7 > more.txt     # only 20000 random patterns, seed 7

Lines of the result:
    P pattern flags            for the reader
    C groups words...          the pattern code
    T b|u code points...       a subject
    m|f|s start end [result]   match, fullmatch, search; result = lastindex (0 for None) and spans, nothing if no match
    i start end spans...       the whole matches finditer finds
"""

import _sre
import random
import re
import sys
import warnings
from re import _compiler, _parser

warnings.simplefilter("ignore")


def code_of(pattern, flags):
    parsed = _parser.parse(pattern, flags)
    return parsed.state.groups - 1, list(map(int, _compiler._code(parsed, flags)))


def result(found):
    if found is None:
        return ""
    spans = " ".join(f"{start},{end}" for start, end in found.regs)
    return f" {found.lastindex or 0} {spans}"


seen = set()


def record(pattern, flags, subjects, all_windows=True):
    try:
        compiled = re.compile(pattern, flags)
        groups, code = code_of(pattern, flags)
    except (re.error, ValueError, OverflowError, RecursionError, TypeError):
        return
    fresh = []
    for subject in subjects:
        key = (pattern, type(pattern), int(flags), subject)
        if key not in seen and type(subject) is type(pattern) and len(subject) <= 400:
            seen.add(key)
            fresh.append(subject)
    if not fresh or len(code) > 400:
        return
    print(f"P {ascii(pattern)} {int(flags)}")
    print("C", groups, *code)
    for subject in fresh:
        points = subject if isinstance(subject, bytes) else map(ord, subject)
        print("T", "b" if isinstance(subject, bytes) else "u", *points)
        windows = [(0, len(subject))]
        if all_windows and len(subject) > 2:
            windows += [(1, len(subject) - 1), (2, len(subject)), (len(subject), 1)]
        for start, end in windows:
            for letter, method in ("m", compiled.match), ("f", compiled.fullmatch), ("s", compiled.search):
                print(f"{letter} {start} {end}{result(method(subject, start, end))}")
            spans = (f" {m.start()},{m.end()}" for m in compiled.finditer(subject, start, end))
            print(f"i {start} {end}{''.join(spans)}")


def from_re_tests():
    from test.re_tests import tests

    for index, case in enumerate(tests):
        record(case[0], 0, [case[1]], False)
        if index % 4 == 0 and (case[0] + case[1]).isascii():
            record(case[0].encode(), 0, [case[1].encode()], False)
        record(case[0], re.IGNORECASE, [case[1].upper()], False)


def from_test_re():
    """What test_re hands to the module's functions."""
    import io
    import unittest

    calls = []

    def watch(name, at):
        original = getattr(re, name)

        def watched(pattern, *args, **kwargs):
            flags = kwargs.get("flags", args[at] if len(args) > at else 0)
            if len(args) > at - 1 and isinstance(pattern, (str, bytes)) and isinstance(flags, int):
                calls.append((pattern, flags, args[at - 1 if name != "sub" and name != "subn" else 1]))
            return original(pattern, *args, **kwargs)

        setattr(re, name, watched)
        return original

    places = {"match": 1, "search": 1, "fullmatch": 1, "findall": 1, "finditer": 1}
    originals = {name: watch(name, at) for name, at in places.items()}
    from test import test_re

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(test_re.ReTests)
    unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    for name, original in originals.items():
        setattr(re, name, original)
    for pattern, flags, subject in calls:
        # Many are one (escaped) character each; a few of those are enough.
        if type(subject) not in (str, bytes):
            continue
        one_character = len(pattern) < 14 and len(subject) <= 2
        if not (one_character and ord(subject[:1] or "x") % 64):
            record(pattern, flags, [subject], False)


BY_HAND = [
    (r"((a)(?:b|(?(1)bx|by)))c", 0, ["abyc", "abxc", "abc"]),
    (r"(?:(a)|b)*", 0, ["ab", "ba", "bab", ""]),
    (r"(?:(a)|(b)|(c))*?x", 0, ["abcx", "cbax", "x"]),
    (r"(a*)*", 0, ["aaa", "b", ""]),
    (r"(a*)+", 0, ["aaa", "b", ""]),
    (r"(a|b*)*c", 0, ["abc", "c", "aab"]),
    (r"(?:a*?)*?b", 0, ["aab", "b", "a"]),
    (r"(a?)*?$", 0, ["aaa", ""]),
    (r"(?:a?){3}b", 0, ["aaab", "b", "aaaab"]),
    (r"(?:(a)?b){2,3}", 0, ["abb", "babab", "b"]),
    (r"(a++)a", 0, ["aaa"]),
    (r"(?:ab)++c", 0, ["ababc", "abab", "c"]),
    (r"(?:(a)|b)*+c", 0, ["ababc", "abab", "c"]),
    (r"(?:a?)++b", 0, ["aab", "b"]),
    (r"(?:ab){2,3}+", 0, ["ab", "abab", "ababab", "abababab"]),
    (r"(?>a|ab)c", 0, ["ac", "abc"]),
    (r"(?>(a+)b?)(c|bc)", 0, ["aabc", "aac"]),
    (r"(?>(?:a|b)*)b", 0, ["abab"]),
    (r"(?=(a+))\1b", 0, ["aab", "ab"]),
    (r"(?!(a)b)(.)", 0, ["ab", "ac", "b"]),
    (r"(?:(?!(a)b).)+", 0, ["acab", "ab"]),
    (r"(?<=ab)c|(?<!x)d", 0, ["abc", "xd", "d", "c"]),
    (r"(?<=(a)(b))c\2\1", 0, ["abcba"]),
    (r"(a)?(?(1)b|c)", 0, ["ab", "c", "ac", "b"]),
    (r"(a)?(?(1)b)", 0, ["ab", "a", ""]),
    (r"(?:(a)|b)(?(1)c|d)+", 0, ["accc", "bdd", "ad"]),
    (r"(a)(?:(b)\1|(c)\2?)*", 0, ["abacba", "aba", "acc"]),
    (r"\b\w+\b", 0, ["the cat", "\u00e9t\u00e9 \u0416\u0437", "a_b-c", " "]),
    (r"\B", 0, ["", "ab", " "]),
    (r"\b", 0, ["", "ab", " "]),
    (r"\d+", 0, ["12 \u0661\u0662", "\U0001d7d8x"]),
    (r"\d+", re.A, ["12 \u0661\u0662"]),
    (r"\s+\S", 0, ["a \u2003\x1cb", "\x85x"]),
    (r"\s+\S", re.A, ["a \u2003\x1cb", "\x0b\x0cx"]),
    (r"[^\W\d_]+", 0, ["ab1_\u0416c"]),
    (r"[\u0400-\u04ff\u1e00a-c]+", 0, ["xa\u0416\u04ff\u1e00d", "\u1e01"]),
    (r"[\u0400\u0500\u0600\U00010400-\U00010410x]+", 0, ["\u0400\u0600\U00010405x\U00010411"]),
    (r"[\U00010400-\U00010427]+", re.I, ["\U00010428\U00010400z"]),
    (r"[k\u0130-\u0140]+", re.I, ["K\u212a\u0131\u0141i"]),
    (r"stra\u00dfe|\u017f\u212a", re.I, ["STRA\u1e9eE", "Sk", "\u017fK"]),
    (r"(?i:a)b(?-i:c)", re.I, ["ABc", "aBC"]),
    (r"[^a]b", re.I, ["AB", "cB"]),
    (r"[^\u0416]+", re.I, ["ab\u0436c", "\u0416"]),
    (r"(\w)\1", re.I, ["aA", "\u0416\u0436", "ab"]),
    (r"(\w)\1", re.I | re.A, ["aA", "\u0416\u0436"]),
    (rb"(\w)\1", re.L | re.I, [b"aA", b"\xe9\xc9", b"__"]),
    (rb"[a-c\w]+\b.", re.L | re.I, [b"ABz_ \xe9", b"9!"]),
    (rb"[^b]c|d\B", re.L | re.I, [b"BC", b"ac", b"de"]),
    (rb"\W\w+[^\d]", re.L, [b" ab1c", b"\xff_9 "]),
    (r"^a.c$", re.M | re.S, ["a\nc", "x\na\nc\n", "abc\n"]),
    (r"^.*$", re.M, ["a\n\nb\n", "", "\n"]),
    (r"\Aab\Z", 0, ["ab", "ab\n"]),
    (r"a$", 0, ["a", "a\n", "a\n\n", "ab"]),
    (r".*?,(\d+)", 0, ["ab,cd,12,", "1,"]),
    (r".{2,4}?x", 0, ["abx", "abcdx", "abcdex", "ax"]),
    (r"[ab]{2,3}c", 0, ["abc", "abac", "ababc", "ac"]),
    (r"x*", 0, ["axxb", ""]),
    (r"x*?", 0, ["axxb", ""]),
    (r"(?:x|(?=y)|$)", 0, ["xyx", ""]),
    (r"foo|bar|foobar|f", 0, ["foobar", "fob", "barfoo"]),
    (r"abab", 0, ["abaabab", "ababab"]),
    (r"abab(?:c|(d))", 0, ["ababababd", "ababc"]),
    (r"ab(ab)", 0, ["abaabab"]),
    ("\u0416\u0437", 0, ["ab", "x\u0416\u0416\u0437"]),
    ("\U0001f600+", 0, ["ab", "\u0416\U0001f600\U0001f600"]),
    (r"[^\s\S]*a", 0, ["a", "ba"]),
    (r"[^\s\S]|b", 0, ["b"]),
    (r"[\s\S]+?b", 0, ["a\nb"]),
    (r"(?:)+a", 0, ["a"]),
    (r"()*a", 0, ["a"]),
    (r"(?:()|a)*?b", 0, ["aab"]),
    (r"((?:a|b)*?)(b+)(?:(?<=b)c|(d))*", 0, ["ababbcd", "abbccd"]),
    (r"(?P<q>['\"])(.*?)(?P=q)", 0, ["say 'it' or \"that's\""]),
    (r"(?x) a  b # comment", 0, ["ab"]),
    (r"(((((((((((a)))))))))))\11", 0, ["aa"]),
    (r"(?<=b)|\B", re.M, ["aba", "a b c"]),
    (r"(?m:^)(a)?(?:(?<=(b))\2?|\b)*", 0, ["aba", "a\nb c", "\n\n\n"]),
    (r"()\1(?:\b|(?=c))*", 0, ["aba", "a b c"]),
    (r"(?:a(?:b(?:c(?:d)*)*)*)*e", 0, ["abcdabcde", "aabbccdde", "abcdf"]),
]

PIECES = ["a", "b", "c", "A", ".", "[ab]", "[^a]", r"\w", r"\W", r"\b", r"\B", "^", "$", "", r"\1", r"\2", "aa", "ab"]
REPEATS = ["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}"]


def random_pattern(rng, depth):
    parts = []
    for _ in range(rng.randint(1, 3)):
        kind = rng.random()
        if depth == 0 or kind < 0.4:
            part = rng.choice(PIECES)
        else:
            inner = random_pattern(rng, depth - 1)
            if kind < 0.8:
                part = f"({'' if rng.random() < 0.6 else '?:'}{inner})"
            else:
                opening = rng.choice(["(?>", "(?=", "(?!", "(?<=", "(?<!", "(?(1)", "(?(2)", "(?i:"])
                part = f"{opening}{inner})"
        if part and rng.random() < 0.4:
            part += rng.choice(REPEATS) + rng.choice(["", "", "?", "+"])
        parts.append(part)
    if rng.random() < 0.3:
        parts.insert(rng.randint(0, len(parts)), "|")
    return "".join(parts)


def at_random(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        pattern = random_pattern(rng, 3)
        flags = rng.choice([0, 0, 0, re.I, re.A, re.S | re.M])
        subjects = ["".join(rng.choices("aabbcA\n ", k=rng.randint(0, 9))) for _ in range(2)]
        record(pattern, flags, subjects)


if len(sys.argv) == 3:
    at_random(int(sys.argv[1]), int(sys.argv[2]))
else:
    for case in BY_HAND:
        record(*case)
    from_re_tests()
    from_test_re()
    at_random(300, 1)
