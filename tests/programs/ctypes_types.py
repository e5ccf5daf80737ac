"""C types as classes: values, structures, unions, arrays, pointers, buffers, and CPython's messages for what does not fit."""

import array
import ctypes
import gc
import pickle
import _ctypes
from ctypes import *


def show(action):
    try:
        print(repr(action()))
    except Exception as error:
        print(type(error).__module__, type(error).__name__, error)


def simple_class(code):
    return type("C", (_ctypes._SimpleCData,), {"_type_": code})


# ---- simple types ----
for code in "cbBhHiIlLqQfdgFDGuzZP?vO":
    cls = simple_class(code)
    print(code, sizeof(cls), alignment(cls), memoryview(cls()).format, hasattr(cls, "__ctype_be__"))
for code in ("X", "w", "ab", 1):
    show(lambda: simple_class(code))
for cls, values in [
    (c_byte, [127, 128, -129, 1 << 70]), (c_ubyte, [255, 256, -1]), (c_short, [1 << 15]), (c_uint, [-1]),
    (c_longlong, [1 << 63, -(1 << 64)]), (c_float, [0.1, 1e300, 3]), (c_double, [0.1, 10**400]),
    (c_longdouble, [0.1, float("inf")]), (c_double_complex, [1 + 2j, 3]), (c_bool, [[], "x"]),
    (c_char, [b"a", bytearray(b"b"), 67, b"xx", 300, "s"]), (c_wchar, ["\u20ac", "xx", b"x"]),
    (c_char_p, [b"text", None, "x"]), (c_wchar_p, ["text\U0001f600", None, b"x"]), (c_void_p, [0, 5, -1, "x"]),
    (py_object, [[1], None]), (c_int, [1.5, "a"]),
]:
    for value in values:
        show(lambda: cls(value).value)
show(lambda: c_int.__ctype_be__(1).value)
print(bytes(c_int.__ctype_be__(258)), bytes(c_double.__ctype_be__(1.0)), c_short.__ctype_be__.__name__)
show(lambda: hash(c_int()))
show(lambda: c_int(5, 6))
show(lambda: _ctypes._SimpleCData())
show(py_object)


class Meters(c_double):
    pass


print(Meters(2.5).value, repr(Meters(1)).split(" at ")[0])

# ---- structures ----


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Named(Structure):
    _fields_ = [("name", c_char * 8), ("wide", c_wchar * 3), ("at", Point), ("next", POINTER(Point)), ("flags", c_int, 3),
                ("rest", c_int, 5)]


n = Named(b"abc", "xyz", (3, 4), None, -1, 9)
print(n.name, n.wide, n.at.x, n.at.y, bool(n.next), n.flags, n.rest, sizeof(n), alignment(Named))
print(Named.name, Named.flags, Named.at, Named.flags.size, Named.flags.bit_size, Named.flags.is_bitfield)
n.flags = 6
n.at.x = 77
point = Point(5, 6)
n.next = pointer(point)
point.y = 60
print(n.flags, n.at.x, n.next.contents.y, n.next[0].x, n._objects is not None, n.at._b_base_ is n)
print(memoryview(n).format, _ctypes.buffer_info(Named))
for action in [
    lambda: Point(1, 2, 3), lambda: Point(1, x=2), lambda: Point(x="a"), lambda: Named(b"123456789"),
    lambda: Named(wide="abcd"), lambda: setattr(n, "next", 5), lambda: setattr(n, "next", (1,)),
    lambda: setattr(n, "at", 5), lambda: setattr(n, "at", c_int()), lambda: delattr(n, "at"), lambda: Point.x.__set__(5, 1),
    lambda: setattr(Point, "_fields_", []), lambda: type("S", (Structure,), {"_fields_": [("a", int)]}),
    lambda: type("S", (Structure,), {"_fields_": [("a", c_int, 40)]}), lambda: type("S", (Structure,), {"_fields_": 5}),
    lambda: type("S", (Structure,), {"_fields_": [("a", c_float, 3)]}), lambda: Structure(), lambda: POINTER(c_int)(5),
]:
    show(action)


class Pair(Union):
    _fields_ = [("word", c_uint32), ("bytes", c_uint8 * 4), ("f", c_float)]


p = Pair(word=0x3F800000)
print(p.f, list(p.bytes), sizeof(p))


class Outer(Structure):
    _anonymous_ = ["inner"]
    _fields_ = [("tag", c_char), ("inner", Pair)]


o = Outer(b"t")
o.f = 2.0
print(hex(o.word), Outer.word.offset, Outer.inner.is_anonymous)


class Big(BigEndianStructure):
    _fields_ = [("a", c_uint16), ("b", c_uint32, 4), ("c", c_uint32, 28), ("d", c_double)]


