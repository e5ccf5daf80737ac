a = [x for x in y if x if not z]
b = {x: y for x, y in z for w in x}
c = {x for x in [1, 2]}
d = (x for x in y if f(x))


def f(a, x):
    b = [x for x in a]
    c = [[y for y in x] for x in b]
    d = [lambda: x for x in c]
    e = {x: (lambda: x, a) for x in d}
    g = list(x + y for x in e for y in x)
    h = any(x for x in g), all(x for x in g), tuple(x for x in g)
    i = [k := x for x in h]
    j = [x for x in (y, z)] + [x for (x, y), *z in a]
    try:
        return [x for x in j if x in (1, 2, 3)]
    except E:
        return sum(x for x in i), k, x


async def g(a):
    b = [x async for x in a if await x]
    c = {x: await y for x, y in b}
    d = (x async for x in a)
    return [await z for z in [y async for y in c]], d
