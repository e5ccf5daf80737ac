# Calls of classes whose __init__ only stores its arguments and constants, and everything that such a call must not hide.
import gc
import sys
import traceback
import types
import weakref


class Slots:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


class Attrs:
    def __init__(self, a, b):
        self.b = b
        self.kind = "attrs"
        self.a = a
        self.count = 0
        self.pair = (1, 2)
        self.none = None
        self.big = 10**30


class Twice:
    def __init__(self, x, y):
        self.v = x
        self.w = 1
        self.v = y


class Empty:
    def __init__(self):
        pass


class Mixed(Slots):
    def __init__(self, left, extra):
        self.left = left
        self.extra = extra


class Many:
    def __init__(self, a):
        self.a0 = a; self.a1 = a; self.a2 = a; self.a3 = a; self.a4 = a; self.a5 = a
        self.a6 = a; self.a7 = a; self.a8 = a; self.a9 = a; self.b0 = a; self.b1 = a
        self.b2 = a; self.b3 = a; self.b4 = a; self.b5 = a; self.b6 = a; self.b7 = a


class WithSelf:
    def __init__(self, x):
        self.me = self
        self.x = x


def heat(make, n=30):
    for i in range(n):
        last = make(i)
    return last


def show(x):
    slots = [(n, getattr(x, n, "unset")) for n in ("left", "right") if hasattr(type(x), n)]
    return type(x).__name__, slots, list(getattr(x, "__dict__", {}).items())


print(show(heat(lambda i: Slots(i, str(i)))))
print(show(heat(lambda i: Attrs(i, [i]))))
print(show(heat(lambda i: Twice(i, -i))))
print(show(heat(lambda i: Empty())))
print(show(heat(lambda i: Mixed(i, i + 1))))
print(show(heat(lambda i: Many(i))))
w = heat(lambda i: WithSelf(i))
print(w.me is w, w.x)

# An attribute added later, deleted, and the order of the dict.
x = heat(lambda i: Attrs(i, i))
x.later = 1
del x.kind
x.kind = "again"
print(list(x.__dict__))


# Subclasses use the __init__ of a base, at one place with several classes.
class Sub(Slots):
    pass


class SubSlots(Slots):
    __slots__ = ("third",)


class SubAttrs(Attrs):
    a = "a default"

    def count(self):
        return "method"


def several(i):
    return (Slots, Sub, SubSlots)[i % 3](i, -i)


for i in range(40):
    several(i)
print([show(several(i)) for i in range(3)])
print(show(heat(lambda i: SubAttrs(i, i))))


# Wrong arguments.
def attempt(f, *args):
    try:
        return f(*args)
    except Exception as error:
        print(type(error).__name__, error)


def slots_of(n):
    if n == 0:
        return Slots()
    if n == 1:
        return Slots(1)
    if n == 2:
        return Slots(1, 2)
    return Slots(1, 2, 3)


for n in (2, 2, 2, 2, 0, 1, 3, 2):
    attempt(slots_of, n)


def flexible(*args, **kwargs):
    return Slots(*args, **kwargs)


for i in range(5):
    print(show(flexible(1, right=2)), end=" ")
print()
attempt(flexible, 1)


class Defaults:
    def __init__(self, a, b="b", *, c="c"):
        self.a = a
        self.b = b
        self.c = c


class Positional:
    def __init__(self, a, b="b"):
        self.a = a
        self.b = b


print(show(heat(lambda i: Defaults(i))), show(heat(lambda i: Positional(i))), show(heat(lambda i: Positional(i, i))))
Positional.__init__.__defaults__ = ("new",)
make_positional = lambda i: Positional(i)
print(show(heat(make_positional)))
Positional.__init__.__defaults__ = ("newer",)
print(show(make_positional(0)))


# The class changes between two calls at one place.
def fresh():
    class Node:
        __slots__ = ("left", "right")

        def __init__(self, left, right):
            self.left = left
            self.right = right

    def make(i):
        return Node(i, i)

    heat(make)
    return Node, make


def other_init(self, left, right):
    print("other __init__", left)
    self.left = "other"


def reversed_init(self, left, right):
    self.left = right
    self.right = -left


Node, make = fresh()
Node.__init__ = other_init
print(make(1).left)
del Node.__init__
attempt(make, 1)

Node, make = fresh()
Node.__init__ = reversed_init
print(show(make(2)), show(make(2)), show(make(2)))

Node, make = fresh()
Node.__init__.__code__ = reversed_init.__code__
print(show(make(3)), show(make(3)), show(make(3)))

Node, make = fresh()
Node.__new__ = lambda cls, *args: "no node"
print(make(4))

Node, make = fresh()
Node.__setattr__ = lambda self, name, value: print("set", name, value)
print(hasattr(make(5), "left"))
del Node.__setattr__
print(show(make(5)))

Node, make = fresh()
Node.left = property(lambda self: "got", lambda self, value: print("property", value))
print(make(6).left, make(6).right)

Node, make = fresh()
Node.right = 7
attempt(make, 7)

