"""Sources, trees, marshalled data and objects that nest 100,000 deep: an exception or a result, no crash and no hang.

    python3 tests/oracle/deep_nesting.py TAIPAN [--depth N] [--time SECONDS] [--jobs N] [--only TEXT ...]
    TAIPAN tests/oracle/deep_nesting.py --worker NAME [--depth N]     (one kind; what the first form starts)
    TAIPAN tests/oracle/deep_nesting.py --gate                        (a selection in this process, which `cargo test` runs)

Each kind runs in a process of its own. Sources are compiled, parsed, evaluated as literals, tokenized and given to `symtable`;
trees are compiled, unparsed, dumped and copied; marshalled data is loaded, also as a `.pyc` file. Only the exceptions named in
EXPECTED may come. Exit status 1 when a kind crashed, took longer than the limit or gave another exception.
"""

import argparse
import ast
import concurrent.futures
import copy
import importlib.machinery
import importlib.util
import io
import marshal
import os
import pickle
import subprocess
import symtable
import sys
import tempfile
import time
import tokenize

REFUSED = (SyntaxError, MemoryError, RecursionError)
EXPECTED = (SyntaxError, MemoryError, RecursionError, ValueError, OverflowError, EOFError, tokenize.TokenError)

# What stands before the innermost part, the innermost part, what stands behind it; the frame around all of it, `@` its place.
NESTED = {
    'parentheses': ('(', '1', ')'),
    'lists': ('[', '1', ']'),
    'tuples': ('(', '1', ',)'),
    'sets': ('{', '1', '}'),
    'dict values': ('{1: ', '1', '}'),
    'dict keys': ('{', '1', ': 1}'),
    'dict unpacking': ('{**', 'x', '}'),
    'displays of all kinds': ('([{', 'x', '}])'),
    'call arguments': ('f(', '1', ')'),
    'call keywords': ('f(x=', '1', ')'),
    'call stars': ('f(*', 'x', ')'),
    'call double stars': ('f(**', 'x', ')'),
    'called in parentheses': ('(', 'f', ')()'),
    'subscripts': ('a[', '1', ']'),
    'slice starts': ('a[', '1', ':]'),
    'slice stops': ('a[1:', '1', ']'),
    'slice steps': ('a[::', '1', ']'),
    'subscript stars': ('a[*', 'x', ']'),
    'lambdas': ('lambda: ', '1', ''),
    'lambda parameters': ('lambda x, *y, **z: ', '1', ''),
    'lambda defaults': ('lambda x=(', '1', '): x'),
    'lambda defaults, bare': ('lambda x=', '1', ': x'),
    'conditional tests': ('1 if ', '1', ' else 2'),
    'conditional values': ('(', '1', ' if x else 2)'),
    'conditional rests': ('1 if x else ', '1', ''),
    'not': ('not ', '1', ''),
    'minus signs': ('-', '1', ''),
    'plus signs': ('+', '1', ''),
    'inversions': ('~', '1', ''),
    'mixed signs': ('-~+', 'x', ''),
    'powers': ('2 ** ', '2', ''),
    'powers of negatives': ('2 ** -', '2', ''),
    'right sums': ('1 + (', '1', ')'),
    'right comparisons': ('1 < (', '1', ')'),
    'right ands': ('x and (', '1', ')'),
    'right ors': ('x or (', '1', ')'),
    'walrus': ('(a := ', '1', ')'),
    'starred lists': ('[*', 'x', ']'),
    'starred': ('*', 'x', ''),
    'list comprehension iterables': ('[x for x in ', 'y', ']'),
    'list comprehension elements': ('[', '1', ' for x in y]'),
    'list comprehension conditions': ('[x for x in y if ', '1', ']'),
    'list comprehension targets': ('[x for (', 'x', ',) in y]'),
    'set comprehensions': ('{x for x in ', 'y', '}'),
    'dict comprehension iterables': ('{x: x for x in ', 'y', '}'),
    'dict comprehension values': ('{x: ', 'y', ' for x in y}'),
    'generators': ('(x for x in ', 'y', ')'),
    'generator elements': ('(', 'y', ' for x in y)'),
    'generator arguments': ('f(', 'y', ' for x in y)'),
    'asynchronous comprehensions': ('[x async for x in ', 'y', ']', 'async def f():\n @\n'),
    'await': ('await ', 'x', '', 'async def f():\n @\n'),
    'await outside of functions': ('await ', 'x', ''),
    'await in parentheses': ('await (', 'x', ')', 'async def f():\n @\n'),
    'yield': ('(yield ', 'x', ')', 'def f():\n @\n'),
    'yield from': ('(yield from ', 'x', ')', 'def f():\n @\n'),
    'yield outside of functions': ('(yield ', 'x', ')'),
    'yield from outside of functions': ('(yield from ', 'x', ')'),
    'lists in loops of comprehensions': ('[x for x in [', 'y', ']]'),
    'class statements as bases': ('class C(', 'x', '): pass'),
    'decorators as decorators': ('@(', '1', ')'),
    'annotations in annotations': ('x: list[', 'x', ']'),
    'assignments as targets': ('(', 'a', ',) = x'),
    'with statements as items': ('with (', 'a', '): pass'),
    'bounds in bounds': ('T: (', '1', ')', 'type x[@] = 1'),
    'f-strings': ("f'{", '1', "}'"),
    'f-strings of other quotes': ('f\'{f"{', '1', '}"}\''),
    'f-string specs': ("f'{x:{", '1', "}}'"),
    'f-string specs of specs': ("{x:", '1', "}", "f'@'"),
    'f-string braces': ('{', '1', '}', "f'@'"),
    'f-string lambdas': ("f'{(lambda: ", '1', ")}'"),
    't-strings': ("t'{", '1', "}'"),
    't-string specs': ("t'{x:{", '1', "}}'"),
    'f- and t-strings': ("f'{t\"{", '1', "}\"}'"),
    'class bases': ('(', 'x', ')', 'class C@: pass'),
    'class keywords': ('f(', 'x', ')', 'class C(metaclass=@): pass'),
    'decorators': ('f(', 'x', ')', '@@\ndef f(): pass'),
    'annotations of variables': ('list[', 'x', ']', 'x: @'),
    'annotations of parameters': ('list[', 'x', ']', 'def f(x: @): pass'),
    'annotations of results': ('list[', 'x', ']', 'def f() -> @: pass'),
    'defaults of parameters': ('(', '1', ',)', 'def f(x=@): pass'),
    'defaults of keywords': ('[', '1', ']', 'def f(*, x=@): pass'),
    'type comments': ('[', 'int', ']', 'x = 1  # type: list@'),
    'targets': ('(', 'a', ',)', '@ = x'),
    'list targets': ('[', 'a', ']', '@ = x'),
    'starred targets': ('[*', 'a', ']', '@ = x'),
    'parenthesized targets': ('(', 'a', ')', '@ = x'),
    'augmented targets': ('a[', '1', ']', '@ += 1'),
    'for targets': ('(', 'a', ',)', 'for @ in x: pass'),
    'for iterables': ('(', 'a', ',)', 'for a in @: pass'),
    'with items': ('(', 'a', ')', 'with @: pass'),
    'with targets': ('(', 'a', ',)', 'with x as @: pass'),
    'deleted': ('(', 'a', ')', 'del @'),
    'deleted tuples': ('(', 'a', ',)', 'del @'),
    'return values': ('[', 'a', ']', 'def f(): return @'),
    'raised': ('f(', 'a', ')', 'raise @ from @'),
    'asserted': ('(', 'a', ')', 'assert @, @'),
    'tests of if': ('(not ', 'a', ')', 'if @: pass'),
    'tests of while': ('(a and ', 'a', ')', 'while @: pass'),
    'exceptions': ('(', 'a', ',)', 'try: pass\nexcept @: pass'),
    'imported': ('(', 'a', ')', 'from x import @'),
    'type aliases': ('list[', 'a', ']', 'type X = @'),
    'type parameter bounds': ('(', 'int', ')', 'type X[T: @] = 1'),
    'type parameter defaults': ('[', 'int', ']', 'def f[T = @](): pass'),
    'type parameter lists': ('T: (lambda: ', 'int', ')', 'class C[@]: pass'),
    'subjects': ('(', 'a', ',)', 'match @:\n case 1: pass'),
    'guards': ('(', 'a', ')', 'match x:\n case 1 if @: pass'),
    'sequence patterns': ('[', '1', ']', 'match x:\n case @: pass'),
    'tuple patterns': ('(', '1', ',)', 'match x:\n case @: pass'),
    'group patterns': ('(', '1', ')', 'match x:\n case @: pass'),
    'starred patterns': ('[*a, ', '1', ']', 'match x:\n case @: pass'),
    'mapping patterns': ('{1: ', 'a', '}', 'match x:\n case @: pass'),
    'mapping rest patterns': ('{**a, 1: ', 'a', '}', 'match x:\n case @: pass'),
    'class patterns': ('C(', '1', ')', 'match x:\n case @: pass'),
    'class keyword patterns': ('C(x=', '1', ')', 'match x:\n case @: pass'),
    'or patterns in groups': ('(1 | ', '1', ')', 'match x:\n case @: pass'),
    'as patterns in groups': ('(', '1', ' as a)', 'match x:\n case @: pass'),
}

