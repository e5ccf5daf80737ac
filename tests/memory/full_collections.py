"""Time of full collections by the shape of the heap: a random graph, a chain, a tree. `collections.py [OBJECTS]`"""

import gc
import sys
import time

OBJECTS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000


class Node:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


def random_graph(items):
    n, x = len(items), 12345
    for node in items:
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
        node.a = items[x % n]
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
        node.b = items[x % n]


def chain(items):
    for i, node in enumerate(items):
        node.a = items[i - 1]
        node.b = None


def tree(depth):
    if depth == 0:
        return Node(None, None)
    return Node(tree(depth - 1), tree(depth - 1))


def report(name, objects):
    times = []
    gc.collect()
    for _ in range(5):
        start = time.process_time()
        gc.collect()
        times.append(time.process_time() - start)
    print(f"{name}: {objects} objects, {sorted(times)[2] * 1e9 / objects:.1f} ns for each")


items = [Node(None, None) for _ in range(OBJECTS)]
random_graph(items)
report("random graph, each object in a list", OBJECTS)
first = items[0]
items = None
report("random graph, one object in a variable", OBJECTS)
first = None
items = [Node(None, None) for _ in range(OBJECTS)]
chain(items)
report("chain, each object in a list", OBJECTS)
first = items[-1]
items = None
report("chain, its last object in a variable", OBJECTS)
first = None
depth = max(OBJECTS.bit_length() - 2, 1)
root = tree(depth)
report("tree", (2 << depth) - 1)
