"""Finalisers and callbacks that resurrect, raise, import, collect, allocate and start threads; generators left in the middle."""

import gc
import sys
import threading
import types
import weakref

log = []


def rubbish(n=3):
    return [[str(i), (i, {i: i})] for i in range(n)]


def settle():
    """Everything that can be finalised is."""
    for _ in range(4):
        gc.collect()


def show(name):
    settle()
    print(name, sorted(map(str, log)))
    log.clear()


# --- __del__ brings its object back

class Phoenix:
    nest = []

    def __init__(self, number):
        self.number, self.data = number, rubbish()
        self.me = self

    def __del__(self):
        rubbish()
        log.append(self.number)
        Phoenix.nest.append(self)


def resurrected():
    for i in range(5):
        Phoenix(i)
    settle()
    print("resurrected", sorted(p.number for p in Phoenix.nest), all(len(p.data) == 3 for p in Phoenix.nest))
    Phoenix.nest.clear()


resurrected()
show("finalised once:")


# --- __del__ raises

class Raiser:
    def __init__(self, number):
        self.number, self.me = number, self

    def __del__(self):
        raise ValueError(f"number {self.number}", rubbish(1)[0][0])


def hook(unraisable):
    rubbish()
    log.append(f"{unraisable.exc_type.__name__} {unraisable.exc_value.args[0]}")


old_hook, sys.unraisablehook = sys.unraisablehook, hook
for i in range(4):
    Raiser(i)
show("raised:")
sys.unraisablehook = old_hook


# --- __del__ imports, collects, compiles

class Importer:
    modules = ["colorsys", "chunk_that_is_missing", "this_too", "quopri"]

    def __init__(self, name):
        self.name, self.me = name, self

    def __del__(self):
        try:
            module = __import__(self.name)
            log.append(module.__name__)
        except ImportError as error:
            log.append(str(error))
        gc.collect()
        namespace = {}
        exec(f"def f(x): return [x] * {len(self.name)}", namespace)
        log.append(str(len(namespace["f"](rubbish()))))


for name in Importer.modules:
    Importer(name)
show("imported:")


# --- cycles with finalisers that see one another

class Linked:
    def __init__(self, number):
        self.number, self.other = number, None

    def __del__(self):
        rubbish()
        log.append(f"{self.number} sees {self.other.number}")


def ring(n):
    nodes = [Linked(i) for i in range(n)]
    for a, b in zip(nodes, nodes[1:] + nodes[:1]):
        a.other = b


ring(5)
show("ring:")


# --- __del__ makes more rubbish with __del__

class Chain:
    def __init__(self, depth):
        self.depth, self.me = depth, self

    def __del__(self):
        log.append(self.depth)
        if self.depth:
            Chain(self.depth - 1)


Chain(3)
settle()
show("chain:")


class Starter:
    """Starts a thread from its finaliser."""

    def __init__(self):
        self.me = self

    def __del__(self):
        thread = threading.Thread(target=lambda: log.append(f"thread {len(rubbish())}"))
        thread.start()
        thread.join()


Starter()
show("thread:")


# --- weak references

class Target:
    def __init__(self, number=0):
        self.number, self.me = number, self


def callbacks_allocate():
    refs = []

    def callback(ref):
        rubbish(10)
        log.append(ref() is None)
        refs.remove(ref)
        # Whether this one is told depends on when a collection comes.
        refs.append(weakref.ref(Target(), lambda r: rubbish(1)))
        del refs[-1]

    for i in range(5):
        refs.append(weakref.ref(Target(i), callback))
    settle()
    return len(refs)


print("left", callbacks_allocate())
show("callbacks:")


def callbacks_raise():
    sys.unraisablehook = hook

    def callback(ref):
        raise KeyError("from callback")

    keep = [weakref.ref(Target(), callback) for _ in range(3)]
    settle()
    sys.unraisablehook = old_hook
    return len(keep)


print("kept", callbacks_raise())
show("callback errors:")


def caches():
    strong = [Target(i) for i in range(10)]
    values = weakref.WeakValueDictionary((t.number, t) for t in strong)
    keys = weakref.WeakKeyDictionary((t, rubbish(1)) for t in strong)
    items = weakref.WeakSet(strong)
    seen = 0
    for number in values:
        seen += 1
        if number == 3:
            del strong[5:]
            settle()
    print("seen", seen >= 5, len(values) <= 10)
    settle()
    del number
    settle()
    print("sizes", len(values), len(keys), len(items), sorted(t.number for t in items))
    for t in items:
        keys[t] = rubbish(2)
    strong.clear()
    t = None
    settle()
    print("empty", len(values), len(keys), len(items))


caches()


def proxies():
    target = Target(7)
    proxy = weakref.proxy(target)
    total = 0
    for _ in range(5):
        rubbish()
        total += proxy.number
    del target
    settle()
    try:
        proxy.number
    except ReferenceError as error:
        return total, str(error)


