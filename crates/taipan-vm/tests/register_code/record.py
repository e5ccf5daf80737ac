"""Records the code objects of a Python file for the translator's tests.

python3.14 record.py file.py > file.txt      one program: source as comments, then a line for each code object
python3.14 record.py --dump dir > dump       all .py files below a directory, code lines only
"""
import os
import sys
import types


def line(code):
    consts = [str(c) if type(c) is int and abs(c) < 2**62 else "o" for c in code.co_consts]
    names = [n.replace(",", "_").replace(" ", "_") for n in code.co_names]
    varnames, cells, frees = set(code.co_varnames), set(code.co_cellvars), code.co_freevars
    plus = list(code.co_varnames) + [c for c in code.co_cellvars if c not in varnames] + list(frees)
    kinds = bytearray()
    args = code.co_argcount + code.co_kwonlyargcount
    for i, name in enumerate(plus):
        free = i >= len(plus) - len(frees)
        kind = 0x80 if free else (0x20 if i < len(code.co_varnames) else 0)
        if not free and name in cells:
            kind |= 0x40
        if i < args:
            kind |= 0x06
        kinds.append(kind)
    return " ".join([
        "code", code.co_qualname.replace(" ", "_"), str(code.co_argcount), str(code.co_posonlyargcount),
        str(code.co_kwonlyargcount), str(code.co_stacksize), str(code.co_flags), code.co_code.hex(),
        code.co_exceptiontable.hex(), kinds.hex(), ",".join(consts), ",".join(names), ",".join(plus)])


def walk(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from walk(const)


def main():
    if sys.argv[1] == "--dump":
        for folder, _, files in os.walk(sys.argv[2]):
            for name in sorted(files):
                if name.endswith(".py"):
                    try:
                        with open(os.path.join(folder, name), "rb") as f:
                            code = compile(f.read(), name, "exec")
                    except (SyntaxError, ValueError, OSError):
                        continue
                    for code in walk(code):
                        print(line(code))
        return
    with open(sys.argv[1]) as f:
        source = f.read()
    for text in source.splitlines():
        print(("# " + text).rstrip() if text else "# ")
    for code in walk(compile(source, sys.argv[1], "exec")):
        print(line(code))


main()
