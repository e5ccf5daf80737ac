"""Writes the Unicode tables of src/unicode from the facts that CPython 3.14 itself reports.

Run with CPython 3.14 from this crate's folder:  python3.14 tools/make_unicode_tables.py
"""

import ctypes
import struct
import sys
import unicodedata as ud
from collections import Counter
from pathlib import Path

import _sre

assert sys.version_info[:2] == (3, 14), sys.version
LIMIT = 0x110000
OUT = Path(__file__).resolve().parent.parent / "src" / "unicode"

CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
BIDI = ["", *"L R AL EN ES ET AN CS NSM BN B S WS ON LRE LRO RLE RLO PDF LRI RLI FSI PDI".split()]
WIDTHS = "N Na W F H A".split()
FLAGS = """ALPHA NUMERIC PRINTABLE SPACE ID_START ID_CONTINUE LOWER UPPER TITLE MIRRORED SPECIAL_CASE CASE_IGNORABLE
NFD_CHANGES NFKD_CHANGES NFC_CHECK NFKC_CHECK CASED_LETTER""".split()


def numbers(values, width=118):
    """The values as comma-separated lines."""
    lines, line = [], ""
    for value in values:
        item = f"{value},"
        if len(line) + len(item) > width:
            lines.append(line)
            line = ""
        line += item
    if line:
        lines.append(line)
    return "\n".join("    " + line for line in lines)


def array(name, kind, values, doc):
    values = list(values)
    return f"/// {doc}\n#[rustfmt::skip]\npub(super) static {name}: [{kind}; {len(values)}] = [\n{numbers(values)}\n];\n\n"


def trie(values):
    """Two-stage table with the block size that gives the smallest sum."""
    best = None
    for shift in range(4, 9):
        blocks, index, stage = {}, [], []
        for start in range(0, LIMIT, 1 << shift):
            block = tuple(values[start : start + (1 << shift)])
            if block not in blocks:
                blocks[block] = len(blocks)
                stage.extend(block)
            index.append(blocks[block])
        size = len(index) + 2 * len(stage) if len(blocks) < 256 else 2 * (len(index) + len(stage))
        if best is None or size < best[0]:
            best = size, shift, index, stage
    return best[1:]


def case_ignorable(c):
    if c.islower() or c.isupper() or c.istitle():
        return ("aΣ" + c).lower()[1] == "ς"
    return ("aΣ" + c + "a").lower()[1] == "σ"


def compositions():
    """Pairs that NFC composes, with their result (Hangul excluded)."""
    pairs = {}
    for code in range(LIMIT):
        parts = ud.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<") and not 0xAC00 <= code <= 0xD7A3:
            a, b = (int(part, 16) for part in parts)
            if ud.normalize("NFC", chr(code)) == chr(code):
                pairs[a, b] = code
    return pairs