Node, make = fresh()
make(0)
gc.collect()
Node.__del__ = lambda self: print("dead", self.left)
make(8)
gc.collect()
heat(make, 2)
gc.collect()


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __set__(self, this, value):
        if value == 13:
            raise ValueError(f"{self.name} must not be {value}")
        this.__dict__[self.name] = value


class Checked:
    left = Descriptor()

    def __init__(self, left, right):
        self.left = left
        self.right = right


def checked(i):
    return Checked(i, i)


heat(checked, 10)
try:
    checked(13)
except ValueError:
    print(traceback.format_exc().replace(__file__, "FILE"))


class Loud:
    def __init__(self, value):
        self.value = value

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2)


print(show(heat(lambda i: Loud(i))))


# A metaclass with __call__, an abstract class, an exception, a tuple.
class Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.made = True
        return made


class Called(metaclass=Meta):
    def __init__(self, x):
        self.x = x


print(show(heat(lambda i: Called(i))))


class Error(Exception):
    def __init__(self, code):
        self.code = code


error = heat(lambda i: Error(i))
print(error.args, error.code)


class Pair(tuple):
    def __new__(cls, a, b):
        return tuple.__new__(cls, (a, b))

    def __init__(self, a, b):
        self.sum = 0


print(heat(lambda i: Pair(i, i)), heat(lambda i: Pair(i, i)).sum)


# An __init__ that returns something, and ones that are no plain functions.
class Returns:
    def __init__(self, x):
        self.x = x
        return x


print(attempt(Returns, None).x)
for i in range(3):
    attempt(lambda: Returns(i))


class Borrowed:
    __init__ = Slots.__init__


print(show(heat(lambda i: Borrowed(i, i))), list(vars(heat(lambda i: Borrowed(i, i)))))


# The frame of __init__ is seen by tools from the call on after which they watch.
events = []


def tracer(frame, event, arg):
    if frame.f_code.co_name == "__init__":
        events.append((event, frame.f_lineno - frame.f_code.co_firstlineno, sorted(frame.f_locals)))
        return tracer


def traced(n):
    for i in range(n):
        if i == 20:
            sys.settrace(tracer)
        Slots(i, i)
        if i == 21:
            sys.settrace(None)


traced(30)
print(len(events), *events[:4], sep="\n")

calls = {}


def profiler(frame, event, arg):
    key = event, frame.f_code.co_name
    calls[key] = calls.get(key, 0) + 1


def profiled():
    make = lambda i: Attrs(i, i)
    heat(make)
    sys.setprofile(profiler)
    heat(make, 7)
    sys.setprofile(None)
    heat(make)


profiled()
print(sorted(item for item in calls.items() if item[0][1] != "profiled"))

monitoring = sys.monitoring
monitoring.use_tool_id(2, "starts")
started = []
monitoring.register_callback(2, monitoring.events.PY_START, lambda code, offset: started.append(code.co_name))
make = lambda i: Slots(i, i)
heat(make)
monitoring.set_local_events(2, Slots.__init__.__code__, monitoring.events.PY_START)
make(1)
make(2)
monitoring.set_local_events(2, Slots.__init__.__code__, 0)
make(3)
monitoring.free_tool_id(2)
print(started)


# The recursion limit holds for the call of __init__, too.
def deep(n):
    Slots(n, n)
    return deep(n + 1)


def depth_of(f):
    try:
        f(0)
    except RecursionError as error:
        names = []
        tb = error.__traceback__
        while tb:
            names.append(tb.tb_frame.f_code.co_name)
            tb = tb.tb_next
        return len(names), names[-1]


for i in range(30):
    Slots(i, i)
limit = sys.getrecursionlimit()
sys.setrecursionlimit(120)
first, second = depth_of(deep), depth_of(deep)
sys.setrecursionlimit(limit)
print(first == second, first[1], str(first[0] < 120))


# What the object is to the rest: identity, weak references, classes that die, garbage.
a, b = Empty(), Empty()
print(a is b, id(a) == id(b), hash(a) == hash(a), a == b)
ref = weakref.ref(heat(lambda i: Attrs(i, i)))
gc.collect()
print(ref())


def class_that_dies(i):
    class Dies:
        def __init__(self, x):
            self.x = x

    heat(lambda i: Dies(i), 5)
    return weakref.ref(Dies)


refs = [class_that_dies(i) for i in range(20)]
gc.collect()
print(sum(ref() is not None for ref in refs))


# Trees that survive collections, with every object they refer to.
def tree(depth):
    if depth == 0:
        return Slots(None, None)
    return Slots(tree(depth - 1), Attrs(tree(depth - 1), [depth]))


def size(node):
    if node is None:
        return 0
    if type(node) is Attrs:
        assert node.b[0] > 0 and node.kind == "attrs" and node.pair == (1, 2) and node.big == 10**30
        return 1 + size(node.a)
    return 1 + size(node.left) + size(node.right)


kept = tree(10)
for i in range(4):
    print(size(tree(9)), end=" ")
print(size(kept))

# Functions that are made anew have the same code.
for i in range(3):
    namespace = {}
    exec("class C:\n    def __init__(self, x):\n        self.x = x\nmade = [C(i) for i in range(10)]", namespace)
    print(namespace["made"][-1].x, isinstance(C := namespace["C"].__init__, types.FunctionType))
