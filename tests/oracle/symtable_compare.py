"""Compares symbol tables with the oracle's `_symtable`.

Run with CPython 3.14: python3.14 symtable_compare.py PATH_TO_dump_symtable_EXAMPLE FILE_OR_FOLDER...
"""

import _symtable
import difflib
import os
import subprocess
import sys
import warnings


def lines(table, depth=0):
    symbols = sorted(f"{name}={flags}" for name, flags in table.symbols.items())
    yield (
        f"{depth} {table.name} {table.type} {table.lineno} {table.nested} [{','.join(table.varnames)}] "
        f"{' '.join(symbols)}"
    )
    for child in table.children:
        yield from lines(child, depth + 1)


def files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, _, names in os.walk(path):
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))


def main():
    program, *paths = sys.argv[1:]
    equal = total = 0
    warnings.simplefilter("ignore")
    for path in files(paths):
        if not os.path.exists(path):
            continue
        source = open(path, "rb").read()
        try:
            expected = list(lines(_symtable.symtable(source, "<oracle>", "exec")))
        except (SyntaxError, ValueError):
            continue
        ours = subprocess.run([program], input=source, capture_output=True).stdout.decode("utf-8", "replace")
        ours = ours.split("\n")[:-1]
        total += 1
        if ours == expected:
            equal += 1
            continue
        print(path)
        for line in list(difflib.unified_diff(expected, ours, "theirs", "ours", n=0))[2:8]:
            print("   ", line[:300])
    print(f"{equal} of {total} equal")
    return equal != total


if __name__ == "__main__":
    sys.exit(main())
