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
