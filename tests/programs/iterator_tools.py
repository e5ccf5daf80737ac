"""Iterator tools, partials, caches, heaps and the errors of containers, with CPython's messages."""

import bisect
import _functools
import heapq
from collections import OrderedDict, defaultdict, deque
from itertools import *

def S(x):
    print(repr(x))
def E(f):
    try: S(f())
    except StopIteration: print('stop')
    except BaseException as e: print(type(e).__name__, *e.args)
A=['a','b','c','d']
E(lambda: list(accumulate([1,2,3,4]))); E(lambda: list(accumulate([1,2,3],lambda a,b:a*b,initial=5)))
E(lambda: list(batched([1,2,3,4,5],2))); E(lambda: list(batched([1,2,3],2,strict=True))); E(lambda: list(pairwise(A))); E(lambda: list(pairwise([1])))
E(lambda: list(chain([1],[],[2,3]))); E(lambda: list(chain.from_iterable([[1],[2]]))); E(lambda: next(chain(1)))
for r in range(6):
    E(lambda: list(combinations(A,r))); E(lambda: list(combinations_with_replacement(A,r))); E(lambda: list(permutations(A,r)))
E(lambda: list(permutations(A))); E(lambda: list(permutations([]))); E(lambda: list(combinations_with_replacement([],0)))
E(lambda: list(product(A,[1,2]))); E(lambda: list(product([1,2],repeat=3))); E(lambda: list(product())); E(lambda: list(product(A,[]))); E(lambda: list(product([1,2],repeat=0)))
E(lambda: list(compress(A,[1,0,1]))); E(lambda: list(dropwhile(lambda x:x<3,[1,2,3,1]))); E(lambda: list(takewhile(lambda x:x<3,[1,2,3,1])))
E(lambda: list(filterfalse(None,[0,1,'',2]))); E(lambda: list(starmap(lambda a,b:a-b,[(5,2),[7,3]])))
E(lambda: [(k,list(g)) for k,g in groupby([1,1,2,2,1])]); E(lambda: [(k,list(g)) for k,g in groupby([1,3,2,4,5],lambda x:x%2)])
def gg():
    g=groupby([1,1,2,2,3]); a=next(g); b=next(g); return [list(a[1]), list(b[1]), next(g)[0]]
E(gg)
for a in [(2,),(0,),(1,3),(1,None),(0,10,3),(2,9,2),(5,2),(None,3),(None,None,2),(None,)]:
    E(lambda: list(islice([0,1,2,3,4,5,6,7,8,9],*a)))
E(lambda: islice([1],-1)); E(lambda: islice([1],1,2,0)); E(lambda: islice([1])); E(lambda: islice([1],'a',3))
def cy():
    c=cycle([1,2,3]); return [next(c) for _ in range(8)]
E(cy); E(lambda: next(cycle([]))); E(lambda: list(repeat('x',3))); E(lambda: list(repeat('x',-3))); E(lambda: repeat(1).__length_hint__())
def te2():
    a,b=tee(range(130)); x=[next(a) for _ in range(100)]; c=a.__copy__(); return [x==range(100), list(b)==range(130), list(a)==list(c), tee([1],0)]
E(te2)
E(lambda: list(zip_longest([1,2,3],[4],fillvalue='-'))); E(lambda: list(zip_longest())); E(lambda: zip_longest([1],foo=3))
E(lambda: combinations([1],-1)); E(lambda: batched([],0)); E(lambda: product([1],repeat=-1)); E(lambda: accumulate()); E(lambda: combinations([1])); E(lambda: tee([],-1))
E(lambda: _functools.reduce(lambda a,b:a*10+b,[1,2,3])); E(lambda: _functools.reduce(max,[])); E(lambda: _functools.reduce(max,[],7)); E(lambda: _functools.reduce(max,5))
P=_functools.partial; Ph=_functools.Placeholder
def f(*a,**k): return [list(a),k]
E(lambda: P(f,1,2,x='y')(3,z='w')); E(lambda: P(P(f,1),2,q='r')(3)); E(lambda: P(f,Ph,2)(1,3)); E(lambda: P(P(f,Ph,2,Ph,4),1)(3,5)); E(lambda: P(f,Ph,2)()); E(lambda: P(f,Ph)); E(lambda: P(1)); E(lambda: P()); E(lambda: P(f,a=Ph)); E(lambda: [P(f,1).args, P(f,1,k='v').keywords, P(f,1).func is f])
class C:
    m=P(f,1)
E(lambda: [len(C().m(2)[0])])
calls=[]
def slow(a,b=0):
    calls.append(a); return [a,b]
