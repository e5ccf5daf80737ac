type A = int
type B[T, *Ts, **P] = dict[T, tuple[*Ts]]


def f[T: int, U: (int, str) = int](a: T, b: U = 1) -> list[T]:
    x: T = a
    return x


class C[T = int](Base[T], metaclass=M):
    x: T
    type Alias[U] = C[T]
    def m[V](self, v: V) -> T: return v


class D:
    type X = Y
    def g[T](self): return __class__
