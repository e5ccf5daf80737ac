"""The io module: text and binary layers, newlines, encodings, seeking, raw streams of one's own, pipes."""
import io
import os
import sys


def attempt(action):
    try:
        print(repr(action()))
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def text_files():
    with open("t.txt", "w", encoding="utf-8", newline="\r\n") as f:
        print(f.write("one\ntwo é\n"), f.writelines(["three\n", "four"]), f.tell(), f.encoding, f.newlines, f.line_buffering, f.mode, f.name)
    print(open("t.txt", "rb").read())
    for newline in (None, "", "\n", "\r\n"):
        with open("t.txt", encoding="utf-8", newline=newline) as f:
            print(repr(newline), f.readlines(), f.newlines)
    with open("t.txt", encoding="utf-8") as f:
        print(f.readline(), f.read(3), next(f), end="")
        attempt(lambda: f.readline(2))
        attempt(lambda: (f.seek(0), f.readlines(8)))
        attempt(lambda: f.seek(3, 1))
        attempt(lambda: f.write("x"))
    attempt(lambda: f.read())
    attempt(lambda: open("t.txt", encoding="ascii").read())
    attempt(lambda: open("t.txt", encoding="ascii", errors="replace").read())
    attempt(lambda: open("t.txt", "w", encoding="ascii").write("é"))
    attempt(lambda: open("t.txt", "zz"))
    attempt(lambda: open("t.txt", "rb", encoding="utf-8"))
    attempt(lambda: open("t.txt", newline="x"))
    attempt(lambda: open("t.txt", buffering=0))
    with open("a.txt", "a+", encoding="utf-16") as f:
        f.write("ab")
        f.write("cd")
        f.seek(0)
        print(f.read(), f.tell())
    with open("a.txt", "r+b") as f:
        f.seek(-4, 2)
        print(f.read(2), f.truncate(6), f.seek(0), f.read())


def memory():
    s = io.StringIO("line 1\nline 2\r\nline 3")
    print(s.readline(), s.tell(), list(s), s.seek(0), s.truncate(4), s.getvalue(), s.write("LONGER"), s.getvalue(), s.seek(0, 2), s.write("!"), s.getvalue())
    s = io.StringIO(newline=None)
    s.write("a\r\nb\rc")
    attempt(s.getvalue)
    b = io.BytesIO(b"0123456789")
    view = b.getbuffer()
    view[0:2] = b"xy"
    attempt(lambda: b.write(b"x" * 50))
    view.release()
    print(b.read(4), b.read1(2), b.readinto(buf := bytearray(3)), buf, b.tell(), b.seek(-2, 2), b.read(), b.seek(20), b.write(b"!"), b.getvalue())
    attempt(lambda: s.write(b"x"))
    attempt(lambda: b.write("x"))
    b.close()
    attempt(b.getvalue)


class Upper(io.RawIOBase):
    """A raw stream that upper-cases what it reads, in pieces of three."""

    def __init__(self, data): self.data = data
    def readable(self): return True
    def readinto(self, buffer):
        piece, self.data = self.data[:3], self.data[3:]
        buffer[:len(piece)] = piece.upper()
        return len(piece)


class Sink(io.RawIOBase):
    def __init__(self): self.pieces = []
    def writable(self): return True
    def write(self, data):
        self.pieces.append(bytes(data[:5]))
        return min(5, len(data))


def layers():
    print(Upper(b"hello world").read(), io.BufferedReader(Upper(b"abcdef\nghi"), 4).readline(), io.TextIOWrapper(io.BufferedReader(Upper("é\nü\n".encode())), "utf-8").readlines())
    sink = Sink()
    with io.BufferedWriter(sink, 8) as w:
        w.write(b"hello ")
        w.write(b"beautiful ")
        w.write(b"world")
    print(sink.pieces, w.closed, sink.closed)
    r = io.BufferedReader(io.BytesIO(b"abcdefgh"), 3)
    print(r.peek(1)[:1], r.read(2), r.peek()[:1], r.tell(), r.seek(5), r.read1(), r.raw.__class__.__name__)
    t = io.TextIOWrapper(out := io.BytesIO(), "utf-8", write_through=False, line_buffering=True)
    t.write("partial")
    before = out.getvalue()
    t.write(" line\n")
    print(before, out.getvalue(), t.reconfigure(newline="\r\n"), t.write("x\n"), t.flush(), out.getvalue(), t.detach() is out)
    attempt(lambda: t.read())
    attempt(lambda: io.BufferedReader(Sink()).read())
    attempt(lambda: Sink().read())
    pair = io.BufferedRWPair(io.BytesIO(b"in"), sink2 := io.BytesIO())
    print(pair.read(), pair.write(b"out"), pair.flush(), sink2.getvalue(), issubclass(io.StringIO, io.TextIOBase), isinstance(sys.stdout, io.TextIOWrapper))
    with open("r.bin", "w+b", buffering=16) as f:
        f.write(bytes(range(40)))
        f.seek(10)
        f.write(b"AB")
        print(f.read(3), f.tell(), f.seek(-1, 1), f.read(1), f.seek(100), f.write(b"z"), f.flush(), os.path.getsize("r.bin"))
    with open("r.bin", "rb", buffering=0) as f:
        print(type(f).__name__, f.read(4), f.readall()[-1:], f.fileno() > 2, f.isatty(), f.seekable())


def descriptors():
    r, w = os.pipe()
    with os.fdopen(w, "w") as f:
        print("through a pipe", file=f, end="")
    with open(r, closefd=True) as f:
        attempt(f.read)
    attempt(lambda: os.read(r, 1))
    fd = os.open("raw.txt", os.O_CREAT | os.O_RDWR, 0o600)
    print(os.write(fd, b"raw bytes"), os.lseek(fd, 4, os.SEEK_SET), os.read(fd, 20), os.fstat(fd).st_size, os.ftruncate(fd, 3), os.pread(fd, 5, 0))
    copy = os.dup(fd)
    os.close(fd)
    print(os.fdopen(copy, "rb").read())
    attempt(lambda: open(9999))
    saved, sys.stdout = sys.stdout, io.StringIO()
    print("captured", 1, 2, sep="-", end="!", flush=True)
    captured, sys.stdout = sys.stdout.getvalue(), saved
    print(captured)
    for bad in (lambda: print("x", sep=1), lambda: print("x", file=5), lambda: print(end=b"")):
        attempt(bad)
    with open("lines.txt", "w") as f:
        for i in range(1000):
            print(i, file=f)
    with open("lines.txt") as f:
        print(sum(int(line) for line in f), f.tell())
    print("print", None, [1], sep="")


for part in (text_files, memory, layers, descriptors):
    print("--", part.__name__)
    part()
