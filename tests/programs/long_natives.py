"""Others get their turn, and signals their handlers, although each native call of a loop takes a while."""

import hashlib
import signal
import threading
import time

BLOCK = bytes(1 << 18)
# Far more than fit into the time that passes, far fewer than the loop's calls between two looks at the clock's requests.
MANY = 3000


def hashed_while_others_run():
    stop = threading.Event()
    count = 0

    def work():
        nonlocal count
        digest = hashlib.md5()
        while not stop.is_set() and count < MANY:
            digest.update(BLOCK)
            count += 1

    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(10):
        time.sleep(0)
    stop.set()
    worker.join()
    return count


def hashed_until_the_signal():
    class Arrived(Exception):
        pass

    def handler(number, frame):
        raise Arrived

    before = signal.signal(signal.SIGALRM, handler)
    count = 0
    digest = hashlib.sha1()
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        while count < MANY:
            digest.update(BLOCK)
            count += 1
    except Arrived:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return count


print("the main thread had ten turns:", hashed_while_others_run() < MANY)
print("the handler ran:", hashed_until_the_signal() < MANY)
