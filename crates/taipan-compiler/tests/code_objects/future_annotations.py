from __future__ import annotations
import a.b.c, d as e, a.b as g
from . import x
from ..y import z as w, v
from m import *
def f(p: int, q: "str" = 1) -> list[int]: pass
class K:
    m: int = 1
