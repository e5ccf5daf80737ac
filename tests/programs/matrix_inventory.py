"""Matrices with exact fractions and floats; then an inventory report out of a text database with undo."""
import copy
import csv
import functools
import io
import itertools
import operator
from fractions import Fraction as F
from math import prod


class Matrix:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("rows of different length")

    @classmethod
    def identity(cls, n, one=1):
        return cls([[one if i == j else 0 * one for j in range(n)] for i in range(n)])

    shape = property(lambda self: (len(self.rows), len(self.rows[0]) if self.rows else 0))
    T = property(lambda self: Matrix(zip(*self.rows)))

    def __getitem__(self, key):
        match key:
            case (int(i), int(j)):
                return self.rows[i][j]
            case (slice() as i, slice() as j):
                return Matrix(row[j] for row in self.rows[i])
            case int(i):
                return self.rows[i]
        raise TypeError(f"bad index {key!r}")

    def __eq__(self, other): return self.rows == other.rows
    def __add__(self, other): return Matrix([map(operator.add, a, b) for a, b in zip(self.rows, other.rows, strict=True)])
    def __mul__(self, k): return Matrix([[x * k for x in row] for row in self.rows])

    def __matmul__(self, other):
        if self.shape[1] != other.shape[0]:
            raise ValueError(f"cannot multiply {self.shape} by {other.shape}")
        columns = list(zip(*other.rows))
        return Matrix([[sum(map(operator.mul, row, column)) for column in columns] for row in self.rows])

    def __pow__(self, n):
        result, base = Matrix.identity(len(self.rows)), self
        while n:
            if n & 1:
                result @= base
            base, n = base @ base, n >> 1
        return result

    def reduced(self):
        m, pivots, r = copy.deepcopy(self.rows), [], 0
        for c in range(self.shape[1]):
            pivot = max(range(r, len(m)), key=lambda i: abs(m[i][c]), default=None) if r < len(m) else None
            if pivot is None or not m[pivot][c]:
                continue
            m[r], m[pivot] = m[pivot], m[r]
            m[r] = [x / m[r][c] for x in m[r]]
            for i in range(len(m)):
                if i != r:
                    m[i] = [x - m[i][c] * y for x, y in zip(m[i], m[r])]
            pivots.append(c)
            r += 1
        return Matrix(m), pivots

    def inverse(self):
        n = len(self.rows)
        wide = Matrix([row + unit for row, unit in zip(self.rows, Matrix.identity(n, F(1)).rows)])
        done, pivots = wide.reduced()
        if pivots[:n] != list(range(n)):
            raise ZeroDivisionError("singular matrix")
        return Matrix(row[n:] for row in done.rows)

    def det(self):
        n = len(self.rows)
        def sign(p): return (-1) ** sum(p[i] > p[j] for i in range(n) for j in range(i + 1, n))
        return sum(sign(p) * prod(self.rows[i][p[i]] for i in range(n)) for p in itertools.permutations(range(n)))

    def __str__(self):
        texts = [[str(x) for x in row] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(*texts)]
        return "\n".join("[" + "  ".join(t.rjust(w) for t, w in zip(row, widths)) + "]" for row in texts)


a = Matrix([[F(2), 1, -1], [F(-3), -1, 2], [F(-2), 1, 2]])
print(a, a.inverse(), a @ a.inverse() == Matrix.identity(3), a.det(), a.T[0], a[0:2, 1:], sep="\n")
print((Matrix([[1, 1], [1, 0]]) ** 90)[0, 1], Matrix([[F(1), 2, 3], [F(4), 5, 6], [F(7), 8, 9]]).reduced()[1])
hilbert = Matrix([[F(1, i + j + 1) for j in range(5)] for i in range(5)])
print(hilbert.inverse(), hilbert.det(), (a + a * F(1, 2))[2], sep="\n")
angle = functools.reduce(operator.matmul, [Matrix([[0.8, -0.6], [0.6, 0.8]])] * 7)
print([[round(x, 10) for x in row] for row in angle.rows])
for bad in (lambda: Matrix([[1], [1, 2]]), lambda: a @ Matrix([[1]]), lambda: Matrix([[F(1), 2], [F(2), 4]]).inverse(), lambda: a["x"], lambda: a + Matrix([[1]])):
    try:
        bad()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")

STOCK = """sku;name;location;count;price;supplier
A-1;Bolt M8;R1;1200;0.08;Acme
A-2;Nut M8;R1;900;0.05;Acme
B-7;Lamp "Sun";R2;14;39.90;Lux
B-9;Cable 2,5mm;R3;250;1.15;Lux
C-3;Ladder;Y;3;129;Klimm
"""


class Inventory:
    def __init__(self, text):
        self.rows = {row["sku"]: row | {"count": int(row["count"]), "price": F(row["price"])} for row in csv.DictReader(io.StringIO(text), delimiter=";")}
        self.undo = []

    def change(self, sku, delta):
        row = self.rows[sku]
        if row["count"] + delta < 0:
            raise ValueError(f"only {row['count']} of {row['name']}")
        row["count"] += delta
        self.undo.append(functools.partial(row.__setitem__, "count", row["count"] - delta))

    def rename(self, sku, name):
        row = self.rows[sku]
        self.undo.append(functools.partial(row.update, name=row["name"]))
        row["name"] = name

    def back(self, steps=1):
        for _ in range(min(steps, len(self.undo))):
            self.undo.pop()()

    def report(self, key):
        groups = itertools.groupby(sorted(self.rows.values(), key=operator.itemgetter(key, "sku")), operator.itemgetter(key))
        for name, rows in groups:
            rows = list(rows)
            worth = sum(r["count"] * r["price"] for r in rows)
            print(f"{name:<6}{len(rows):>3} {float(worth):>10,.2f}  " + ", ".join(f"{r['name']} x{r['count']}" for r in rows))
        print(f"{'':-<20}\n{'total':<9} {float(sum(r['count'] * r['price'] for r in self.rows.values())):>10,.2f}")


stock = Inventory(STOCK)
stock.report("supplier")
for sku, delta in [("A-1", -700), ("B-7", -15), ("Z", 1), ("C-3", 2)]:
    try:
        stock.change(sku, delta)
    except (ValueError, KeyError) as error:
        print(type(error).__name__, error)
stock.rename("A-1", "Bolt M8x40")
stock.report("location")
stock.back(2)
stock.report("location")
stock.back(5)
print({sku: row["count"] for sku, row in stock.rows.items()}, len(stock.undo))
low = [sku for sku, row in stock.rows.items() if row["count"] < 20]
out = io.StringIO()
csv.writer(out, quoting=csv.QUOTE_MINIMAL).writerows([r["name"], f"{float(r['price']):.2f}"] for r in stock.rows.values())
print(low, out.getvalue().replace("\r\n", "|"))
