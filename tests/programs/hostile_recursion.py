"""Deep recursion in Python code and in native functions, with collections in its depth; long chains that die at once."""

import copy
import functools
import gc
import json
import operator
import pickle
import sys

sys.setrecursionlimit(1000)


def rubbish(n=3):
    return [[str(i), (i, {i: i})] for i in range(n)]


def attempt(function, *args):
    try:
        return function(*args)
    except RecursionError:
        rubbish()
        return "RecursionError"


def plain(n):
    local = rubbish(1)
    return plain(n - 1) + len(local) if n else 0


def forever(n):
    return forever([n])


def in_key(n):
    return sorted([1], key=lambda x: in_key(n - 1) if n else (rubbish(), 0)[1])[0]


def in_map(n):
    return sum(map(lambda x: in_map(n - 1) if n else len(rubbish()), [1]))


def in_reduce(n):
    return functools.reduce(lambda a, b: in_reduce(n - 1) if n else len(rubbish()), [1, 2])


def in_generator(n):
    if n:
        yield from in_generator(n - 1)
    gc.collect(0)
    yield n, rubbish(1)[0][0]


def in_comprehension(n):
    return [in_comprehension(n - 1) if n else rubbish() for _ in (1,)]


class Attribute:
    def __init__(self, n):
        self.n = n

    def __getattr__(self, name):
        if not self.n:
            return rubbish()
        self.n -= 1
        return getattr(self, name + "x"[:0] + str(self.n))

    def __eq__(self, other):
        self.n -= 1
        return self == other if self.n > 0 else len(rubbish()) == 3

    def __hash__(self):
        return 1

    def __repr__(self):
        self.n -= 1
        return f"<{self!r}>" if self.n > 0 else str(len(rubbish()))

    def __add__(self, other):
        self.n -= 1
        return self + other if self.n > 0 else len(rubbish())

    def __iter__(self):
        self.n -= 1
        return iter(self) if self.n > 0 else iter(rubbish())

    def __call__(self, *args):
        self.n -= 1
        return self(*args, 1) if self.n > 0 else len(args)

    def __index__(self):
        self.n -= 1
        return operator.index(self) if self.n > 0 else 1


def nested_list(n, make=lambda x: [x]):
    x = []
    for _ in range(n):
        x = make(x)
    return x


def exceptions(n):
    try:
        if n:
            exceptions(n - 1)
        else:
            raise ValueError(rubbish(1))
    except ValueError as error:
        if n % 10 == 0:
            raise ValueError(n) from error
        raise
    finally:
        rubbish(1)


def chain_of(error):
    count = 0
    while error:
        count, error = count + 1, error.__cause__
    return count


def caught_chain(n):
    try:
        exceptions(n)
    except ValueError as error:
        return chain_of(error), error.args


class Node:
    def __init__(self, next):
        self.next = next


class Counted(Node):
    count = 0

    def __del__(self):
        Counted.count += 1


def long_chains():
    """Each is given up whole."""
    for make in (lambda x: [x], lambda x: (x,), lambda x: {"x": x}, Node, lambda x: functools.partial(print, x),
                 lambda x: (lambda: x), lambda x: iter([x]), lambda x: [x].__iter__):
        x = None
        for _ in range(20000):
            x = make(x)
        del x
        gc.collect()
    x = None
    for _ in range(3000):
        x = Counted(x)
    del x
    for _ in range(3):
        gc.collect()
    return Counted.count


def nested_values():
    deep = nested_list(400)
    return (
        deep == nested_list(400), len(repr(deep)), len(json.dumps(deep)), json.loads(json.dumps(deep)) == deep,
        pickle.loads(pickle.dumps(nested_list(80))) == nested_list(80), len(copy.deepcopy(nested_list(60))),
        hash(nested_list(300, lambda x: (x,) if x else ())) is not None)


def too_deep():
    deep = nested_list(100000)
    loop = []
    loop.append(loop)
    other = []
    other.append(other)
    return [attempt(f) for f in (
        lambda: repr(deep) and "repr", lambda: deep == nested_list(100000), lambda: copy.deepcopy(deep) and "copied", lambda: json.dumps(deep),
        lambda: loop == other, lambda: hash(nested_list(100000, lambda x: (x,) if x else ())) and "hash",
        lambda: isinstance(1, nested_list(100000, lambda x: (x,) if x else (str,))), lambda: pickle.dumps(deep) and "pickled")]


print("plain", attempt(plain, 900), attempt(forever, 0))
print("native", attempt(in_key, 100), attempt(in_map, 100), attempt(in_reduce, 100), attempt(in_key, 10**6), attempt(in_map, 10**6))
print("generators", attempt(lambda: len(list(in_generator(100)))), attempt(lambda: len(list(in_generator(10**5)))))
print("comprehensions", len(attempt(in_comprehension, 200)), attempt(in_comprehension, 10**5))
for depth in (50, 10**6):
    print(
        "special", attempt(lambda: len(Attribute(depth).name)), attempt(lambda: Attribute(depth) == 1), attempt(lambda: repr(Attribute(depth))[:3]),
        attempt(lambda: Attribute(depth) + 1), attempt(lambda: len(list(Attribute(depth)))), attempt(Attribute(depth)),
        attempt(lambda: [1, 2, 3][Attribute(depth)]), attempt(lambda: {Attribute(depth): 1}.get(Attribute(depth))))
print("exceptions", caught_chain(100), attempt(caught_chain, 10**5))
print("nested", nested_values())
print("too deep", len(too_deep()))
print("chains", long_chains())


def recovered():
    """After an overflow all works as before."""
    for _ in range(5):
        assert attempt(forever, 0) == "RecursionError"
        assert plain(100) == 100
    return "yes"


print("recovered", recovered())
