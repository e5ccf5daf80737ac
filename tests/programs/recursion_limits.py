"""Deep recursion of every kind ends in RecursionError, or works, and the program goes on."""
import copy
import functools
import json
import pickle
import sys


def attempt(name, action):
    try:
        result = action()
        print(f"{name}: {result}")
    except RecursionError as error:
        print(f"{name}: RecursionError")
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {str(error)[:60]}")


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


class Node:
    def __init__(self, child=None):
        self.child = child

    def __repr__(self):
        return f"Node({self.child!r})"

    def __eq__(self, other):
        return self.child == other.child

    def __getattr__(self, name):
        return getattr(self.child, name)


class Endless:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __add__(self, other):
        return self + other

    def __len__(self):
        return len(self)

    def __iter__(self):
        return iter(self)

    def __call__(self):
        return self()

    def __hash__(self):
        return hash(self)

    def __str__(self):
        return str(self)

    @property
    def prop(self):
        return self.prop


def generator(n):
    if n:
        yield from generator(n - 1)
    yield n


def nest(depth, kind):
    value = kind()
    for _ in range(depth):
        value = kind([value]) if kind is not dict else {"k": value}
    return value


print(sys.getrecursionlimit())
attempt("fits", lambda: down(900))
attempt("too deep", lambda: down(10**6))
attempt("mutual", lambda: even(10**6))
attempt("again", lambda: down(900))
e = Endless()
for name in ("abc", "prop"):
    attempt(name, lambda: getattr(e, name))
attempt("add", lambda: e + 1)
attempt("len", lambda: len(e))
attempt("iter", lambda: list(e))
attempt("call", lambda: e())
attempt("hash", lambda: {e: 1})
attempt("str", lambda: f"{e}")
chain = None
for _ in range(100_000):
    chain = Node(chain)
attempt("repr chain", lambda: repr(chain))
attempt("eq chain", lambda: chain == copy.copy(chain) and None)
attempt("attr chain", lambda: chain.nothing)
del chain
attempt("generators", lambda: sum(generator(500)))
attempt("many generators", lambda: sum(generator(10**5)))
attempt("sort", lambda: sorted([1, 2], key=functools.cmp_to_key(lambda a, b: down(10**6))))
attempt("map", lambda: list(map(down, [10**6])))
attempt("lambda", lambda: (lambda f: f(f))(lambda f: f(f)))
attempt("reduce", lambda: functools.reduce(lambda a, b: down(10**6), [1, 2]))
attempt("json", lambda: len(json.loads("[" * 50 + "]" * 50)))
attempt("list repr", lambda: len(repr(nest(100, list))))
loop = [1]
loop.append(loop)
loop.append({"self": loop})
print(loop, repr(loop) == str(loop))
attempt("loop eq", lambda: loop == copy.deepcopy(loop))
attempt("pickle", lambda: len(pickle.dumps(nest(100, list))) > 100)
attempt("eval", lambda: eval("(" * 80 + "1" + ")" * 80))
attempt("eval too deep", lambda: eval("(" * 10**4 + "1" + ")" * 10**4))
attempt("isinstance", lambda: isinstance(1, (((((int,),),),),)))
sys.setrecursionlimit(200)
attempt("small limit", lambda: down(300))
attempt("within small limit", lambda: down(100))
sys.setrecursionlimit(3000)
attempt("large limit", lambda: down(2500))
attempt("bad limit", lambda: sys.setrecursionlimit(0))
attempt("too small", lambda: (lambda f: f(f, 50))(lambda f, n: sys.setrecursionlimit(5) if n == 0 else f(f, n - 1)))


class Cleanup:
    depth = 0

    def run(self, n):
        try:
            return self.run(n + 1)
        finally:
            Cleanup.depth = max(Cleanup.depth, n)


attempt("finally", lambda: Cleanup().run(0))
print(Cleanup.depth > 1000)
