"""Streams: what is refused, in which pieces text is written, byte order marks, threads at one buffer."""

import io
import pickle
import threading


def show(action, *args, **keywords):
    try:
        print(repr(action(*args, **keywords)))
    except Exception as error:
        print(type(error).__name__, ascii(str(error)), repr(error.__cause__))


class Raw(io.RawIOBase):
    def __init__(self):
        self.pieces = []

    def writable(self):
        return True

    def write(self, data):
        self.pieces.append(bytes(data))
        return len(data)


class Sink:
    closed = False

    def __init__(self):
        self.pieces = []

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def write(self, data):
        self.pieces.append(data)

    def flush(self):
        pass

    def close(self):
        self.closed = True


text = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
show(delattr, text, "_CHUNK_SIZE")
show(setattr, text, "_CHUNK_SIZE", 2**100)
show(setattr, text, "_CHUNK_SIZE", 0)
for encoding, errors in [("\udcfe", None), ("utf-8", "\udcfe"), ("utf-8\0", None), ("utf-8", "a\0"), (3, None)]:
    show(io.TextIOWrapper, io.BytesIO(), encoding, errors)
show(text.reconfigure, encoding="\udcfe")
show(text.reconfigure, encoding="locale\0")
show(text.reconfigure, encoding=42)
show(text.reconfigure, line_buffering=2**100)
show(repr, io.TextIOWrapper.__new__(io.TextIOWrapper))
show(setattr, text, "_finalizing", 1)


class Text(str):
    def replace(self, *args):
        return self.act()


for act in (lambda self: None, lambda self: stream.detach(), lambda self: stream.close(), lambda self: "r\r\n"):
    stream = io.TextIOWrapper(io.BytesIO(), newline="\r\n")
    Text.act = act
    show(stream.write, Text("a\n"))
sink = Sink()
stream = io.TextIOWrapper(sink, encoding="ascii")
stream.write("abc")
stream.write("def")
stream.write("g" * stream._CHUNK_SIZE)
stream.write("h")
stream.flush()
print([(piece[:1], len(piece)) for piece in sink.pieces])
for encoding in ("utf-8-sig", "utf-16", "utf-32"):
    data = io.BytesIO("aaa".encode(encoding))
    data.seek(0, 2)
    stream = io.TextIOWrapper(data, encoding=encoding)
    stream.write("xxx")
    stream.flush()
    print(data.getvalue() == "aaaxxx".encode(encoding))
data = io.BytesIO()
stream = io.TextIOWrapper(data, encoding="ascii")
stream.write("a")
stream.reconfigure(encoding="utf-8-sig")
stream.write("\xe9")
stream.flush()
print(data.getvalue())
pair = io.TextIOWrapper(io.BufferedRWPair(io.BytesIO(b"one\ntwo\n"), io.BytesIO()))
print([pair.readline(), pair.write("x"), pair.readline()])
for kind in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom):
    show(kind, io.BytesIO(), 1, 2, 3)
    show(kind)


class Odd(io.BytesIO):
    def readinto(self, target):
        return b"odd"


class Again(io.RawIOBase):
    def writable(self):
        return True

    def write(self, data):
        stream.write(b"again")


show(io.BufferedReader(Odd(b"12")).readline)
stream = io.BufferedWriter(Again(), 4)
try:
    stream.write(b"abcdefghi")
except RuntimeError as error:
    print(str(error).split(" at ")[0][:45])

print([hasattr(kind(), "__dict__") for kind in (io.IOBase, io.RawIOBase, io.BytesIO, io.StringIO)])
raw = Raw()
shared = io.BufferedWriter(raw, 64)
text = io.TextIOWrapper(shared, encoding="ascii", write_through=True)


def work(letter):
    for i in range(300):
        text.write(letter * 7)


threads = [threading.Thread(target=work, args=(letter,)) for letter in "abcd"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
text.flush()
written = b"".join(raw.pieces)
print(len(written), {letter: written.count(letter.encode()) for letter in "abcd"})
