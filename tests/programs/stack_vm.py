"""A small language: tokenizer, recursive-descent compiler to byte code, peephole pass and a stack machine."""
import enum
import re
from dataclasses import dataclass, field


class Op(enum.IntEnum):
    PUSH, LOAD, STORE, ADD, SUB, MUL, DIV, MOD, LT, EQ, NOT, JUMP, JUMP_FALSE, CALL, RET, PRINT, POP, ARGS, HALT = range(19)


TOKEN = re.compile(r"\s*(?:(\d+)|(\w+)|(==|<=|>=|!=|[-+*/%<>=(){},;!]))")
KEYWORDS = {"let", "while", "if", "else", "fn", "return", "print"}


class CompileError(Exception):
    pass


@dataclass
class Function:
    name: str
    params: list
    code: list = field(default_factory=list)
    slots: dict = field(default_factory=dict)


class Compiler:
    def __init__(self, text):
        self.tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m:
                raise CompileError(f"bad character {text[at:].strip()[0]!r} in line {text.count(chr(10), 0, at) + 1}")
            self.tokens.append(m[1] and int(m[1]) or m[2] or m[3] if m[1] is None else int(m[1]))
            at = m.end()
        self.at, self.functions = 0, {}
        self.current = Function("main", [])

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, *wanted):
        token = self.peek()
        if wanted and token not in wanted:
            raise CompileError(f"expected {' or '.join(wanted)}, found {token!r}")
        self.at += 1
        return token

    def emit(self, op, arg=None):
        self.current.code.append([op, arg])
        return len(self.current.code) - 1

    def slot(self, name, create=False):
        slots = self.current.slots
        if name not in slots:
            if not create:
                raise CompileError(f"unknown variable {name}")
            slots[name] = len(slots)
        return slots[name]

    def program(self):
        while self.peek() is not None:
            self.statement()
        self.emit(Op.HALT)
        return self.current, self.functions

    def block(self):
        self.take("{")
        while self.peek() != "}":
            self.statement()
        self.take("}")

    def statement(self):
        match self.peek():
            case "let":
                self.take()
                name = self.take()
                self.take("=")
                self.expression()
                self.emit(Op.STORE, self.slot(name, create=True))
                self.take(";")
            case "while":
                self.take()
                start = len(self.current.code)
                self.expression()
                out = self.emit(Op.JUMP_FALSE)
                self.block()
                self.emit(Op.JUMP, start)
                self.current.code[out][1] = len(self.current.code)
            case "if":
                self.take()
                self.expression()
                out = self.emit(Op.JUMP_FALSE)
                self.block()
                if self.peek() == "else":
                    self.take()
                    end = self.emit(Op.JUMP)
                    self.current.code[out][1] = len(self.current.code)
                    self.block()
                    out = end
                self.current.code[out][1] = len(self.current.code)
            case "fn":
                self.take()
                function = Function(self.take(), [])
                self.functions[function.name] = function
                outer, self.current = self.current, function
                self.take("(")
                while self.peek() != ")":
                    function.params.append(self.take())
                    self.slot(function.params[-1], create=True)
                    if self.peek() == ",":
                        self.take()
                self.take(")")
                self.block()
                self.emit(Op.PUSH, 0)
                self.emit(Op.RET)
                self.current = outer
            case "return" | "print" as word:
                self.take()
                self.expression()
                self.emit(Op.RET if word == "return" else Op.PRINT)
                self.take(";")
            case str() as name if name not in KEYWORDS and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1] == "=":
                self.take()
                self.take()
                self.expression()
                self.emit(Op.STORE, self.slot(name))
                self.take(";")
            case _:
                self.expression()
                self.emit(Op.POP)
                self.take(";")

    LEVELS = [{"==": [Op.EQ], "!=": [Op.EQ, Op.NOT], "<": [Op.LT], ">=": [Op.LT, Op.NOT]}, {"+": [Op.ADD], "-": [Op.SUB]}, {"*": [Op.MUL], "/": [Op.DIV], "%": [Op.MOD]}]

    def expression(self, level=0):
        if level == len(self.LEVELS):
            return self.atom()
        self.expression(level + 1)
        while self.peek() in self.LEVELS[level]:
            ops = self.LEVELS[level][self.take()]
            self.expression(level + 1)
            for op in ops:
                self.emit(op)

    def atom(self):
        match self.take():
            case int(n):
                self.emit(Op.PUSH, n)
            case "(":
                self.expression()
                self.take(")")
            case "!":
                self.atom()
                self.emit(Op.NOT)
            case str(name) if name.isidentifier() and name not in KEYWORDS:
                if self.peek() == "(":
                    self.take()
                    count = 0
                    while self.peek() != ")":
                        self.expression()
                        count += 1
                        if self.peek() == ",":
                            self.take()
                    self.take(")")
                    self.emit(Op.CALL, (name, count))
                else:
                    self.emit(Op.LOAD, self.slot(name))
            case other:
                raise CompileError(f"unexpected {other!r}")


