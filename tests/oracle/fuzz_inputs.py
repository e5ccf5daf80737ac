"""Feeds mutated sources and mutated compiled code to an interpreter: it must not crash, hang or eat memory.

    python3 tests/oracle/fuzz_inputs.py TAIPAN [--sources N] [--compiled N] [--seed S] [--jobs N]
    TAIPAN tests/oracle/fuzz_inputs.py --worker KIND SEED FIRST COUNT      (what the first form starts)

Every input follows from the kind, the seed and its number, so that `--worker source 1 4711 1` repeats one. Sources are
compiled; compiled code is unmarshalled, looked at and run, where the verifier lets it, with harmless builtins and half
a second of time. An input fails when the process dies, panics, gives no sign for a minute, or needs more than 64 MB
beyond what the process had. Exit status 1 when one failed.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 64 << 10  # in KB
BATCH = 250

# What compiled code is made of: most constructs, few effects.
SAMPLE = '''
import_like = None
def fib(n, a=0, b=1, *rest, key=(1, "two", 3.5, b"four", None, ...), **options):
    """Numbers."""
    while n:
        n, a, b = n - 1, b, a + b
    return a if n == 0 else [key, rest, options]
class Shape:
    __slots__ = ("x", "y")
    kinds = frozenset({"a", "b"})
    def __init__(self, x, y):
        self.x, self.y = x, y
    @property
    def area(self):
        return self.x * self.y
    def __add__(self, other):
        return Shape(self.x + other.x, super().__sizeof__())
    def __enter__(self): return self
    def __exit__(self, *details): return details[0] is ValueError
def pairs(names):
    total = 0
    for i, name in enumerate(names):
        try:
            if i % 2: raise ValueError(name)
            yield i, f"{name!r:>8}"
        except (KeyError, ValueError) as error:
            total += len(error.args)
            continue
        finally:
            total -= 1
    else:
        yield from [total, -total]
    return {name: value for name, value in zip(names, range(5)) if value}
def outer(step):
    count = 0
    def inner(more=step):
        nonlocal count
        count += more; del more
        return [x + count for x in (1, 2, 3) if x < 3] + [*range(count % 5)]
    return inner
def look(value):
    match value:
        case {"k": [1, *others], **rest}: return others, rest
        case Shape(x=1) | Shape(y=2): return "shape"
        case (1 | 2) as number if number > 1: return number
        case str() | None: return value
    with Shape(1, 2) as shape, Shape(3, 4):
        raise ValueError
    try: assert value, "message"
    except* AssertionError as group: value = group.exceptions
async def later(n):
    async for x in other(n): n += x
    return [y async for y in other(2)], await nothing(n)
async def other(n):
    while n: n -= 1; yield n
async def nothing(n): return lambda z: z[n:n + 1, ::2]
def run(coroutine):
    try: coroutine.send(None)
    except StopIteration as stop: return stop.value
results = [fib(10), Shape(2, 3).area, list(pairs("abcd")), outer(2)(), look({"k": [1, 2], "z": 3}), look(2), look(0),
           run(later(3)), 1 < 2 < 3, not 1, -5 // 2 ** 3, "a" in "abc", 10 ** 30, type.__name__, (lambda *a: a)(*"xy")]
results[1:2], results[-1] = [5], results
'''

NASTY = [b"(", b"[", b"{", b")", b"\n", b"    ", b"\t", b"\\", b"'", b'"""', b"f'{", b"}'", b"\0", b"\xff", b"\xe2\x80",
         b"lambda ", b"not ", b"await ", b"yield ", b"async ", b"def f(", b"class ", b"match x:\n case ", b"# coding: ",
         b"0x", b"1e", b"9" * 400, b":=", b"**", b"->", b"...", b"if x:\n", b"else ", b"*", b"\x0c", b"\r", b";", b"t'{",
         b"global x\n", b"nonlocal x\n", b"import ", b"from . import *\n", b"del ", b"@", b"except* ", b"1 if 2 else "]


