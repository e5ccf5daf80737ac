"""Writes facts about searching, splitting and padding computed by CPython 3.14 to src/search/facts.txt.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_search_facts.py
Fields are separated by tabs: method, `s` for str or `b` for bytes, arguments, result. Texts are in hexadecimal code
points, lists of texts are joined by commas.
"""

import random
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "src" / "search" / "facts.txt"
random.seed(7)
ALPHABETS = ["ab", "ab ", "aé", "a€", "a\U0001f600", "é€\U0001f600", "a\n\r\t ", "a\x0b\x1c\x1d\x1e\x85\u2028\r\n", "+-0a", "aB", "\u2002\xa0a "]


def encode(value):
    if isinstance(value, bool) or isinstance(value, int):
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return ",".join(map(encode, value)) if value else "-"
    return ".".join("%x" % (ord(c) if isinstance(c, str) else c) for c in value)


def text(length):
    alphabet = random.choice(ALPHABETS)
    return "".join(random.choice(alphabet) for _ in range(random.randint(0, length)))


def kinds(*texts):
    yield "s", texts
    try:
        yield "b", tuple(t.encode("latin-1") for t in texts)
    except UnicodeEncodeError:
        pass


def rows():
    for _ in range(90):
        alphabet = random.choice(ALPHABETS)
        pick = lambda n: "".join(random.choice(alphabet) for _ in range(random.randint(0, n)))
        hay, needle, new = pick(30), pick(3) if random.random() < 0.85 else text(4), text(3)
        start, end = random.randint(-40, 40), random.randint(-40, 40)
        limit = random.choice((-1, -1, 0, 1, 2, 5))
        for kind, (h, n, w) in kinds(hay, needle, new):
            for method in ("find", "rfind", "count", "startswith", "endswith"):
                yield method, kind, h, n, 0, 2**40, getattr(h, method)(n)
                yield method, kind, h, n, start, end, getattr(h, method)(n, start, end)
            yield "replace", kind, h, n, w, limit, h.replace(n, w, limit)
            if n:
                yield "split", kind, h, n, limit, h.split(n, limit)
                yield "rsplit", kind, h, n, limit, h.rsplit(n, limit)
                yield "partition", kind, h, n, h.partition(n)
                yield "rpartition", kind, h, n, h.rpartition(n)
            for method in ("strip", "lstrip", "rstrip"):
                yield method, kind, h, n, getattr(h, method)(n)
            for method in ("removeprefix", "removesuffix"):
                yield method, kind, h, n, getattr(h, method)(n)
    for _ in range(50):
        for kind, (h,) in kinds(text(25)):
            limit = random.choice((-1, 0, 1, 2, 5))
            width = random.randint(-3, 40)
            yield "split_space", kind, h, limit, h.split(None, limit)
            yield "rsplit_space", kind, h, limit, h.rsplit(None, limit)
            for keep in (0, 1):
                yield "splitlines", kind, h, keep, h.splitlines(keep)
            for method in ("strip", "lstrip", "rstrip"):
                yield method + "_space", kind, h, getattr(h, method)()
            for method in ("center", "ljust", "rjust", "zfill"):
                yield method, kind, h, width, getattr(h, method)(width)
            for size in (-1, 0, 1, 4, 8):
                yield "expandtabs", kind, h, size, h.expandtabs(size)
            for method in ("title", "capitalize", "swapcase", "islower", "isupper", "istitle", "isspace"):
                yield method, kind, h, getattr(h, method)()
    for n in (50, 200):
        for c in "aé€\U0001f600":
            h = c * n + "b" + c * n
            for needle in (c * (n // 2) + "b" + c * (n // 2), c * (n // 2) + "bb", "bb" + c * (n // 2), "b" + c * n, c * n + "b" + c * n):
                for method in ("find", "rfind", "count"):
                    yield method, "s", h, needle, 0, 2**40, getattr(h, method)(needle)


OUT.write_text("".join("\t".join(map(str, (row[0], row[1], *map(encode, row[2:])))) + "\n" for row in rows()))
