"""The iterators over sequences by index: hints of their length, pickling, and states set to good and bad numbers."""
import array
import copy
import pickle

SEQUENCES = [
    "abé", "", "xyz", (1, 2, 3), (), b"abc", b"", bytearray(b"qqq"), [1, 2, 3], [],
    array.array("i", [1, 2, 3]), range(3), range(10**30, 10**30 + 3),
]
STATES = [0, -1, -2, -9, 1, 2, 3, 4, 100, True, 10**30, -10**30, 2.0, None, "a"]


def state_of(iterator):
    """What `__reduce__` tells, with the name of the function in place of the function."""
    function, *rest = iterator.__reduce__()
    return [function.__name__, *rest]


def set_state(iterator, state):
    """Set the state; give what became of it."""
    try:
        iterator.__setstate__(state)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "set"


def hint(iterator):
    """The hint of the length, where the type has one."""
    return iterator.__length_hint__() if hasattr(iterator, "__length_hint__") else "no hint"


def walk(make):
    """Set each state on a fresh iterator, look at it, end it, and set a good state again."""
    for state in STATES:
        iterator = make()
        print(type(iterator).__name__, repr(state), set_state(iterator, state), state_of(iterator), hint(iterator))
        print("   ", list(copy.copy(iterator)), list(iterator), state_of(iterator), hint(iterator))
        print("   ", set_state(iterator, 0), list(iterator))
        iterator = make()
        next(iterator, None)
        print("   ", set_state(iterator, -3), next(iterator, "end"), set_state(iterator, 1), list(iterator))


for sequence in SEQUENCES:
    walk(lambda: iter(sequence))
for sequence in ([1, 2, 3], (1, 2, 3), "abc", []):
    walk(lambda: reversed(sequence))

for sequence in SEQUENCES:
    iterator = iter(sequence)
    next(iterator, None)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(iterator, protocol))
        print(type(again).__name__, protocol, list(again), end="; ")
    print()

growing = [1]
iterator = iter(growing)
print(next(iterator), hint(iterator), state_of(iterator))
growing += [2, 3]
print(hint(iterator), next(iterator), state_of(iterator))
del growing[:]
print(hint(iterator), state_of(iterator), next(iterator, "end"), state_of(iterator))
growing += [4, 5, 6]
print(next(iterator, "end"))
held = iter([1, 2, 3])
held.__setstate__(-1)
for item in held:
    print("never", item)
held.__setstate__(1)
print(list(held))
