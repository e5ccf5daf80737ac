"""Chains of generators and coroutines that wait for each other: values, errors, frames, tracing and recursion through them."""

import gc
import inspect
import sys
import traceback
import types


class Tree:
    def __init__(self, left, value, right):
        self.left, self.value, self.right = left, value, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def build(values):
    if not values:
        return None
    middle = len(values) // 2
    return Tree(build(values[:middle]), values[middle], build(values[middle + 1 :]))


def chain(depth, log):
    name = f"level {depth}"
    try:
        if depth:
            result = yield from chain(depth - 1, log)
        else:
            result = 0
            while (got := (yield result)) != "stop":
                result = look() if got == "look" else got
                if got == "raise":
                    raise KeyError("innermost")
                if got == "again":
                    result = again()
                if got == "locals":
                    result = outer_names()
                if got == "collect":
                    gc.collect()
                    result = [str(n) * 3 for n in range(3)]
        return (name, result)
    except KeyError as error:
        log.append((name, "caught", error.args, type(error.__context__).__name__))
        if depth < 2:
            raise
        return (name, "mended")
    finally:
        log.append((name, "done"))


def look():
    frame, names = sys._getframe(1), []
    while frame is not None and frame.f_code.co_name != "main":
        names.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        frame = frame.f_back
    return names, [entry.name for entry in traceback.extract_stack()[-6:]]


def outer_names():
    frame, found = sys._getframe(1), []
    while frame.f_code.co_name == "chain":
        found.append(frame.f_locals["name"])
        frame = frame.f_back
    return found


current = None


def again():
    answers = []
    generator = current
    while generator is not None:
        try:
            generator.send(None)
        except ValueError as error:
            answers.append((str(error), generator.gi_running, generator.gi_suspended, generator.gi_yieldfrom))
        generator = links.get(id(generator))
    return answers


links = {}


def link(generator):
    while isinstance(generator, types.GeneratorType):
        links[id(generator)] = inner = generator.gi_yieldfrom
        generator = inner


def values_and_errors():
    global current
    log = []
    current = generator = chain(4, log)
    print(next(generator), generator.send(5), generator.send("look"))
    link(generator)
    print(generator.send("again"))
    print(generator.send("locals"), generator.send("collect"), inspect.getgeneratorstate(generator))
    try:
        generator.send("stop")
    except StopIteration as stop:
        print("value", stop.value)
    print(log)
    log.clear()
    generator = chain(5, log)
    next(generator), generator.send(1)
    try:
        generator.send("raise")
    except StopIteration as stop:
        print(stop.value, log)
    log.clear()
    generator = chain(3, log)
    next(generator), generator.send(1)
    try:
        generator.throw(IndexError("thrown"))
    except IndexError:
        print([line.partition(", ")[2] for line in traceback.format_exc().splitlines() if "in chain" in line][-1], log)
    log.clear()
    generator = chain(3, log)
    next(generator), generator.send(1), generator.close()
    print(log, generator.gi_frame)
    log.clear()
    generator = chain(3, log)
    next(generator), generator.send(1)
    del generator
    gc.collect()
    print(log)


def failing(depth):
    if depth:
        yield from failing(depth - 1)
    else:
        yield 1
        yield 2
        yield 1 // 0


def tracebacks():
    try:
        for value in failing(3):
            print(value, end=" ")
    except ZeroDivisionError as error:
        entries = traceback.extract_tb(error.__traceback__)
        print([(entry.name, entry.lineno - tracebacks.__code__.co_firstlineno) for entry in entries])
        frames, link_ = [], error.__traceback__
        while link_:
            frames.append(link_.tb_frame.f_locals.get("depth"))
            link_ = link_.tb_next
        print(frames)


def endless(n=0):
    yield n
    yield from endless(n + 1)


def recursion():
    highest = -1
    try:
        for value in endless():
            highest = value
    except RecursionError as error:
        print("RecursionError", error, 700 < highest < 1000)


def handling():
    def inner():
        while True:
            yield repr(sys.exception())

    def outer():
        try:
            raise ValueError("outer")
        except ValueError:
            yield from inner()

    def plain():
        yield from outer()

    generator = plain()
    try:
        raise OSError("resumer")
    except OSError:
        print(next(generator), next(generator))
    print(next(generator), next(generator), sys.exception())


def shared():
    """Two generators wait for the same one."""

    def source():
        for n in range(6):
            yield n

    def through(iterator):
        yield from iterator
        yield "end"

    one = source()
    left, right = through(one), through(one)
    print([next(g) for g in (left, right, left, right, left, right, left, right)])

    def meddler(get):
        yield 1
        try:
            next(get())
        except ValueError as error:
            yield str(error)
        yield 3

    inner = meddler(lambda: other)
    mine, other = through(inner), through(inner)
    print(next(mine), end=" ")
    try:
        print(next(other), end=" ")
        print(next(mine), next(other))
    except ValueError as error:
        print("ValueError", error)


def traced():
    events = []

    def tracer(frame, event, _):
        if frame.f_code.co_name != "chain":
            return None
        events.append((event, frame.f_locals.get("depth"), frame.f_lineno - frame.f_code.co_firstlineno))
        return tracer

    generator = chain(2, [])
    next(generator), generator.send(1)
    sys.settrace(tracer)
    generator.send(2)
    sys.settrace(None)
    print(events)
    generator.send(3)

    def switch():
        yield 0
        yield 1
        sys.settrace(tracer)
        yield 2
        sys.settrace(None)
        yield 3

    def outside():
        yield from switch()

    generator = outside()
    print(list(generator), len(events))


@types.coroutine
def pause(value):
    return (yield value)


async def wait(depth, log):
    if depth:
        log.append(await wait(depth - 1, log))
        return depth
    total = 0
    for n in range(5):
        total += await pause(n)
    return total


async def asynchronous(depth):
    async def numbers():
        for n in range(3):
            log = []
            yield await wait(depth, log)
            print(log)

    return [value async for value in numbers()]


def coroutines():
    log = []
    coroutine = wait(6, log)
    print(coroutine.send(None), [coroutine.send(n) for n in range(4)], coroutine.cr_await.__name__)
    try:
        coroutine.send(10)
    except StopIteration as stop:
        print(stop.value, log)
    coroutine, sent = asynchronous(4), []
    try:
        value = coroutine.send(None)
        while True:
            sent.append(value)
            value = coroutine.send(value * 2)
    except StopIteration as stop:
        print(sent, stop.value)


def main():
    for _ in range(3):
        print(sum(build(range(500))), list(build(range(20))))
    values_and_errors()
    tracebacks()
    recursion()
    handling()
    shared()
    traced()
    coroutines()


main()
