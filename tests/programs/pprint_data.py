"""pprint, reprlib, json-like data reshaped, queried and compared."""
import pprint
import reprlib
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque
from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace

PEOPLE = [
    {"name": "Ada", "born": 1815, "tags": ["math", "engine"], "address": {"city": "London", "geo": [51.5, -0.12]}},
    {"name": "Grace", "born": 1906, "tags": ["compiler", "navy", "cobol", "debugging"], "address": {"city": "New York", "geo": [40.7, -74.0]}},
    {"name": "Konrad Ernst Otto", "born": 1910, "tags": [], "address": {"city": "Berlin", "geo": None, "notes": "Z1 " * 30}},
]


@dataclass
class Config:
    name: str
    values: dict = field(default_factory=dict)
    parent: "Config | None" = None
    secret: str = field(default="hidden", repr=False)


def query(data, path):
    """`people.*.address.city`: all values along a dotted path."""
    head, _, rest = path.partition(".")
    match data:
        case dict() if head == "*":
            found = list(data.values())
        case list() if head == "*":
            found = data
        case dict() if head in data:
            found = [data[head]]
        case list() if head.lstrip("-").isdigit() and int(head) < len(data):
            found = [data[int(head)]]
        case _:
            return []
    return [leaf for item in found for leaf in (query(item, rest) if rest else [item])]


def flatten(data, prefix=()):
    match data:
        case dict() if data:
            for key, value in data.items():
                yield from flatten(value, (*prefix, key))
        case list() | tuple() if data:
            for i, value in enumerate(data):
                yield from flatten(value, (*prefix, i))
        case _:
            yield prefix, data


def rebuild(pairs):
    root = {}
    for path, value in pairs:
        node = root
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value

    def lists(node):
        if not isinstance(node, dict):
            return node
        node = {k: lists(v) for k, v in node.items()}
        return [node[i] for i in range(len(node))] if node and all(isinstance(k, int) for k in node) else node

    return lists(root)


def difference(a, b, path="$"):
    if type(a) is not type(b):
        yield f"{path}: {a!r} -> {b!r}"
    elif isinstance(a, dict):
        for key in sorted(a.keys() | b.keys()):
            if key not in a or key not in b:
                yield f"{path}.{key}: {'added' if key in b else 'removed'}"
            else:
                yield from difference(a[key], b[key], f"{path}.{key}")
    elif isinstance(a, list):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from difference(x, y, f"{path}[{i}]")
        if len(a) != len(b):
            yield f"{path}: length {len(a)} -> {len(b)}"
    elif a != b:
        yield f"{path}: {a!r} -> {b!r}"


def merge(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return {k: merge(a[k], b[k]) if k in a and k in b else a.get(k, b.get(k)) for k in [*a, *(k for k in b if k not in a)]}
    return a + b if isinstance(a, list) and isinstance(b, list) else b


pprint.pprint(PEOPLE)
pprint.pprint(PEOPLE, width=40, depth=3, indent=2, compact=True)
pprint.pp(PEOPLE[0], underscore_numbers=True)
pprint.pprint({"b": 1, "a": {3, 1, 2}, "long": "word " * 30, "bytes": b"\x00\x01" * 40, "n": 10**20, "t": (1,), "f": frozenset("abc")}, width=60)
pprint.pprint([OrderedDict(b=[1] * 30, a=2), Counter("mississippi" * 3), defaultdict(int, {"x" * 30: 1, "y" * 40: 2}), deque(range(40)), ChainMap({"a": 1}, {"b": 2}), SimpleNamespace(alpha="a" * 40, beta="b" * 40), MappingProxyType({"k": "v" * 70}), UserDict(z=1)])
pprint.pprint(Config("child", {i: i * i for i in range(12)}, Config("parent", {"x": "y" * 50})), width=50)
pprint.pprint(list(range(60)), compact=True)
pprint.pprint([[], {}, (), set(), "", None, {"z": 1, 1: 2, None: 3, (1, 2): 4}, list("abc")], width=20, sort_dicts=True)
loop = [1]
loop.append({"me": loop})
print(pprint.isrecursive(loop), pprint.isreadable([1]), pprint.saferepr({"b": 1, "a": 2}), pprint.pformat("a b " * 30, width=30))
print(reprlib.repr(list(range(100))), reprlib.repr("x" * 100), reprlib.repr({i: i for i in range(9)}), reprlib.repr({"deep": [[[[[[[1]]]]]]]}), reprlib.Repr(maxlist=2, maxother=10, indent="..").repr([1, {"a": 2}, 3]))
print(query(PEOPLE, "*.address.city"), query(PEOPLE, "-1.name"), query(PEOPLE, "*.tags.0"), query(PEOPLE, "x.y"), query(PEOPLE[0], "*.city"))
flat = dict(flatten(PEOPLE[:2]))
print(len(flat), list(flat.items())[3:6], rebuild(flat.items()) == PEOPLE[:2])
changed = [{**PEOPLE[0], "born": "1815", "new": 1}, {k: v for k, v in PEOPLE[1].items() if k != "tags"}]
print(*difference(PEOPLE, changed), sep="\n")
print(merge(PEOPLE[0], {"tags": ["poet"], "address": {"zip": "SW1"}, "born": None}))
decades = defaultdict(lambda: defaultdict(list))
for person in PEOPLE:
    decades[person["born"] // 100 + 1][person["address"]["city"][0]].append(person["name"])
pprint.pprint({k: dict(v) for k, v in decades.items()})
