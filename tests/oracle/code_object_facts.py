"""Writes what CPython 3.14 compiles the files of crates/taipan-compiler/tests/code_objects to, beside each file.

    python3.14 tests/oracle/code_object_facts.py

`crates/taipan-compiler/tests/code_objects.rs` writes the same form of our code objects and compares.
"""

import pathlib
import struct
import types
import warnings

FOLDER = pathlib.Path(__file__).parents[2] / "crates/taipan-compiler/tests/code_objects"


def show(value):
    match value:
        case types.CodeType():
            return "code"
        case tuple():
            return "(" + " ".join(map(show, value)) + ")"
        case frozenset():
            return "{" + " ".join(sorted(map(show, value))) + "}"
        case slice():
            return f"slice({show(value.start)} {show(value.stop)} {show(value.step)})"
        case float():
            return "f" + struct.pack(">d", value).hex()
        case complex():
            return f"c{show(value.real)}{show(value.imag)}"
        case str():
            return "s" + value.encode("utf-8", "surrogatepass").hex()
        case bytes():
            return "b" + value.hex()
        case _:
            return repr(value)


def describe(code):
    yield (
        f"code {code.co_qualname} args {code.co_argcount} {code.co_posonlyargcount} {code.co_kwonlyargcount} "
        f"stack {code.co_stacksize} flags {code.co_flags:#x} line {code.co_firstlineno}"
    )
    for field in ("names", "varnames", "cellvars", "freevars"):
        yield f" {field} {' '.join(getattr(code, 'co_' + field))}".rstrip()
    yield f" consts {' '.join(map(show, code.co_consts))}"
    yield f" code {code.co_code.hex()}"
    yield f" lines {code.co_linetable.hex()}"
    yield f" exceptions {code.co_exceptiontable.hex()}".rstrip()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from describe(constant)


def main():
    warnings.simplefilter("ignore")
    for path in sorted(FOLDER.glob("*.py")):
        for optimize in (0, 2) if path.stem in ("constants", "functions") else (0,):
            code = compile(path.read_bytes(), path.name, "exec", dont_inherit=True, optimize=optimize)
            path.with_suffix(f".O{optimize}.txt").write_text("\n".join(describe(code)) + "\n")


if __name__ == "__main__":
    main()
