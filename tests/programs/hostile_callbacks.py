"""Native functions that call back into Python code which allocates, collects and changes what they work on."""

import array
import bz2
import codecs
import copy
import csv
import functools
import gc
import hashlib
import io
import itertools
import json
import operator
import pickle
import re
import string
import struct
import sys
import types
import zlib


def rubbish(n=3):
    return [[str(i), (i, {i: i})] for i in range(n)]


def show(name, function):
    try:
        print(name, "->", repr(function()))
    except Exception as error:
        print(name, "raises", type(error).__name__, error)


def noisy(function):
    """The function, with rubbish made before and after."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        rubbish()
        result = function(*args, **kwargs)
        rubbish()
        return result

    return call


class Number:
    """A number of Python code: each operation allocates."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        rubbish(1)
        return f"N{self.value}"

    def __hash__(self):
        return hash(str(self.value))

    def __format__(self, spec):
        rubbish()
        return format(self.value, spec)


def binary(name):
    function = getattr(operator, name)

    def forward(self, other):
        rubbish()
        other = other.value if isinstance(other, Number) else other
        return Number(function(self.value, other))

    def backward(self, other):
        rubbish()
        return Number(function(other, self.value))

    setattr(Number, f"__{name.strip('_')}__", forward)
    setattr(Number, f"__r{name.strip('_')}__", backward)


for name in "add sub mul floordiv mod pow lshift or_ and_ xor".split():
    binary(name)
for name in "lt le eq gt ge".split():
    setattr(Number, f"__{name}__", lambda self, other, f=getattr(operator, name): (rubbish(), f(self.value, getattr(other, "value", other)))[1])
for name, convert in {"int": int, "float": float, "index": int, "bool": bool, "complex": complex}.items():
    setattr(Number, f"__{name}__", lambda self, convert=convert: (rubbish(), convert(self.value))[1])


def numbers():
    ns = [Number(i) for i in (4, 8, 1, 9, 3)]
    return (
        sum(ns), sum(ns, Number(100)), min(ns), max(ns, key=lambda n: (rubbish(), -n.value)[1]), sorted(ns),
        10 - ns[0], 2 ** ns[4], pow(ns[0], 2), divmod(17, int(ns[0])), functools.reduce(operator.mul, ns),
        [0, 1, 2, 3, 4, 5][ns[2] : ns[0]], list(range(10))[ns[1]], "x" * int(ns[4]), bytes(ns[0].value), chr(ns[1]), hex(ns[3]),
        any(n == 3 for n in ns), all(ns), float(ns[1]), complex(ns[1]), round(float(ns[0])), range(ns[2], ns[1])[-1],
    )


def maps_and_filters():
    data = [str(i) for i in range(20)]
    doubled = map(noisy(lambda a, b: a + b), data, reversed(data))
    odd = filter(noisy(lambda s: int(s) % 2), data)
    return list(doubled)[:3], list(odd)[-2:], list(map(noisy(str.upper), "abc")), list(
        itertools.starmap(noisy(pow), [(2, 5), (3, 2)])), list(itertools.takewhile(noisy(lambda x: x < 3), range(9)))


def sorts():
    words = "the quick brown fox jumps over the lazy dog".split()
    return (
        sorted(words, key=noisy(lambda w: (len(w), w))), min(words, key=noisy(len)), max(words, key=noisy(str.lower)),
        sorted(words, key=functools.cmp_to_key(noisy(lambda a, b: (a > b) - (a < b))), reverse=True)[:2])


# --- text

def substitutions():
    text = "one 2 three 44 five 666 " * 3
    parts = []

    def replace(match):
        parts.append(match)
        gc.collect()
        return f"<{match.group(0)}:{len(rubbish())}>"

    result = re.sub(r"(\d)\d*", replace, text)
    scanner = re.Scanner([(r"\d+", noisy(lambda s, t: int(t))), (r"\w+", noisy(lambda s, t: t.upper())), (r"\s+", None)])
    return result[:40], [m.span(1) for m in parts][:3], scanner.scan("a 12 b")[0], [
        (rubbish(), m.group())[1] for m in re.finditer(rb"\w+", bytearray(b"ab cd ef"))]


