"""The object model as programs see it: slots of str subclasses, buffers in Python, unions, class attributes, MRO changes."""
import collections
import collections.abc as cabc
import copy
import gc
import inspect
import operator
import time
import types
import typing
import warnings
import weakref


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(type(error).__name__, error)


def str_slots():
    class S(str):
        __slots__=('a','b')
    s=S('hello'); s.a=1
    print(s, s.a, hasattr(s,'b'))
    class D(S): pass
    d=D('xyz'); d.a=2;d.b=3;d.c=4
    print(d,d.a,d.b,d.c,d.__dict__)
    class E(D):
        __slots__=('e',)
    e=E('q'*37); e.e=[1]; e.a=(2,); e.z=5
    print(e,e.e,e.a,e.z,vars(e))
    for b in (int,bytes,tuple,type):
        try:
            class X(b): __slots__=('a',)
        except TypeError as ex: print(ex)
    x=[E(str(i)) for i in range(1000)]
    for i,y in enumerate(x): y.e=[i]; y.b=str(i)
    gc.collect()
    print(sum(y.e[0] for y in x), all(y.b==str(i)==y for i,y in enumerate(x)))


def buffers():
    class B:
        def __init__(s): s.ba=bytearray(b'hello'); s.rel=0; s.fl=[]
        def __buffer__(s,f): s.fl.append(f); return memoryview(s.ba)
        def __release_buffer__(s,mv): s.rel+=1; print('release', mv.tobytes())
    b=B()
    with memoryview(b) as m:
        m[0]=65; print(m.tobytes(), b.fl, isinstance(b,cabc.Buffer)); m2=m[1:3]; print(m2.tobytes()); m2.release()
    print(b.rel, bytes(b), b''.join([b,b'x']))
    print(isinstance(b'',cabc.Buffer), isinstance('',cabc.Buffer), issubclass(bytearray,cabc.Buffer))
    m=b'abc'.__buffer__(0); print(m, ) if 0 else print(m.tobytes(), m.readonly)
    try: b'abc'.__buffer__(1)
    except BufferError as e: print(e)
    ba=bytearray(b'xy'); m=ba.__buffer__(inspect.BufferFlags.WRITABLE); m[0]=0x41; print(ba)
    try: ba.append(3)
    except BufferError as e: print(e)
    ba.__release_buffer__(m); ba.append(66); print(ba)
    try: ba.__release_buffer__(m)
    except ValueError as e: print(e)
    class C(bytearray):
        def __buffer__(self,f): print('get'); return super().__buffer__(f)
        def __release_buffer__(self,m): print('rel'); super().__release_buffer__(m)
    c=C(b'123'); m=memoryview(c); print(m.tobytes()); m.release(); c.append(1); print(c)
    class D:
        def __buffer__(self,f): return 3
    try: memoryview(D())
    except TypeError as e: print(e)
    class E(B): __buffer__=None
    try: memoryview(E())
    except TypeError as e: print(e)


def unions():
    T, P = typing.TypeVar("T"), typing.ParamSpec("P")
    for action in (
        lambda: int | "x", lambda: T | "x", lambda: "x" | T, lambda: (int | str) | "x", lambda: typing.Union[int, str] | 3,
        lambda: T | 3, lambda: "x" | P, lambda: typing.Union[int, "x"], lambda: typing.Union(), lambda: types.UnionType(int, str),
        lambda: hash(int | str) == hash(str | int) == hash(frozenset({int, str})), lambda: hash(int | typing.Annotated[int, []]),
        lambda: type("Z", (typing.TypeVar,), {}), lambda: type("Z", (typing.Union,), {}), lambda: iter(int | str),
        lambda: dict[T, list[T]][()], lambda: list[int][3], lambda: types.GeneratorType[int], lambda: copy.copy(list[int]),
        lambda: typing.TypeAliasType("A", int, type_params=(1, 2)), lambda: (int | str | int | None),
    ):
        attempt(action)


def classes():
    class X:
        "doc"
    for name in "__doc__ __name__ __qualname__ __bases__ __module__ __type_params__ __dict__ __mro__".split():
        for owner in (X, int):
            attempt(lambda: type.__dict__[name].__delete__(owner))
            attempt(lambda: type.__dict__[name].__set__(owner, 3))
            X.__module__ = "m"
    attempt(lambda: object.__setattr__(str, "foo", 42))
    attempt(lambda: type("Y", (list[int],), {}))
    attempt(lambda: (3).__pow__())
    attempt(lambda: property().__get__(1, 2, 3))

    class Meta(type):
        def mro(cls):
            if getattr(cls, "strict", False) and Late in cls.__bases__[0].__mro__:
                raise RuntimeError("no more")
            return type.mro(cls)

    class Early: name = "early"
    class Late: name = "late"
    class Middle(Early): pass
    class Low(Middle, metaclass=Meta): strict = True
    def change():
        Middle.__bases__ = (Late,)
    attempt(change)
    print(Middle.__mro__ == (Middle, Early, object), Low.name)
    Low.strict = False
    change()
    print(Low.name, Middle.name)
    class Own:
        __dict__ = property(lambda self: {"a": 2})
    print(vars(Own()))
    a = X()
    a.b = 1
    a.__dict__ = {"c": 2}
    print(vars(a), hasattr(a, "b"))
    del a.__dict__
    print(vars(a))
    class Fixed(property):
        __slots__ = ()
    def documented():
        "text"
    attempt(lambda: Fixed(documented).__doc__)
    print(X.__init_subclass__.__text_signature__, list.__getitem__, dict.__contains__.__text_signature__, len.__text_signature__)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        class Index:
            def __index__(self): return True
            def __float__(self): return type("F", (float,), {})(1)
            __int__ = __index__
        print(operator.index(Index()), int(Index()), float(Index()))
        type("Odd", (), {1: 2})
        for warning in caught:
            print(warning.category.__name__, warning.message)


def containers():
    for base, arguments in ((float, (2.5,)), (set, ([1],)), (filter, (None, [1])), (tuple, ([1],)), (reversed, ([1],))):
        class Plain(base): pass
        class Own(base):
            def __init__(self, *arguments, extra=None): self.extra = extra
        attempt(lambda: type(Plain(*arguments, extra=1)).__name__)
        attempt(lambda: Own(*arguments, extra=1).extra)

    class Counted:
        calls = 0
        def __hash__(self):
            Counted.calls += 1
            return 3
    keys = {Counted(): 1}
    Counted.calls = 0
    for convert in (set, dict.fromkeys, dict, lambda keys: dict.fromkeys(set(keys))):
        convert(keys)
    print(Counted.calls)
    found = collections.defaultdict(lambda: found.setdefault("k", 1) + 1)
    print(found["k"], dict(found))
    print(sum([0.1, 1e100 + 1j, -1e100, 2j]), len(range(2**62 + 1)), range(2**63 - 2)[-1])
    attempt(lambda: time.struct_time(range(9), {"tm_year": 1}))
    class Size:
        def __iter__(self): return iter([1])
        def __length_hint__(self): raise RuntimeError("hint")
    for convert in (list, tuple, [].extend, bytearray().extend, lambda size: [*size]):
        attempt(lambda: convert(Size()))
    class Node: pass
    node = Node()
    reference = weakref.ref(node)
    print(node.__weakref__ is reference, weakref.getweakrefcount(node))


for part in (str_slots, buffers, unions, classes, containers):
    print("--", part.__name__)
    part()
