"""Exception groups, except*, chaining, notes, finally flow, custom exceptions, warnings and tracebacks as data."""
import errno
import sys
import traceback
import warnings


def attempt(action):
    try:
        print("->", action())
    except BaseException as error:
        print("->", f"{type(error).__name__}: {error}")


def tree(error, indent=0):
    print(" " * indent + f"{type(error).__name__}({error.args[0] if error.args else ''!r})")
    for child in getattr(error, "exceptions", ()):
        tree(child, indent + 2)


class Tagged(ExceptionGroup):
    def __new__(cls, message, errors, tag="none"):
        self = super().__new__(cls, message, errors)
        self.tag = tag
        return self

    def derive(self, errors):
        return Tagged(self.message, errors, self.tag)


def split():
    group = Tagged("outer", [ValueError(1), ExceptionGroup("inner", [TypeError(2), OSError(3), ValueError(4)]), KeyError(5)], "t")
    match, rest = group.split(ValueError)
    tree(match); tree(rest)
    print(match.tag, rest.tag, type(rest.exceptions[0]).__name__, group.subgroup(lambda e: e.args[0] in (2, 5)).exceptions, group.subgroup(AttributeError))
    print(repr(group), str(group), group.message, len(group.exceptions))
    attempt(lambda: ExceptionGroup("x", []))
    attempt(lambda: ExceptionGroup("x", [KeyboardInterrupt()]))
    attempt(lambda: ExceptionGroup("x", ["no"]))
    attempt(lambda: ExceptionGroup(5, [ValueError()]))
    print(type(BaseExceptionGroup("x", [ValueError()])).__name__, type(BaseExceptionGroup("x", [SystemExit()])).__name__)


def handle(errors):
    log = []
    try:
        try:
            raise errors
        except* ValueError as g:
            log.append(("value", [e.args for e in g.exceptions], sys.exception() is g))
        except* (TypeError, OSError) as g:
            log.append(("type or os", len(g.exceptions)))
            raise RuntimeError("from handler")
        except* KeyError:
            log.append("key")
            raise
        else:
            log.append("else")
        finally:
            log.append("finally")
    except BaseException as error:
        print(log)
        tree(error)
        print(error.__context__ is not None, error.__cause__)
    else:
        print(log, "nothing left")


def flow():
    def returns(n):
        for i in range(n):
            try:
                if i == 1:
                    continue
                if i == 3:
                    return "early"
                print("body", i)
            except ZeroDivisionError:
                return "never"
            else:
                print("else", i)
            finally:
                print("finally", i)
        else:
            return "loop ended"

    print(returns(2), returns(9))

    def swallow():
        while True:
            try:
                1 / 0
            finally:
                break
        return "broke out"

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print(swallow())
    try:
        try:
            raise KeyError("a")
        finally:
            try:
                raise TypeError("b")
            except TypeError as e:
                print(repr(e.__context__))
    except KeyError as e:
        print(repr(e), e.__context__)

    def reraise():
        try:
            raise ValueError("first")
        except ValueError as e:
            try:
                raise OSError("second") from e
            except OSError as f:
                f.__cause__ = None
                f.__suppress_context__ = False
                raise

    try:
        reraise()
    except OSError as e:
        print(repr(e), repr(e.__cause__), repr(e.__context__), [fr.name for fr in traceback.extract_tb(e.__traceback__)])
    attempt(lambda: (_ for _ in ()).throw(LookupError("thrown")))

    def bare():
        raise

    attempt(bare)
    attempt(lambda: exec("raise 5"))
    attempt(lambda: exec("raise ValueError from 5"))
    attempt(lambda: exec("try:\n 1/0\nexcept 5: pass"))
    attempt(lambda: exec("try:\n 1/0\nexcept* ExceptionGroup: pass"))
    attempt(lambda: exec("raise type('E', (Exception,), {'__new__': lambda c: 3})"))
    attempt(lambda: exec("try:\n 1/0\nexcept int, ValueError: pass"))


def attributes():
    for error in (OSError(errno.ENOENT, "gone", "f.txt"), OSError(errno.EEXIST, "there", "a", None, "b"), OSError("only text"), KeyError("k"), KeyError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), SystemExit(3), StopIteration(7), ImportError("m", name="n", path="p"), AttributeError("a", name="x", obj=1), NameError("n", name="z"), SyntaxError("s", ("f.py", 2, 3, "text", 2, 5))):
        print(type(error).__name__, repr(error), "|", str(error), "|", error.args, {k: getattr(error, k) for k in ("errno", "filename", "filename2", "code", "value", "name", "obj", "lineno", "end_offset") if hasattr(error, k)})
    e = ValueError("noted")
    e.add_note("n1"); e.add_note("n2")
    print(e.__notes__, traceback.format_exception_only(e))
    attempt(lambda: e.add_note(5))
    e.__cause__ = KeyError("c")
    print(e.__suppress_context__, e.with_traceback(None) is e)
    attempt(lambda: setattr(e, "__cause__", 5))
    attempt(lambda: setattr(e, "__traceback__", 5))
    hierarchy = lambda c, d=0: print("  " * d + c.__name__) or [hierarchy(s, d + 1) for s in sorted(c.__subclasses__(), key=lambda s: s.__name__) if s.__module__ == "builtins"] and None
    hierarchy(BaseException)


def warned():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.warn("one")
        warnings.warn("two", DeprecationWarning)
        compile("x is 'lit'", "<w>", "exec")
        compile("assert (1, 2)", "<w>", "exec")
        compile("'\\d'", "<w>", "exec")
        compile("def f():\n try: pass\n finally: return 1", "<w>", "exec")
    print([(w.category.__name__, str(w.message), w.lineno > 0) for w in seen])
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="stop")
        warnings.filterwarnings("ignore", category=UserWarning, append=True)
        attempt(lambda: warnings.warn("stop here", RuntimeWarning))
        attempt(lambda: warnings.warn("ignored"))


split()
for group in (ExceptionGroup("g", [ValueError(1), ValueError(2)]), ExceptionGroup("g", [ValueError(1), TypeError(2), KeyError(3), ArithmeticError(4)]), ValueError("bare"), KeyError("bare key"), ExceptionGroup("g", [ExceptionGroup("h", [OSError(1)])]), KeyboardInterrupt()):
    handle(group)
flow()
attributes()
warned()
