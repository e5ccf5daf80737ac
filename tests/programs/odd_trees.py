"""Trees that no source gives: surrogates in names, None in lists, bytes for strings, odd numbers."""

import ast
import dis

PLACE = dict(lineno=1, col_offset=0, end_lineno=1, end_col_offset=1)


def attempt(question):
    try:
        return question()
    except Exception as error:
        return f"{type(error).__name__}: {ascii(str(error))}"


def load(name):
    return ast.Name(name, ast.Load(), **PLACE)


def store(name):
    return ast.Name(name, ast.Store(), **PLACE)


def show(title, tree, mode="exec", *fields):
    code = attempt(lambda: compile(tree, "tree", mode))
    print(title, ascii(code) if isinstance(code, str) else [ascii(getattr(code, field)) for field in fields])
    print("   ", ascii(attempt(lambda: ast.dump(compile(tree, "tree", mode, ast.PyCF_OPTIMIZED_AST)))))


NAME = "\udc80a\ud800"
show("assigned", ast.Module([ast.Assign([store(NAME)], load("\U0010fffe"), **PLACE)]), "exec", "co_names")
show("imported", ast.Module([ast.Import([ast.alias("a." + NAME, NAME, **PLACE)], **PLACE)]), "exec", "co_names")
arguments = ast.arguments(args=[ast.arg(NAME, **PLACE)])
show("function", ast.Module([ast.FunctionDef(NAME, arguments, [ast.Pass(**PLACE)], **PLACE)]), "exec", "co_names", "co_stacksize")
body = ast.FunctionDef(NAME, arguments, [ast.Return(load(NAME), **PLACE)], **PLACE)
space = {}
exec(compile(ast.Module([ast.ClassDef("C", body=[body], **PLACE)]), "tree", "exec"), space)
method = getattr(space["C"], NAME)
print(ascii(method.__qualname__), ascii(method.__code__.co_varnames), method(3))
private = ast.ClassDef("C", body=[ast.Assign([store("__\udcff")], load("__name__"), **PLACE)], **PLACE)
exec(compile(ast.Module([private]), "tree", "exec"), space)
print(ascii([name for name in vars(space["C"]) if "\udcff" in name]))
future = ast.ImportFrom("__future__", [ast.alias("annotations", **PLACE)], 0, **PLACE)
annotated = ast.AnnAssign(store("x"), load(NAME), None, 1, **PLACE)
exec(compile(ast.Module([future, annotated]), "tree", "exec"), space)
print(ascii(space["__annotations__"]))
show("future", ast.Module([ast.ImportFrom("__future__", [ast.alias("a\ud800\ud801b", **PLACE)], 0, **PLACE)]))
show("twice", ast.Module([ast.FunctionDef("f", ast.arguments(args=[ast.arg(NAME, **PLACE)] * 2), [ast.Pass(**PLACE)], **PLACE)]))
show("nonlocal", ast.Module([ast.Nonlocal([NAME], **PLACE)]))

show("ignores", ast.Module([], [None, ast.TypeIgnore(3, b"x"), ast.TypeIgnore(4, "\udc80")]), "exec", "co_consts")
show("kind", ast.Expression(ast.Constant("a", b"kind", **PLACE)), "eval", "co_consts")
show("kind", ast.Expression(ast.Constant("a", "\udc80", **PLACE)), "eval", "co_consts")
show("comment", ast.Module([ast.Assign([store("x")], load("y"), b"\xff", **PLACE)]), "exec", "co_names")
comprehension = ast.comprehension(store("x"), load("y"), [], -1)
show("async", ast.Expression(ast.ListComp(load("x"), [comprehension], **PLACE)), "eval")
wrong = ast.Name("d", ast.Load(), **PLACE | {"end_lineno": "x"})
show("first", ast.FunctionType([None], wrong), "func_type")
show("none", ast.FunctionType([None], load("x")), "func_type")
show("elements", ast.Expression(ast.Tuple([load("x"), None], ast.Load(), **PLACE)), "eval")
show("statements", ast.Module([ast.Pass(**PLACE), None]))
late = ast.Constant(1, **PLACE | {"lineno": 5})
text = ast.TemplateStr([ast.Interpolation(load("x"), [], -1, **PLACE)], **PLACE)
show("interpolated", ast.Expression(ast.Tuple([text, late], ast.Load(), **PLACE)), "eval")
for lines in ((-5, -5, 0, 1), (-5, 1, 2, 3), (-1, -1, 0, 1), (-3, -5, 1, 2), (-5, -5, -2, 3)):
    target = ast.Name("x", ast.Store(), **dict(zip(("lineno", "end_lineno", "col_offset", "end_col_offset"), lines)))
    code = compile(ast.Expression(ast.NamedExpr(target, load("y"), **PLACE)), "tree", "eval")
    print(code.co_linetable, list(code.co_positions())[-1], list(code.co_lines()))
    print([instruction.positions[0] for instruction in dis.get_instructions(code)])
