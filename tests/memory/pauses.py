"""A program that allocates, keeps a sixteenth of it and writes to old objects beside many that live: run with `-X gclog`.

`pauses.py [OBJECTS [WRITES]]`; the lines of the log that count follow the line "built". WRITES: to random old objects for
each object kept.
"""

import sys

OBJECTS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
WRITES = int(sys.argv[2]) if len(sys.argv) > 2 else 0


class Node:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


live = [Node(i, [i]) if i % 4 == 0 else Node(i, (i, i + 1)) for i in range(OBJECTS // 2)]
kept = [None] * 65536
print("built", file=sys.stderr)
x = 1
for i in range(6_000_000):
    node = Node(i, (i, i))
    node.a = node
    if i % 16 == 0:
        kept[i // 16 % 65536] = node
        for _ in range(WRITES):
            x = (x * 1103515245 + 12345) & 0x7FFFFFFF
            live[x % len(live)].a = node
