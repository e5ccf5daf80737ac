"""Random operations on decimal numbers under random contexts, one line of result, flags and error each.

    decimal_fuzz.py generate SEED COUNT        the lines of the interpreter that runs this
    decimal_fuzz.py compare PYTHON TAIPAN [SEED [COUNT]]   runs both and shows the lines that differ
"""
import random
import subprocess
import sys

UNARY = """abs exp ln log10 minus next_minus next_plus normalize plus to_integral_value to_integral_exact sqrt
    logical_invert logb to_sci_string to_eng_string number_class is_normal is_subnormal create_decimal""".split()
BINARY = """add compare compare_signal divide divide_int divmod max max_mag min min_mag multiply next_toward quantize
    remainder remainder_near subtract compare_total compare_total_mag logical_and logical_or logical_xor rotate scaleb
    shift same_quantum copy_sign power""".split()
TERNARY = ["fma", "power"]
ROUNDINGS = ["ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP", "ROUND_HALF_DOWN",
             "ROUND_HALF_EVEN", "ROUND_05UP"]


def digits(r):
    kind = r.random()
    n = r.choice((1, 1, 2, 3, 5, 9, 16, 19, 20, 28, 29, 38, 39, 57, 90, 300) if kind < 0.9 else (1, 2))
    style = r.random()
    if style < 0.6:
        return "".join(r.choice("0123456789") for _ in range(n))
    if style < 0.7:
        return r.choice("123459") + "0" * (n - 1)
    if style < 0.8:
        return "9" * n
    if style < 0.9:
        return "".join(r.choice("01") for _ in range(n))
    return "".join(r.choice("0123456789") for _ in range(n // 2)) + r.choice("05") + "0" * (n // 2)


def number(r, small=False):
    kind = r.random()
    sign = r.choice(("", "", "-"))
    if not small and kind < 0.06:
        return sign + r.choice(("NaN", "sNaN", "Infinity", "NaN" + digits(r), "sNaN" + digits(r), "Inf"))
    if kind < 0.12:
        return sign + r.choice(("0", "0E+5", "0E-7", "1", "1.0", "1E+3", "1.000", "10", "0.1", "0E+999", "0E-1020"))
    if kind < 0.4:
        return sign + digits(r)
    if kind < 0.7:
        text = digits(r)
        at = r.randrange(len(text) + 1)
        return sign + (text[:at] or "0") + "." + text[at:]
    spread = r.choice((3, 10, 30, 60, 400, 1000, 1100))
    if small:
        spread = r.choice((3, 10, 30))
    return f"{sign}{digits(r)}E{r.randint(-spread, spread):+d}"


def context(r, decimal):
    prec = r.choice((1, 2, 3, 5, 9, 16, 17, 19, 20, 28, 28, 28, 34, 38, 39, 50, 100, 250))
    emax = r.choice((0, 1, 5, 9, 50, 384, 999, 6144, 999999))
    emin = -r.choice((0, 1, 5, 9, 50, 383, 999, 6143, 999999))
    return decimal.Context(prec=prec, rounding=r.choice(ROUNDINGS), Emin=emin, Emax=emax, capitals=r.randint(0, 1),
                           clamp=r.randint(0, 1), flags=[], traps=[])


def spec(r):
    return (r.choice(("", "", "<", ">", "^", "=", "*<", "0=", "é^")) + r.choice(("", "", "+", "-", " ")) +
            r.choice(("", "", "z")) + r.choice(("", "", "0")) + r.choice(("", "5", "12", "30")) +
            r.choice(("", "", ",")) + r.choice(("", ".0", ".1", ".3", ".10")) +
            r.choice(("", "e", "E", "f", "F", "g", "G", "%", "n", "x")))


def one(r, decimal):
    D, c = decimal.Decimal, context(r, decimal)
    kind = r.random()
    if kind < 0.25:
        name, args = r.choice(UNARY), [number(r, small=True) if r.random() < 0.3 else number(r)]
    elif kind < 0.75:
        name, args = r.choice(BINARY), [number(r), number(r)]
        if name in ("rotate", "shift", "scaleb") and r.random() < 0.8:
            args[1] = str(r.randint(-c.prec - 1, c.prec + 1))
        if name.startswith("logical") and r.random() < 0.8:
            args = ["".join(r.choice("01") for _ in range(r.randint(1, 60))) for _ in args]
        if name == "power" and r.random() < 0.5:
            args[1] = str(r.randint(-40, 40))
        if name == "quantize" and r.random() < 0.7:
            args[1] = f"1E{r.randint(-40, 10)}"
    elif kind < 0.8:
        name, args = r.choice(TERNARY), [number(r), number(r), number(r)]
        if name == "power":
            args = [str(r.randint(-10 ** 12, 10 ** 12)), str(r.randint(-5, 10 ** 20)), str(r.randint(-10 ** 9, 10 ** 9))]
    elif kind < 0.9:
        name, args = "format", [number(r), spec(r)]
    else:
        name, args = r.choice(("hash", "int", "float", "ratio", "tuple", "round", "order", "float_exact", "fraction")), [number(r), number(r)]
    values = [D(x) if i == 0 or name != "format" else x for i, x in enumerate(args)]
    return name, args, values, c


def evaluate(name, values, c, decimal, r):
    D = decimal.Decimal
    if name == "format":
        with decimal.localcontext(c):
            return format(values[0], values[1])
    if name == "hash":
        return hash(values[0]) if not values[0].is_nan() else "nan"
    if name == "int":
        return int(values[0])
    if name == "float":
        return float(values[0])
    if name == "ratio":
        return values[0].as_integer_ratio()
    if name == "tuple":
        return values[0].as_tuple(), values[0].adjusted(), values[0].is_signed()
    if name == "round":
        with decimal.localcontext(c):
            return round(values[0]), round(values[0], 2)
    if name == "order":
        a, b = values
        return a == b, a < b, a >= b
    if name == "float_exact":
        f = r.uniform(-1e6, 1e6)
        return D(f), values[0] < f, values[0] == f
    if name == "fraction":
        from fractions import Fraction
        f = Fraction(r.randint(-1000, 1000), r.randint(1, 1000))
        return values[0] == f, values[0] < f
    result = getattr(c, name)(*values)
    return result


def generate(seed, count):
    import decimal
    sys.set_int_max_str_digits(0)
    for i in range(count):
        r = random.Random(f"{seed}/{i}")
        name, args, values, c = one(r, decimal)
        try:
            shown = repr(evaluate(name, values, c, decimal, r))
        except Exception as error:
            shown = f"{type(error).__name__}: {error}"
        flags = [s.__name__ for s, on in c.flags.items() if on]
        print(i, name, args, c.prec, c.Emin, c.Emax, c.rounding, c.clamp, "->", shown, flags)


def compare(python, taipan, seed="0", count="20000"):
    outputs = [subprocess.run([exe, __file__, "generate", seed, count], capture_output=True, text=True, timeout=3000)
               for exe in (python, taipan)]
    for output in outputs:
        if output.returncode:
            print(output.stderr[-2000:])
    lines = [output.stdout.splitlines() for output in outputs]
    differ = [(a, b) for a, b in zip(*lines) if a != b]
    for a, b in differ[:30]:
        print("want", a[:1200], "\ngot ", b[b.find("->"):][:700])
    print(f"{min(map(len, lines))} of {count} cases, {len(differ)} differ")
    return int(bool(differ) or len(lines[0]) != len(lines[1]))


if __name__ == "__main__":
    if sys.argv[1] == "generate":
        generate(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(compare(*sys.argv[2:]))
