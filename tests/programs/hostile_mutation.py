"""Calls natives with objects whose special methods change the containers the natives work on: nothing may crash or hang.

usage: hostile_mutation.py [SEED [CALLS]]
"""

import _codecs
import _collections
import array
import binascii
import bisect
import builtins
import codecs
import collections
import copy
import csv
import datetime
import functools
import heapq
import io
import itertools
import json
import operator
import pickle
import random
import re
import struct
import sys
import types
import warnings
import zlib

warnings.simplefilter("ignore")
seed, calls = (int(text) for text in (sys.argv[1:] + ["1", "600"][len(sys.argv) - 1 :]))
if sys.implementation.name == "cpython":
    calls = 0  # It has crashes of its own here.
rnd = random.Random(seed)
targets = []
depth = 0
ERRORS = [ValueError, KeyError, StopIteration, IndexError, TypeError, AttributeError]
CHANGES = [
    lambda t: t.clear(),
    lambda t: t.append(Evil()),
    lambda t: t.pop(),
    lambda t: t.extend([1, 2, 3, 4] * rnd.randrange(50)),
    lambda t: operator.setitem(t, rnd.randrange(4), Evil()),
    lambda t: t.update({Evil(): 1, 5: 6}),
    lambda t: operator.delitem(t, slice(None)),
    lambda t: t.add(Evil()),
    lambda t: t.__init__(),
]


def gives(result):
    """The result of a special method, after changes to what may be worked on at this moment; an error now and then."""
    global depth
    if depth < 3:
        depth += 1
        try:
            for target in targets:
                try:
                    rnd.choice(CHANGES)(target)
                except Exception:
                    pass
        finally:
            depth -= 1
    if rnd.randrange(12) == 0:
        raise rnd.choice(ERRORS)
    return result


class Evil:
    def __eq__(self, other):
        return gives(rnd.randrange(2) == 0)

    def __lt__(self, other):
        return gives(rnd.randrange(2) == 0)

    __gt__ = __le__ = __ge__ = __lt__

    def __hash__(self):
        return gives(rnd.randrange(3))

    def __index__(self):
        return gives(rnd.choice([0, 1, 2, 3, -1, 2**40, 255]))

    def __len__(self):
        return gives(rnd.choice([0, 1, 5, 10]))

    def __iter__(self):
        return gives(iter([1, 2, Evil()]))

    def __getitem__(self, index):
        if rnd.randrange(4) == 0:
            raise IndexError
        return gives(Evil())

    def __add__(self, other):
        return gives(Evil())

    __radd__ = __mul__ = __rmul__ = __sub__ = __or__ = __ror__ = __and__ = __iadd__ = __mod__ = __rmod__ = __add__

    def __call__(self, *args, **keywords):
        return gives(rnd.choice([1, "a", b"a", None, Evil(), [1], (1, 2)]))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return gives(Evil())

    def __buffer__(self, flags):
        return memoryview(targets[2] if len(targets) > 2 else b"abc")

    def __exit__(self, *args):
        return gives(None)

    __int__ = lambda self: gives(3)
    __float__ = lambda self: gives(1.5)
    __repr__ = lambda self: gives("E")
    __str__ = lambda self: gives("s")
    __format__ = lambda self, spec: gives("f")
    __bool__ = lambda self: gives(True)
    __length_hint__ = lambda self: gives(rnd.choice([0, 3, 2**20]))
    __bytes__ = lambda self: gives(b"ab")
    __fspath__ = lambda self: gives("/nonexistent")
    __reduce__ = lambda self: gives((int, ()))
    __missing__ = lambda self, key: gives(1)
    __enter__ = lambda self: gives(1)
    keys = lambda self: gives(["a", Evil()])
    read = lambda self, *args: gives(rnd.choice([b"ab", "ab", b"", ""]))
    write = lambda self, *args: gives(1)
    readline = lambda self, *args: gives(rnd.choice([b"ab\n", "a,b\n", ""]))
    readinto = lambda self, buffer: gives(rnd.choice([0, 1, 3, 10**6, -1]))
    readable = writable = seekable = lambda self: gives(True)
    closed = False


def make_targets():
    global targets
    targets = []
    targets = [
        [3, 1, Evil(), 2, Evil()], {1: Evil(), Evil(): 2, "a": 3}, bytearray(b"abcdefgh"), {1, 2, Evil()},
        collections.deque([1, Evil(), 3]), collections.OrderedDict([(1, Evil()), (2, 3)]), array.array("i", [1, 2, 3, 4]),
        io.BytesIO(b"abcdef"), io.StringIO("abcdef"), collections.defaultdict(Evil, {1: 2}), collections.deque([Evil()] * 3, 4),
    ]


# What never ends, reads from the terminal or opens files.
SKIP = set("""cycle count repeat open FileIO open_code exit quit breakpoint input print help main __init_subclass__
__class__""".split())
MODULES = [itertools, operator, functools, collections, _collections, heapq, bisect, json, struct, copy, re, csv, pickle, io,
           types, binascii, zlib, codecs, _codecs, array, datetime, builtins]
functions = []
for module in MODULES:
    for attribute in dir(module):
        found = getattr(module, attribute)
        if attribute not in SKIP and not attribute.startswith("__") and callable(found):
            functions.append((f"{module.__name__}.{attribute}", found))
SIMPLE = [0, 1, 2, -1, None, "a", b"ab", "%s %r", "{} {!r:{}}", lambda *args: gives(1), slice(None, None, -1), 5, 10**5, "utf-8",
          "<3i2s", "abc", int, str, list, slice(Evil(), Evil(), Evil()), (Evil(), Evil())]


def arguments():
    kinds = [lambda: rnd.choice(targets)] * 4 + [Evil] * 2 + [lambda: rnd.choice(SIMPLE)] * 2
    return [rnd.choice(kinds)() for _ in range(rnd.choice([0, 1, 1, 2, 2, 3, 4]))]


def call(what, function, values):
    if len(sys.argv) > 2:
        print(what, [type(value).__name__ for value in values], file=sys.stderr, flush=True)
    result = function(*values)
    if not isinstance(result, (str, bytes, int)):
        for _ in zip(range(30), result):
            pass


stdout = sys.stdout
sys.stdout = io.StringIO()
sys.unraisablehook = lambda *args: None
for _ in range(calls):
    try:
        make_targets()
        if rnd.randrange(3):
            target = rnd.choice(targets)
            attribute = rnd.choice([name for name in dir(target) if name not in SKIP])
            call(f"{type(target).__name__}.{attribute}", getattr(target, attribute), arguments())
        else:
            call(*rnd.choice(functions), arguments())
    except Exception:
        pass
stdout.write("done\n")
