"""Which line a SyntaxError shows when a file of the given name exists: that of the file, or that of the source."""

import os
import tempfile
import warnings

SOURCES = [
    "a b",
    "a b\n",
    "x\n\u20ac = 2\n",
    "'\\d'",
    "'\\d' b",
    "1if 2else 3",
    "0_7",
    "f'{a b}'\n",
    "f'{a!x}'\n",
    "a\nb c\n",
    "x = (\n",
    "x = )\n",
    "def f(:\n pass\n",
    "a\n  b\n",
    "if 1:\n\ta\n        b\n",
    "'abc",
    "'''abc\n",
    "return\n",
    "a = 1\nb = 2\n",
    "\\",
    "a \\",
    "nonlocal x\n",
    "def f(x, x): pass\n",
    "*a = 1\n",
    "a\0b",
    "x\n\n\n\n\n\ny z",
]


def show(source, name, mode):
    try:
        compile(source, name, mode)
        print("ok")
    except SyntaxError as error:
        place = error.lineno, error.offset, error.end_lineno, error.end_offset
        print(mode, repr(source), type(error).__name__, error.msg, place, repr(error.text))


def main():
    warnings.simplefilter("error", SyntaxWarning)
    with tempfile.TemporaryDirectory() as folder:
        real = os.path.join(folder, "real.py")
        with open(real, "w") as file:
            file.write("first line of the file\nsecond line of the file\n")
        for mode in ("exec", "eval", "single"):
            for source in SOURCES:
                show(source, real, mode)
        for source in SOURCES:
            show(source.encode(), real, "exec")
            show(source, os.path.join(folder, "missing.py"), "exec")
        coded = os.path.join(folder, "coded.py")
        with open(coded, "wb") as file:
            file.write(b"# coding: latin-1\n\xe4 \xf6\n")
        show(b"# coding: latin-1\n\xe4 \xf6\n", coded, "exec")
        show(b"\xef\xbb\xbf# coding: latin-1\n", coded, "exec")


main()
