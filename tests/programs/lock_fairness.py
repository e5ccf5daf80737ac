"""Threads that take and release a lock in a loop do not keep it from the others."""

import threading


class Empty(Exception):
    pass


def nothing():
    pass


def spin(lock, stop):
    # Nearly all of the time the lock is held, so the interpreter switches threads while it is.
    while not stop:
        try:
            with lock:
                for _ in range(50):
                    nothing()
                raise Empty
        except Empty:
            pass


def starved(lock, times):
    """How many of so many waits for the lock ended without it."""
    stop = []
    spinners = [threading.Thread(target=spin, args=(lock, stop)) for _ in range(6)]
    for spinner in spinners:
        spinner.start()
    failed = 0
    for _ in range(times):
        if lock.acquire(timeout=5):
            lock.release()
        else:
            failed += 1
            break
    stop.append(True)
    for spinner in spinners:
        spinner.join()
    return failed


for make in threading.Lock, threading.RLock, threading.Condition:
    print(make.__name__, "waits in vain:", starved(make(), 20))

# A timeout that passes while the lock is held leaves it usable.
lock = threading.Lock()
with lock:
    waiters = [threading.Thread(target=lock.acquire, kwargs={"timeout": 0.01}) for _ in range(3)]
    for waiter in waiters:
        waiter.start()
    for waiter in waiters:
        waiter.join()
    print(lock.locked())
print(lock.locked(), lock.acquire(blocking=False))
