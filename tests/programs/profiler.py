"""The profiler of _lsprof: counts by function and caller, timers, wrong arguments; cProfile with a clock that counts."""
import _lsprof, sys
def f(): pass
def t(f):
    try: print(f())
    except BaseException as e: print(type(e).__name__, e)
def show(p):
    print(sorted([(getattr(x.code,'co_name',x.code), *x[1:3], x.calls and sorted((getattr(y.code,'co_name',y.code), *y[1:3]) for y in x.calls)) for x in p.getstats()],key=str))
t(lambda:_lsprof.Profiler(1,2,3,4,5)); t(lambda:_lsprof.Profiler(x=1)); t(lambda: _lsprof.Profiler(timeunit='a'));t(lambda: _lsprof.profiler_entry((1,2,3,4,5,6)))
p=_lsprof.Profiler()
t(lambda: p._pystart_callback()); t(lambda: p._pystart_callback(1,2)); t(lambda:p._ccall_callback(1,2,3,4)); t(p.getstats); p.clear(); t(lambda: p._pystart_callback(1,2)); t(lambda: p._pyreturn_callback(1,2,3)); t(lambda: [x[:3] for x in p.getstats()])
t(p.disable)
p=_lsprof.Profiler(lambda: 5, 0.5); p.enable(); f(); len([]); 'a'.upper(); [].append(2); dict.fromkeys([]); int('3'); p.disable(); show(p)
p=_lsprof.Profiler(builtins=False,subcalls=False); p.enable(builtins=False); f(); len([]); p.disable(); show(p)
def g(n):
    if n: g(n-1); sorted([3,1,2], key=lambda x: -x)
def gen():
    yield 1; yield 2
class C:
    def __init__(self): self.x=1
    @property
    def y(self): return self.x
p=_lsprof.Profiler(); p.enable(); g(3); list(gen()); C().y
try: int('x')
except ValueError: pass
try: [].pop()
except IndexError: pass
print(end='', file=sys.stderr)
p.disable(); show(p)
for c in (_lsprof.Profiler,_lsprof.profiler_entry): print(c.__module__,c.__name__,c.__doc__,c.__text_signature__)
print(_lsprof.Profiler.enable.__doc__, _lsprof.Profiler.enable.__text_signature__)
p=_lsprof.Profiler(lambda: 'x'); sys.unraisablehook=lambda a: print(a.exc_value,a.err_msg[:50]); p.enable(); f(); p.disable()
p=_lsprof.Profiler(lambda: 'x',2); p.enable(); f(); p.disable()
p=_lsprof.Profiler(lambda: 2**80,2); p.enable(); f(); p.disable()
import cProfile, io, pstats
ticks = iter(range(10**6))
p = cProfile.Profile(lambda: next(ticks), 0.5)
p.runcall(g, 2)
with p:
    list(gen())
p.create_stats()
sys.stdout.flush()
for key, value in sorted(p.stats.items(), key=lambda item: item[0][2]):
    print(key[2], value[:4], sorted((caller[2], counts) for caller, counts in value[4].items()))
