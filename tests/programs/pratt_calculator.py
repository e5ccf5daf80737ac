"""Pratt parsing: a calculator with functions, units and symbolic derivatives; reads expressions from stdin."""
import math
import operator
import re
import sys
from fractions import Fraction


class Token:
    def __init__(self, kind, text, at):
        self.kind, self.text, self.at = kind, text, at


class ParseError(Exception):
    def __init__(self, message, at):
        super().__init__(message)
        self.at = at


def tokens(text):
    at = 0
    pattern = re.compile(r"\s*(?:(\d+\.\d*|\.\d+|\d+)|([^\W\d]\w*)|(\*\*|//|[<>=!]=|.))")
    while at < len(text.rstrip()):
        m = pattern.match(text, at)
        kind = ("number", "name", "op")[m.lastindex - 1]
        yield Token(kind, m[m.lastindex], m.start(m.lastindex))
        at = m.end()
    yield Token("end", "end of input", len(text))


BINARY = {"=": 1, "?": 2, "or": 3, "and": 4, "==": 6, "<": 6, ">": 6, "<=": 6, ">=": 6, "!=": 6, "+": 7, "-": 7, "*": 8, "/": 8, "//": 8, "%": 8, "**": 10, "^": 10, "!": 11, "(": 12}
RIGHT = {"**", "^", "=", "?"}


class Parser:
    def __init__(self, text):
        self.tokens = list(tokens(text))
        self.at = 0

    @property
    def now(self):
        return self.tokens[self.at]

    def take(self, text=None):
        token = self.now
        if text is not None and token.text != text:
            raise ParseError(f"expected {text!r} but found {token.text!r}", token.at)
        self.at += 1
        return token

    def parse(self):
        tree = self.expression(0)
        if self.now.kind != "end":
            raise ParseError(f"unexpected {self.now.text!r}", self.now.at)
        return tree

    def expression(self, power):
        left = self.prefix()
        while (binding := BINARY.get(self.now.text, 0)) > power:
            token = self.take()
            match token.text:
                case "!":
                    left = ("call", "fact", [left])
                case "(":
                    if left[0] != "name":
                        raise ParseError("only names can be called", token.at)
                    left = ("call", left[1], self.arguments())
                case "?":
                    middle = self.expression(0)
                    self.take(":")
                    left = ("if", left, middle, self.expression(binding - 1))
                case op:
                    right = self.expression(binding - (op in RIGHT))
                    left = ("**" if op == "^" else op, left, right)
        return left

    def arguments(self):
        out = []
        while self.now.text != ")":
            out.append(self.expression(0))
            if self.now.text != ")":
                self.take(",")
        self.take(")")
        return out

    def prefix(self):
        token = self.take()
        match token:
            case Token(kind="number"):
                return ("num", Fraction(token.text))
            case Token(text="-"):
                return ("neg", self.expression(9))
            case Token(text="+"):
                return self.expression(9)
            case Token(text="not"):
                return ("not", self.expression(5))
            case Token(kind="name"):
                return ("name", token.text)
            case Token(text="("):
                inner = self.expression(0)
                self.take(")")
                return inner
            case Token(text="|"):
                inner = self.expression(0)
                self.take("|")
                return ("call", "abs", [inner])
        raise ParseError(f"unexpected {token.text!r}", token.at)


OPS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
FUNCTIONS = {"sqrt": math.sqrt, "sin": math.sin, "cos": math.cos, "ln": math.log, "exp": math.exp, "abs": abs, "max": max, "min": min, "fact": lambda n: math.factorial(int(n)), "gcd": lambda *a: math.gcd(*map(int, a))}


