"""Functions and operators on the numbers at the edges: zeros with signs, infinities, NaN, the smallest and the largest."""
import cmath
import math
import operator
from decimal import Decimal
from fractions import Fraction

INF, NAN = math.inf, math.nan
TINY = 5e-324


def show(what, function, *args):
    try:
        result = function(*args)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(what, *args, "->", result)


print("# complex functions")
PARTS = [-INF, -2.5, -0.0, 0.0, 2.5, INF, NAN]
for name in ("acos acosh asin asinh atan atanh cos cosh exp log sin sinh sqrt tan tanh").split():
    for real in PARTS:
        for imag in PARTS:
            if not (math.isfinite(real) and math.isfinite(imag)):
                show(name, getattr(cmath, name), complex(real, imag))
for radius in PARTS:
    for angle in (-INF, -0.0, 0.0, INF, NAN):
        show("rect", cmath.rect, radius, angle)
for z in (TINY, -TINY, complex(0, TINY), 1e-310, complex(3e-320, -1e-319)):
    show("sqrt", cmath.sqrt, z)

print("# quotients and powers")
REALS = [-INF, -2.0, -0.0, 0.0, 1.0, INF, NAN, 3]
COMPLEX = [complex(a, b) for a in (-INF, -1.0, 0.0, 2.5, NAN) for b in (-0.0, 1.0, INF)]
for x in REALS:
    for y in COMPLEX:
        show("/", operator.truediv, x, y)
        show("**", operator.pow, x, y)
        show("**", operator.pow, y, x)
for x in (-INF, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, INF, NAN):
    for y in (-INF, -1.0, -0.0, 0.0, 2.0, INF, NAN):
        show("**", operator.pow, x, y)

print("# the next float")
PLACES = [-INF, -1.0, -TINY, -0.0, 0.0, TINY, 3 * TINY, 1.0, INF, NAN]
for x in PLACES:
    for y in PLACES:
        steps = [math.nextafter(x, y, steps=n) for n in (0, 1, 2, 3, 2**62, 2**63, 2**70)]
        print(x, y, math.nextafter(x, y), steps)
for steps in (-1, -(2**70), 1.5):
    try:
        print(math.nextafter(1.0, 2.0, steps=steps))
    except (TypeError, ValueError) as error:
        print(error)

print("# bad arguments of logarithms")
for function in (math.log, math.log2, math.log10):
    for x in (-1.1, 0, 0.0, -0.0, -3, -INF, Decimal("-1.1"), Fraction(1, 10**400)):
        try:
            print(function(x))
        except ValueError as error:
            print(function.__name__, error)


class Rounded(float):
    def __ceil__(self):
        return "ceiling"

    def __floor__(self):
        return "floor"


class Text(str):
    def __float__(self):
        return float(str(self)) + 1


class Bytes(bytearray):
    pass


print("# subclasses")
print(math.ceil(Rounded(1.5)), math.floor(Rounded(1.5)), math.trunc(Rounded(1.5)))
print(float(Text("8")), int(Bytes(b"100"), 2), int(Bytes(b"12")))


class Whole(int):
    def __add__(self, other):
        return Whole(int(self) + int(other))

    def __mul__(self, other):
        return Whole(int(self) * int(other))

    __radd__, __rmul__ = __add__, __mul__


print("# sums of products")
for p, q in (
    ((-5, -5, -5), (Whole(7), 1.5, 1.5)), ((1, 2.5), (3, 4)), ((2.5, 1, 0.1, 0.1, 0.1), (4, 3, 10, 10, 10)),
    ((0.1, True, 2**80), (3, 0.3, 0.1)), ((10**400, 1.5), (1, 2.0)), ((2**62, 0.1, 0.2), (4, 1.0, 1.0)),
    ((True, False), (True, True)), ((1e308, -1e308, 1.5), (10, 10, 1)), ((0.1,) * 10, (1,) * 10),
):
    show("sumprod", math.sumprod, p, q)
