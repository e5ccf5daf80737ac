"""Text files: lines written and printed, read line by line, in pieces and whole, in ASCII and beyond."""
import csv
import io
import os
import tempfile

LINES = 30_000


def write(path, line):
    with open(path, "w", encoding="utf-8") as f:
        for i in range(LINES):
            f.write(line)
        for i in range(LINES // 3):
            print(i, line, sep=",", end="", file=f)


def read(path):
    total = 0
    with open(path, encoding="utf-8") as f:
        for line in f:
            total += len(line)
    with open(path, encoding="utf-8") as f:
        while piece := f.read(100):
            total += len(piece)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "rb") as f:
        for line in f:
            total += len(line)
    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.reader(f):
            total += len(row)
    return total + len(text.split()) + len(text.splitlines())


def in_memory(line):
    stream = io.StringIO()
    for i in range(LINES):
        stream.write(line)
    stream.seek(0)
    return sum(len(line) for line in stream)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "text")
    for line in "a line of some words, and of more\n", "línea — 日本語, y más\n":
        for _ in range(3):
            write(path, line)
            print(read(path), in_memory(line))
