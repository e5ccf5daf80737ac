"""Huffman, LZ77, LZW, run lengths, Burrows-Wheeler with move-to-front, and arithmetic on bit streams."""
import heapq
from collections import Counter
from itertools import groupby

TEXT = ("she sells sea shells by the sea shore; the shells she sells are surely seashells. " * 6
        + "aaaaaaaaaaaaaaaabbbbbbbbccccd" + "".join(chr(32 + i * 7 % 90) for i in range(200)))


class BitWriter:
    def __init__(self):
        self.data, self.value, self.count = bytearray(), 0, 0

    def write(self, bits, width):
        self.value = self.value << width | bits
        self.count += width
        while self.count >= 8:
            self.count -= 8
            self.data.append(self.value >> self.count & 0xFF)
        self.value &= (1 << self.count) - 1

    def close(self):
        if self.count:
            self.data.append(self.value << (8 - self.count) & 0xFF)
        return bytes(self.data)


class BitReader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def bit(self):
        byte, shift = divmod(self.at, 8)
        self.at += 1
        return self.data[byte] >> (7 - shift) & 1

    def read(self, width):
        value = 0
        for _ in range(width):
            value = value << 1 | self.bit()
        return value


def huffman_codes(text):
    heap = [(n, i, char) for i, (char, n) in enumerate(sorted(Counter(text).items()))]
    heapq.heapify(heap)
    serial = len(heap)
    while len(heap) > 1:
        (n1, _, a), (n2, _, b) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (n1 + n2, serial, (a, b)))
        serial += 1
    lengths = {}

    def walk(node, depth):
        if isinstance(node, tuple):
            for child in node:
                walk(child, depth + 1)
        else:
            lengths[node] = max(depth, 1)

    walk(heap[0][2], 0)
    code, last, codes = 0, 0, {}
    for char, length in sorted(lengths.items(), key=lambda item: (item[1], item[0])):
        code <<= length - last
        codes[char] = (code, length)
        code, last = code + 1, length
    return codes


def huffman(text):
    codes, out = huffman_codes(text), BitWriter()
    for char in text:
        out.write(*codes[char])
    data = out.close()
    back, reader = {v: k for k, v in codes.items()}, BitReader(data)
    decoded = []
    while len(decoded) < len(text):
        code = length = 0
        while (code, length) not in back:
            code, length = code << 1 | reader.bit(), length + 1
        decoded.append(back[code, length])
    return data, "".join(decoded), codes


def lz77(text, window=255):
    at, out = 0, []
    while at < len(text):
        best = (0, 0)
        for start in range(max(0, at - window), at):
            length = 0
            while length < 30 and at + length < len(text) - 1 and text[start + length] == text[at + length]:
                length += 1
            best = max(best, (length, at - start))
        length, back = best if best[0] > 2 else (0, 0)
        out.append((back, length, text[at + length]))
        at += length + 1
    return out


def unlz77(triples):
    out = []
    for back, length, char in triples:
        for _ in range(length):
            out.append(out[-back])
        out.append(char)
    return "".join(out)


def lzw(text):
    table, word, out = {chr(i): i for i in range(256)}, "", []
    for char in text:
        if word + char in table:
            word += char
        else:
            out.append(table[word])
            table[word + char] = len(table)
            word = char
    return out + [table[word]]


def unlzw(codes):
    table = {i: chr(i) for i in range(256)}
    word = table[codes[0]]
    out = [word]
    for code in codes[1:]:
        entry = table.get(code, word + word[0])
        out.append(entry)
        table[len(table)] = word + entry[0]
        word = entry
    return "".join(out)


def rle(text):
    return "".join(f"{n if n > 1 else ''}{c}" for c, group in groupby(text) for n in [len(list(group))])


def bwt(text):
    text += "\0"
    order = sorted(range(len(text)), key=lambda i: text[i:] + text[:i])
    return "".join(text[i - 1] for i in order)


def unbwt(last):
    order = sorted(range(len(last)), key=lambda i: (last[i], i))
    at, out = order[0], []
    for _ in range(len(last) - 1):
        out.append(last[at := order[at]])
    return "".join(out)


def mtf(text):
    alphabet, out = [chr(i) for i in range(128)], []
    for char in text:
        i = alphabet.index(char)
        out.append(i)
        alphabet.insert(0, alphabet.pop(i))
    return out


data, back, codes = huffman(TEXT)
print(len(TEXT), len(data), back == TEXT, data[:12].hex(), {c: f"{v:0{n}b}" for c, (v, n) in sorted(codes.items(), key=lambda i: (i[1][1], i[0]))[:6]})
print(huffman("aaaa")[0].hex(), huffman("ab")[1], sum(2.0 ** -n for _, n in codes.values()))
triples = lz77(TEXT)
print(len(triples), unlz77(triples) == TEXT, triples[18:24])
packed = lzw(TEXT)
print(len(packed), unlzw(packed) == TEXT, packed[:12], unlzw(lzw("aaaaaaa")))
print(rle("WWWWWBWWWWBBBW"), rle(""), len(rle(TEXT)))
turned = bwt(TEXT)
print(repr(turned[:60]), unbwt(turned) == TEXT + "" or repr(unbwt(turned)[:20]), Counter(mtf(turned)).most_common(4))
