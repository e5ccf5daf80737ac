"""Eight threads with queues, locks, events, sockets and locals, while collections happen all the time."""

import concurrent.futures
import gc
import queue
import select
import socket
import threading
import time
import weakref

THREADS = 8


def rubbish(n=3):
    return [[str(i), (i, {i: i})] for i in range(n)]


def together(target, count=THREADS):
    """Runs `target(i)` in threads; gives the results in order."""
    results = [None] * count

    def run(i):
        try:
            results[i] = target(i)
        except BaseException as error:
            results[i] = repr(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return results


def queues():
    q, done = queue.Queue(maxsize=3), queue.SimpleQueue()

    def work(i):
        if i % 2:
            for j in range(12):
                q.put((i, [str(j)] * 3))
            return "put"
        total = 0
        for _ in range(12):
            who, item = q.get()
            total += len(item)
            done.put(rubbish(1))
            q.task_done()
        return total

    return together(work), done.qsize(), q.empty()


def locks():
    lock, rlock, total = threading.Lock(), threading.RLock(), [0]
    box = {"n": 0}

    def work(i):
        for j in range(15):
            with lock:
                box["n"] += 1
                box[i, j] = rubbish(1)
            with rlock, rlock:
                total[0] += len(rubbish(2))
        return i

    return together(work), box["n"], len(box), total


def conditions():
    condition, turn, order = threading.Condition(), [0], []

    def work(i):
        for lap in range(3):
            with condition:
                condition.wait_for(lambda: rubbish(1) and turn[0] % THREADS == i)
                order.append(i)
                turn[0] += 1
                condition.notify_all()
        return "ok"

    return set(together(work)), order == list(range(THREADS)) * 3


def barriers():
    barrier, semaphore, inside, most = threading.Barrier(THREADS), threading.BoundedSemaphore(3), [], []

    def work(i):
        phases = []
        for phase in range(3):
            rubbish(i)
            phases.append(barrier.wait() >= 0)
            with semaphore:
                inside.append(i)
                most.append(len(inside))
                rubbish()
                inside.remove(i)
        return all(phases)

    return together(work), max(most) <= 3


def locals_of_threads():
    local, gone = threading.local(), []

    class Held:
        def __init__(self, i):
            self.i, self.me = i, self

        def __del__(self):
            gone.append(self.i)

    def work(i):
        local.held, local.data = Held(i), rubbish(i + 1)
        for _ in range(5):
            rubbish()
            assert local.held.i == i and len(local.data) == i + 1
        return len(vars(local))

    results = together(work)
    for _ in range(3):
        gc.collect()
    return results, sorted(gone), hasattr(local, "held")


def shared_containers():
    shared, table, text = [], {}, []

    def work(i):
        for j in range(20):
            shared.append((i, j, str(j)))
            table.setdefault(j, []).append(i)
            table[i, j] = rubbish(1)
            if j % 5 == 0:
                sorted(shared, key=lambda t: t[2])
                text.append("".join(str(k) for k in list(table)[:10])[:3])
                table.pop((i, j - 1), None)
        return len([s for s in list(shared) if s[0] == i])

    return together(work), len(shared), [len(table[j]) for j in range(3)], len(text)


def weak_caches():
    class Thing:
        def __init__(self, n):
            self.n, self.me = n, self

    cache, lock, dead = weakref.WeakValueDictionary(), threading.Lock(), []

    def work(i):
        kept = []
        for j in range(15):
            with lock:
                thing = cache.get(j)
                if thing is None:
                    cache[j] = thing = Thing(j)
                    weakref.finalize(thing, dead.append, j)
            assert thing.n == j
            kept.append(thing)
            if j % 4 == i % 4:
                kept.clear()
        return "done"

    results = set(together(work))
    for _ in range(4):
        gc.collect()
    return results, len(cache), len(set(dead))


def sockets():
    pairs = [socket.socketpair() for _ in range(THREADS // 2)]

    def work(i):
        mine = pairs[i // 2][i % 2]
        mine.settimeout(60)
        if i % 2:
            received = b""
            while True:
                part = mine.recv(7)
                if not part:
                    break
                received += part
                rubbish(1)
            mine.close()
            return len(received)
        for j in range(20):
            mine.sendall(b"x" * j)
        mine.shutdown(socket.SHUT_WR)
        buffer = bytearray(4)
        got = mine.recv_into(memoryview(buffer))
        mine.close()
        return got

    return together(work)


def server():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve():
        with listener:
            for _ in range(4):
                conn, _ = listener.accept()
                with conn, conn.makefile("rw", encoding="utf-8", newline="\n") as stream:
                    for line in stream:
                        stream.write(line.upper())
                        stream.flush()
                        rubbish()

    thread = threading.Thread(target=serve)
    thread.start()
    answers = []
    for i in range(4):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as conn:
            for j in range(3):
                conn.sendall(f"hello {i} {j}\n".encode())
                select.select([conn], [], [], 60)
                answers.append(conn.recv(100).decode().strip())
    thread.join()
    return answers[0], answers[-1], len(answers)


def pools():
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        squares = list(pool.map(lambda n: (rubbish(), n * n)[1], range(30)))
        futures = [pool.submit(divmod, n, n - 3) for n in range(6)]
        concurrent.futures.wait(futures)
        errors = [type(f.exception()).__name__ for f in futures]
        first = pool.submit(lambda: [f.result() for f in futures[:2]]).result()
    return sum(squares), errors, first


def timers_and_exceptions():
    fired, caught = [], []
    old, threading.excepthook = threading.excepthook, lambda args: caught.append((args.exc_type.__name__, rubbish(1) and str(args.exc_value)))
    try:
        timers = [threading.Timer(0.001 * i, fired.append, (i,)) for i in range(4)]
        failing = [threading.Thread(target=lambda: 1 / 0) for _ in range(3)]
        for t in timers + failing:
            t.start()
        for t in timers + failing:
            t.join()
    finally:
        threading.excepthook = old
    return sorted(fired), caught


def generators_across_threads():
    def gen():
        for i in range(200):
            yield rubbish(1), i

    g, lock, out, busy = gen(), threading.Lock(), [], []

    def work(i):
        while True:
            with lock:
                item = next(g, None)
            if item is None:
                return "end"
            out.append(item[1])

    results = set(together(work))
    return results, sorted(out) == list(range(200))


def daemon_left_running():
    stop = threading.Event()

    def spin():
        while not stop.wait(0.001):
            rubbish()

    t = threading.Thread(target=spin, daemon=True)
    t.start()
    time.sleep(0.01)
    alive = t.is_alive()
    stop.set()
    t.join()
    return alive, t.is_alive()


for function in (queues, locks, conditions, barriers, locals_of_threads, shared_containers, weak_caches, sockets, server, pools,
                 timers_and_exceptions, generators_across_threads, daemon_left_running):
    print(function.__name__, "->", function(), flush=True)

# Two are still at work when the program ends.
for _ in range(2):
    threading.Thread(target=lambda: [rubbish() for _ in range(10**9)], daemon=True).start()
