"""Classes die, with their shapes and caches; what lives keeps its class, and new classes are not taken for old ones."""
import gc
import weakref
from collections import namedtuple
from dataclasses import make_dataclass
from enum import Enum


class Base:
    def who(self):
        return 'base'


class Meta(type):
    def __call__(cls, *args):
        return super().__call__(*args)


kept = []


def make(i):
    class A(Base, metaclass=Meta if i % 3 == 0 else type):
        x = i

        def __init__(self, v):
            self.v = v
            self.me = self
            self.n = i

        def m(self):
            return self.x + self.n

        @property
        def p(self):
            return self.v

    class B(A):
        __slots__ = ('s', 't')

        def who(self):
            return 'B' + super().who()

    class Empty:
        __slots__ = ()

    class I(int):
        pass

    a, b = A([i]), B((i,))
    b.s = a
    b.t = I(i)
    assert a.m() == 2 * i and b.who() == 'Bbase' and b.p == (i,) and type(b.t)() == 0
    if i % 7 == 0:
        kept.append((b, Empty(), I(i)))
    if i % 11 == 0:
        b.__class__ = type('C', (B,), {'__slots__': ()})
    return weakref.ref(A), weakref.ref(B), weakref.finalize(Empty, int)


def near(number, expected):
    """A word left on a native stack may keep one or two alive."""
    return expected - 3 <= number <= expected + 3


refs = [make(i) for i in range(250)]
gc.collect()
dead = [sum(ref[0]() is None for ref in refs), sum(ref[1]() is None for ref in refs), sum(not ref[2].alive for ref in refs)]
print([near(number, 214) for number in dead], near(len(Base.__subclasses__()), 36))
for n, (b, empty, i) in enumerate(kept):
    assert b.m() == 2 * i == 14 * n and b.s.m() == 14 * n, (n, b)
    assert type(empty).__qualname__ == 'make.<locals>.Empty' and type(b).__mro__[-1] is object


def use(o):
    return o.m(), o.who(), o.p


# The same operations see instances of dead classes' successors.
print(sum(use(b)[0] for b, _, _ in kept * 3))
for i in range(40):
    class Same:
        def __init__(self):
            self.k = i

        def m(self):
            return 1000 + i

        def who(self):
            return i

        p = None

    assert use(Same()) == (1000 + i, i, None) and Same().k == i
    if i % 8 == 0:
        gc.collect()
kept.clear()
del b, empty, i
gc.collect()
print(near(sum(ref[0]() is None for ref in refs), 250), near(len(Base.__subclasses__()), 0))


class Late(Base):
    pass


Base.who = lambda self: 'again'
print(Late().who(), Base.__subclasses__()[-1])
Late.__bases__ = (type('Other', (), {'who': lambda self: 'other'}),)
print(Late().who(), Late in Base.__subclasses__(), Late in Late.__base__.__subclasses__())


def deaths(factory, n):
    refs = [weakref.ref(factory(i)) for i in range(n)]
    gc.collect()
    return near(sum(ref() is None for ref in refs), n)


print(deaths(lambda i: type('X', (), {}), 100))
print(deaths(lambda i: type(namedtuple('P', 'x y')(1, i)), 20))
print(deaths(lambda i: type(make_dataclass('P', ['x', 'y'])(1, i)), 20))
print(deaths(lambda i: Enum('E', ['A', 'B']), 20))
print(deaths(lambda i: type('E', (Exception,), {}), 20))


class Registry(type):
    classes = weakref.WeakSet()

    def __init__(cls, *args):
        Registry.classes.add(cls)


def dying(i):
    return Registry('R', (), {'__del__': lambda self: None, 'i': i})


print(deaths(dying, 30), near(len(Registry.classes), 0))
