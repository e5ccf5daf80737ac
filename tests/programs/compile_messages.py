# What compile(), ast, code objects and the tokenizer say where something is odd.
import _imp
import _opcode
import _tokenize
import ast
import io
import select
import types
import warnings


def attempt(question, *args, **named):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = question(*args, **named)
        except Exception as error:
            answer = type(error).__name__, error
            if isinstance(error, SyntaxError):
                answer += error.args, error.filename, error.lineno, error.offset, error.end_lineno, error.end_offset
    print(answer, [(w.lineno, str(w.message)) for w in caught])


def code(source, mode="exec"):
    return type(compile(source, "f", mode)).__name__


# Warnings come before the error of a later stage, in the order of the source.
for source in [
    "1 is 1\nbreak",
    "try: pass\nfinally:\n  return 1\n",
    "x='\\s';0x1for x in 'a';1is 2; assert(1,2); 1()",
    "def f():\n  1()\n  x: int = (yield)\n",
    "1()\nmatch x:\n case a | b: pass",
]:
    attempt(code, source)

# The place of an escape behind quotes; where warnings are errors.
for source in ['"""""a\\s"""', "'''\"a\\s'''", "b'''''\\477'''", "x = 'a' 'b\\s'"]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        try:
            compile(source, "f", "exec")
        except SyntaxError as error:
            print(error.msg, error.lineno, error.offset, error.end_offset)

# The file name, and the text by which keywords are guessed.
for source in [b"\xff", b"# coding: utf-8\n\xff", b"# coding: latin-1\n\xe9 y", b"\xef\xbb\xbfx y", b"x\r\ny $"]:
    try:
        compile(source, "f", "exec")
    except SyntaxError as error:
        print(ascii(error.args), error.filename, ascii(getattr(error, "_metadata", None)))

# Constants of sets keep their order.
print([x for x in {16, 8, 0, 24}], [x for x in {24, 0, 8, 16}], compile("x in {16, 8, 0}", "f", "eval").co_consts)
print(compile("x in {1, 2}; x in {2, 1}", "f", "exec").co_consts)

# Code objects.
plain = compile("x", "f", "eval")
print(plain.replace(co_stacksize=0).co_stacksize, compile("def f(): raise", "f", "exec").co_consts[0].co_stacksize)
print(plain.replace(co_filename="g", co_qualname="q", co_stacksize=9) == plain, plain.replace(co_name="g") == plain)
print(hash(plain.replace(co_filename="g")) == hash(plain))
for field, value in [
    ("co_argcount", -1), ("co_argcount", 1), ("co_flags", 2**31), ("co_code", "x"), ("co_code", b"x"), ("co_names", ["x"]),
    ("co_names", (1,)), ("co_name", None), ("co_nlocals", 1), ("co_posonlyargcount", 1), ("co_filenam", "x"),
]:
    attempt(lambda: type(plain.replace(**{field: value})))
parts = [1, 0, 0, 1, 1, 0, b"\x80\x00R\x00#\x00", (None,), (), ("a",), "fn", "n", "q", 1, b"", b"", (), ()]
for at, value in [(0, -1), (3, -1), (4, -1), (6, 1), (7, []), (8, (1,)), (9, ("a", "b")), (10, None), (13, 2**40)]:
    attempt(lambda: type(types.CodeType(*parts[:at], value, *parts[at + 1 :])))
for oparg in (-1, 2**31, 2**31 - 1):
    attempt(_opcode.stack_effect, _opcode.stack_effect and 52, oparg)

# Trees: names and constants are checked last.
for change in [
    'x.body[0].name = "None"; x.body[0].body = []',
    'x.body[0].name = "None"',
    'x.body[0].body[0].value.value = object(); x.body[0].body[0].end_lineno = 0',
    "x.body[0].body[0].value.value = (1, [])",
    'x.body[0].body[0].value.value = slice(1)',
]:
    tree = ast.parse("def f(a): 1")
    exec(change, {"x": tree})
    attempt(compile, tree, "f", "exec")
tree = ast.parse('"%s-%s" % (a, b)', optimize=1)
print([value.lineno for value in tree.body[0].value.values])

# The tokenizer.
for source in ["(", "x\n(\n", "a\0b", "x\n'\0'", "a\n  b\n c\n", "\udc80"]:
    attempt(lambda: list(_tokenize.TokenizerIter(io.StringIO(source).readline, extra_tokens=True)))
tokens = list(_tokenize.TokenizerIter(io.StringIO("é = 'ü' " + "+ f'{ä}' " * 3000).readline, extra_tokens=True))
print(len(tokens), tokens[-3][:4], tokens[0][4] is tokens[100][4])

print(_imp.source_hash(0x1234, b"").hex())
attempt(int, bse=1)
attempt(compile, "", "", "exec", flgs=1)
attempt(compile, "", "", "exec", 2**31)
attempt(select.poll().poll, 2**31)
