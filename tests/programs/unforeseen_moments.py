"""What happens to come while the program is somewhere else: callbacks deep in a recursion, interrupts during waits, forks
during imports, failures of threads without a stream."""

import _imp
import _thread
import gc
import os
import signal
import sys
import threading
import time
import weakref

signal.signal(signal.SIGINT, signal.default_int_handler)


class Thing:
    pass


class Finalised:
    def __del__(self):
        log.append(deep(20))


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


def callback(reference):
    log.append(deep(30))


def at_the_limit():
    """Collects where no more call is allowed."""
    try:
        return at_the_limit() + 1
    except RecursionError:
        gc.collect()
        return 0


log, references = [], []
thing = Thing()
references.append(weakref.ref(thing, callback))
del thing
Finalised()
at_the_limit()
print("deep", sorted(log))

# A simulated interrupt does not end a wait for a lock, but comes before the wait returns.
def interrupt_and_release(lock):
    _thread.interrupt_main()
    time.sleep(0.05)
    order.append("released")
    lock.release()


order = []
lock = threading.Lock()
lock.acquire()
thread = threading.Thread(target=interrupt_and_release, args=[lock])
try:
    with threading.Lock():
        thread.start()
        lock.acquire()
        order.append("not reached")
except KeyboardInterrupt:
    order.append("interrupted")
print("wait", order, lock.locked())
thread.join()

# The same through a condition, whose lock must be held when it is left.
condition = threading.Condition()
def notify():
    with condition:
        _thread.interrupt_main()
        condition.notify()
thread = threading.Thread(target=notify)
try:
    with condition:
        thread.start()
        condition.wait()
        time.sleep(0)
except KeyboardInterrupt:
    print("condition", condition.acquire(blocking=False))
thread.join()

# A handler that raises leaves the other signals for later.
seen = []
signal.signal(signal.SIGUSR1, lambda *_: 1 / 0)
signal.signal(signal.SIGUSR2, lambda *_: seen.append("second"))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGUSR2})
os.kill(os.getpid(), signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGUSR2)
try:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1, signal.SIGUSR2})
    for _ in range(1_000_000):
        pass
except ZeroDivisionError:
    for _ in range(1_000_000):
        pass
print("signals", seen)

# A child does not see what an import of another thread has half done.
started = threading.Event()
def importing():
    _imp.acquire_lock()
    sys.modules["half"] = "partial"
    started.set()
    time.sleep(0.02)
    sys.modules["half"] = "complete"
    _imp.release_lock()
thread = threading.Thread(target=importing)
thread.start()
started.wait()
import warnings
warnings.simplefilter("ignore")
pid = os.fork()
if not pid:
    os._exit(7 if sys.modules["half"] == "complete" and not _imp.lock_held() else 1)
print("fork", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
thread.join()
print("held", _imp.lock_held())
try:
    _imp.release_lock()
except RuntimeError as error:
    print(error)
held = []
_imp.acquire_lock()
thread = threading.Thread(target=lambda: (_imp.acquire_lock(), held.append(1), _imp.release_lock()))
thread.start()
time.sleep(0.02)
print("other", held, end=" ")
_imp.release_lock()
thread.join()
print(held)

# A child made while other threads are everywhere in their waits and wakes.
def churn():
    event = threading.Event()
    while not stop:
        with lock:
            event.wait(0.0001)
stop = False
lock = threading.Lock()
threads = [threading.Thread(target=churn) for _ in range(4)]
for thread in threads:
    thread.start()
codes = []
for _ in range(20):
    pid = os.fork()
    if not pid:
        fresh = threading.Thread(target=lambda: None)
        fresh.start()
        fresh.join()
        os._exit(threading.active_count() == 1)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
stop = True
for thread in threads:
    thread.join()
print("forks", set(codes))

# A thread that fails tells the stream there was when it was made.
class Stream:
    def write(self, text):
        written.append(text)
    def flush(self):
        pass
written = []
sys.stderr, stderr = Stream(), sys.stderr
gate = threading.Event()
thread = threading.Thread(target=lambda: gate.wait() and 1 / 0, name="failing")
thread.start()
sys.stderr = None
gate.set()
thread.join()
sys.stderr = stderr
print("".join(written).splitlines()[0])
