"""Generators in a pipeline, comprehensions, closures."""


def numbers(limit):
    yield from range(limit)


def squares(source):
    for n in source:
        yield n * n


def keep(predicate, source):
    return (n for n in source if predicate(n))


print(sum(keep(lambda n: n % 7 == 3 or n & 16, squares(numbers(2_000_000)))), len([n for n in squares(range(400_000))]))
