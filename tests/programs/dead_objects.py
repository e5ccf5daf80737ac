"""Objects that nothing refers to any more are gone after a collection, whatever place of a frame held them last."""

import gc, weakref, sys
class C:
    def __init__(self, v=None): self.v=v
    def m(self, *a, **k): return None
def check(name, f):
    try:
        r=f()
    except Exception as e:
        r='EXC %r'%e
    print(name, r)
def t1():
    x=C(); r=weakref.ref(x); del x; gc.collect(); return r() is None
check('local_del',t1)
def t2():
    x=C(); r=weakref.ref(x); x=None; gc.collect(); return r() is None
check('local_none',t2)
def t3():
    r=weakref.ref(C()); gc.collect(); return r() is None
check('temp',t3)
def t4():
    rs=[]
    for i in range(3):
        x=C(); rs.append(weakref.ref(x))
    del x; gc.collect(); return [r() is None for r in rs]
check('loop',t4)
def t5():
    l=[C() for i in range(3)]; rs=[weakref.ref(c) for c in l]; del l; gc.collect(); return [r() is None for r in rs]
check('compr',t5)
def t5b():
    rs=[weakref.ref(c) for c in [C() for i in range(3)]]; gc.collect(); return [r() is None for r in rs]
check('compr2',t5b)
def t6():
    r=None
    try:
        raise ValueError(1)
    except ValueError as e:
        c=C(); e.c=c; r=weakref.ref(c)
        del c
    gc.collect(); return r() is None
check('exc',t6)
class CM:
    def __enter__(self):
        c=C(); self.r=weakref.ref(c); return c
    def __exit__(self,*a): return False
def t7():
    m=CM()
    with m as x: pass
    del x
    gc.collect(); return m.r() is None
check('with',t7)
class CM2(C):
    def __enter__(self): return 1
    def __exit__(self,*a): return False
def t8():
    c=CM2(); r=weakref.ref(c)
    with c as x: pass
    del c
    gc.collect(); return r() is None
check('with2',t8)
def t9():
    def g():
        x=C(); yield weakref.ref(x)
        del x
        yield
        yield
    it=g(); r=next(it); next(it); gc.collect(); a=r() is None
    next(it); return a, r() is None
check('gen',t9)
def t10():
    def g():
        c=C()
        yield weakref.ref(c), c.m(c)
        yield
    it=g(); r,_=next(it); del it; gc.collect(); return r() is None
check('gen2',t10)
def t11():
    def f(a):
        r=weakref.ref(a); del a; gc.collect(); return r() is None
    return f(C()), f(a=C()), f(*[C()]), f(*(C(),)), f(**{'a':C()})
check('arg',t11)
def t12():
    def f(a, b=1, *args, **kw):
        r=weakref.ref(a); del a; gc.collect(); return r() is None
    return f(C()), f(a=C()), f(C(),1,2,3), f(C(),x=3)
check('argg',t12)
def t13():
    def f(*args):
        r=weakref.ref(args[0]); del args; gc.collect(); return r() is None
    def g(**k):
        r=weakref.ref(k['a']); del k; gc.collect(); return r() is None
    return f(C()), f(C(),2), g(a=C())
check('varargs',t13)
def t14():
    class D:
        def __del__(self): out.append(1)
    out=[]
    d=D(); del d; gc.collect(); a=list(out)
    D(); gc.collect(); b=list(out)
    return a,b
check('del',t14)
def t15():
    d={'a':C()}; r=weakref.ref(d['a']); d.clear(); gc.collect(); return r() is None
check('dict',t15)
def t16():
    s={C()}; r=weakref.ref(next(iter(s))); s.pop(); gc.collect(); return r() is None
check('setpop',t16)
def t17():
    l=[C()]; r=weakref.ref(l[0]); l.pop(); gc.collect(); return r() is None
check('listpop',t17)
def t18():
    l=[C()]; r=weakref.ref(l[0]); l.pop().m(); gc.collect(); return r() is None
