"""Writes hashes computed by CPython 3.14 with PYTHONHASHSEED 0 and 42 to src/hash/facts.txt.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_hash_facts.py
Lines are: seed, kind, value, hash. Text and bytes are in hexadecimal code points.
"""

import os
import subprocess
import sys
from pathlib import Path

TEXTS = ["", "a", "ab", "hello", "exactly8", "nine char", "a" * 100, "é", "éa" * 9, "€uro", "日本語テキスト", "😀", "x\ud800", "😀" * 5]
INTS = [0, 1, -1, -2, 2**61 - 1, 2**61 - 2, -(2**61 - 1), 2**61, 2**63, 2**64, -(2**64) - 1, 3**200, -(7**300), 10**100]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1.1, -2.75, 1e300, 5e-324, 2.2250738585072014e-308, 1e17, float("inf"), float("-inf"), 3.141592653589793, -1e-10]
TUPLES = [(), (1,), (1, 2), (-1, -2), tuple(range(50)), (0,), (0, 0)]
SETS = [(), (1,), (1, 2, 3), tuple(range(50)), (-1, 5, 2**60)]
COMPLEX = [1j, 1 + 2j, -1 + 0j, 0.5 - 1.5j]
SLICES = [(1, 2, 3), (0, 0, 1), (-1, 5, 2)]


def rows(seed):
    for text in TEXTS:
        yield "str", ".".join("%x" % ord(c) for c in text), hash(text)
    for data in (b"", b"a", b"12345678", b"\xff\x00" * 11):
        yield "bytes", data.hex("."), hash(data)
    if seed == 0:
        for kind, values in (("int", INTS), ("float", FLOATS)):
            for value in values:
                yield kind, repr(value), hash(value)
        for value in COMPLEX:
            yield "complex", f"{value.real!r},{value.imag!r}", hash(value)
        for kind, make, values in (("tuple", tuple, TUPLES), ("frozenset", frozenset, SETS), ("slice", lambda v: slice(*v), SLICES)):
            for value in values:
                yield kind, ",".join(map(str, value)), hash(make(value))


if len(sys.argv) > 1:
    for row in rows(int(sys.argv[1])):
        print(sys.argv[1], *row, sep="\t")
else:
    out = ""
    for seed in ("0", "42"):
        env = dict(os.environ, PYTHONHASHSEED=seed)
        out += subprocess.run([sys.executable, __file__, seed], env=env, check=True, capture_output=True, text=True).stdout
    (Path(__file__).resolve().parent.parent / "src" / "hash" / "facts.txt").write_text(out)
