"""Sources and trees that nest 100,000 deep, or without end: an exception or a result, never a crash."""
import ast
import copy
import marshal
import pickle

N = 100_000

# What stands before the innermost part, the innermost part, what stands behind it.
NESTED = {
    "parentheses": ("(", "1", ")"),
    "lists": ("[", "1", "]"),
    "sets": ("{", "1", "}"),
    "dicts": ("{1: ", "1", "}"),
    "calls": ("f(", "1", ")"),
    "keywords": ("f(x=", "1", ")"),
    "subscripts": ("a[", "1", "]"),
    "slices": ("a[1:", "1", "]"),
    "lambdas": ("lambda: ", "1", ""),
    "lambda defaults": ("lambda x=(", "1", "): x"),
    "conditions": ("1 if ", "1", " else 2"),
    "else": ("1 if x else ", "1", ""),
    "not": ("not ", "1", ""),
    "minus": ("-", "1", ""),
    "invert": ("~", "1", ""),
    "await": ("await ", "x", ""),
    "yields": ("(yield ", "x", ")"),
    "starred": ("[*", "x", "]"),
    "power": ("2 ** ", "2", ""),
    "walrus": ("(a := ", "1", ")"),
    "list comprehensions": ("[x for x in ", "y", "]"),
    "comprehension elements": ("[", "1", " for x in y]"),
    "comprehension conditions": ("[x for x in y if ", "1", "]"),
    "generators": ("(x for x in ", "y", ")"),
    "dict comprehensions": ("{x: x for x in ", "y", "}"),
    "f-strings": ("f'{", "1", "}'"),
    "f-string specs": ("f'{x:{", "1", "}}'"),
    "t-strings": ("t'{", "1", "}'"),
    "compare": ("1 < (", "1", ")"),
    "bool": ("x and (", "1", ")"),
    "decorators": ("@(", "1", ")"),
    "nested loops of comprehensions": ("[x for x in [", "y", "]]"),
    "lambdas with defaults": ("lambda x=", "1", ": x"),
    "yield from": ("(yield from ", "x", ")"),
    "signs": ("-~+", "x", ""),
    "unpacked": ("f(*", "x", ")"),
    "class bases": ("class C(", "x", "): pass"),
    "annotations": ("x: list[", "x", "]"),
    "targets": ("(", "a", ",) = x"),
    "displays of all kinds": ("([{", "x", "}])"),
    "with": ("with (", "a", "): pass"),
}

CHAINS = {
    "attributes": ("a", ".b"),
    "call chains": ("a", "()"),
    "subscript chains": ("a", "[0]"),
    "sums": ("a", " + a"),
    "ands": ("a", " and a"),
    "comparisons": ("a", " < a"),
    "tuples": ("a", ", a"),
    "strings": ("'a'", " 'a'"),
    "f-string chains": ("f'{a}'", " f'{a}'"),
    "assignments": ("a", " = a"),
    "statements": ("a", "; a"),
    "imports": ("import a", ".a"),
    "aliases": ("import a", ", a"),
    "dels": ("del a", ", a"),
    "calls with arguments": ("a", "(1)"),
    "calls with keywords": ("a", "(x=1)"),
    "calls of attributes": ("a", ".b()"),
    "slices": ("a", "[1:2]"),
    "ors": ("a", " or a"),
    "ands and ors": ("a", " and a or a"),
    "powers": ("a", " ** -a"),
    "memberships": ("a", " not in a"),
    "conditions": ("a", " if a else a"),
    "fields": ("f'", "{a}"),
    "loops of a comprehension": ("[x", " for x in x"),
    "global names": ("global a", ", a"),
    "decorators of dots": ("@a", ".b"),
    "lines joined": ("a = ", "\\\n"),
}

BLOCKS = ["if x:", "while x:", "for x in y:", "with x:", "def f():", "class C:", "try:", "match x:", "async def f():"]


def outcome(call):
    """What becomes of a call; any other exception ends the program."""
    try:
        call()
    except (MemoryError, RecursionError, SyntaxError):
        return "refused"
    return "done"


