"""Tracing, profiling, monitoring and frames as a debugger or a coverage tool uses them."""
import asyncio
import gc
import sys
import threading
import warnings


def name_of(frame):
    return frame.f_code.co_name


def tracer(frame, event, argument):
    if frame.f_code.co_filename != __file__:
        return None
    shown = argument[0].__name__ if event == "exception" else argument
    print("  trace", name_of(frame), event, frame.f_lineno - frame.f_code.co_firstlineno, shown)
    return tracer


def numbers(count):
    for i in range(count):
        yield i
    return "done"


def work():
    total = 1
    try:
        1 / 0
    except ZeroDivisionError as error:
        total = 2
    for i in numbers(2):
        total += i
    while total > 2: total -= 1
    with threading.Lock():
        return total


def one_line(): return 1


def trace_from_inside():
    first = 1
    sys.settrace(tracer)
    sys._getframe().f_trace = tracer
    second = 2; third = one_line()
    for _ in range(2):
        first += second
    sys.settrace(None)
    return first + third


def traced(function, *args):
    sys.settrace(tracer)
    try:
        return function(*args)
    finally:
        sys.settrace(None)


def jumps():
    output = []
    output.append(1)
    output.append(2)
    for i in range(3):
        output.append(i)
    output.append(3)
    return output


def jumping(start, to):
    first = jumps.__code__.co_firstlineno
    done = []

    def trace(frame, event, argument):
        if frame.f_code is jumps.__code__ and event == "line" and frame.f_lineno == first + start and not done:
            done.append(1)
            try:
                frame.f_lineno = first + to
            except ValueError as error:
                print("  refused:", error)
        return trace
    sys.settrace(trace)
    try:
        return jumps()
    finally:
        sys.settrace(None)


def profile():
    events = []

    def profiler(frame, event, argument):
        if frame.f_code is one_line.__code__ or event.startswith("c_") and name_of(frame) == "measured":
            events.append((name_of(frame), event, getattr(argument, "__name__", argument)))

    def measured():
        one_line()
        len("ab")
        try:
            [].index(3)
        except ValueError:
            pass
    sys.setprofile(profiler)
    measured()
    sys.setprofile(None)
    for event in events:
        print("  profile", *event)


def branches(value):
    for item in range(value):
        if item % 2:
            len("x")
    if value > 5:
        raise KeyError(value)
    return value


def monitor():
    monitoring, events = sys.monitoring, sys.monitoring.events
    tool = monitoring.COVERAGE_ID
    monitoring.use_tool_id(tool, "coverage")
    seen = []

    def callback(event):
        def record(code, *details):
            if code is branches.__code__:
                seen.append((event, [detail.__name__ if callable(detail) else repr(detail) for detail in details if detail is not monitoring.MISSING]))
        return record
    wanted = ["PY_START", "PY_RETURN", "LINE", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT", "CALL", "C_RETURN", "C_RAISE", "RAISE", "PY_UNWIND"]
    for event in wanted:
        monitoring.register_callback(tool, getattr(events, event), callback(event))
    monitoring.set_events(tool, sum(getattr(events, event) for event in wanted))
    branches(3)
    try:
        branches(6)
    except KeyError:
        pass
    monitoring.set_events(tool, 0)
    for event, details in seen:
        print("  monitor", event, *details)
    lines = []

    def once(code, line):
        lines.append(line - code.co_firstlineno)
        return monitoring.DISABLE
    monitoring.register_callback(tool, events.LINE, once)
    monitoring.set_local_events(tool, branches.__code__, events.LINE)
    branches(2), branches(2)
    monitoring.restart_events()
    branches(1)
    print("  lines once", lines)
    monitoring.free_tool_id(tool)
    branches(1)
    print("  events left", monitoring.get_local_events(tool, branches.__code__), monitoring._all_events(), len(lines))
    for action in (lambda: monitoring.use_tool_id(9, "x"), lambda: monitoring.set_events(tool, 1), lambda: monitoring.register_callback(tool, 3, None)):
        try:
            action()
        except ValueError as error:
            print("  ValueError:", error)


def frames():
    local = 1
    captured = 2

    def inner():
        return captured
    view = sys._getframe().f_locals
    view["local"], view["captured"], view["extra"] = 10, 20, 30
    print("  locals", local, inner(), sorted(view), view is sys._getframe().f_locals, "extra" in locals())
    try:
        del view["local"]
    except ValueError as error:
        print("  ValueError:", error)
    generator = generator_frame()
    frame = next(generator)
    print("  generator", frame.f_generator is generator, frame.f_code.co_name, frame.f_back)
    other = threading.Event(), threading.Event()

    def waiting():
        other[0].set()
        other[1].wait()
    thread = threading.Thread(target=waiting)
    thread.start()
    other[0].wait()
    names = []
    frame = sys._current_frames()[thread.ident]
    while frame:
        names.append(name_of(frame))
        frame = frame.f_back
    other[1].set()
    thread.join()
    print("  other thread", "waiting" in names, names[-1])


def generator_frame():
    yield sys._getframe()


async def never():
    pass


async def ends():
    if False:
        yield


def coroutines():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            never()
        gc.collect()
    print("  unawaited", {str(warning.message) for warning in caught})

    async def main():
        return await anext(ends(), "default")
    print("  anext", asyncio.run(main()))
    first = numbers(1)
    next(first)
    try:
        first.throw(KeyError("thrown"))
    except KeyError as error:
        print("  thrown", error, first.gi_frame)


print("from inside", trace_from_inside())
print("traced", traced(work))
for start, to in [(2, 4), (3, 2), (6, 5), (2, 100), (2, -5)]:
    print("jump", start, to, jumping(start, to))
profile()
monitor()
frames()
coroutines()