def mutate_source(rng, corpus):
    data = bytearray(rng.choice(corpus))
    if len(data) > 4000:
        at = rng.randrange(len(data) - 3000)
        data = data[at:at + 3000]
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(8):
            case 0: data[at:at + 1] = bytes([rng.randrange(256)])
            case 1: del data[at:]
            case 2: data[at:at] = rng.choice(NASTY)
            case 3: data[at:at] = rng.choice(NASTY) * rng.choice((2, 50, 3000))
            case 4: del data[at:at + rng.randrange(40)]
            case 5:
                part = data[at:at + rng.randrange(60)]
                other = rng.randrange(len(data) + 1)
                data[other:other] = part * rng.choice((1, 1, 2, 40))
            case 6:
                donor = rng.choice(corpus)
                start = rng.randrange(len(donor))
                data[at:at] = donor[start:start + rng.randrange(80)]
            case 7: data[at:at + 1] = bytes([data[at] ^ 1 << rng.randrange(8)]) if at < len(data) else b""
    return bytes(data[:200_000])


def mutate_marshal(rng, corpus):
    data = bytearray(rng.choice(corpus))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(data)) if data else 0
        match rng.randrange(9):
            case 0 | 1: data[at:at + 1] = bytes([rng.randrange(256)])
            case 2: data[at:at + 1] = bytes([data[at] ^ 1 << rng.randrange(8)]) if data else b""
            case 3: del data[at:None if rng.randrange(4) == 0 else at + 1]
            case 4: data[at:at + 4] = rng.choice((0x7FFFFFFF, 0xFFFFFFFF, 0x10000000, 0x80000000, 65536)).to_bytes(4, "little")
            case 5: data[at:at] = b"r" + rng.randrange(60).to_bytes(4, "little")
            case 6: data[at:at + 5] = b"r" + rng.randrange(60).to_bytes(4, "little")
            case 7:
                part = data[at:at + rng.randrange(30)]
                other = rng.randrange(len(data) + 1)
                data[other:other] = part * rng.choice((1, 2, 500))
            case 8: data[at:at] = rng.choice((b"(", b"\xa9\x01", b"\xdb\x01\0\0\0", b"[\xff\xff\xff\x7f", b"{", b">\x02\0\0\0",
                                            b"l\xff\xff\xff\x7f", b"\xa8\x02\0\0\0", b":")) * rng.choice((1, 3, 2500))
    return bytes(data)


def mutate_code(rng, code, codes):
    """Code objects with damaged fields, nested ones too: what the bytes of a file can hold, sharper."""
    fields = {}
    for _ in range(rng.choice((1, 1, 2, 3))):
        field = rng.choice(("co_code", "co_code", "co_code", "co_exceptiontable", "co_linetable", "co_stacksize",
                            "co_consts", "co_names", "co_flags", "counts", "nested"))
        if field in ("co_code", "co_exceptiontable", "co_linetable"):
            data = bytearray(fields.get(field, getattr(code, field)))
            for _ in range(rng.choice((1, 1, 2, 5))):
                if data:
                    at = rng.randrange(len(data))
                    match rng.randrange(4):
                        case 0: data[at] = rng.randrange(256)
                        case 1: data[at] ^= 1 << rng.randrange(8)
                        case 2: del data[at & ~1:(at & ~1) + 2]
                        case 3: data[at & ~1:at & ~1] = bytes([rng.randrange(256), rng.randrange(4)])
            fields[field] = bytes(data)
        elif field == "co_stacksize":
            fields[field] = rng.choice((0, 1, 2, code.co_stacksize + 1, 65_000, 2**31 - 1))
        elif field == "co_consts":
            fields[field] = code.co_consts[:rng.randrange(len(code.co_consts) + 1)]
        elif field == "co_names":
            fields[field] = code.co_names[:rng.randrange(len(code.co_names) + 1)]
        elif field == "co_flags":
            fields[field] = code.co_flags ^ 1 << rng.randrange(26)
        elif field == "counts":
            fields[rng.choice(("co_argcount", "co_kwonlyargcount", "co_posonlyargcount"))] = rng.randrange(4)
        else:
            nested = [i for i, const in enumerate(code.co_consts) if hasattr(const, "co_code")]
            if nested and "co_consts" not in fields:
                consts = list(code.co_consts)
                at = rng.choice(nested)
                try:
                    consts[at] = mutate_code(rng, consts[at], codes) if rng.randrange(4) else rng.choice(codes)
                except (ValueError, TypeError):
                    pass
                fields["co_consts"] = tuple(consts)
    return code.replace(**fields)