def make_properties():
    pairs = compositions()
    seconds = {b for _, b in pairs} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    records, order, indices, special, numeric = {}, [], [], [], []
    for code in range(LIMIT):
        c = chr(code)
        upper, lower, title, fold = c.upper(), c.lower(), c.title(), c.casefold()
        if c == "Σ":
            lower = "σ"
        simple_lower = _sre.unicode_tolower(code)
        is_special = any(len(s) > 1 for s in (upper, lower, title, fold))
        if is_special:
            simple_upper = ord(title) if len(title) == 1 else code
            simple_title = simple_upper
            special.append((code, upper, lower, title, fold))
            deltas = (simple_upper - code, simple_lower - code, simple_title - code, 0)
        else:
            assert simple_lower == ord(lower), hex(code)
            deltas = tuple(ord(s) - code for s in (upper, lower, title, fold))
        value = ud.numeric(c, None)
        decimal, digit = ud.decimal(c, 255), ud.digit(c, 255)
        assert c.isdecimal() == (decimal != 255) and c.isdigit() == (digit != 255)
        assert c.isnumeric() == (value is not None)
        assert c.isalnum() == (c.isalpha() or c.isnumeric())
        if value is not None and digit == 255:
            numeric.append((code, value))
        truth = dict(
            ALPHA=c.isalpha(), NUMERIC=value is not None, PRINTABLE=c.isprintable(), SPACE=c.isspace(),
            ID_START=c.isidentifier(), ID_CONTINUE=("a" + c).isidentifier(), LOWER=c.islower(), UPPER=c.isupper(),
            TITLE=c.istitle() and not c.isupper(), MIRRORED=bool(ud.mirrored(c)), SPECIAL_CASE=is_special,
            CASE_IGNORABLE=case_ignorable(c),
            NFD_CHANGES=ud.normalize("NFD", c) != c, NFKD_CHANGES=ud.normalize("NFKD", c) != c,
            NFC_CHECK=ud.normalize("NFC", c) != c or code in seconds,
            NFKC_CHECK=ud.normalize("NFKC", c) != c or code in seconds,
            CASED_LETTER=_sre.unicode_iscased(code),
        )
        flags = sum(1 << bit for bit, name in enumerate(FLAGS) if truth[name])
        record = (flags, *deltas, CATEGORIES.index(ud.category(c)), BIDI.index(ud.bidirectional(c)),
                  ud.combining(c), WIDTHS.index(ud.east_asian_width(c)), decimal, digit)
        if record not in records:
            records[record] = len(records)
            order.append(record)
        indices.append(records[record])
    shift, index, stage = trie(indices)
    text = "//! Generated by tools/make_unicode_tables.py from CPython 3.14 (Unicode 16.0.0): per code point properties.\n\n"
    text += "use super::Record;\n\n"
    text += f'/// The version of the Unicode database.\npub const UNIDATA_VERSION: &str = "{ud.unidata_version}";\n\n'
    for bit, name in enumerate(FLAGS):
        text += f"pub(super) const {name}: u32 = 1 << {bit};\n"
    for name, values in (("CATEGORIES", CATEGORIES), ("BIDIRECTIONAL", BIDI), ("EAST_ASIAN_WIDTHS", WIDTHS)):
        items = ", ".join(f'"{v}"' for v in values)
        text += f"\n#[rustfmt::skip]\npub(super) static {name}: [&str; {len(values)}] = [{items}];\n"
    text += f"\npub(super) const SHIFT: u32 = {shift};\n\n"
    text += f"/// The distinct property records.\n#[rustfmt::skip]\npub(super) static RECORDS: [Record; {len(order)}] = [\n"
    for record in order:
        text += "    Record::new({}),\n".format(", ".join(map(str, record)))
    text += "];\n\n"
    text += array("INDEX", "u16", index, "Block number by `code >> SHIFT`.")
    text += array("STAGE", "u16", stage, "Record number by block and low bits.")
    text += "/// Case mappings to several code points: code, upper, lower, title, fold; sorted.\n#[rustfmt::skip]\n"
    text += f"pub(super) static SPECIAL_CASES: [(u32, [&[u32]; 4]); {len(special)}] = [\n"
    for code, *mapped in special:
        text += "    ({:#x}, [{}]),\n".format(code, ", ".join("&[" + ", ".join(f"{ord(c):#x}" for c in s) + "]" for s in mapped))
    text += "];\n\n"
    text += "/// Numeric values of code points that have no digit value; sorted.\n#[rustfmt::skip]\n"
    text += f"pub(super) static NUMERIC_VALUES: [(u32, f64); {len(numeric)}] = [\n"
    text += numbers(f"({code:#x}, {value!r})" for code, value in numeric) + "\n];\n"
    (OUT / "tables.rs").write_text(text)

    tags, keys, spans, points = [""], [], [], []
    seen = {}
    for code in range(LIMIT):
        parts = ud.decomposition(chr(code)).split()
        if not parts or 0xAC00 <= code <= 0xD7A3:
            continue
        tag = parts.pop(0) if parts[0].startswith("<") else ""
        if tag not in tags:
            tags.append(tag)
        target = tuple(int(part, 16) for part in parts)
        if target not in seen:
            seen[target] = len(points)
            points.extend(target)
        assert len(target) < 32 and seen[target] < 1 << 16
        keys.append(code)
        spans.append(seen[target] | len(target) << 16 | tags.index(tag) << 24)
    text = "//! Generated by tools/make_unicode_tables.py from CPython 3.14 (Unicode 16.0.0): decomposition and composition.\n\n"
    text += "#[rustfmt::skip]\npub(super) static TAGS: [&str; {}] = [{}];\n\n".format(len(tags), ", ".join(f'"{t}"' for t in tags))
    text += array("DECOMPOSITION_KEYS", "u32", keys, "Code points with a decomposition; sorted.")
    text += array("DECOMPOSITION_SPANS", "u32", spans, "By key: start in DECOMPOSITION_POINTS, length << 16, tag << 24.")
    text += array("DECOMPOSITION_POINTS", "u32", points, "The decompositions, one after the other.")
    text += "/// Pairs that compose and their result; sorted.\n#[rustfmt::skip]\n"
    text += f"pub(super) static COMPOSITIONS: [(u32, u32, u32); {len(pairs)}] = [\n"
    text += numbers(f"({a:#x}, {b:#x}, {c:#x})" for (a, b), c in sorted(pairs.items())) + "\n];\n"
    (OUT / "normal_tables.rs").write_text(text)


