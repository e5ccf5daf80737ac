"""Names of modules and builtins read and written in loops, while namespaces and builtins change underneath."""

import builtins

total = 0
for step in range(200):
    total = total + step
    if step % 50 == 0:
        globals()[f"extra{step}"] = step
print(total, extra0, extra150)

for step in range(6):
    if step == 3:
        len = lambda value: "own len"
    if step == 5:
        del len
    print(step, len("abc"))

for step in range(6):
    if step == 2:
        builtins.answer = 42
    if step == 4:
        del builtins.answer
    try:
        print(step, answer)
    except NameError as error:
        print(step, error)

for step in range(5):
    if step == 3:
        del total
    try:
        total = total + 1
        print(total)
    except NameError as error:
        print(error)

CODE = compile(
    """
for i in range(n):
    count = count + i
    last = label
print(count, last, sorted(set(names()) & {'i', 'count', 'last'}))
""",
    "<code>",
    "exec",
)


def run(namespace, local=None):
    if local is None:
        exec(CODE, namespace)
    else:
        exec(CODE, namespace, local)


first = {"n": 5, "count": 0, "label": "first", "names": lambda: first}
second = {"n": 4, "count": 100, "label": "second", "names": lambda: second}
for _ in range(3):
    run(first)
    run(second)


class Namespace(dict):
    def __getitem__(self, key):
        if key == "label":
            return "by getitem"
        return super().__getitem__(key)

    def __missing__(self, key):
        if key == "n":
            return 3
        raise KeyError(key)


third = Namespace(count=0)
for _ in range(3):
    run({"names": lambda: third}, third)
local = {"count": 7}
for _ in range(3):
    run({"n": 2, "label": "global label", "names": lambda: local}, local)
print(sorted(key for key in local))

counter = 0


def bump(times):
    global counter, made
    for i in range(times):
        counter = counter + 1
        made = i


for times in (3, 1000):
    bump(times)
    print(counter, made)
    del made
bump(2)
print(counter, made)


class Body:
    n = 0
    for i in range(100):
        n = n + i
        step = n
    print(n, step, i)


values = [print] * 3
for value in [(1, 2), [3, 4], "ab", {5: 0, 6: 0}, range(2), (x for x in (7, 8))]:
    a, b = value
    print(a, b)
for value in [(1, 2, 3), [4, 5, 6], "abc", iter([7, 8, 9])]:
    a, b, c = value
    print(a, b, c)
for bad in [(1,), [1], [1, 2, 3], (1, 2, 3), "abc", 5]:
    try:
        a, b = bad
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)
    try:
        a, b, c, d = bad
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)
for number in (0, 9, 10, -1, -10, 2**62, -(2**62), 2**63, 123456789012345678901234567890):
    print(str(number), f"{number}", repr(number))
print([all(x for x in xs) for xs in ([], [1, 2], [1, 0])], [any(x for x in xs) for xs in ([], [0, 2], [0])])
all_, builtins.any = builtins.all, lambda items: "own any"
print(any(x for x in [1]), all(x for x in [1]))
