"""Sorting with and without keys, over numbers, text and tuples."""

import operator
import random

source = random.Random(7)
values = [source.random() for _ in range(120_000)]
records = [(int(v * 1000), f"name{int(v * 1e6)}", v) for v in values]
print(sorted(values)[60_000])
print(sorted(records)[5], sorted(records, key=operator.itemgetter(1))[5], sorted(records, key=lambda r: (-r[0], r[1]))[5])
