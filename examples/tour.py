"""A tour: a small shop's day, told with classes, patterns, generators, decorators, async code and exceptions.

    taipan examples/tour.py [DAYS]
"""

import asyncio
import contextlib
import functools
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Iterator


class Kind(Enum):
    SALE = "sale"
    RETURN = "return"
    DELIVERY = "delivery"


@dataclass(order=True, frozen=True)
class Event:
    minute: int
    kind: Kind
    item: str
    count: int
    price: Fraction = field(compare=False, default=Fraction(0))

    def __str__(self):
        hours, minutes = divmod(self.minute, 60)
        return f"{hours:02}:{minutes:02} {self.kind.value:<8} {self.count:>3} x {self.item}"


class OutOfStock(Exception):
    """More was sold than the shelf held."""


class Audited(type):
    """Collects the public methods of each class it makes."""

    def __new__(meta, name, bases, namespace, **options):
        made = super().__new__(meta, name, bases, namespace)
        made.operations = sorted(key for key in namespace if not key.startswith("_"))
        return made


def counted(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        call.calls += 1
        return function(*args, **kwargs)

    call.calls = 0
    return call


class Shelf(metaclass=Audited):
    def __init__(self):
        self._stock = defaultdict(int)

    @counted
    def put(self, item: str, count: int) -> None:
        self._stock[item] += count

    @counted
    def take(self, item: str, count: int) -> None:
        if (held := self._stock[item]) < count:
            raise OutOfStock(f"{count} x {item} wanted, {held} held")
        self._stock[item] -= count

    def __getitem__(self, item):
        return self._stock[item]


JOURNAL = """
09:05 delivery 40 apple
09:07 delivery 25 pear
09:30 sale 3 apple 0.45
10:02 sale 7 pear 0.60
10:15 return 1 pear 0.60
11:40 sale 38 apple 0.40
12:00 sale 5 apple 0.40
16:45 delivery 30 plum
16:59 sale 30 plum 0.25
17:20 closed
"""


def read(journal: str) -> Iterator[Event]:
    line_form = re.compile(r"(?P<h>\d\d):(?P<m>\d\d)\s+(?P<kind>\w+)\s+(?P<count>\d+)\s+(?P<item>\w+)(?:\s+(?P<price>[\d.]+))?")
    for line in filter(None, journal.splitlines()):
        if found := line_form.fullmatch(line):
            minute = int(found["h"]) * 60 + int(found["m"])
            yield Event(minute, Kind(found["kind"]), found["item"], int(found["count"]), Fraction(found["price"] or 0))


async def work(shelf: Shelf, events: asyncio.Queue, ledger: Counter, problems: list):
    while (event := await events.get()) is not None:
        match event:
            case Event(kind=Kind.DELIVERY, item=item, count=count):
                shelf.put(item, count)
            case Event(kind=Kind.RETURN, item=item, count=count, price=price):
                shelf.put(item, count)
                ledger[item] -= count * price
            case Event(kind=Kind.SALE, item=item, count=count, price=price) if count:
                try:
                    shelf.take(item, count)
                except OutOfStock as error:
                    error.add_note(f"at {event}")
                    problems.append(error)
                else:
                    ledger[item] += count * price
        await asyncio.sleep(0)


async def day(shelf: Shelf):
    events, ledger, problems = asyncio.Queue(maxsize=2), Counter(), []
    async with asyncio.TaskGroup() as group:
        group.create_task(work(shelf, events, ledger, problems))
        for event in sorted(read(JOURNAL)):
            await events.put(event)
        await events.put(None)
    return ledger, problems


@contextlib.contextmanager
def heading(text: str):
    print(text, "-" * len(text), sep="\n")
    yield
    print()


def main(days: int):
    shelf = Shelf()
    total = Counter()
    for number in range(1, days + 1):
        ledger, problems = asyncio.run(day(shelf))
        total.update(ledger)
        with heading(f"Day {number}"):
            for item, sum_ in sorted(ledger.items(), key=lambda pair: -pair[1]):
                print(f"{item:<8}{float(sum_):>8.2f}   left {shelf[item]:>3}")
            for problem in problems:
                print("problem:", problem, *problem.__notes__)
    with heading("Together"):
        print({item: str(sum_) for item, sum_ in total.most_common()})
        print("operations:", ", ".join(f"{name} ({getattr(Shelf, name).calls} calls)" for name in Shelf.operations))
        print("checksum:", pow(total["apple"].numerator, 4096, (1 << 127) - 1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