L=_functools._lru_cache_wrapper(slow,3,False,lambda *a:list(a))
for v in [1,2,3,1,4,1,2,3,5,1]: L(v)
L(1,b=2); L(1,b=2); S(calls); E(lambda: L.cache_info()); L.cache_clear(); E(lambda: L.cache_info())
L=_functools._lru_cache_wrapper(slow,None,True,lambda *a:list(a)); L(1); L(1); L(True); E(L.cache_info)
L=_functools._lru_cache_wrapper(slow,0,True,lambda *a:list(a)); L(1); L(1); E(L.cache_info)
L=_functools._lru_cache_wrapper(slow,200,False,lambda *a:list(a))
for v in range(1000): L(v*v%307)
E(L.cache_info)
E(lambda: L([])); E(lambda: _functools._lru_cache_wrapper(1,2,3,4)); E(lambda: _functools._lru_cache_wrapper(f,'a',3,4))
K=_functools.cmp_to_key(lambda a,b:b-a)
E(lambda: sorted([3,1,2],key=K)); E(lambda: K(1)<3); E(lambda: K(1)<K(2)); E(lambda: K(3).obj)
h=[]
for v in range(40): heapq.heappush(h,(v*37)%41)
S(h); E(lambda: [heapq.heappop(h) for _ in range(10)]); S(h); E(lambda: heapq.heapreplace(h,5)); E(lambda: heapq.heappushpop(h,2)); S(h)
g=[(v*17)%23 for v in range(20)]; heapq.heapify(g); S(g); heapq.heapify_max(g); S(g); E(lambda: [heapq.heappop_max(g), heapq.heappushpop_max(g,3), heapq.heapreplace_max(g,4)]); heapq.heappush_max(g,50); S(g)
E(lambda: heapq.heappop([])); E(lambda: heapq.heappush(1,2)); E(lambda: heapq.heapify(1))
b=[1,2,2,3]
E(lambda: [bisect.bisect_left(b,2),bisect.bisect_right(b,2),bisect.bisect_left(b,9),bisect.bisect_right(b,0),bisect.bisect_left(b,2,2),bisect.bisect_right(b,-2,key=lambda x:-x)])
bisect.insort_left(b,2); bisect.insort_right(b,4,key=lambda x:x); S(b); E(lambda: bisect.bisect_left(b,1,-1))
E(lambda: list(map(lambda a,b:a+b,[1,2],[3,4,5]))); E(lambda: list(zip([1,2],[3],strict=True))); E(lambda: list(zip([1],[3,4],[1],strict=True))); E(lambda: list(map(max,[1,2],[3],strict=True))); E(lambda: list(zip())); E(lambda: list(enumerate(A,7))); E(lambda: list(reversed((1,2,3)))); E(lambda: list(filter(lambda x:x%2,[1,2,3])))
for t in [lambda: enumerate(), lambda: enumerate(1), lambda: enumerate([],x=1), lambda: zip(1), lambda: zip([],foo=1), lambda: map(), lambda: map(1,2), lambda: filter(1), lambda: reversed(1), lambda: reversed({1}), lambda: reversed(), lambda: iter(1,2), lambda: [].append(), lambda: {}.clear(1), lambda: set().pop(1), lambda: [].index(1), lambda: [].remove(1), lambda: (1,)+[1], lambda: [1]+(1,), lambda: {}.pop(), lambda: {}.pop(1), lambda: {}.popitem(), lambda: [][1:2:0], lambda: {[]:1}, lambda: {}[[]], lambda: set([[]]), lambda: hash([]), lambda: hash({}), lambda: {1,2}|[1], lambda: {}|1, lambda: dict(5), lambda: dict(1,2), lambda: dict([(1,2,3)]), lambda: [].sort(1), lambda: list(1), lambda: list(1,2), lambda: list(x=1), lambda: tuple(1), lambda: set(1), lambda: set(x=1), lambda: frozenset(x=1), lambda: ().index(1), lambda: [1].__setitem__(5,1), lambda: [1].__delitem__(5), lambda: [1].insert(1), lambda: {1:2}.setdefault(), lambda: [1]<1, lambda: {}<{}, lambda: [1,2].__setitem__(slice(0,2,2),[1,2]), lambda: [1].__setitem__(slice(0,1),3), lambda: deque([1]).remove(5), lambda: deque().pop(), lambda: deque([1])[3], lambda: deque(1), lambda: deque([],-1), lambda: deque([1],1).insert(0,1), lambda: deque([1])+[1], lambda: deque().index(1), lambda: OrderedDict().popitem(), lambda: OrderedDict().move_to_end(1), lambda: OrderedDict().pop(3), lambda: OrderedDict(1,2), lambda: defaultdict(1), lambda: defaultdict()[1], lambda: set().remove(1), lambda: {1:2}.fromkeys(), lambda: {1:2}.update(1,2), lambda: [1]*'a', lambda: [1].pop(5), lambda: [].extend(1), lambda: {}.keys()|1, lambda: {1:2}.get(), lambda: next(iter([])), lambda: deque([1,2]).rotate('a')]: E(t)
def mut(c,g):
    for x in c: g(c)
E(lambda: mut({1:1},lambda c:c.update({len(c)+1:1}))); E(lambda: mut({1},lambda c:c.add(len(c)+5))); E(lambda: mut(deque([1]),lambda c:c.append(1))); E(lambda: mut(OrderedDict([(1,1)]),lambda c:c.update({2:2})))
class BadKey:
    def __eq__(s,o): raise ValueError('bad')
    def __hash__(s): return 1
E(lambda: {BadKey():1}[1]); E(lambda: BadKey() in [1]); E(lambda: {BadKey(),1})
class LL(list): pass
E(lambda: LL([1,2])+[3]); E(lambda: LL([1,2])[0]); E(lambda: len(LL([1,2])[0:1])); E(lambda: [type(LL([1])[:]) is list, type(LL([1])*2) is list])
class TT(tuple):
    def __new__(c,*a): return tuple.__new__(c,a)
E(lambda: [TT(1,2)==(1,2), type(TT(1)+(2,)) is tuple, TT(3,4)[1], len(TT())])
class SS(set): pass
E(lambda: [type(SS([1])|{2}) is set, type(SS([1]).copy()) is set, 1 in SS([1]), len(SS())])
class DD(dict):
    def __missing__(s,k): return 'm'
E(lambda: [DD(a='1')['a'], DD()['zz'], DD().get('q')])
E(lambda: [(x,y) for x,y in zip(*[iter([1,2,3,4])]*2)])
E(lambda: sorted([[2,1],[1,5],[1,2]])); E(lambda: sorted(['b','a','C'])); E(lambda: sorted([(1,'b'),(1,'a'),(0,'z')]))
def sm():
    l=[3,1,2]
    l.sort(key=lambda x: l.append(x) or x)
E(sm); E(lambda: sorted([1,'a'])); E(lambda: [1,2,3].sort(key=5))
