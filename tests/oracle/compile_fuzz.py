"""Generates random programs and compares how they are compiled with the oracle.

Run with CPython 3.14: python3.14 compile_fuzz.py PATH_TO_compile_source_EXAMPLE [SEED [COUNT]]
"""

import ast
import random
import sys
import warnings

import compile_compare

NAMES = ["a", "b", "c", "x", "__p", "self", "super", "__class__", "all", "tuple"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def name(self):
        return self.random.choice(NAMES[: self.pick(4, 5, 10)])

    def exprs(self, depth, low=0, high=3):
        return ", ".join(self.expr(depth) for _ in range(self.random.randint(low, high)))

    def expr(self, depth):
        if depth <= 0:
            return self.pick(self.name(), "1", "'s'", "None", "True", "2.5", "b'x'", "...", "-1", "(1, 2)", "1j", "300", self.name())
        e = lambda: self.expr(depth - 1)
        r = self.random.randrange(36)
        match r:
            case 0: return f"({e()} {self.pick('+', '-', '*', '/', '//', '%', '**', '@', '<<', '>>', '&', '|', '^')} {e()})"
            case 1: return f"({self.pick('-', '+', '~', 'not ')}{e()})"
            case 2: return f"({e()} {self.pick('and', 'or')} {e()} {self.pick('and', 'or')} {e()})"
            case 3: return f"({e()} {self.pick('<', '==', 'in', 'not in', 'is', 'is not', '>=')} {e()})"
            case 4: return f"({e()} < {e()} {self.pick('<', '!=', 'in')} {e()})"
            case 5: return f"({e()} if {e()} else {e()})"
            case 6: return f"(lambda {self.pick('', 'a', 'a, b=1', '*a, **b', 'a, /, b, *, c=2')}: {e()})"
            case 7: return f"[{self.exprs(depth - 1)}]"
            case 8: return f"({self.exprs(depth - 1, 2)})"
            case 9: return f"{{{self.exprs(depth - 1, 1)}}}"
            case 10: return f"{{{e()}: {e()}, **{e()}}}"
            case 11 | 12: return f"[{e()} {self.generators(depth)}]"
            case 13: return f"{{{e()}: {e()} {self.generators(depth)}}}"
            case 14: return f"{{{e()} {self.generators(depth)}}}"
            case 15: return f"({e()} {self.generators(depth)})"
            case 16: return f"{self.pick('all', 'any', 'tuple', 'a')}({e()} {self.generators(depth)})"
            case 17: return f"{self.name()}({self.exprs(depth - 1)})"
            case 18: return f"{self.name()}({e()}, *{e()}, k={e()}, **{e()})"
            case 19: return f"{e()}.{self.name()}({self.exprs(depth - 1)})"
            case 20: return f"{e()}.{self.name()}(k={e()})"
            case 21: return f"super().{self.name()}"
            case 22: return f"super().{self.name()}({e()})"
            case 23: return f"{e()}[{e()}]"
            case 24: return f"{e()}[{e()}:{self.pick('', e())}]"
            case 25: return f"{e()}[::{e()}]"
            case 26: return f"({self.name()} := {e()})"
            case 27: return f"f'{{{self.name()}!r:>{{{self.name()}}}}}x{{{self.name()}}}'"
            case 28: return f"t'{{{self.name()}}}x'"
            case 29: return f"('%s %r' % ({e()}, {e()}))"
            case 30: return f"(yield {self.pick('', e())})"
            case 31: return f"(await {e()})"
            case 32: return f"[*{e()}, {e()}]"
            case 33: return f"(yield from {e()})"
            case 34: return "__debug__"
            case _: return self.name()

    def generators(self, depth):
        clauses = []
        for _ in range(self.pick(1, 1, 2)):
            prefix = self.pick("", "", "", "", "", "async ")
            target = self.pick(self.name(), self.name(), f"({self.name()}, {self.name()})")
            source = self.pick(self.expr(depth - 1), f"[{self.expr(depth - 1)}]")
            condition = self.pick("", "", f" if {self.expr(depth - 1)}")
            clauses.append(f"{prefix}for {target} in {source}{condition}")
        return " ".join(clauses)

    def target(self):
        n = self.name
        return self.pick(n(), n(), f"{n()}.{n()}", f"{n()}[{n()}]", f"({n()}, *{n()})", f"{n()}[{n()}:1]", f"self.{n()}")

    def pattern(self, depth):
        p = lambda: self.pattern(depth - 1)
        if depth <= 0:
            return self.pick("1", "'s'", "None", "_", self.name(), "a.b", "-1", "1+2j")
        match self.random.randrange(8):
            case 0: return f"[{p()}, {p()}]"
            case 1: return f"[{p()}, *{self.pick('_', self.name())}, {p()}]"
            case 2: return f"{{'k': {p()}, 'l': {p()}, **{self.name()}}}"
            case 3: return f"C({p()}, y={p()})"
            case 4: return f"({p()} | {p()})"
            case 5: return f"({p()} as {self.name()})"
            case 6: return "{}"
            case _: return p()

    def block(self, depth, indent):
        return "".join(self.stmt(depth, indent) for _ in range(self.pick(1, 1, 2, 3)))

    def params(self, depth):
        d = self.expr(0)
        ann = self.pick("", "", ": " + self.expr(1))
        return self.pick("", "self", f"a{ann}", f"a, b={d}", f"*a{ann}, **b", f"a, /, b, *, c={d}", f"self, *, x{ann}")

    def type_params(self, depth):
        return self.pick("", "", "", "", f"[T: {self.expr(1)}]", "[T, *U]", f"[T = {self.expr(1)}, **P = {self.expr(0)}]")

    def stmt(self, depth, indent):
        pad = "    " * indent
        e = lambda: self.expr(self.pick(0, 1, 2, 2))
        if depth <= 0:
            simple = self.random.randrange(22)
            match simple:
                case 0: return f"{pad}return {self.pick('', e())}\n"
                case 1: return f"{pad}break\n"
                case 2: return f"{pad}continue\n"
                case 3: return f"{pad}{self.target()} = {self.target()} = {e()}\n"
                case 4: return f"{pad}{self.name()} += {e()}\n"
                case 5: return f"{pad}{self.name()}.{self.name()} -= {e()}\n"
                case 6: return f"{pad}{self.name()}[{e()}] *= {e()}\n"
                case 7: return f"{pad}{self.name()}[{e()}:{e()}] |= {e()}\n"
                case 8: return f"{pad}{self.name()}: {e()}{self.pick('', ' = ' + e())}\n"
                case 9: return f"{pad}self.{self.name()}: {e()}\n"
                case 10: return f"{pad}raise {e()}{self.pick('', ' from ' + e())}\n"
                case 11: return f"{pad}assert {e()}{self.pick('', ', ' + e())}\n"
                case 12: return f"{pad}del {self.target().replace('*', '')}\n"
                case 13: return f"{pad}import {self.pick('a', 'a.b', 'a.b.c as x', 'a, b')}\n"
                case 14: return f"{pad}from {self.pick('a', '.', '..b')} import a, b as c\n"
                case 15: return f"{pad}global {self.name()}\n"
                case 16: return f"{pad}nonlocal {self.name()}\n"
                case 17: return f"{pad}'doc'\n"
                case 18: return f"{pad}type {self.name()}{self.pick('', '[T]')} = {e()}\n"
                case 19: return f"{pad}pass\n"
                case _: return f"{pad}{e()}\n"
        b = lambda: self.block(depth - 1, indent + 1)
        orelse = lambda: self.pick("", "", f"{pad}else:\n{b()}")
        prefix = self.pick("", "", "", "async ")
        match self.random.randrange(18):
            case 0 | 1 | 2:
                decorator = self.pick("", "", f"{pad}@{self.name()}\n")
                returns = self.pick("", "", f" -> {e()}")
                head = f"{prefix}def {self.name()}{self.type_params(depth)}({self.params(depth)}){returns}:"
                return f"{decorator}{pad}{head}\n{b()}"
            case 3 | 4:
                bases = self.pick("", "", f"({self.name()})", f"({self.name()}, k={e()})", f"(*{self.name()})")
                return f"{pad}class {self.name()}{self.type_params(depth)}{bases}:\n{b()}"
            case 5 | 6:
                return f"{pad}if {e()}:\n{b()}{self.pick('', f'{pad}elif {e()}:{chr(10)}{b()}')}{orelse()}"
            case 7: return f"{pad}{prefix}for {self.target()} in {e()}:\n{b()}{orelse()}"
            case 8: return f"{pad}while {e()}:\n{b()}{orelse()}"
            case 9 | 10: return f"{pad}{prefix}with {e()}{self.pick('', f' as {self.name()}')}, {e()}:\n{b()}"
            case 11 | 12:
                star = self.pick("", "", "", "*")
                handlers = f"{pad}except{star} {self.name()}{self.pick('', f' as {self.name()}')}:\n{b()}"
                handlers += self.pick("", f"{pad}except{star} {self.name()}:\n{b()}")
                return f"{pad}try:\n{b()}{handlers}{orelse()}{self.pick('', f'{pad}finally:{chr(10)}{b()}')}"
            case 13: return f"{pad}try:\n{b()}{pad}finally:\n{b()}"
            case 14 | 15:
                cases = ""
                for _ in range(self.pick(1, 2, 3)):
                    guard = self.pick("", f" if {e()}")
                    cases += f"{pad}    case {self.pattern(2)}{guard}:\n{self.block(depth - 1, indent + 2)}"
                return f"{pad}match {e()}:\n{cases}"
            case _: return self.stmt(0, indent)


class Args:
    snippets = True
    verbose = 2


def main():
    program = compile_compare.Program(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    warnings.simplefilter("ignore")
    results = {}
    while results.get("ok", 0) < count:
        seed += 1
        generator = Generator(seed)
        head = generator.pick("", "async def f(self, a, b, __p):\n", "class C:\n", "def f(self, *, a):\n", "async def f():\n")
        indent = 1 if head else 0
        if head and generator.pick(0, 1):
            head += "    for x in y:\n"
            indent = 2
        source = head + "".join(generator.stmt(generator.pick(1, 2, 3), indent) for _ in range(generator.pick(1, 2)))
        try:
            ast.parse(source)
        except SyntaxError:
            results["unparsable"] = results.get("unparsable", 0) + 1
            continue
        optimize = generator.pick(0, 0, 0, 1, 2)
        try:
            compile(source, "<oracle>", "exec", dont_inherit=True)
        except SyntaxError:
            if generator.pick(0, 0, 0, 0, 1) == 0:
                continue
            results["errors"] = results.get("errors", 0) + 1
        result = compile_compare.compare(program, source.encode(), optimize, Args, f"seed {seed} -O{optimize}")
        results[result] = results.get(result, 0) + 1
        if result not in ("ok", "message"):
            print(source)
    print(results)
    return set(results) - {"ok", "unparsable", "errors"} != set()


if __name__ == "__main__":
    sys.exit(main())