# The first part, what is repeated, and what ends it.
CHAINS = {
    'attributes': ('a', '.b', ''),
    'calls': ('a', '()', ''),
    'calls with arguments': ('a', '(1)', ''),
    'calls with keywords': ('a', '(x=1)', ''),
    'subscripts in a row': ('a', '[0]', ''),
    'slices in a row': ('a', '[1:2]', ''),
    'calls of attributes': ('a', '.b()', ''),
    'calls of attributes of subscripts': ('a', '.b()[0]', ''),
    'comparisons': ('a', ' < a', ''),
    'memberships': ('a', ' not in a', ''),
    'identities': ('a', ' is not a', ''),
    'sums': ('a', ' + a', ''),
    'bare tuples': ('a', ', a', ''),
    'powers of negatives': ('a', ' ** -a', ''),
    'ands': ('a', ' and a', ''),
    'ors': ('a', ' or a', ''),
    'ands and ors': ('a', ' and a or a', ''),
    'conditionals': ('a', ' if a else a', ''),
    'constant sums': ('1', ' + 1', ''),
    'constant shifts': ('1', ' << 1', ''),
    'negative powers': ('2', ' ** -2', ''),
    'constant tuples': ('()', ' + (1,)', ''),
    'constant strings': ("'a'", " + 'a'", ''),
    'arguments': ('f(a', ', a', ')'),
    'elements': ('[a', ', a', ']'),
    'items': ('{a: a', ', a: a', '}'),
    'strings': ("'a'", " 'a'", ''),
    'bytes': ("b'a'", " b'a'", ''),
    'f-strings in a row': ("f'{a}'", " f'{a}'", ''),
    't-strings in a row': ("t'{a}'", " t'{a}'", ''),
    'fields': ("f'", '{a}', "'"),
    'interpolations': ("t'", '{a}', "'"),
    'loops of a comprehension': ('[x', ' for x in x', ']'),
    'conditions of a comprehension': ('[x for x in y', ' if x', ']'),
    'assignments': ('a', ' = a', ''),
    'statements': ('a', '; a', ''),
    'import paths': ('import a', '.a', ''),
    'import dots': ('from ', '.', ' import a'),
    'imports': ('import a', ', a', ''),
    'globals': ('global a', ', a', ''),
    'deletions': ('del a', ', a', ''),
    'withs': ('with a', ', a', ': pass'),
    'withs in parentheses': ('with (a', ', a', '): pass'),
    'decorator dots': ('@a', '.b', '\ndef f(): pass'),
    'decorator lines': ('', '@a\n', 'def f(): pass'),
    'class decorator lines': ('', '@a\n', 'class C: pass'),
    'elif': ('if a: pass\n', 'elif a: pass\n', ''),
    'except': ('try: pass\n', 'except a: pass\n', ''),
    'except*': ('try: pass\n', 'except* a: pass\n', ''),
    'cases': ('match a:\n', ' case 1: pass\n', ''),
    'or patterns': ('match a:\n case 1', ' | 1', ': pass'),
    'as patterns': ('match a:\n case a', ' as b', ': pass'),
    'dotted patterns': ('match a:\n case a', '.b', ': pass'),
    'complex patterns': ('match a:\n case 1', '+1j', ': pass'),
    'string patterns': ("match a:\n case 'a'", " 'a'", ': pass'),
    'joined lines': ('a = ', '\\\n', '1'),
    'comments': ('', '# a\n', '1'),
    'blank lines': ('', '\n', '1'),
    'digits': ('1', '0', ''),
    'underscores': ('1', '_0', ''),
    'letters': ('a', 'a', ''),
    'backslashes': ("'", '\\\\', "'"),
    'escapes': ("'", '\\x41', "'"),
    'dots': ('a', '...', ''),
    'unended fields': ("f'", '{a}', ''),
    'unended loops': ('[x', ' for x in x', ''),
    'unended decorators': ('@a', '.b', ''),
    'unended joined lines': ('a = ', '\\\n', ''),
}

