"""inspect, types, annotations, generics and type parameters."""
import annotationlib
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Concatenate, Final, Generic, Literal, NewType, Optional, ParamSpec, Protocol, Self, TypeVar, TypeVarTuple, Union, Unpack


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def sample(a, /, b: int, c: str = "x", *args: float, d, e: "later" = None, **kw: Any) -> list[int]:
    """Sample doc.

        indented
    """
    local = a
    return [local, b]


class Base:
    x: int = 1
    y: "Undefined"

    def method(self, n=1): "Method doc."
    @classmethod
    def make(cls, *, strict=False): ...
    @staticmethod
    def static(): ...
    @property
    def prop(self): return 1
    async def coro(self): ...


class Child(Base):
    def method(self, n=2): ...
    def own(self): yield


def signatures():
    sig = inspect.signature(sample)
    print(sig, list(sig.parameters), sig.return_annotation, sig.parameters["e"].annotation, sig.parameters["args"].kind.description)
    bound = sig.bind(1, 2, "y", 3.0, d=4, extra=5)
    print(bound, bound.arguments, bound.args, bound.kwargs)
    partial_bound = sig.bind_partial(1)
    partial_bound.apply_defaults()
    print(partial_bound)
    attempt(lambda: sig.bind(1))
    attempt(lambda: sig.bind(1, 2, a=3, d=1))
    print(sig.replace(parameters=[p.replace(default=0) if n == "b" else p for n, p in sig.parameters.items()][:2], return_annotation=None))
    for callable_ in (Base.method, Base().method, Base.make, Child, len, print, int, partial(sample, 1, c="z"), dict.get, str.split, object, type, sorted, lambda x, *, y: 0, Base.static):
        attempt(lambda: f"{getattr(callable_, '__name__', callable_.__class__.__name__)}{inspect.signature(callable_)}")
    attempt(lambda: inspect.signature(5))
    attempt(lambda: inspect.Signature([inspect.Parameter("a", inspect.Parameter.KEYWORD_ONLY), inspect.Parameter("b", inspect.Parameter.POSITIONAL_ONLY)]))
    print(inspect.getfullargspec(sample), inspect.getdoc(sample), inspect.cleandoc(" a\n   b"), inspect.getdoc(Child.method), sep="\n")


def members():
    print([n for n, _ in inspect.getmembers(Child, inspect.isfunction)], [(a.name, a.kind, a.defining_class.__name__) for a in inspect.classify_class_attrs(Child) if not a.name.startswith("__")])
    print(inspect.isgeneratorfunction(Child.own), inspect.iscoroutinefunction(Base.coro), inspect.isclass(Base), inspect.isabstract(Sequence), inspect.ismethod(Base().method), inspect.isbuiltin(len), inspect.ismethoddescriptor(str.upper), inspect.isdatadescriptor(Base.prop))
    print(inspect.getsource(Child), inspect.getsourcelines(sample)[1], inspect.getmodule(Base).__name__, inspect.getfile(Base).rpartition("/")[2], inspect.getcomments(commented))
    frame = inspect.currentframe()
    print(frame.f_code.co_name, inspect.getframeinfo(frame).function, [f.function for f in inspect.stack()][:2], frame.f_back.f_code.co_name, inspect.getargvalues(frame).args, sorted(frame.f_locals))
    code = sample.__code__
    print(code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_varnames, code.co_flags & inspect.CO_VARARGS, sample.__defaults__, sample.__kwdefaults__, inspect.getclosurevars(signatures).nonlocals, inspect.unwrap(sample).__name__)


# A comment above.
def commented(): ...


def generics():
    T, P, Ts = TypeVar("T", bound=int), ParamSpec("P"), TypeVarTuple("Ts")

    class Box(Generic[T]):
        content: T

    class Deep(Box[int], Mapping[str, T]):
        pass

    print(Box[int], Box[T][int], Deep.__orig_bases__, Deep.__parameters__, typing.get_origin(Box[int]), typing.get_args(Callable[[int, str], bool]), list[T][int], dict[str, T].__parameters__, Callable[Concatenate[int, P], T])
    print(Union[int, str, int], Optional[str], int | None | str, Union[int], typing.get_args(int | None), isinstance(1, int | str), Literal["a", 1], Annotated[int, "meta"].__metadata__, ClassVar[int], Final, tuple[int, ...], tuple[()], type[int], NewType("Id", int)(5), Unpack[Ts], list["Fwd"], typing.Any, Self)
    print(T, T.__bound__, P.args, Ts, typing.get_type_hints(Base.method), typing.cast(int, "x"), list[int]([1]), list[int] == list[int], isinstance([], list), typing.NoReturn, types.GenericAlias(list, (int,)))
    for bad in (lambda: Box[int, str], lambda: Literal[int][str], lambda: isinstance([], list[int]), lambda: typing.Any(), lambda: list[T][1][2], lambda: TypeVar("X", int), lambda: Generic[int], lambda: type("Q", (Optional[int],), {}), lambda: typing.get_type_hints(Base), lambda: issubclass(int, Sequence[int]), lambda: Optional[1, 2]):
        attempt(bad)

    def first[S: (int, str), *R, **Q](xs: Sequence[S], *rest: *R, **kw: Q.kwargs) -> S: ...

    class Stack[E = int](Iterable[E]):
        def push(self, e: E) -> Self: ...
        def __iter__(self): return iter(())

    type Pairs[K, V = str] = dict[K, list[V]]
    print(first.__type_params__, [type(p).__name__ for p in first.__type_params__], first.__type_params__[0].__constraints__, Stack.__type_params__[0].__default__, Stack[str], Pairs, Pairs.__value__, Pairs[int], Pairs[int].__args__, Stack.__orig_bases__, inspect.signature(first))


