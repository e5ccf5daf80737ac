"""Compares how taipan-bytecode reads location tables, exception tables and jumps with CPython 3.14.

    cargo build -p taipan-bytecode --example code_tables
    python3.14 tests/oracle/code_tables.py $CARGO_TARGET_DIR/debug/examples/code_tables [folder ...]
"""

import dis
import marshal
import pathlib
import struct
import subprocess
import sys
import sysconfig
import types
import warnings


def row(values):
    return "".join(" ".join(map(str, value)) + ";" for value in values)


def describe(code):
    yield code.co_qualname
    yield row(code.co_lines())
    yield row(code.co_positions())
    yield row(
        (entry.start, entry.end, entry.target, entry.depth, entry.lasti) for entry in dis._parse_exception_table(code)
    )
    instructions = [i for i in dis.get_instructions(code, show_caches=False) if i.opname != "EXTENDED_ARG"]
    yield row((i.offset, i.opcode, i.argval if i.opcode in dis.hasjump else None) for i in instructions)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from describe(constant)


def main():
    tool, *folders = sys.argv[1:]
    warnings.simplefilter("ignore")
    records, expected = [], []
    for folder in folders or [sysconfig.get_paths()["stdlib"]]:
        for path in sorted(pathlib.Path(folder).rglob("*.py")):
            try:
                code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            except (OSError, SyntaxError, ValueError, RecursionError):
                continue
            data = marshal.dumps(code)
            records.append(struct.pack("<I", len(data)) + data)
            expected += describe(code)
    output = subprocess.run([tool], input=b"".join(records), stdout=subprocess.PIPE, check=True).stdout.decode(
        "utf-8", "surrogateescape"
    )
    ours = output.split("\n")[:-1]
    wrong = 0
    for number, (a, b) in enumerate(zip(expected, ours)):
        if a != b and not (number % 5 == 0 and "\ufffd" in b):
            wrong += 1
            if wrong < 5:
                print(expected[number - number % 5], ["name", "lines", "positions", "exceptions", "jumps"][number % 5])
                print("  theirs", a[:600])
                print("  ours  ", b[:600])
    print(f"{len(expected)} rows, {wrong + abs(len(expected) - len(ours))} differ")
    return bool(wrong) or len(expected) != len(ours)


if __name__ == "__main__":
    sys.exit(main())
