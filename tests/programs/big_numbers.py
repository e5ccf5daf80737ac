"""Big integers, number theory, RSA by hand, complex numbers, floats at their limits and math functions."""
import cmath
import math
import random
import sys
from fractions import Fraction


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def is_prime(n):
    if n < 2 or any(n % p == 0 for p in (2, 3, 5, 7, 11, 13)):
        return n in (2, 3, 5, 7, 11, 13)
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1) or a % n == 0:
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def factor(n):
    if n == 1:
        return []
    if is_prime(n):
        return [n]
    if n % 2 == 0:
        return [2] + factor(n // 2)
    for c in range(1, 20):
        x = y = 2
        d = 1
        while d == 1:
            x = (x * x + c) % n
            y = (y * y + c) % n
            y = (y * y + c) % n
            d = math.gcd(x - y, n)
        if d != n:
            return sorted(factor(d) + factor(n // d))


def crt(pairs):
    total, product = 0, math.prod(m for _, m in pairs)
    for r, m in pairs:
        q = product // m
        total += r * q * pow(q, -1, m)
    return total % product


print([n for n in range(100) if is_prime(n)], is_prime(2**127 - 1), is_prime(2**67 - 1), factor(2**67 - 1), factor(600851475143), factor(10**18 + 1))
p, q, e = 2**89 - 1, 2**107 - 1, 65537
d = pow(e, -1, (p - 1) * (q - 1))
message = int.from_bytes(b"attack at dawn", "big")
cipher = pow(message, e, p * q)
print(cipher, pow(cipher, d, p * q).to_bytes(14, "big"), crt([(2, 3), (3, 5), (2, 7)]))
fib = [0, 1]
while len(fib) < 400:
    fib.append(fib[-1] + fib[-2])
print(fib[-1], sum(fib[:-2]) == fib[-1] - 1, math.gcd(fib[300], fib[200]) == fib[100])
a, b = 3**200, -(7**120)
for x, y in ((a, b), (b, 10**30), (-17, 5), (17, -5), (a, 2**64), (b, -(2**65) + 1)):
    quotient, rest = divmod(x, y)
    print(quotient, rest, quotient * y + rest == x, x // y == quotient, math.trunc(Fraction(x, y)))
print(a & b, a | b, a ^ b, ~a, b >> 70, a << 5 == a * 32, b >> 1000, a.bit_length(), b.bit_count(), (a ^ b).bit_length())
print(hex(a), oct(b)[:40], bin(12345678901234567890), int("-0xff", 16), int("zz", 36), int("0b101", 0), f"{a:,}"[:40], f"{a:x}"[:20], int(1e30), round(a, -90) % 10**91 == 0, round(12345, -2), round(25, -1), round(35, -1))
print(math.isqrt(a) ** 2 <= a, math.comb(100, 50), math.perm(20, 5), math.lcm(*range(1, 30)), math.gcd(0, 0), math.factorial(50), pow(2, -1, 7), pow(-3, 5, 7), 0**0, (-8) ** (1 / 3))
for bad in (lambda: 1 // 0, lambda: 5 % 0, lambda: 1 << -1, lambda: pow(2, -1, 4), lambda: math.isqrt(-1), lambda: int("12x"), lambda: int("1" * 5000), lambda: str(10**5000), lambda: int(math.inf), lambda: float(10**400), lambda: 2.0 ** 10000, lambda: int("5", 1), lambda: math.factorial(-1), lambda: 0 ** -1, lambda: 0.0 ** -1, lambda: divmod(1.0, 0), lambda: math.sqrt(-1), lambda: math.log(0), lambda: 1e300 * 1e10 - math.inf * 0, lambda: math.exp(1000), lambda: 10**400 / 10**399, lambda: 1 / 10**400, lambda: math.fmod(math.inf, 1), lambda: pow(1, 2, 0), lambda: int("")):
    attempt(bad)
sys.set_int_max_str_digits(0)
print(len(str(7**20000)), str(7**20000)[:20], int("9" * 6000) % 1000007)
for x in (0.1, 2.5, -0.0, 1e16, 123456789012345680.0, 5e-324, 1.1e308, 1 / 3):
    print(x, x.as_integer_ratio() if abs(x) < 1e300 and abs(x) > 1e-300 else "", x.hex(), float.fromhex(x.hex()) == x, x.is_integer(), math.frexp(x), math.modf(x), math.ulp(x), hash(x))
print(round(2.5), round(3.5), round(2.675, 2), round(-1.5), round(1234.5678, -2), 0.1 + 0.2, math.fsum([0.1] * 10), sum([0.1] * 10), 7.5 // 2, -7.5 % 2, divmod(-7.5, 2), math.remainder(7, 4), math.copysign(1, -0.0), math.nextafter(1, 2), math.dist((0, 0), (3, 4)), math.hypot(1, 2, 3), math.sumprod([1, 2], [3, 4]), math.cbrt(8), math.fma(2, 3, 4), math.log2(8), math.log(a, 3), math.gamma(5.5), math.erf(0.5), math.degrees(1))
print(float("nan") == float("nan"), float("-inf") < -1e308, math.isclose(0.1 + 0.2, 0.3), float(" 1_000.5e-1 "), float("infinity"), max(1, 1.0), 1 == 1.0 == True, 2**53 + 1 == float(2**53), 10**22 == 1e22, 10**23 == 1e23, hash(2**61 - 1), hash(-1), hash(10**30), hash(0.5))
z = 3 + 4j
print(z * (1 - 2j), z / (1 + 1j), z**2, z**0.5, abs(z), z.conjugate(), complex("1e3-2.5j"), -z, z == 3 + 4j, complex(1), hash(1 + 0j) == hash(1), cmath.polar(1j), cmath.sqrt(-2), cmath.exp(1j * math.pi).real, cmath.phase(-1 - 0j), repr(-0j), complex(0, -0.0), complex(math.inf, math.nan), cmath.log(z), cmath.sin(z), cmath.isclose(z, z + 1e-12), 1j ** 1j)
for bad in (lambda: z < 1, lambda: z // 2, lambda: int(z), lambda: complex("1+"), lambda: 0j ** -1, lambda: z / 0, lambda: cmath.log(0), lambda: math.sqrt(z), lambda: z % 2, lambda: complex("a"), lambda: complex(1, "2")):
    attempt(bad)
rng = random.Random(42)
print(rng.random(), rng.getrandbits(100), rng.randint(1, 6), rng.uniform(1, 2), rng.gauss(0, 1), rng.choice("abc"), rng.choices(range(5), weights=[5, 1, 1, 1, 1], k=6), rng.sample(range(100), 5), rng.triangular(0, 1, 0.2), rng.expovariate(2), rng.betavariate(1, 2), rng.randbytes(4), rng.normalvariate(), rng.binomialvariate(10, 0.3))
random.seed("text seed", version=2)
deck = list(range(10))
random.shuffle(deck)
state = random.getstate()
first = random.random()
random.setstate(state)
print(deck, first == random.random(), random.Random(1.5).random(), random.Random(b"bytes").random(), random.Random(None) is not None, random.Random(-7).randrange(10**20))
