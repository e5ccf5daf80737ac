"""N queens, knight's tour, towers of Hanoi, word ladder, coins, knapsack, permutations, magic squares."""
from collections import deque
from functools import cache
from itertools import permutations


def queens(n):
    def place(row, columns, down, up):
        if row == n:
            yield ()
            return
        for c in range(n):
            if not (columns >> c & 1 or down >> (row + c) & 1 or up >> (row - c + n) & 1):
                for rest in place(row + 1, columns | 1 << c, down | 1 << (row + c), up | 1 << (row - c + n)):
                    yield (c, *rest)
    return place(0, 0, 0, 0)


def tour(n, start):
    moves = [(a, b) for a in (-2, -1, 1, 2) for b in (-2, -1, 1, 2) if abs(a) != abs(b)]
    board = {start: 1}

    def free(p):
        return [q for a, b in moves if (q := (p[0] + a, p[1] + b)) not in board and 0 <= q[0] < n and 0 <= q[1] < n]

    here = start
    for step in range(2, n * n + 1):
        options = free(here)
        if not options:
            return None
        here = min(options, key=lambda p: (len(free(p)), p))
        board[here] = step
    return [[board[r, c] for c in range(n)] for r in range(n)]


def hanoi(n, a="A", b="B", c="C"):
    if n:
        yield from hanoi(n - 1, a, c, b)
        yield a + c
        yield from hanoi(n - 1, b, a, c)


def ladder(start, goal, words):
    queue, seen = deque([(start,)]), {start}
    while queue:
        path = queue.popleft()
        if path[-1] == goal:
            return path
        for word in words:
            if word not in seen and sum(x != y for x, y in zip(word, path[-1])) == 1:
                seen.add(word)
                queue.append((*path, word))


@cache
def change(amount, coins):
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    return change(amount - coins[0], coins) + change(amount, coins[1:])


def fewest(amount, coins):
    best = [0] + [None] * amount
    for a in range(1, amount + 1):
        options = [best[a - c] for c in coins if c <= a and best[a - c] is not None]
        best[a] = min(options) + 1 if options else None
    return best[amount]


def knapsack(items, capacity):
    table = [(0, ())] * (capacity + 1)
    for name, weight, value in items:
        for w in range(capacity, weight - 1, -1):
            table[w] = max(table[w], (table[w - weight][0] + value, table[w - weight][1] + (name,)))
    return table[capacity]


def magic(n):
    square = [[0] * n for _ in range(n)]
    r, c = 0, n // 2
    for k in range(1, n * n + 1):
        square[r][c] = k
        up, right = (r - 1) % n, (c + 1) % n
        r, c = ((r + 1) % n, c) if square[up][right] else (up, right)
    return square


def send_more():
    for s, e, n, d, m, o, r, y in fast_send():
        return f"{s}{e}{n}{d} + {m}{o}{r}{e} = {m}{o}{n}{e}{y}"


def fast_send():
    m = 1
    for s in (8, 9):
        for e, n, d, o, r, y in permutations([x for x in range(10) if x not in (m, s)], 6):
            if n != e + 1 or o > 1:
                continue
            if 1000 * s + 91 * e - 90 * n + d - 9000 * m - 900 * o + 10 * r - y == 0:
                yield s, e, n, d, m, o, r, y


def lcs(a, b):
    rows = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            rows[i + 1][j + 1] = rows[i][j] + x if x == y else max(rows[i][j + 1], rows[i + 1][j], key=len)
    return rows[-1][-1]


def partitions(n, most=None):
    if n == 0:
        yield []
    for k in range(min(n, most or n), 0, -1):
        for rest in partitions(n - k, k):
            yield [k, *rest]


print([sum(1 for _ in queens(n)) for n in range(1, 8)], next(queens(8)))
for row in next(queens(6)):
    print("." * row + "Q" + "." * (5 - row))
for row in tour(6, (0, 0)):
    print(*(f"{n:2}" for n in row))
moves = list(hanoi(7))
print(len(moves), " ".join(moves[:12]))
print(ladder("cold", "warm", "cold cord card ward warm word worm corm wood cool".split()), ladder("aa", "bb", ["aa", "bb"]))
print(change(200, (200, 100, 50, 20, 10, 5, 2, 1)), change.cache_info().currsize > 500, fewest(63, (1, 5, 10, 21, 25)), fewest(3, (2,)))
print(knapsack([("map", 9, 150), ("compass", 13, 35), ("water", 50, 160), ("tent", 40, 150), ("glucose", 15, 60), ("tin", 68, 45)], 100))
print(*magic(5), sum(magic(7)[3]), sep="\n")
print(send_more())
print(lcs("the quick brown fox jumps", "that quiet crown for lumps"), len(list(partitions(20))), list(partitions(5)))


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


print(max((collatz(n), n) for n in range(1, 5000)))


@cache
def ackermann(m, n):
    return n + 1 if m == 0 else ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


print([[ackermann(m, n) for n in range(5)] for m in range(4)])
