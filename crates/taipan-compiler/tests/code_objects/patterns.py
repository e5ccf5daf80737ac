def f(x):
    match x:
        case 1 | -2 | 3.5 | 1 + 2j | "s" "t" | None | True:
            return 1
        case [a, b, *rest] if a:
            return a, b, rest
        case (a, (b, _)) | {"a": a, "b": b}:
            return a, b
        case {"k": 1, **rest}:
            return rest
        case Point(x=0, y=y) | Point(0, y):
            return y
        case [Point() as p, *_] | (str() as p):
            return p
        case mod.CONST:
            pass
        case {}:
            return 2
        case []:
            return 3
        case z:
            return z
    match x, 1:
        case [_, _]: pass
        case _: return 4


match a:
    case 1: b
