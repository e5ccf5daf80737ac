"""Error handlers of codecs: what they are told, what they may change, and the notes and warnings of codecs."""

import codecs
import warnings

warnings.simplefilter("error")


def show(action, *args):
    try:
        print(ascii(action(*args)))
    except Exception as error:
        print(type(error).__name__, ascii(str(error)), getattr(error, "__notes__", ""))


def handler(function):
    codecs.register_error("test." + function.__name__, function)
    return function


seen = []


@handler
def telling(error):
    seen.append((id(error), error.encoding, error.start, error.end, error.reason))
    return "?", error.end


@handler
def number(error):
    error.object = 42
    return "\u4242", 0


@handler
def text(error):
    error.object = "text"
    return "\u4242", 0


@handler
def emptied(error):
    error.object = b""
    return "\u4242", 0


@handler
def longer(error):
    if len(error.object) < 8:
        error.object = b"ab\0\0" * 4
    return "\ufffd", -4


@handler
def beyond(error):
    return "x", len(error.object) + 1


@handler
def wrong(error):
    return b"x", 0


BAD = [
    ("ascii", b"a\xffb\xfe"), ("utf-8", b"\xff\xc3"), ("utf-7", b"++"), ("utf-16", b"\xff"), ("utf-32", b"\xff\xfe\0"),
    ("utf-16-be", b"\xd8\xd8\xd8"), ("unicode-escape", b"\\u123g"), ("raw-unicode-escape", b"\\u123g"),
    ("cp1252", b"\x81a\x8d"),
]
for name in ("telling", "number", "text", "emptied", "longer", "beyond", "wrong"):
    print(name)
    for encoding, data in BAD:
        show(data.decode, encoding, "test." + name)
    print([entry[1:] for entry in seen])
    seen.clear()
show(codecs.charmap_decode, b"\xff\xfe", "test.longer", {0: "z", 97: "q", 98: "r"})
show(codecs.charmap_decode, b"\xff\xfe", "test.number", {})
show("a\xe9\xe8b\u20acc".encode, "ascii", "test.telling")
print(len({identity for identity, *_ in seen}), [entry[1:] for entry in seen])
for name in ("utf-8", "UTF_16_LE", "utf16be", "utf32-le", "utf-16-", "utf-32_", "latin-1", "cp65001", "utf"):
    error = UnicodeEncodeError(name, "\ud800x", 0, 1, "why")
    show(codecs.lookup_error("surrogatepass"), error)
show("\u20ac".encode, "CP437")
show(b"\x81".decode, "cp1252")
show(codecs.decode, b"zz", "hex")
show(codecs.encode, "x", "zlib")
show("\u20ac".encode, "latin-1")
show("x".encode, "unknown-codec")
show(codecs.unicode_escape_decode, r"\z")
show(codecs.unicode_escape_decode, r"\501")
show(codecs.escape_decode, rb"\z")
show(codecs.escape_decode, rb"\501")
show(rb"\x41\z".decode, "unicode_escape")
