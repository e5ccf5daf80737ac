"""Threads with locks, queues, conditions, timers, pools and thread-local data."""
import concurrent.futures
import queue
import threading
import time


class Account:
    def __init__(self, balance):
        self.balance = balance
        self.lock = threading.RLock()

    def move(self, other, amount):
        first, second = sorted((self, other), key=id)
        with first.lock, second.lock:
            with self.lock:  # entered twice: it is reentrant
                if self.balance < amount:
                    return False
                self.balance -= amount
                other.balance += amount
                return True


def bank():
    accounts = [Account(1000) for _ in range(5)]

    def mover(seed):
        for i in range(400):
            seed = (seed * 69069 + 1) & 0xFFFFFFFF
            accounts[seed % 5].move(accounts[(seed >> 8) % 5], seed % 50)

    threads = [threading.Thread(target=mover, args=(n,), name=f"mover-{n}") for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(account.balance for account in accounts), [t.is_alive() for t in threads], threads[2].name)


def pipeline():
    numbers, squares, results = queue.Queue(4), queue.Queue(), []

    def stage(source, sink, function):
        while (item := source.get()) is not None:
            sink.put(function(item))
            source.task_done()
        source.task_done()
        sink.put(None)

    def collect():
        while (item := squares.get()) is not None:
            results.append(item)

    workers = [threading.Thread(target=stage, args=(numbers, squares, lambda n: n * n)), threading.Thread(target=collect)]
    for worker in workers:
        worker.start()
    for n in [*range(50), None]:
        numbers.put(n)
    numbers.join()
    for worker in workers:
        worker.join()
    print(len(results), results[-1], results == [n * n for n in range(50)])
    heap = queue.PriorityQueue()
    for pair in [(3, "c"), (1, "a"), (2, "b")]:
        heap.put(pair)
    lifo = queue.LifoQueue(1)
    lifo.put("x")
    print([heap.get_nowait()[1] for _ in range(3)], heap.empty(), lifo.full())
    for action in (heap.get_nowait, lambda: lifo.put("y", timeout=0.01), lambda: queue.Queue().get(timeout=0.01)):
        try:
            action()
        except (queue.Empty, queue.Full) as error:
            print(type(error).__name__)
    closing = queue.Queue()
    closing.put(1)
    closing.shutdown()
    print(closing.get())
    try:
        closing.get()
    except queue.ShutDown:
        print("shut down")


def signals():
    ready, barrier, log = threading.Event(), threading.Barrier(3, action=lambda: log.append("all")), []
    condition, items = threading.Condition(), []

    def consumer(n):
        ready.wait()
        barrier.wait()
        with condition:
            condition.wait_for(lambda: items)
            log.append(items.pop())

    threads = [threading.Thread(target=consumer, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    print(ready.is_set(), ready.wait(0.001))
    ready.set()
    for item in "xyz":
        with condition:
            items.append(item)
            condition.notify()
        time.sleep(0.001)
    with condition:
        condition.notify_all()
    for thread in threads:
        thread.join(20)
    print(log[0], sorted(log[1:]))
    fired = threading.Event()
    timer = threading.Timer(0.01, fired.set)
    timer.start()
    cancelled = threading.Timer(30, print, ["never"])
    cancelled.start()
    cancelled.cancel()
    print(fired.wait(20), timer.finished.wait(20))
    semaphore = threading.BoundedSemaphore(2)
    print(semaphore.acquire(), semaphore.acquire(), semaphore.acquire(blocking=False), semaphore.release(2))
    try:
        semaphore.release()
    except ValueError as error:
        print(error)


def locals_and_errors():
    data = threading.local()
    data.value = "main"
    seen = []

    def work(n):
        seen.append(hasattr(data, "value"))
        data.value = n
        time.sleep(0)
        seen.append(data.value == n)

    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(5)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    print(data.value, sorted(seen))
    caught = []
    threading.excepthook, saved = lambda args: caught.append((args.exc_type.__name__, str(args.exc_value), args.thread.name)), threading.excepthook
    thread = threading.Thread(target=lambda: 1 / 0, name="broken")
    thread.start()
    thread.join()
    threading.excepthook = saved
    print(caught, threading.current_thread() is threading.main_thread(), threading.active_count())
    for bad in (thread.start, threading.current_thread().join, threading.Lock().release):
        try:
            bad()
        except RuntimeError as error:
            print(error)


def pools():
    with concurrent.futures.ThreadPoolExecutor(3, thread_name_prefix="p") as pool:
        print(list(pool.map(pow, range(6), [2] * 6)), pool.submit(lambda: threading.current_thread().name.startswith("p_")).result())
        futures = {pool.submit(divmod, 7, n): n for n in range(3)}
        for future in sorted(concurrent.futures.as_completed(futures), key=futures.get):
            print(futures[future], future.exception() or future.result())
        done, waiting = concurrent.futures.wait(futures, timeout=20)
        print(len(done), len(waiting))
        future = pool.submit(str, 5)
        future.add_done_callback(lambda f: print("callback", f.result()))
    try:
        pool.submit(print)
    except RuntimeError as error:
        print(error)


for part in (bank, pipeline, signals, locals_and_errors, pools):
    print("--", part.__name__)
    part()
