"""Code objects that nobody refers to are freed, with all that belongs to them."""
import gc
import weakref


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def collected(make):
    reference = weakref.ref(make())
    for _ in range(3):
        gc.collect()
    return reference() is None


def ran():
    code = compile("def f(a, *b, c=1):\n    return lambda: (a, b, c)\nanswer = f(1, 2, c=3)()", "<ran>", "exec")
    space = {}
    exec(code, space)
    assert space["answer"] == (1, (2,), 3)
    return code


def function_code():
    space = {}
    exec("def f():\n    yield 1", space)
    return space["f"].__code__


print("never ran:", collected(lambda: compile("x = [1, 2, 'three']", "<new>", "exec")))
print("ran:", collected(ran))
print("of a function:", collected(function_code))

# Code in code in code: made, compared and freed in time and without recursion, also where it lies in two places each.
stacked, doubled = (compile("0", "<stacked>", "exec") for _ in range(2))
for _ in range(20_000):
    stacked = stacked.replace(co_consts=((stacked,),))
for _ in range(64):
    doubled = doubled.replace(co_consts=(doubled, doubled))
print("stacked:", type(stacked.co_consts[0][0]).__name__, doubled.co_consts[0] == doubled.co_consts[1])
exec(stacked)
stacked = doubled = None
gc.collect()

# What is still in use stays.
space = {}
exec("def outer():\n    def inner():\n        yield 'alive'\n    return inner()", space)
generator = space.pop("outer")()
del space
gc.collect()
print(next(generator), generator.gi_code.co_name, generator.gi_frame.f_code.co_qualname)

source = "\n".join(f"def f{i}(a, b=None):\n    'doc {i}'\n    return [a, b, {i}.5, 'text {i}']" for i in range(300))
for _ in range(10):
    compile(source, "<warm>", "exec")
before = resident()
for _ in range(100):
    compile(source, "<again>", "exec")
print("compiling again and again stays below 40 MB more:", resident() - before < 40_000)

for i in range(200):
    exec(f"x{i} = lambda: {i}\nassert x{i}() == {i}", {})
before = resident()
for i in range(1500):
    exec(f"x{i} = lambda: {i}\nassert x{i}() == {i}", {})
print("running new code again and again stays below 20 MB more:", resident() - before < 20_000)
