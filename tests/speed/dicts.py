"""Dictionaries and sets with keys of several kinds."""


def main():
    words = [f"key{n % 5000}" for n in range(60_000)]
    counts = {}
    for turn in range(20):
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    pairs = {(a, b): a * b for a in range(300) for b in range(300)}
    odd = {value for value in pairs.values() if value % 2}
    return len(counts), sum(counts.values()), len(odd), sum(pairs[a, a] for a in range(300))


print(main())
