# What becomes of keys of `**kwargs` that are no strs: with some callables the caller rejects them, others judge themselves.
import ast
import functools
import types
import warnings
from collections import OrderedDict, defaultdict

warnings.simplefilter("ignore")


class FakeStr:
    def __init__(self, text):
        self.text = text

    def __hash__(self):
        return hash(self.text)

    def __eq__(self, other):
        return self.text == other

    def __repr__(self):
        return f"FakeStr({self.text!r})"


class WithInit:
    def __init__(self, *args, **kwargs):
        pass


class WithNew:
    def __new__(cls, *args, **kwargs):
        pass


class Plain:
    pass


class SubclassOfDict(dict):
    pass


class Meta(type):
    def __call__(cls, *args, **kwargs):
        return kwargs


class OfMeta(metaclass=Meta):
    pass


def function(**kwargs):
    return kwargs


def one(a):
    return a


CALLABLES = [
    ast.Name, ast.Name(id="x").__replace__, dict, SubclassOfDict, {}.update, OrderedDict, OrderedDict().update, defaultdict,
    WithInit, WithNew, Plain, OfMeta, object, function, one, int, str, list, print, max, sorted, types.SimpleNamespace,
    functools.partial, functools.partial(function), functools.partial(dict), slice, OSError, ImportError, AttributeError,
    SyntaxError, staticmethod, object.__init__, dict.__init__, dict.update, type, types.MethodType(function, 1),
]
for callable in CALLABLES:
    name = getattr(callable, "__qualname__", type(callable).__name__)
    for keys in ({7: 1}, {FakeStr("id"): 1}, {FakeStr("a"): 1}):
        for args in ((), (1,)):
            try:
                result = callable(*args, **keys)
            except TypeError as error:
                result = error
            print(name, args, keys, result if isinstance(result, TypeError) else type(result).__name__)
