"""What asks for bytes gets them from contiguous buffers only, and what fills a buffer takes none that is read-only."""
import array
import base64
import binascii
import hashlib
import io
import os
import re
import struct
import warnings
import zlib


def show(what, function, *args):
    try:
        result = function(*args)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(what, "->", result)


def changed(function):
    value = bytearray(b"abcdef")
    function(value)
    return value


apart = memoryview(bytearray(b"1-2-"))[::2]
print("# items that lie apart")
for function in (bytes, bytearray, int, float, list, hash, memoryview.tobytes, memoryview.hex, eval):
    show(function.__name__, function, apart)
show("from_bytes", int.from_bytes, apart, "big")
show("str", str, apart, "ascii")
show("str of latin", str, apart, "latin-1", "strict")
show("join", b",".join, [b"a", apart])
show("concat", lambda: b"a" + apart)
show("concat", lambda: bytearray(b"a") + apart)
show("iconcat", lambda: changed(lambda value: value.__iadd__(apart)))
show("extend", lambda: changed(lambda value: value.extend(apart)))
show("slice", lambda: changed(lambda value: value.__setitem__(slice(1, 3), apart)))
show("equal", lambda: (b"12" == apart, bytearray(b"12") == apart, apart == b"12"))
show("less", lambda: bytearray(b"12") < apart)
for method in ("find count index startswith endswith split rsplit partition strip removeprefix").split():
    show(method, getattr(b"0123", method), apart)
show("in", lambda: apart in b"0123")
show("replace", b"0123".replace, apart, b"")
show("maketrans", bytes.maketrans, apart, apart)
show("%b", lambda: b"%b" % apart)
show("BytesIO", io.BytesIO, apart)
show("write", io.BytesIO().write, apart)
show("write", io.BufferedWriter(io.BytesIO()).write, apart)
show("array", array.array, "B", apart)
show("frombytes", array.array("B").frombytes, apart)
show("unpack", struct.unpack, "2B", apart)
for function in (binascii.hexlify, binascii.crc32, zlib.crc32, zlib.compress, hashlib.blake2b, base64.b64encode):
    show(function.__name__, function, apart)
show("sha256", hashlib.sha256, apart)
show("search", re.search, b"2", apart)
show("compile", compile, apart, "x", "eval")


class Refusing:
    def __buffer__(self, flags):
        raise KeyError("refused")


print("# buffers to be filled")
path = "/dev/zero"
for target in (memoryview(b"abcd"), b"abcd", "abcd", None, Refusing(), 5, memoryview(bytearray(4))[::2]):
    show("BytesIO", io.BytesIO(b"12").readinto, target)
    show("BytesIO", io.BytesIO(b"12").readinto1, target)
    show("Buffered", open(path, "rb").readinto, target)
    show("Buffered", open(path, "rb").readinto1, target)
    show("FileIO", open(path, "rb", 0).readinto, target)
    show("Random", io.BufferedRandom(io.BytesIO(b"12")).readinto, target)
    show("pack_into", struct.pack_into, "b", target, 0, 1)
    descriptor = os.open(path, os.O_RDONLY)
    show("os", os.readinto, descriptor, target)
    os.close(descriptor)

print("# limits of hashes")
for name in ("digest_size", "fanout", "leaf_size", "node_offset", "inner_size"):
    for number in (-1, 300, 2**32, 2**63, 2**64, -(2**70)):
        show(name, lambda: hashlib.blake2s(**{name: number}).hexdigest()[:8])


class Clearing:
    def __init__(self, target):
        self.target = target

    def __index__(self):
        self.target.clear()
        return 65

    def __buffer__(self, flags):
        self.target.clear()
        return memoryview(b"A")


print("# changes while the buffer is asked for")
for method in ("find", "count", "index", "split", "__contains__"):
    value = bytearray(b"A")
    show(method, getattr(value, method), Clearing(value))


class Releasing:
    def __index__(self):
        view.release()
        return 2


for act in (lambda: view[Releasing()], lambda: view[: Releasing()].tolist(), lambda: view[Releasing() : 3].tolist(),
            lambda: view.__setitem__(0, Releasing()), lambda: view.__setitem__(slice(0, Releasing()), b"ab")):
    view = memoryview(bytearray(b"abcd"))
    show("released", act)

print("# structs")
bare = struct.Struct.__new__(struct.Struct)
print(bare.size)
for act in (bare.pack, lambda: bare.unpack(b""), lambda: bare.format, lambda: repr(bare), lambda: list(bare.iter_unpack(b"")), bare.__sizeof__):
    show("bare", act)
bare.__init__("=i2H")
print(bare, bare.size, bare.pack(1, 2, 3))
for format in ("\0", "2\0i", b"i\0"):
    show("null", struct.calcsize, format)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(array.array("u", "ab"), array.array("w", "ab"))
print([str(warning.message) for warning in caught])
