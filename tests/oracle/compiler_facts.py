"""Writes what CPython 3.14 makes of the sources in crates/taipan-compiler/tests/data.

Run with CPython 3.14 in the repository's root: python3.14 tests/oracle/compiler_facts.py
"""

import types
import warnings

DATA = "crates/taipan-compiler/tests/data/"


def sources(name):
    return open(DATA + name).read().removesuffix("\n").split("\n###\n")


def code_lines(code):
    names = ["names", "varnames", "cellvars", "freevars"]
    numbers = ["argcount", "posonlyargcount", "kwonlyargcount", "flags", "stacksize", "firstlineno"]
    yield f"{code.co_name} {code.co_qualname}"
    yield " ".join(str(getattr(code, "co_" + name)) for name in numbers)
    for name in names:
        yield f"{name} {' '.join(getattr(code, 'co_' + name))}".strip()
    for name in ["code", "linetable", "exceptiontable"]:
        yield f"{name} {getattr(code, 'co_' + name).hex()}".strip()
    yield f"consts {len(code.co_consts)}"
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_lines(constant)


def main():
    warnings.simplefilter("ignore")
    with open(DATA + "code.expected", "w") as out:
        for index, source in enumerate(sources("code.txt")):
            print(f"### {index}", *code_lines(compile(source, "<test>", "exec")), sep="\n", file=out)
    with open(DATA + "errors.expected", "w") as out:
        for source in sources("errors.txt"):
            try:
                compile(source, "<test>", "exec")
                print("none", file=out)
            except SyntaxError as e:
                print(e.lineno, e.offset, e.end_lineno, e.end_offset, e.msg, file=out)


if __name__ == "__main__":
    main()
