"""Dicts of a few entries: born at their size, then changed, copied, outgrown, and used as namespaces."""
import gc


class Key:
    def __init__(self, hash, equal):
        self.hash, self.equal, self.calls = hash, equal, 0

    def __hash__(self):
        self.calls += 1
        return self.hash

    def __eq__(self, other):
        return self.equal


def displays():
    yield {}
    yield {'a': 1}
    yield {'a': 1, 'b': 2, 'a': 3}
    yield {True: 1, 1: 2, 1.0: 3, 'b': 4, 'b': 5}
    yield {-1: 'x', -2: 'y', 2**61 - 2: 'z', 2**61: 'w', 1: 'v'}
    yield {1: 1, 'one': 2, None: 3, (1, 2): 4, 1.5: 5}
    yield {c: i for i, c in enumerate('abcdefgh')}
    yield {'a': 0, 'b': 1, 'c': 2, 'd': 3, 'e': 4, 'f': 5, 'g': 6, 'h': 7}
    yield {'a': 0, 'b': 1, 'c': 2, 'd': 3, 'e': 4, 'f': 5, 'g': 6, 'h': 7, 'i': 8}


def change(d):
    """Deletes, adds and replaces until the dict has outgrown whatever it was born with."""
    for key in list(d)[::2]:
        d[key] = 'again'
        del d[key]
    d['new'] = [1]
    if None not in d:
        d[None] = 'none'
    d.setdefault('new', 0)
    d.setdefault(7, 'seven')
    gc.collect()
    copy = d.copy()
    for i in range(12):
        d[i] = i
    copy.update(x=1)
    d.popitem()
    gc.collect()
    return d, copy


for d in displays():
    print(d, len(d), list(reversed(d)))
    print({**d, 'more': 1}, dict(d, k=2), d | {'b': 9}, d == dict(reversed(d.items())))
    for changed in change(d):
        print(changed)
    d.clear()
    d['after'] = 1
    print(d, [name in d for name in ('after', 'a', 1)])

small = {'a': 1, 'b': 2}
try:
    for key in small:
        small[key + key] = 0
except RuntimeError as e:
    print(e, small)
small = {'a': 1, 'b': 2}
try:
    for key in small:
        small.popitem()
        small[key + 'x'] = 0
except RuntimeError as e:
    print(e, small)
print([(key, small.pop(key)) for key in list(small)], small)

key, other = Key(1, True), Key(1, False)
d = {1: 'int', key: 'key', other: 'other'}
print(list(d.values()), key.calls, other.calls)
d['grown'] = 1
d.update({i: i for i in range(20, 40)})
print(key.calls, d[1], d[key], d[other])

namespace = {'a': 1, 'b': 2}
exec('''
def f():
    return a + b
for i in range(4):
    a = f()
    if i == 2:
        c = d = e = g = h = j = a
del b
''', namespace)
del namespace['__builtins__']
print(namespace['a'], list(namespace))
kept = [{'n': i, 'next': None} for i in range(3000)]
for one, two in zip(kept, kept[1:]):
    one['next'] = two
gc.collect()
one, total = kept[0], 0
del kept
while one:
    total += one['n']
    one = one['next']
print(total)
