# Generators, delegation, coroutines, asynchronous generators.
def count(n):
    i = 0
    while i < n:
        received = yield [i]
        if received is not None:
            i = received
        i += 1
    return "end"


def chain(n):
    result = yield from count(n)
    yield result
    return [result]


assert [v for v in chain(3)] == [[0], [1], [2], "end"]
g = count(10)
assert next(g) == [0] and g.send(5) == [6] and next(g) == [7]
g.close()
assert next(g, "done") == "done"


def careful():
    while True:
        try:
            yield 1
        except ValueError as error:
            yield ("caught", error.args)
        finally:
            log.append("finally")


log = []
g = careful()
next(g)
assert g.throw(ValueError("x")) == ("caught", ("x",))
g.close()
assert log == ["finally"]


def delegating():
    try:
        yield from careful()
    except KeyError:
        yield "key"


log = []
g = delegating()
next(g)
assert g.throw(ValueError) == ("caught", ())
assert next(g) == 1
assert g.throw(KeyError) == "key"


def stops():
    yield 1
    raise StopIteration


g = stops()
next(g)
try:
    next(g)
    assert False
except RuntimeError as error:
    assert error.args == ("generator raised StopIteration",)
    assert isinstance(error.__cause__, StopIteration)


def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)


assert len([x for x in tree(7)]) == 127


class Awaitable:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return (self.value, got)


async def worker(n):
    total = []
    for i in [1, 2, 3]:
        total.append(await Awaitable(i * n))
    return total


async def main():
    async with Manager() as m:
        pass
    return [await worker(1), await worker(2), m]


class Manager:
    async def __aenter__(self):
        await Awaitable("enter")
        return "manager"

    async def __aexit__(self, *args):
        await Awaitable("exit")


def drive(coroutine):
    seen = []
    try:
        while True:
            seen.append(coroutine.send(None))
    except StopIteration as stop:
        return seen, stop.value


seen, value = drive(main())
assert seen == ["enter", "exit", 1, 2, 3, 2, 4, 6], seen
assert value == [[(1, None), (2, None), (3, None)], [(2, None), (4, None), (6, None)], "manager"]


async def agen(n):
    try:
        for i in [1, 2, 3]:
            await Awaitable(i)
            yield i * n
    finally:
        closed.append(n)


async def consume():
    out = []
    async for x in agen(10):
        out.append(x)
    out += [y async for y in agen(2) if y != 4]
    a = agen(1)
    out.append(await anext(a))
    await a.aclose()
    return out


closed = []
seen, value = drive(consume())
assert value == [10, 20, 30, 2, 6, 1], value
assert closed == [10, 2, 1]
g = (x * 2 for x in [1, 2, 3])
assert [x for x in g] == [2, 4, 6] and [x for x in g] == []
c = worker(1)
c.close()
try:
    c.send(None)
    assert False
except RuntimeError as error:
    assert error.args == ("cannot reuse already awaited coroutine",)
