"""gzip, bz2, lzma, zstd, zipfile and tarfile by their interfaces, with damaged input."""
import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib

DATA = b"".join(b"%d bottles of beer on the wall, line %x\n" % (n % 99, n * n) for n in range(2000))


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def streams():
    for module in (gzip, bz2, lzma):
        packed = module.compress(DATA)
        print(module.__name__, len(packed) < len(DATA) // 3, module.decompress(packed) == DATA, module.decompress(packed + packed) == DATA * 2)
        name = "f." + module.__name__
        with module.open(name, "wt", encoding="utf-8") as f:
            f.write("größe\n")
            f.writelines(f"{i}\n" for i in range(500))
        with module.open(name, "rt", encoding="utf-8") as f:
            print(f.readline(), sum(map(int, f)))
        with module.open(name, "ab") as f:
            f.write(b"appended")
        with module.open(name) as f:
            print(f.read(4), f.seek(10), f.readline(), f.tell(), f.seek(-8, 2) if module is not gzip else f.seek(0), f.seekable(), f.peek(1)[:1])
        attempt(lambda: module.decompress(packed[:-5]))
        attempt(lambda: module.decompress(b"not compressed at all"))
    d = bz2.BZ2Decompressor()
    out = b"".join(d.decompress(piece) for piece in (bz2.compress(DATA)[i:i + 100] for i in range(0, 10**5, 100)) if piece and not d.eof)
    print(out == DATA, d.eof, d.unused_data)
    attempt(lambda: d.decompress(b"x"))
    c = lzma.LZMACompressor(lzma.FORMAT_ALONE)
    alone = c.compress(DATA) + c.flush()
    raw = lzma.compress(DATA, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 1}])
    print(lzma.decompress(alone) == DATA, lzma.decompress(raw, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 1}]) == DATA, lzma.is_check_supported(lzma.CHECK_CRC32))
    packed = gzip.compress(b"x", mtime=0)
    print(packed[:4], packed[-4:], gzip.GzipFile(fileobj=io.BytesIO(packed)).read(), zlib.decompress(packed, 31))
    z = zlib.compressobj(9, zlib.DEFLATED, -9, 9, zlib.Z_DEFAULT_STRATEGY, b"bottles of beer")
    with_dict = z.compress(DATA[:50]) + z.flush()
    print(zlib.decompressobj(-9, b"bottles of beer").decompress(with_dict) == DATA[:50])
    copy = zlib.compressobj()
    head = copy.compress(b"shared ")
    other = copy.copy()
    print(zlib.decompress(head + other.compress(b"b") + other.flush()) == b"shared b", other is not copy)


def zips():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo("dir/a.txt", (2020, 1, 2, 3, 4, 6)), DATA)
        z.writestr("ünï.txt", "text", compress_type=zipfile.ZIP_STORED)
        z.writestr("b.xz", DATA, compress_type=zipfile.ZIP_LZMA)
        z.comment = b"a comment"
        with z.open("stream.bin", "w") as f:
            f.write(b"part 1, ")
            f.write(b"part 2")
        z.mkdir("empty")
    with zipfile.ZipFile(buffer) as z:
        print(z.namelist(), z.comment, z.testzip(), z.read("stream.bin"), z.read("dir/a.txt") == DATA)
        info = z.getinfo("dir/a.txt")
        print(info.date_time, info.file_size, info.CRC, info.compress_type, info.is_dir(), z.getinfo("empty/").is_dir())
        with z.open("dir/a.txt") as f:
            print(f.readline(), f.seek(1000), f.read(5), f.tell())
        attempt(lambda: z.read("missing"))
        root = zipfile.Path(z)
        print(sorted(p.name for p in root.iterdir()), (root / "dir" / "a.txt").read_text()[:9], (root / "nope").exists(), (root / "dir").is_dir())
    damaged = bytearray(buffer.getvalue())
    damaged[60] ^= 0xFF
    attempt(lambda: zipfile.ZipFile(io.BytesIO(damaged)).read("dir/a.txt"))
    attempt(lambda: zipfile.ZipFile(io.BytesIO(b"no zip")))
    attempt(lambda: zipfile.ZipFile(buffer, "q"))
    print(zipfile.is_zipfile(buffer), zipfile.is_zipfile(io.BytesIO(b"PK")))
    with zipfile.ZipFile("mod.zip", "w") as z:
        z.writestr("zipped_module.py", "value = __name__, __file__.rpartition('/')[2]\n")
    import sys
    sys.path.insert(0, "mod.zip")
    import zipped_module
    print(zipped_module.value, type(zipped_module.__loader__).__name__)


def tars():
    os.makedirs("src/sub")
    for name, text in (("src/one.txt", "one"), ("src/sub/two.txt", "two" * 100), ("src/" + "long" * 30 + ".txt", "l")):
        with open(name, "w") as f:
            f.write(text)
    os.symlink("one.txt", "src/link")

    def clean(info):
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = "nobody"
        return None if info.name.endswith("two.txt") else info

    for mode in ("w", "w:gz", "w:bz2", "w:xz"):
        with tarfile.open("t.tar", mode) as t:
            t.add("src", "dst", filter=clean)
            info = tarfile.TarInfo("memory.bin")
            info.size, info.mode, info.mtime = 5, 0o640, 1e9
            t.addfile(info, io.BytesIO(b"bytes"))
        with tarfile.open("t.tar") as t:
            print(mode, sorted(m.name[:12] for m in t), t.extractfile("memory.bin").read(), t.getmember("dst/link").linkname, oct(t.getmember("memory.bin").mode))
            t.extractall("out", filter="data")
    print(sorted(os.listdir("out/dst"))[0][:8], os.path.getmtime("out/memory.bin"), os.path.islink("out/dst/link"))
    attempt(lambda: tarfile.open(fileobj=io.BytesIO(b"x" * 600)))
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as t:
        t.addfile(tarfile.TarInfo("../escape"), io.BytesIO())
    evil.seek(0)
    with tarfile.open(fileobj=evil) as t:
        try:
            t.extractall("out", filter="data")
        except tarfile.OutsideDestinationError as error:
            print(type(error).__name__, "escape" in str(error))


for part in (streams, zips, tars):
    print("--", part.__name__)
    part()
