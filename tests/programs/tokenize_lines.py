"""When the tokenizer asks for the next line: tools that count the lines read (pycodestyle) hang on it."""

import _tokenize
import io
import tokenize

SOURCES = [
    "x = 1\n'''a\nb\n'''\ny\n", "def f():\n  if x:\n    y\n\n# c\n  z\nw\n", "a = [1,\n 2,\n\n # c\n 3]\nb\n",
    "f'''a{x\n+1}\nb'''\n", "x \\\n + 1\n", "'''abc\nd", "(1,\n2", "f'{a", "x", "  x\n y\n", "\n\n\n", "# only",
    "if 1:\n\tx\n        y\n", "$\n?\n", "0_x\n", "t'''{\na!r:>{w\n}}'''\nq\n", "'abc\ndef\n",
    "class A:\n  '''d\n\n  e'''\n  def f(self): pass\n", "\\\n", "x\\", "é = 'ü'\nß\n",
    "x = \\\n\\\n \\\n1\n", "x \\\n\n y\n", "(\n\n# c\n\\\n\n)\n", "'\\\r\n\r\n'''x\n'''", "\n# c\n  # d\n\n\\\n\\\ny\n",
    "'\\\n\\\n'\n",
]


def trace(source, extra_tokens):
    """Prints each token with the number of lines read when it came."""
    lines = iter(source.splitlines(True))
    read = 0

    def readline():
        nonlocal read
        read += 1
        return next(lines, "")

    try:
        for token in _tokenize.TokenizerIter(readline, extra_tokens=extra_tokens):
            print(" ", read, *token)
    except SyntaxError as error:
        print(" ", read, error.msg, error.lineno, error.offset)


class Counter:
    """A reader that knows its line, asked while tokens are made."""

    def __init__(self, text):
        self.stream, self.line_number = io.StringIO(text), 0

    def readline(self):
        self.line_number += 1
        return self.stream.readline()


for source in SOURCES:
    for extra_tokens in (True, False):
        print(repr(source), extra_tokens)
        trace(source, extra_tokens)

# Each line is read once, however many belong together.
for source in ("a = " + "\\\n" * 20_000 + "1\n", "(" + "\n# c\n" * 10_000 + ")\n", "'''" + "a\n" * 20_000 + "'''\n"):
    for extra_tokens in (True, False):
        lines = iter(source.splitlines(True))
        print(sum(1 for _ in _tokenize.TokenizerIter(lambda: next(lines, ""), extra_tokens=extra_tokens)))

counter = Counter('"""Doc\n\nstring"""\nimport os\n\n\ndef f(a,\n      b):\n    return a + b\n')
for token in tokenize.generate_tokens(counter.readline):
    if token.type == tokenize.NAME:
        print(counter.line_number, token.start[0], token.string)


def failing():
    """Lines that stop with an error of their own."""
    yield "a = 1\n"
    yield "b = 2\n"
    raise ValueError("no more")


tokens = tokenize.generate_tokens(failing().__next__)
try:
    for token in tokens:
        print(token.string.rstrip(), end=" ")
except ValueError as error:
    print(error)
for lines in ([b"x"], [1], [None]):
    try:
        list(_tokenize.TokenizerIter(iter(lines).__next__, extra_tokens=True))
    except TypeError as error:
        print(error)