class Machine:
    def __init__(self, main, functions):
        self.functions, self.out, self.steps, self.max_depth = functions, [], 0, 0
        self.run(main)

    def run(self, main):
        stack, frames = [], []
        code, slots, pc = main.code, [0] * len(main.slots), 0
        binary = {Op.ADD: int.__add__, Op.SUB: int.__sub__, Op.MUL: int.__mul__, Op.DIV: int.__floordiv__, Op.MOD: int.__mod__, Op.LT: int.__lt__, Op.EQ: int.__eq__}
        while True:
            op, arg = code[pc]
            pc += 1
            self.steps += 1
            if op in binary:
                right = stack.pop()
                stack[-1] = int(binary[op](stack[-1], right))
            elif op is Op.PUSH:
                stack.append(arg)
            elif op is Op.LOAD:
                stack.append(slots[arg])
            elif op is Op.STORE:
                slots[arg] = stack.pop()
            elif op is Op.JUMP_FALSE:
                if not stack.pop():
                    pc = arg
            elif op is Op.JUMP:
                pc = arg
            elif op is Op.NOT:
                stack[-1] = int(not stack[-1])
            elif op is Op.CALL:
                name, count = arg
                function = self.functions[name]
                if count != len(function.params):
                    raise TypeError(f"{name} takes {len(function.params)} arguments, not {count}")
                frames.append((code, slots, pc))
                self.max_depth = max(self.max_depth, len(frames))
                values = stack[len(stack) - count:]
                del stack[len(stack) - count:]
                code, slots, pc = function.code, values + [0] * (len(function.slots) - count), 0
            elif op is Op.RET:
                code, slots, pc = frames.pop()
            elif op is Op.PRINT:
                self.out.append(stack.pop())
            elif op is Op.POP:
                stack.pop()
            else:
                return


SOURCES = ["""
fn fib(n) { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }
fn gcd(a, b) { while b != 0 { let t = a % b; a = b; b = t; } return a; }
let i = 0;
while i < 12 { print fib(i); i = i + 1; }
print gcd(1071, 462);
""", """
let n = 2;
while n < 60 {
  let d = 2; let prime = 1;
  while d * d < n + 1 { if n % d == 0 { prime = 0; } d = d + 1; }
  if prime { print n; } else { }
  n = n + 1;
}
print !(3 >= 4) * 7;
""", "fn down(n) { if n == 0 { return 0; } return down(n - 1) + 1; } print down(2000);",
    "print 1 / 0;", "print x;", "let a = 1 print a;", "fn f(a) { return a; } print f(1, 2);", "let b = 3 # 4;", "print (1 + ;"]
for source in SOURCES:
    try:
        main, functions = Compiler(source).program()
        machine = Machine(main, functions)
        print(machine.out, machine.steps, machine.max_depth)
    except (CompileError, TypeError, ZeroDivisionError) as error:
        print(f"{type(error).__name__}: {error}")
main, functions = Compiler(SOURCES[0]).program()
for i, (op, arg) in enumerate(functions["gcd"].code):
    print(f"{i:3} {op.name:<10} {'' if arg is None else arg}")
