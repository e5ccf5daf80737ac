"""Weak references, finalizers, cycles and the collector."""
import gc
import weakref


class Node:
    alive = 0

    def __init__(self, name):
        self.name, self.links = name, []
        Node.alive += 1

    def __del__(self):
        Node.alive -= 1

    def __repr__(self):
        return f"Node({self.name})"


class Method:
    def __init__(self):
        self.calls = []

    def on_event(self, value):
        self.calls.append(value)


class Slots:
    __slots__ = ("x",)


class Phoenix:
    saved = []

    def __del__(self):
        Phoenix.saved.append(self)


def collect():
    gc.collect()
    gc.collect()


def simple():
    node, log = Node("a"), []
    ref = weakref.ref(node, lambda r: log.append("callback"))
    proxy = weakref.proxy(node)
    print(ref() is node, proxy.name, ref == weakref.ref(node), weakref.getweakrefcount(node), ref.__callback__ is not None)
    proxy.name = "b"
    print(node.name, isinstance(proxy, Node), repr(node), hash(ref) == hash(ref))
    del node
    collect()
    print(ref(), log, Node.alive)
    try:
        proxy.name
    except ReferenceError as error:
        print(error)
    for bad in (lambda: weakref.ref(5), lambda: weakref.ref(Slots()), lambda: weakref.ref([])):
        try:
            bad()
        except TypeError as error:
            print(error)


def containers():
    values, keys, names = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), weakref.WeakSet()
    nodes = [Node(n) for n in "pqrs"]
    for node in nodes:
        values[node.name] = node
        keys[node] = node.name * 2
        names.add(node)
    print(sorted(values), len(keys), len(names), keys[nodes[1]], nodes[2] in names)
    del nodes[1:3], node
    collect()
    print(sorted(values), sorted(keys.values()), sorted(n.name for n in names), values.get("q"), "q" in values)
    kept = values.pop("s")
    print(kept, sorted(values.keys()), len(values.valuerefs()))


def cycles():
    collect()
    before = Node.alive
    a, b, c = (Node(n) for n in "abc")
    a.links.append(b)
    b.links.append(c)
    c.links.append(a)
    ref = weakref.ref(b)
    print(Node.alive - before, gc.isenabled())
    del a, b, c
    collect()
    print(Node.alive - before, ref())
    loop = []
    loop.append(loop)
    loop_dict = {}
    loop_dict["me"] = loop_dict, loop
    del loop, loop_dict
    print(gc.collect() >= 0)


def finalizers():
    log = []
    node = Node("f")
    final = weakref.finalize(node, log.append, "finalized")
    second = weakref.finalize(node, lambda *a, **k: log.append((a, k)), 1, key=2)
    print(final.alive, final.peek()[2:], second.detach() is not None, second.alive)
    del node
    collect()
    print(final.alive, log, final())
    early = Node("e")
    final = weakref.finalize(early, log.append, "early")
    final()
    print(log, final.alive)
    p = Phoenix()
    p.value = 1
    del p
    collect()
    print(len(Phoenix.saved), Phoenix.saved[0].value)
    Phoenix.saved.clear()
    collect()
    print(len(Phoenix.saved))


def methods():
    target = Method()
    ref = weakref.WeakMethod(target.on_event)
    ref()(1)
    print(target.calls, ref().__func__ is Method.on_event)
    del target
    collect()
    print(ref())

    class Subject:
        def __init__(self):
            self.listeners = weakref.WeakSet()

        def notify(self, value):
            for listener in self.listeners:
                listener.on_event(value)

    subject, one, two = Subject(), Method(), Method()
    subject.listeners.update([one, two])
    subject.notify("x")
    calls = one.calls
    del one
    collect()
    subject.notify("y")
    print(calls, two.calls, len(subject.listeners))


def resurrect_order():
    events = []

    class Parent:
        def __init__(self, name, child=None):
            self.name, self.child = name, child

        def __del__(self):
            events.append(self.name)

    outer = Parent("outer", Parent("middle", Parent("inner")))
    del outer
    collect()
    print(sorted(events), len(events))
    gc.disable()
    print(gc.isenabled(), gc.get_threshold() is not None)
    gc.enable()


for part in (simple, containers, cycles, finalizers, methods, resurrect_order):
    print("--", part.__name__)
    part()
collect()
print(Node.alive)