class TimeIsUp(BaseException):
    pass


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def worker(kind, seed, first, count):
    import builtins
    import gc
    import marshal
    import signal
    import warnings

    warnings.simplefilter("ignore")
    sys.setrecursionlimit(400)
    sources = [SAMPLE.encode()]
    for folder in ("tests/programs", "crates/taipan-compiler/tests/code_objects"):
        sources += [path.read_bytes() for path in sorted((ROOT / folder).glob("*.py"))]
    code = compile(SAMPLE, "sample", "exec")
    marshalled = [marshal.dumps(code)]
    pending, codes = [code], []
    while pending:
        codes.append(pending.pop())
        marshalled.append(marshal.dumps(codes[-1]))
        pending += [const for const in codes[-1].co_consts if hasattr(const, "co_code")]
    marshalled.append(marshal.dumps([1, 2.5, 10**40, {"a": (1, {2}), None: [b"x", 1j]}, frozenset({1, (2,)}), slice(1, 2)]))
    harmless = {name: getattr(builtins, name) for name in dir(builtins)
                if name not in ("open", "exec", "eval", "compile", "__import__", "input", "breakpoint", "exit", "quit",
                                "print", "help", "license", "credits", "copyright", "memoryview", "delattr", "setattr")}

    def out_of_time(*_):
        raise TimeIsUp

    signal.signal(signal.SIGALRM, out_of_time)
    for number in range(first, first + count):
        rng = random.Random(f"{kind} {seed} {number}")
        print("begin", number, flush=True)
        before = peak()
        try:
            if kind == "source":
                text = mutate_source(rng, sources)
                compile(text, "mutated", rng.choice(("exec", "exec", "eval", "single")), optimize=rng.choice((0, 1, 2)))
            else:
                if rng.randrange(2):
                    loaded = mutate_code(rng, rng.choice(codes), codes)
                else:
                    loaded = marshal.loads(mutate_marshal(rng, marshalled))
                signal.setitimer(signal.ITIMER_REAL, 0.5)
                if hasattr(loaded, "co_code"):
                    list(loaded.co_positions()), list(loaded.co_lines()), list(loaded.co_branches()), hash(loaded)
                    repr(loaded), marshal.dumps(loaded), loaded.co_consts
                    exec(loaded, {"__builtins__": harmless, "__name__": "mutated", "other": None})
                else:
                    hash(repr(loaded)[:100])
        except TimeIsUp:
            pass
        except BaseException:
            pass
        finally:
            while True:
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                    break
                except BaseException:
                    pass
        loaded = None
        if peak() - before > LIMIT // 2:
            gc.collect()
        if peak() - before > LIMIT:
            print("memory", number, peak() - before, flush=True)
    print("end", flush=True)


def run_batch(taipan, kind, seed, first, count):
    """Runs inputs in a process; gives what went wrong, and goes on behind an input that killed it."""
    failures = []
    done = first + count
    while first < done:
        with tempfile.TemporaryDirectory() as work, tempfile.TemporaryFile() as errors:
            command = [taipan, __file__, "--worker", kind, str(seed), str(first), str(done - first)]
            process = subprocess.Popen(command, cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
            at, ended = first - 1, False
            watch = concurrent.futures.ThreadPoolExecutor(1)
            while True:
                line = watch.submit(process.stdout.readline)
                try:
                    words = line.result(60).split()
                except concurrent.futures.TimeoutError:
                    failures.append((kind, seed, at, "no sign for a minute"))
                    process.kill()
                    words = []
                if not words:
                    break
                match words:
                    case [b"begin", number]: at = int(number)
                    case [b"memory", number, size]: failures.append((kind, seed, int(number), f"{int(size) >> 10} MB"))
                    case [b"end"]: ended = True
            process.wait()
            watch.shutdown(wait=False)
            errors.seek(0)
            text = errors.read().decode(errors="replace")
            if not ended and not (failures and failures[-1][2] == at):
                last = text.strip().splitlines()[-3:]
                failures.append((kind, seed, at, f"exit {process.returncode}: {' | '.join(last)[:300]}"))
            elif "panicked" in text:
                failures.append((kind, seed, at, "panic: " + text[:300]))
            first = done if ended else max(first, at) + 1
    return failures


def main():
    if sys.argv[1:2] == ["--worker"]:
        return worker(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("taipan", type=pathlib.Path)
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--compiled", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    batches = [(args.taipan.resolve(), kind, args.seed, first, min(BATCH, count - first))
               for kind, count in (("source", args.sources), ("compiled", args.compiled))
               for first in range(0, count, BATCH)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for failures in pool.map(lambda batch: run_batch(*batch), batches):
            for kind, seed, number, what in failures:
                failed += 1
                print(f"--worker {kind} {seed} {number} 1: {what}", flush=True)
    print(f"{args.sources} sources and {args.compiled} compiled inputs: {failed} failed")
    sys.exit(failed > 0)


main()
