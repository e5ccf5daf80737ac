"""Pickle and copy: every protocol, reductions, state, references, persistent ids, restricted loading, shelve."""
import collections
import copy
import copyreg
import datetime
import decimal
import enum
import fractions
import functools
import io
import pickle
import pickletools
import shelve


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Plain:
    def __init__(self, x):
        self.x, self.me = x, self

    def __eq__(self, other):
        return type(other) is Plain and self.x == other.x

    __hash__ = None


class Stateful:
    def __init__(self, path):
        self.path, self.handle = path, object()

    def __getstate__(self):
        return {"path": self.path.upper()}

    def __setstate__(self, state):
        self.path, self.handle = state["path"], "reopened"


class Slotted:
    __slots__ = ("a", "b", "__dict__")

    def __init__(self):
        self.a, self.extra = 1, 2


class Reduced:
    def __init__(self, n):
        self.n = n

    def __reduce__(self):
        return (Reduced, (self.n * 2,), {"note": "restored"}, iter([10, 20]), iter([("k", "v")]))

    def extend(self, items): self.items = list(items)
    def append(self, item): self.extend([item])
    def __setitem__(self, key, value): setattr(self, key, value)


class Keyed(str):
    def __new__(cls, text, *, tag):
        self = super().__new__(cls, text)
        self.tag = tag
        return self

    def __getnewargs_ex__(self):
        return (str(self),), {"tag": self.tag}


class Counting(dict):
    def __deepcopy__(self, memo):
        return Counting({k: copy.deepcopy(v, memo) for k, v in self.items()}, copied=True)


Pair = collections.namedtuple("Pair", "left right")


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


VALUES = [None, True, ..., 0, -1, 255, 65536, -2**31, 2**63, 10**60, -10**60, 1.5, float("inf"), 2 + 3j, "", "aé東😀\ud800", b"\x00\xff", bytearray(b"ba"),
          (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [[1], [2]], {}, {"a": {"b": ()}}, set(), {3}, frozenset([1]), Color.BLUE, Pair(1, [2]), range(1, 9, 2),
          slice(1, None), datetime.datetime(2024, 1, 2, 3, 4, 5, 6, datetime.UTC), datetime.timedelta(1, 2), decimal.Decimal("1.50"), fractions.Fraction(1, 3),
          collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1], 3), collections.defaultdict(list, x=[1]), len, int, Plain, str.upper, Plain(5),
          functools.partial(int, base=2), complex, type(None), NotImplemented, "x" * 300, b"y" * 300, list(range(300))]
for protocol in range(6):
    sizes, wrong = 0, []
    for value in VALUES:
        try:
            data = pickle.dumps(value, protocol)
            sizes += len(data)
            back = pickle.loads(data)
            if repr(back) != repr(value) and not back == value:
                wrong.append(value)
        except Exception as error:
            wrong.append((value, type(error).__name__, str(error)))
    print(protocol, sizes, wrong)
for value in (5, "text", [1, (2, 3)], {"k": None}, Color.RED, Pair(1, 2)):
    print(pickle.dumps(value, 0), pickle.dumps(value, 4), pickle.dumps(value, 2))
shared = [1]
loop = {"shared": shared, "again": shared}
loop["loop"] = loop
back = pickle.loads(pickle.dumps(loop))
print(back["shared"] is back["again"], back["loop"] is back, back["shared"] is shared)
s, slotted, reduced, keyed = (pickle.loads(pickle.dumps(v)) for v in (Stateful("path"), Slotted(), Reduced(4), Keyed("t", tag=9)))
print(s.path, s.handle, slotted.a, slotted.extra, hasattr(slotted, "b"), reduced.n, reduced.note, reduced.items, reduced.k, keyed, keyed.tag)
out = io.StringIO()
pickletools.dis(pickle.dumps({"a": [1, 2.5, "x", (True, None)]}, 4), out)
print(out.getvalue())
print(pickletools.optimize(pickle.dumps(["a", "b"], 4)), len(pickle.dumps(["q"] * 3)))


class Persistent(pickle.Pickler):
    def persistent_id(self, value):
        return ("plain", value.x) if isinstance(value, Plain) else None

    def reducer_override(self, value):
        return (str, ("a function",)) if callable(value) and not isinstance(value, type) else NotImplemented


class Loader(pickle.Unpickler):
    def persistent_load(self, pid):
        return f"loaded {pid}"

    def find_class(self, module, name):
        if module != "builtins":
            raise pickle.UnpicklingError(f"{module}.{name} is forbidden")
        return super().find_class(module, name)


buffer = io.BytesIO()
Persistent(buffer, 5).dump([Plain(1), attempt, {"x": Plain(2)}])
print(Loader(io.BytesIO(buffer.getvalue())).load())
attempt(lambda: Loader(io.BytesIO(pickle.dumps(collections.Counter()))).load())
attempt(lambda: pickle.loads(buffer.getvalue()))
buffers = []
data = pickle.dumps(pickle.PickleBuffer(bytearray(b"zero copy")), 5, buffer_callback=buffers.append)
print(len(buffers), bytes(pickle.loads(data, buffers=buffers)))
for bad in (lambda: pickle.dumps(lambda: 0), lambda: pickle.dumps((x for x in "a")), lambda: pickle.loads(b""), lambda: pickle.loads(b"\x80\x04."), lambda: pickle.loads(b"garbage"), lambda: pickle.loads(pickle.dumps([1, 2])[:-3]), lambda: pickle.dumps(1, 9), lambda: pickle.loads(b"\x80\x63."), lambda: pickle.loads(b"cno_module\nname\n."), lambda: pickle.loads("str"), lambda: pickle.dumps(memoryview(b""))):
    attempt(bad)
copyreg.pickle(Slotted, lambda s: (Pair, ("via", "copyreg")))
print(pickle.loads(pickle.dumps(Slotted())), copy.copy(Slotted()))

deep = [1, [2, {"k": {3}}], (4, [5]), Plain(6), Counting(a=[7])]
shallow, full = copy.copy(deep), copy.deepcopy(deep)
deep[1].append("changed")
deep[4]["a"].append(8)
print(shallow[1], full[1], shallow[4], full[4], full[3].me is full[3], full[3] == deep[3])
atom = (1, "x", (2, 3))
print(copy.deepcopy(atom) is atom, copy.copy([1]) == [1], copy.deepcopy(loop)["loop"]["shared"], copy.replace(Pair(1, 2), right=9), copy.deepcopy({1: (memo := [])}) == {1: []})
attempt(lambda: copy.deepcopy(x for x in "a"))
with shelve.open("shelf", writeback=True) as shelf:
    shelf["list"] = [1]
    shelf["list"].append(Color.RED)
with shelve.open("shelf") as shelf:
    print(dict(shelf), "list" in shelf, len(shelf))
