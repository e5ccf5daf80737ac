"""Sudoku by constraint propagation and search, and the same by exact cover."""
from itertools import product

PUZZLES = [
    "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
    "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "85...24..72......9..4.........1.7..23.5...9...4...........8..7..17..........36.4.",
]
DIGITS, ROWS = "123456789", "ABCDEFGHI"
SQUARES = [r + c for r in ROWS for c in DIGITS]
UNITS = ([[r + c for r in ROWS] for c in DIGITS] + [[r + c for c in DIGITS] for r in ROWS]
         + [[r + c for r in rs for c in cs] for rs in ("ABC", "DEF", "GHI") for cs in ("123", "456", "789")])
UNITS_OF = {s: [u for u in UNITS if s in u] for s in SQUARES}
PEERS = {s: set().union(*UNITS_OF[s]) - {s} for s in SQUARES}


class Contradiction(Exception):
    pass


def eliminate(values, square, digit):
    if digit not in values[square]:
        return
    values[square] = values[square].replace(digit, "")
    match values[square]:
        case "":
            raise Contradiction(square)
        case single if len(single) == 1:
            for peer in PEERS[square]:
                eliminate(values, peer, single)
    for unit in UNITS_OF[square]:
        places = [s for s in unit if digit in values[s]]
        if not places:
            raise Contradiction(digit)
        if len(places) == 1:
            assign(values, places[0], digit)


def assign(values, square, digit):
    for other in values[square].replace(digit, ""):
        eliminate(values, square, other)


class Solver:
    def __init__(self):
        self.nodes = 0

    def search(self, values):
        self.nodes += 1
        if all(len(v) == 1 for v in values.values()):
            return values
        _, square = min((len(v), s) for s, v in values.items() if len(v) > 1)
        for digit in values[square]:
            attempt = dict(values)
            try:
                assign(attempt, square, digit)
                if found := self.search(attempt):
                    return found
            except Contradiction:
                pass
        return None

    def solve(self, text):
        values = dict.fromkeys(SQUARES, DIGITS)
        for square, char in zip(SQUARES, text, strict=True):
            if char in DIGITS:
                assign(values, square, char)
        return self.search(values)


def exact_cover(columns, rows):
    """Algorithm X on dicts of sets."""
    if not columns:
        yield []
        return
    column = min(columns, key=lambda c: (len(columns[c]), c))
    for row in sorted(columns[column]):
        removed = []
        for j in rows[row]:
            for i in columns[j]:
                for k in rows[i]:
                    if k != j:
                        columns[k].discard(i)
            removed.append(columns.pop(j))
        for rest in exact_cover(columns, rows):
            yield [row, *rest]
        for j in reversed(rows[row]):
            columns[j] = removed.pop()
            for i in columns[j]:
                for k in rows[i]:
                    if k != j:
                        columns[k].add(i)


def queens_by_cover(n):
    rows = {(r, c): [("r", r), ("c", c)] for r, c in product(range(n), repeat=2)}
    columns = {}
    for row, needs in rows.items():
        for need in needs:
            columns.setdefault(need, set()).add(row)
    good = lambda s: len({a - b for a, b in s}) == len({a + b for a, b in s}) == n
    return sum(good(s) for s in exact_cover(columns, rows))


for puzzle in PUZZLES:
    solver = Solver()
    solution = solver.solve(puzzle)
    text = "".join(solution[s] for s in SQUARES)
    for i in range(0, 81, 9):
        row = text[i:i + 9]
        print(row[:3], row[3:6], row[6:])
    print("nodes", solver.nodes, all(a in (b, ".") for a, b in zip(puzzle, text)), all(len({solution[s] for s in u}) == 9 for u in UNITS))
try:
    print(Solver().solve("55" + "." * 79))
except Contradiction as error:
    print("contradiction", error)
print(queens_by_cover(5), queens_by_cover(6))
rows = {"A": [1, 4, 7], "B": [1, 4], "C": [4, 5, 7], "D": [3, 5, 6], "E": [2, 3, 6, 7], "F": [2, 7]}
print(list(exact_cover({c: {r for r in rows if c in rows[r]} for c in range(1, 8)}, rows)))
