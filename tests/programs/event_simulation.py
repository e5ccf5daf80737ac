"""Discrete event simulation with generators, an event system, a state machine, a scheduler and an LRU cache."""
import heapq
import itertools
import sched
from collections import OrderedDict, defaultdict, deque
from enum import Enum, auto
from types import SimpleNamespace


class Random:
    def __init__(self, seed): self.x = seed
    def __call__(self, low, high):
        self.x = self.x * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return low + (self.x >> 33) % (high - low + 1)


class Simulation:
    def __init__(self):
        self.now, self.queue, self.serial, self.log = 0, [], itertools.count(), []

    def start(self, process, delay=0):
        heapq.heappush(self.queue, (self.now + delay, next(self.serial), process, None))

    def run(self, until):
        while self.queue and self.queue[0][0] <= until:
            self.now, _, process, value = heapq.heappop(self.queue)
            try:
                request = process.send(value)
            except StopIteration:
                continue
            match request:
                case int(delay):
                    self.start(process, delay)
                case ("get", Resource() as resource):
                    resource.acquire(process)
                case ("put", Resource() as resource):
                    resource.release()
                    self.start(process)


class Resource:
    def __init__(self, simulation, capacity):
        self.simulation, self.free, self.waiting, self.most = simulation, capacity, deque(), 0

    def acquire(self, process):
        if self.free:
            self.free -= 1
            self.simulation.start(process)
        else:
            self.waiting.append(process)
            self.most = max(self.most, len(self.waiting))

    def release(self):
        if self.waiting:
            self.simulation.start(self.waiting.popleft())
        else:
            self.free += 1


def customer(sim, shop, number, rng):
    arrived = sim.now
    yield ("get", shop)
    waited = sim.now - arrived
    yield rng(3, 9)
    yield ("put", shop)
    sim.log.append((number, arrived, waited, sim.now))


def arrivals(sim, shop, rng):
    for number in range(40):
        sim.start(customer(sim, shop, number, rng))
        yield rng(1, 5)


for tills in (1, 2, 3):
    sim = Simulation()
    shop, rng = Resource(sim, tills), Random(7)
    sim.start(arrivals(sim, shop, rng))
    sim.run(10_000)
    waits = [w for _, _, w, _ in sim.log]
    print(tills, "tills:", sim.now, "minutes, mean wait", sum(waits) / len(waits), "longest", max(waits), "queue", shop.most, sim.log[:2])


class Events:
    def __init__(self):
        self.handlers, self.depth = defaultdict(list), 0

    def on(self, name, priority=0):
        def register(handler):
            self.handlers[name].append((-priority, len(self.handlers[name]), handler))
            self.handlers[name].sort(key=lambda row: row[:2])
            return handler
        return register

    def emit(self, name, **data):
        event = SimpleNamespace(name=name, stopped=False, results=[], **data)
        for _, _, handler in self.handlers[name] + self.handlers["*"]:
            event.results.append(handler(event))
            if event.stopped:
                break
        return event


events = Events()


@events.on("save")
def write(event): return f"wrote {event.path}"


@events.on("save", priority=10)
def check(event):
    event.stopped = event.path.endswith(".tmp")
    return "refused" if event.stopped else "ok"


@events.on("*")
def audit(event): return f"audit {event.name}"


print(events.emit("save", path="a.txt").results, events.emit("save", path="b.tmp").results, events.emit("other").results, events.emit("save", path="c"))


class State(Enum):
    LOCKED = auto()
    OPEN = auto()
    BROKEN = auto()


class Turnstile:
    MOVES = {(State.LOCKED, "coin"): State.OPEN, (State.OPEN, "push"): State.LOCKED, (State.OPEN, "coin"): State.OPEN, (State.LOCKED, "kick"): State.BROKEN}

    def __init__(self):
        self.state, self.coins, self.history = State.LOCKED, 0, []

    def __call__(self, signal):
        try:
            new = self.MOVES[self.state, signal]
        except KeyError:
            raise ValueError(f"{signal} while {self.state.name}") from None
        getattr(self, f"leave_{self.state.name.lower()}", lambda: None)()
        self.history.append(f"{self.state.name}-{signal}->{new.name}")
        self.state = new
        if signal == "coin":
            self.coins += 1

    def leave_locked(self): self.history.append("click")


gate = Turnstile()
for signal in "coin push coin coin push push kick coin".split():
    try:
        gate(signal)
    except ValueError as error:
        print(error)
print(gate.history, gate.coins, gate.state)

clock = SimpleNamespace(now=0.0)
def sleep(seconds): clock.now += seconds
scheduler, ran = sched.scheduler(lambda: clock.now, sleep), []
for delay, priority, name in [(5, 1, "b"), (2, 1, "a"), (5, 0, "urgent"), (9, 1, "cancelled")]:
    event = scheduler.enter(delay, priority, lambda n: ran.append((clock.now, n)), (name,))
scheduler.cancel(event)
print(len(scheduler.queue), scheduler.run(blocking=False), scheduler.run(), ran, scheduler.empty())


def round_robin(jobs, quantum):
    queue, time, out = deque(jobs), 0, []
    while queue:
        name, left = queue.popleft()
        slice_ = min(quantum, left)
        time += slice_
        out.append(f"{name}@{time}")
        if left > slice_:
            queue.append((name, left - slice_))
    return " ".join(out)


class LRU:
    def __init__(self, size): self.size, self.data, self.hits = size, OrderedDict(), 0
    def get(self, key, make):
        if key in self.data:
            self.data.move_to_end(key)
            self.hits += 1
        else:
            self.data[key] = make(key)
            if len(self.data) > self.size:
                self.data.popitem(last=False)
        return self.data[key]


print(round_robin([("A", 5), ("B", 2), ("C", 4)], 2))
cache, rng = LRU(8), Random(99)
print(sum(cache.get(rng(0, 15), lambda k: k * k) for _ in range(500)), cache.hits, list(cache.data))


def elevator(calls, floors):
    floor, direction, path, waiting = 0, 1, [], set(calls)
    while waiting:
        ahead = [c for c in waiting if (c - floor) * direction >= 0]
        if not ahead:
            direction = -direction
            continue
        floor = min(ahead, key=lambda c: abs(c - floor))
        waiting.discard(floor)
        path.append(floor)
    return path


print(elevator([7, 2, 9, 4, 1], 10))
