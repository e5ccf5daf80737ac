"""Context managers of all kinds."""
import contextlib
import io
import os
import sys


class Resource:
    def __init__(self, name, swallow=(), fail_exit=None):
        self.name, self.swallow, self.fail_exit = name, swallow, fail_exit

    def __enter__(self):
        print("enter", self.name)
        return self

    def __exit__(self, kind, value, traceback):
        print("exit", self.name, kind and kind.__name__, value, traceback is not None)
        if self.fail_exit:
            raise self.fail_exit
        return kind is not None and issubclass(kind, tuple(self.swallow) or ())


@contextlib.contextmanager
def section(name):
    print(f"<{name}>")
    try:
        yield name * 2
    except KeyError as error:
        print("section handled", error)
    finally:
        print(f"</{name}>")


def attempt(function):
    try:
        print("result", function())
    except BaseException as error:
        chain = []
        while error is not None:
            chain.append(f"{type(error).__name__}({error})")
            error = error.__context__
        print("raised", " during ".join(chain))


def nested():
    with Resource("a") as a, section("b") as b, Resource("c", swallow=[ValueError]):
        print(a.name, b)
        raise ValueError("gone")
    return "after"


def in_parentheses():
    with (
        Resource("x", fail_exit=OSError("while leaving")),
        section("y"),
    ):
        raise KeyError("k")


def chained():
    with Resource("p", fail_exit=OSError("one")), Resource("q", fail_exit=RuntimeError("two")):
        raise ValueError("three")


def stack():
    with contextlib.ExitStack() as stack:
        for name in "ab":
            stack.enter_context(Resource(name, swallow=[ZeroDivisionError] if name == "a" else ()))
        stack.callback(print, "callback", end="!\n")
        stack.push(lambda *exc: print("pushed", exc[0]))
        keep = stack.pop_all()
    print("nothing closed yet")
    with keep:
        1 / 0
    return "swallowed"


def early_exit():
    for i in range(3):
        with section(f"loop{i}"):
            if i == 0:
                continue
            if i == 1:
                break
    with section("ret"):
        return "returned from inside"


def broken():
    class NoExit:
        def __enter__(self):
            return 1
    with NoExit():
        pass


@section("decorated")
def decorated(x):
    print("in function", x)
    return x + 1


class Tracker(contextlib.ContextDecorator, contextlib.AbstractContextManager):
    count = 0

    def __exit__(self, *exc):
        Tracker.count += 1


@contextlib.contextmanager
def twice():
    yield 1
    yield 2


@contextlib.contextmanager
def never():
    if os.environ.get("NEVER"):
        yield


def two():
    with twice():
        pass


def none():
    with never():
        pass


for function in (nested, in_parentheses, chained, stack, early_exit, broken, two, none, lambda: decorated(1)):
    print("--", function.__name__)
    attempt(function)

tracked = Tracker()(lambda: "tracked")
print(tracked(), tracked(), Tracker.count)
out = io.StringIO()
with contextlib.redirect_stdout(out), contextlib.suppress(KeyError):
    print("captured")
    {}["x"]
print(repr(out.getvalue()))
with contextlib.redirect_stderr(io.StringIO()) as err:
    sys.stderr.write("to err")
print(err.getvalue(), contextlib.nullcontext(5).__enter__())
with contextlib.closing(io.StringIO("z")) as handle:
    print(handle.read())
print(handle.closed)
os.mkdir("d")
with contextlib.chdir("d"):
    print(os.path.basename(os.getcwd()))
print(os.path.basename(os.getcwd()) != "d")
with contextlib.suppress(ValueError, TypeError):
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
try:
    with contextlib.suppress(ValueError):
        raise ExceptionGroup("g", [ValueError(1), OSError(2)])
except* OSError as group:
    print(repr(group))
cm = section("manual")
print(cm.__enter__(), cm.__exit__(None, None, None))
attempt(lambda: cm.__enter__())