BLOCKS = [
    'if x:', 'while x:', 'for x in y:', 'async for x in y:', 'with x:', 'async with x:', 'def f():', 'async def f():', 'class C:', 'try:',
    'match x:', 'def f[T]():', 'class C[T]:', 'else:', 'finally:',
]

# One part in another: how marshalled data nests. The last reads all at one level, with references to itself.
MARSHALLED = {
    'tuple': (b'(\1\0\0\0', b'N', b''),
    'small tuple': (b')\1', b'N', b''),
    'referenced tuple': (b'\xa9\1', b'N', b''),
    'list': (b'[\1\0\0\0', b'N', b''),
    'dict value': (b'{N', b'N', b'0'),
    'dict key': (b'{', b'N', b'N0'),
    'set': (b'<\1\0\0\0', b'N', b''),
    'frozenset': (b'>\1\0\0\0', b'N', b''),
    'referenced frozenset': (b'\xbe\1\0\0\0', b'N', b''),
    'slice': (b':', b'N', b'NN'),
    'slice in slice': (b':N', b'N', b'N'),
    'wide tuple': (b'(\2\0\0\0N', b'N', b''),
    'unended tuple': (b'(\1\0\0\0', b'', b''),
    'unended code': (b'c', b'', b''),
    'tuple of references to itself': (b'\xa9\2r\0\0\0\0', b'N', b''),
    'list of references to itself': (b'\xdb\2\0\0\0r\0\0\0\0', b'N', b''),
    'huge tuple': (b'(\xff\xff\xff\x7f', b'N', b''),
    'huge list': (b'[\xff\xff\xff\x7f', b'N', b''),
}


