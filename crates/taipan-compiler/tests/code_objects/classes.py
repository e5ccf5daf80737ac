class A(B, metaclass=M, **kw):
    """Doc."""
    x: int = 1
    y: str
    __private = 2

    def method(self):
        return __class__, self.__private, super().method()

    class Inner:
        z = x

    @property
    def p(self): return [self for _ in self.__q]


class C:
    if x:
        a: int
    lambda self: __class__
    b = [a for a in b if a]


def outer(x):
    class Local(x):
        y = x
        def f(self): return x, y
    return Local
