"""An interpreter for a small Lisp, written with match statements."""
import math
import operator
from dataclasses import dataclass, field
from functools import reduce


@dataclass(frozen=True)
class Symbol:
    name: str

    def __repr__(self):
        return self.name


@dataclass
class Env:
    names: dict = field(default_factory=dict)
    outer: "Env | None" = None

    def find(self, name):
        env = self
        while env is not None:
            if name in env.names:
                return env
            env = env.outer
        raise NameError(f"unbound: {name}")


@dataclass
class Closure:
    params: list
    body: list
    env: Env

    def __repr__(self):
        return f"<lambda {' '.join(map(repr, self.params))}>"


def tokenize(text):
    lines = (line.split(";")[0] for line in text.splitlines())
    return " ".join(lines).replace("(", " ( ").replace(")", " ) ").replace("'", " ' ").split()


def read(tokens):
    match tokens:
        case []:
            raise SyntaxError("unexpected end")
        case ["'", *rest]:
            quoted, rest = read(rest)
            return [Symbol("quote"), quoted], rest
        case ["(", *rest]:
            items = []
            while rest and rest[0] != ")":
                item, rest = read(rest)
                items.append(item)
            if not rest:
                raise SyntaxError("missing )")
            return items, rest[1:]
        case [")", *_]:
            raise SyntaxError("unexpected )")
        case [("#t" | "#f") as word, *rest]:
            return word == "#t", rest
        case [word, *rest]:
            for kind in (int, float):
                try:
                    return kind(word), rest
                except ValueError:
                    pass
            return Symbol(word), rest


def evaluate(form, env):
    while True:
        match form:
            case Symbol(name):
                return env.find(name).names[name]
            case bool() | int() | float() | str():
                return form
            case []:
                return []
            case [Symbol("quote"), value]:
                return value
            case [Symbol("if"), test, then, *otherwise]:
                form = then if evaluate(test, env) is not False else (otherwise[0] if otherwise else [])
            case [Symbol("define"), [Symbol(name), *params], *body]:
                env.names[name] = Closure(params, body, env)
                return Symbol(name)
            case [Symbol("define"), Symbol(name), value]:
                env.names[name] = evaluate(value, env)
                return Symbol(name)
            case [Symbol("set!"), Symbol(name), value]:
                env.find(name).names[name] = evaluate(value, env)
                return []
            case [Symbol("lambda"), [*params], *body]:
                return Closure(params, body, env)
            case [Symbol("let"), [*pairs], *body]:
                inner = Env({p[0].name: evaluate(p[1], env) for p in pairs}, env)
                for part in body[:-1]:
                    evaluate(part, inner)
                form, env = body[-1], inner
            case [Symbol("begin"), *body, last]:
                for part in body:
                    evaluate(part, env)
                form = last
            case [Symbol("cond"), *clauses]:
                for clause in clauses:
                    match clause:
                        case [Symbol("else"), value]:
                            form = value
                            break
                        case [test, value] if evaluate(test, env) is not False:
                            form = value
                            break
                else:
                    return []
            case [head, *args]:
                function = evaluate(head, env)
                values = [evaluate(arg, env) for arg in args]
                match function:
                    case Closure(params, body, outer) if len(params) == len(values):
                        env = Env({p.name: v for p, v in zip(params, values)}, outer)
                        for part in body[:-1]:
                            evaluate(part, env)
                        form = body[-1]
                    case Closure(params=params):
                        raise TypeError(f"{len(params)} arguments expected, {len(values)} given")
                    case _ if callable(function):
                        return function(*values)
                    case other:
                        raise TypeError(f"not a function: {other!r}")
            case _:
                raise SyntaxError(f"bad form {form!r}")


def show(value):
    match value:
        case True | False:
            return "#t" if value else "#f"
        case [*items]:
            return "(" + " ".join(map(show, items)) + ")"
        case float(x) if x.is_integer():
            return f"{x:.1f}"
        case _:
            return repr(value)


GLOBALS = {
    "+": lambda *a: sum(a), "*": lambda *a: reduce(operator.mul, a, 1), "-": lambda a, *b: a - sum(b) if b else -a,
    "/": operator.truediv, "<": operator.lt, ">": operator.gt, "=": operator.eq, "mod": operator.mod, "car": lambda x: x[0], "cdr": lambda x: x[1:],
    "cons": lambda a, b: [a, *b], "list": lambda *a: list(a), "null?": lambda x: x == [], "sqrt": math.sqrt, "not": lambda x: x is False,
}
PROGRAM = """
(define (fact n) (if (< n 2) 1 (* n (fact (- n 1)))))
(fact 30)
(define (loop n acc) (if (= n 0) acc (loop (- n 1) (+ acc n))))   ; a tail call
(loop 5000 0)
(define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l)))))
(map (lambda (x) (* x x)) '(1 2 3 4.5))
(define (counter) (let ((n 0)) (lambda () (begin (set! n (+ n 1)) n))))
(define c (counter))
(list (c) (c) (c))
(cond ((< 2 1) 'no) (#f 'never) (else '(yes (nested #t ()))))
(let ((x 3) (y 4)) (sqrt (+ (* x x) (* y y))))
(define (compose f g) (lambda (x) (f (g x))))
((compose fact (lambda (x) (+ x 1))) 5)
(define (primes n) (let ((try 0)) (begin (define (div? k d) (cond ((> (* d d) k) #f) ((= (mod k d) 0) #t) (else (div? k (+ d 1)))))
  (define (go k) (if (> k n) '() (if (div? k 2) (go (+ k 1)) (cons k (go (+ k 1))))))  (go 2))))
(primes 60)
compose
(undefined 1)
(fact 1 2)
(3 4)
(car '())
(/ 1 0)
(let (()) 1)
"""
env = Env(dict(GLOBALS))
tokens = tokenize(PROGRAM)
while tokens:
    form, tokens = read(tokens)
    try:
        print(show(form)[:60], "=>", show(evaluate(form, env)))
    except Exception as error:
        print(show(form)[:60], "=>", f"{type(error).__name__}: {error}")
for bad in ("(1 2", ")", ""):
    try:
        read(tokenize(bad))
    except SyntaxError as error:
        print("syntax:", error)
