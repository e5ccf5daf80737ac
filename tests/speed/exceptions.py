"""Exceptions raised and caught through several frames."""


class Refused(ValueError):
    pass


def check(n):
    if n % 3 == 0:
        raise Refused(n)
    return n


def careful(n):
    try:
        return check(n)
    finally:
        n += 1


def main():
    refused = total = 0
    for n in range(1_500_000):
        try:
            total += careful(n)
        except Refused as error:
            refused += error.args[0] & 1
    return refused, total


print(main())
