a = f"x{y}z", f"{y!r}", f"{y:>{w}}", f"{y = }", f"{y!s:{w}.{p}}", f"", f"plain", f"{{}}"
b = f"{a}" "b" f"{c}" 'd'
c = f"{x:%H:%M}" f"{ {1: 2}[1] }"
d = t"x{y}z", t"{y!r:>{w}}", t"", t"{y = }", t"a" t"{b}"
e = "é" "\ud800" "\N{BULLET}", b"\x00\xff"
def f(self):
    return f"<{self.__class__.__name__} at {id(self):#x}>"
