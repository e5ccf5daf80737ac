"""Sorting: stability, keys, hand-written sorts compared; heapq and bisect algorithms; running medians; top k."""
import bisect
import heapq
import random
from functools import cmp_to_key
from operator import attrgetter, itemgetter

rng = random.Random(7)


class Card:
    RANKS = "23456789TJQKA"
    compared = 0

    def __init__(self, text):
        self.text, self.rank, self.suit = text, self.RANKS.index(text[0]), text[1]

    def __lt__(self, other):
        Card.compared += 1
        return self.rank < other.rank

    def __repr__(self):
        return self.text


def insertion(a):
    a = list(a)
    for i in range(1, len(a)):
        x, j = a[i], i
        while j and x < a[j - 1]:
            a[j] = a[j - 1]
            j -= 1
        a[j] = x
    return a


def merge_sort(a):
    if len(a) < 2:
        return list(a)
    left, right = merge_sort(a[:len(a) // 2]), merge_sort(a[len(a) // 2:])
    out, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if right[j] < left[i]:
            out.append(right[j]); j += 1
        else:
            out.append(left[i]); i += 1
    return out + left[i:] + right[j:]


def quick(a):
    if len(a) < 2:
        return list(a)
    pivot = a[len(a) // 2]
    return quick([x for x in a if x < pivot]) + [x for x in a if not x < pivot and not pivot < x] + quick([x for x in a if pivot < x])


def heap_sort(a):
    heap = list(a)
    heapq.heapify(heap)
    return [heapq.heappop(heap) for _ in range(len(heap))]


def shell(a):
    a, gap = list(a), len(a) // 2
    while gap:
        for i in range(gap, len(a)):
            x, j = a[i], i
            while j >= gap and x < a[j - gap]:
                a[j] = a[j - gap]
                j -= gap
            a[j] = x
        gap //= 2
    return a


def radix(a):
    for shift in range(0, 24, 8):
        buckets = [[] for _ in range(256)]
        for n in a:
            buckets[n >> shift & 255].append(n)
        a = [n for bucket in buckets for n in bucket]
    return a


numbers = [rng.randrange(10**6) for _ in range(400)]
expected = sorted(numbers)
for sort in (insertion, merge_sort, quick, heap_sort, shell, radix):
    print(sort.__name__, sort(numbers) == expected, sort([]) == [], sort([2, 1]))
deck = [Card(r + s) for s in "cdhs" for r in Card.RANKS]
rng.shuffle(deck)
print(deck[:8])
hand = sorted(deck[:20])
by_rank = {}
for card in deck[:20]:
    by_rank.setdefault(card.rank, []).append(card)
print(hand, hand == [c for r in sorted(by_rank) for c in by_rank[r]], Card.compared < 110)
print(sorted(hand, key=attrgetter("suit")) == sorted(sorted(hand), key=lambda c: c.suit), max(hand), min(hand, key=attrgetter("suit", "rank")), sorted(hand, reverse=True)[:4])
people = [("Ann", 31, 1.7), ("Bob", 25, 1.8), ("Cid", 31, 1.6), ("Dan", 25, 1.8)]
print(sorted(people, key=itemgetter(1)), sorted(people, key=lambda p: (-p[2], p[0])), sorted(people, key=cmp_to_key(lambda a, b: b[1] - a[1] or (a[0] < b[0]) - (a[0] > b[0]))), sep="\n")
mixed = [3, 1.5, True, -2, 10**20, float("inf"), 0.0, -0.0, False]
print(sorted(mixed), sorted("banana"), sorted({"b": 1, "a": 2}), sorted([[2], [1, 5], []]), sorted([(1, "b"), (1, "a")]), sorted(["B", "a", "C"], key=str.lower), sorted(range(5), key=lambda n: n % 2))
nan = float("nan")
print(len(sorted([2, nan, 1])), [1, 2, 3].sort(), list(reversed(sorted("ab"))))


class Evil:
    def __init__(self, items): self.items = items
    def __lt__(self, other):
        self.items.append(1)
        return False


items = []
items.extend([Evil(items), Evil(items)])
for bad in (lambda: items.sort(), lambda: sorted([1, "a"]), lambda: sorted([1], key=5), lambda: sorted(3), lambda: [1j, 2j].sort(), lambda: max([]), lambda: min(1, 2, default=3), lambda: sorted([None, 1]), lambda: [1].sort(lambda: 0)):
    try:
        print(bad())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")

low, high, medians = [], [], []
for n in numbers[:15]:
    heapq.heappush(high, -heapq.heappushpop(low, -n))
    if len(high) > len(low):
        heapq.heappush(low, -heapq.heappop(high))
    medians.append(-low[0] if len(low) > len(high) else (high[0] - low[0]) / 2)
print(medians)
print(heapq.nlargest(3, numbers), heapq.nsmallest(2, people, key=itemgetter(1)), list(heapq.merge([1, 4, 9], [2, 3], [0, 10])), list(heapq.merge("fca", "edb", reverse=True)))
heap = [5, 1, 4]
heapq.heapify(heap)
print(heap, heapq.heapreplace(heap, 0), heapq.heappushpop(heap, 3), heap, heapq.heappush_max.__name__)
grades = [bisect.bisect([60, 70, 80, 90], score) for score in (33, 99, 77, 70, 89, 90)]
print(["FDCBA"[g] for g in grades], bisect.bisect_left([1, 2, 2, 3], 2), bisect.bisect_right([1, 2, 2, 3], 2), bisect.bisect_left([25, 31], 26))
out = []
for n in numbers[:10]:
    bisect.insort(out, n, key=lambda v: -v)
print(out)


def increasing(sequence):
    tails = []
    for x in sequence:
        i = bisect.bisect_left(tails, x)
        tails[i:i + 1] = [x]
    return len(tails)


print(increasing(numbers), increasing(range(10)), increasing([3, 1, 2, 5, 4]))
