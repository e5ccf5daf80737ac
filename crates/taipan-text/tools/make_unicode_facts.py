"""Writes digests of CPython 3.14's Unicode facts over all code points to src/unicode/facts.txt.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_unicode_facts.py
Each line is a name and the FNV-1a 64 digest of the fact's text for code points 0..0x10FFFF, each ended by a newline.
The same texts are made by src/unicode/tests.rs.
"""

import unicodedata as ud
from pathlib import Path
import _sre


def hexes(text):
    return " ".join("%x" % ord(c) for c in text)


FACTS = {
    "category": ud.category,
    "bidirectional": ud.bidirectional,
    "combining": lambda c: str(ud.combining(c)),
    "mirrored": lambda c: str(ud.mirrored(c)),
    "east_asian_width": ud.east_asian_width,
    "decomposition": ud.decomposition,
    "decimal": lambda c: str(ud.decimal(c, "-")),
    "digit": lambda c: str(ud.digit(c, "-")),
    "numeric": lambda c: str(int(ud.numeric(c, -999) * 1000000)),
    "name": lambda c: ud.name(c, ""),
    "isalpha": lambda c: str(int(c.isalpha())),
    "isalnum": lambda c: str(int(c.isalnum())),
    "isdecimal": lambda c: str(int(c.isdecimal())),
    "isdigit": lambda c: str(int(c.isdigit())),
    "isnumeric": lambda c: str(int(c.isnumeric())),
    "isprintable": lambda c: str(int(c.isprintable())),
    "isspace": lambda c: str(int(c.isspace())),
    "isidentifier": lambda c: str(int(c.isidentifier())),
    "continues_identifier": lambda c: str(int(("a" + c).isidentifier())),
    "islower": lambda c: str(int(c.islower())),
    "isupper": lambda c: str(int(c.isupper())),
    "istitle": lambda c: str(int(c.istitle())),
    "splits_lines": lambda c: str(len(("a" + c + "b").splitlines())),
    "upper": lambda c: hexes(c.upper()),
    "lower": lambda c: hexes(c.lower()),
    "title": lambda c: hexes(c.title()),
    "casefold": lambda c: hexes(c.casefold()),
    "swapcase": lambda c: hexes(c.swapcase()),
    "capitalize": lambda c: hexes(("a" + c).capitalize()),
    "title_inside": lambda c: hexes(("a" + c + "b").title()),
    "final_sigma": lambda c: hexes(("aΣ" + c).lower() + ("aΣ" + c + "a").lower() + (c + "Σ").lower()),
    "sre_lower": lambda c: "%x" % _sre.unicode_tolower(ord(c)),
    "sre_cased": lambda c: str(int(_sre.unicode_iscased(ord(c)))),
    "nfc": lambda c: hexes(ud.normalize("NFC", c)),
    "nfd": lambda c: hexes(ud.normalize("NFD", c)),
    "nfkc": lambda c: hexes(ud.normalize("NFKC", c)),
    "nfkd": lambda c: hexes(ud.normalize("NFKD", c)),
    "nfc_context": lambda c: hexes(ud.normalize("NFC", "a\u0301\u0327" + c + "\u0301\u0323\u3099\u1161\u11a8")),
    "nfkc_context": lambda c: hexes(ud.normalize("NFKC", "\u1100" + c + c + "\u0308\u11a8\u0338")),
    "nfd_context": lambda c: hexes(ud.normalize("NFD", "e\u0301\u0327" + c + "\u0323\u0334")),
}


OLD = ud.ucd_3_2_0
FACTS.update({
    "old_category": OLD.category,
    "old_bidirectional": OLD.bidirectional,
    "old_combining": lambda c: str(OLD.combining(c)),
    "old_mirrored": lambda c: str(OLD.mirrored(c)),
    "old_east_asian_width": OLD.east_asian_width,
    "old_decomposition": OLD.decomposition,
    "old_decimal": lambda c: str(OLD.decimal(c, "-")),
    "old_digit": lambda c: str(OLD.digit(c, "-")),
    "old_numeric": lambda c: str(int(OLD.numeric(c, -999) * 1000000)),
    "old_name": lambda c: OLD.name(c, ""),
    "old_nfc": lambda c: hexes(OLD.normalize("NFC", c)),
    "old_nfkd": lambda c: hexes(OLD.normalize("NFKD", c)),
    "old_nfkc_context": lambda c: hexes(OLD.normalize("NFKC", "\u1100" + c + c + "\u0308\u11a8\u0338")),
})


def digest(fact):
    value = 0xCBF29CE484222325
    for code in range(0x110000):
        for byte in fact(chr(code)).encode() + b"\n":
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


if __name__ == "__main__":
    out = Path(__file__).resolve().parent.parent / "src" / "unicode" / "facts.txt"
    out.write_text("".join(f"{name} {digest(fact):016x}\n" for name, fact in FACTS.items()))
