"""Writes facts about the text codecs computed by CPython 3.14 to src/codecs/facts.txt.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_codec_facts.py
Fields are separated by tabs: `decode` or `encode`, codec, handler, `final` or `partial`, input, result. Text and bytes
are in hexadecimal, errors are `!ENCODING START END REASON`.
"""

import codecs
import random
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
OUT = Path(__file__).resolve().parent.parent / "src" / "codecs" / "facts.txt"
random.seed(5)
NAMES = ["utf_8", "utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be", "latin_1", "ascii", "unicode_escape", "raw_unicode_escape"]
DECODE = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass"]
ENCODE = DECODE + ["xmlcharrefreplace", "namereplace"]
CP1252 = bytes(range(256)).decode("cp1252", "replace").replace("\ufffd", "\ufffe")


def hexes(items):
    return ".".join("%x" % (ord(c) if isinstance(c, str) else c) for c in items)


def show(make):
    try:
        out, used = make()
        return f"{hexes(out)} {used}"
    except UnicodeError as error:
        if isinstance(error, UnicodeDecodeError | UnicodeEncodeError):
            return f"!{error.encoding} {error.start} {error.end} {error.reason}"
        raise


BYTES = {
    "utf_8": [b"abc", b"\xc3\xa9", b"\xe2\x82\xac\xf0\x9f\x98\x80", b"\x80", b"a\xff", b"\xc3", b"\xc0\x80", b"\xe2\x82", b"\xe2(\xa1", b"\xed\xa0\x80", b"\xed\xa0", b"\xf0\x9f\x98", b"\xf5\x80\x80\x80",
              b"\xf4\x90\x80\x80", b"\xf0\x80\x80\x80", b"\xe0\x80\x80", b"a\xc3b", b"\xf0\x9f(\x98", b"\xed\xb0\x80x\xed", b"\xe2\x82\xff", b"\xfe\xff", b"\xed\x9f\xbf\xee\x80\x80"],
    "utf_7": [b"abc", b"+AOk-", b"+IKw-x", b"+IKwx", b"+2D3eAA-", b"+2D0-", b"+2D0", b"+-", b"+", b"a+", b"+A", b"+AO", b"+AOk", b"+AOkA", b"+AOl-", b"+IKx-b", b"a+IKwgr,-b", b"a+/,+IKw-b", b"a+@b", b"\xff", b"a\x80b",
              b"+AOk.", b"+AOk+", b"+AOk\xff", b"a+IK", b"+2D0A6Q-", b"+~", b"~\\", b"+AGEAYgBj-d", b"+///,-", b"+2D0.", b"+2D0+AOk-", b"+3AA-"],
    "unicode_escape": [b"abc", b"\\n\\t\\\\\\'\\\"\\a\\b\\f\\v\\r", b"\\x41\\u20ac\\U0001f600", b"\\101\\7\\08\\400\\777", b"\\x4", b"\\xg", b"\\x4g", b"\\u12", b"\\u12zz", b"\\U0001", b"\\U00110000", b"\\Uffffffff", b"\\N{LATIN SMALL LETTER A}",
                       b"\\N", b"\\N{", b"\\N{}", b"\\N{x", b"\\N{bogus}", b"\\Nx", b"\\", b"a\\", b"\\z\\q", b"\\\nx", b"\xe9", b"\\N{latin small letter a}x", b"\\ud800\\udc00", b"\\N{NULL}", b"\\N{KEYCAP DIGIT ONE}", b"\\N{\xff}"],
    "raw_unicode_escape": [b"abc", b"\\u20ac", b"\\U0001f600", b"\\n\\x41", b"\\u12", b"\\u12zz", b"\\U00110000", b"\\Uffffffff", b"\\", b"\\\\u0041", b"\\\\\\u0041", b"\xe9\\", b"\\U1"],
    "ascii": [b"abc", b"a\xe9b", b"\xff\xfe", b"\x80abc\x81\x82\x83\x84\x85"],
    "latin_1": [b"abc", b"a\xe9b", bytes(range(256))],
}
U16 = ["abc", "é€", "\U0001f600x", ""]
for name, size in (("16", 2), ("32", 4)):
    for order in ("", "_le", "_be"):
        key = f"utf_{name}{order}"
        cases = [s.encode(key) for s in U16]
        units = [[0x61, 0xD800], [0xD800, 0x61], [0xDC00, 0x61], [0xD800, 0xD800, 0xDC00], [0x61, 0xDFFF], [0xD83D, 0xDE00], [0x110000 if size == 4 else 0xFFFF, 0x62], [0xFFFE], [0xFEFF, 0x61]]
        for values in units:
            for tail in (b"", b"\x41", b"\x00\xd8"):
                cases.append(b"".join(v.to_bytes(size, "big" if order == "_be" else "little") for v in values) + tail)
        cases += [b"\x00", b"\xff", b"\xff\xfe", b"\xfe\xff\x00a", b"\xff\xfea\x00\x00", b"\x00\x00\xfe\xff\x00\x00\x00a", b"\xff\xfe\x00\x00a\x00\x00\x00", b"\xff\xff\xff\xff"]
        BYTES[key] = cases
