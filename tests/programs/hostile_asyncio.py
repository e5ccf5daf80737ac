"""asyncio under collections at every turn: tasks, cancellation, queues, streams, asynchronous generators, executors."""

import asyncio
import contextlib
import contextvars
import gc
import weakref


def rubbish(n=3):
    return [[str(i), (i, {i: i})] for i in range(n)]


async def tasks():
    async def work(n):
        await asyncio.sleep(0)
        rubbish(n)
        return n * n

    group = await asyncio.gather(*(work(i) for i in range(10)))
    async with asyncio.TaskGroup() as tg:
        made = [tg.create_task(work(i)) for i in range(5)]
    return group, [t.result() for t in made]


async def failures():
    async def fail(n):
        await asyncio.sleep(0)
        raise ValueError(n, rubbish(1))

    out = []
    try:
        async with asyncio.TaskGroup() as tg:
            for i in range(3):
                tg.create_task(fail(i))
    except* ValueError as group:
        out.append(sorted(e.args[0] for e in group.exceptions))
    results = await asyncio.gather(fail(7), asyncio.sleep(0, "fine"), return_exceptions=True)
    out.append([type(r).__name__ for r in results])
    return out


async def cancellation():
    log = []

    async def stuck(n):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            gc.collect()
            log.append(n)
            raise
        finally:
            rubbish()

    made = [asyncio.create_task(stuck(i)) for i in range(4)]
    await asyncio.sleep(0)
    for t in made:
        t.cancel("enough")
    await asyncio.wait(made)
    try:
        async with asyncio.timeout(0.001):
            await stuck("timeout")
    except TimeoutError:
        log.append("timed out")
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(asyncio.sleep(0.01)), 0.001)
    return log, [t.cancelled() for t in made]


async def queues():
    q, seen = asyncio.Queue(2), []

    async def producer():
        for i in range(12):
            await q.put(rubbish(1) + [i])
        q.shutdown()

    async def consumer():
        with contextlib.suppress(asyncio.QueueShutDown):
            while True:
                item = await q.get()
                seen.append(item[1])
                q.task_done()

    await asyncio.gather(producer(), consumer(), consumer())
    return sorted(seen)


async def locks():
    lock, semaphore, condition, order = asyncio.Lock(), asyncio.Semaphore(2), asyncio.Condition(), []

    async def work(i):
        async with semaphore, lock:
            order.append(i)
            await asyncio.sleep(0)
            rubbish()
        async with condition:
            condition.notify_all()

    async with condition:
        made = [asyncio.create_task(work(i)) for i in range(6)]
        await condition.wait_for(lambda: len(order) == 6)
    await asyncio.gather(*made)
    return order


async def generators():
    log = []

    async def numbers(n):
        try:
            for i in range(n):
                await asyncio.sleep(0)
                yield rubbish(1), i
        finally:
            await asyncio.sleep(0)
            log.append(f"closed {n}")

    first = [i async for _, i in numbers(4)]
    async for _, i in numbers(50):
        if i == 2:
            break
    async with contextlib.aclosing(numbers(60)) as g:
        await anext(g)

    @contextlib.asynccontextmanager
    async def manager():
        gc.collect()
        yield rubbish()
        log.append("left")

    async with manager() as m, manager():
        log.append(len(m))
    both = {i: [j async for _, j in numbers(i)] for i in range(3)}
    for _ in range(5):
        gc.collect()
        await asyncio.sleep(0)
    return first, both, sorted(map(str, log))


async def streams():
    async def serve(reader, writer):
        while line := await reader.readline():
            writer.write(line[::-1].strip() + b"\n")
            await writer.drain()
            rubbish()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def client(n):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = []
        for i in range(3):
            writer.write(f"line {n} {i}\n".encode())
            answers.append((await reader.readuntil(b"\n")).decode().strip())
        writer.write_eof()
        rest = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answers[-1], rest

    async with server:
        return await asyncio.gather(*(client(i) for i in range(4)))


async def executors():
    loop = asyncio.get_running_loop()
    in_threads = await asyncio.gather(*(asyncio.to_thread(lambda n=n: len(rubbish(n))) for n in range(4)))
    by_loop = await loop.run_in_executor(None, sum, range(10))
    future = loop.create_future()
    loop.call_later(0.001, future.set_result, rubbish(1))
    handle = loop.call_soon(lambda: future.add_done_callback(lambda f: rubbish()))
    handle.cancel()
    return in_threads, by_loop, await future


async def contexts():
    var = contextvars.ContextVar("var", default="none")

    async def work(n):
        var.set([n] + rubbish(1))
        await asyncio.sleep(0)
        return var.get()[0]

    values = await asyncio.gather(*(work(i) for i in range(4)))
    copied = contextvars.copy_context()
    copied.run(var.set, "inside")
    return values, var.get(), copied[var]


async def forgotten():
    gone = []

    class Thing:
        pass

    async def hold():
        thing = Thing()
        thing.me = thing
        weakref.finalize(thing, gone.append, "thing")
        await asyncio.sleep(0)

    await asyncio.gather(*(hold() for _ in range(5)))
    # A word left on a native stack may keep one of them for a while.
    for _ in range(100):
        gc.collect()
        await asyncio.sleep(0)
        if len(gone) == 5:
            break
    return len(gone), len(asyncio.all_tasks())


async def subprocesses():
    process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate(b"through a pipe " * 3)
    return out[:14], process.returncode


async def main():
    for function in (tasks, failures, cancellation, queues, locks, generators, streams, executors, contexts, forgotten, subprocesses):
        print(function.__name__, "->", await function(), flush=True)


asyncio.run(main())
asyncio.run(main(), debug=True)
