"""Positions in text streams: each encoding, error handler and newline mode, with chunks of several sizes."""
import io

RAW = b"a\xffb\xc3\xa9\r\n\xe3\x81x\r\rz\n\xf0\x9f\x98\x80end\xe3"


def look(raw, encoding, errors, newline, chunk):
    f = io.TextIOWrapper(io.BytesIO(raw), encoding=encoding, errors=errors, newline=newline)
    f._CHUNK_SIZE = chunk
    whole = f.read()
    found = [len(whole), f.newlines]
    f.seek(0)
    wrong = count = 0
    while True:
        before = f.tell()
        char = f.read(1)
        if not char:
            break
        after = f.tell()
        f.seek(before)
        again = f.read(1)
        f.read(7)
        f.seek(after)
        if again != char or char + f.read(3) != whole[count:count + 4]:
            wrong += 1
        f.seek(after)
        count += 1
    f.seek(0)
    found += [wrong, count, [ascii(line) for line in iter(f.readline, "")]]
    f.seek(0)
    found += [[ascii(line) for line in iter(lambda: f.readline(4), "")]]
    f.seek(0)
    found += [[ascii(line) for line in f], f.seek(0, 2), f.read(), f.tell()]
    return found


for encoding in "utf-8", "ascii", "latin-1", "utf-16", "utf-8-sig":
    for errors in "strict", "replace", "ignore", "backslashreplace", "surrogateescape":
        for newline in None, "", "\n", "\r", "\r\n":
            for chunk in 8192, 3:
                try:
                    found = look(RAW, encoding, errors, newline, chunk)
                except Exception as error:
                    found = [type(error).__name__, str(error)]
                print(encoding, errors, repr(newline), chunk, found)

for encoding in "shift_jis", "iso2022_jp", "utf-32", "utf-7":
    for newline in None, "", "\r\n":
        print(encoding, repr(newline), look("ab\nあい\r\nうえ\n".encode(encoding), encoding, "strict", newline, 5))

f = io.TextIOWrapper(io.BytesIO(b"abc\ndef\n"), encoding="utf-8")
for target, whence in (-1, 0), (1, 1), (1, 2), (0, 3), (1 << 200, 0), ("1", 0), (None, 0):
    try:
        print(f.seek(target, whence))
    except Exception as error:
        print(type(error).__name__, error)
next(f)
try:
    f.tell()
except OSError as error:
    print(error)


class Lines(io.TextIOWrapper):
    def readline(self):
        return 3


try:
    next(Lines(io.BytesIO(b"")))
except OSError as error:
    print(error)
