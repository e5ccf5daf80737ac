"""The memory a process takes after a peak: one in forty objects stays. `peak.py scattered | random | runs | none`"""

import gc
import os
import random
import sys

OBJECTS = 4_000_000


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1_000_000


class Node:
    __slots__ = ("a", "b")

    def __init__(self, i):
        self.a = i
        self.b = (i, i + 1)


kind = sys.argv[1] if len(sys.argv) > 1 else "scattered"
start = resident()
items = [Node(i) for i in range(OBJECTS)]
peak = resident()
if kind == "scattered":
    kept = items[::40]
elif kind == "random":
    kept = random.Random(1).choices(items, k=OBJECTS // 40)
elif kind == "runs":
    kept = [items[i] for j in range(0, OBJECTS, 4000) for i in range(j, j + 100)]
else:
    kept = []
items = None
gc.collect()
live = start + len(kept) * (32 + 32 + 8) // 1_000_000
print(f"{kind}: {start} MB at the start, {peak} at the peak, {live} live, {resident()} after gc.collect()")
