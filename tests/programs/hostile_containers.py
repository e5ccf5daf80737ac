"""Containers whose elements change them, allocate and collect in the middle of an operation."""

import array
import bisect
import collections
import functools
import gc
import heapq
import itertools


def rubbish(n=3):
    """Allocates, so that a collection at each allocation moves what is not held."""
    return [[str(i), (i, {i: i})] for i in range(n)]


class Key:
    """Equal by value; a comparison first runs the actions of both sides, but not within an action."""

    busy = False

    def __init__(self, value, action=None):
        self.value, self.action = value, action

    def __hash__(self):
        rubbish()
        return self.value % 3

    def __eq__(self, other):
        Key.run(self, other)
        return isinstance(other, Key) and self.value == other.value

    def __lt__(self, other):
        Key.run(self, other)
        return self.value < other.value

    @staticmethod
    def run(*keys):
        rubbish()
        for key in keys:
            action = getattr(key, "action", None)
            if action and not Key.busy:
                Key.busy = True
                try:
                    action()
                finally:
                    Key.busy = False

    def __repr__(self):
        rubbish(1)
        return f"K{self.value}"


def show(name, function, *args):
    try:
        result = function(*args)
        print(name, "->", repr(result))
    except Exception as error:
        print(name, "raises", type(error).__name__, error)


# --- dicts and sets changed by the comparison of their keys

def dict_cleared_in_lookup():
    d = {}
    for i in range(8):
        d[Key(i)] = str(i)
    probe = Key(100, lambda: d.clear())
    found = d.get(probe, "none")
    return found, len(d)


def dict_grown_in_lookup():
    d = {Key(i): [i] for i in range(6)}
    probe = Key(5, lambda: d.update({Key(1000 + len(d)): rubbish()}))
    return d.get(probe), len(d) > 6


def dict_grown_in_store():
    d = {Key(i): [i] for i in range(6)}
    count = [0]

    def grow():
        if count[0] < 5:
            count[0] += 1
            d[2000 + count[0]] = rubbish()

    d[Key(50, grow)] = "stored"
    return sorted(v for v in d.values() if v == "stored"), count[0] > 0


def dict_deleting_in_delete():
    d = {Key(i): [i] for i in range(6)}
    probe = Key(3, lambda: d.pop(0, None) or d.update(zero=rubbish()))
    del d[probe]
    return sorted((k.value for k in d if isinstance(k, Key)))


def set_changed_in_operations():
    s = {Key(i) for i in range(6)}
    t = {Key(i, lambda: s.add(Key(77)) if len(s) < 9 else None) for i in range(3, 9)}
    return sorted(k.value for k in (t & {Key(4), Key(5)}) | {Key(40)})


def set_discards_itself():
    s = {Key(i) for i in range(9)}
    s.discard(Key(8, s.clear))
    return len(s)


def dict_changes_in_iteration():
    d = dict.fromkeys(range(5))
    for k in d:
        d[str(k)] = rubbish()


def set_changes_in_iteration():
    s = set(range(5))
    for k in s:
        s.add((k, "more"))


def dict_equal_with_clearing():
    left = {i: Key(i) for i in range(5)}
    right = {i: Key(i, lambda: right.clear()) for i in range(5)}
    try:
        return left == right
    except RuntimeError as error:
        return str(error)


def dict_update_from_changing():
    class Source:
        def keys(self):
            for i in range(6):
                rubbish()
                yield "k" * i

        def __getitem__(self, key):
            target.pop("", None)
            return rubbish(1), key

    target = {"": 0, "kk": 1}
    target.update(Source())
    return sorted(target)


def missing_recurses():
    class D(dict):
        def __missing__(self, key):
            if key <= 0:
                return rubbish()
            self[key] = value = [self[key - 1]]
            return value

    d = D()
    d[12]
    return len(d)


def defaultdict_recurses():
    d = collections.defaultdict(lambda: collections.defaultdict(lambda: rubbish()))
    for i in range(6):
        d[i][i + 1].append(i)
    return sum(len(inner[k]) for inner in d.values() for k in inner)


def ordered_dict_moves():
    od = collections.OrderedDict((Key(i), rubbish(1)) for i in range(8))
    for i in (3, 1, 7):
        od.move_to_end(Key(i))
        od.move_to_end(Key(i + 1 if i < 7 else 0), last=False)
    return list(od), od.popitem()[0], od.popitem(last=False)[0]