def nested_source(name, depth):
    before, inner, behind, *frame = NESTED[name]
    text = before * depth + inner + behind * depth
    return frame[0].replace('@', text) if frame else text


def block_source(line, depth):
    """Blocks in blocks. CPython reads 100 of them; what comes behind the first few thousand lines is never looked at."""
    return ''.join(' ' * i + line + '\n' for i in range(min(depth, 3000))) + ' ' * min(depth, 3000) + 'pass\n'


def tree_makers():
    """Functions that put a node into another of the same kind; how deep the tree may be built depends on nothing but memory."""
    place = dict(lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    load, store = ast.Load(), ast.Store()
    x, target = ast.Name('x', load, **place), ast.Name('x', store, **place)
    passing = ast.Pass(**place)
    one = ast.Constant(1, **place)

    def loop(iterable, conditions=()):
        return ast.comprehension(target, iterable, list(conditions), 0)

    def arguments(**fields):
        return ast.arguments(**fields)

    def parameter(annotation=None):
        return ast.arg('x', annotation, **place)

    expressions = {
        'BoolOp': lambda e: ast.BoolOp(ast.And(), [x, e], **place),
        'NamedExpr': lambda e: ast.NamedExpr(target, e, **place),
        'BinOp.left': lambda e: ast.BinOp(e, ast.Add(), x, **place),
        'BinOp.right': lambda e: ast.BinOp(x, ast.Add(), e, **place),
        'BinOp of constants': lambda e: ast.BinOp(one, ast.Add(), e, **place),
        'UnaryOp': lambda e: ast.UnaryOp(ast.Not(), e, **place),
        'Lambda.body': lambda e: ast.Lambda(arguments(), e, **place),
        'Lambda.args': lambda e: ast.Lambda(arguments(args=[parameter()], defaults=[e]), x, **place),
        'IfExp.test': lambda e: ast.IfExp(e, x, x, **place),
        'IfExp.body': lambda e: ast.IfExp(x, e, x, **place),
        'IfExp.orelse': lambda e: ast.IfExp(x, x, e, **place),
        'Dict.keys': lambda e: ast.Dict([e], [x], **place),
        'Dict.values': lambda e: ast.Dict([None], [e], **place),
        'Set': lambda e: ast.Set([e], **place),
        'List': lambda e: ast.List([e], load, **place),
        'Tuple': lambda e: ast.Tuple([e], load, **place),
        'ListComp': lambda e: ast.ListComp(x, [loop(e)], **place),
        'SetComp': lambda e: ast.SetComp(e, [loop(x)], **place),
        'DictComp': lambda e: ast.DictComp(x, e, [loop(x)], **place),
        'GeneratorExp': lambda e: ast.GeneratorExp(x, [loop(x, [e])], **place),
        'Await': lambda e: ast.Await(e, **place),
        'Yield': lambda e: ast.Yield(e, **place),
        'YieldFrom': lambda e: ast.YieldFrom(e, **place),
        'Compare.left': lambda e: ast.Compare(e, [ast.Lt()], [x], **place),
        'Compare.comparators': lambda e: ast.Compare(x, [ast.Lt()], [e], **place),
        'Call.func': lambda e: ast.Call(e, [], [], **place),
        'Call.args': lambda e: ast.Call(x, [e], [], **place),
        'Call.keywords': lambda e: ast.Call(x, [], [ast.keyword('x', e, **place)], **place),
        'FormattedValue': lambda e: ast.JoinedStr([ast.FormattedValue(e, -1, **place)], **place),
        'FormattedValue.format_spec': lambda e: ast.JoinedStr([ast.FormattedValue(x, -1, ast.JoinedStr([e], **place), **place)], **place),
        'FormattedValue.format_spec, bare': lambda e: ast.JoinedStr([ast.FormattedValue(x, -1, e, **place)], **place),
        'Interpolation': lambda e: ast.TemplateStr([ast.Interpolation(e, 'x', -1, **place)], **place),
        'Attribute': lambda e: ast.Attribute(e, 'x', load, **place),
        'Subscript.value': lambda e: ast.Subscript(e, x, load, **place),
        'Subscript.slice': lambda e: ast.Subscript(x, e, load, **place),
        'Slice': lambda e: ast.Subscript(x, ast.Slice(e, None, None, **place), load, **place),
        'Starred': lambda e: ast.List([ast.Starred(e, load, **place)], load, **place),
    }

    def target_maker(kind):
        return lambda e: kind([e], store, **place)

    def handler(body, kind=None):
        return ast.ExceptHandler(kind, None, body, **place)

    statements = {
        'FunctionDef': lambda s: ast.FunctionDef('f', arguments(), [s], [], **place),
        'AsyncFunctionDef': lambda s: ast.AsyncFunctionDef('f', arguments(), [s], [], **place),
        'ClassDef': lambda s: ast.ClassDef('C', [], [], [s], [], **place),
        'For.body': lambda s: ast.For(target, x, [s], [], **place),
        'For.orelse': lambda s: ast.For(target, x, [passing], [s], **place),
        'AsyncFor': lambda s: ast.AsyncFor(target, x, [s], [], **place),
        'While.body': lambda s: ast.While(x, [s], [], **place),
        'While.orelse': lambda s: ast.While(x, [passing], [s], **place),
        'If.body': lambda s: ast.If(x, [s], [], **place),
        'If.orelse': lambda s: ast.If(x, [passing], [s], **place),
        'With': lambda s: ast.With([ast.withitem(x)], [s], **place),
        'AsyncWith': lambda s: ast.AsyncWith([ast.withitem(x)], [s], **place),
        'Match': lambda s: ast.Match(x, [ast.match_case(ast.MatchAs(**place), None, [s])], **place),
        'Try.body': lambda s: ast.Try([s], [handler([passing])], [], [], **place),
        'Try.handlers': lambda s: ast.Try([passing], [handler([s])], [], [], **place),
        'Try.orelse': lambda s: ast.Try([passing], [handler([passing])], [s], [], **place),
        'Try.finalbody': lambda s: ast.Try([passing], [], [], [s], **place),
        'TryStar.body': lambda s: ast.TryStar([s], [handler([passing], x)], [], [], **place),
        'TryStar.handlers': lambda s: ast.TryStar([passing], [handler([s], x)], [], [], **place),
    }
    patterns = {
        'MatchSequence': lambda p: ast.MatchSequence([p], **place),
        'MatchMapping': lambda p: ast.MatchMapping([one], [p], None, **place),
        'MatchClass.patterns': lambda p: ast.MatchClass(x, [p], [], [], **place),
        'MatchClass.kwd_patterns': lambda p: ast.MatchClass(x, [], ['a'], [p], **place),
        'MatchAs': lambda p: ast.MatchAs(p, 'x', **place),
        'MatchOr of one twice': lambda p: ast.MatchOr([p, p], **place),
        'MatchOr': lambda p: ast.MatchOr([ast.MatchValue(one, **place), p], **place),
    }
    around = {'x': x, 'place': place, 'passing': passing, 'one': one, 'target': target}
    targets = {'Tuple target': target_maker(ast.Tuple), 'List target': target_maker(ast.List)}
    return expressions, statements, patterns, targets, around


def tree(name, depth, endless):
    """The module with a tree of a kind: `depth` deep, or with a node that lies in itself."""
    expressions, statements, patterns, targets, around = tree_makers()
    place = around['place']

    def nest(make, inner):
        if not endless:
            for _ in range(depth):
                inner = make(inner)
            return inner
        node = make(inner)
        replace_node(node, inner, node)
        return node

    if name in expressions:
        body = ast.Expr(nest(expressions[name], ast.Name('y', ast.Load(), **place)), **place)
    elif name in statements:
        body = nest(statements[name], ast.Break(**place))
    elif name in targets:
        body = ast.Assign([nest(targets[name], ast.Name('y', ast.Store(), **place))], around['x'], **place)
    else:
        pattern = nest(patterns[name], ast.MatchValue(ast.Constant(2, **place), **place))
        body = ast.Match(around['x'], [ast.match_case(pattern, None, [around['passing']])], **place)
    return ast.Module([body], [])


def replace_node(node, old, new):
    """Puts `new` in the place of `old`, however deep it lies in `node`."""
    for field, value in ast.iter_fields(node):
        if value is old:
            setattr(node, field, new)
        elif isinstance(value, list):
            value[:] = [new if item is old else item for item in value]
            for item in value:
                if isinstance(item, ast.AST) and item is not new:
                    replace_node(item, old, new)
        elif isinstance(value, ast.AST) and value is not new:
            replace_node(value, old, new)


def nested_value(kind, depth):
    inner = 1
    for _ in range(depth):
        inner = {'tuple': lambda v: (v,), 'list': lambda v: [v], 'dict': lambda v: {1: v}, 'frozenset': lambda v: frozenset([v]),
                 'slice': lambda v: slice(v)}[kind](inner)
    return inner


def nested_code(depth):
    """Marshalled code whose only constant is code, and so on."""
    mark = b'the place of the inner code'
    whole = marshal.dumps(compile('0', 'deep', 'exec').replace(co_consts=(mark,)), 2)
    before, behind = whole.split(marshal.dumps(mark, 2))
    return before * depth + b'N' + behind * depth


def code_in_code(depth):
    code = compile('0', 'deep', 'exec')
    for _ in range(depth):
        code = code.replace(co_consts=(code,))
    return code


def read_pyc(data):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'deep.pyc')
        with open(path, 'wb') as file:
            file.write(importlib.util.MAGIC_NUMBER + bytes(12) + data)
        importlib.machinery.SourcelessFileLoader('deep', path).get_code('deep')