def templates():
    class Mapping(dict):
        def __missing__(self, key):
            rubbish()
            return f"[{key}]"

    return (
        "%(a)s-%(b)10s-%(c)r" % Mapping(b="x"), "{a}{b!r:>8}{c:{w}}".format_map(Mapping(c=Number(5), w=6)),
        string.Template("$x and ${y}").substitute(Mapping()), f"{Number(7):08.3f} {Number(3)!r:>5} {[Number(1)]}",
        "%s %r %d" % (Number(1), Number(2), Number(3)), "{0[k].value}".format({"k": Number(6)}))


def translations():
    class Table:
        def __getitem__(self, code):
            rubbish()
            if code == ord("a"):
                return "<A>"
            if code == ord("b"):
                return None
            if code == ord("c"):
                return ord("C") + len([])
            raise LookupError(code)

    return "abcabcxyz".translate(Table()), " ".join(noisy(str)(i) for i in range(5)), "-".join(map(noisy(str), [1, 2]))


def codec_errors():
    def handler(error):
        rubbish()
        gc.collect()
        return f"<{ascii(error.object[error.start:error.end])}>", error.end

    codecs.register_error("hostile", handler)
    decoder = codecs.getincrementaldecoder("utf-8")("hostile")
    return (
        "a\u20acb\ud800c".encode("ascii", "hostile"), b"a\xffb\xfe".decode("utf-8", "hostile"),
        "x\u20acy".encode("latin-1", "hostile"), [decoder.decode(bytes([b])) for b in "é\u20ac".encode()],
        codecs.charmap_encode("abz", "hostile", {97: b"1", 98: 50})[0])


# --- json, csv, pickle, copy

def json_hooks():
    text = json.dumps({"a": [1, 2.5, {"b": None}], "c": "é" * 5, "d": [[[]]]})

    class Encoder(json.JSONEncoder):
        def default(self, o):
            rubbish()
            return {"number": o.value}

    return (
        json.loads(text, object_hook=noisy(lambda d: sorted(d)), parse_int=noisy(lambda s: Number(int(s)))),
        json.loads(text, object_pairs_hook=noisy(tuple), parse_float=noisy(str)),
        json.dumps([Number(1), {"k": Number(2)}], cls=Encoder, indent=1), json.dumps({"z": 1, "a": [Number(3)]}, default=noisy(repr), sort_keys=True))


def csv_rows():
    class Lines:
        def __iter__(self):
            for i in range(4):
                rubbish()
                yield f'{i},"a ""quoted"" {i}",,{i * 1.5}\n'

    class Writer:
        def __init__(self):
            self.parts = []

        def write(self, text):
            gc.collect()
            self.parts.append(text)
            return rubbish()

    out = Writer()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([Number(i), str(i), None, i] for i in range(3))
    return list(csv.reader(Lines()))[-1], out.parts, list(csv.DictReader(Lines(), fieldnames=["a", "b"]))[0]


class State:
    def __init__(self, value):
        self.value, self.others = value, rubbish(1)

    def __getstate__(self):
        rubbish()
        return {"value": self.value, "others": self.others}

    def __setstate__(self, state):
        rubbish()
        self.__dict__.update(state)

    def __deepcopy__(self, memo):
        rubbish()
        copied = State(self.value)
        copied.others = copy.deepcopy(self.others, memo)
        return copied


class Reduced:
    def __init__(self, *args):
        self.args = args

    def __reduce__(self):
        rubbish()
        return Reduced, tuple(rubbish(1) + [list(self.args[1:])])


def pickles():
    data = {"states": [State(i) for i in range(4)], "reduced": Reduced(1, 2, 3), "shared": rubbish()}
    data["again"] = data["shared"]
    data["self"] = data
    out = []
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(data, protocol))
        out.append((back["self"] is back, back["again"] is back["shared"], back["reduced"].args[-1], back["states"][3].value))
    deep = copy.deepcopy(data)
    return set(map(str, out)), deep["self"] is deep, deep["states"][2].others == data["states"][2].others


# --- bytes and buffers

