"""Pickles of random objects, and mutated ones, under two interpreters: the same bytes, the same objects, the same errors.

    python3 tests/oracle/pickle_both_ways.py --oracle PYTHON --python TAIPAN [--objects 400] [--mutations 10000]

Each interpreter runs this file as a worker that prints one line for each object and each mutated pickle; the lines are
compared. What depends on memory at hand is told by its type only, and no mutation may take an interpreter down.
"""

import argparse
import subprocess
import sys


def make(random, depth):
    """A random object; shared parts and cycles among them."""
    import collections
    import datetime
    import decimal
    import fractions
    shared = []

    class_pool = [collections.OrderedDict, collections.Counter]

    def text():
        alphabet = random.choice(["ab", "aé", "a€\ud800"[:2], "a\U0001F600\n\\", "xyz0123456789"])
        return "".join(random.choice(alphabet) for _ in range(random.choice([0, 1, 2, 5, 40, 300])))

    def leaf():
        kind = random.randrange(14)
        if kind == 0:
            return random.choice([None, True, False, ..., NotImplemented])
        if kind == 1:
            return random.choice([0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -2**31, -2**31 - 1])
        if kind == 2:
            return random.getrandbits(random.choice([8, 63, 64, 65, 200, 2100])) * random.choice([1, -1])
        if kind == 3:
            return random.choice([0.0, -0.0, 1.5, 1e300, 1e-300, float("inf"), random.random()])
        if kind == 4:
            return bytes(random.randrange(256) for _ in range(random.choice([0, 1, 3, 255, 256, 1000])))
        if kind == 5:
            return bytearray(random.randrange(256) for _ in range(random.choice([0, 1, 300])))
        if kind == 6:
            return complex(random.random(), random.choice([0, 1.5]))
        if kind == 7:
            return random.choice([int, dict, len, print, collections.OrderedDict, ValueError, type(None), type(...)])
        if kind == 8:
            return datetime.datetime(2000 + random.randrange(20), 1, 2, 3, 4, 5, random.randrange(10**6))
        if kind == 9:
            return random.choice([range(3, 9, 2), slice(1, None, 2), decimal.Decimal("1.50"), fractions.Fraction(1, 3)])
        return text()

    def node(depth):
        if shared and random.random() < 0.2:
            return random.choice(shared)
        if depth <= 0 or random.random() < 0.3:
            made = leaf()
        else:
            kind = random.randrange(9)
            size = random.choice([0, 1, 2, 3, 4, 9])
            if kind == 0:
                made = tuple(node(depth - 1) for _ in range(size))
            elif kind == 1:
                made = {text(): node(depth - 1) for _ in range(size)}
            elif kind == 2:
                made = {random.randrange(50) for _ in range(size)}
            elif kind == 3:
                made = frozenset(random.randrange(50) for _ in range(size))
            elif kind == 4:
                made = random.choice(class_pool)((text(), random.randrange(9)) for _ in range(1))
            elif kind == 5:
                made = ValueError(*[node(depth - 1) for _ in range(size)])
            elif kind == 6 and random.random() < 0.2:
                made = list(range(random.choice([999, 1000, 1001, 2500])))
            else:
                made = [node(depth - 1) for _ in range(size)]
                if made and random.random() < 0.2:
                    made.append(made)
        shared.append(made)
        return made

    return node(depth)


def outcome(function):
    """What a call gives, as text, without what differs between processes."""
    import re
    import reprlib
    try:
        result = function()
    except MemoryError:
        return "MemoryError"
    except RecursionError:
        return "RecursionError"
    except BaseException as error:
        return f"{type(error).__name__}: {re.sub('0x[0-9a-f]+', '0x', str(error))[:300]!r}"
    short = reprlib.Repr()
    short.maxlevel = 4
    try:
        return type(result).__name__ + " " + re.sub("0x[0-9a-f]+", "0x", short.repr(result))[:300].replace("\n", " ")
    except RecursionError:
        return type(result).__name__


class Restricted:
    """Picklers and unpicklers of the native module; mutated pickles find harmless globals only."""

    def __init__(self, pickle):
        allowed = {("builtins", name) for name in ("int", "list", "dict", "set", "complex", "bytearray", "range", "slice")}
        allowed |= {("collections", "OrderedDict"), ("collections", "Counter"), ("copyreg", "_reconstructor")}

        class Unpickler(pickle.Unpickler):
            def find_class(self, module, name):
                if (module, name) not in allowed:
                    raise pickle.UnpicklingError("forbidden global")
                return super().find_class(module, name)

        self.unpickler = Unpickler

    def loads(self, data):
        import io
        return self.unpickler(io.BytesIO(data)).load()


def worker(objects, mutations):
    import hashlib
    import io
    import pickle
    import random
    import _pickle
    assert pickle.Pickler is _pickle.Pickler
    random.seed(20)
    corpus = []
    for number in range(objects):
        item = make(random, 4)
        for protocol in range(6):
            data = pickle.dumps(item, protocol)
            file = io.BytesIO()
            pickle.Pickler(file, protocol).dump(item)
            same_file = file.getvalue() == data
            again = pickle.dumps(pickle.loads(data), protocol)
            print(number, protocol, len(data), hashlib.md5(data).hexdigest(), same_file, len(again))
            if len(data) < 600:
                corpus.append(data)
    print("large", [hashlib.md5(pickle.dumps(item, protocol)).hexdigest() for protocol in range(6) for item in (
        ["x" * 70000, b"y" * 70000, bytearray(b"z" * 70000)] * 2,
        [str(i) for i in range(30000)], {i: float(i) for i in range(5000)}, set(range(2500)))])
    restricted = Restricted(pickle)
    random.seed(21)
    for number in range(mutations):
        data = bytearray(random.choice(corpus))
        for _ in range(random.choice([1, 1, 2, 4])):
            at = random.randrange(len(data))
            kind = random.randrange(4)
            if kind == 0:
                data[at] = random.randrange(256)
            elif kind == 1:
                del data[at:at + random.choice([1, 2, 8])]
            elif kind == 2:
                data[at:at] = bytes([random.choice(b"(tulseadb0128Q\x81\x85\x86\x92\x93\x94\x95\x98\x90\x91h\x00")])
            else:
                data[at:at + 4] = random.choice([b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\0"])
            if not data:
                data += b"."
        data = bytes(data)
        print("mutation", number, outcome(lambda: restricted.loads(data)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--oracle", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--objects", type=int, default=400)
    parser.add_argument("--mutations", type=int, default=10000)
    options = parser.parse_args()
    lines = []
    for program in (options.oracle, options.python):
        command = [program, __file__, "--worker", str(options.objects), str(options.mutations)]
        run = subprocess.run(command, capture_output=True, text=True, env={"PYTHONHASHSEED": "0"})
        if run.returncode != 0:
            sys.exit(f"{program} ended with {run.returncode}\n{run.stderr[-2000:]}")
        lines.append(run.stdout.split("\n"))
    # Whether a claimed length is looked at before or after memory is asked for differs.
    memory = "MemoryError"
    different = [(a, b) for a, b in zip(*lines, strict=True) if a != b and not a.endswith(memory)]
    for a, b in different[:20]:
        print(f"oracle: {a}\n  here: {b}")
    print(f"{len(lines[0])} lines, {len(different)} differ")
    sys.exit(bool(different))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
