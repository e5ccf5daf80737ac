x: int = 1
y: list[int]
(z): str = ""
a.b: int
a[1]: int = 2
if x:
    w: int = 3
def f(p: int, *q: str, r: float = 1, **s: bytes) -> None:
    local: int = 1
    other: str
    return local
class K:
    m: int
    def g(self, k: m): pass
    if m:
        n: str
