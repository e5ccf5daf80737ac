"""What native functions say about arguments that are too many, missing, given twice or unknown, and which of it first."""

CALLS = """
sum(zzz=1) sum([], start=1, zzz=1)
sum([], 1, start=2) sum([], 1, 2) round(number=1, zzz=2) round(1, 2, ndigits=3) round() round(1, number=2) pow(1, 2, 3, 4)
pow(1, zzz=2) pow(base=1) compile('1', 'x') compile('1', 'x', 'eval', filename='y') open(zzz=1) print(zzz=1) print(1, sep=1)
print(1, 2, 3, sep='', args=1) len(zzz=1) len() len(1, 2) abs(x=1) ''.split(zzz=1) ''.split(' ', 1, 2) ''.split(' ', sep=' ')
''.encode(1, 2, 3) ''.encode('utf-8', encoding='x') ''.join(zzz=1) ''.join() ''.upper(1) ''.upper(x=1) [].append(x=1) [].append()
[].sort(1) [].sort(zzz=1) [].index(x=1) [].pop(1, 2) {}.get() {}.get(zzz=1) (1).to_bytes(1, 2, 3) (1).to_bytes(1, length=2)
(1).to_bytes(zzz=1) (1).bit_length(1) (1).bit_length(x=1) b''.hex(1, 2, 3) b''.hex(zzz=1) b''.translate() b''.translate(delete=b'')
b''.translate(zzz=1) memoryview(b'').cast() memoryview(b'').cast(zzz=1) memoryview(b'').tobytes(1) exec() exec('', zzz=1)
exec(source='') eval('1', {}, {}, 1) set().add(x=1) set().union(x=1) object().__format__(x=1) int('1', zzz=1) str(1, 2, 3, 4)
int(x=1) float(x=1) bool(x=1) str(objekt=1) bytes(zzz=1) bytearray(1, 2, 3, 4) complex(1, 2, 3) complex(1, real=2) enumerate()
""".strip().replace("\n", " ").split(") ")
for call in CALLS:
    call = call.strip()
    call += "" if call.endswith(")") else ")"
    try:
        print(call, eval(call))
    except TypeError as error:
        print(call, "|", error)


import _operator
import functools
import itertools
import math
import os
import time

MORE = """
math.sin() math.sin(1, 2) math.sin(x=1) math.floor(x=1) math.gcd(x=1) math.comb(1) math.comb(1, k=1) time.time(1) time.time(x=1)
os.getcwd(1) os.getcwd(x=1) _operator.add(1) _operator.add(a=1) _operator.neg() itertools.count.__new__() itertools.count.__new__(int)
itertools.chain.from_iterable() itertools.count.__iter__() itertools.count().__iter__(1) int.__new__(str) type.__subclasses__(int, 1)
type.__instancecheck__(int) int.__instancecheck__() list.append([]) str.upper('', 1) {}.__setitem__(1) object.__setattr__(1)
[].__getitem__() {}.__contains__(1, 2) ''.__add__(x=1) functools.reduce() functools.reduce(x=1) sorted() sorted(1, 2) sorted([], zz=1)
sorted(zz=1) sorted([2, 1], reverse=True) [].sort(1) [].sort(1, 2, 3) bytes.maketrans(x=1) dict.fromkeys(x=1) len(1, 2) len(x=1)
(1).bit_length(1) (1.5).hex(x=1) itertools.count().__reduce__(1) max(x=1) divmod(1) divmod(x=1) ord() chr(i=1) math.sumprod(1)
""".strip().replace("\n", " ").split(") ")
for call in MORE:
    call = call.strip()
    call += "" if call.endswith(")") else ")"
    try:
        print(call, eval(call))
    except TypeError as error:
        print(call, "|", error)


class Refusing:
    """What a function called by a native one says is told as it is."""

    def __iter__(self):
        raise TypeError("tuple() takes no keyword arguments")


for call in (lambda: list(Refusing()), lambda: math.fsum(Refusing())):
    try:
        call()
    except TypeError as error:
        print(error)
