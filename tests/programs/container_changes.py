"""Thousands of random changes to sets, dicts, lists, deques and ordered dicts, shown in their order of iteration."""

from collections import OrderedDict, deque

out = []


def show(value):
    out.append(repr(value))


def flush():
    print(*out)
    out.clear()


seed=12345
def rnd(n):
    global seed
    seed=(seed*1103515245+12345)%2147483648
    return (seed//65536)%n
S=set(); F={}; L=[]; Q=deque(); Q2=deque([],5); O=OrderedDict(); names=['a','b','c','dd','ee','x','yy','zzz','foo','bar','baz','q1','q2','q3','q4','q5','k','m','n','o']
for i in range(3000):
    op=rnd(22); v=rnd(60)
    if op==0: S.add(v)
    elif op==1: S.discard(v)
    elif op==2: S.add(names[v%20])
    elif op==3: S|={v,v*7,names[v%20]}
    elif op==4: S-={v,v+1,v+2}
    elif op==5: S^={v,v*3}
    elif op==6 and S: show(S.pop())
    elif op==7: F[v]=i
    elif op==8: F.pop(v,None)
    elif op==9: F[names[v%20]]=i
    elif op==10 and F: show(F.popitem())
    elif op==11: L.append(v); L.sort()
    elif op==12: L.insert(v%7,v)
    elif op==13: L[v%5:v%9]=[v]*(v%3)
    elif op==14: del L[::v%5+2]
    elif op==15: Q.append(v); Q.rotate(v%5-2); Q2.append(v)
    elif op==16: Q.appendleft(v); Q2.appendleft(v)
    elif op==17 and Q: show(Q.popleft())
    elif op==18 and Q: Q.remove(Q[v%len(Q)])
    elif op==19: O[v]=i; O.move_to_end(v,last=not not v%2)
    elif op==20:
        if O and v%3==0: show(O.popitem(last=not not v%2))
        elif v in O: del O[v]
    elif op==21: Q.insert(v%4,v); L.extend([v,v+1]); L.reverse()
    if i%50==0:
        show(S); show(F); show(L); show(Q); show(Q2); show(O); show(frozenset(S)&frozenset({1,2,3,5,7,'a','foo'}))
        show(list(reversed(O))); show(sorted(L,reverse=True)); show(sorted([(x%5,x) for x in L]))
        flush()
        if len(L)>100: del L[30:]
big=OrderedDict()
for i in [j for j in range(2000)]: big[i]=i
for i in range(0,2000,3): big.move_to_end(i,last=False)
for i in range(500): big.popitem(last=False)
for i in range(100):
    if i+1000 in big: big.move_to_end(i+1000)
    big[i+5000]=1
show(list(big)); flush()
bs=set()
for i in range(3000): bs.add((i*7919)%10007)
for i in range(0,3000,2): bs.discard((i*7919)%10007)
show(list(bs)[:300]); flush()
x=[(i*7919)%1009 for i in range(1000)]
y=sorted(x, key=lambda v: (v%10, -v)); show(y); flush()
y=sorted(x, key=lambda v: v%7, reverse=True); show(y); flush()

print("# ordered dicts that change")
import collections


class Restless:
    """Its hash is never the same."""

    turn = 0

    def __hash__(self):
        Restless.turn += 1
        return Restless.turn * 7919

    def __repr__(self):
        return "Restless"


class Armed:
    calls = None

    def __hash__(self):
        return 1

    def __eq__(self, other):
        if Armed.calls is not None:
            Armed.calls += 1
            if Armed.calls == 2:
                ordered.clear()
        return self is other


def attempt(act):
    try:
        print(act())
    except Exception as error:
        print(type(error).__name__, error)


ordered = collections.OrderedDict((Restless(), i) for i in range(20))
for act in (lambda: list(ordered), lambda: list(ordered.values()), lambda: list(reversed(ordered.items())),
            lambda: repr(ordered), lambda: ordered.copy()):
    attempt(act)
ordered = collections.OrderedDict({Armed(): 1, Armed(): 2})
Armed.calls = 0
attempt(lambda: ordered.copy())


class Telling(collections.OrderedDict):
    def __getitem__(self, key):
        print("item", key, end=" ")
        return super().__getitem__(key)


telling = Telling(a=1, b=2)
for act in (repr, dict, list, lambda each: each.copy(), lambda each: list(each.items())):
    attempt(lambda: act(telling))


class Endless:
    def __iter__(self):
        return iter("ab")

    def __length_hint__(self):
        return sys.maxsize


import sys

for act in (lambda: values.extend(Endless()), lambda: list(Endless()), lambda: values):
    values = [1]
    attempt(act)
for act in (lambda: "%*d" % (-sys.maxsize - 1, 1), lambda: b"%*d" % (-sys.maxsize - 1, 1)):
    attempt(act)