class Buffer:
    """Exports a buffer by Python code."""

    def __init__(self, size):
        self.data, self.exports = bytearray(range(size)), 0

    def __buffer__(self, flags):
        rubbish()
        self.exports += 1
        return memoryview(self.data)

    def __release_buffer__(self, view):
        gc.collect()
        self.exports -= 1
        view.release()


def buffers():
    b = Buffer(50)
    view = memoryview(b)
    gc.collect()
    parts = [view[i : i + 10] for i in range(0, 50, 10)]
    try:
        b.data.extend(b"more")
    except BufferError as error:
        print("buffer:", error)
    digest = hashlib.sha256(parts[2]).hexdigest()[:8]
    total = sum(parts[1]), bytes(parts[4])[:2], zlib.crc32(parts[3]), b"".join(parts)[-3:]
    for part in parts:
        part.release()
    view.release()
    b.data.extend(b"more")
    return digest, total, b.exports, len(b.data), bytes(Buffer(3)), bytearray(Buffer(2)), b"ab".join([Buffer(1), b"z"])


def exports_collected():
    data = bytearray(b"0123456789" * 10)
    views = [memoryview(data)[i:] for i in range(10)]
    casts = [memoryview(data).cast("I"), memoryview(data).cast("B", (10, 10)), memoryview(data).toreadonly()]
    views[0].obj is data
    total = sum(v[0] for v in views)
    for _ in range(3):
        gc.collect()
        rubbish(10)
    values = casts[0][3], casts[1][2, 3], casts[2][5]
    for v in views + casts:
        v.release()
    data.clear()
    return total, values, len(data)


def structs():
    packer = struct.Struct("<hI4sd?")
    packed = packer.pack(Number(5), Number(70000), b"abcd", Number(2), Number(1))
    target = bytearray(40)
    struct.pack_into("3i", target, 4, *map(Number, range(3)))
    a = array.array("i", map(Number, range(5)))
    a.extend(Number(i) for i in range(3))
    return packed, packer.unpack(memoryview(packed)), bytes(target[4:16]), list(struct.iter_unpack("i", a))[-1], bytes(
        map(Number, range(4))), bytearray(Number(i) for i in range(3)), int.from_bytes(map(Number, (1, 2))), b"abc".find(b"c", Number(1))


def compressors():
    c, d = zlib.compressobj(), zlib.decompressobj()
    parts = []
    for i in range(5):
        parts.append(c.compress(memoryview(bytearray(str(rubbish(5)), "ascii"))))
        gc.collect()
    parts.append(c.flush())
    text = b"".join((rubbish(), d.decompress(p))[1] for p in parts)
    return len(text), bz2.decompress(bz2.compress(text)) == text


# --- files of Python code

class Raw(io.RawIOBase):
    def __init__(self, data=b""):
        self.data, self.at, self.written = data, 0, []

    def readable(self):
        return True

    def writable(self):
        return True

    def readinto(self, buffer):
        rubbish()
        part = self.data[self.at : self.at + min(len(buffer), 7)]
        buffer[: len(part)] = part
        self.at += len(part)
        gc.collect()
        return len(part)

    def write(self, data):
        self.written.append(bytes(data))
        gc.collect()
        return len(data)


def files():
    raw = Raw("line one\nzweite Zeilé\nthird\n".encode() * 3)
    text = io.TextIOWrapper(io.BufferedReader(raw, 16), encoding="utf-8")
    lines = [(rubbish(), line)[1] for line in text]
    sink = Raw()
    out = io.TextIOWrapper(io.BufferedWriter(sink, 8), encoding="utf-16-le")
    print(*map(Number, range(5)), sep="|", file=out, flush=True)
    out.write("é" * 10)
    out.close()
    pair = io.BufferedRWPair(Raw(b"abcdef" * 3), Raw())
    return lines[1], len(lines), len(b"".join(sink.written)), pair.read(10), pair.write(b"xy")


class Stream:
    def __init__(self):
        self.parts = []

    def write(self, text):
        rubbish()
        self.parts.append(text)

    def flush(self):
        gc.collect()


