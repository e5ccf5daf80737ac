"""Allocates for SECONDS (first argument, default 60) with cycles, weak references, finalisers and threads.

Fails when the memory of the process in the last third differs by more than 5 % from that in the middle third.
"""
import gc
import random
import sys
import threading
import time
import weakref

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
finalised = 0


class Node:
    def __init__(self, number):
        self.number, self.other, self.data = number, None, [number] * (number % 17)


class Finalised(Node):
    def __del__(self):
        global finalised
        finalised += 1


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def churn(seed, end):
    rng = random.Random(seed)
    alive = {}
    cache = weakref.WeakValueDictionary()
    dead = []
    while time.monotonic() < end:
        for number in range(2000):
            node = (Finalised if number % 50 == 0 else Node)(number)
            peer = Node(number + 1)
            node.other, peer.other = peer, node
            key = rng.randrange(5000)
            if number % 7 == 0:
                alive[key] = node
                cache[key] = node
            if number % 31 == 0:
                dead.append(weakref.ref(node, lambda ref: None))
            if number % 101 == 0:
                alive[key, "text"] = "x" * rng.randrange(3000), bytearray(rng.randrange(20000))
        for key in rng.sample(list(alive), len(alive) // 4):
            del alive[key]
        del dead[: len(dead) // 2]
        for key, node in list(cache.items()):
            assert node.other.other is node, key


def main():
    start = time.monotonic()
    end = start + SECONDS
    threads = [threading.Thread(target=churn, args=(seed, end)) for seed in range(3)]
    for thread in threads:
        thread.start()
    samples = []
    while time.monotonic() < end:
        time.sleep(min(0.5, SECONDS / 30))
        samples.append(resident())
    for thread in threads:
        thread.join()
    third = len(samples) // 3
    middle, last = (sum(part) / len(part) for part in (samples[third : 2 * third], samples[2 * third :]))
    gc.collect()
    print(f"{len(samples)} samples, RSS middle third {middle / 1e6:.1f} MB, last third {last / 1e6:.1f} MB, finalised {finalised}")
    return abs(last - middle) > 0.05 * middle or not finalised


sys.exit(main())