check('listpop.m',t18)
def t19():
    a,b=C(),C(); r=weakref.ref(a),weakref.ref(b); a,b=b,a; del a,b; gc.collect(); return [x() is None for x in r]
check('swap',t19)
def t20():
    c=C(C()); r=weakref.ref(c.v); c.v=None; gc.collect(); return r() is None
check('attr',t20)
def t21():
    c=C(); r=weakref.ref(c); print('%s'%(c.v,),file=sys.stderr) if 0 else None; s=f"{c}"; del c; gc.collect(); return r() is None
check('fstr',t21)
def t22():
    rs=[]
    class L(list): pass
    def f(x): rs.append(weakref.ref(x)); return 1
    list(map(f,[C(),C()])); gc.collect(); return [x() is None for x in rs]
check('map',t22)
def t23():
    rs=[]
    def f(x): rs.append(weakref.ref(x)); return 1
    sorted([C(),C()],key=f); gc.collect(); return [x() is None for x in rs]
check('sorted',t23)
def t24():
    c=C(); r=weakref.ref(c)
    def inner(): return c
    del inner
    c=None
    gc.collect(); return r() is None
check('cell',t24)
def t25():
    c=C(); r=weakref.ref(c)
    f=lambda: c
    del f,c
    gc.collect(); return r() is None
check('cell2',t25)
def t26():
    try:
        c=C(); r=weakref.ref(c); 1/0
    except ZeroDivisionError: pass
    del c
    gc.collect(); return r() is None
check('exc2',t26)
def t27():
    def f():
        c=C(); r.append(weakref.ref(c)); raise ValueError
    r=[]
    try: f()
    except ValueError: pass
    gc.collect(); return r[0]() is None
check('exc3',t27)
def t28():
    def f():
        c=C(); r.append(weakref.ref(c)); raise ValueError
    r=[]
    try: f()
    except ValueError as e: ee=e
    gc.collect(); a=r[0]() is None
    ee.__traceback__=None
    gc.collect(); b=r[0]() is None
    return a,b
check('exc4',t28)
def t29():
    import io
    c=C(); r=weakref.ref(c); o=object(); print(c, file=io.StringIO()); del c; gc.collect(); return r() is None
check('print',t29)
def t30():
    it=iter([C(),C()]); rs=[]
    for c in it:
        rs.append(weakref.ref(c)); del c
    gc.collect(); return [x() is None for x in rs]
check('for del',t30)
def t31():
    l=[C(),C()]; rs=[weakref.ref(x) for x in l]
    for c in l:
        break
    del c,l; gc.collect(); return [x() is None for x in rs]
check('for break',t31)
def t32():
    l=[C(),C()]; rs=[weakref.ref(x) for x in l]
    for c in l: pass
    del c,l; gc.collect(); return [x() is None for x in rs]
check('for end',t32)
def t33():
    x=C(); r=weakref.ref(x); y=(x,x); z=[y]; del x,y,z; gc.collect(); return r() is None
check('tuple',t33)
def t34():
    r=weakref.ref(C()); 
    return gc.collect() is not None and r() is None
check('and',t34)
def t35():
    x=C(); r=weakref.ref(x)
    if x.v is None and x: pass
    while x: x=None
    gc.collect(); return r() is None
check('while',t35)
def t36():
    x=C(); r=weakref.ref(x)
    class Y(C):
        z=x
    del Y.z, x
    gc.collect(); return r() is None
check('class',t36)
def t37():
    x=C(); r=weakref.ref(x); 
    match x:
        case C(v=None): pass
    del x; gc.collect(); return r() is None
check('match',t37)
def t38():
    x=C(); r=weakref.ref(x); s=super(C,x); s.__init__(); del s,x; gc.collect(); return r() is None
check('super',t38)
def t39():
    x=C(); r=weakref.ref(x)
    def g():
        yield from iter([x])
    list(g()); x=None
    gc.collect(); return r() is None