def annotations():
    print(annotationlib.get_annotations(Base, format=annotationlib.Format.FORWARDREF), annotationlib.get_annotations(Base, format=annotationlib.Format.STRING), sample.__annotations__)

    class Lazy:
        a: missing_name
        b: list[missing_name] | None
        c: 1 + 1

    attempt(lambda: Lazy.__annotations__)
    print(annotationlib.get_annotations(Lazy, format=annotationlib.Format.STRING), type(Lazy.__annotate__).__name__)
    forward = annotationlib.get_annotations(Lazy, format=annotationlib.Format.FORWARDREF)
    print(type(forward["a"]).__name__, forward["a"].__forward_arg__, forward["c"])
    globals()["missing_name"] = float
    print(Lazy.__annotations__, forward["a"].evaluate())
    f = types.FunctionType(compile("x + 1", "<f>", "eval"), {"x": 41})
    print(f(), types.SimpleNamespace(a=1, b="x"), types.MappingProxyType({"k": 1}), types.new_class("Made", (Base,), {}, lambda ns: ns.update(z=3)).z, types.MethodType(lambda self: self * 2, 21)(), types.ModuleType("m", "doc").__doc__, type(None) is types.NoneType, types.resolve_bases([int]), types.DynamicClassAttribute is not None, types.CellType(5).cell_contents)
    attempt(lambda: types.MappingProxyType({"k": 1}).__setitem__("k", 2))
    code = sample.__code__.replace(co_name="renamed")
    print(code.co_name, sample.__code__ == sample.__code__.replace(), types.CodeType is type(code))


for part in (signatures, members, generics, annotations):
    print("--", part.__name__)
    part()

print("# substitution by objects of one's own")


class Parameter:
    def __repr__(self):
        return "Parameter"


first, late = Parameter(), Parameter()
first.__typing_subst__ = lambda value: value
alias = types.GenericAlias(dict, (first, late))
print(alias.__parameters__)
late.__typing_subst__ = lambda value: value


class Unpacked:
    __typing_is_unpacked_typevartuple__ = True
    prepared, substituted = None, 42

    def __typing_prepare_subst__(self, alias, args):
        return self.prepared

    def __typing_subst__(self, arg):
        return self.substituted


type variadic[*_] = 0
for prepared, substituted in ((None, 42), ((1,), 42), ([1, 2], (1, 2)), ((1, 2), (1,))):
    unpacked = Unpacked()
    unpacked.prepared, unpacked.substituted = prepared, substituted
    try:
        print(variadic[unpacked][0])
    except TypeError as error:
        print(str(error).split("<")[0])
try:
    print(alias[0])
except TypeError as error:
    print(error)
import copy
import functools
import operator

for callable_object in (operator.attrgetter("x"), operator.itemgetter(1), operator.methodcaller("m"), functools.cmp_to_key(max)):
    print(inspect.signature(callable_object))
partial = functools.partial(max, [1])
print(copy.copy(partial).args is partial.args)
for state in ((max, (), {}, ()), (max, (), {}, "text"), (max, (), None, None)):
    try:
        print(partial.__setstate__(state))
    except TypeError as error:
        print(error)

print("# classes of structure sequences")
import os
import pwd
import resource
import sys
import time

for structure in (time.struct_time, os.stat_result, os.terminal_size, os.times_result, os.uname_result, pwd.struct_passwd,
                  resource.struct_rusage, type(sys.version_info), type(sys.flags), type(sys.hash_info)):
    try:
        structure.extra = 1
        print(structure.extra, structure.__name__)
        del structure.extra
    except TypeError as error:
        print(error)
