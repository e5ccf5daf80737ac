"""Compares compiled code with the oracle's, field by field.

Run with CPython 3.14: python3.14 compile_compare.py PATH_TO_compile_source_EXAMPLE [-O LEVEL] [-v] FILE_OR_FOLDER...
With --snippets the files hold sources separated by lines of "###"; errors and warnings are compared too.
"""

import argparse
import dis
import marshal
import os
import struct
import subprocess
import sys
import types
import warnings

FIELDS = """co_name co_qualname co_argcount co_posonlyargcount co_kwonlyargcount co_flags co_firstlineno co_names
co_varnames co_cellvars co_freevars co_stacksize co_code co_exceptiontable co_linetable""".split()


class Program:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def compile(self, source, optimize, mode="e", flags=0):
        pipe = self.process.stdin
        pipe.write(struct.pack("<BcII", optimize, mode.encode(), flags, len(source)) + source)
        pipe.flush()
        kind, answer = self.part()
        _, text = self.part()
        return kind, answer, text.decode("utf-8", "replace")

    def part(self):
        head = self.process.stdout.read(5)
        if len(head) < 5:
            raise SystemExit(f"the program died: {self.process.wait()}")
        kind, length = struct.unpack("<cI", head)
        return kind.decode(), self.process.stdout.read(length)


def key(constant):
    if isinstance(constant, (tuple, frozenset)):
        items = [key(item) for item in constant]
        if isinstance(constant, frozenset):
            items.sort()
        return f"{type(constant).__name__}({items})"
    if isinstance(constant, slice):
        return f"slice({key(constant.start)}, {key(constant.stop)}, {key(constant.step)})"
    return f"{type(constant).__name__} {constant!r}"


def differences(ours, theirs, path):
    for field in FIELDS:
        a, b = getattr(ours, field), getattr(theirs, field)
        if a != b:
            yield path, field, ours, theirs
    if len(ours.co_consts) != len(theirs.co_consts):
        yield path, "co_consts", ours, theirs
    for a, b in zip(ours.co_consts, theirs.co_consts):
        if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
            yield from differences(a, b, f"{path}.{b.co_name}")
        elif isinstance(a, types.CodeType) or isinstance(b, types.CodeType) or key(a) != key(b):
            yield path, "co_consts", ours, theirs
            break


def listing(code, field):
    if field in ("co_code", "co_consts", "co_names", "co_stacksize"):
        lines = []
        for i in dis.get_instructions(code, show_caches=False):
            p = i.positions
            lines.append(f"{i.opname:28} {i.argrepr or i.arg}")
        if field != "co_code":
            lines = [repr(getattr(code, field))]
        return lines
    if field == "co_linetable":
        return [
            f"{i.opname:28} {i.argrepr or i.arg} {i.positions.lineno}:{i.positions.col_offset}"
            f"-{i.positions.end_lineno}:{i.positions.end_col_offset}"
            for i in dis.get_instructions(code)
        ]
    if field == "co_exceptiontable":
        return [repr(e) for e in dis._parse_exception_table(code)]
    return [repr(getattr(code, field))]


def show(difference):
    import difflib

    path, field, ours, theirs = difference
    print(f"  {path}: {field}")
    for line in list(difflib.unified_diff(listing(theirs, field), listing(ours, field), "theirs", "ours", n=3))[2:40]:
        print("     ", line.rstrip())


def oracle(source, optimize, mode="exec"):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(source, "<oracle>", mode, dont_inherit=True, optimize=optimize)
        except SyntaxError as error:
            return error, []
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            return error, []
    return code, caught


def compare(program, source, optimize, args, name, mode="exec"):
    """"ok", or the kind of the difference."""
    theirs, caught = oracle(source, optimize, mode)
    kind, answer, text = program.compile(source, optimize, {"exec": "e", "eval": "v", "single": "s"}[mode])
    if isinstance(theirs, BaseException):
        if kind == "c":
            print(f"{name}: compiled, but the oracle says {theirs!r}")
            return "accepted"
        stage, message, *place = answer.decode("utf-8", "replace").split("\t")
        if isinstance(theirs, SyntaxError) and args.snippets:
            if stage == "parse":
                return "parse"
            expected = [theirs.lineno, theirs.offset, theirs.end_lineno, theirs.end_offset]
            if message != theirs.msg or [int(n) for n in place] != expected:
                print(f"{name}: {message} {place}, but the oracle says {theirs.msg} {expected}\n{source.decode()}")
                return "message"
        return "ok"
    if kind == "e":
        print(f"{name}: {answer.decode('utf-8', 'replace')}")
        return "refused"
    ours = marshal.loads(answer)
    found = list(differences(ours, theirs, name))
    if found:
        fields = {field for _, field, _, _ in found}
        print(f"{name}: {len(found)} differences in {sorted(fields)}")
        for difference in found[: args.verbose]:
            show(difference)
        return "different " + ("co_code" if "co_code" in fields else sorted(fields)[0])
    expected = sorted(f"{w.lineno}\t{w.message}" for w in caught if "escape sequence" not in str(w.message) and "invalid" not in str(w.message)[:12])
    got = sorted(text.split("\n")) if text else []
    if expected != got:
        print(f"{name}: warnings {got}, but the oracle says {expected}")
        return "warnings"
    return "ok"


def sources(args):
    for path in args.paths:
        if args.snippets:
            for index, text in enumerate(open(path).read().split("\n###\n")):
                yield f"{path}#{index}", text.encode()
        elif os.path.isfile(path):
            yield path, open(path, "rb").read()
        else:
            for folder, folders, files in os.walk(path):
                folders.sort()
                for file in sorted(files):
                    if file.endswith(".py") and os.path.exists(os.path.join(folder, file)):
                        name = os.path.join(folder, file)
                        yield name, open(name, "rb").read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("-O", dest="optimize", type=int, default=0)
    parser.add_argument("-v", dest="verbose", type=int, default=0, help="show so many differences of each file")
    parser.add_argument("--snippets", action="store_true")
    parser.add_argument("--mode", default="exec")
    args = parser.parse_args()
    program = Program(args.program)
    counts = {}
    for name, source in sources(args):
        result = compare(program, source, args.optimize, args, name, args.mode)
        counts[result] = counts.get(result, 0) + 1
    total = sum(counts.values())
    print(f"{counts.get('ok', 0)} of {total} equal;", dict(sorted(counts.items(), key=lambda item: -item[1])))
    return counts.get("ok", 0) != total


if __name__ == "__main__":
    sys.setrecursionlimit(20000)
    sys.exit(main())
