"""Integers in a plain loop."""


def main():
    total, i = 0, 0
    while i < 5_000_000:
        if i % 3:
            total += i
        i += 1
    return total


print(main())
