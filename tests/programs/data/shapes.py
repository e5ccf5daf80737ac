"""Shapes on a grid."""
from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """A point with integer coordinates."""

    x: int = 0
    y: int = 0

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y)


def area(points: list[Point]) -> float:
    """The area of a simple polygon.

    >>> area([Point(0, 0), Point(4, 0), Point(4, 3)])
    6.0
    >>> area([])
    0.0
    """
    total = 0
    for i, p in enumerate(points):
        q = points[(i + 1) % len(points)]
        total += p.x * q.y - q.x * p.y
    return abs(total) / 2


def perimeter(points, *, closed=True, **options):
    """Length of the outline.

    >>> perimeter([Point(0, 0), Point(3, 4)], closed=False)
    5.0
    >>> perimeter([Point(0, 0), Point(3, 4)])
    10.0
    >>> perimeter([], scale=2)
    Traceback (most recent call last):
        ...
    ValueError: no points
    """
    if not points:
        raise ValueError("no points")
    pairs = list(zip(points, points[1:] + ([points[0]] if closed else [])))
    total = sum(math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairs)
    return total * options.get("scale", 1)


def classify(shape):
    """
    >>> [classify(s) for s in ({"kind": "circle", "r": 2}, [1, 2], (), 7, "x")]
    ['circle of 2', 'pair', 'empty', 'number', 'other']
    """
    match shape:
        case {"kind": "circle", "r": radius}:
            return f"circle of {radius!r}"
        case [_, _]:
            return "pair"
        case [] | ():
            return "empty"
        case int() | float():
            return "number"
        case _:
            return "other"


async def pump(source, sink):
    async with sink as out:
        async for item in source:
            try:
                await out.put(item[0] if item else None)
            except* (OSError, ValueError) as group:
                print(group.exceptions)
            finally:
                del item


def spiral(n):
    x = y = 0
    dx, dy = 0, -1
    while n > 0:
        yield x, y
        if x == y or (x < 0 and x == -y) or (x > 0 and x == 1 - y):
            dx, dy = -dy, dx
        x, y = x + dx, y + dy
        n -= 1
    else:
        return [i for i in range(3) if i % 2] + [*"ab"]


type Grid[T] = dict[Point, T]

if __name__ == "__main__":
    import doctest
    print(doctest.testmod())
