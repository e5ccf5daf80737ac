"""Writes facts about format() and %-formatting computed by CPython 3.14 to the facts.txt of src/format_spec,
src/percent_format and src/field_format.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_format_facts.py
Fields are separated by tabs; texts are in hexadecimal code points, floats in the hexadecimal digits of their bits, errors
are `!TYPE: MESSAGE` in code points.
"""

import _string
import random
import struct
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"
random.seed(31)


def hexes(text):
    return ".".join("%x" % ord(c) for c in text)


def bits(value):
    return struct.pack(">d", value).hex()


def result(make):
    try:
        return hexes(make())
    except (ValueError, OverflowError, TypeError, KeyError) as error:
        return "!" + hexes(f"{type(error).__name__}: {error}")


INTS = [0, 1, -1, 7, 42, -255, 1234567, -1234567890123, 10**30, 65, 0x20AC, 0x110000, 2**70, -(2**63), 10**400]
FLOATS = [0.0, -0.0, 1.0, -1.5, 3.14159265, 1234567.891011, 1e16, 1e-7, 123456789012.0, float("inf"), float("-inf"), float("nan"), -0.0001, 1e300, 2.5, 0.05, 999999.5]
TEXTS = ["", "a", "hello", "héllo wörld", "€", "\U0001f600x"]
COMPLEXES = [0j, 1 + 2j, -0.0 - 0j, 1234.5 - 0.0001j, complex("nan"), complex("inf-infj"), -3j, complex(0, 1e20), complex(-0.0, 5)]
CODES = [""] * 4 + list("bcdeEfFgGnosxX%") + ["", "y", "é", "\t", "ff"]


def random_spec():
    pick = lambda *options: random.choice(options)
    spec = pick("", "", "", "<", ">", "=", "^", "*<", "é>", "0^", "x=", "\U0001f600^")
    spec += pick("", "", "", "+", "-", " ") + pick("", "", "", "", "z") + pick("", "", "", "#") + pick("", "", "0")
    spec += pick("", "", "5", "12", "20", "1", "\u0663") + pick("", "", "", ",", "_", "_,", ",,")
    spec += pick("", "", "", ".0", ".2", ".3", ".10", ".", ".,", "._", ".6,", ".7_", ".3,_") + random.choice(CODES)
    return spec


def spec_rows():
    fixed = ["99999999999999999999", ".99999999999999999999f", ".2147483648f", "é5", "fé", "5éé", ",.2,f", "020,.6_e", "#020_x", "\x7f", "010n", "0=8", "=010d"]
    for _ in range(1500):
        kind = random.randrange(4)
        spec = random_spec() if random.random() < 0.97 else random.choice(fixed)
        if kind == 0:
            value = random.choice(INTS)
            yield "int", value, hexes(spec), result(lambda: format(value, spec))
        elif kind == 1:
            value = random.choice(FLOATS)
            yield "float", bits(value), hexes(spec), result(lambda: format(value, spec))
        elif kind == 2:
            value = random.choice(TEXTS)
            yield "str", hexes(value), hexes(spec), result(lambda: format(value, spec))
        else:
            value = random.choice(COMPLEXES)
            yield "complex", bits(value.real) + bits(value.imag), hexes(spec), result(lambda: format(value, spec))
    for value in (1, 12, 123, 1234, 12345678, -1234567):
        for width in range(1, 16):
            for spec in (f"0{width},", f"0{width}_", f"0{width}_b", f"0{width},d"):
                yield "int", value, hexes(spec), result(lambda: format(value, spec))


def percent_rows():
    flags = ["", "", "", "-", "0", "+", " ", "#", "0-", "+0", "#0", "-#", "+ #0-"]
    for _ in range(700):
        spec = "%" + random.choice(flags) + random.choice(["", "", "3", "8", "15"]) + random.choice(["", "", ".", ".0", ".3", ".12"])
        kind = random.randrange(3)
        if kind == 0:
            spec += random.choice(["", "l", "h"]) + random.choice("diuoxX")
            value = random.choice(INTS)
            yield "int", hexes(spec), value, result(lambda: spec % value)
        elif kind == 1:
            spec += random.choice("eEfFgG")
            value = random.choice(FLOATS)
            yield "float", hexes(spec), bits(value), result(lambda: spec % value)
        else:
            spec += random.choice("sc")
            value = random.choice(TEXTS) if spec[-1] == "s" else random.choice("aé€")
            yield "str", hexes(spec), hexes(value), result(lambda: spec % (value,))
    for spec in ("%", "a%", "%5", "%(a", "%(a(b)c)", "%q", "a%é", "%\x01", "%lld", "%(a)%", "%99999999999999999999d", "%.99999999999999999999d",
                 "%2147483647d", "%.2147483648d", "%5%", "%zd", "%.3", "%l", "%#b", "%-5.3y", "€%\U0001f600"):
        class Any(dict):
            def __missing__(self, key):
                return 1
        if "2147483647d" not in spec:
            yield "error", hexes(spec), result(lambda: spec % Any() if "(" in spec else spec % 1)


def field_rows():
    formats = ["", "abc", "{}", "{0}", "a{b}c", "{{}}", "{{", "}}", "a{{b}}c{d}e", "{", "}", "a}", "a{", "{a", "{a!", "{a!r", "{a!r}", "{a!rx}", "{a!r:}", "{a!r:x}",
               "{a:", "{a:{b}}", "{a:{b}", "{a:{b}{c}}", "{a:}}", "{!r}", "{!}", "{!}}", "{a!}", "{a!}}", "{:}", "{:>5}", "{a[}]}", "{a[b}", "{a[b]c}", "{a{b}}", "{a[{]}", "é{€}\U0001f600",
               "{a.b[c].d}", "{a:!r}", "{a:[}", "x{a!s:{b!r}}y{}", "{a!é}", "}{", "{}}", "{{}", "{a!r:{}}", "{[}]}", "{a[]}", "{ a }", "{a:{{}}}"]
    def parse(text):
        out = []
        for literal, name, spec, conversion in _string.formatter_parser(text):
            out.append("|".join("-" if part is None else "'" + part for part in (literal, name, spec, conversion)))
        return "\n".join(out)
    for text in formats:
        yield "parse", hexes(text), result(lambda: parse(text))
    names = ["", "a", "0", "12", "a.b", "a[b]", "a[0]", "0.x[y].z[1]", "a.", ".b", "a[", "a[]", "a[b", "a[b]c", "a..b", "a.b.c", "[x]", "99999999999999999999", "a[99999999999999999999]",
             "-1", "1a", "\u0661", "a[\u0662]", "a[-1]", "a b", "é.€[x]", "a[b].c", "a[b][c]", "a[[b]]", "a]b", "0x1"]
    def split(text):
        first, rest = _string.formatter_field_name_split(text)
        parts = [f"#{first}" if isinstance(first, int) else "'" + first]
        for is_attribute, part in rest:
            parts.append(("." if is_attribute else "[") + (f"#{part}" if isinstance(part, int) else "'" + part))
        return "|".join(parts)
    for text in names:
        yield "split", hexes(text), result(lambda: split(text))


for name, rows in (("format_spec", spec_rows()), ("percent_format", percent_rows()), ("field_format", field_rows())):
    (SRC / name / "facts.txt").write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
