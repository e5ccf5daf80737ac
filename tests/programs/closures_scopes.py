"""Closures, scopes, comprehension scopes, global and nonlocal, class scopes, defaults and late binding."""


def counter(start=0, *, step=1):
    value = start

    def advance(by=None):
        nonlocal value
        value += step if by is None else by
        return value

    def reset():
        nonlocal value
        value = start

    advance.reset = reset
    return advance


def accumulate(item, bucket=[]):
    bucket.append(item)
    return bucket


def late():
    return [lambda: i for i in range(3)], [lambda i=i: i for i in range(3)]


def outer(x):
    def middle():
        def inner():
            nonlocal x
            x += 1
            return x
        return inner
    return middle, lambda: x


x = "global"


class Scope:
    x = "class"
    seen = [x for _ in range(1)]
    y = [(lambda: x)() for _ in range(1)]

    def method(self):
        return x, __class__.__name__

    z = (lambda self: self.x)


def shadow():
    global x
    before = x
    x = "changed"
    return before


def unbound(flag):
    if flag:
        value = 1
    return value


def deleted():
    value = 1
    del value
    return value


def free(flag):
    def get():
        return cell
    if flag:
        cell = 2
    return get()


def walrus(data):
    if any((last := n) > 3 for n in data):
        return last
    return [total := 0] + [total := total + n for n in data], total


def spread(a, /, b, *rest, c=3, **options):
    return a, b, rest, c, options


def attempt(action):
    try:
        print(action())
    except (NameError, TypeError, SyntaxError) as error:
        print(f"{type(error).__name__}: {error}")


a, b = counter(), counter(10, step=5)
print(a(), a(), b(), a(3), b(), a.reset(), a(), [c.cell_contents for c in a.__closure__], a.__code__.co_freevars, counter.__code__.co_cellvars)
print(accumulate(1), accumulate(2), accumulate(3, []), accumulate.__defaults__)
print([[f() for f in fs] for fs in late()])
middle, peek = outer(5)
print(middle()(), middle()(), peek())
print(Scope.seen, Scope.y, Scope().method(), Scope.z(Scope), shadow(), x)
attempt(lambda: unbound(False))
attempt(deleted)
attempt(lambda: free(False))
attempt(lambda: free(True))
attempt(lambda: missing)
print(walrus([1, 2, 5, 7]), walrus([1, 2]))
print(spread(1, 2), spread(1, *[2, 3, 4], c=5, d=6), spread(*"ab", **{"a": 1, "c": 0}))
for call in ("spread()", "spread(1)", "spread(a=1, b=2)", "spread(1, 2, b=3)", "counter(1, 2)", "counter(stp=2)", "late(1)", "spread(*1)", "spread(1, **2)",
             "spread(1, 2, **{'c': 1}, **{'c': 2})", "len()", "counter(start=1, **{'start': 2})", "unbound()", "(lambda x, *, y, z: 0)(1)", "spread(1, 2, **{3: 4})"):
    attempt(lambda: eval(call))
ns = {}
exec("n = 1\ndef f(): return n\nclass K:\n  n = 2\n  def g(self): return n\n  h = [n for _ in '1']", ns)
print(ns["f"](), ns["K"]().g(), ns["K"].h, sorted(k for k in ns if not k.startswith("__")))


def local_names():
    one, two = 1, 2
    exec("three = one + two")
    return sorted(locals()), eval("one + two"), [sorted(locals()) for q in "1"]


print(local_names(), "x" in globals(), sorted(vars(Scope).keys() & {"x", "y", "z"}))


def compose(*functions):
    def composed(value):
        for function in reversed(functions):
            value = function(value)
        return value
    return composed


print(compose(str, lambda n: n + 1, int)("41"), compose()(1), (lambda *a, **k: (a, k))(1, k=2))
f = counter()
f.__code__, g = f.__code__, counter(100)
print(f.__name__, f.__qualname__, g(), type(f.__closure__[0]).__name__)
i = "outer"
print([i for i in range(3)], i, {i: (i, j) for i in "ab" for j in [i * 2]}, i, list(i for i in [1]), [[j for j in range(i)] for i in range(3)])
try:
    raise ValueError(1)
except ValueError as i:
    pass
attempt(lambda: i)
