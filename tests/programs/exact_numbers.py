"""Decimals, fractions and statistics."""
import decimal
import math
import statistics
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal as D, getcontext, localcontext
from fractions import Fraction as F


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def invoice():
    lines = [("cable", D("3.49"), 7), ("lamp", D("12.9"), 2), ("screws", D("0.0149"), 1000)]
    net = sum((price * count for _, price, count in lines), D(0))
    vat = (net * D("0.19")).quantize(D("0.01"), ROUND_HALF_EVEN)
    for name, price, count in lines:
        print(f"{name:<10}{count:>6}{price * count:>12.2f}")
    print(f"{'net':<10}{net:>18,.2f}", f"{'vat':<10}{vat:>18}", f"{'gross':<10}{net + vat:>18.2f}", sep="\n")


def decimals():
    print(D("1.10") + D("2.2"), D(1) / D(7), D("-0"), D("1E+5"), D("NaN"), D("-Infinity"), D(0.1), D((1, (1, 2, 3), -2)))
    print(D("2").sqrt(), D(10).ln(), D("0.5").exp(), D(2) ** D("0.5"), D(10).log10(), D("123.456").to_eng_string())
    print(D("7") % D("-3"), D("-7") // D("2"), divmod(D("7.5"), D(2)), D("1.00") == D(1), hash(D("1.0")) == hash(1), D("1.50").normalize())
    for mode in (ROUND_UP, ROUND_DOWN, decimal.ROUND_CEILING, decimal.ROUND_HALF_UP, ROUND_HALF_EVEN, decimal.ROUND_05UP):
        print(mode, *(D(t).quantize(D(1), mode) for t in ("2.5", "-2.5", "3.5", "0.1")))
    with localcontext(prec=50) as context:
        print(D(2).sqrt(), context.prec)
        context.traps[decimal.DivisionByZero] = False
        print(D(1) / D(0), context.flags[decimal.DivisionByZero])
    print(getcontext().prec, D("12345.6789").__format__(",.3f"), f"{D('0.000001234'):e}", f"{D('99.995'):.2f}", f"{D('1e10'):>20}")
    for bad in (lambda: D("x"), lambda: D(1) / 0, lambda: D("sNaN") + 1, lambda: D("1e999999") * D("1e999999"),
                lambda: D("1.23").quantize(D("1e-40")), lambda: D(1) + 1.5, lambda: D("Infinity").to_integral_value() - D("Infinity")):
        attempt(bad)
    print(D("3.7").to_integral_value(), int(D("-3.7")), round(D("2.675"), 2), D("1e3").as_tuple(), D("0.1").as_integer_ratio(), D(5).compare(D(6)))
    print(max(D("1"), D("1.0")), D("-5").copy_abs(), D("1").next_plus(), D("1101").logical_and(D("1011")))


def fractions():
    harmonic = sum((F(1, n) for n in range(1, 31)), F())
    print(harmonic, float(harmonic), harmonic.limit_denominator(100), F("3.125"), F("-7/21"), F(0.75), F(D("1.1")))
    print(F(1, 3) ** -3, F(4, 9) ** F(1, 2), F(7, 2) // 1, F(-7, 2) % 2, divmod(F(7, 3), F(1, 2)), round(F(5, 2)), math.floor(F(-1, 3)), F(1, 3) < 0.34)
    print(F(math.pi).limit_denominator(1000), f"{F(22, 7):.5f}", f"{F(1, 3):>10}", repr(F(2, -6)), hash(F(1, 2)) == hash(0.5), F(3).is_integer())
    attempt(lambda: F(1, 0))
    attempt(lambda: F("1/x"))
    x, digits = F(0), []
    for n in reversed(range(1, 12)):
        x = n / (2 * n + 1 - n + x) if n > 1 else F(1) + x
        digits.append(x.denominator % 97)
    print(digits)

    def egypt(f):
        while f:
            d = math.ceil(1 / f)
            yield d
            f -= F(1, d)

    print([list(egypt(F(*pair))) for pair in [(4, 13), (7, 15), (5, 121)]])


def stats():
    data = [2.5, 3.25, 5.5, 11.25, 11.75, 2.5, 8.0, -1.5]
    print(statistics.mean(data), statistics.fmean(data), statistics.median(data), statistics.mode(data), statistics.stdev(data), statistics.pvariance(data))
    print(statistics.quantiles(data, n=4), statistics.median_low(data), statistics.median_grouped([1, 2, 2, 3, 4, 4, 4]), statistics.multimode("aabbc"))
    print(statistics.geometric_mean([54, 24, 36]), statistics.harmonic_mean([40, 60], weights=[5, 30]), statistics.mean([F(1, 2), F(1, 3)]), statistics.mean([D("0.1"), D("0.3")]))
    print(statistics.correlation(data, data[::-1]), statistics.linear_regression([1, 2, 3], [2.0, 4.1, 6.2]), statistics.covariance([1, 2, 3], [1, 5, 7]))
    normal = statistics.NormalDist(100, 15)
    print(normal.cdf(130), normal.inv_cdf(0.9), normal + 5, normal.overlap(statistics.NormalDist(110, 15)), normal.zscore(85))
    attempt(lambda: statistics.mean([]))
    attempt(lambda: statistics.variance([1]))


for part in (invoice, decimals, fractions, stats):
    print("--", part.__name__)
    part()
