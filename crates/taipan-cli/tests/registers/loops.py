def total(items, start=0):
    for item in items:
        if item < 10:
            start += item
    return start


def closure(step):
    count = 0

    def advance():
        nonlocal count
        count += step
        return count

    return advance


print(total([1, 20, 3]), closure(2)())
