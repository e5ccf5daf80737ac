"""The special methods: which one is asked, in which order, and what happens when it answers nonsense."""
import operator


class Trace:
    """Logs every special method that the interpreter looks up on it."""

    log = []


def traced(name, result=None):
    def method(self, *args, **kwargs):
        Trace.log.append(name.strip("_") + (repr(args) if args else ""))
        return result(self, *args) if callable(result) else result
    method.__name__ = name
    setattr(Trace, name, method)


for name, result in {
    "__len__": 3, "__bool__": False, "__hash__": 99, "__str__": "str!", "__repr__": "repr!", "__int__": 7, "__float__": 1.5, "__index__": 2, "__complex__": 2j, "__round__": "rounded", "__trunc__": 4,
    "__floor__": 5, "__ceil__": 6, "__iter__": lambda s: iter("xyz"), "__reversed__": lambda s: iter("zyx"), "__contains__": True, "__getitem__": lambda s, i: f"item {i!r}", "__call__": lambda s, *a: a,
    "__enter__": 1, "__exit__": True, "__format__": lambda s, spec: f"<{spec}>", "__bytes__": b"bytes!", "__dir__": lambda s: ["b", "a"], "__length_hint__": 9, "__abs__": "abs", "__sizeof__": 64,
    "__neg__": "neg", "__invert__": "inv", "__divmod__": lambda s, o: (1, 2), "__rdivmod__": lambda s, o: (3, 4), "__pow__": lambda s, o, m=None: ("pow", m), "__instancecheck__": 1, "__fspath__": "path!",
    "__eq__": lambda s, o: NotImplemented, "__lt__": lambda s, o: [], "__add__": NotImplemented, "__radd__": "radd", "__iadd__": "iadd", "__setitem__": None, "__delitem__": None, "__missing__": 0, "__getattr__": lambda s, n: f"attr {n}" if n[0] != "_" else Trace.no(n),
}.items():
    traced(name, result)
Trace.no = staticmethod(lambda n: (_ for _ in ()).throw(AttributeError(n)))


def attempt(label, action):
    Trace.log.clear()
    try:
        result = action()
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(f"{label:<14}", repr(result) if not isinstance(result, str) else result, Trace.log)


t, u = Trace(), Trace()
import math, os
for label, action in {
    "bool": lambda: bool(t), "len": lambda: len(t), "if": lambda: "yes" if t else "no", "not": lambda: not t, "hash": lambda: hash(t), "str": lambda: str(t), "repr": lambda: repr(t), "ascii": lambda: ascii(t),
    "f-string": lambda: f"{t} {t!r} {t:>5}", "percent": lambda: "%s %r %d %.1f" % (t, t, t, t), "int": lambda: int(t), "float": lambda: float(t), "complex": lambda: complex(t), "index": lambda: [10, 20, 30][t], "hex": lambda: hex(t), "range": lambda: range(t),
    "round": lambda: (round(t), round(t, 2)), "floor": lambda: (math.floor(t), math.ceil(t), math.trunc(t)), "list": lambda: list(t), "unpack": lambda: [*t], "assign": lambda: (lambda a, b, c: a)(*t), "reversed": lambda: list(reversed(t)), "in": lambda: 5 in t,
    "getitem": lambda: (t[1], t[1:2], t[1, ...]), "call": lambda: t(1, 2), "bytes": lambda: bytes(t), "dir": lambda: dir(t), "hint": lambda: operator.length_hint(t), "abs": lambda: (abs(t), -t, ~t), "divmod": lambda: (divmod(t, 5), divmod(5, t)), "pow": lambda: (t ** 2, pow(t, 2, 3)),
    "eq": lambda: (t == u, t == 5, t != 5), "lt": lambda: (t < 1, 1 > t), "sorted": lambda: len(sorted([t, u])), "add": lambda: (1 + t, t + t), "fspath": lambda: os.fspath(t), "getattr": lambda: (t.foo, getattr(t, "_x", "default")), "dict": lambda: {t: 1}[t], "index of": lambda: [1, t].index(t), "sum": lambda: sum([t]), "join": lambda: "-".join(t), "max": lambda: max(t), "zip": lambda: list(zip(t, t)), "slice": lambda: "abcdef"[t:], "mult": lambda: "ab" * t, "chr": lambda: chr(t), "any": lambda: any(t), "map": lambda: list(map(t, "ab")), "isinstance": lambda: isinstance(1, t), "star": lambda: {**t},
}.items():
    attempt(label, action)


def iadd():
    x = t
    x += 1
    return x


def mutate():
    t[0] = 1
    del t["k"]
    with t as entered:
        raise ValueError("swallowed")
    return entered


attempt("iadd", iadd)
attempt("mutate", mutate)

BAD = {"__len__": [-1, "x", 2**70, 1.0], "__bool__": [2, None], "__hash__": ["x", 1.5, 2**80], "__str__": [b"x", None], "__repr__": [1], "__int__": ["1", 2.5], "__float__": [1, "x"], "__index__": ["0", True], "__iter__": [5, "abc"], "__contains__": [[], [0]], "__format__": [1], "__bytes__": ["s"], "__complex__": [1], "__dir__": [5], "__length_hint__": [-1, "x"], "__round__": [None], "__fspath__": [3], "__call__": [NotImplemented], "__reversed__": [7], "__sizeof__": [-1]}
USES = {"__len__": len, "__bool__": bool, "__hash__": hash, "__str__": str, "__repr__": repr, "__int__": int, "__float__": float, "__index__": operator.index, "__iter__": iter, "__contains__": lambda x: 1 in x, "__format__": format, "__bytes__": bytes, "__complex__": complex, "__dir__": dir, "__length_hint__": operator.length_hint, "__round__": round, "__fspath__": os.fspath, "__call__": lambda x: x(), "__reversed__": reversed, "__sizeof__": __import__("sys").getsizeof}
for name, answers in BAD.items():
    for answer in answers:
        cls = type("Bad", (), {name: lambda self, *args, answer=answer: answer})
        try:
            print(name, repr(answer), "->", repr(USES[name](cls())))
        except Exception as error:
            print(name, repr(answer), "->", f"{type(error).__name__}: {error}")
    try:
        USES[name](type("None_", (), {name: None})())
    except TypeError as error:
        print(name, "None ->", error)


class OnInstance:
    def __init__(self): self.__len__ = lambda: 5


try:
    len(OnInstance())
except TypeError as error:
    print(error)


class Old:
    def __getitem__(self, i):
        if i > 3:
            raise IndexError
        return i * i


print(list(Old()), 9 in Old(), list(reversed(type("R", (Old,), {"__len__": lambda s: 3})())), [*zip(Old(), "ab")], max(Old()))


class Left:
    def __add__(self, o): return "Left.add"
    def __eq__(self, o): return "Left.eq"


class Right(Left):
    def __radd__(self, o): return "Right.radd"
    def __eq__(self, o): return "Right.eq"


print(Left() + Right(), Left() == Right(), Right() + Left(), Left() != Left(), 1 == Left())
print(object.__eq__(1, 1), (1).__add__("x"), (1).__lt__(2.0), "a".__mul__(2), [].__iadd__([1]), type.__call__(int, "5"), super(Right, Right()).__eq__(1))
