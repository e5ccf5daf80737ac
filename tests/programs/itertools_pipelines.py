"""functools and itertools on small streams of records."""
import functools
import itertools as it
import operator as op
from collections import defaultdict

SALES = [(f"2024-{m:02d}", region, (m * 37 + len(region) * 11) % 90 + 10, product)
         for m in range(1, 7) for region in ("north", "south", "east") for product in ("bolt", "nut")]


def monthly():
    for month, rows in it.groupby(SALES, key=op.itemgetter(0)):
        rows = list(rows)
        best = max(rows, key=op.itemgetter(2))
        print(month, sum(map(op.itemgetter(2), rows)), best[1:], end="; ")
    print()
    running = list(it.accumulate((row[2] for row in SALES), initial=0))
    print(running[-1], [b - a for a, b in it.pairwise(running)][:6], list(it.accumulate([3, 1, 4, 1, 5], max)))
    print([sum(r[2] for r in batch) for batch in it.batched(SALES, 12)], list(it.batched("abcdefg", 3)))
    by_region = defaultdict(list)
    for _, region, amount, _ in SALES:
        by_region[region].append(amount)
    print({k: (len(v), round(sum(v) / len(v), 3)) for k, v in sorted(by_region.items())})


def combinatorics():
    print(["".join(p) for p in it.permutations("abc", 2)], list(it.combinations(range(4), 3)), len(list(it.product("ab", repeat=5))))
    print(list(it.combinations_with_replacement("xyz", 2)), sum(1 for _ in it.permutations(range(7))), list(it.permutations([], 0)), list(it.combinations("ab", 3)))
    pythagoras = [(a, b, c) for a, b, c in it.combinations(range(1, 40), 3) if a * a + b * b == c * c]
    print(pythagoras)
    dice = defaultdict(int)
    for roll in it.product(range(1, 7), repeat=3):
        dice[sum(roll)] += 1
    print(dict(dice))


def streams():
    naturals = it.count(1)
    print(list(it.islice(filter(lambda n: n % 3 == 0, naturals), 4)), next(naturals), list(it.takewhile(lambda n: n < 20, naturals)), next(naturals))
    print(list(it.zip_longest("ab", range(3), fillvalue="-")), list(it.chain.from_iterable([[1], (2, 3), {4: 5}])), list(it.compress("abcdef", [1, 0, 1, 0, 1])))
    print(list(it.starmap(divmod, [(7, 2), (9, 4)])), list(it.dropwhile(str.isalpha, "ab1c2")), list(it.filterfalse(None, [0, 1, "", "x"])), list(it.repeat("r", 3)))
    a, b, c = it.tee(map(str.upper, "pqr"), 3)
    print(next(a), next(a), list(b), list(a), "".join(c), list(it.islice(it.cycle("xy"), 1, 8, 3)), list(it.islice(it.count(2.5, 0.5), 3)))
    print(list(zip("abc", [1, 2, 3], strict=True)), list(map(op.add, [1, 2], [10, 20])), dict(enumerate("xy", 5)), list(reversed(range(0, 10, 3))))
    for bad in (lambda: list(zip("ab", "c", strict=True)), lambda: list(it.batched("abc", 2, strict=True)), lambda: it.islice("a", -1), lambda: next(it.chain()), lambda: it.batched("a", 0)):
        try:
            bad()
        except (ValueError, StopIteration) as error:
            print(type(error).__name__, error)

    def sieve(source):
        prime = next(source)
        while True:
            yield prime
            source = filter(functools.partial(lambda p, n: n % p, prime), source)
            prime = next(source)

    print(list(it.islice(sieve(it.count(2)), 25)))


class Temperature:
    def __init__(self, c):
        self.c = c
        self.computed = 0

    @functools.cached_property
    def kelvin(self):
        self.computed += 1
        return self.c + 273.15

    @functools.singledispatchmethod
    def add(self, other):
        raise TypeError(f"cannot add {type(other).__name__}")

    @add.register
    def _(self, other: int | float):
        return Temperature(self.c + other)

    @add.register(str)
    def _(self, other):
        return self.add(float(other.rstrip("°C")))


@functools.singledispatch
def show(value):
    return f"<{value}>"


@show.register(list)
@show.register(tuple)
def _(value):
    return "[" + " ".join(map(show, value)) + "]"


@show.register
def _(value: int):
    return f"int {value}"


def tools():
    calls = []

    @functools.lru_cache(maxsize=3)
    def slow(n, *, k=0):
        calls.append(n)
        return n * n + k

    print([slow(n) for n in (1, 2, 3, 1, 4, 2, 1)], calls, slow.cache_info(), slow.cache_parameters())
    slow.cache_clear()
    print(slow.cache_info(), slow.__wrapped__(5), functools.reduce(lambda a, b: a * 10 + b, [1, 2, 3], 4), functools.reduce(op.xor, range(100)))
    double = functools.partial(op.mul, 2)
    rest = functools.partial(print, functools.Placeholder, "second", sep="|")
    rest("first")
    print(double(21), double.func.__name__, functools.partial(double), functools.partial(int, base=2)("1011"))
    t = Temperature(20)
    print(t.kelvin, t.kelvin, t.computed, t.add(5).c, t.add("1.5°C").c, show([1, (2, "x"), 3.5, True]))
    try:
        t.add([])
    except TypeError as error:
        print(error)
    order = functools.cmp_to_key(lambda a, b: (len(a) > len(b)) - (len(a) < len(b)) or (a > b) - (a < b))
    print(sorted("pear fig apple kiwi date".split(), key=order), show.dispatch(bool).__name__, sorted(show.registry, key=repr)[:2])

    def deco(f):
        @functools.wraps(f)
        def wrapper(*args):
            "hidden"
            return f(*args)
        return wrapper

    @deco
    def documented(x):
        "The docstring."

    print(documented.__name__, documented.__doc__, op.attrgetter("c", "computed")(t), op.methodcaller("split", ",")("a,b"), op.itemgetter(1, -1)("abc"))


for part in (monthly, combinatorics, streams, tools):
    print("--", part.__name__)
    part()
