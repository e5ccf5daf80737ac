"""Writes tables.bin: what CPython's multibyte codecs map, as deltas, compressed. Run with CPython 3.14.

Per encoding: name (length byte, ASCII), number of pairs, pairs sorted by code; number of exceptions of encoding, pairs
sorted by code point. A pair is two numbers: the code (the bytes as a big-endian number) and the code point, each as the
difference to the pair before; an exception maps a code point to the code it is encoded as (0: not at all) where that is
not the lowest code which decodes to it. Numbers are zigzag, seven bits a byte, the low ones first. gb18030 leaves out
its four-byte codes but for the ranges in code.rs.
"""
import itertools
import sys
import zlib

NAMES = ["shift_jis", "cp932", "euc_jp", "gb2312", "gbk", "gb18030", "big5", "cp950", "euc_kr", "cp949"]


def number(out, value):
    value = value << 1 ^ value >> 63
    value &= (1 << 64) - 1
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def decodings(name):
    for length in (1, 2, 3):
        if length == 3 and name != "euc_jp":
            break
        leads = [0x8F] if length == 3 else range(256)
        for lead in leads:
            for rest in itertools.product(range(256), repeat=length - 1):
                code = bytes((lead, *rest))
                try:
                    text = code.decode(name)
                except UnicodeDecodeError:
                    continue
                if len(text) == 1:
                    yield int.from_bytes(code), ord(text)


def encoded(name, point):
    try:
        code = chr(point).encode(name)
    except UnicodeEncodeError:
        return 0
    return int.from_bytes(code) if len(code) < 4 else 0


def pairs(out, rows):
    number(out, len(rows))
    a = b = 0
    for x, y in rows:
        number(out, x - a)
        number(out, y - b)
        a, b = x, y


out = bytearray()
for name in NAMES:
    rows = sorted(decodings(name))
    inverse = {}
    for code, point in rows:
        inverse.setdefault(point, code)
    points = range(0x110000)
    exceptions = [(p, encoded(name, p)) for p in points if encoded(name, p) != inverse.get(p, 0)]
    out.append(len(name))
    out += name.encode()
    pairs(out, rows)
    pairs(out, exceptions)
    print(name, len(rows), len(exceptions), file=sys.stderr)
compressor = zlib.compressobj(9, wbits=-15)
data = compressor.compress(bytes(out)) + compressor.flush()
with open(sys.argv[1], "wb") as file:
    file.write(len(out).to_bytes(4, "little") + data)
print(len(out), len(data), file=sys.stderr)
