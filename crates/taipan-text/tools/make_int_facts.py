"""Writes facts about int computed by CPython 3.14 to src/int_text/facts.txt and src/int_math/facts.txt.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_int_facts.py
Fields are separated by tabs; text is in hexadecimal code points, errors are `!MESSAGE`.
"""

import math
import random
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"
random.seed(20)


def hexes(text):
    return ".".join("%x" % ord(c) for c in text)


def result(make):
    try:
        return str(make())
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        return "!" + str(error)


def text_rows():
    texts = """0 1 -1 +1 12345678901234567890 -0 00 0_0 1_000 1__0 _1 1_ 0x10 0X1f 0x_1f 0x__1 0x 0b101 0B_1 0o17 0O_7 0o8 017 00_0
    1e5 1.0 - + -- +-1 z Z zz 0b2 0xg 1_ 0_ 0_x1 -0x10 +0b1 a_b 9 123abc""".split()
    texts += ["", " ", " 1 ", "\t-12\n", "1 2", "\u0661\u0662", "\xa05\u3000", "5\u2028", "\x1c1", "1\x1f", "\x851", "1\x00", "\x001",
              "é", "1é", "\U0001d7ce\U0001d7cf", "\ud800", "1\u0660_2", "\uff11", "²", "- 1", "0\xa0x1"]
    for text in texts:
        for base in (10, 0, 2, 8, 16, 36, 7):
            yield "parse", hexes(text), base, result(lambda: int(text, base))
    for base in (1, 37, -1, -16, 2**40):
        yield "parse", hexes("10"), base, result(lambda: int("10", base))
    for n in (640, 641, 4300, 4301, 5000):
        for tail in ("", "x", " ", "_"):
            text = "1" * n + tail
            got = result(lambda: int(text))
            yield "parse_long", n, tail, got if got.startswith("!E") else "!invalid" if got.startswith("!") else "ok"
    for n in (639, 640, 641, 4299, 4300, 4301, 100000):
        value = 10**n
        yield "to_decimal", n, result(lambda: len(str(value)))
        yield "to_decimal_negative", n, result(lambda: len(str(-value)))
    for value in (0, 1, -1, 255, -256, 2**64, -(2**64), 3**100, -(3**100)):
        yield "bases", value, bin(value), oct(value), hex(value)


def number(bits):
    value = random.getrandbits(random.randint(0, bits))
    return -value if random.random() < 0.4 else value


def math_rows():
    pairs = [(number(200), number(200)) for _ in range(60)] + [(number(64), number(70)) for _ in range(60)]
    pairs += [(number(1200), number(90)) for _ in range(30)] + [(number(90), number(1300)) for _ in range(30)]
    pairs += [(2**1024, 1), (2**1024 - 2**970, 1), (2**1024 - 2**970 - 1, 1), (1, 2**1074), (1, 2**1075), (3, 2**1075), (1, 2**1076), (0, -5),
              (2**53 + 1, 1), (2**54 + 2, 1), (2**54 + 6, 1), (9007199254740993 * 2**100, 1), (10**400, 10**399), (1, 3), (-7, 2), (7, -2)]
    for a, b in pairs:
        yield "divide", a, b, result(lambda: (a / b).hex())
        yield "divmod", a, b, result(lambda: ",".join(map(str, divmod(a, b))))
        yield "gcd", a, b, math.gcd(a, b)
        yield "to_float", a, result(lambda: float(a).hex())
        if a >= 0:
            yield "isqrt", a, math.isqrt(a)
    for _ in range(60):
        base, exponent, modulus = number(100), number(20), number(90) or 1
        yield "mod_pow", base, exponent, modulus, result(lambda: pow(base, exponent, modulus))
    for values in ((0, 0, 1), (5, 0, 1), (5, -1, 1), (0, -1, 7), (3, -1, 7), (-3, -2, -7), (2, -1, 4), (0, 5, -3), (4, 10**30, 9)):
        yield "mod_pow", *values, result(lambda: pow(*values))
    for value in (0, 5, 15, 25, -5, -15, 14, 149, 150, 151, 1250, 1350, -1250, 10**30 + 5 * 10**19, 4999, 5000, 5001, -5000, 15000):
        for places in (1, 2, 3, 4, 20, 10**12):
            yield "round", value, places, 0 if places > 10**6 else round(value, -places)
    for value in (0, 1, -1, 127, 128, -128, -129, 255, 256, -256, 2**63, -(2**63), 2**64, 3**50, -(3**50), -(2**64), 2**64 - 1):
        for length in (0, 1, 2, 8, 9, 20):
            for order in ("big", "little"):
                for signed in (0, 1):
                    yield "to_bytes", value, length, order, signed, result(lambda: value.to_bytes(length, order, signed=signed).hex())
    for data in ("", "00", "ff", "80", "7f", "ffff", "0080", "8000", "ffffffffffffffffff", "0102030405060708090a", "ff" * 16 + "00"):
        for order in ("big", "little"):
            for signed in (0, 1):
                yield "from_bytes", data, order, signed, int.from_bytes(bytes.fromhex(data), order, signed=signed)
    for value in (0.0, -0.0, 1.5, -1.5, 1e18, 1e19, -1e22, 1.7976931348623157e308, 5e-324, 9.2e18, -9.3e18):
        yield "from_float", value.hex(), int(value)
    for a, b in ((2**53, 2.0**53), (2**53 + 1, 2.0**53), (10**400, 1e308), (-(10**400), -1e308), (1, 1.5), (2, 1.5), (-1, -1.5), (-2, -1.5), (0, -0.0),
                 (5, float("inf")), (5, float("-inf")), (10**22, 1e22), (10**23, 1e23)):
        yield "compare", a, b.hex(), (a > b) - (a < b)
    for value in (0, 1, -1, 255, 2**64, -(2**64) + 1, 3**90):
        yield "bits", value, value.bit_length(), value.bit_count()
        for shift in (0, 1, 63, 64, 65, 200):
            yield "shifts", value, shift, value << shift, value >> shift


def write(path, rows):
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))


write(SRC / "int_text" / "facts.txt", text_rows())
write(SRC / "int_math" / "facts.txt", math_rows())