def evaluate(tree, env):
    match tree:
        case ("num", n):
            return n
        case ("name", name):
            if name not in env:
                raise NameError(f"{name} is not defined")
            return env[name]
        case ("neg", x):
            return -evaluate(x, env)
        case ("not", x):
            return not evaluate(x, env)
        case ("=", ("name", name), value):
            env[name] = evaluate(value, env)
            return env[name]
        case ("=", ("call", name, parameters), body) if all(p[0] == "name" for p in parameters):
            names = [p[1] for p in parameters]
            env[name] = lambda *args: evaluate(body, {**env, **dict(zip(names, args, strict=True))})
            return f"{name}/{len(names)}"
        case ("=", _, _):
            raise TypeError("cannot assign to that")
        case ("and" | "or" as op, a, b):
            left = evaluate(a, env)
            return (left and evaluate(b, env)) if op == "and" else (left or evaluate(b, env))
        case ("if", test, a, b):
            return evaluate(a if evaluate(test, env) else b, env)
        case ("call", "diff", [body, ("name", x)]):
            return show(simplify(derive(body, x)))
        case ("call", name, args):
            function = env.get(name) or FUNCTIONS.get(name)
            if not callable(function):
                raise NameError(f"no function {name}")
            return function(*(evaluate(a, env) for a in args))
        case ("**", a, b):
            return evaluate(a, env) ** evaluate(b, env)
        case (op, a, b):
            return OPS[op](evaluate(a, env), evaluate(b, env))


def derive(tree, x):
    match tree:
        case ("num", _):
            return ("num", 0)
        case ("name", name):
            return ("num", int(name == x))
        case ("neg", a):
            return ("neg", derive(a, x))
        case ("+" | "-" as op, a, b):
            return (op, derive(a, x), derive(b, x))
        case ("*", a, b):
            return ("+", ("*", derive(a, x), b), ("*", a, derive(b, x)))
        case ("/", a, b):
            return ("/", ("-", ("*", derive(a, x), b), ("*", a, derive(b, x))), ("**", b, ("num", 2)))
        case ("**", a, ("num", n)):
            return ("*", ("*", ("num", n), ("**", a, ("num", n - 1))), derive(a, x))
        case ("call", "sin", [a]):
            return ("*", ("call", "cos", [a]), derive(a, x))
        case ("call", "cos", [a]):
            return ("neg", ("*", ("call", "sin", [a]), derive(a, x)))
        case ("call", "exp", [a]):
            return ("*", tree, derive(a, x))
        case ("call", "ln", [a]):
            return ("/", derive(a, x), a)
    raise TypeError(f"cannot derive {tree[0]}")


def simplify(tree):
    match tree:
        case ("call", name, args):
            return ("call", name, [simplify(a) for a in args])
        case (op, a, b):
            match (op, simplify(a), simplify(b)):
                case ("+" | "-" | "*" | "/" as op, ("num", m), ("num", n)) if op != "/" or n:
                    return ("num", OPS[op](Fraction(m), n))
                case ("*", ("num", 0), _) | ("*", _, ("num", 0)) | ("/", ("num", 0), _):
                    return ("num", 0)
                case ("*", ("num", 1), z) | ("*", z, ("num", 1)) | ("+", ("num", 0), z) | ("+" | "-", z, ("num", 0)) | ("**", z, ("num", 1)):
                    return z
                case done:
                    return done
        case ("neg", a):
            return ("neg", simplify(a))
    return tree


def show(tree):
    match tree:
        case ("num", n) | ("name", n):
            return str(n)
        case ("neg", a):
            return f"-{show(a)}"
        case ("call", name, args):
            return f"{name}({', '.join(map(show, args))})"
        case (op, a, b):
            return f"({show(a)} {op} {show(b)})"


env = {"pi": math.pi, "e": math.e}
for line in map(str.rstrip, sys.stdin):
    if not line or line.startswith("#"):
        continue
    try:
        value = evaluate(Parser(line).parse(), env)
    except ParseError as error:
        print(line, "\n" + " " * error.at + "^", error)
    except (ArithmeticError, NameError, TypeError, ValueError, RecursionError) as error:
        print(f"{line}  =>  {type(error).__name__}: {error}")
    else:
        print(f"{line}  =>  {value}")
