"""Counter, deque, defaultdict, OrderedDict, ChainMap, namedtuple, UserDict and dict, list, set behaviour."""
import collections
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple

TEXT = "how much wood would a woodchuck chuck if a woodchuck could chuck wood"


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def counters():
    words, letters = Counter(TEXT.split()), Counter(TEXT)
    print(words.most_common(3), letters["z"], letters.total(), sorted(letters.elements())[:5])
    a, b = Counter(a=3, b=1), Counter(a=1, b=2, c=-1)
    print(a + b, a - b, a & b, a | b, +b, -b, a <= b, a == Counter("aaab"))
    a.subtract("aab")
    a.update({"z": 2}, q=1)
    print(a, dict(a), repr(Counter()), a.pop("z"), sum((Counter(w) for w in words), Counter()).most_common(2))


def deques():
    d = deque("abc", maxlen=4)
    d.append("d"); d.append("e"); d.appendleft("z")
    print(d, d.maxlen, d.index("c"), d.count("z"), d[1], list(reversed(d)))
    d.rotate(-1); d.extendleft("12"); d.insert(1, "i") if len(d) < 4 else None
    print(d, d.pop(), d.popleft(), d, deque([1, 2]) < deque([1, 3]), deque([1]) + deque([2]), deque([1]) * 3)
    attempt(lambda: deque().pop())
    attempt(lambda: deque([1], 1).insert(0, 2))
    attempt(lambda: [d.append(x) for x in d])
    window, out = deque(maxlen=3), []
    for n in (5, 3, 8, 1, 9):
        window.append(n)
        out.append(sum(window) / len(window))
    print(out)


def defaults():
    tree = lambda: defaultdict(tree)
    t = tree()
    t["a"]["b"]["c"] = 1
    t["a"]["x"]
    print({k: {i: dict(j) if isinstance(j, dict) else j for i, j in v.items()} for k, v in t.items()}, t.get("q"), "q" in t)
    groups = defaultdict(list, {"start": [0]})
    for word in TEXT.split():
        groups[len(word)].append(word)
    print(dict(groups), groups.default_factory, defaultdict(None))
    attempt(lambda: defaultdict(None)["x"])

    class Missing(dict):
        def __missing__(self, key):
            return f"<{key}>"

    print(Missing(a=1)["b"], Missing().get("b"), "{x} {y}".format_map(Missing(x=5)))


def ordered():
    o = OrderedDict.fromkeys("abcd", 0)
    o.move_to_end("a"); o.move_to_end("d", last=False)
    print(o, o.popitem(last=False), list(reversed(o)), o == dict(o), o == OrderedDict(reversed(o.items())))
    d = dict(zip("abc", range(3)))
    d["a"] = 9; del d["b"]; d["b"] = 7
    print(d, list(reversed(d.items())), d | {"z": 1}, d.setdefault("q", []), d.pop("nope", "default"), d.popitem())
    print(d.keys() & {"a", "x"}, d.items() - {("a", 9)}, d.keys() == {"a", "c", "b"}, list(d.values()), {**d, "a": 0}, dict([("k", "v")], x=1))
    attempt(lambda: [d.update({k + k: 1}) for k in d])
    attempt(lambda: {[]: 1})
    attempt(lambda: d["zz"])
    attempt(lambda: dict([1]))
    attempt(lambda: dict(["abc"]))
    chain = ChainMap({"a": 1}, {"a": 2, "b": 3})
    chain["c"] = 4
    print(chain, dict(chain), chain.parents["a"], chain.new_child({"b": 0})["b"], len(chain), sorted(chain))
    attempt(lambda: chain.__delitem__("b"))


def tuples():
    Point = namedtuple("Point", "x y z", defaults=[0])
    p = Point(1, y=2)
    print(p, p._asdict(), p._replace(z=5), Point._fields, Point._field_defaults, Point._make("abc"), p == (1, 2, 0), p + (3,), max(p), *p)
    attempt(lambda: Point(1))
    attempt(lambda: namedtuple("Bad", "class x"))
    attempt(lambda: setattr(p, "x", 3))
    print(namedtuple("R", "a a def", rename=True)._fields, Point.__doc__, Point.x.__doc__)


def users():
    class Lower(UserDict):
        def __setitem__(self, key, value):
            super().__setitem__(key.lower(), value)

    class Squares(UserList):
        def append(self, item):
            super().append(item * item)

    low, squares = Lower({"A": 1}, B=2), Squares([1])
    low.update(C=3); squares.append(4)
    print(low, squares + [5], "a" in low, low | {"D": 1}, squares[::-1], collections.UserString("abc").upper())
    s = {3, 1, 2}
    s |= {7}; s.discard(9); s -= {1}
    print(sorted(s), s > {2}, s.isdisjoint({1}), sorted(s ^ {2, 10}), frozenset("ab") == set("ba"), {frozenset([1]): "f"}[frozenset([1])], len({1, 1.0, True, "1"}))
    attempt(lambda: s.remove(99))
    attempt(lambda: s.add([]))
    attempt(lambda: [s.add(x + 100) for x in s])
    l = list(range(10))
    l[2:5] = "ab"; l[::3] = [0] * len(l[::3]); del l[-2:]; l.insert(-1, "i"); l.sort(key=str)
    print(l, l.index("a"), l.count(0), l[-1:0:-2], [1, 2] < [1, 2, 0], [[]] * 2, l.pop(1), l.copy() is l)
    attempt(lambda: l.__setitem__(slice(0, 4, 2), [1]))
    attempt(lambda: l.index("zz"))
    attempt(lambda: [3, "a"].sort())
    attempt(lambda: [].pop())


for part in (counters, deques, defaults, ordered, tuples, users):
    print("--", part.__name__)
    part()