def run_pyc(data):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'deep.pyc')
        with open(path, 'wb') as file:
            file.write(importlib.util.MAGIC_NUMBER + bytes(12) + data)
        done = subprocess.run([sys.executable, path], capture_output=True, text=True)
        error = done.stderr.strip().splitlines()
        if done.returncode not in (0, 1) or 'panicked' in done.stderr:
            raise AssertionError(f'exit status {done.returncode}: {error[-1:]}')
        if done.returncode:
            raise ValueError(error[-1:])


def kinds():
    names = [f'source: {name}' for name in NESTED]
    names += [f'open: {name}' for name in NESTED]
    names += [f'chain: {name}' for name in CHAINS]
    names += [f'block: {name}' for name in BLOCKS] + [f'one line: {name}' for name in BLOCKS]
    names += ['block: alternating', 'block: tabs', 'block: of lambdas', 'block: tries', 'block: one too many', 'block: quotes']
    expressions, statements, patterns, targets, _ = tree_makers()
    for name in [*expressions, *statements, *patterns, *targets]:
        names += [f'tree: {name}', f'endless tree: {name}']
    names += [f'marshal: {name}' for name in MARSHALLED] + ['marshal: code', 'objects: code']
    names += [f'objects: {name}' for name in ('tuple', 'list', 'dict', 'frozenset', 'slice')]
    return names


