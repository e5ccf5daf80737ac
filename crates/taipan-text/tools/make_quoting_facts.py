"""Writes facts about repr() and ascii() computed by CPython 3.14 to src/quoting/facts.txt.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_quoting_facts.py
Fields are separated by tabs: function, input, result; all in hexadecimal code points.
"""

from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "src" / "quoting" / "facts.txt"
TEXTS = ["", "a", "it's", 'say "x"', "both ' and \"", "\\", "\t\n\r\x0b\x00\x1f\x7f", "é\xa0\xad\x80", "€\u2028\ud800\uffff", "\U0001f600\U000e0001\U0010ffff", "'", '"', "'\"\\é"]


def hexes(items):
    return ".".join("%x" % (ord(c) if isinstance(c, str) else c) for c in items)


rows = []
for text in TEXTS:
    rows.append(("repr", hexes(text), hexes(repr(text))))
    rows.append(("ascii", hexes(text), hexes(ascii(text))))
    data = text.encode("latin-1", "replace")
    rows.append(("bytes", hexes(data), hexes(repr(data))))
rows.append(("bytes", hexes(bytes(range(256))), hexes(repr(bytes(range(256))))))
OUT.write_text("".join("\t".join(row) + "\n" for row in rows))