print(bytes(Big(0x0102, 1, 2, 1.0)), Big.from_buffer_copy(bytes(16)).a)


class Tight(Structure):
    _layout_ = "ms"
    _pack_ = 1
    _fields_ = [("a", c_char), ("b", c_double), ("c", c_short)]


print(sizeof(Tight), Tight.b.offset, Tight.c.offset)


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("next", POINTER(Node))]
a, b = Node(1), Node(2)
a.next, b.next = pointer(b), pointer(a)
print(a.next[0].next[0].next.contents.value)


class Derived(Point):
    _fields_ = [("z", c_int)]


print(Derived(1, 2, 3).z, sizeof(Derived), bytes(Derived(1, 2, z=9)))

# ---- arrays ----
ints = (c_int * 4)(1, 2, 3)
print(list(ints), len(ints), ints[-1], ints[1:], ints[::-2], 3 in ints)
ints[1:3] = [20, 30]
print(list(ints), (c_int * 4).__name__, (c_int * 3) is (c_int * 3))
text = create_string_buffer(b"hello", 10)
print(text.value, text.raw, text[1:4], text[::-3], sizeof(text))
text.value = b"ab"
print(text.raw)
wide = create_unicode_buffer("h\u00e9\U0001f600")
print(wide.value, wide[1:], len(wide))
grid = (c_int * 3 * 2)((1, 2, 3), (4, 5, 6))
view = memoryview(grid)
print(view.shape, view.format, view.itemsize, view.tobytes() == bytes(grid), grid[1][2])
for action in [
    lambda: c_int * -1, lambda: c_int * 1.5, lambda: c_int * (1 << 62), lambda: c_int * (1 << 64), lambda: ints[4],
    lambda: ints["a"], lambda: (c_int * 1)(1, 2), lambda: setattr(text, "value", b"x" * 11),
    lambda: setattr(text, "raw", b"x" * 11), lambda: setattr(text, "value", "x"), lambda: ints.__delitem__(0),
    lambda: ints.__setitem__(slice(0, 2), [1]), lambda: type("A", (Array,), {}),
    lambda: type("A", (Array,), {"_length_": -1, "_type_": c_int}),
    lambda: type("A", (Array,), {"_length_": 1, "_type_": int}), lambda: (c_int * 3).from_buffer_copy(b"abc"),
]:
    show(action)

# ---- pointers ----
number = c_int(42)
ptr = pointer(number)
ptr[0] = 43
ptr.contents.value += 1
print(number.value, ptr[0:1], bool(ptr), bool(POINTER(c_int)()), POINTER(c_int) is POINTER(c_int))
old = ptr.contents
ptr.contents = c_int(7)
gc.collect()
print(old.value, ptr[0], cast(ptr, POINTER(c_byte))[0:4], cast(pointer(ints), POINTER(c_int))[:4])
chars = cast(text, POINTER(c_char))
print(chars[0:2], chars[1:-1:-1], string_at(text), wstring_at(wide, 2), memoryview_at(addressof(text), 2).tolist())
for action in [
    lambda: POINTER(c_int)()[0], lambda: POINTER(c_int)().contents, lambda: ptr[:], lambda: ptr[::0], lambda: ptr["a"],
    lambda: cast(1, c_int), lambda: cast(1, int), lambda: setattr(ptr, "contents", 5), lambda: _ctypes._Pointer(),
]:
    show(action)

# ---- memory of others ----
data = bytearray(range(16))
shared = (c_uint16 * 4).from_buffer(data, 2)
shared[0] = 0xFFFF
gc.collect()
data[4] = 99
print(data[:6], shared[1], shared[3])
show(lambda: data.append(1))
del shared
numbers = array.array("i", [1, 2, 3])
same = (c_int * 3).from_address(numbers.buffer_info()[0])
gc.collect()
same[1] = 50
print(numbers.tolist())
show(lambda: c_int.from_buffer(b"abcd"))
show(lambda: c_int.from_buffer(bytearray(2)))
show(lambda: c_int.from_buffer(bytearray(8), -1))
view = memoryview(number)
number.value = 1
print(view.shape, view.nbytes, view.format, bytes(view))
grown = c_int(3)
resize(grown, 64)
print(sizeof(grown), grown.value)
show(lambda: resize(grown, 1))
show(lambda: sizeof(5))

# ---- pickling ----
print(pickle.loads(pickle.dumps(Point(8, 9))).y, pickle.loads(pickle.dumps(c_short(-3))).value)
show(lambda: pickle.dumps(c_char_p(b"x")))
print(c_char_p(b"x")._objects, pointer(number)._objects, ptr.__class__.__name__)

for _ in range(20000):
    Point(1, 2).x
print(len([c_int(i) for i in range(2000)]))
