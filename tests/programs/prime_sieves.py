"""Prime sieves five ways, arithmetic functions, Gaussian primes, Ulam's spiral, and big gaps."""
import math
from bisect import bisect
from collections import Counter
from functools import cache, reduce
from itertools import accumulate, count, islice, takewhile

LIMIT = 3000


def trial(limit):
    primes = []
    for n in range(2, limit):
        if all(n % p for p in takewhile(lambda p: p * p <= n, primes)):
            primes.append(n)
    return primes


def eratosthenes(limit):
    flags = bytearray([1]) * limit
    flags[:2] = b"\0\0"
    for n in range(2, math.isqrt(limit) + 1):
        if flags[n]:
            flags[n * n::n] = bytes(len(range(n * n, limit, n)))
    return [n for n, flag in enumerate(flags) if flag]


def sundaram(limit):
    half = (limit - 1) // 2
    marked = [False] * (half + 1)
    for i in range(1, half + 1):
        for j in range(i, (half - i) // (2 * i + 1) + 1):
            marked[i + j + 2 * i * j] = True
    return [2] + [2 * i + 1 for i in range(1, half + 1) if not marked[i] and 2 * i + 1 < limit]


def incremental():
    composites = {}
    for n in count(2):
        if n in composites:
            for p in composites.pop(n):
                composites.setdefault(n + p, []).append(p)
        else:
            yield n
            composites[n * n] = [n]


def atkin(limit):
    flags = [False] * (limit + 1)
    root = math.isqrt(limit) + 1
    for x in range(1, root):
        for y in range(1, root):
            for n, rests, valid in ((4 * x * x + y * y, (1, 5), True), (3 * x * x + y * y, (7,), True), (3 * x * x - y * y, (11,), x > y)):
                if valid and n <= limit and n % 12 in rests:
                    flags[n] = not flags[n]
    for n in range(5, root):
        if flags[n]:
            flags[n * n::n * n] = [False] * len(range(n * n, limit + 1, n * n))
    return [2, 3] + [n for n in range(5, limit) if flags[n]]


def linear(limit):
    least, primes = [0] * limit, []
    for n in range(2, limit):
        if not least[n]:
            least[n] = n
            primes.append(n)
        for p in primes:
            if p > least[n] or n * p >= limit:
                break
            least[n * p] = p
    return primes, least


def segmented(low, high):
    small = eratosthenes(math.isqrt(high) + 1)
    flags = [True] * (high - low)
    for p in small:
        for n in range(max(p * p, -(-low // p) * p), high, p):
            flags[n - low] = False
    return [low + i for i, flag in enumerate(flags) if flag and low + i > 1]


primes, least = linear(LIMIT)
for sieve in (trial, eratosthenes, sundaram, atkin):
    print(sieve.__name__, sieve(LIMIT) == primes, len(sieve(100)))
print(list(islice(incremental(), len(primes))) == primes, primes[-5:], len(primes), segmented(10**9, 10**9 + 100))


@cache
def factors(n):
    out = []
    while n > 1:
        out.append(least[n])
        n //= least[n]
    return Counter(out)


def phi(n): return reduce(lambda r, p: r // p * (p - 1), factors(n), n)
def sigma(n): return math.prod((p ** (k + 1) - 1) // (p - 1) for p, k in factors(n).items())
def mobius(n): return 0 if any(k > 1 for k in factors(n).values()) else (-1) ** len(factors(n))
def divisors(n): return sorted(reduce(lambda ds, f: [d * f[0] ** k for d in ds for k in range(f[1] + 1)], factors(n).items(), [1]))


print([phi(n) for n in range(1, 25)], [sigma(n) for n in range(1, 20)], [mobius(n) for n in range(1, 20)], list(accumulate(mobius(n) for n in range(1, 40)))[-1])
print([n for n in range(2, LIMIT) if sigma(n) == 2 * n], [(n, sigma(n) - n) for n in range(2, 1500) if n < sigma(n) - n < LIMIT and sigma(sigma(n) - n) == sigma(n)], divisors(360), max(range(1, LIMIT), key=lambda n: (len(divisors(n)), -n)))
print(all(sum(phi(d) for d in divisors(n)) == n for n in range(1, 300)), dict(factors(2520)), all(math.prod(p**k for p, k in factors(n).items()) == n for n in range(1, LIMIT)))
gaps = Counter(b - a for a, b in zip(primes, primes[1:]))
print(gaps.most_common(6), max(zip((b - a for a, b in zip(primes, primes[1:])), primes)))
print([(a, b) for a, b in zip(primes, primes[1:]) if b - a == 2][-3:], [p for p in primes if str(p) == str(p)[::-1]][-5:], [p for p in primes if all(int(str(p)[i:] + str(p)[:i]) in set(primes) for i in range(len(str(p))))][:15])
goldbach = {n: next((p, n - p) for p in primes if n - p in set(primes[:bisect(primes, n)])) for n in range(4, 60, 2)}
print(goldbach[28], goldbach[58], [2**p - 1 for p in primes[:12] if all((2**p - 1) % q for q in primes if q * q <= 2**p - 1)])


def spiral(size):
    grid, x, y, dx, dy = {}, 0, 0, 1, 0
    for n in range(1, size * size + 1):
        grid[x, y] = n
        left = (dy, -dx)
        if n > 1 and (x + left[0], y + left[1]) not in grid:
            dx, dy = left
        x, y = x + dx, y + dy
    return grid


grid = spiral(15)
xs, ys = sorted({x for x, _ in grid}), sorted({y for _, y in grid})
for y in ys:
    print("".join("#" if grid.get((x, y)) in set(primes) else "." for x in xs))
print([(a, b) for a in range(8) for b in range(a + 1) if (n := a * a + b * b) in set(primes) or b == 0 and a in set(primes) and a % 4 == 3])
print(sum(1 / p for p in primes), math.prod(primes[:15]), sum(math.log(p) for p in primes) / LIMIT, len(primes) / (LIMIT / math.log(LIMIT)))