def counter_of_keys():
    c = collections.Counter(Key(i % 4) for i in range(20))
    c.subtract([Key(1)] * 2)
    return sorted((k.value, n) for k, n in c.items()), [n for _, n in c.most_common(2)]


def chain_map_of_new():
    maps = [{Key(i): rubbish(1)} for i in range(5)]
    cm = collections.ChainMap(*maps)
    return len(cm), Key(4) in cm, Key(9) in cm


# --- lists changed by the comparison of their elements

def sort_with_clearing_key():
    data = list(range(20, 0, -1))

    def key(x):
        data.clear()
        data.extend(rubbish())
        return -x

    data.sort(key=key)


def sort_with_clearing_lt():
    data = [Key(i, lambda: data.append(1)) for i in (3, 1, 2)]
    data.sort()


def sort_raising():
    data = [Key(i) for i in (5, 3, 8, 1)]
    data[2].action = lambda: 1 / 0
    try:
        data.sort()
    except ZeroDivisionError:
        return sorted(k.value for k in data)


def sort_long():
    data = [Key((i * 7919) % 97) for i in range(97)]
    data.sort(key=lambda k: (rubbish(1) and k.value % 10, k), reverse=True)
    return [k.value for k in data][:12]


def index_with_clearing():
    data = [Key(i) for i in range(10)]
    return data.index(Key(9, lambda: data.clear() if len(data) == 10 else None))


def remove_with_shrinking():
    data = [Key(i, lambda: data.pop() if len(data) > 3 else None) for i in range(9)]
    try:
        data.remove(Key(8))
    except ValueError as error:
        return len(data), str(error)


def count_with_growing():
    data = [Key(1, lambda: data.append(Key(1)) if len(data) < 12 else None) for _ in range(3)]
    return data.count(Key(1))


def compare_with_clearing():
    left = [Key(1), Key(2), Key(3)]
    right = [Key(1, lambda: left.clear()), Key(2), Key(3)]
    return left == right, right < [Key(0), Key(5)], len(left)


def contains_with_replacing():
    data = [Key(i) for i in range(5)]

    def replace():
        data[:] = rubbish(2)

    return Key(3, replace) in data, len(data)


def slice_from_changing_iterator():
    data = list(range(10))

    def source():
        for i in range(5):
            data.append(rubbish(1))
            yield -i

    data[2:4] = source()
    return data[:2], len(data)


def extend_from_itself_growing():
    data = [1, 2, 3]

    def source():
        for i in range(10):
            data.insert(0, i)
            yield rubbish(1)

    data.extend(source())
    return len(data)


def iterate_while_shrinking():
    data = [rubbish(1) for _ in range(12)]
    seen = 0
    for _ in data:
        seen += 1
        data.pop()
    return seen, len(data)


def repr_of_itself():
    data = [Key(1)]
    data.append(data)
    d = {1: data}
    data.append(d)
    d["d"] = d
    return repr(data)


def delete_slices():
    data = [rubbish(1) + [i] for i in range(60)]
    del data[::3]
    del data[5:20:2]
    data[::4] = [None] * len(data[::4])
    return len(data), sum(x is None for x in data)


# --- other containers

def deque_changes():
    d = collections.deque((Key(i) for i in range(6)), maxlen=8)
    try:
        Key(5, lambda: d.append(rubbish(1))) in d
    except RuntimeError as error:
        print("deque:", error)
    d.rotate(3)
    d.extendleft(rubbish(4))
    return len(d)


def deque_remove_changes():
    d = collections.deque(Key(i) for i in range(6))
    try:
        d.remove(Key(5, d.clear))
    except (IndexError, ValueError, RuntimeError) as error:
        return type(error).__name__, len(d)


def heap_of_changing():
    heap = []
    for i in (5, 2, 9, 1, 7, 3):
        heapq.heappush(heap, Key(i))
    out = [heapq.heappop(heap).value for _ in range(3)]
    heap[0].action = heap.clear
    try:
        heapq.heapify(heap)
        heapq.heappush(heap, Key(0, heap.clear))
    except (RuntimeError, IndexError) as error:
        return out, str(error)
    return out, len(heap)


