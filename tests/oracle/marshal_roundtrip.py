"""Compares marshalled code objects of the standard library with what taipan-bytecode makes of them.

Run with CPython 3.14:
    cargo build -p taipan-bytecode --example remarshal
    python3.14 tests/oracle/marshal_roundtrip.py $CARGO_TARGET_DIR/debug/examples/remarshal [folder ...]

Every module is compiled, dumped, loaded and dumped again by the tool. Two things are counted: files whose result
CPython loads to an equal code object (must be all), and files whose bytes are equal; the rest differ in which equal
strings are one object.
"""

import marshal
import pathlib
import struct
import subprocess
import sys
import sysconfig


def main():
    tool, *folders = sys.argv[1:]
    folders = folders or [sysconfig.get_paths()["stdlib"]]
    names, dumps = [], []
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.py")):
            try:
                code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            except (OSError, SyntaxError, ValueError, RecursionError):
                continue
            names.append(path)
            dumps.append(marshal.dumps(code))
    records = b"".join(struct.pack("<I", len(data)) + data for data in dumps)
    output = subprocess.run([tool], input=records, stdout=subprocess.PIPE, check=True).stdout
    same = equal = at = 0
    for name, data in zip(names, dumps):
        (length,) = struct.unpack_from("<I", output, at)
        ours = output[at + 4 : at + 4 + length]
        at += 4 + length
        equal += ours == data
        if marshal.loads(ours) == marshal.loads(data):
            same += 1
        else:
            print("differs:", name)
    print(f"{len(names)} files, {same} load equal, {equal} equal byte for byte")
    return same != len(names)


if __name__ == "__main__":
    sys.exit(main())
