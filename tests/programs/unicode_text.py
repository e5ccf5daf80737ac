"""Unicode: names, categories, case, normalisation, encodings, errors, and slicing of odd text."""
import codecs
import unicodedata

SAMPLES = ["Straße", "İstanbul", "ﬁne", "e\u0301", "Ω≈ç", "日本語", "👩‍👩‍👧", "\u0130", "Ǆ", "ΣΑΣ", "１２３", "½", "٣", "\ud800", "a\u200bb", "नमस्ते", "\x1c\x85"]


def attempt(action):
    try:
        print(ascii(action()))
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


for s in SAMPLES:
    print(ascii(s), len(s), ascii(s.upper()), ascii(s.lower()), ascii(s.title()), ascii(s.casefold()), ascii(s.swapcase()), ascii(s.capitalize()))
    print("  ", *(int(getattr(s, m)()) for m in ("isalpha", "isdigit", "isdecimal", "isnumeric", "isalnum", "isidentifier", "isprintable", "isspace", "isupper", "islower", "istitle", "isascii")))
    print("  ", [unicodedata.category(c) for c in s], [unicodedata.name(c, "?") for c in s][:2], [ascii(unicodedata.normalize(f, s)) for f in ("NFC", "NFD", "NFKC", "NFKD")] if s != "\ud800" else "")
    print("  ", ascii(s[::-1]), ascii(s[1:]), ascii(s.center(9, "*")), ascii(s.split()), [hex(ord(c)) for c in s[:3]])

print([unicodedata.decimal(c, None) for c in "5٣½x"], [unicodedata.numeric(c, None) for c in "½Ⅷ五"], unicodedata.lookup("SNOWMAN"), "\N{GREEK SMALL LETTER ALPHA}", unicodedata.bidirectional("א"), unicodedata.east_asian_width("語"), unicodedata.combining("\u0301"), unicodedata.mirrored("("), unicodedata.decomposition("é"), unicodedata.is_normalized("NFC", "e\u0301"))
attempt(lambda: unicodedata.name("\x00"))
attempt(lambda: unicodedata.lookup("NO SUCH"))
print(int("٣٤"), float("１.５"), "٣".isdigit(), int(" 12_3 "), "ß".upper().lower(), sorted(["é", "z", "e", "a"]), "x" < "é")

TEXT = "naïve café – 東京 😀"
for encoding in ("utf-8", "utf-16-le", "utf-16", "utf-32-be", "utf-7", "utf-8-sig", "latin-1", "cp1252", "cp437", "ascii", "shift_jis", "gb18030", "koi8-r", "punycode", "idna", "unicode_escape", "raw_unicode_escape"):
    try:
        data = TEXT.encode(encoding)
        print(encoding, data, data.decode(encoding) == TEXT)
    except UnicodeError as error:
        print(encoding, type(error).__name__, error)
for errors in ("ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace", "surrogateescape", "surrogatepass", "nonsense"):
    attempt(lambda: TEXT.encode("ascii", errors))
    attempt(lambda: b"ok\xff\xe2\x82 \xc3\xa9\xed\xa0\x80".decode("utf-8", errors))
for bad in (b"\x80", b"abc\xc3", b"\xe2\x82\xac\xe2\x28", b"\xf4\x90\x80\x80", b"\xc0\xaf"):
    try:
        bad.decode()
    except UnicodeDecodeError as error:
        print(error, (error.start, error.end, error.reason, error.encoding, error.object))
attempt(lambda: "\ud83d\ude00".encode())
attempt(lambda: b"\x00\xd8\x00".decode("utf-16-le"))
attempt(lambda: "x".encode("no-such"))
attempt(lambda: b"\xff".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"))

decoder = codecs.getincrementaldecoder("utf-8")()
print([decoder.decode(bytes([b])) for b in "aé東😀".encode()], decoder.decode(b"", True))
codecs.register_error("stars", lambda e: ("*" * (e.end - e.start), e.end))
print("aé東b".encode("ascii", "stars"), codecs.lookup("UTF8").name, codecs.encode("uryyb", "rot13"), codecs.encode(b"hi", "hex"), codecs.BOM_UTF8)

table = str.maketrans({"a": "4", "e": None, ord("o"): "00", "ß": "ss"})
print("a teapot Straße".translate(table), str.maketrans("ab", "xy", "z"), "xay".translate({97: 0x1F600}))
print("a,b;c".replace(",", "").partition(";"), "aXbXc".rsplit("X", 1), "  x\t\n".strip(), "xxabcxx".strip("x"), "prefix-x".removeprefix("prefix-"), "a\tb\tcd".expandtabs(4), "l1\nl2\r\nl3\x0bl4\u2028l5".splitlines(), "abc".zfill(6), "-5".zfill(4))
print("abcabc".find("c", 3), "abc".rfind("z"), "aaaa".count("aa"), "abc".startswith(("x", "ab")), "abc".endswith("bc", 2), "-".join("abc"), "abc" * -1, "a" in "", "" in "a", "ab".ljust(4, ".") + "|", "%s" % "é", "é".encode().hex("-"), "a" "b" 'c', "\x41\u0042\U00000043\103")
for bad in (lambda: "abc".index("z"), lambda: "a".join([1]), lambda: "x".center(5, "ab"), lambda: "a".split(""), lambda: "abc"[5], lambda: "a" + b"b", lambda: chr(0x110000), lambda: ord("ab"), lambda: "a".encode("utf-8", 3), lambda: str(b"x", "ascii", "q").foo, lambda: "abc".replace("a"), lambda: "abc".__getitem__("a")):
    attempt(bad)
naïve, ℌ, Δx = 1, 2, 3
print(naïve, H, Δx, "ℌ" in globals(), sorted(k for k in globals() if not k.isascii()))
