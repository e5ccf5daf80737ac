def one():
    try:
        f()
    except (A, B) as e:
        g(e)
    except C:
        raise
    except:
        return 1
    else:
        h()
    finally:
        k()


def loop(x):
    for i in x:
        try:
            if i:
                continue
            return i
        finally:
            done(i)
    while x:
        try:
            break
        except E as e:
            raise X from e


def groups():
    try:
        f()
    except* A as e:
        g(e)
    except* (B, C):
        pass


def managers():
    with a as b, c:
        d()
    with (a, b as (x, y)):
        return x
    for i in z:
        with a:
            if i: break
            continue


def nested():
    try:
        try:
            a = 1
        except A:
            del a
        finally:
            print(a)
    except B:
        return a
