"""Coroutines and async generators driven by hand, without an event loop."""
import inspect
import types


class Suspend:
    """Awaitable that yields a request to whoever drives the coroutine."""

    def __init__(self, request):
        self.request = request

    def __await__(self):
        return (yield self.request)


@types.coroutine
def legacy(n):
    got = yield ("legacy", n)
    return got * 2


def drive(coro, answers):
    """Runs `coro`, answering its requests from a dict; returns log and result."""
    log, value = [], None
    try:
        while True:
            request = coro.send(value)
            log.append(request)
            value = answers.get(request, 0)
            if isinstance(value, Exception):
                log.append(coro.throw(value))
                value = None
    except StopIteration as stop:
        return log, stop.value


async def ask(*questions):
    total = 0
    for question in questions:
        try:
            total += await Suspend(question)
        except KeyError as error:
            total += 1000
            await Suspend(("recovered", error.args))
    return total


async def nested():
    first = await ask("a", "b")
    second = await legacy(first)
    return first, second, await ask()


class Stream:
    def __init__(self, items):
        self.items = iter(items)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            item = next(self.items)
        except StopIteration:
            raise StopAsyncIteration from None
        return item + await Suspend("tick")


class Manager:
    async def __aenter__(self):
        await Suspend("enter")
        return self

    async def __aexit__(self, kind, value, tb):
        await Suspend(("exit", kind and kind.__name__))
        return kind is ValueError


async def gen(n):
    try:
        for i in range(n):
            got = yield i
            if got is not None:
                await Suspend(("got", got))
    except GeneratorExit:
        await Suspend("closing")
        raise
    finally:
        await Suspend("finally")


async def loops():
    out = [item async for item in Stream([10, 20])]
    out += [x async for x in gen(3) if x != 1]
    pairs = {k: [v async for v in gen(k)] async for k in gen(3)}
    async for item in Stream([1]):
        out.append(item)
    else:
        out.append("else")
    async with Manager(), Manager() as inner:
        out.append(type(inner).__name__)
        raise ValueError("swallowed by the inner one")
    squares = (x * x async for x in gen(4))
    return out, pairs, [s async for s in squares]


async def protocol():
    agen = gen(5)
    out = [await anext(agen), await agen.asend(None), await agen.asend("message")]
    try:
        await agen.athrow(RuntimeError("thrown in"))
    except RuntimeError as error:
        out.append(str(error))
    out.append(await anext(agen, "exhausted"))
    other = gen(5)
    out.append(await other.__anext__())
    await other.aclose()
    try:
        await other.__anext__()
    except StopAsyncIteration:
        out.append("closed")
    return out


def attempt(action):
    try:
        print(action())
    except BaseException as error:
        print(f"{type(error).__name__}: {error}")


print(drive(ask("x", "y"), {"x": 4, "y": 5}))
print(drive(ask("x", "y"), {"x": KeyError("lost"), "y": 1}))
print(drive(nested(), {"a": 1, "b": 2, ("legacy", 3): 21}))
print(drive(loops(), {"tick": 100}))
print(drive(protocol(), {}))

coro = ask("q")
print(inspect.getcoroutinestate(coro), inspect.iscoroutine(coro), inspect.iscoroutinefunction(ask), inspect.isasyncgenfunction(gen))
coro.send(None)
print(inspect.getcoroutinestate(coro), coro.cr_frame.f_lineno - ask.__code__.co_firstlineno, type(coro.cr_await).__name__, coro.__name__)
coro.close()
print(inspect.getcoroutinestate(coro), coro.cr_frame)
attempt(lambda: coro.send(None))
fresh = ask()
attempt(lambda: fresh.send(1))
fresh.close()
attempt(lambda: [x for x in gen(1)])
attempt(lambda: drive((lambda: (yield))(), {}))


async def bad_await():
    await 5


async def bad_for():
    async for x in [1]:
        pass


async def bad_with():
    async with open:
        pass


async def returns_early():
    return [x async for x in Stream(["text"])]


for bad in (bad_await, bad_for, bad_with, returns_early):
    attempt(lambda: drive(bad(), {"tick": 1}))


async def stop_inside():
    raise StopIteration("inside")


attempt(lambda: drive(stop_inside(), {}))
attempt(lambda: drive(nested(), {"a": ValueError("through")}))
attempt(lambda: compile("async def f():\n  yield 1\n  return 2", "<s>", "exec"))
attempt(lambda: compile("def f():\n  await x", "<s>", "exec"))
attempt(lambda: compile("async def f():\n  yield from x", "<s>", "exec"))
