"""Compares the flow graph's optimisations with CPython 3.14's, on the instructions its code generator makes.

    cargo build -p taipan-compiler --example optimize_cfg
    python3.14 tests/oracle/optimize_cfg.py $CARGO_TARGET_DIR/debug/examples/optimize_cfg [folder or file ...]

Needs `_testinternalcapi`. Constants are made up: both sides get the same ones.
"""

import ast
import opcode
import pathlib
import subprocess
import sys
import sysconfig
import warnings

import _testinternalcapi

HAS_TARGET = set(opcode.hasjump) | set(opcode.hasexc)
HAS_ARG = set(opcode.hasarg)


def sequences(seq):
    yield seq.get_instructions()
    for nested in seq.get_nested():
        yield from sequences(nested)


def constant(index):
    start = ["doc", None, True, 3]
    if index < len(start):
        return start[index]
    return f"c{index}" if index % 2 else 1000 + index


def show(value):
    if value is None or value is True or value is False:
        return str(value)[0]
    if isinstance(value, int):
        return f"i {value}"
    if isinstance(value, str):
        return f"s {value}"
    if isinstance(value, tuple):
        return f"( {' , '.join(map(show, value))} )"
    if isinstance(value, frozenset):
        return f"{{ {' , '.join(sorted(map(show, value)))} }}"
    return f"? {value!r}"


def optimized(instructions, consts, nlocals):
    seq = _testinternalcapi.new_instruction_sequence()
    labels = {}
    for op, arg, *_ in instructions:
        if op in HAS_TARGET and arg not in labels:
            labels[arg] = seq.new_label()
    for index, (op, arg, line, end_line, col, end_col) in enumerate(instructions):
        if index in labels:
            seq.use_label(labels[index])
        seq.addop(op, labels[arg] if op in HAS_TARGET else arg or 0, line, end_line, col, end_col)
    return _testinternalcapi.optimize_cfg(seq, consts, nlocals).get_instructions()


def main():
    tool, *paths = sys.argv[1:]
    warnings.simplefilter("ignore")
    files = []
    for path in map(pathlib.Path, paths or [sysconfig.get_paths()["stdlib"]]):
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    records, expected = [], []
    for path in files:
        try:
            seq, _ = _testinternalcapi.compiler_codegen(ast.parse(path.read_bytes()), str(path), 0)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue
        for number, instructions in enumerate(sequences(seq)):
            opargs = [arg or 0 for _, arg, *_ in instructions]
            nconsts = 1 + max((arg for op, arg, *_ in instructions if op in opcode.hasconst), default=0)
            nlocals = 1 + max((arg for op, arg, *_ in instructions if op in opcode.haslocal), default=-1)
            consts = [constant(index) for index in range(nconsts)]
            lines = [f"{nlocals} {nconsts} {len(instructions)}", *map(show, consts)]
            for (op, _, line, end_line, col, end_col), arg in zip(instructions, opargs):
                lines.append(f"{op} {arg} {line} {end_line} {col} {end_col}")
            records.append("\n".join(lines) + "\n")
            result = optimized(instructions, consts, nlocals)
            lines = [f"{len(consts)} {len(result)}", *map(show, consts)]
            for op, arg, line, end_line, col, end_col in result:
                lines.append(f"{op} {arg or 0} {line} {end_line} {col} {end_col}")
            expected.append((f"{path} #{number}", lines))
    output = subprocess.run([tool], input="".join(records), stdout=subprocess.PIPE, check=True, text=True).stdout
    output = output.splitlines()
    at = equal = shown = 0
    for (name, lines), record in zip(expected, records):
        if output[at].startswith("error"):
            ours = [output[at]]
        else:
            ours = output[at : at + 1 + sum(map(int, output[at].split()))]
        at += len(ours)
        if ours == lines:
            equal += 1
        elif shown < 10:
            shown += 1
            where = next((i for i, (a, b) in enumerate(zip(ours, lines)) if a != b and i), 0)
            names = {number: name for name, number in opcode.opmap.items()}
            text = lambda line: names.get(int(line.split()[0]), "?") + line if line[0].isdigit() else line
            print(f"{name} line {where}")
            for i in range(max(0, where - 4), where + 5):
                print("   ", *(f"{text(side[i]) if i < len(side) else '-':<60}" for side in (lines, ours)))
    print(f"{len(expected)} code units, {equal} equal")
    return equal != len(expected)


if __name__ == "__main__":
    sys.exit(main())
