def plain(a, /, b, c=1, *args, d, e=2, **kw):
    """Doc."""
    return a, b, c, args, d, e, kw


@decorator
@other(1, x=2)
def decorated(a: int, b: "str" = 1) -> None:
    f(a, *b, c=1, **a)
    f(*a)
    f(**a)
    a.m(1, x=2)
    a.m(*b)
    super().m(a)
    return super(A, a).x


def closures(a):
    b = a
    def inner(c):
        nonlocal b
        b += c
        global g
        g = b
        def innermost():
            return a, b, c, g
        return innermost
    return inner, lambda x, *y, z=a: (x, y, z, b)


def generator(a):
    x = yield
    y = yield a
    z = yield from x
    return (yield), y, z


def many_locals():
    a0=a1=a2=a3=a4=a5=a6=a7=a8=a9=b0=b1=b2=b3=b4=b5=b6=b7 = 1
    b6 = b7; b7 = b6
    return a0 + b7, b5 + b6, a1 + a2


def deleted(x):
    if x:
        y = 1
    del x
    try:
        return x
    except NameError:
        return y


lambda: (yield)
def empty(): pass
def doc_only(): "doc"
