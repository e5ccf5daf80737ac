"""Digits of pi, e and the square root of two by four methods on big integers."""
import math
from decimal import Decimal, localcontext


def spigot():
    q, r, t, k, n, l = 1, 0, 1, 1, 3, 3
    while True:
        if 4 * q + r - t < n * t:
            yield n
            q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, k, n, l = q * k, (2 * q + r) * l, t * l, k + 1, (q * (7 * k + 2) + r * l) // (t * l), l + 2


def machin(digits):
    one = 10 ** (digits + 10)

    def arctan_inverse(x):
        power = total = one // x
        n, sign = 3, -1
        while power:
            power //= x * x
            total += sign * (power // n)
            n, sign = n + 2, -sign
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239)) // 10**10


def chudnovsky(digits):
    def split(a, b):
        if b - a == 1:
            p = q = 1
            if a:
                p = (6 * a - 5) * (2 * a - 1) * (6 * a - 1)
                q = a * a * a * 640320**3 // 24
            t = p * (13591409 + 545140134 * a)
            return p, q, -t if a & 1 else t
        m = (a + b) // 2
        p1, q1, t1 = split(a, m)
        p2, q2, t2 = split(m, b)
        return p1 * p2, q1 * q2, q2 * t1 + p1 * t2

    _, q, t = split(0, digits // 14 + 2)
    return q * 426880 * math.isqrt(10005 * 10 ** (2 * digits)) // t


def euler(digits):
    one = total = term = 10 ** (digits + 5)
    k = 1
    while term:
        term //= k
        total += term
        k += 1
    return (total - 0) // 10**5, one > 0


gen = spigot()
first = "".join(str(next(gen)) for _ in range(300))
print(first[:50])
second = str(machin(1000))
third = str(chudnovsky(1000))
print(second[:300] == first, second[:1000] == third[:1000], third[-20:])
print(*(third[i:i + 50] for i in range(0, 500, 50)), sep="\n")
print({d: third.count(d) for d in "0123456789"})
print(str(euler(200)[0])[:100])
root = math.isqrt(2 * 10**400)
print(str(root)[:80], root * root <= 2 * 10**400 < (root + 1) ** 2)
with localcontext() as context:
    context.prec = 60
    print(Decimal(2).sqrt(), Decimal(1).exp())
    a, b, t, p = Decimal(1), 1 / Decimal(2).sqrt(), Decimal("0.25"), 1
    for _ in range(6):
        a, b, t, p = (a + b) / 2, (a * b).sqrt(), t - p * ((a - b) / 2) ** 2, p * 2
    print((a + b) ** 2 / (4 * t))
print(len(str(3**5000)), 7**2000 % 10**30, pow(3, 10**40, 10**25 + 13), math.factorial(200) // math.factorial(198), math.comb(300, 150) % 10**20)
