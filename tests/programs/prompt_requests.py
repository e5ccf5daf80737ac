"""A signal and a waiting thread are heard between native calls that take long, not after thousands of them."""

import signal
import threading
import time

big = list(range(200_000))
calls = 0


class Arrived(Exception):
    pass


def handler(number, frame):
    raise Arrived


def until_signal():
    global calls
    calls = 0
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        while True:
            sum(big)
            calls += 1
    except Arrived:
        return calls < 5000


def until_thread_is_done(work):
    done, count = [], 0

    def sleep():
        for _ in range(5):
            time.sleep(0.001)
        done.append(True)

    thread = threading.Thread(target=sleep)
    thread.start()
    while not done:
        work()
        count += 1
    thread.join()
    return count < 5000


print(until_signal())
print(until_thread_is_done(lambda: sum(big)))
print(until_thread_is_done(lambda: sorted(big, key=abs)))
print(until_signal())
