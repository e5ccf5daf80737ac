"""Which constants, tuples and tables of code objects are one object; names in normal form by the program's own choice."""

import ast
import marshal
import types
import unicodedata

SOURCE = '''
from x import aa

def f():
    "a documentation string"
    return aa, b"bytes", 3j, 10**30, x[1:2], "a b", ("a b", "c")

def g(a=1):
    return ("a b", "c"), b"bytes", 3j, 10**30, x[1:2], "a b", (None, ("a b", "c"))

def h(): return x in {("a b", "c"), 1.5}, lambda y: y in {("a b", "c"), 1.5}

def k(): return aa

class A:
    class B:
        def twice(self): return self.name
        def again(this): return this.size

'''


def flat(items):
    for item in items:
        yield item
        if isinstance(item, (tuple, frozenset)):
            yield from flat(item)


def codes(code):
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType):
            yield from codes(item)


def inner(code):
    return {one.co_qualname: one for one in codes(code)}


def show(title, code):
    print(f"-- {title}")
    named = inner(code)
    f, g = named["f"], named["g"]
    kinds = str, bytes, tuple, complex, slice
    equal = [
        (repr(a), a is b)
        for a in flat(f.co_consts)
        for b in flat(g.co_consts)
        if type(a) is type(b) and isinstance(a, kinds) and a == b
    ]
    print(equal)
    sets = [item for name in ("h", "h.<locals>.<lambda>") for item in named[name].co_consts if isinstance(item, frozenset)]
    print("sets", sets[0] is sets[1], next(item for item in sets[0] if item != 1.5) is g.co_consts[0])
    print("names", named["k"].co_names is next(item for item in code.co_consts if item == ("aa",)))
    twice, again = named["A.B.twice"], named["A.B.again"]
    for attribute in (
        "co_code co_consts co_names co_varnames co_cellvars co_freevars co_linetable co_exceptiontable co_filename".split()
    ):
        one, other = getattr(twice, attribute), getattr(again, attribute)
        print(attribute, one is getattr(twice, attribute), one is other)
    body = named["A.B"]
    print("class", any(item is body.co_qualname for item in body.co_consts))


def compiled(source=SOURCE):
    return compile(source, "<source>", "exec")


show("compiled", compiled())
show("read", marshal.loads(marshal.dumps(compiled())))
show("read without references", marshal.loads(marshal.dumps(compiled(SOURCE.replace("[1:2]", "")), 2)))

print("-- run")
space = {"x": {slice(1, 2): 0}, "__name__": "made"}
code = compile(SOURCE.replace("from x import aa", "aa = 0").replace("x[1:2]", "x"), "<source>", "exec")
exec(code, space)
f, g = space["f"], space["g"]
print(f.__doc__ is f.__code__.co_consts[0], f()[5] is g()[5], f()[6] is g()[0], g()[6][1] is g()[0])

print("-- given")
old = f.__code__
new = old.replace()
print([getattr(old, name) is getattr(new, name) for name in "co_consts co_names co_linetable co_exceptiontable".split()])
consts, names, lines = (1, "x y", (2, 3, "q r"), None), ("a", "bb"), b"\x80\0" * 3
new = old.replace(co_consts=consts, co_names=names, co_linetable=lines)
print(new.co_consts is consts, new.co_names is names, new.co_linetable is lines)

print("-- attributes first")
code = compiled()
names = inner(code)["k"].co_names
print(names is [item for item in code.co_consts if item == ("aa",)][0])

print("-- normal forms")
normalize = unicodedata.normalize


def tree(function):
    unicodedata.normalize = function
    try:
        return ast.dump(ast.parse("\u03d5 = \u212b; abc"))
    except (TypeError, ValueError, ZeroDivisionError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        unicodedata.normalize = normalize


print(tree(normalize))
print(tree(lambda form, name: normalize(form, name) + form))
print(tree(lambda *args: None))
print(tree(lambda *args: 1 / 0))
print(tree(lambda *args: "None"))
