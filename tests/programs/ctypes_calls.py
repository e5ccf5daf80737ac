"""Calls of C functions and callbacks: conversions, errno, parameter flags, threads, Python's own API."""

import ctypes
import ctypes.util
import gc
import sys
import threading
from ctypes import *

libc = CDLL(None, use_errno=True)
libm = CDLL(ctypes.util.find_library("m") or "libm.so.6")


def show(action):
    try:
        print(repr(action()))
    except Exception as error:
        print(type(error).__module__, type(error).__name__, error)


# ---- arguments and results ----
print(libc.abs(-5), libc.strlen(b"hello"), libc.toupper(ord("a")), libc.labs(c_long(-7)))
libm.pow.argtypes = [c_double, c_double]
libm.pow.restype = c_double
print(libm.pow(2, 10), libm.pow(c_double(2), 0.5) ** 2 > 1.99)
libm.sqrtf.argtypes, libm.sqrtf.restype = [c_float], c_float
print(libm.sqrtf(9))
libm.ldexpl.argtypes, libm.ldexpl.restype = [c_longdouble, c_int], c_longdouble
print(libm.ldexpl(1.5, 4))
libm.csqrt.argtypes, libm.csqrt.restype = [c_double_complex], c_double_complex
print(libm.csqrt(-4))
libc.strchr.restype = c_char_p
print(libc.strchr(b"key=value", ord("=")), libc.strchr(b"x", ord("y")))
libc.wcslen.restype = c_size_t
print(libc.wcslen("caf\u00e9"))
buffer = create_string_buffer(64)
print(libc.snprintf(buffer, c_size_t(64), b"%s %d %.2f %c", b"text", 42, c_double(2.5), 33), buffer.value)
memmove(buffer, b"moved", 6)
memset(byref(buffer, 2), ord("."), 2)
print(buffer.value)


class Div(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]


class LDiv(Structure):
    _fields_ = [("quot", c_long), ("rem", c_long)]


libc.div.restype, libc.ldiv.restype = Div, LDiv
libc.ldiv.argtypes = [c_long, c_long]
print(libc.div(17, 5).rem, libc.ldiv(-(1 << 40), 7).quot)

for action in [
    lambda: libc.abs("x", object()), lambda: libc.abs(1.5), lambda: libc.abs(1 << 70), lambda: libm.pow(1),
    lambda: libm.pow("a", 2), lambda: libc.no_such_function, lambda: CDLL("no_such_library.so"),
    lambda: setattr(libc.abs, "argtypes", 5), lambda: setattr(libc.abs, "argtypes", [5]),
    lambda: setattr(libc.abs, "restype", 5), lambda: setattr(libc.abs, "errcheck", 5),
    lambda: libc["abs"](-3), lambda: c_int.in_dll(libc, "no_such_variable"), lambda: byref(5), lambda: CFUNCTYPE(c_int)("a"),
]:
    try:
        print(repr(action()))
    except Exception as error:
        print(type(error).__name__, str(error).split(": undefined")[-1])


class Wrapped:
    def __init__(self, value):
        self._as_parameter_ = value


print(libc.abs(Wrapped(Wrapped(-9))))
loop = Wrapped(None)
loop._as_parameter_ = loop
try:
    libc.abs(loop)
except ArgumentError as error:
    print("RecursionError" in str(error))

# ---- result checks, parameter flags ----
checked = CDLL(None).abs
checked.errcheck = lambda result, function, args: (result, function is checked, args)
print(checked(-4))
checked.restype = lambda number: number * 2
print(checked(-4)[0])
prototype = CFUNCTYPE(c_double, c_double, POINTER(c_int))
frexp = prototype(("frexp", libm), ((1, "x"), (2, "exp")))
print(frexp(8.0), frexp(x=3.0))
show(lambda: frexp())
show(lambda: frexp(1, 2, 3))
show(lambda: prototype(("frexp", libm), ((1, "x"),)))

# ---- errno ----
set_errno(5)
print(libc.close(-1), get_errno(), set_errno(0), get_errno())
other = threading.Thread(target=lambda: print("other thread", get_errno(), set_errno(9)))
other.start()
other.join()
print(get_errno())