print("proxy", proxies())


def finalizers():
    target = Target(1)
    calls = [weakref.finalize(target, log.append, f"finalize {i}") for i in range(4)]
    calls[1].detach()
    calls[2]()
    del target
    settle()
    return [call.alive for call in calls]


print("finalize", finalizers())
show("finalizers:")


def methods():
    class C:
        def m(self):
            return rubbish(1)

    c = C()
    ref = weakref.WeakMethod(c.m, lambda r: log.append("method gone"))
    alive = ref()() == [["0", (0, {0: 0})]]
    del c
    settle()
    return alive, ref() is None


print("methods", methods())
show("methods:")


def ref_in_finaliser():
    class C:
        def __init__(self):
            self.me = self
            self.ref = weakref.ref(self)

        def __del__(self):
            log.append(("own ref", self.ref() is None))
            self.late = weakref.ref(self)
            log.append(("late ref", self.late() is self))

    C()
    settle()


ref_in_finaliser()
show("refs in __del__:")


# --- generators and coroutines left in the middle

def generators():
    def plain(number):
        try:
            for i in range(10):
                yield rubbish(1), i
        finally:
            rubbish()
            log.append(f"closed {number}")

    def delegating(number):
        try:
            yield from plain(number)
        except GeneratorExit:
            log.append(f"exit {number}")
            raise

    def stubborn():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    gens = [plain(0), plain(1), delegating(2), delegating(3)]
    for g in gens:
        next(g)
    next(gens[0])
    held = {"cycle": gens}
    held["self"] = held
    del gens, g, held
    settle()
    sys.unraisablehook = hook
    s = stubborn()
    next(s)
    del s
    settle()
    sys.unraisablehook = old_hook


generators()
show("generators:")


def resurrected_generator():
    box = []

    def gen():
        try:
            yield rubbish()
        finally:
            box.append(Phoenix(8))

    cycle = [gen()]
    next(cycle[0])
    cycle.append(cycle)
    del cycle
    settle()
    return len(box), len(box[0].data)


print("generator", resurrected_generator())


@types.coroutine
def suspend():
    yield rubbish(1)


def coroutines():
    async def work(number):
        try:
            await suspend()
        finally:
            log.append(f"coroutine {number}")

    running = [work(i) for i in range(3)]
    for c in running:
        c.send(None)
    del running, c
    settle()

    async def agen():
        try:
            yield 1
            yield 2
        finally:
            log.append("async generator")

    def firstiter(a):
        log.append("first iteration")

    def finalizer(a):
        log.append("hook called")
        try:
            a.aclose().send(None)
        except StopIteration:
            pass

    old = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter, finalizer)
    a = agen()
    try:
        a.asend(None).send(None)
    except StopIteration as stop:
        log.append(f"value {stop.value}")
    sys.set_asyncgen_hooks(*old)
    del a
    settle()


coroutines()
show("coroutines:")


# --- gc.callbacks and the walk over all objects

def watchers():
    seen = []

    def callback(phase, info):
        rubbish()
        seen.append(phase)

    gc.callbacks.append(callback)
    gc.collect()
    gc.callbacks.remove(callback)
    holder = [Target(5)]
    return set(seen) == {"start", "stop"}, any(r is holder for r in gc.get_referrers(holder[0])), len(
        [o for o in gc.get_objects() if type(o) is Target and o.number == 5])


print("watchers", watchers())


class Slotted:
    __slots__ = ("a", "b", "__weakref__")

    def __del__(self):
        log.append(("slots", self.a[0][0], hasattr(self, "b")))


def slotted():
    s = Slotted()
    s.a = rubbish()
    s.b = s
    r = weakref.ref(s)
    del s.b
    del s
    settle()
    return r() is None


print("slotted", slotted())
show("slots:")


def context_managers():
    class Manager:
        def __enter__(self):
            return rubbish()

        def __exit__(self, *exc):
            gc.collect()
            log.append(str(exc[0]))
            return True

    with Manager() as m, Manager():
        m.append(rubbish())
        raise LookupError(rubbish())


context_managers()
show("managers:")


def tracebacks():
    def fail(n):
        local = rubbish()
        if n:
            try:
                fail(n - 1)
            except ValueError as error:
                raise KeyError(n, local) from error
            except KeyError as error:
                error.add_note(str(n))
                raise
        raise ValueError(local)

    try:
        fail(6)
    except KeyError as error:
        tb, depth = error.__traceback__, 0
        while tb:
            depth += 1
            assert len(tb.tb_frame.f_locals) > 0
            tb = tb.tb_next
        return depth, error.__notes__, type(error.__cause__).__name__


print("tracebacks", tracebacks())
