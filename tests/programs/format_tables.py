"""Every corner of string formatting, laid out as tables."""
import math
import string
from datetime import date
from decimal import Decimal


def table(rows, header):
    widths = [max(len(str(r[i])) for r in [header, *rows]) for i in range(len(header))]
    line = "+".join("-" * (w + 2) for w in widths)
    print(line)
    for row in [header, *rows]:
        print("|".join(f" {str(cell):{'<' if isinstance(cell, str) else '>'}{w}} " for cell, w in zip(row, widths)))
        if row is header:
            print(line.replace("-", "="))
    print(line)


table([("Ångström", 1.5, None), ("x", -20, True), ("", 3e10, [1])], ("name", "value", "extra"))

INTS = (0, 7, -42, 255, 1234567, -10**20)
for spec in ("d", "+d", " d", "08d", ",", "_", "x", "#x", "#X", "o", "#b", "_b", "010,", "^15d", "*<12", "=+10d", "e", ".2f", "c", "n", "%"):
    row = []
    for n in INTS:
        try:
            row.append(repr(format(n, spec)))
        except (ValueError, OverflowError) as error:
            row.append(f"{type(error).__name__}: {error}")
    print(f"{spec:>6}", *row)

FLOATS = (0.0, -0.0, 1.0, 0.1, 1 / 3, -2.5, 123456789.125, 1e-7, 1e22, math.inf, -math.nan, 5e-324, 1.7976931348623157e308)
for spec in ("", "f", ".0f", ".3f", "e", ".2e", "g", ".3g", "#.3g", "G", "%", ".1%", "+.1f", "012.2f", ",.2f", "_.1f", "z.0f", ".10g", "n", "r", "d"):
    row = []
    for x in FLOATS:
        try:
            row.append(format(x, spec))
        except ValueError as error:
            row.append(str(error))
    print(f"{spec:>6}", *row)

for value in FLOATS:
    print(repr(value), str(value), "%5.1f|%-9.2e|%g|%r|%a" % ((value,) * 5), f"{value!r:>25}", value.hex())

for spec in ("s", ">5", "^7", "*^9", ".2", "-<6.1", "05", "=5", "d", ",", "10.3s"):
    try:
        print(repr(format("naïve", spec)), end=" ")
    except ValueError as error:
        print(error, end=" ")
print()
print("%s %r %a %c %c %% %d %i %o %x %X %#x %#o %05d %+d % d %-6d| %6.2f %e %G" % ("s", "é", "é", "c", 233, 42.9, -7, 8, 255, 255, 255, 8, 42, 5, 5, 6, 3.14159, 12345.678, 1e-10))
print("%(a)s %(b)05.1f %(a)r" % {"a": "x", "b": 2.25}, "%*d|%-*d|%.*f" % (5, 42, 5, 42, 2, math.e), b"%s %d %a %b" % (b"x", 3, "é", bytearray(b"y")))
for bad in (lambda: "%d" % "x", lambda: "%s %s" % 1, lambda: "%z" % 1, lambda: "%c" % "ab", lambda: "%x" % 1.5, lambda: "%(a)s" % 1, lambda: "%s" % (1, 2), lambda: "%", lambda: "%" % ()):
    try:
        print(bad())
    except (TypeError, ValueError, KeyError) as error:
        print(type(error).__name__, error)
print("{} {} {0}".format.__name__, "{1} {0} {1!r:>5}".format("a", "b"), "{0[k]} {1.imag} {2[1][0]}".format({"k": 1}, 5j, [0, [9]]))
print("{:{}.{}f}|{:{fill}{align}{width}}|{{}}".format(math.pi, 10, 3, "x", fill="*", align="^", width=7), f"{'nested':{'>'}{4 + 6}}", f"{date(2024, 5, 6):%d/%m}", f"{Decimal('1.50'):>8}", f"{1+1=} {'a' 'b'=!r:>6}", f"{[f'{i:02}' for i in range(3)]}")
for bad in ("{", "}", "{0} {}", "{a.}", "{!x}", "{:{:{}}}", "{0[}", "{5}", "{a}", "{0!r!s}", "{0:d}"):
    try:
        print(bad.format("v", 2, 3))
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        print(bad, type(error).__name__, error)
print(list(string.Formatter().parse("a{b!r:c{d}}e{{f}}")), string.Formatter().vformat("{0}{x}", [1], {"x": 2}), "{x}{y}".format_map({"x": 1, "y": 2}))
print([f"{c:,}" for c in (1234.5 + 2j, 1j)], f"{3 - 4j:.1f}", f"{True:d} {True} {None!s:>6} {...}", f"{'x' * 3:\u00e9^9}")
