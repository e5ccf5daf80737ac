"""Operations of `interrupted_natives.txt` that a signal does not end soon, and results that signals change."""
import collections
import functools
import heapq
import itertools
import json
import math
import operator
import pickle
import random
import re
import signal
import sys
import time

DELAY = 0.03
# Of a debug build on a machine that is busy; most of the operations run for much longer.
PATIENCE = 5.0


class Ended(Exception):
    pass


def end(*_):
    raise Ended


def operations(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                setup, found, operation = line.strip().rpartition(" :: ")
                yield setup, operation


def run(setup, operation):
    names = dict(globals())
    exec(setup, names)
    signal.signal(signal.SIGALRM, end)
    start = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, DELAY)
    try:
        exec(operation, names)
        outcome = "goes to its end"
    except Ended:
        outcome = ""
    except BaseException as error:
        outcome = f"raises {type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    took = time.monotonic() - start
    if took > DELAY + PATIENCE:
        outcome += f" after {took:.1f} s"
    return outcome


def undisturbed():
    """What is computed while handlers run again and again is what is computed without them."""
    rng = random.Random(1)
    floats = [rng.random() for _ in range(300_000)]
    texts = [str(number) for number in floats[:150_000]]
    several = [int(number * 50) for number in floats]
    exes = "x" * 15
    work = [
        lambda: sorted(floats) == sorted(floats, key=lambda x: x),
        lambda: sorted(several, reverse=True)[::60_000],
        lambda: sorted(range(len(several)), key=several.__getitem__)[::60_000],
        lambda: sorted(texts)[::30_000],
        lambda: re.match("(x+x+)+y", exes),
        lambda: re.search("(?:x+x+)+(z|$)", exes + "yxxz").span(),
        lambda: re.search(b"(?:x+x+)+(z|$)", bytearray(b"x" * 15 + b"yxxz")).span(),
        lambda: sum(itertools.repeat(1, 300_000)),
        lambda: len(json.dumps(several)),
        lambda: pickle.loads(pickle.dumps(texts)) == texts,
    ]
    plain = [work() for work in work]
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    signal.signal(signal.SIGALRM, count)
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    disturbed = [work() for work in work]
    signal.setitimer(signal.ITIMER_REAL, 0)
    if calls < 20:
        print("too few signals:", calls)
    for i, (a, b) in enumerate(zip(plain, disturbed)):
        if a != b:
            print(f"result {i} changes: {a} {b}")


count = 0
for setup, operation in operations(sys.argv[1]):
    count += 1
    if outcome := run(setup, operation):
        print(operation, outcome)
undisturbed()
print(count, "operations")
