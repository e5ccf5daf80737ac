"""Text: splitting, joining, formatting, searching, regular expressions."""

import re

LINE = "2026-03-01 12:30:45 WARN  disk /dev/sda1 is {percent}% full, {free} MB free"


def main():
    lines = [LINE.format(percent=n % 100, free=n * 7) for n in range(100_000)]
    found = [re.search(r"(\d+)% full, (\d+) MB", line) for line in lines[:20_000]]
    fields = [line.split() for line in lines]
    joined = "\n".join(f"{f[2].lower():<6}|{f[4].upper():>12}|{int(f[-3]):08d}" for f in fields)
    return sum(int(m[1]) + int(m[2]) for m in found), len(joined), joined.count("warn"), len(joined.replace("|", " - "))


print(main())