TEXTS = ["", "abc", "é", "€uro", "\U0001f600x", "a\ud800b", "\ud83d\ude00", "a\udc80\ud801b", "\udc80\udcff", "ab\x00\x7f\x80\xff\u0100", "+-~\\", "é-é+é,éa", "\t\n\r\\'\"\x1f", "a\x01\u3000b", "\U0010ffff", "éé€€\U0001f600", "\udcff€", "€\udcff", "xéyézé\ud800"]


def rows():
    for name in NAMES:
        decode, encode = getattr(codecs, name + "_decode"), getattr(codecs, name + "_encode")
        datas = list(BYTES[name])
        if name.startswith("utf"):
            datas += [random.randbytes(random.randint(1, 9)) for _ in range(12)]
            datas += [b"".join(random.choice((b"\xe2\x82\xac", b"\xed\xa0\x80", b"a", b"\x80", b"\xf0\x9f")) for _ in range(5)) for _ in range(6)]
        for data in datas:
            for handler in DECODE:
                for final in (True, False):
                    if handler in ("ignore", "backslashreplace") and not final:
                        continue
                    if name in ("latin_1", "ascii") and not final:
                        continue
                    if name in ("latin_1", "ascii"):
                        make = lambda: decode(data, handler)
                    else:
                        make = lambda: decode(data, handler, final)
                    yield "decode", name, handler, "final" if final else "partial", hexes(data), show(make)
        for text in TEXTS:
            for handler in ENCODE:
                yield "encode", name, handler, "final", hexes(text), show(lambda: encode(text, handler))
    table = codecs.charmap_build(CP1252)
    for data in (b"abc", b"\x80\x81\x8d\xff", bytes(range(256))):
        for handler in DECODE:
            yield "decode", "charmap", handler, "final", hexes(data), show(lambda: codecs.charmap_decode(data, handler, CP1252))
    for text in TEXTS + ["€‚ƒ", "a\x81"]:
        for handler in ENCODE:
            yield "encode", "charmap", handler, "final", hexes(text), show(lambda: codecs.charmap_encode(text, handler, table))
    for data in (b"abc", b"\\n\\x41\\101\\400\\\\\\'\\\"\\z\\\n\\a\\b\\f\\v\\r\\t", b"\\x", b"\\x4", b"\\x4z", b"a\\xzz", b"\\", b"\\8"):
        for handler in ("strict", "replace", "ignore", "other"):
            try:
                out = hexes(codecs.escape_decode(data, handler)[0])
            except ValueError as error:
                out = f"!{error}"
            yield "escape_decode", "bytes", handler, "final", hexes(data), out
    for data in (b"abc", bytes(range(256))):
        yield "escape_encode", "bytes", "strict", "final", hexes(data), hexes(codecs.escape_encode(data)[0])


OUT.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows()))
