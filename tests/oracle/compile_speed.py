"""Compares the time and memory of compile() over the whole library: TAIPAN against the CPython that runs this.

    python3.14 tests/oracle/compile_speed.py TAIPAN [--library DIR] [--rounds N] [--with-tests]

Each interpreter reads all files first; then one process times `compile(text, name, "exec")` over all of them. The
processes of both take turns, N times; processor time and wall time of the best round count, and the peak memory beyond
what the process had before compiling. Files that CPython does not compile are left out.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

WORKER = """
import sys, time
def status(key):
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(key))
import warnings
warnings.simplefilter("ignore")
with open(sys.argv[1]) as f:
    names = f.read().split("\\n")
sources = []
for name in names:
    with open(name, "rb") as f:
        sources.append(f.read())
before, peak_before = status("VmRSS"), status("VmHWM")
wall, start = time.perf_counter(), time.process_time()
for name, source in zip(names, sources):
    compile(source, name, "exec", dont_inherit=True)
print(time.process_time() - start, time.perf_counter() - wall, before, peak_before, status("VmHWM"))
"""


def measure(interpreter, listing):
    done = subprocess.run([interpreter, "-s", "-c", WORKER, listing], check=True, capture_output=True, text=True)
    return [float(number) for number in done.stdout.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("taipan")
    parser.add_argument("--library", type=pathlib.Path, default=pathlib.Path(json.__file__).parents[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--with-tests", action="store_true")
    args = parser.parse_args()
    names, size = [], 0
    for path in sorted(args.library.rglob("*.py")):
        parts = path.relative_to(args.library).parts
        if "site-packages" in parts or (not args.with_tests and "test" in parts):
            continue
        try:
            source = path.read_bytes()
            compile(source, str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError, OSError):
            continue
        names.append(str(path))
        size += len(source)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("\n".join(names))
        listing.flush()
        results = {"CPython": [], "Taipan": []}
        for _ in range(args.rounds):
            results["CPython"].append(measure(sys.executable, listing.name))
            results["Taipan"].append(measure(args.taipan, listing.name))
    print(f"{len(names)} files, {size / 1e6:.1f} MB, best of {args.rounds}")
    best = {}
    for name, rounds in results.items():
        cpu, wall = min(r[0] for r in rounds), min(r[1] for r in rounds)
        grown, peak = min(r[4] - r[2] for r in rounds) / 1024, min(r[4] for r in rounds) / 1024
        best[name] = cpu, peak
        print(f"{name:8} {cpu:7.3f} s processor, {wall:7.3f} s wall, peak {peak:6.1f} MB (+{grown:.1f} MB)")
    time_ratio, memory_ratio = (best["Taipan"][i] / best["CPython"][i] for i in (0, 1))
    print(f"Taipan takes {time_ratio:.2f} of CPython's time and {memory_ratio:.2f} of its peak memory")
    sys.exit(time_ratio > 0.25 or memory_ratio > 1)


main()
