"""Compiles damaged syntax trees with CPython and Taipan and compares what comes of it.

    python3.14 damaged_trees.py TAIPAN [COUNT [SEED [FILE...]]]       what differs, and how many answers were equal
    PYTHON damaged_trees.py --answer COUNT SEED [FILE...]             the answers alone

Each case takes the tree of a statement, of the list below or of the files, deletes or replaces one to three things in
it, and gives it to `compile`, `ast.unparse`, `ast.dump`, `repr` and `compile(..., PyCF_OPTIMIZED_AST)`.
"""

import ast
import random
import re
import subprocess
import sys
import types
import warnings

STATEMENTS = r"""
def f(a, b: int = 1, /, c=2, *args: str, d, e=5, **kw) -> list[int]: "doc"; global x; x = a; yield x; return
async def f[T: int = 1, *Ts = 2, **P = 3](x, *, y=1): await x; [i async for i in y if i]; return {k: v async for k, v in z}
class C[T](A, B, metaclass=M, **kw): "doc"; x: int = 1; y: str; __z = 3; nonlocal_ = super().f()
for i, (j, *k) in x: continue
else: break_ = 1
while x: break
if a: b
elif c: d
else: e
with a as b, c as (d, e): pass
async def g():
    async with a as b: pass
    async for x in y: pass
    else: return 1
try: a
except (B, C) as e: f
except: g
else: h
finally: i
try: a
except* B as e: f
match x:
    case 1 | -2.5 | 3 + 4j | "s" | None | a.b: pass
    case [1, *rest, x] if x > 1: pass
    case {"a": 1, **kw}: pass
    case A(1, b=2) as c: pass
    case _: pass
type X[T] = list[T]
raise A from b
assert a, b
import a.b as c, d
from .a import b as c, d
from __future__ import annotations
from a import *
def f():
    x = 1
    def g():
        nonlocal x
        x += 1
        x: int = 3
del a, b.c, d[0], (e, [f])
a = b, *c = (yield_) = d[1:2:3, ...] = e.f
x = lambda a, *b, c=1, **d: (a, (yield))
x = [i for i in range(3) if i for j in i]
x = {i for i in x}, {i: j for i, j in x}, (i for i in x), {1: 2, **y}, {1, *y}
x = a if b else c, not a, -a, +a, ~a, a and b or c, a < b <= c != d is e is not f in g not in h
x = f(a, *b, c=1, **d), (y := 3), a @ b // c ** d << e >> f & g | h ^ i % j
x = f"a{b!r:>{c}}d{e=}{f:x}", t"a{b!r:>{c}}d{e=}", b"c"[0] if 0 else b"x", 1, 1.5, 2j, True, ..., None
print(__debug__, __name__, super)
"%s %r" % (a, b); 1 + 2 * 3; (1, 2)[0]; -1; "a" "b"; 2 ** 100; x in [1, 2]; x in {1, 2}
if __debug__: pass
return_ = yield_ = await_ = 1
"""

KINDS = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
OLD = {"Index", "ExtSlice", "slice", "Suite", "AugLoad", "AugStore", "Param"}
KINDS = sorted({kind for kind in KINDS if kind.__name__ not in OLD}, key=lambda kind: kind.__name__)
LOCATIONS = ("lineno", "col_offset", "end_lineno", "end_col_offset")


class Odd:
    def __repr__(self):
        return "<odd>"


class Text(str):
    pass