# ---- callbacks ----
compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
values = (c_int * 7)(5, 1, 7, 33, 99, 8, 2)
calls = []


def order(a, b):
    calls.append((a[0], b[0]))
    gc.collect(0)
    return a[0] - b[0]


libc.qsort.argtypes = [c_void_p, c_size_t, c_size_t, compare]
libc.qsort.restype = None
libc.qsort(values, len(values), sizeof(c_int), compare(order))
print(list(values), len(calls) > 5)

mixed = CFUNCTYPE(c_double, c_int8, c_double, c_float, c_int64, c_char, c_bool, c_void_p, c_short, c_long, c_uint, c_double)
sum_up = mixed(lambda *args: print(args) or 0.5)
print(sum_up(-1, 1.5, 2.5, 1 << 40, b"x", True, None, -2, 3, 4, 9.0))
text = CFUNCTYPE(c_int, c_char_p)(lambda t: len(t))
print(text(b"four"), CFUNCTYPE(None)(lambda: 5)(), CFUNCTYPE(c_bool)(lambda: [])())


class Large(Structure):
    _fields_ = [("words", c_long * 5)]


class Small(Structure):
    _fields_ = [("a", c_int), ("b", c_float), ("c", c_double)]


by_value = CFUNCTYPE(c_double, Large, Small, Large)(lambda x, s, y: sum(x.words) + s.a + s.b + s.c + y.words[4])
print(by_value(Large((1, 2, 3, 4, 5)), Small(10, 0.5, 0.25), Large((0, 0, 0, 0, 1000))))
show(lambda: CFUNCTYPE(Large)(lambda: None))
show(lambda: CFUNCTYPE(5))


def fail():
    raise ValueError("in the callback")


def hook(args):
    print("unraisable:", args.exc_type.__name__, args.exc_value, (args.err_msg or "").split(" <")[0])


sys.unraisablehook = hook
CFUNCTYPE(c_int)(fail)()
CFUNCTYPE(c_int)(lambda: "no int")()
sys.unraisablehook = sys.__unraisablehook__


def recurse(n):
    return n if n == 0 else 1 + again(n - 1)


again = CFUNCTYPE(c_int, c_int)(recurse)
print(again(40))

# ---- threads ----
libc.usleep(1000)
started, total = threading.Barrier(4), []


def work(n):
    local = CFUNCTYPE(c_int, c_int)(lambda x: x + n)
    started.wait()
    total.append(sum(local(i) for i in range(200)))
    libc.usleep(2000)


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(total))

# A thread that C made calls back.
start_routine = CFUNCTYPE(c_void_p, c_void_p)
seen = []
routine = start_routine(lambda argument: seen.append((argument, threading.current_thread() is threading.main_thread())))
handle = c_ulong()
libc.pthread_create.argtypes = [POINTER(c_ulong), c_void_p, start_routine, c_void_p]
libc.pthread_join.argtypes = [c_ulong, c_void_p]
print(libc.pthread_create(byref(handle), None, routine, 1234), libc.pthread_join(handle, None), seen)

# ---- Python's own functions ----
pythonapi.PyBytes_FromStringAndSize.restype = py_object
pythonapi.PyBytes_FromStringAndSize.argtypes = c_char_p, c_ssize_t
print(pythonapi.PyBytes_FromStringAndSize(b"abcdefghi", 3))
pythonapi.PyObject_Repr.restype = py_object
pythonapi.PyObject_Repr.argtypes = [py_object]
print(pythonapi.PyObject_Repr({"a": [1, 2]}))
pythonapi.PyLong_AsLong.argtypes, pythonapi.PyLong_AsLong.restype = [py_object], c_long
print(pythonapi.PyLong_AsLong(-7))
show(lambda: pythonapi.PyLong_AsLong("x"))
show(lambda: pythonapi.PyErr_SetString(py_object(KeyError), b"raised by C"))
thing = object()
held = py_object(thing)
gc.collect()
print(held.value is thing, cast(id(thing), py_object).value is thing)
apply = PYFUNCTYPE(py_object, py_object, py_object)(lambda a, b: [a, b])
print(apply({"k": 1}, "v"))
box = (py_object * 2)([1], "two")
gc.collect()
print(box[0], box[1])
show(lambda: (py_object * 1)()[0])
