def loops(a, b):
    for i in range(a):
        if i == b:
            continue
        elif i > 3 and b or a:
            break
    else:
        a = None
    while True:
        if a is None:
            return b
        if not (a is not None or b):
            a, b = b, a
        while a < b <= 3:
            a += 1
        else:
            break
    del a
    return a


def conditions(a, b, c):
    x = a if b else c
    y = a and b and c or x
    z = not a or not b
    if a if b else c:
        pass
    if (n := a) > 1:
        return n
    return x, y, z, a < b < c, a == b != c


def unpack(a):
    b, c = a
    (d, *e), f = b, c
    [g, h, i] = a
    b, c, d = d, c, b
    a = b = c
    a[0], a.x = b
    a[b] += c
    a.x *= 2
    a[1:2] = b
    del a[1:2], a.x, b
    return a, c, d, e, f, g, h, i


while x:
    if y: pass
while 0:
    dead()
if 1:
    live()
else:
    dead()