def alias_and_sequence_names():
    """Names that only lookup() knows, through the internal capsule of unicodedata."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = pointer(ud._ucnhash_CAPI, b"unicodedata._ucnhash_CAPI")
    address = ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))[0]
    getname = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int)(address)
    buffer = ctypes.create_string_buffer(400)
    for code in range(0xF0000, 0x110000):
        if getname(code, buffer, 400, 1):
            name = buffer.value.decode()
            yield name, ud.lookup(name)


def make_names():
    """names.bin: little endian; the layout is described in src/unicode/names.rs."""
    ranges, plain = [], []
    for code in range(LIMIT):
        name = ud.name(chr(code), None)
        if name is None or 0xAC00 <= code <= 0xD7A3:
            continue
        if name.endswith("-%04X" % code):
            prefix = name[: -len("%04X" % code)]
            if ranges and ranges[-1][2] == prefix and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code, prefix])
        else:
            plain.append((code, name))
    # Ideographs that lookup() knows but name() does not; `!` marks them.
    for code in range(0x17000, 0x19000):
        try:
            assert ud.lookup("TANGUT IDEOGRAPH-%04X" % code) == chr(code)
        except KeyError:
            continue
        if ud.name(chr(code), None) is None:
            if ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code, "!TANGUT IDEOGRAPH-"])
    extra = sorted(alias_and_sequence_names())
    words = Counter(word for _, name in plain for word in name.split(" "))
    words.update(word for name, _ in extra for word in name.split(" "))
    lexicon = [word for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0]))]
    number = {word: i for i, word in enumerate(lexicon)}

    def encode(name):
        out = bytearray()
        for word in name.split(" "):
            n = number[word]
            if n < 192:
                out.append(n)
            else:
                n -= 192
                assert n < 64 * 256
                out += bytes((192 + (n >> 8), n & 255))
        return bytes(out)

    phrases = [encode(name) for _, name in plain] + [encode(name) for name, _ in extra]
    names = [name for _, name in plain] + [name for name, _ in extra]
    runs = []
    for i, (code, _) in enumerate(plain):
        if runs and runs[-1][0] + runs[-1][1] == code:
            runs[-1][1] += 1
        else:
            runs.append([code, 1, i])
    STEP = 16
    word_starts, at = [], 0
    for i, word in enumerate(lexicon):
        if i % STEP == 0:
            word_starts.append(at)
        at += len(word)
    phrase_starts, at = [], 0
    for i, phrase in enumerate(phrases):
        if i % STEP == 0:
            phrase_starts.append(at)
        at += len(phrase)
    values = [[ord(c) for c in value] for _, value in extra]
    points, value_spans = [], []
    for value in values:
        value_spans.append(len(points) << 4 | len(value))
        points.extend(value)
    by_name = sorted(range(len(names)), key=lambda i: names[i])
    assert len(names) < 1 << 16
    sections = [
        struct.pack("<I", len(plain)),
        b"".join(word.encode() for word in lexicon),
        bytes(len(word) for word in lexicon),
        struct.pack(f"<{len(word_starts)}I", *word_starts),
        b"".join(phrases),
        bytes(len(phrase) for phrase in phrases),
        struct.pack(f"<{len(phrase_starts)}I", *phrase_starts),
        b"".join(struct.pack("<III", *run) for run in runs),
        struct.pack(f"<{len(by_name)}H", *by_name),
        struct.pack(f"<{len(value_spans)}I", *value_spans),
        struct.pack(f"<{len(points)}I", *points),
        b"".join(struct.pack("<II", a, b) for a, b, _ in ranges),
        "\n".join(prefix for _, _, prefix in ranges).encode(),
    ]
    data = struct.pack(f"<{len(sections)}I", *(len(s) for s in sections)) + b"".join(sections)
    (OUT / "names.bin").write_bytes(data)
    print(len(plain), "names", len(extra), "aliases and sequences", len(lexicon), "words", len(ranges), "ranges", len(data), "bytes")


def make_old_properties():
    """ucd_3_2_0.rs tables: where Unicode 3.2 differs."""
    old = ud.ucd_3_2_0

    def facts(db, c):
        return (db.category(c), db.bidirectional(c), db.combining(c), db.mirrored(c), db.east_asian_width(c),
                db.decimal(c, None), db.digit(c, None), db.numeric(c, None), db.category(c) != "Cn")

    records, ranges, corrections = {}, [], []
    for code in range(LIMIT):
        c = chr(code)
        fact = facts(old, c)
        is_unassigned = fact[0] == "Cn"
        assert old.decomposition(c) == ("" if is_unassigned else ud.decomposition(c))
        assert old.name(c, None) == (None if is_unassigned else ud.name(c, None))
        changed = old.normalize("NFD", c)
        if changed != (c if is_unassigned else ud.normalize("NFD", c)):
            assert len(changed) == 1
            corrections.append((code, ord(changed)))
        if fact == facts(ud, c):
            continue
        number = records.setdefault(fact, len(records))
        if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == number:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, number])

    def option(value):
        return "None" if value is None else f"Some({value!r})"

    text = "//! Generated by tools/make_unicode_tables.py from CPython 3.14: where Unicode 3.2.0 differs.\n\n"
    text += "use super::ucd_3_2_0::OldRecord;\n\n"
    text += f"#[rustfmt::skip]\npub(super) static OLD_RECORDS: [OldRecord; {len(records)}] = [\n"
    for category, bidi, combining, mirrored, width, decimal, digit, number, _ in records:
        text += f'    OldRecord {{ category: "{category}", bidirectional: "{bidi}", combining: {combining}, mirrored: {str(bool(mirrored)).lower()}, '
        text += f'east_asian_width: "{width}", decimal: {option(decimal)}, digit: {option(digit)}, numeric: {option(number)} }},\n'
    text += "];\n\n/// First and last code point, record number; sorted.\n#[rustfmt::skip]\n"
    text += f"pub(super) static OLD_RANGES: [(u32, u32, u16); {len(ranges)}] = [\n"
    text += numbers(f"({a:#x}, {b:#x}, {n})" for a, b, n in ranges) + "\n];\n\n"
    text += "/// What normalisation makes of code points whose decomposition was corrected later; sorted.\n#[rustfmt::skip]\n"
    text += f"pub(super) static OLD_CORRECTIONS: [(u32, u32); {len(corrections)}] = [\n"
    text += numbers(f"({a:#x}, {b:#x})" for a, b in corrections) + "\n];\n"
    (OUT / "old_tables.rs").write_text(text)
    print(len(records), "old records", len(ranges), "ranges", len(corrections))


if __name__ == "__main__":
    make_properties()
    make_old_properties()
    make_names()