def heap_merges():
    parts = [[Key(i) for i in range(start, 12, 3)] for start in range(3)]
    return list(heapq.merge(*parts)), heapq.nsmallest(3, parts[0] + parts[1]), heapq.nlargest(2, parts[2])


def bisects():
    data = [Key(i) for i in range(0, 30, 3)]
    at = bisect.bisect(data, Key(13))
    bisect.insort(data, Key(14, lambda: rubbish(5)))
    return at, data[at], bisect.bisect_left(data, 12, key=lambda k: (rubbish(), k.value)[1])


def arrays():
    a = array.array("q", (len(rubbish(1)) + i for i in range(30)))
    a.extend(array.array("q", range(3)))
    view = memoryview(a)
    try:
        a.append(1)
    except BufferError as error:
        print("array:", error)
    gc.collect()
    total = sum(view)
    view.release()
    a.append(1)
    return total, len(a)


# --- iterators over what changes

def tees():
    left, right = itertools.tee(rubbish(1) + [i] for i in range(10))
    out = [len(next(left)) for _ in range(4)]
    third = itertools.tee(right)[1]
    gc.collect()
    return out, sum(1 for _ in left), sum(1 for _ in third)


def groups():
    out = []
    for key, group in itertools.groupby((Key(i // 3) for i in range(10)), key=lambda k: Key(k.value)):
        out.append((key, [rubbish(1) and k for k in group]))
    return out


def iterator_mix():
    chain = itertools.chain.from_iterable(([Key(i)] * 2 for i in range(4)))
    pairs = list(itertools.zip_longest(chain, map(Key, range(3)), fillvalue=None))
    product = list(itertools.product(map(str, range(3)), (Key(i) for i in range(2))))
    sums = list(itertools.accumulate((str(i) for i in range(5)), lambda a, b: a + b if rubbish() else ""))
    batches = [len(b) for b in itertools.batched(map(Key, range(7)), 3)]
    combos = sum(len(c) for c in itertools.combinations((Key(i) for i in range(5)), 3))
    return len(pairs), product[-1], sums[-1], batches, combos


def cycles_and_slices():
    it = itertools.cycle(map(Key, range(3)))
    part = list(itertools.islice(it, 1, 11, 3))
    return part, list(itertools.compress(map(str, range(6)), itertools.cycle([1, 0]))), next(it)


def zip_with_changing():
    data = [1, 2, 3, 4]

    def shrinking():
        for i in range(10):
            if data:
                data.pop()
            yield rubbish(1), i

    return [(a, b[1]) for a, b in zip(data, shrinking())]


def lru_cache_of_keys():
    @functools.lru_cache(maxsize=4)
    def f(key):
        rubbish()
        return f(Key(key.value - 1)) + 1 if key.value else 0

    return f(Key(9)), f(Key(3)), f.cache_info()


def cmp_keys():
    data = [str(i * 37 % 50) for i in range(25)]
    return sorted(data, key=functools.cmp_to_key(lambda a, b: (len(rubbish(1)) and (a > b) - (a < b))))[:5]


def partials():
    add = functools.partial(lambda *a, **k: (len(a), sorted(k)), rubbish(1), one=rubbish(1))
    return functools.partial(add, 2, two=2)(3, three=3), functools.reduce(lambda a, b: [a, b], range(6))


def tuples_from_changing():
    def source():
        for i in range(40):
            if i % 10 == 0:
                gc.collect()
            yield [i]

    t = tuple(source())
    return len(t), t[-1], sum(len(x) for x in t * 3), hash(tuple(map(str, range(30)))) == hash(tuple(map(str, range(30))))


def frozen_sets():
    a = frozenset(Key(i) for i in range(6))
    b = frozenset(Key(i) for i in range(3, 9))
    return [sorted(k.value for k in s) for s in (a | b, a & b, a - b, a ^ b)], a.isdisjoint(b), a <= a | b


def unpackings():
    def source():
        for i in range(6):
            yield rubbish(1) and Key(i)

    first, *rest, last = source()
    merged = {**{k: rubbish(1) for k in "abc"}, **dict(zip("cde", source()))}
    return first, rest, last, sorted(merged), [*source(), *rest][-1], len({*source(), *source()})


for name, function in list(globals().items()):
    if callable(function) and name not in ("rubbish", "show", "Key"):
        show(name, function)
