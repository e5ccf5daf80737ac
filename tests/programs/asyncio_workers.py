"""Queues, locks, events, cancellation, exception groups and async generators, with no sockets."""
import asyncio
from contextlib import asynccontextmanager


async def producer(queue, items):
    for item in items:
        await queue.put(item)
        await asyncio.sleep(0)
    for _ in range(3):
        await queue.put(None)


async def worker(name, queue, results, lock):
    while (item := await queue.get()) is not None:
        async with lock:
            results.append(item * item)
        queue.task_done()
        await asyncio.sleep(0)
    queue.task_done()
    return name


async def ticker(limit):
    try:
        for i in range(limit):
            yield i
            await asyncio.sleep(0)
    finally:
        print("ticker closed")


@asynccontextmanager
async def resource(name, log):
    log.append(f"open {name}")
    try:
        yield name.upper()
    except RuntimeError as error:
        log.append(f"swallowed {error}")
    finally:
        log.append(f"close {name}")


async def pipelines():
    queue, results, lock = asyncio.Queue(maxsize=2), [], asyncio.Lock()
    workers = [asyncio.create_task(worker(f"w{i}", queue, results, lock)) for i in range(3)]
    await producer(queue, range(10))
    print(sorted(await asyncio.gather(*workers)), sorted(results))
    await queue.join()

    print([i async for i in ticker(4) if i % 2])
    agen = ticker(10)
    print(await anext(agen), await anext(agen))
    await agen.aclose()
    print(await anext(agen, "default"))

    log = []
    async with resource("a", log) as a, resource("b", log) as b:
        log.append(a + b)
        raise RuntimeError("inside")
    print(log)


async def failing(after, error):
    await asyncio.sleep(after)
    raise error


async def cancellation():
    async def stubborn():
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            print("asked to stop")
            raise
        finally:
            print("cleaned up")

    task = asyncio.create_task(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    task.cancel("enough")
    try:
        await task
    except asyncio.CancelledError as error:
        print("cancelled", error.args, task.cancelled(), task.get_name())

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing(0, ValueError("v")))
            group.create_task(failing(0, KeyError("k")))
            group.create_task(stubborn())
    except* ValueError as group:
        print("values", group.exceptions)
    except* KeyError as group:
        print("keys", group.exceptions)

    results = await asyncio.gather(failing(0, OSError(2, "none")), asyncio.sleep(0, "fine"), return_exceptions=True)
    print(results)
    done, pending = await asyncio.wait(
        [asyncio.create_task(asyncio.sleep(0.01, "quick")), asyncio.create_task(asyncio.sleep(30))],
        return_when=asyncio.FIRST_COMPLETED)
    print([task.result() for task in done], len(pending))
    for task in pending:
        task.cancel()


async def primitives():
    event, barrier, order = asyncio.Event(), asyncio.Barrier(3), []

    async def waiter(i):
        await event.wait()
        order.append(i)
        return await barrier.wait()

    tasks = [asyncio.create_task(waiter(i)) for i in range(3)]
    await asyncio.sleep(0)
    event.set()
    print(sorted(await asyncio.gather(*tasks)), order)
    semaphore, peak, now = asyncio.Semaphore(2), 0, 0

    async def limited():
        nonlocal peak, now
        async with semaphore:
            now += 1
            peak = max(peak, now)
            await asyncio.sleep(0)
            now -= 1

    await asyncio.gather(*(limited() for _ in range(8)))
    condition, seen = asyncio.Condition(), []

    async def consumer():
        async with condition:
            await condition.wait_for(lambda: len(seen) >= 2)
            return list(seen)

    task = asyncio.create_task(consumer())
    for value in "ab":
        await asyncio.sleep(0)
        async with condition:
            seen.append(value)
            condition.notify_all()
    print(peak, await task)
    print(await asyncio.to_thread(sum, range(101)))
    loop = asyncio.get_running_loop()
    future, calls = loop.create_future(), []
    loop.call_soon(calls.append, 1)
    loop.call_later(0.01, future.set_result, "later")
    print(await future, calls)


for part in (pipelines, cancellation, primitives):
    with asyncio.Runner() as runner:
        runner.run(part())