def source_work(source):
    yield 'compile', lambda: compile(source, '<deep>', 'exec')
    yield 'compile -OO', lambda: compile(source, '<deep>', 'single', optimize=2)
    yield 'ast.parse', lambda: ast.parse(source, type_comments=True)
    yield 'optimized tree', lambda: compile(source, '<deep>', 'exec', ast.PyCF_OPTIMIZED_AST)
    yield 'literal_eval', lambda: ast.literal_eval(source)
    yield 'symtable', lambda: symtable.symtable(source, '<deep>', 'exec')
    yield 'unparse', lambda: ast.unparse(ast.parse(source))
    yield 'eval compile', lambda: compile(source, '<deep>', 'eval')
    if len(source) < 2_000_000:
        yield 'tokenize', lambda: sum(1 for _ in tokenize.generate_tokens(io.StringIO(source).readline))
    yield 'marshal', lambda: marshal.loads(marshal.dumps(compile(source, '<deep>', 'exec')))


def tree_work(module):
    yield 'compile', lambda: compile(module, '<deep>', 'exec')
    yield 'compile -OO', lambda: compile(module, '<deep>', 'exec', optimize=2)
    yield 'optimized tree', lambda: compile(module, '<deep>', 'exec', ast.PyCF_OPTIMIZED_AST)
    yield 'literal_eval', lambda: ast.literal_eval(module.body[0].value if hasattr(module.body[0], 'value') else module.body[0])
    yield 'unparse', lambda: ast.unparse(module)
    yield 'dump', lambda: ast.dump(module)
    yield 'repr', lambda: repr(module)
    yield 'compare', lambda: ast.compare(module, module)
    yield 'deepcopy', lambda: copy.deepcopy(module)
    yield 'pickle', lambda: pickle.dumps(module)
    yield 'visit', lambda: ast.NodeVisitor().visit(module)
    yield 'transform', lambda: ast.NodeTransformer().visit(module)
    yield 'fix_missing_locations', lambda: ast.fix_missing_locations(module)


