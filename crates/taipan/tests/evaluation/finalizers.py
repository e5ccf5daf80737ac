# __del__ and abandoned generators, once their objects are unreachable.
log = []


class Noisy:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


class Phoenix:
    def __del__(self):
        kept.append(self)


def generator():
    try:
        yield 1
    finally:
        log.append("closed")


def abandon():
    Noisy(1)
    Phoenix()
    g = generator()
    next(g)


kept = []
for _ in (1, 2, 3, 4, 5, 6, 7, 8):
    abandon()
i = 0
junk = None
while i < 100000:
    junk = [i, junk] if i % 5 else None
    i += 1
# A stale word on the native stack may keep one or the other alive for a while.
assert log.count(1) >= 4 and log.count("closed") >= 4, log
assert len(kept) >= 4 and isinstance(kept[0], Phoenix)
