# Frames far below the running one while the collector works: what they refer to must live, also when it was
# put there late: by a return, an exception, a generator, a frame object, or f_locals.
import sys

sys.setrecursionlimit(6000)


def churn(n):
    return sum(len([i, (i, i + 1)]) for i in range(n))


def down(depth, make):
    mine = [depth, (depth,)]
    below = make(depth) if depth == 0 else down(depth - 1, make)
    return [below[0] + mine[0], (below, mine[1][0])]


result = down(3000, lambda depth: [churn(3000), None])
print(result[0])
count = 0
while result[1] is not None:
    result = result[1][0]
    count += 1
print(count)


# Up and down between different depths.
def zigzag(depth, plan):
    local = {"depth": depth, "text": str(depth) * 3}
    total = 0
    while plan and plan[-1] > depth:
        total += zigzag(depth + 1, plan)
    if plan and plan[-1] == depth:
        plan.pop()
        total += churn(200)
    assert local["text"] == str(local["depth"]) * 3
    return total + len(local["text"])


print(zigzag(0, [10, 900, 300, 870, 20, 600, 599, 640, 2, 1000, 999]))


# f_locals of a frame far below, written while collections run.
def writer(depth, target):
    if depth:
        return writer(depth - 1, target)
    frame = sys._getframe(target)
    assert frame.f_code.co_name == "holder", frame.f_code.co_name
    for i in range(200):
        frame.f_locals["value"] = ["fresh", i]
        churn(300)
    return frame


def holder(depth):
    value = None
    extra = [depth]
    frame = writer(depth, depth + 1)
    return value, extra, frame.f_lineno > 0


print(holder(500))


# Exceptions and tracebacks through many frames.
def failing(depth):
    keep = (depth, [depth])
    try:
        if depth == 0:
            churn(2000)
            raise ValueError(["payload", depth])
        failing(depth - 1)
    finally:
        if depth % 50 == 0:
            churn(300)
        assert keep == (depth, [depth])


try:
    failing(700)
except ValueError as error:
    churn(2000)
    tb, n = error.__traceback__, 0
    while tb:
        if tb.tb_frame.f_code.co_name == "failing":
            assert tb.tb_frame.f_locals["keep"][1] == [700 - n]
            n += 1
        tb = tb.tb_next
    print(n, error.args)


# Generators that delegate to generators.
def nested(depth):
    mine = [depth]
    if depth == 0:
        for i in range(20):
            churn(300)
            got = yield ["item", i]
            assert got is None or got == ["sent", i], got
    else:
        yield from nested(depth - 1)
    assert mine == [depth]


print(len(list(nested(400))))
walk = nested(300)
item = next(walk)
try:
    while True:
        item = walk.send(["sent", item[1]])
except StopIteration:
    print(item)


# Native code between the frames: sorting with a key that recurses.
class Key:
    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        churn(20)
        return self.number < other.number


def sorting(depth):
    data = [Key(i * 7919 % 31) for i in range(31)]
    if depth:
        sorting(depth - 1)
    data.sort()
    return [key.number for key in data] == list(range(31))


print(sorting(60))


class Init:
    def __init__(self, depth):
        self.child = Init(depth - 1) if depth else churn(2000)


node, n = Init(800), 0
while isinstance(node, Init):
    node, n = node.child, n + 1
print(n, node)
