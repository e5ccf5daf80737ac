"""contextvars, signals, sys hooks, atexit order, locale-free number parsing, and environment."""
import asyncio
import atexit
import contextvars
import os
import signal
import sys
import threading
import time
import types

level = contextvars.ContextVar("level", default=0)
user = contextvars.ContextVar("user")


def attempt(action):
    try:
        print(action())
    except BaseException as error:
        print(f"{type(error).__name__}: {error}")


def nested(n):
    token = level.set(n)
    try:
        return [level.get()] + (nested(n - 1) if n else []) + [level.get()]
    finally:
        level.reset(token)


async def task(name, gate):
    user.set(name)
    level.set(level.get() + len(name))
    await gate.wait()
    return user.get(), level.get(), await asyncio.to_thread(user.get)


async def tasks():
    gate = asyncio.Event()
    level.set(100)
    jobs = [asyncio.create_task(task(name, gate)) for name in ("ann", "robert", "cy")]
    special = contextvars.copy_context()
    special.run(level.set, 5000)
    jobs.append(asyncio.create_task(task("special", gate), context=special))
    await asyncio.sleep(0)
    gate.set()
    print(await asyncio.gather(*jobs), level.get(), special[level], special.get(user))


def contexts():
    print(nested(3), level.get(), level.name)
    attempt(user.get)
    print(user.get("fallback"))
    context = contextvars.copy_context()
    print(context.run(nested, 1), level in context, len(context), context.run(lambda: (user.set("inside"), user.get())[1]), context[user], user in contextvars.copy_context())
    attempt(lambda: context.run(context.run, print))
    token = level.set(3)
    attempt(lambda: context.run(level.reset, token))
    with level.set(9):
        print(level.get())
    print(level.get(), token.old_value is contextvars.Token.MISSING, token.var is level)
    level.reset(token)
    attempt(lambda: level.reset(token))
    attempt(lambda: user.reset(token))
    asyncio.run(tasks())
    seen = []
    thread = threading.Thread(target=lambda: seen.append(level.get()), context=contextvars.copy_context())
    thread.start()
    thread.join()
    print(seen)


class Alarm(Exception):
    pass


def signals():
    log = []
    old = signal.signal(signal.SIGUSR1, lambda number, frame: log.append((signal.Signals(number).name, type(frame).__name__)))
    print(old is signal.SIG_DFL, signal.getsignal(signal.SIGUSR1) is not None)
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.raise_signal(signal.SIGUSR1)
    while len(log) < 2:
        time.sleep(0.001)
    print(log)

    def ring(number, frame):
        raise Alarm("rang")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        while True:
            pass
    except Alarm as error:
        print("loop ended:", error)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        time.sleep(30)
    except Alarm as error:
        print("sleep ended:", error)
    print(signal.getitimer(signal.ITIMER_REAL), signal.alarm(0))
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGUSR1)
    print(signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN, signal.strsignal(signal.SIGINT), signal.SIGTERM, signal.SIGINT in signal.valid_signals())
    # A shell that starts the program in the background lets it ignore SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        signal.raise_signal(signal.SIGINT)
        time.sleep(5)
    except KeyboardInterrupt:
        print("interrupted")
    attempt(lambda: signal.signal(999, signal.SIG_DFL))
    attempt(lambda: signal.signal(signal.SIGKILL, signal.SIG_IGN))
    attempt(lambda: signal.signal(signal.SIGUSR1, "handler"))
    caught = []
    thread = threading.Thread(target=lambda: caught.append(attempt(lambda: signal.signal(signal.SIGUSR1, signal.SIG_DFL))))
    thread.start()
    thread.join()


def hooks():
    calls = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name == "traced":
            calls.append((event, frame.f_lineno - frame.f_code.co_firstlineno, arg if event == "return" else None))
        return tracer

    def traced(n):
        total = 0
        for i in range(n):
            total += i
        return total

    sys.settrace(tracer)
    traced(2)
    sys.settrace(None)
    print(calls)
    profile = []
    sys.setprofile(lambda frame, event, arg: profile.append((event, getattr(arg, "__name__", None) if "c_" in event else frame.f_code.co_name)))
    len(sorted([2, 1]))
    sys.setprofile(None)
    print(profile[:-1])
    sys.excepthook, saved = lambda kind, value, tb: print("hook:", kind.__name__, value), sys.excepthook
    sys.excepthook(*[ValueError, ValueError("v"), None])
    sys.excepthook = saved
    sys.unraisablehook, saved = lambda u: print("unraisable:", u.exc_type.__name__, u.err_msg), sys.unraisablehook

    class Bad:
        def __del__(self):
            raise OSError("in del")

    Bad()
    __import__("gc").collect()
    sys.unraisablehook = saved
    sys.displayhook, saved = lambda value: print("display:", value), sys.displayhook
    exec(compile("1 + 1\n", "<d>", "single"))
    sys.displayhook = saved
    exec(compile("'shown'\nNone", "<d>", "exec"))
    eval(compile("'shown'", "<d>", "single"))
    audits = []
    sys.addaudithook(lambda name, args: audits.append((name, args)) if name.startswith("my.") else None)
    sys.audit("my.event", 1, "two")
    print(audits, sys.getsizeof([]) > 0, sys.intern("abc") is sys.intern("a" + "bc"), sys.byteorder, sys.maxsize, sys.implementation.cache_tag is not None)
    print(sys.float_info.max, sys.float_info.dig, sys.int_info.bits_per_digit, sys.hash_info.modulus, sys.hash_info.algorithm, sys.version_info[:2], sys.flags.hash_randomization, sys.getswitchinterval() > 0, sys._getframe().f_code.co_name, sys.exc_info())


def environment():
    os.environ["SOME"] = "value"
    print(os.getenv("SOME"), os.environ.get("NOPE"), os.environb[b"SOME"], os.environ.pop("SOME"), "SOME" in os.environ, sorted(k for k in os.environ if k.startswith("PYTHONHASH")))
    attempt(lambda: os.environ.__setitem__("A=B", "x"))
    attempt(lambda: os.environ.__setitem__("A", 5))
    attempt(lambda: os.environ["MISSING"])
    pid = os.fork()
    if pid == 0:
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.getppid() > 0, os.cpu_count() > 0, os.get_terminal_size.__name__, os.strerror(2), os.name, os.sep, os.fsencode("é"), isinstance(os.urandom(4), bytes), os.umask(0o022) >= 0)


for part in (contexts, signals, hooks, environment):
    print("--", part.__name__)
    part()
atexit.register(print, "registered first, runs last")
atexit.register(lambda: print("runs first"))
gone = atexit.register(print, "never")
atexit.unregister(gone)
