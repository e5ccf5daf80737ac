"""Regular expressions on a large generated text."""
import collections
import re
import string

WORDS = ("the quick brown fox jumps over a lazy dog while seven wizards quietly box frozen liquid "
         "jugs naïve café Straße İstanbul мир 東京").split()


def make_text(lines):
    state, out = 12345, []
    for number in range(lines):
        picked = []
        for _ in range(9):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            picked.append(WORDS[state % len(WORDS)])
        stamp = f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}T{number % 24:02d}:{state % 60:02d}"
        out.append(f"[{stamp}] user{state % 50}@host{state % 7}.example.org id={state:08x} {' '.join(picked)}.")
    return "\n".join(out)


TEXT = make_text(2000)
print(len(TEXT))

mails = re.compile(r"\b(?P<user>\w+)@(?P<host>(?:\w+\.)+\w{2,3})\b")
hosts = collections.Counter(m["host"] for m in mails.finditer(TEXT))
print(sorted(hosts.items()))
stamps = re.findall(r"^\[(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)\]", TEXT, re.MULTILINE)
print(len(stamps), stamps[:2], stamps[-1])
print(len(re.findall(r"(?i)\bthe\b\s+\w+", TEXT)), len(re.findall(r"(?a:\b\w+ï\w*)", TEXT)), len(re.findall(r"\w*[^\W\d_a-zA-Z]\w*", TEXT)))
print(collections.Counter(re.findall(r"(\w)\1", TEXT)).most_common(4))
hexes = re.findall(r"id=([0-9a-f]{8})", TEXT)
print(len(set(hexes)), sum(int(h, 16) for h in hexes) % 1000003)
counter = iter(range(1, 10**6))
marked, n = re.subn(r"\bfox\b", lambda m: f"<{next(counter)}:{m.start() % 10}>", TEXT)
print(n, re.findall(r"<\d+:\d>", marked)[-1])
print(re.sub(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", r"\g<d>.\g<m>.\g<y>\\", TEXT[:60]))
print([len(part) for part in re.split(r"\.\n", TEXT)[:5]], len(re.split(r"\s+", TEXT)), re.split(r"([-:])", "a-b:c", maxsplit=1))

TOKENS = re.compile(r"""
    (?P<number>   \d+(?:\.\d*)?(?:[eE][+-]?\d+)? )
  | (?P<name>     [A-Za-z_]\w*                   )
  | (?P<string>   "(?:[^"\\]|\\.)*"              )   # with escapes
  | (?P<op>       [-+*/%()=<>!]=?|\*\*           )
  | (?P<space>    \s+                            )
  | (?P<bad>      .                              )
""", re.VERBOSE | re.DOTALL)
code = 'total = 3.5e-2*rate_1 - "a \\"b\\" c" >= (x%7) ¿ y**2\n'
print([(m.lastgroup, m.group()) for m in TOKENS.finditer(code) if m.lastgroup != "space"])

CASES = [
    (r"(a+)+b", "a" * 20 + "b"), (r"(?<=\d)(?=(?:\d{3})+$)", "1234567"), (r"^(?:(\()|x)+(?(1)\)|!)$", "x(x)"),
    (r"(?<![a-z])cat(?!s)", "cats cat concat"), (r"(?s:.)\Z", "a\n"), (r"[^\S\n]+", "a \t\nb"), (r"x{2,3}?", "xxxxx"),
    (r"(?>a+)ab", "aaab"), (r"a++b", "aaab"), (r"\A\w+?\b", "héllo wörld"), (r"(?i)straße", "STRASSE Straße"),
    (r"[\w--]", "-"), (r"(?P<q>['\"]).*?(?P=q)", "say \"it's\" 'x'"), (r"()", ""), (r"\N{BULLET}|•+", "a••b"),
]
for pattern, text in CASES:
    try:
        found = re.compile(pattern)
        print(pattern, [(m.span(), m.groups()) for m in found.finditer(text)], found.groups, found.flags)
    except re.PatternError as error:
        print(pattern, "->", error)
for bad in ["(", "a**", "[z-a]", r"(?P<1>x)", r"\8", "(?<=a+)b", "x{3,2}", "(?z)", r"\N{NO SUCH}", "(?P=nope)", "*"]:
    try:
        re.compile(bad)
        print(bad, "compiled")
    except re.PatternError as error:
        print(repr(bad), error, error.pos, error.lineno, error.colno)
m = re.match(r"(?P<a>\d+)(?:-(?P<b>\d+))?", "12 rest")
print(m, m.groupdict("none"), m.span("b"), m.expand(r"<\1>"), m.lastindex, m.regs, m.endpos, m[0], m["a"])
print(re.fullmatch("a|ab", "ab"), re.search("", "x"), re.escape("a.b*c[d]-é#\n"), re.compile("x", re.I | re.S))
print(re.sub("", "-", "abc"), re.sub("x*", "-", "axb"), [m.span() for m in re.finditer(r"\b", "hi yo")])
print(re.findall(rb"[\x80-\xff]+", TEXT[:3000].encode())[:3], re.sub(rb"\s", b"_", b"a b"))
table = str.maketrans({c: " " for c in string.punctuation})
print(collections.Counter(TEXT.translate(table).split()).most_common(3))

IGNORE = re.LOCALE | re.IGNORECASE
for pattern in (rb"[^bc]", rb"[^b-c]", rb"[^b]", rb"[^\wq]", rb"[^ace]", rb"(?:a|[^bc])", rb"[ace]"):
    print(pattern, [char for char in (b"a", b"A", b"b", b"B", b"C", b"Q", b"-") if re.fullmatch(pattern, char, IGNORE)])
changing = bytearray(b"abcdefgh")
m, late = re.search(b"[a-h]+", changing), re.search(b"[e-h]+", changing)
changing[:] = b"xyz"
print(m.group(), late.group(), m)
found = re.finditer(b"y|z", changing)
print(next(found))
try:
    changing.extend(b"more")
except BufferError as error:
    print(error)
print(list(found))
changing.extend(b"more")
print(changing)
