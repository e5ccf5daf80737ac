"""Errors that leave a program: each is raised in a thread of calls and printed as the interpreter prints it."""
import sys
import traceback


class Broken(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Shop(Exception):
    def __init__(self, item, *, stock):
        super().__init__(item, stock)
        self.item, self.stock = item, stock


def divide(a, b):
    return a / b


def average(numbers):
    return divide(sum(numbers),
                  len(numbers))


def chained():
    try:
        average([])
    except ZeroDivisionError as error:
        raise ValueError("nothing to average") from error


def during():
    try:
        {}["key"]
    except KeyError:
        undefined_name + 1


def hidden():
    try:
        int("x")
    except ValueError:
        raise LookupError("hidden cause") from None


def group():
    errors = []
    for action in (lambda: average([]), lambda: [1, 2][5], chained):
        try:
            action()
        except Exception as error:
            errors.append(error)
    errors.append(ExceptionGroup("inner", [TypeError("t"), OSError(2, "No such file", "f.txt")]))
    raise ExceptionGroup("several things failed", errors)


def noted():
    try:
        raise Shop("lamp", stock=0)
    except Shop as error:
        error.add_note("first note")
        error.add_note("second note\nwith two lines")
        raise


def deep(n):
    if n:
        return deep(n - 1)
    raise RuntimeError("bottom")


def attribute():
    import collections
    return collections.namedtupel


def multiline():
    data = {"rows": [[1, 2], [3, None]]}
    return [
        sum(row[0] + row[1] for row in data["rows"]),
        data["rows"][1][1]["deep"],
    ]


def carets():
    x = {"a": [None]}
    return x["a"][0].value.other(1)(2) + len("ünïcödé")[0]


def names():
    class Thing:
        colour = 1
    total_count = 1
    return [Thing().color, totl_count]


def recursion():
    return recursion()


def custom():
    raise Broken()


def bad_compile():
    compile("def f(:\n  pass\n", "generated.py", "exec")


def bad_eval():
    eval("1 +\n(2 *")


def bad_indent():
    exec("if 1:\nprint('x')\n")


def syntax_messages():
    for source in ("x = 'abc", "print 'hi'", "f(a for a in b, c)", "return 1", "1 = x", "def f(a, a): pass", "x = (1, 2", "if x = 1: pass",
                   "a, b += 1", "for", "class", "é = €", "lambda: (yield) = 1", "async with x: pass", "f'{a b}'", "'\\N{nope}'", "nonlocal x", "break", "import a.b as", "0777", "1_", "x = yield = 1", "match x:\n case 1 | y: pass", "try: pass", "*a", "del f()", "assert (x, 'y')", "else: pass", "\tif 1:\n  x"):
        try:
            compile(source, "<s>", "exec")
            print("compiled", repr(source))
        except SyntaxError as error:
            print(repr(source), "->", type(error).__name__, error.msg, error.lineno, error.offset, error.end_lineno, error.end_offset)


for function in (chained, during, hidden, group, noted, lambda: deep(3), attribute, multiline, carets, names, custom, bad_compile, bad_eval, bad_indent):
    try:
        function()
    except Exception:
        sys.stdout.flush()
        traceback.print_exc()
        sys.stderr.flush()
try:
    recursion()
except RecursionError:
    lines = traceback.format_exc().splitlines()
    print(len(lines) < 20, lines[-2].strip()[:19], lines[-1])
syntax_messages()
try:
    deep(2)
except RuntimeError as error:
    te = traceback.TracebackException.from_exception(error, limit=-2, capture_locals=True)
    print(*te.format(), sep="")
    print([(f.name, f.lineno, f.line) for f in traceback.extract_tb(error.__traceback__)][-1], traceback.format_exception_only(error))
sys.stdout.flush()
noted()