def sources():
    for name, (before, inner, behind) in NESTED.items():
        yield name, before * N + inner + behind * N
        yield name + " open", before * N
    for name, (first, more) in CHAINS.items():
        yield name, first + more * N
    for line in BLOCKS:
        yield line, "".join(" " * i + line + "\n" for i in range(1000))
        yield line + " same line", (line + " ") * N
    yield "withs", "with a" + ", a" * (N // 10) + ": pass"
    yield "elif", "if x: pass\n" + "elif x: pass\n" * N
    yield "except", "try: pass\n" + "except x: pass\n" * N
    yield "case", "match x:\n" + " case 1: pass\n" * N
    yield "patterns", "match x:\n case " + "[" * N + "1" + "]" * N + ": pass"
    yield "class patterns", "match x:\n case " + "a(" * N + "1" + ")" * N + ": pass"
    yield "or patterns", "match x:\n case " + "1 | " * N + "1: pass"
    yield "dotted patterns", "match x:\n case a" + ".b" * N + ": pass"
    yield "mapping patterns", "match x:\n case " + "{1: " * N + "a" + "}" * N + ": pass"
    yield "as patterns", "match x:\n case a" + " as b" * N + ": pass"
    yield "decorator lines", "@a\n" * N + "def f(): pass"
    yield "except*", "try: pass\n" + "except* x: pass\n" * N
    yield "try", "".join(" " * i + "try:\n" for i in range(90)) + " " * 90 + "a\n" + "".join(
        " " * i + "finally: a\n" for i in range(89, -1, -1))
    yield "indentation", "".join(" " * i + "if x:\n" for i in range(101)) + " " * 101 + "a\n"
    yield "alternating quotes", "".join("f'{" if i % 2 else 'f"{' for i in range(N))
    yield "type parameters", "type x[" + "T: (" * N + "1" + ")" * N + "] = 1"


# Kinds of which a tree of that depth is really built; all others contain themselves.
DEEP = {"BinOp left", "Call argument", "If"}


def replace_node(node, old, new):
    """Puts `new` in the place of `old`, however deep it lies in `node`."""
    for field, value in ast.iter_fields(node):
        if value is old:
            setattr(node, field, new)
        elif isinstance(value, list):
            value[:] = [new if item is old else item for item in value]
            for item in value:
                if isinstance(item, ast.AST) and item is not new:
                    replace_node(item, old, new)
        elif isinstance(value, ast.AST) and value is not new:
            replace_node(value, old, new)


def trees():
    place = dict(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    name = ast.Name("x", ast.Load(), **place)
    store = ast.Name("x", ast.Store(), **place)
    no_args = ast.arguments()

    def nest(make, inner=name, depth=N):
        for _ in range(depth):
            inner = make(inner)
        return inner

    def endless(make, inner):
        """A node that lies inside itself."""
        node = make(inner)
        replace_node(node, inner, node)
        return node

    comprehension = lambda e: ast.comprehension(store, e, [], 0)
    expressions = {
        "BoolOp": lambda e: ast.BoolOp(ast.And(), [name, e], **place),
        "NamedExpr": lambda e: ast.NamedExpr(store, e, **place),
        "BinOp left": lambda e: ast.BinOp(e, ast.Add(), name, **place),
        "BinOp right": lambda e: ast.BinOp(name, ast.Add(), e, **place),
        "UnaryOp": lambda e: ast.UnaryOp(ast.Not(), e, **place),
        "Lambda": lambda e: ast.Lambda(no_args, e, **place),
        "Lambda default": lambda e: ast.Lambda(ast.arguments(args=[ast.arg("x", **place)], defaults=[e]), name, **place),
        "IfExp": lambda e: ast.IfExp(e, name, name, **place),
        "IfExp else": lambda e: ast.IfExp(name, name, e, **place),
        "Dict": lambda e: ast.Dict([e], [name], **place),
        "Dict **": lambda e: ast.Dict([None], [e], **place),
        "Set": lambda e: ast.Set([e], **place),
        "List": lambda e: ast.List([e], ast.Load(), **place),
        "Tuple": lambda e: ast.Tuple([e], ast.Load(), **place),
        "ListComp": lambda e: ast.ListComp(name, [comprehension(e)], **place),
        "SetComp": lambda e: ast.SetComp(e, [comprehension(name)], **place),
        "DictComp": lambda e: ast.DictComp(name, e, [comprehension(name)], **place),
        "GeneratorExp": lambda e: ast.GeneratorExp(name, [ast.comprehension(store, name, [e], 0)], **place),
        "Await": lambda e: ast.Await(e, **place),
        "Yield": lambda e: ast.Yield(e, **place),
        "YieldFrom": lambda e: ast.YieldFrom(e, **place),
        "Compare": lambda e: ast.Compare(name, [ast.Lt()], [e], **place),
        "Call": lambda e: ast.Call(e, [], [], **place),
        "Call argument": lambda e: ast.Call(name, [e], [], **place),
        "Call keyword": lambda e: ast.Call(name, [], [ast.keyword("x", e, **place)], **place),
        "JoinedStr": lambda e: ast.JoinedStr([ast.FormattedValue(e, -1, **place)], **place),
        "TemplateStr": lambda e: ast.TemplateStr([ast.Interpolation(e, "x", -1, **place)], **place),
        "format_spec": lambda e: ast.JoinedStr([ast.FormattedValue(name, -1, e, **place)], **place),
        "Attribute": lambda e: ast.Attribute(e, "x", ast.Load(), **place),
        "Subscript": lambda e: ast.Subscript(e, name, ast.Load(), **place),
        "slice": lambda e: ast.Subscript(name, ast.Slice(e, None, None, **place), ast.Load(), **place),
        "Starred": lambda e: ast.List([ast.Starred(e, ast.Load(), **place)], ast.Load(), **place),
    }
    for kind, make in expressions.items():
        yield kind, ast.Expression(endless(make, ast.Name("y", ast.Load(), **place))), "eval"
        yield kind, ast.Expression(nest(make, depth=N if kind in DEEP else 300)), "eval"
    passing = ast.Pass(**place)
    statements = {
        "FunctionDef": lambda s: ast.FunctionDef("f", no_args, [s], [], **place),
        "AsyncFunctionDef": lambda s: ast.AsyncFunctionDef("f", no_args, [s], [], **place),
        "ClassDef": lambda s: ast.ClassDef("C", [], [], [s], [], **place),
        "For": lambda s: ast.For(store, name, [s], [], **place),
        "For else": lambda s: ast.For(store, name, [passing], [s], **place),
        "While": lambda s: ast.While(name, [s], [], **place),
        "If": lambda s: ast.If(name, [s], [], **place),
        "If else": lambda s: ast.If(name, [passing], [s], **place),
        "With": lambda s: ast.With([ast.withitem(name)], [s], **place),
        "Match": lambda s: ast.Match(name, [ast.match_case(ast.MatchAs(**place), None, [s])], **place),
        "Try": lambda s: ast.Try([s], [ast.ExceptHandler(None, None, [passing], **place)], [], [], **place),
        "Try handler": lambda s: ast.Try([passing], [ast.ExceptHandler(None, None, [s], **place)], [], [], **place),
        "Try finally": lambda s: ast.Try([passing], [], [], [s], **place),
        "TryStar": lambda s: ast.TryStar([s], [ast.ExceptHandler(name, None, [passing], **place)], [], [], **place),
    }
    for kind, make in statements.items():
        yield kind, ast.Module([endless(make, ast.Break(**place))], []), "exec"
        yield kind, ast.Module([nest(make, passing, N if kind in DEEP else 300)], []), "exec"
    patterns = {
        "MatchSequence": lambda p: ast.MatchSequence([p], **place),
        "MatchMapping": lambda p: ast.MatchMapping([ast.Constant(1, **place)], [p], None, **place),
        "MatchClass": lambda p: ast.MatchClass(name, [p], [], [], **place),
        "MatchAs": lambda p: ast.MatchAs(p, "x", **place),
        "MatchOr": lambda p: ast.MatchOr([p, p], **place),
    }
    value = ast.MatchValue(ast.Constant(1, **place), **place)
    for kind, make in patterns.items():
        found = [endless(make, ast.MatchStar("y", **place))]
        found.append(nest(make, value, N if kind in DEEP else 10))
        for pattern in found:
            case = ast.match_case(pattern, None, [passing])
            yield kind, ast.Module([ast.Match(name, [case], **place)], []), "exec"
    constant = ()
    for _ in range(N):
        constant = (constant,)
    yield "Constant", ast.Expression(ast.Constant(constant, **place)), "eval"


def objects():
    """What is done with values and trees that nest deep, besides compiling."""
    place = dict(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    values = [(), [], {}]
    for _ in range(N // 10):
        values = [(values[0],), [values[1]], {1: values[2]}]
    for value in values:
        for work in (marshal.dumps, repr, pickle.dumps, copy.deepcopy, ast.literal_eval):
            yield lambda: work(value)
        yield lambda: compile(ast.Expression(ast.Constant(value, **place)), "<deep>", "eval")
    for head in (b"(\1\0\0\0", b"[\1\0\0\0", b")\1", b"{N", b"<\1\0\0\0", b">\1\0\0\0", b":N", b"c"):
        yield lambda: marshal.loads(head * N)
    node = ast.Name("x", ast.Load(), **place)
    for _ in range(N):
        node = ast.Attribute(node, "a", ast.Load(), **place)
    functions = [ast.unparse, ast.dump, repr, ast.literal_eval, ast.fix_missing_locations, copy.deepcopy, pickle.dumps]
    functions += [ast.NodeVisitor().visit, ast.NodeTransformer().visit, lambda node: list(ast.walk(node))]
    functions.append(lambda node: ast.compare(node, node))
    for work in functions:
        yield lambda: work(node)


def main():
    for name, source in sources():
        results = [outcome(lambda: compile(source, "<deep>", "exec"))]
        if name in ("lists", "minus", "sums", "attributes", "elif", "calls of attributes"):
            results.append(outcome(lambda: ast.parse(source)))
            results.append(outcome(lambda: ast.unparse(ast.parse(source))))
        assert set(results) <= {"done", "refused"}, (name, results)
    print("sources: no crash")
    for name, tree, mode in trees():
        results = [outcome(lambda: compile(tree, "<deep>", mode))]
        if name in DEEP:
            results.append(outcome(lambda: compile(tree, "<deep>", mode, ast.PyCF_OPTIMIZED_AST)))
            results.append(outcome(lambda: ast.dump(tree)))
        if name != "Constant":
            outcome(lambda: repr(tree))
        assert set(results) <= {"done", "refused"}, (name, results)
    print("trees: no crash")
    for work in objects():
        try:
            work()
        except (MemoryError, RecursionError, ValueError, TypeError, EOFError):
            pass
    print("objects: no crash")


main()
