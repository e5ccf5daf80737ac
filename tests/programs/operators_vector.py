"""Operator overloading: vectors, polynomials, a lazy expression type, reflected and in-place operators."""
import math
import operator
from functools import total_ordering


class Vector:
    __slots__ = ("parts",)
    __match_args__ = ("parts",)

    def __init__(self, *parts):
        self.parts = tuple(parts)

    def __repr__(self):
        return f"Vector({', '.join(map(repr, self.parts))})"

    def __add__(self, other):
        if not isinstance(other, Vector) or len(other) != len(self):
            return NotImplemented
        return Vector(*map(operator.add, self.parts, other.parts))

    def __mul__(self, k):
        return Vector(*(p * k for p in self.parts)) if isinstance(k, (int, float)) else NotImplemented

    __rmul__ = __mul__

    def __matmul__(self, other):
        return sum(map(operator.mul, self.parts, other.parts))

    def __neg__(self): return self * -1
    def __pos__(self): return self
    def __abs__(self): return math.sqrt(self @ self)
    def __bool__(self): return any(self.parts)
    def __len__(self): return len(self.parts)
    def __iter__(self): return iter(self.parts)
    def __contains__(self, x): return x in self.parts
    def __eq__(self, other): return isinstance(other, Vector) and self.parts == other.parts
    def __hash__(self): return hash(self.parts)
    def __round__(self, n=None): return Vector(*(round(p, n) for p in self.parts))
    def __getitem__(self, i): return Vector(*self.parts[i]) if isinstance(i, slice) else self.parts[i]
    def __format__(self, spec): return "<" + " ".join(format(p, spec) for p in self.parts) + ">"
    def __complex__(self): return complex(*self.parts)
    def __reversed__(self): return Vector(*self.parts[::-1])


class Poly:
    def __init__(self, *coefficients):
        self.c = list(coefficients)
        while len(self.c) > 1 and self.c[-1] == 0:
            self.c.pop()

    def __call__(self, x):
        result = 0
        for c in reversed(self.c):
            result = result * x + c
        return result

    def __add__(self, other):
        other = other if isinstance(other, Poly) else Poly(other)
        n = max(len(self.c), len(other.c))
        return Poly(*(a + b for a, b in zip(self.c + [0] * (n - len(self.c)), other.c + [0] * (n - len(other.c)))))

    __radd__ = __add__

    def __sub__(self, other): return self + (-1) * (other if isinstance(other, Poly) else Poly(other))
    def __rsub__(self, other): return other + (-1) * self

    def __mul__(self, other):
        other = other if isinstance(other, Poly) else Poly(other)
        out = [0] * (len(self.c) + len(other.c) - 1)
        for i, a in enumerate(self.c):
            for j, b in enumerate(other.c):
                out[i + j] += a * b
        return Poly(*out)

    __rmul__ = __mul__

    def __pow__(self, n, mod=None):
        result = Poly(1)
        for _ in range(n):
            result *= self
        return Poly(*(c % mod for c in result.c)) if mod else result

    def __divmod__(self, other):
        rest, quotient = self.c[:], [0] * max(1, len(self.c) - len(other.c) + 1)
        while len(rest) >= len(other.c) and any(rest):
            k, d = rest[-1] // other.c[-1], len(rest) - len(other.c)
            quotient[d] = k
            for i, c in enumerate(other.c):
                rest[i + d] -= k * c
            rest.pop()
        return Poly(*quotient), Poly(*(rest or [0]))

    def __floordiv__(self, other): return divmod(self, other)[0]
    def __mod__(self, other): return divmod(self, other)[1]
    def __eq__(self, other): return self.c == (other if isinstance(other, Poly) else Poly(other)).c

    def __str__(self):
        names = ["", "x"] + [f"x^{i}" for i in range(2, 20)]
        return " + ".join(f"{c}{names[i]}" for i, c in enumerate(self.c) if c) or "0"


class Expr:
    """Records what is done to it."""

    def __init__(self, text): self.text = text
    def __repr__(self): return self.text
    def __getattr__(self, name): return Expr(f"{self.text}.{name}") if not name.startswith("__") else object.__getattribute__(self, name)
    def __call__(self, *a, **k): return Expr(f"{self.text}({', '.join([*map(repr, a), *(f'{n}={v!r}' for n, v in k.items())])})")
    def __getitem__(self, i): return Expr(f"{self.text}[{i!r}]")


for name, sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^", "matmul": "@"}.items():
    setattr(Expr, f"__{name}__", lambda self, other, sign=sign: Expr(f"({self} {sign} {other!r})"))
    setattr(Expr, f"__r{name}__", lambda self, other, sign=sign: Expr(f"({other!r} {sign} {self})"))
    setattr(Expr, f"__i{name}__", lambda self, other, sign=sign: Expr(f"[{self} {sign}= {other!r}]"))
for name, sign in {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}.items():
    setattr(Expr, f"__{name}__", lambda self, other, sign=sign: Expr(f"({self} {sign} {other!r})"))
for name, sign in {"neg": "-", "pos": "+", "invert": "~"}.items():
    setattr(Expr, f"__{name}__", lambda self, sign=sign: Expr(sign + self.text))


@total_ordering
class Version:
    def __init__(self, text): self.key = tuple(map(int, text.split(".")))
    def __eq__(self, other): return self.key == other.key
    def __lt__(self, other): return self.key < other.key
    def __index__(self): return self.key[0]


v, w = Vector(3, 4), Vector(1, 2.5)
print(v + w, v * 2, 0.5 * v, v @ w, -v, abs(v), bool(Vector(0, 0)), len(v), list(w), 4 in v, v == Vector(3, 4), hash(v) == hash((3, 4)), round(w), v[0], v[::-1], f"{w:.2f}", complex(v), reversed(v), sum([v, w], Vector(0, 0)))
p, q = Poly(1, 2, 3), Poly(-1, 1)
print(p, "|", p + q, "|", 5 + p, "|", p - q, "|", 1 - p, "|", p * q, "|", 2 * q, "|", q**5, "|", pow(q, 3, 2), "|", p(2), "|", *divmod(p * q + 7, q), p * q // p == q, p % q)
x, y = Expr("x"), Expr("y")
print(x + 1, 2 - y, -(x * y) ** 2 // ~y, x @ [1], (1 << x) | y & 3 ^ x, x.attr.more(1, k=y)["k", 1:2], x < y, 3 >= x, x != "s", +x)
z = x
z += 1
z **= y
print(z, x)
print(sorted(map(Version, ["1.10", "1.9", "0.1.2"]))[0].key, Version("2.0") >= Version("1.99"), [10, 20, 30][Version("1.5")], "ab" * Version("3.0"), hex(Version("255.1")))
for bad in (lambda: v + 1, lambda: 1 + v, lambda: v * v, lambda: v < w, lambda: v @ 3, lambda: ~v, lambda: v(), lambda: v - w, lambda: "a" + 1, lambda: [] + (), lambda: {} | [], lambda: 1 @ 2, lambda: -"x", lambda: None[0], lambda: 3 in 4, lambda: v.__setitem__(0, 1), lambda: operator.iadd(v, 2), lambda: len(3), lambda: divmod("a", 1), lambda: pow(2, "x"), lambda: {v: 1}[w], lambda: hash(p), lambda: iter(3), lambda: 1 < "a", lambda: complex("x")):
    try:
        print(bad())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
