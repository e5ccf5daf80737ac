"""Writes the errors and warnings CPython 3.14 finds in the sources of crates/taipan-compiler/tests/data/errors.txt.

Run with CPython 3.14 in the repository's root: python3.14 tests/oracle/compile_error_facts.py
"""

import warnings

DATA = "crates/taipan-compiler/tests/data/"


def sources(name):
    return open(DATA + name).read().removesuffix("\n").split("\n###\n")


def main():
    with open(DATA + "errors.expected", "w") as out:
        for source in sources("errors.txt"):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    compile(source, "<test>", "exec")
                    print(*["none"] + [f"{w.lineno} {w.message}" for w in caught], sep=" | ", file=out)
                except SyntaxError as e:
                    print(e.lineno, e.offset, e.end_lineno, e.end_offset, e.msg, file=out)


if __name__ == "__main__":
    main()
