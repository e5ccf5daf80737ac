"""Anonymous and file mappings: items, slices, searching, the place, access, resizing, views, wrong arguments."""
import copy
import mmap
import os
import pickle
import re
import sys
import tempfile


def t(f):
    try: print(re.sub('0x[0-9a-f]{6,}','0x',repr(f())[:300]))
    except BaseException as e: print(type(e).__name__, e)
M=mmap.mmap
t(lambda: M(-1,0)); t(lambda: M(-1,-1)); t(lambda: M('a',1)); t(lambda: M(-1,'a')); t(lambda: M(-1,1.5)); t(lambda: M(-1,2**70)); t(lambda: M(2**40,1)); t(lambda: M(99,10)); t(lambda: M(99,0)); t(lambda: M(-2,10))
t(lambda: M(-1,10,access=9)); t(lambda: M(-1,10,flags=mmap.MAP_PRIVATE,access=1)); t(lambda: M(-1,10,prot=1,access=1)); t(lambda: M(-1,10,offset=-1)); t(lambda: M(-1,10,offset=5)); t(lambda: M(-1,10,offset='a')); t(lambda: M(-1,10,prot=1)[0]); t(lambda: M(-1,10,prot=2)); t(lambda: M(-1,10,access='a'))
m=M(-1,100)
t(lambda: m); t(lambda: len(m)); t(lambda: m[:10]); t(lambda: m[0]); t(lambda: m[100]); t(lambda: m[-101]); t(lambda: m[-1]); t(lambda: m['a']); t(lambda: m[1.5]); t(lambda: m[2**70]);t(lambda: m[::7]); t(lambda: m[10:0]); t(lambda: m[50:0:-3])
def st(k,v): m[k]=v
def de(k): del m[k]
t(lambda: st(0,65)); t(lambda: st(0,256)); t(lambda: st(0,-1)); t(lambda: st(0,b'a')); t(lambda: st(0,'a')); t(lambda: st(100,1)); t(lambda: st(slice(0,3),b'abc')); t(lambda: st(slice(0,3),b'ab')); t(lambda: st(slice(0,6,2),b'xyz'));t(lambda: st(slice(0,6,2),b'xy')); t(lambda: st(slice(0,3),'abc')); t(lambda: st(slice(0,3),[1,2,3])); t(lambda: st(slice(5,5),b'')); t(lambda: st('a',1)); t(lambda: de(0)); t(lambda: de(slice(0,1))); t(lambda: de('a')); t(lambda: st(0,2**70)); t(lambda: de(1000))
t(lambda: m[:8]); t(lambda: m.find(b'y')); t(lambda: m.find(b'y',5)); t(lambda: m.find(b'')); t(lambda: m.find(b'',200)); t(lambda: m.rfind(b'y')); t(lambda: m.rfind(b'')); t(lambda: m.find('a')); t(lambda: m.find(b'y',-98)); t(lambda: m.find(b'y',0,2)); t(lambda: m.find(b'y',None,None)); t(lambda: m.find()); t(lambda: m.find(b'y','a')); t(lambda: m.rfind(b'\0', 10, 20)); t(lambda: m.find(b'z',2**70)); t(lambda: m.find(b'x', 5, 2)); t(lambda: m.find(b'', 5, 2))
t(lambda: m.tell()); t(lambda: m.read(4)); t(lambda: m.tell()); t(lambda: m.read_byte()); t(lambda: m.readline()); t(lambda: m.readline()); t(lambda: m.read()); t(lambda: m.read_byte()); t(lambda: m.seek(0)); t(lambda: m.seek(-1)); t(lambda: m.seek(101)); t(lambda: m.seek(5,1)); t(lambda: m.seek(-5,2)); t(lambda: m.seek(0,5)); t(lambda: m.seek('a')); t(lambda: m.seek(2**70)); t(lambda: m.seekable()); t(lambda: m.read(-3)); t(lambda: m.read(None)); t(lambda: m.read('a')); t(lambda: m.read(2**70))
t(lambda: m.find(b'y')); m.seek(0); t(lambda: m.write(b'hello\nworld')); t(lambda: m.write_byte(33)); t(lambda: m.write_byte(300)); t(lambda: m.write_byte('a')); t(lambda: m.write('a')); t(lambda: m.write(b'x'*100)); t(lambda: m.tell()); m.seek(0); t(lambda: m.readline()); t(lambda: m.read(6)); m.seek(100); t(lambda: m.write_byte(1)); t(lambda: m.write(b'')); t(lambda: m.write(bytearray(b'a')))
t(lambda: m.move(0,6,5)); t(lambda: m[:12]); t(lambda: m.move(0,99,2)); t(lambda: m.move(-1,0,1)); t(lambda: m.move(0,0,-1)); t(lambda: m.move('a',0,0)); t(lambda: m.move(0,0)); t(lambda: m.size())
t(lambda: m.flush()); t(lambda: m.flush(1)); t(lambda: m.flush(0,50)); t(lambda: m.flush(-1)); t(lambda: m.flush(0,101)); t(lambda: m.flush(4096)); t(lambda: m.flush('a')); t(lambda: m.flush(0,-5)); t(lambda: m.flush(2**70))
t(lambda: m.madvise(mmap.MADV_NORMAL)); t(lambda: m.madvise(mmap.MADV_NORMAL,1)); t(lambda: m.madvise(mmap.MADV_NORMAL,100)); t(lambda: m.madvise(mmap.MADV_NORMAL,-1)); t(lambda: m.madvise(mmap.MADV_NORMAL,0,-1)); t(lambda: m.madvise(mmap.MADV_NORMAL,0,1000)); t(lambda: m.madvise(12345)); t(lambda: m.madvise('a')); t(lambda: m.madvise(0,0,2**70)); t(lambda: m.madvise())
t(lambda: m.resize(200)); t(lambda: len(m)); t(lambda: m.resize(0)); t(lambda: m.resize(-1)); t(lambda: m.resize('a')); t(lambda: m.resize(2**62)); t(lambda: (len(m), m[:5], m[-1]));
v=memoryview(m)
t(lambda: (v.format,v.shape,v.readonly,v[:5].tobytes(), v.nbytes)); t(lambda: m.close()); t(lambda: m.resize(10)); v[0]=66; t(lambda: m[:3]); v[0:2]=b'QQ'; t(lambda: bytes(m[:3])); t(lambda: bytes(m)[:3]); t(lambda: bytearray(m)[:3]); t(lambda: b'ab'+m[:2]); t(lambda: m+b''); t(lambda: m*2); t(lambda: b''.join([m])[:3])
t(lambda: re.search(rb'.\0', m).span()); t(lambda: 81 in m); t(lambda: b'Q' in m); t(lambda: list(m)[:3]); t(lambda: m==m); t(lambda: hash(m)==hash(m)); t(lambda: bool(m))
v.release(); t(lambda: m.closed); t(lambda: m.__enter__() is m); t(lambda: m.__exit__()); t(lambda: m.__exit__(1,2,3)); t(lambda: m.closed); t(lambda: m)
for n in 'close find read read_byte readline seek tell write write_byte size flush move resize madvise rfind seekable __enter__ __len__'.split():
    a={'find':(b'',),'rfind':(b'',),'seek':(0,),'write':(b'',),'write_byte':(1,),'move':(0,0,0),'resize':(1,),'madvise':(0,)}.get(n,())
    t(lambda: (n, getattr(m,n)(*a)))
