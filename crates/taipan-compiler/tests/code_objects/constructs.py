x = 1
def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    """doc"""
    return a + b * c
class C(B, metaclass=M):
    """doc"""
    x: int = 1
    def m(self, y):
        self.z = y
        return super().m(__class__)
class C[T: (int, str) = int, *Ts = *tuple[int], **P = [int]](Base, metaclass=M):
    def f[U](self, a: T, /, b: U = 1, *, c=2) -> T:
        return [x for x in a if x]
    type Q[V] = V | T
def outer():
    a = 1
    def inner():
        nonlocal a
        a += 1
        return lambda: a
    return inner
x: int
if a:
    y: str = 3
def f(x):
    for i in range(10):
        if i == 5: continue
        if i > x: break
        print(i)
    else:
        return None
    while x and not i or i:
        x -= 1
    return x if x < i <= 3 else -x
def f():
    try:
        a()
    except (ValueError, TypeError) as e:
        print(e)
        return 1
    except KeyError:
        raise
    except:
        pass
    else:
        b()
    finally:
        c()
def f():
    for x in y:
        try:
            with a as b, c:
                if x: break
                return b
        finally:
            d()
try:
    a()
except* ValueError as e:
    b(e)
except* (TypeError, KeyError):
    c()
else:
    d()
finally:
    e()
async def f(x):
    async with a as b:
        async for c in d:
            yield await c
    return
async def f(x):
    y = [await i async for i in x if i async for j in i]
    return {k: v async for k, v in y}
def g(x):
    y = yield x
    z = yield from y
    return z
def f(x):
    return [(i, j) for i in x for j in [i + 1] if j], {i for i in x}, {i: i for i in x}, (i for i in x)
class C:
    y = [x for x in range(3) if (lambda: x)()]
    z = [y for _ in q]
def f(x):
    match x:
        case 0 | -1 | 1+2j: return 1
        case [a, 1, *rest] if a: return rest
        case {"k": v, **kw}: return v, kw
        case Point(x=0, y=y) | Line(_, y): return y
        case str() as s: return s
        case None: pass
        case [_, *_, last]: return last
        case _: return 2
f(*a, b, **c, d=1)
f(a, b=1)
f.g(a, b=1)
f(**a, **b)
print(*a)
f(x for x in y)
a, (b, *c), d.e, f[0], g[1:x], h[::2] = i = j
del a, b.c, d[0], (e, [g])
a.b += 1
c[0] -= 2
d[x:y] *= 3
assert a, b
assert a and not b
import a, b.c, d.e.f as g
from . import h
from ..i import j as k, l
from m import *
def f(x, y):
    return f"{x!r:>{y}}a{x=}", t"{x}b{y!s:z}", f"", "%s and %r" % (x, y)
def f():
    return all(x for x in y), any(x for x in y), tuple(x for x in y)
x = [1, 2, 3], {1, 2, 3}, (1, 2, 3), {'a': 1, **b}, [*a, 1], {*a}, (*a,)
y = x[1:2], x[a:b], x[a:b:c], x[::-1]
def f(a):
    global g
    g = (h := a)
    return __debug__, ..., -1, 1 + 2 * 3, 'a' 'b', not a is None
lambda *a, b=1, **c: (yield)
@a.b
@c(d)
class E: pass
@f
async def g(): pass
def f(__x, self):
    class __C:
        __y = __x
        def g(self): self.__z = __D.__e__; return __x
    return __C
if 0: a
elif 1: b
elif c: d
else: e
while 1: pass
class C:
    def f(self):
        def g(): return __class__
        return super(C, self).x, super().y()
def f(a):
    with (a.b(
            c) as
          d): return (
        a
        .b
        .c())
