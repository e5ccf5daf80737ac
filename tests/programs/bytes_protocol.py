"""bytes, bytearray, struct, binascii, memoryview, array and checksums: a binary protocol."""
import array
import binascii
import hashlib
import hmac
import io
import struct
import zlib


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


HEADER = struct.Struct(">4sBBHI")


def pack(kind, payload, flags=0):
    body = zlib.compress(payload, 9) if flags & 1 else payload
    return HEADER.pack(b"PKT1", kind, flags, len(body), binascii.crc32(body)) + body


def unpack(stream):
    while head := stream.read(HEADER.size):
        if len(head) < HEADER.size:
            raise EOFError(f"{len(head)} bytes of a header")
        magic, kind, flags, size, crc = HEADER.unpack(head)
        if magic != b"PKT1":
            raise ValueError(f"bad magic {magic!r}")
        body = stream.read(size)
        if binascii.crc32(body) != crc:
            raise ValueError(f"checksum {crc:#010x} expected")
        yield kind, zlib.decompress(body) if flags & 1 else body


packets = pack(1, b"hello") + pack(2, b"ab" * 500, 1) + pack(3, b"")
print(len(packets), packets[:18].hex(" ", -4), [(k, len(b)) for k, b in unpack(io.BytesIO(packets))])
broken = bytearray(packets)
broken[14] ^= 0xFF
attempt(lambda: list(unpack(io.BytesIO(broken))))
attempt(lambda: list(unpack(io.BytesIO(b"XXXX" + packets[4:]))))
attempt(lambda: list(unpack(io.BytesIO(packets[:20]))))

for form, values in [("<bBhHiIqQ", (-1, 255, -2, 65535, -3, 2**32 - 1, -4, 2**64 - 1)), (">efd", (1.5, 0.1, -2.5e300)), ("=3s5p?cx2h", (b"abcd", b"pascal", True, b"z", 1, -1)), ("@ci", (b"a", 7)), ("@nN", (-5, 5))]:
    data = struct.pack(form, *values)
    print(form, struct.calcsize(form), data.hex(), struct.unpack(form, data))
for bad in (lambda: struct.pack("b", 200), lambda: struct.pack("i", "x"), lambda: struct.unpack("i", b"abc"), lambda: struct.pack("zz"), lambda: struct.pack("ii", 1), lambda: struct.pack("<Q", -1), lambda: struct.unpack_from("i", b"abcd", 2), lambda: struct.pack("e", 1e6), lambda: struct.pack("c", b"ab")):
    attempt(bad)
print(list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")), struct.unpack_from(">H", b"xx\x01\x02", 2))

b = bytearray(b"hello world")
b[0:5] = b"HOWDY"; b.append(33); b.extend(range(48, 52)); del b[5:6]; b.insert(0, 42); b += b"!"; b *= 2
print(b, b.count(b"!"), b.find(b"0"), b.pop(), b.upper()[:4], b.translate(None, b"!")[:8], bytes(b)[::-3], b.partition(b"w")[0], b.startswith(b"*H"))
attempt(lambda: b.append(256))
attempt(lambda: b.__setitem__(0, "a"))
attempt(lambda: bytes([300]))
attempt(lambda: bytes("x"))
attempt(lambda: b"abc" + "d")
attempt(lambda: bytes(-1))
attempt(lambda: bytes.fromhex("0g"))
attempt(lambda: b"a" < "a")
print(bytes(3), bytes([1, 2]), bytes.fromhex("de ad BE ef"), b"a%sb%02x" % (b"-", 10), b"%b|%5.1f|%c" % (b"x", 2.25, 65), b"x".join([b"1", b"2"]), b"\x00\n\\'\"\xff", b"a b c".split(), b"abc"[1], b"abc"[1:2], b"Az".swapcase(), b"12".isdigit(), b"\tx".expandtabs(2), bytes(memoryview(b"mv")))
print(int.from_bytes(b"\x01\x02", "big"), int.from_bytes(b"\xff\xfe", "little", signed=True), (-300).to_bytes(3, signed=True), (1000).to_bytes(2, "little"))
attempt(lambda: (256).to_bytes(1))
attempt(lambda: (-1).to_bytes(1))

m = memoryview(bytearray(range(24)))
grid = m.cast("B", (4, 6))
words = m.cast("H")
print(grid[1, 2], grid.shape, grid.strides, grid.ndim, words[3], words.itemsize, words.format, len(words), m[5:20:5].tolist(), m.readonly, m.nbytes, grid.tolist()[3], m[::-1][:2].tolist(), m[2:4] == b"\x02\x03", m.hex()[:8], m.contiguous)
m[0:3] = b"xyz"
words[2] = 0xFFFF
print(bytes(m[:8]), m.obj[:3], hash(memoryview(b"k")) == hash(b"k"))
attempt(lambda: m.__setitem__(0, 256))
attempt(lambda: m.__setitem__(slice(0, 2), b"abc"))
attempt(lambda: memoryview(b"ro").__setitem__(0, 1))
attempt(lambda: m.obj.append(1))
attempt(lambda: memoryview("str"))
attempt(lambda: m.cast("I", (5,)))
attempt(lambda: grid[9, 9])
words.release(); grid.release()
with m:
    pass
attempt(lambda: m[0])

a = array.array("i", [3, -1, 2])
a.extend([7]); a.append(2**31 - 1); a.byteswap(); a.byteswap(); a.reverse()
print(a, a.itemsize, a.tobytes()[:8], a[1:3], a.index(-1), array.array("d", [1.5]) + array.array("d", [2.5]), array.array("w", "héy").tounicode(), a.typecode, memoryview(a).format)
attempt(lambda: a.append(2**31))
attempt(lambda: array.array("b", "x"))

data = b"The quick brown fox jumps over the lazy dog"
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s", "shake_128"):
    h = hashlib.new(name)
    for i in range(0, len(data), 7):
        h.update(data[i:i + 7])
    print(name, h.digest_size, h.block_size, h.hexdigest(16)[:40] if name.startswith("shake") else h.hexdigest()[:40])
print(hmac.new(b"key", data, "sha256").hexdigest(), hmac.compare_digest(b"a", b"a"), hashlib.pbkdf2_hmac("sha1", b"pw", b"salt", 10).hex(), hashlib.scrypt is not None)
print(binascii.crc32(data), zlib.adler32(data), zlib.crc32(data, 5), binascii.hexlify(data[:4], "_"), binascii.b2a_base64(data[:10]), binascii.a2b_base64(b"SGk="), binascii.crc_hqx(data, 0), binascii.b2a_uu(b"uu"))
for bad in (b"abc", b"zz"):
    attempt(lambda: binascii.unhexlify(bad))
c = zlib.compressobj(6, wbits=-15)
raw = c.compress(data * 20) + c.flush()
d = zlib.decompressobj(-15)
print(len(raw) < 100, d.decompress(raw, 50), len(d.unconsumed_tail) > 0, d.decompress(d.unconsumed_tail)[-3:], d.eof)
attempt(lambda: zlib.decompress(b"nonsense"))
