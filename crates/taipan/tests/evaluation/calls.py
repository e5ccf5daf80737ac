# Argument binding, frames, closures, classes.
def f(a, b=2, *args, c, d=4, **kw):
    return (a, b, args, c, d, kw)

assert f(1, c=3) == (1, 2, (), 3, 4, {})
assert f(1, 5, 6, 7, c=3, z=9) == (1, 5, (6, 7), 3, 4, {"z": 9})
assert f(*[1, 2, 3], **{"c": 1}) == (1, 2, (3,), 1, 4, {})
assert f(c=1, a=5) == (5, 2, (), 1, 4, {})


def message(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except TypeError as error:
        return error.args[0]
    assert False


def k(a, b): pass
def p(a, /, b): pass
def o(*, key): pass
def dflt(a, b=1, *, c=2): pass


assert message(f) == "f() missing 1 required positional argument: 'a'"
assert message(f, 1) == "f() missing 1 required keyword-only argument: 'c'"
assert message(k) == "k() missing 2 required positional arguments: 'a' and 'b'"
assert message(k, 1, 2, 3) == "k() takes 2 positional arguments but 3 were given"
assert message(k, 1, a=1) == "k() got multiple values for argument 'a'"
assert message(p, a=1, b=2) == "p() got some positional-only arguments passed as keyword arguments: 'a'"
assert message(o, 1) == "o() takes 0 positional arguments but 1 was given"
assert message(dflt, 1, 2, 3) == "dflt() takes from 1 to 2 positional arguments but 3 were given"
assert message(dflt, 1, 2, 3, c=4) == \
    "dflt() takes from 1 to 2 positional arguments but 3 positional arguments (and 1 keyword-only argument) were given"
assert message(o, kei=1) == "o() got an unexpected keyword argument 'kei'. Did you mean 'key'?"


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


assert fib(16) == 987


def outer():
    x = 1

    def inner():
        nonlocal x
        x += 1
        return [x]
    return inner


a, b = outer(), outer()
a()
assert a() == [3] and b() == [2]


class Point:
    count = 0

    def __init__(self, x, y=2):
        self.x = x
        self.y = y
        Point.count += 1

    def moved(self, dx):
        return Point(self.x + dx, self.y)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    @property
    def pair(self):
        return (self.x, self.y)

    @classmethod
    def origin(cls):
        return cls(0, 0)

    @staticmethod
    def double(n):
        return n * 2


class Sub(Point):
    def __init__(self, x):
        Point.__init__(self, x, 10)
        self.extra = [x]

    def moved(self, dx):
        return Point.moved(self, dx * 2)


points = []
for i in [1, 2, 3, 4, 5, 6, 7, 8]:
    points.append(Point(i).moved(i))
    points.append(Sub(i).moved(i))
assert points[0].pair == (2, 2) and points[1].pair == (3, 10), points[1].pair
assert (points[0] + points[1]).pair == (5, 12)
assert Point.origin().pair == (0, 0) and Sub.double(4) == 8
assert points[0] == Point(2)


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


assert deep(400) == 400


def forever(n):
    return forever(n + 1)


try:
    forever(0)
    assert False
except RecursionError as error:
    assert error.args[0] == "maximum recursion depth exceeded"

total = 0
text = []
for i in (1, 2, 3):
    total += i
    text += [total, {i: total}, {i}, (i, total)]
assert text[-1] == (3, 6) and text[1] == {1: 1}

first, *middle, last = [1, 2, 3, 4]
assert (first, middle, last) == (1, [2, 3], 4)
x, y = 1, 2
x, y = y, x
assert (x, y) == (2, 1)
assert [i * j for i in [1, 2] for j in [3, 4] if i != j] == [3, 4, 6, 8]
assert {k: v for k, v in [("a", 1), ("b", 2)]} == {"a": 1, "b": 2}
assert (lambda *a, key=1: (a, key))(1, 2, key=3) == ((1, 2), 3)


class Chain:
    def __init__(self, n):
        self.n = n

    @property
    def depth(self):
        return 0 if self.n == 0 else 1 + Chain(self.n - 1).depth


for _ in (1, 2, 3):
    assert Chain(300).depth == 300
Chain.depth = property(lambda self: "new")
assert Chain(1).depth == "new"
x = 0
for c in [Chain(0), Sub(1), Chain(2), Sub(3)]:
    try:
        x += c.depth == "new"
    except AttributeError as error:
        x += 10
assert x == 22


class Meta(type):
    def __contains__(cls, name):
        return name in vars(cls)


class WithMeta(metaclass=Meta):
    member = 1


assert "member" in WithMeta and "other" not in WithMeta
