async def f(a, b):
    await a
    async with a as x, b:
        await x
    async for i in b:
        if i: continue
        break
    else:
        return await a
    try:
        return await b
    finally:
        await a


async def g(a):
    async for i in a:
        yield i
    yield
    async with a:
        async with a.b: yield 1