def values(draw, nodes):
    """Something to put into a tree."""
    plain = [None, 0, 1, -1, 2**31, -(2**40), 10**30, 1.5, "x", "None", "True", "__debug__", "", "a.b", "é", "\udc80"]
    plain += [b"x", (), (1, 2), [], [None], [1], ["x"], {}, frozenset({1}), frozenset({1, "a"}), ..., True, 2j, Odd()]
    plain += [Text("t"), range(3), {1}, [[]], ([],), slice(1), ("a", (None, ...)), object, -1.0, float("nan"), "a" * 300]
    choice = draw.randrange(10)
    if choice < 4:
        return draw.choice(plain)
    if choice < 7:
        return draw.choice(nodes)
    if choice < 8:
        return [draw.choice(nodes) for _ in range(draw.randrange(3))]
    kind = draw.choice(KINDS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        node = kind()
    for name in LOCATIONS:
        if name in kind._attributes:
            setattr(node, name, 1)
    for name in kind._fields:
        if draw.random() < 0.6:
            setattr(node, name, draw.choice([draw.choice(nodes), draw.choice(plain), [draw.choice(nodes)]]))
    return node


def damage(tree, draw):
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        nodes = list(limited_walk(tree))
        node = draw.choice(nodes)
        names = [*node._fields, *node._attributes] or ["extra"]
        name = draw.choice(names)
        old = getattr(node, name, None)
        choice = draw.randrange(10)
        if choice == 0 and hasattr(node, name):
            try:
                delattr(node, name)
            except AttributeError:
                pass
        elif isinstance(old, list) and choice < 6:
            at = draw.randrange(len(old) + 1)
            if draw.random() < 0.4:
                old[at : at + 1] = []
            elif draw.random() < 0.5:
                old[at : at + 1] = [values(draw, nodes)]
            else:
                old.insert(at, values(draw, nodes))
        elif name in LOCATIONS:
            setattr(node, name, draw.choice([-1, 0, 1, 5, 1000, 2**31 - 1, None, "x", 2**40, -5, True, 1.0]))
        elif isinstance(old, ast.AST) and choice < 5:
            setattr(node, name, draw.choice(nodes))
        else:
            setattr(node, name, values(draw, nodes))


def limited_walk(tree, limit=400):
    """The nodes of a tree that may have become a graph."""
    todo, seen = [tree], set()
    while todo and len(seen) < limit:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    todo.append(item)


def code_text(code):
    names = "co_name co_flags co_names co_varnames co_cellvars co_freevars co_stacksize co_code co_linetable".split()
    own = [repr(getattr(code, name)) for name in (*names, "co_exceptiontable", "co_firstlineno", "co_qualname")]
    consts = [code_text(item) if isinstance(item, types.CodeType) else repr(item) for item in code.co_consts]
    return " ".join(own + consts)


def attempt(question):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = question()
        except SyntaxError as error:
            answer = f"{type(error).__name__} {error.msg} {error.lineno} {error.offset} {error.end_lineno} {error.end_offset}"
        except RecursionError:
            answer = "RecursionError"
        except Exception as error:
            answer = f"{type(error).__name__} {error}"
    text = f"{answer} {[f'{w.lineno} {w.message}' for w in caught]}"
    return ascii(re.sub("0x[0-9a-f]+", "0x", text))


def sources(paths):
    found = re.split(r"\n(?=\S)(?!el|except|finally|case)", STATEMENTS.strip())
    for path in paths:
        text = open(path, encoding="utf-8", errors="replace").read()
        try:
            pieces = (ast.get_source_segment(text, node) for node in ast.parse(text).body)
            found += [piece for piece in pieces if piece and len(piece) < 1500]
        except SyntaxError, ValueError:
            pass
    return found


def answers(count, seed, paths):
    draw = random.Random(seed)
    found = sources(paths)
    for number in range(count):
        source = draw.choice(found)
        mode = draw.choice(("exec", "exec", "exec", "eval", "single", "func_type"))
        try:
            tree = ast.parse(source if mode != "func_type" else "(a, *b, **c) -> d", mode=mode)
        except SyntaxError:
            mode, tree = "exec", ast.parse(source)
        damage(tree, draw)
        level = draw.randrange(3)
        flags = draw.choice((0, 0, 0, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, 0x1000000))
        questions = {
            "code": lambda: code_text(compile(tree, "f", mode, flags, True, level)),
            "tree": lambda: ast.dump(compile(tree, "f", mode, ast.PyCF_OPTIMIZED_AST, True, level), include_attributes=True),
            "dump": lambda: ast.dump(tree, include_attributes=True, indent=1),
            "repr": lambda: repr(tree),
            "unparse": lambda: ast.unparse(tree),
        }
        for name, question in questions.items():
            print(f"{number} {name} {mode} {source[:30]!a} {attempt(question)}", flush=name == "code")


def main():
    sys.setrecursionlimit(400)
    if sys.argv[1] == "--answer":
        return answers(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    program, count, seed, *paths = (*sys.argv[1:], "2000", "1")[: max(3, len(sys.argv) - 1)]
    part = ["-W", "ignore", __file__, "--answer", count, seed, *paths]
    runs = [subprocess.Popen([python, *part], stdout=subprocess.PIPE, text=True) for python in (sys.executable, program)]
    theirs, ours = [run.communicate()[0].split("\n") for run in runs]
    different = sum(a != b for a, b in zip(theirs, ours)) + abs(len(theirs) - len(ours))
    for a, b in zip(theirs, ours):
        if a != b:
            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            print(f"{a[:70]}\n    theirs: {a[max(at - 40, 0):at + 120]}\n    ours:   {b[max(at - 40, 0):at + 120]}")
    print(f"{len(theirs) - different} of {len(theirs)} answers equal; ended with {[run.returncode for run in runs]}")
    return different != 0


if __name__ == "__main__":
    sys.exit(main())
