"""Writes facts about float computed by CPython 3.14 to src/float_text/facts.txt.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_float_facts.py
Fields are separated by tabs; text is in hexadecimal code points, errors are `!MESSAGE`, long texts are cut to
length, start and end. Floats in arguments are written as the 16 hexadecimal digits of their bits.
"""

import math
import random
import struct
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "src" / "float_text" / "facts.txt"
random.seed(14)


def hexes(text):
    return ".".join("%x" % ord(c) for c in text)


def bits(value):
    return struct.pack(">d", value).hex()


def short(text):
    return text if len(text) <= 60 else f"{len(text)}:{text[:25]}:{text[-25:]}"


def result(make):
    try:
        return short(str(make()))
    except (ValueError, OverflowError) as error:
        return "!" + str(error)


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.25, 0.125, 0.375, 1e16, 1e17, 123456789012345680.0, 9999999999999998.0, 1e15, 1e-4, 1e-5, 0.0001234,
           1e22, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e100, 123456.789, 999999.5, 9.5, 99.95, 0.95, 0.05, 1e6, 1e5, 100.0,
           float("inf"), float("-inf"), float("nan"), 2.675, 1.005, 1e21, 4.35, 0.1, 1 / 3, 2 / 3, 9007199254740993.0, 2.0**-44, 2.0**60, 5e15, 1.45, 8.5e-5]
RANDOM = [struct.unpack(">d", random.randbytes(8))[0] for _ in range(150)]
RANDOM += [random.uniform(-1000, 1000) for _ in range(60)] + [round(random.uniform(0, 10), 2) for _ in range(60)] + [random.randint(0, 4000) / 8 for _ in range(60)]
# Halfway between two shortest texts.
TIES = [783291695301073.25, 783291695301073.75, 2251799813685248.25 + 4, 1125899906842624.125 + 7, 4503599627370497.5, 9007199254740991.5, 0.5, 2.5]
POWERS = [2.0**e for e in range(-1074, 1024, 7)]


def rows():
    for value in SPECIAL + RANDOM + TIES + POWERS:
        yield "repr", bits(value), repr(value)
        yield "hex", bits(value), value.hex()
        yield "back", hexes(repr(value)), bits(float(repr(value)))
        if math.isfinite(value):
            up, down = value.as_integer_ratio()
            yield "ratio", bits(value), short(str(up)), short(str(down))
            yield "round_int", bits(value), short(str(round(value)))
    for value in SPECIAL + RANDOM[::8]:
        for code in "eEfFgG":
            for precision in (0, 1, 3, 6, 17):
                for flags in ("", "#", "+", "z"):
                    if flags == "" or (precision in (0, 3) and code in "efG"):
                        yield "format", bits(value), code, precision, flags, short(format(value, f"{flags}.{precision}{code}"))
        for places in (0, 1, 2, 15, 20, 324, -1, -2, -5, -308, -309):
            yield "round", bits(value), places, result(lambda: bits(round(value, places)))
    for value in (0.1, 1e300, 5e-324, 123.5, 0.0):
        for code in "efg":
            for precision in (50, 400, 800, 1200, 70000):
                yield "format", bits(value), code, precision, "", short(format(value, f".{precision}{code}"))
                yield "format", bits(value), code, precision, "#", short(format(value, f"#.{precision}{code}"))
    for places in (-308, -307, -300):
        for value in (1.7976931348623157e308, 1.5e308, -1.5e308, 5e307, 4.9e307):
            yield "round", bits(value), places, result(lambda: bits(round(value, places)))
    texts = """1 1. .5 . 1.5e3 1e 1e+ 1e5 1E-5 +1 -1 +-1 -0 -0.0 inf -inf Infinity infinit INF nan -nan NaN nanx +nan 1_0 1__0 _1 1_ 1_.5 1._5 1.5_0 1e1_0 1_e5 1e_5 1e+_5
    0x10 1e400 -1e400 1e-400 1e99999999999999999999 0e99999999999999999999 1e-99999999999999999999 1,5 1j j +j -J 1+2j 1-2J 1+j 1-j (1+2j) (1+2j (1) ((1)) () 1+2 1j+2
    1e5j 1e5+1e-5j infj nan+infj -inf-nanj 1_0+2_0j 1j1 +1+1j ++1j 1+-2j 1e+2j 1.j .j (j) 1+1jj infinityj 0 -0j -0-0j 1 +""".split()
    texts += ["", " ", " 1 ", "\t1.5\n", "1 2", "1 + 2j", "( 1+2j )", " (1+2j) ", "(1+2j )x", "\u0661.\u0665", "\xa01\u3000", "\x1c1", "1\x00", "é", "1é",
              "²", "9007199254740993", "9007199254740992.99999999999999999", "1" * 400, "0." + "0" * 400 + "1", "1" * 309 + "e-309", "2.2250738585072011e-308",
              "2.4703282292062327208e-324", "2.4703282292062328e-324", "179769313486231580793728971405301e276", "0.1e1", "00012.50", "\uff11e\uff12", "1\u0660_2"]
    for text in texts:
        yield "float", hexes(text), result(lambda: bits(float(text)))
        def parts():
            value = complex(text)
            return bits(value.real) + "," + bits(value.imag)
        yield "complex", hexes(text), result(parts)
    texts = """0x1p0 1 -1 0x.8 0x1.8p1 1.8P+1 0x 0x. . p1 0xp1 1p 1p+ 1p1.0 0x1.fffffffffffff8p0 0x1.fffffffffffff7p1023 0x1.fffffffffffff8p1023 0x1p1024 -0x1p1024
    0x1p-1074 0x1p-1075 0x1.8p-1075 0x0.8p-1074 0x1p-1076 0x0p99999999999999999999 0x1p-99999999999999999999 0x1p99999999999999999999 inf -INF infinity infin nan -NaN nano
    0x1_0 g 0x1.8g +0x1p4 --1 0X1P4 00x1 0x00000001p3 -0 0x1.00000000000008p0 0x1.000000000000080000000000000000000000001p0 0x1.00000000000018p0""".split()
    texts += ["", " ", " 0x1p0\n", "0x1 p0", "0x" + "1" * 100, "0x0." + "0" * 1000 + "1p4000", "0x" + "f" * 300, "0x" + "1" + "0" * 300 + "p-1200", "\x1c1", "é"]
    for text in texts:
        yield "fromhex", hexes(text), result(lambda: bits(float.fromhex(text)))
    for real in (0.0, -0.0, 1.0, -1.5, float("nan"), float("inf"), 1e20):
        for imaginary in (0.0, -0.0, 2.0, -2.5, float("nan"), float("-inf")):
            yield "complex_repr", bits(real), bits(imaginary), repr(complex(real, imaginary))


OUT.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows()))
