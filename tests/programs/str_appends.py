"""Long texts made by appending: they are strs like any other, and making them takes linear time."""

s='x'*1200
s+='abc'; s+='d'; s+='e'
import sys, pickle, marshal, json, copy, re
assert type(s) is str and isinstance(s,str) and len(s)==1205
class S(str): pass
assert S(s)==s and str(s) is s and sys.intern(s)==s
assert pickle.loads(pickle.dumps(s))==s and marshal.loads(marshal.dumps(s))==s and json.loads(json.dumps(s))==s
assert copy.copy(s) is s and copy.deepcopy(s) is s
assert {s:1}['x'*1200+'abcde']==1
assert s in {'x'*1200+'abcde'}
assert re.match('x+abcde$',s).end()==1205
assert s.encode()==b'x'*1200+b'abcde'
assert f'{s}'==s and '%s'%s==s and '{}'.format(s)==s and ''.join([s])==s and s[:]==s and s[1:3]=='xx' and s[-1]=='e'
assert s.upper()=='X'*1200+'ABCDE' and s.replace('x','')=='abcde' and s.find('abcde')==1200
assert compile('a=1\n'+s,'f','exec') and eval('1 #'+s)==1
exec("a='''"+s+"'''"); assert a==s
g=globals(); g[s]=5; assert g[s]==5
o=type('O',(),{})(); setattr(o,s,3); assert getattr(o,s)==3; assert o.__dict__[s]==3
def f(**k): return k
assert f(**{s:1})=={s:1}
match s:
    case str(): pass
match o:
    case _: pass
print(s.__class__, sys.getsizeof(s) > 1200, hash(s)==hash('x'*1200+'abcde'), s.__add__('q')[-2:], s=='x'*1200+'abcde', s<'y', s>'a', list(s)[-3:], s.isascii(), bool(s))
print(int(s[:1].replace('x','7')+'1'), float(('1'+s)[:1]), s.split('a')[1], s.partition('b')[2], s*2==s+s)
t=s; s+='1'; t+='2'; print(t[-3:], s[-3:])
import gc, weakref
print(gc.is_tracked(s))
try: weakref.ref(s)
except TypeError as e: print(e)
try: s.foo=1
except AttributeError as e: print(e)
try: s.foo
except AttributeError as e: print(e)
try: s+1
except TypeError as e: print(e)
try: int(s)
except ValueError as e: print(str(e)[:50])
import io
b=io.StringIO(); b.write(s); assert b.getvalue()==s
print(sum(1 for c in s), max(s), sorted(s)[0], s.translate({120:None}), s.startswith('x'), ('y'+s)[1:]==s)


def pieces(piece, n):
    text = ""
    for i in range(n):
        text += piece
    return text


def assigned(piece, n):
    text = ""
    while len(text) < n * len(piece):
        text = text + piece
    return text


class Holder:
    text = ""


def held(piece, n):
    holder, table, texts = Holder(), {"text": ""}, [""]
    for i in range(n):
        holder.text += piece
        table["text"] += piece
        texts[0] += piece
    assert holder.text == table["text"] == texts[0]
    return texts[0]


for make in (pieces, assigned, held):
    for piece in ("abcdefghij", "abcd\xe9", "ab\u20ac", "a\U0001f600"):
        text = make(piece, 30000)
        print(make.__name__, ascii(piece), len(text), text == piece * 30000, hash(text) == hash(piece * 30000))
print(len(pieces("abcdefghij", 200000)))

# Several go on from the same text.
base = pieces("0123456789", 300)
forks = [base + chr(97 + i) for i in range(5)]
for i in range(200):
    forks = [fork + str(i % 10) for fork in forks]
print([fork[2998:3010] for fork in forks], {len(fork) for fork in forks}, len(base))
mixed, parts = "", []
for i in range(3000):
    part = ("x", "\xe4", "\u0416", "\U0001d11e")[i % 7 % 4] if i > 2000 else "y"
    mixed += part
    parts.append(part)
    if i % 500 == 0:
        assert mixed == "".join(parts) and hash(mixed) == hash("".join(parts))
print(mixed == "".join(parts), ascii(mixed[-3:]), mixed.encode() == "".join(parts).encode())
doubled = "ab"
for i in range(18):
    doubled += doubled
print(len(doubled), doubled.count("ab"))