check('yf',t39)
def t40():
    import functools
    x=C(); r=weakref.ref(x); p=functools.partial(C.m,x); p(); del p,x; gc.collect(); return r() is None
check('partial',t40)
def t41():
    async def co(a):
        r=weakref.ref(a); del a; gc.collect(); return r() is None
    try: co(C()).send(None)
    except StopIteration as e: return e.value
check('coro',t41)
def t42():
    def g(a):
        r=weakref.ref(a); del a; gc.collect(); yield r() is None
    return next(g(C())), list(g(C())), list(g(a=C()))
check('genarg',t42)
def t43():
    def f(a):
        r=weakref.ref(a); del a
        def h(): gc.collect()
        h(); return r() is None
    return f(C()), f(a=C()), list(map(f,[C()])), [f(x) for x in [C()]]
check('nested',t43)
def t44():
    # Native code is called with no argument that outlives the call.
    import io
    f = io.StringIO()
    c = C(); r = weakref.ref(c)
    f.write(repr(c)); "%s %s" % (c, 1); "{}".format(c); hash(c); id(c); str(c); c == c; c in [c]
    del c
    return list(map(lambda _: (gc.collect(), r() is None)[1], [1]))
check('native', t44)
def t45():
    def g(a):
        b = C(); r = weakref.ref(b)
        x = yield weakref.ref(a), r
        del a, b
        x = None
        gc.collect()
        yield
        yield
    it = g(C()); a, b = next(it); gc.collect(); before = a() is None, b() is None
    c = C(); r = weakref.ref(c); it.send(c); del c; gc.collect()
    return before, a() is None, b() is None, r() is None
check('send', t45)
def t46():
    def outer():
        x = yield from inner()
    def inner():
        v = yield
        r = weakref.ref(v); del v
        gc.collect()
        yield r() is None
    it = outer(); next(it); return it.send(C())
check('delegated', t46)
def t47():
    def f(*, key, other=None):
        r = weakref.ref(key); del key; gc.collect(); return r() is None
    class P:
        @property
        def p(self):
            r = weakref.ref(self); del self; gc.collect(); return r() is None
        def m(self, x):
            rs = weakref.ref(self), weakref.ref(x); del self, x; gc.collect(); return [r() is None for r in rs]
    return f(key=C()), P().m(P()), P().m(x=P()), P.m(P(), P())
check('calls', t47)
def t48():
    import unittest, io
    seen = []
    class T(unittest.TestCase):
        def test(self):
            c = C(); r = weakref.ref(c); del c; gc.collect(); seen.append(r() is None)
    unittest.TextTestRunner(stream=io.StringIO()).run(T('test'))
    exec("c = C(); r = weakref.ref(c); del c; gc.collect(); seen.append(r() is None)")
    return seen
check('in native frames', t48)
def t49():
    try:
        try:
            raise C2()
        except C2 as e:
            r = weakref.ref(e)
            raise KeyError from e
    except KeyError as k:
        k.__cause__ = k.__context__ = None
        k.__traceback__ = None
    gc.collect()
    return r() is None
class C2(Exception): pass
check('cause', t49)
def t50():
    out = []
    class D:
        def __init__(self, n): self.n = n
        def __del__(self): out.append(self.n)
    def f(x, *a): return x
    f(D(1)).n; gc.collect()
    [f(D(2))]; gc.collect()
    f(f(D(3)), D(4)); gc.collect()
    for d in (D(5), D(6)): pass
    d = None; gc.collect()
    if D(7) and D(8): gc.collect()
    D(9).n + 1; gc.collect()
    {D(10): D(11)}; gc.collect()
    a, *b = D(12), D(13), D(14); a = b = None; gc.collect()
    with open(__file__) as fh: D(15)
    gc.collect()
    lambda d=D(16): d; gc.collect()
    return sorted(out)
check('finalized', t50)
