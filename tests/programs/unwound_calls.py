"""Exceptions leave calls whose callables and arguments were made for them, while collections move all else."""


def rubbish(n=3):
    return [[str(i), (i, {i: i})] for i in range(n)]
def boom(x, y):
    rubbish()
    rubbish()
    raise ValueError(x)
def mk(n):
    z = [n]
    return lambda x: boom(z, x)
class C:
    def m(self, a): return mk(3)([a])
def outer(n):
    return [n], mk(n)([n]), C().m([n]), 5
for i in range(300):
    try: outer(i)
    except ValueError as e: pass
print("fine")
