"""Attributes, methods, properties and super() at places that see many classes, while classes and instances change."""


class A:
    kind = "A"

    def __init__(self, x):
        self.x = x

    def name(self):
        return "A.name"

    @property
    def twice(self):
        return self.x * 2

    def describe(self):
        return f"{self.kind}:{self.x}:{self.name()}:{self.twice}"


class B(A):
    kind = "B"

    def __init__(self, x, y):
        super().__init__(x)
        self.y = y

    def name(self):
        return "B<" + super().name() + ">"


class C(B):
    def describe(self):
        return "C(" + super().describe() + ")"


class Slotted:
    __slots__ = ("x", "y")
    kind = "Slotted"
    twice = 5

    def __init__(self, x, y=9):
        self.x = x
        self.y = y

    def name(self):
        return "Slotted.name"

    def describe(self):
        return f"{self.kind}:{self.x}:{self.name()}:{self.twice}"


class Fallback:
    def __getattr__(self, attribute):
        return f"<{attribute}>"


def look(thing):
    return thing.kind, thing.x, thing.twice, thing.name()


def rounds(things, n=50):
    seen = []
    for _ in range(n):
        for thing in things:
            seen.append(look(thing))
            seen.append(thing.describe())
    return seen


def summary(seen):
    counts = {}
    for item in seen:
        counts[item] = counts.get(item, 0) + 1
    for item, count in counts.items():
        print(count, item)
    print("--")


things = [A(1), B(2, 3), C(4, 5), Slotted(6), Slotted(7, 8)]
summary(rounds(things))

# Class attributes change.
A.kind = "A2"
B.name = lambda self: "new B.name"
summary(rounds(things, 3))

# A property becomes a plain value, a method an instance attribute, a class attribute is shadowed.
A.twice = 77
things[0].name = lambda: "own name"
things[1].kind = "own kind"
summary(rounds(things, 3))
del things[0].name
del things[1].kind
summary(rounds(things, 3))

# An instance changes its class, another loses its attribute.
things[0].__class__ = B
things[0].y = 1
summary(rounds(things, 2))
del things[3].x
for _ in range(3):
    try:
        look(things[3])
    except AttributeError as error:
        print(error)
things[3].x = "back"
summary(rounds(things, 2))

# Bases change under super().
class Other(A):
    def name(self):
        return "Other"


del B.name
B.__bases__ = (Other,)
summary(rounds(things[:3], 3))


class Data:
    def __get__(self, instance, owner=None):
        return "data"

    def __set__(self, instance, value):
        print("set", value)


A.x = Data()
things[1].x = 5
summary(rounds(things[:3], 2))
del A.x
summary(rounds(things[:3], 2))


def store(thing, value):
    thing.x = value
    thing.extra = value


for i in range(200):
    for thing in things[:3]:
        store(thing, i)
print([thing.x for thing in things[:3]], [thing.extra for thing in things[:3]])
A.extra = property(lambda self: "read only")
for thing in things[:3]:
    try:
        store(thing, 0)
    except AttributeError as error:
        print(error)

fallback = Fallback()
print([look(thing) for thing in [fallback, things[4]] if thing is not fallback], fallback.kind)

# Constructors.
class Bad:
    def __init__(self):
        return 1


for make in (Bad, lambda: Slotted(), lambda: Slotted(1, 2, 3), lambda: B(1)):
    try:
        make()
    except TypeError as error:
        print(error)


def build(n):
    total = 0
    for i in range(n):
        total += Slotted(i).x + A(i).x + B(i, 1).y
    return total


print(build(300))


# Keywords and defaults.
def keywords(a, b=2, *args, c, d=4, **rest):
    return a, b, args, c, d, sorted(rest.items())


for _ in range(3):
    print(keywords(1, c=3), keywords(1, 5, 6, c=3, d=9, e=10), keywords(b=1, a=2, c=3))
try:
    keywords(1)
except TypeError as error:
    print(error)


# Generators: values kept over yields, deleted locals, cleaning up, deep stacks of entries.
def kept(n):
    first, second = n, [n]
    for i in range(3):
        got = yield first + i, second
        if got:
            second.append(got)
        del first
        first = n * 10
    return second


generator = kept(1)
print(next(generator), generator.send("a"), generator.send("b"))
try:
    next(generator)
except StopIteration as stop:
    print("returned", stop.value)


def unbound():
    value = 1
    yield value
    del value
    yield 2
    yield value


try:
    print(list(unbound()))
except UnboundLocalError as error:
    print(error)


def cleans(log):
    try:
        yield 1
        yield 2
    finally:
        log.append("closed")


def leave(log, depth):
    if depth:
        return leave(log, depth - 1)
    for item in cleans(log):
        break


import gc

log = []
leave(log, 20)
leave([], 20)
gc.collect()
print(log)
nested = [sum(x * y for x in range(y)) + len([z for z in (yy for yy in range(y))]) for y in range(30)]
print(nested)


def operands(n):
    for i in range(n):
        print([i, (yield i), i * 2])


it = operands(3)
next(it)
for i in range(3):
    try:
        it.send(str(i))
    except StopIteration:
        print("end")

# Numbers in formatted strings.
for number in (0, 7, -42, 255, 10**20):
    print(f"{number:06d}|{number:x}|{number:8X}|{number:b}|{number:o}|{number:03}|{number:+d}|{number:,}|{number:<6}|")
for number in (0.0, -0.0, 1 / 7, -2.5, 1e22, 123456.789):
    print(f"{number:.3f}|{number:.0f}|{number:f}|{number:010.2f}|{number:8.1f}|{number:.2e}|{number:g}|")
for bad in ("06q", ".2d", "09.3x"):
    try:
        format(5, bad)
    except ValueError as error:
        print(error)

# Long lists and dicts grow.
long = []
for i in range(40000):
    long.append([i])
    if i % 10000 == 0:
        gc.collect()
print(sum(item[0] for item in long), long[-1], len(long))
table = {}
for i in range(30000):
    table[i] = table[str(i)] = (i,)
    if i % 3 == 0:
        del table[i]
print(len(table), sum(value[0] for value in table.values()), table["29999"], 29999 in table, 29997 in table)