def work_of(name, depth):
    family, _, kind = name.partition(': ')
    if family == 'source':
        yield from source_work(nested_source(kind, depth))
    elif family == 'open':
        before, _, _, *frame = NESTED[kind]
        yield from source_work(frame[0].partition('@')[0] + before * depth if frame else before * depth)
    elif family == 'chain':
        first, more, last = CHAINS[kind]
        yield from source_work(first + more * depth + last)
    elif family == 'block' and kind == 'alternating':
        yield from source_work(''.join(' ' * i + BLOCKS[i % 9] + '\n' for i in range(99)) + ' ' * 99 + 'pass\n')
    elif family == 'block' and kind == 'tabs':
        yield from source_work(''.join('\t' * i + 'if x:\n' for i in range(3000)))
    elif family == 'block' and kind == 'of lambdas':
        yield from source_work('lambda: [' * (depth // 2) + ']' * (depth // 2))
    elif family == 'block' and kind == 'tries':
        ends = ''.join(' ' * i + 'finally: a\n' for i in range(89, -1, -1))
        yield from source_work(''.join(' ' * i + 'try:\n' for i in range(90)) + ' ' * 90 + 'a\n' + ends)
    elif family == 'block' and kind == 'one too many':
        yield from source_work(''.join(' ' * i + 'if x:\n' for i in range(101)) + ' ' * 101 + 'a\n')
    elif family == 'block' and kind == 'quotes':
        yield from source_work(''.join("f'{" if i % 2 else 'f"{' for i in range(depth)))
    elif family == 'block':
        yield from source_work(block_source(kind, depth))
    elif family == 'one line':
        yield from source_work((kind + ' ') * depth)
    elif family == 'tree':
        module = tree(kind, depth, False)
        yield from tree_work(module)
        if kind != 'MatchOr of one twice':
            # It would be found again and again.
            yield 'walk', lambda: sum(1 for _ in ast.walk(module))
    elif family == 'endless tree':
        for title, work in tree_work(tree(kind, depth, True)):
            # The library's `unparse` follows an endless chain of `elif` without end, whoever runs it.
            if (kind, title) != ('If.orelse', 'unparse'):
                yield title, work
    elif family == 'marshal':
        before, inner, behind = MARSHALLED.get(kind, (b'', b'', b''))
        data = nested_code(depth) if kind == 'code' else before * depth + inner + behind * depth
        yield 'loads', lambda: marshal.loads(data)
        yield 'load', lambda: marshal.load(io.BytesIO(data))
        yield 'pyc', lambda: read_pyc(data)
        yield 'run pyc', lambda: run_pyc(data)
        yield 'wide', lambda: marshal.loads(b'(' + (1000).to_bytes(4, 'little') + (before * 100 + b'N' + behind * 100) * 1000)
    else:
        value = code_in_code(depth) if kind == 'code' else nested_value(kind, depth)
        yield 'dumps', lambda: marshal.dumps(value)
        yield 'dumps 2', lambda: marshal.dumps(value, 2)
        yield 'hash', lambda: hash(value)
        yield 'repr', lambda: repr(value)
        if kind != 'code':
            yield 'pickle', lambda: pickle.dumps(value)
            yield 'deepcopy', lambda: copy.deepcopy(value)
        yield 'equal', lambda: value == (code_in_code(depth) if kind == 'code' else nested_value(kind, depth))
        yield 'compile', lambda: compile(ast.fix_missing_locations(ast.Expression(ast.Constant(value))), '<deep>', 'eval')
        yield 'literal_eval', lambda: ast.literal_eval(value)
        if kind == 'code':
            yield 'exec', lambda: exec(value)
            yield 'replace', lambda: value.replace(co_filename='other')


def worker(name, depth):
    """Prints one line per operation: what came of it and the seconds it took."""
    for title, work in work_of(name, depth):
        started = time.monotonic()
        try:
            work()
            result = 'done'
        except EXPECTED as error:
            result = type(error).__name__
        except (TypeError, AttributeError) as error:
            # Data whose keys cannot be hashed; nodes that `literal_eval` does not know.
            result = type(error).__name__
        except BaseException as error:
            result = f'OTHER {type(error).__name__}: {error}'[:200]
        print(f'{title}\t{result}\t{time.monotonic() - started:.2f}', flush=True)
    print('END\tdone\t0', flush=True)


# Of `cargo test`: sources that are compiled, and those that are also parsed and written again.
GATE_SOURCES = {
    'source': '''parentheses; lists; sets; dict values; call arguments; call keywords; subscripts; slice stops; lambdas; lambda
defaults; conditional tests; conditional rests; not; minus signs; inversions; await outside of functions; yield
outside of functions; starred lists; powers; walrus; list comprehension iterables; list comprehension elements; list
comprehension conditions; generators; dict comprehension iterables; f-strings; f-string specs; t-strings; right
comparisons; right ands; decorators as decorators; lists in loops of comprehensions; lambda defaults, bare; yield from
outside of functions; mixed signs; call stars; class statements as bases; annotations in annotations; assignments as
targets; displays of all kinds; with statements as items; sequence patterns; class patterns; mapping patterns; bounds
in bounds''',
    'open': '''parentheses; lists; sets; dict values; call arguments; call keywords; subscripts; slice stops; lambdas; lambda
defaults; conditional tests; conditional rests; not; minus signs; inversions; await outside of functions; yield
outside of functions; starred lists; powers; walrus; list comprehension iterables; list comprehension conditions;
generators; dict comprehension iterables; f-strings; f-string specs; t-strings; right comparisons; right ands;
decorators as decorators; lists in loops of comprehensions; lambda defaults, bare; yield from outside of functions;
mixed signs; call stars; class statements as bases; annotations in annotations; displays of all kinds; with statements
as items''',
    'chain': '''attributes; calls; subscripts in a row; sums; ands; comparisons; bare tuples; strings; f-strings in a row;
assignments; statements; import paths; imports; deletions; calls with arguments; calls with keywords; calls of
attributes; slices in a row; ors; ands and ors; powers of negatives; memberships; conditionals; unended fields;
unended loops; globals; unended decorators; unended joined lines; withs; elif; except; cases; or patterns; dotted
patterns; as patterns; decorator lines; except*''',
    'block': '''if x:; while x:; for x in y:; with x:; def f():; class C:; try:; match x:; async def f():; tries; one too many; quotes''',
    'one line': '''if x:; while x:; for x in y:; with x:; def f():; class C:; try:; match x:; async def f():''',
}
GATE_PARSED = {'source: lists', 'source: minus signs', 'chain: sums', 'chain: attributes', 'chain: elif', 'chain: calls of attributes'}
# Kinds of which a deep tree is built; the others are built 300 deep, patterns 10, and all contain themselves.
GATE_DEEP = {'BinOp.left', 'Call.args', 'If.body'}
GATE_VALUES = {'dumps', 'repr', 'pickle', 'deepcopy', 'literal_eval', 'compile'}


def gate_steps(depth):
    """The work of the gate: its part, what is done and the exceptions that may come of it."""
    names = [f'{family}: {kind}' for family, kinds in GATE_SOURCES.items() for kind in ' '.join(kinds.split()).split('; ')]
    for name in names:
        titles = {'compile', 'ast.parse', 'unparse'} if name in GATE_PARSED else {'compile'}
        # A hundred thousand context managers take long to compile.
        for title, work in work_of(name, depth // 10 if name == 'chain: withs' else depth):
            if title in titles:
                yield 'sources', f'{name}, {title}', work, REFUSED
    expressions, statements, patterns, targets, _ = tree_makers()
    for kind in [*expressions, *statements, *patterns, *targets]:
        shallow = 10 if kind in patterns else 300
        for name, levels in (f'endless tree: {kind}', 1), (f'tree: {kind}', depth if kind in GATE_DEEP else shallow):
            for title, work in work_of(name, levels):
                if title in ('compile', 'repr') or (kind in GATE_DEEP and title in ('optimized tree', 'dump')):
                    yield 'trees', f'{name}, {title}', work, REFUSED
    for title, work in work_of('objects: tuple', depth):
        if title == 'compile':
            yield 'trees', f'constant, {title}', work, REFUSED
    for kind in ('tuple', 'list', 'dict'):
        for title, work in work_of(f'objects: {kind}', depth // 10):
            if title in GATE_VALUES:
                yield 'objects', f'{kind}, {title}', work, (*EXPECTED, TypeError)
    for kind in MARSHALLED:
        for title, work in work_of(f'marshal: {kind}', depth):
            if title == 'loads':
                yield 'objects', f'marshal: {kind}, {title}', work, (*EXPECTED, TypeError)
    for title, work in work_of('tree: Attribute', depth):
        if title not in ('compile', 'compile -OO', 'optimized tree'):
            yield 'objects', f'tree: Attribute, {title}', work, (*EXPECTED, TypeError)


def gate(depth):
    """Does the work of the gate; an exception that is not expected ends it, as a crash does."""
    part = 'sources'
    for now, title, work, expected in gate_steps(depth):
        if now != part:
            print(f'{part}: no crash', flush=True)
            part = now
        try:
            work()
        except expected:
            pass
        except Exception as error:
            error.add_note(f'in {now}: {title}')
            raise
    print(f'{part}: no crash')


def run_kind(taipan, name, depth, limit):
    command = [taipan, os.path.abspath(__file__), '--worker', name, '--depth', str(depth)]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors='replace')
    try:
        out, err = process.communicate(timeout=limit)
        end = f'exit status {process.returncode}'
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        end = 'no end'
    rows = [line.split('\t') for line in out.splitlines() if line.count('\t') == 2]
    wrong = [f'{title}: {result}' for title, result, _ in rows if result.startswith('OTHER')]
    if not rows or rows[-1][0] != 'END' or process.returncode:
        last = rows[-1][0] if rows else 'the start'
        wrong.append(f'{end} after {last}; {" | ".join(err.strip().splitlines()[-2:])[:300]}')
    if 'panicked' in err:
        wrong.append(err.strip()[:300])
    return name, rows, wrong, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('taipan', nargs='?')
    parser.add_argument('--depth', type=int, default=100_000)
    parser.add_argument('--time', type=float, default=60, help='seconds that a kind may take')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--only', nargs='*', default=[])
    parser.add_argument('--worker')
    parser.add_argument('--gate', action='store_true')
    options = parser.parse_args()
    if options.gate:
        gate(options.depth)
        return 0
    if options.worker:
        worker(options.worker, options.depth)
        return 0
    names = [name for name in kinds() if not options.only or any(text in name for text in options.only)]
    failures, operations, outcomes, slowest = 0, 0, {}, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = [pool.submit(run_kind, options.taipan, name, options.depth, options.time) for name in names]
        for task in tasks:
            name, rows, wrong, seconds = task.result()
            for title, result, spent in rows[:-1]:
                operations += 1
                outcomes[result.split()[0]] = outcomes.get(result.split()[0], 0) + 1
                slowest.append((float(spent), name, title))
            for text in wrong:
                failures += 1
                print(f'FAILED {name} ({seconds:.1f} s): {text}', flush=True)
    print('slowest:', '; '.join(f'{spent:.1f} s {name}, {title}' for spent, name, title in sorted(slowest)[-5:]))
    print(f'{len(names)} kinds, {operations} operations, {options.depth} deep:', outcomes)
    print(f'{failures} failures')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