t(lambda: m[0]); t(lambda: m[0:1]); t(lambda: st(0,1)); t(lambda: memoryview(m)); t(lambda: m['a']); t(lambda: pickle.dumps(m)); t(lambda: copy.copy(m)); t(lambda: memoryview(m))
f=tempfile.TemporaryFile(); f.write(b'0123456789'*1000); f.flush()
for kw in ({},{'access':1},{'access':2},{'access':3},{'flags':2},{'prot':1},{'prot':2},{'flags':2,'prot':1},{'offset':4096},{'offset':4096,'access':1},{'trackfd':False},{'access':3,'trackfd':False}):
    m=M(f.fileno(),0,**kw); print(kw); t(lambda: m); t(lambda: len(m)); t(lambda: m[:5]); t(lambda: st(0,88)); t(lambda: m[:3]); t(lambda: memoryview(m).readonly); t(lambda: m.size()); t(lambda: m.flush()); t(lambda: m.resize(9000)); t(lambda: len(m)); t(lambda: m.write(b'w')); t(lambda: m.write_byte(1)); t(lambda: m.move(0,1,1)); t(lambda: f.seek(0)); t(lambda: f.read(3)); t(lambda: os.fstat(f.fileno()).st_size); t(lambda: m.close()); os.ftruncate(f.fileno(),10000)
t(lambda: M(f.fileno(),20000)); t(lambda: M(f.fileno(),100,offset=4096)); t(lambda: M(f.fileno(),100,offset=1)); t(lambda: M(f.fileno(),0,offset=12288)); t(lambda: M(f.fileno(),0,offset=10000)); t(lambda: M(f.fileno(),9000,offset=4096)); t(lambda: M(f.fileno(), 100, trackfd=1, access=1).size())
g=open('/dev/null','rb'); t(lambda: M(g.fileno(),0)); t(lambda: M(g.fileno(),10)); 
h=tempfile.TemporaryFile(); t(lambda: M(h.fileno(),0)); t(lambda: M(h.fileno(),1))
r=open(__file__,'rb'); t(lambda: M(r.fileno(),0)); t(lambda: M(r.fileno(),0,access=1)[:5]); t(lambda: M(r.fileno(),0,access=mmap.ACCESS_WRITE)); t(lambda: M(r.fileno(),5,access=mmap.ACCESS_COPY)[:])
class S(M):
    def __new__(cls,*a,**k): return M.__new__(cls,*a,**k)
s=S(-1,10); s.x=3; t(lambda: s); t(lambda: s.x); import weakref; t(lambda: weakref.ref(s)() is s)
t(lambda: M.__dict__['closed']); t(lambda: S(-1,-5))
t(lambda: {k:v for k,v in vars(mmap).items() if type(v) is int}=={k:v for k,v in vars(mmap).items() if type(v) is int}); t(lambda: sorted((k,v) for k,v in vars(mmap).items() if type(v) is int)); t(lambda: mmap.error is OSError); t(lambda: M.__doc__[:50]); t(lambda: M.find.__text_signature__); t(lambda: sys.getsizeof(M(-1,5000)) >= 0)
m=M(-1,10); v=memoryview(m)
with v as q: pass
import io
x=M(-1,20); t(lambda: io.BytesIO(b'abcdef').readinto(x)); t(lambda: x[:8]); t(lambda: x.write(x)); 
import struct; struct.pack_into('<I',x,0,0x41424344); t(lambda: x[:4]); t(lambda: struct.unpack_from('<I',x,0))
import array; t(lambda: int.from_bytes(x[:2])); t(lambda: x.read(3)); t(lambda: memoryview(x).cast('H')[1])