def printing():
    stream, old = Stream(), sys.stdout
    sys.stdout = stream
    try:
        print(Number(1), [Number(2)], end="", flush=True)
    finally:
        sys.stdout = old
    return stream.parts


# --- classes, attributes, code

def classes():
    made = []

    class Meta(type):
        @classmethod
        def __prepare__(meta, name, bases, **kw):
            class Space(dict):
                def __setitem__(self, key, value):
                    rubbish(1)
                    super().__setitem__(key, value)

            return Space(extra=len(name))

        def __new__(meta, name, bases, space, **kw):
            rubbish()
            return super().__new__(meta, name, bases, dict(space), **kw)

        def __instancecheck__(cls, instance):
            gc.collect()
            return len(rubbish()) == 3

        def mro(cls):
            rubbish()
            return super().mro()

    class Named:
        def __set_name__(self, owner, name):
            rubbish()
            made.append((owner.__name__, name))

        def __get__(self, instance, owner):
            gc.collect()
            return rubbish(1)

    class Base(metaclass=Meta):
        def __init_subclass__(cls, **kw):
            rubbish()
            made.append((cls.__name__, sorted(kw)))

    class Derived(Base, option=1):
        field = Named()

        def __getattr__(self, name):
            rubbish()
            setattr(type(self), name, property(noisy(lambda self: name * 2)))
            return name

        def __getattribute__(self, name):
            rubbish(1)
            return super().__getattribute__(name)

    d = Derived()
    for i in range(20):
        setattr(d, f"a{i}", rubbish(1))
        if i % 7 == 0:
            Derived.late = types.MethodType(lambda *a: len(a), d)
    return d.field, d.ghost, d.ghost, isinstance(5, Base), d.extra, made, d.late(1, 2), len(vars(d))


def namespaces():
    class Globals(dict):
        def __missing__(self, key):
            rubbish()
            return len(key)

    class Locals:
        def __getitem__(self, key):
            gc.collect()
            if key.startswith("x"):
                return rubbish(1)
            raise KeyError(key)

        def __setitem__(self, key, value):
            print("set", key, value)

    exec("y = xa + [len(xb)]", {"__builtins__": __builtins__}, Locals())
    return eval("abc + de", {}, Globals()), [eval(f"[{i}, lambda: {i}][1]()") for i in range(5)]


def tracing():
    events = []

    def trace(frame, event, arg):
        rubbish(1)
        events.append((event, frame.f_lineno - frame.f_code.co_firstlineno, len(frame.f_locals)))
        return trace

    def traced(n):
        total = 0
        for i in range(n):
            total += len(rubbish(0)) + i
        return total

    sys.settrace(trace)
    try:
        traced(2)
    finally:
        sys.settrace(None)
    return [e for e in events if e[0] in ("call", "return")], len(events) > 8


def decorated():
    @functools.singledispatch
    def f(x):
        rubbish()
        return "any"

    @f.register
    def _(x: int):
        gc.collect()
        return "int"

    @f.register(list)
    def _(x):
        return "list"

    class C:
        @functools.cached_property
        def p(self):
            return rubbish(2)

        @functools.singledispatchmethod
        def m(self, x):
            return rubbish(1)

    c = C()
    return f(1), f([]), f(""), c.p is c.p, c.m(1)


def matching():
    class Point:
        __match_args__ = ("x", "y")

        def __init__(self, x, y):
            self._x, self._y = x, y

        @property
        def x(self):
            gc.collect()
            return self._x

        @property
        def y(self):
            return (rubbish(), self._y)[1]

    def f(v):
        match v:
            case Point(0, y):
                return "zero", y
            case Point(x=[a, *rest], y={"k": k, **others}):
                return a, rest, k, others
            case [Point() as p, *_]:
                return p.y
            case str() | Number(value=3):
                return "text"

    return f(Point(0, rubbish(1))), f(Point([1, 2, 3], {"k": 1, "l": 2})), f([Point(1, 2)]), f(Number(3)), f(None)


for name in ("numbers maps_and_filters sorts substitutions templates translations codec_errors json_hooks csv_rows pickles"
             " buffers exports_collected structs compressors files printing classes namespaces tracing decorated matching").split():
    show(name, globals()[name])
