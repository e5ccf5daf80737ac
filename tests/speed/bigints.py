"""Large integers: digits of pi by Machin's formula, powers, text."""


def arctan(inverse, unity):
    total = term = unity // inverse
    n, sign, square = 3, -1, inverse * inverse
    while term:
        term //= square
        total += sign * (term // n)
        sign, n = -sign, n + 2
    return total


unity = 10**12010
pi = 4 * (4 * arctan(5, unity) - arctan(239, unity)) // 10**10
print(pi % 10**20, pow(pi, 65537, 10**500 + 7) % 10**20)
