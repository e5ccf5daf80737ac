# try, finally, with, except*, chaining, handled exceptions across frames and generators.
import sys


def cleanup(kind):
    steps = []
    try:
        try:
            if kind == 1:
                raise ValueError(kind)
            if kind == 2:
                return steps + ["return"]
            steps.append("body")
        except ValueError as error:
            steps.append(error.args)
            raise KeyError("again") from error
        else:
            steps.append("else")
        finally:
            steps.append("finally")
    except KeyError as error:
        steps.append((error.__cause__.args, error.__context__ is error.__cause__))
    return steps


assert cleanup(0) == ["body", "else", "finally"]
assert cleanup(1) == [(1,), "finally", ((1,), True)]
assert cleanup(2) == ["return"]


class Manager:
    def __init__(self, swallow):
        self.swallow = swallow
        self.seen = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.seen = (kind, value, traceback is not None)
        return self.swallow


with Manager(True) as m:
    raise ValueError("inside")
assert m.seen[0] is ValueError and m.seen[2]
try:
    with Manager(False) as m:
        raise IndexError("out")
except IndexError as error:
    assert m.seen[1] is error

assert sys.exception() is None
try:
    [][3]
except IndexError as outer:
    def generator():
        assert sys.exception() is outer
        try:
            {}["k"]
        except KeyError as inner:
            assert sys.exception() is inner
            yield 1
            assert sys.exception() is inner
        assert sys.exception() is outer
        yield 2
    g = generator()
    next(g)
    assert sys.exception() is outer
    next(g)
    assert sys.exception() is outer
assert sys.exception() is None

def lines(error):
    result = []
    traceback = error.__traceback__
    while traceback is not None:
        result.append((traceback.tb_frame.f_code.co_name, traceback.tb_lineno - traceback.tb_frame.f_code.co_firstlineno))
        traceback = traceback.tb_next
    return result


def thrower(n):
    if n == 0:
        raise ValueError("deep")
    thrower(n - 1)


def catcher():
    try:
        thrower(2)
    except ValueError as error:
        return lines(error)


assert catcher() == [("catcher", 2), ("thrower", 3), ("thrower", 3), ("thrower", 2)]


def reraising():
    try:
        try:
            thrower(0)
        except ValueError:
            raise
    except ValueError as error:
        return lines(error)


assert reraising() == [("reraising", 3), ("thrower", 2)], reraising()


def unbound(flag):
    if flag:
        value = 1
    del flag
    try:
        return flag
    except UnboundLocalError as error:
        return error.args[0]


assert unbound(True) == "cannot access local variable 'flag' where it is not associated with a value"
try:
    missing
except NameError as error:
    assert error.name == "missing" and error.args[0] == "name 'missing' is not defined"

match {"kind": "point", "at": [1, 2, 3]}:
    case {"kind": "line"}:
        assert False
    case {"kind": "point", "at": [x, *rest], **others} if x == 1:
        assert rest == [2, 3] and others == {}
    case _:
        assert False


class Pair:
    __match_args__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


match Pair(1, Pair(2, 3)):
    case Pair(1, Pair(two, right=three)):
        assert (two, three) == (2, 3)


def unpack(value):
    try:
        a, b = value
    except (ValueError, TypeError) as error:
        return error.args[0]


assert unpack([1]) == "not enough values to unpack (expected 2, got 1)"
assert unpack([1, 2, 3]) == "too many values to unpack (expected 2, got 3)"
assert unpack(5) == "cannot unpack non-iterable int object"
