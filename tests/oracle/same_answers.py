"""Asks CPython and Taipan the same questions about real source files and compares the answers.

    python3.14 same_answers.py TAIPAN PROBE FILE_OR_FOLDER...      what differs, and how many answers were equal
    PYTHON same_answers.py --answer PROBE FILE...                  the answers alone, a digest a line
    PYTHON same_answers.py --answer PROBE --show CASE FILE...      one answer in full

`all` names every probe. Each probe is a generator below: it takes a path and gives pairs of a case and its answer.
"""

import _symtable
import _tokenize
import ast
import codeop
import dis
import hashlib
import io
import marshal
import os
import pickle
import random
import re
import subprocess
import sys
import tempfile
import tokenize
import types
import warnings
import zlib

sys.set_int_max_str_digits(0)
CODE_FIELDS = """co_name co_qualname co_filename co_argcount co_posonlyargcount co_kwonlyargcount co_nlocals co_flags
co_firstlineno co_names co_varnames co_cellvars co_freevars co_stacksize co_code co_exceptiontable co_linetable""".split()


def error_text(error):
    if isinstance(error, SyntaxError):
        place = error.lineno, error.offset, error.end_lineno, error.end_offset, error.text
        return f"{type(error).__name__} {error.msg} {place}"
    return f"{type(error).__name__} {error}"


def attempt(question, *args, **named):
    """The answer, or the error's text, with the warnings it gave."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = question(*args, **named)
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError, OverflowError, SystemError) as error:
            answer = error_text(error)
    told = [f"{w.category.__name__} {w.lineno} {w.message}" for w in caught]
    return f"{answer}\n{'\n'.join(told)}"


def tree_text(node):
    if isinstance(node, ast.AST):
        fields = " ".join(f"{name}={tree_text(getattr(node, name, '?'))}" for name in node._fields)
        place = ",".join(str(getattr(node, name, "?")) for name in node._attributes)
        return f"({type(node).__name__} {place} {fields})\n"
    if isinstance(node, list):
        return f"[{' '.join(map(tree_text, node))}]"
    return f"{type(node).__name__}:{node!r}"


def constant_text(constant):
    if isinstance(constant, types.CodeType):
        return code_text(constant)
    if isinstance(constant, (tuple, frozenset)):
        items = [constant_text(item) for item in constant]
        return f"{type(constant).__name__}({sorted(items) if isinstance(constant, frozenset) else items})"
    if isinstance(constant, slice):
        return f"slice({constant_text(constant.start)}, {constant_text(constant.stop)}, {constant_text(constant.step)})"
    return f"{type(constant).__name__} {constant!r}"


def code_text(code):
    lines = [f"{name}={getattr(code, name)!r}" for name in CODE_FIELDS]
    lines += [f"lines={list(code.co_lines())}", f"branches={list(code.co_branches())}"]
    lines += [f"positions={list(code.co_positions())}"]
    return "\n".join(lines + [constant_text(item) for item in code.co_consts])


def table_text(table, depth=0):
    symbols = sorted(f"{name}={flags}" for name, flags in table.symbols.items())
    head = f"{'  ' * depth}{table.name} {table.type} {table.lineno} {table.nested} {table.varnames} {symbols}"
    return "\n".join([head, *(table_text(child, depth + 1) for child in table.children)])


def compiled(source, mode="exec", flags=0, optimize=0):
    return compile(source, "<probe>", mode, flags, dont_inherit=True, optimize=optimize)


def source_of(path):
    with open(path, "rb") as file:
        return file.read()


def decoded(path):
    with tokenize.open(path) as file:
        return file.read()


def statements(path, longest=4000):
    """The statements of a file, one after the other, as texts without indentation."""
    try:
        source = decoded(path)
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        text = ast.get_source_segment(source, node)
        if text and len(text) <= longest:
            yield text


def probe_type_comments(path):
    source = source_of(path)
    yield "exec", attempt(lambda: tree_text(ast.parse(source, type_comments=True)))


def probe_feature_version(path):
    source = source_of(path)
    for minor in range(3, 16):
        yield str(minor), attempt(lambda: tree_text(ast.parse(source, feature_version=(3, minor), type_comments=True)))


def probe_optimized_tree(path):
    source = source_of(path)
    for level in (0, 1, 2, -1):
        yield str(level), attempt(lambda: tree_text(ast.parse(source, optimize=level)))
    yield "flags", attempt(lambda: tree_text(compile(source, "", "exec", ast.PyCF_OPTIMIZED_AST, True, 2)))


def probe_unparse(path):
    def both():
        text = ast.unparse(ast.parse(source_of(path)))
        return f"{text}\n{ast.dump(ast.parse(text), include_attributes=True)}"

    yield "module", attempt(both)


def probe_dump(path):
    def forms():
        tree = ast.parse(source_of(path))
        yield ast.dump(tree, indent=1, include_attributes=True)
        yield ast.dump(tree, annotate_fields=False, show_empty=True)
        again = pickle.loads(pickle.dumps(tree))
        yield f"{ast.compare(tree, again, compare_attributes=True)} {ast.dump(again, include_attributes=True)}"
        for node in tree.body:
            yield repr(node)

    yield "module", attempt(lambda: "\n".join(forms()))


def probe_statement_modes(path):
    for number, text in enumerate(statements(path)):
        for mode in ("single", "eval", "func_type"):
            yield f"{number} tree {mode}", attempt(lambda: tree_text(ast.parse(text + "\n", mode=mode)))
        for mode in ("single", "eval"):
            yield f"{number} code {mode}", attempt(lambda: code_text(compiled(text, mode)))


def probe_code(path):
    source = source_of(path)
    for level in (0, 1, 2):
        yield str(level), attempt(lambda: code_text(compiled(source, optimize=level)))
    for name, flag in ("annotations", 0x1000000), ("await", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), ("barry", 0x400000):
        yield name, attempt(lambda: code_text(compiled(source, flags=flag)))


def probe_code_of_tree(path):
    source = source_of(path)
    for level in (0, 2):
        yield str(level), attempt(lambda: code_text(compiled(ast.parse(source), optimize=level)))


def probe_symtable(path):
    source = source_of(path)
    yield "exec", attempt(lambda: table_text(_symtable.symtable(source, "<probe>", "exec")))
    for number, text in enumerate(statements(path)):
        for mode in ("single", "eval"):
            yield f"{number} {mode}", attempt(lambda: table_text(_symtable.symtable(text, "<probe>", mode)))


def tokens_text(tokens):
    lines = []
    try:
        for token in tokens:
            lines.append(repr(token))
    except (SyntaxError, tokenize.TokenError, UnicodeError) as error:
        lines.append(error_text(error) if isinstance(error, SyntaxError) else f"{type(error).__name__} {error.args}")
    return "\n".join(lines)


def all_tokens(source):
    yield "bytes", attempt(lambda: tokens_text(tokenize.tokenize(io.BytesIO(source).readline)))
    text = source.decode("utf-8", "replace")
    yield "text", attempt(lambda: tokens_text(tokenize.generate_tokens(io.StringIO(text).readline)))
    for extra in (False, True):
        lines = io.BytesIO(source).readline
        yield f"extra {extra} bytes", attempt(
            lambda: tokens_text(_tokenize.TokenizerIter(lines, encoding="utf-8", extra_tokens=extra))
        )
        lines = io.StringIO(text).readline
        yield f"extra {extra} text", attempt(lambda: tokens_text(_tokenize.TokenizerIter(lines, extra_tokens=extra)))


def probe_tokenize(path):
    yield from all_tokens(source_of(path))


def mutants(source, path, count):
    """Sources with one to three places changed."""
    draw = random.Random(zlib.crc32(source))
    pieces = b"""( ) [ ] { } : , ; = == := -> . ... * ** / // @ % + - ~ < <= != <> | ! # \\ \\\n \n \n\n \t \x0c \r \0 ' " ''' \"\"\" f' f''' t" rb' b" u'
        0 0x 1_ 1e 0b2 1j 09 1if 0_7 0xfor and or not in is if else elif for while try except except* finally with as def
        class lambda return yield await async match case type _ import from global nonlocal del pass assert raise
        break continue None True False print exec {x {x! {x:{y} {x=} }} $ ? ` \xc3\xa9 \xff \xe2\x82\xac \\N{ \\x \\d""".split(b" ")
    for number in range(count):
        changed = source
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            place, length = draw.randrange(len(changed) + 1), draw.choice((0, 0, 1, 1, 2, 5, 20))
            other = draw.randrange(len(changed) + 1)
            new = draw.choice((b"", draw.choice(pieces), draw.choice(pieces), changed[other : other + 12]))
            changed = changed[:place] + new + changed[place + length :]
        yield str(number), changed


def probe_mutants(path, count=40):
    warnings.simplefilter("error")
    for text in list(statements(path, 1500))[::5]:
        for number, source in mutants(text.encode(), path, 4):
            case = f"{zlib.crc32(text.encode()):08x} {number}"
            yield f"{case} bytes", attempt(lambda: bool(compiled(source)))
            text_form = source.decode("utf-8", "replace")
            for mode in ("exec", "eval", "single"):
                yield f"{case} {mode}", attempt(lambda: code_text(compiled(text_form, mode)))
            yield f"{case} comments", attempt(lambda: tree_text(ast.parse(text_form, type_comments=True)))
            yield f"{case} old", attempt(lambda: tree_text(ast.parse(text_form, feature_version=(3, 7))))
            yield f"{case} incomplete", attempt(lambda: bool(compiled(text_form, "single", 0x4200)))
            yield f"{case} symtable", attempt(lambda: table_text(_symtable.symtable(text_form, "<probe>", "exec")))
            yield f"{case} strict", strict(text_form)


def strict(source):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return f"{bool(compiled(source))}"
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
            return error_text(error)


def probe_mutant_tokens(path):
    for text in list(statements(path, 1500))[::5]:
        for number, source in mutants(text.encode(), path, 4):
            for form, answer in all_tokens(source):
                yield f"{zlib.crc32(text.encode()):08x} {number} {form}", answer


CONTROLS = ["\r", "\r\n", "\n", "\x0c", "\v", "\0", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\ufeff"]
CONTROLS += ["\\", "\\\r", "\\\r\n", "\\\n", "\r\r\n", "\n\r", "\t", " ", "#", "\x7f", "\x01", "\xa0", "\udc80", "\r ", "\x1a"]
WORDS = r"""x 1 0x1f 1.5e3 1_0 + = == := -> ... ( ) [ ] { } : , ; @ . if else: for in def class pass return lambda print(x)
'a' "b" '''c''' b'd' rb'e' u'f' ' " ''' f'{x}' f'{x=}' f'{x!r:>{y}}' t'{x}' t'{x=:y} rf'\{x}' f'\N{DIGIT f''' t''' f"{ {{ }} !r
#c #type:int #type:ignore # é ℘ \x \N{ $ ? ! ` <> 1if 0_ 1__0 xé € await case match if(x): while""".split()


def control_sources(path, count, words_only=False):
    """Sources with unusual line ends and other control characters, of words and of what the file holds."""
    draw = random.Random(zlib.crc32(source_of(path)))
    texts = list(statements(path, 300)) or ["pass"]
    for number in range(count):
        if words_only or draw.random() < 0.5:
            kinds = WORDS, WORDS, CONTROLS, ["\n", "\n    ", " "]
            text = "".join(draw.choice(draw.choice(kinds)) for _ in range(draw.randrange(1, 14)))
        else:
            text = draw.choice(texts)
        for _ in range(draw.choice((0, 1, 1, 2, 3, 8))):
            place = draw.randrange(len(text) + 1)
            text = text[:place] + draw.choice(CONTROLS[: draw.choice((4, len(CONTROLS)))]) + text[place:]
        if draw.random() < 0.3:
            text = text.replace("\n", draw.choice(("\r", "\r\n", "\n\r", "\x0c\n", "\\\n")))
        if draw.random() < 0.15:
            cookies = "# coding: utf-8\n", "# coding: latin-1\r", "# coding: utf-8-sig\r\n", "\x0c# coding: cp1252\n"
            text = draw.choice(("\ufeff", *cookies)) + text
        yield str(number), text + draw.choice(("", "\n", "\r", "\r\n", "\\", "\\\n", "\x0c"))


def probe_controls(path, count=60):
    for number, text in control_sources(path, count):
        source = text.encode("utf-8", "surrogateescape")
        for form, answer in all_tokens(source):
            yield f"{number} tokens {form}", answer
        read = {"splitlines": text.splitlines(True), "universal": list(io.StringIO(text, newline=None)), "whole": [text]}
        for form, lines in read.items():
            for extra in (False, True):
                answer = attempt(lambda: tokens_text(_tokenize.TokenizerIter(iter(lines).__next__, extra_tokens=extra)))
                yield f"{number} tokens {form} {extra}", answer
        for form, given in ("bytes", source), ("str", text):
            for mode in ("exec", "eval", "single"):
                yield f"{number} {mode} {form}", attempt(lambda: code_text(compiled(given, mode)))
            yield f"{number} type {form}", attempt(lambda: tree_text(ast.parse(given, mode="func_type")))
            yield f"{number} comments {form}", attempt(lambda: tree_text(ast.parse(given, type_comments=True)))
            yield f"{number} incomplete {form}", attempt(lambda: bool(compiled(given, "single", 0x4200)))


def probe_programs(path, count=6):
    """What the program says to a source as a file, a command and standard input."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in control_sources(path, count, words_only=True):
            source = text.encode("utf-8", "surrogateescape")
            with open(f"{folder}/program.py", "wb") as file:
                file.write(source)
            calls = [("file", [f"{folder}/program.py"]), ("input", ["-"])]
            if b"\0" not in source:
                calls.append(("command", ["-c", source]))
            for form, call in calls:
                with open(f"{folder}/program.py", "rb") as given:
                    run = subprocess.run([sys.executable, "-S", *call], stdin=given, capture_output=True, cwd=folder)
                told = run.stderr.replace(folder.encode(), b"").decode("utf-8", "backslashreplace")
                yield f"{number} {form}", f"{run.returncode} {run.stdout} {told}"


def probe_codeop(path):
    """What an interactive prompt would say after each line of each statement."""
    for number, text in enumerate(list(statements(path, 1200))[::3]):
        lines = text.split("\n")
        for end in range(1, len(lines) + 1):
            for tail in ("", "\n"):
                part = "\n".join(lines[:end]) + tail
                yield f"{number} {end} {tail!r}", attempt(lambda: bool(codeop.compile_command(part)))
        for end in range(0, len(text), 7):
            yield f"{number} at {end}", attempt(lambda: bool(codeop.compile_command(text[:end])))


def codes(code):
    yield code
    for item in code.co_consts:
        if isinstance(item, types.CodeType):
            yield from codes(item)


def probe_marshal(path):
    for level in (0, 2):
        # Names that other code holds are other objects than the compiler's, which CPython's bytes show.
        code = None
        try:
            code = compiled(source_of(path), optimize=level)
        except (SyntaxError, ValueError):
            return
        for version in range(6):
            yield f"{level} version {version}", attempt(lambda: marshal.dumps(code, version).hex())


def parts(code, tables_first):
    """What a code object and those in it refer to, one after the other: names of places, and objects."""
    tables = "co_names co_varnames co_cellvars co_freevars co_linetable co_exceptiontable co_code".split()
    texts = "co_filename co_name co_qualname".split()
    order = [*tables, *texts, "co_consts"] if tables_first else ["co_consts", *texts, *tables]
    todo = [("", code)]
    while todo:
        place, item = todo.pop()
        yield place, item
        if isinstance(item, types.CodeType):
            for attribute in order:
                first, second = getattr(item, attribute), getattr(item, attribute)
                yield f"{place}.{attribute} again", first if first is second else None
            todo += [(f"{place}.{attribute}", getattr(item, attribute)) for attribute in reversed(order)]
        elif isinstance(item, tuple):
            todo += [(f"{place}[{i}]", part) for i, part in reversed(list(enumerate(item)))]
        elif isinstance(item, frozenset):
            todo += [(f"{place}{{{part!r}}}", part) for part in sorted(item, key=repr)]
        elif isinstance(item, slice):
            todo += [(f"{place}:{i}", part) for i, part in enumerate((item.start, item.stop, item.step))]


def identities(code, tables_first):
    """For each place the first place of the same object. Of equal numbers there is one word here, there two objects."""
    known, lines = {}, []
    for place, item in parts(code, tables_first):
        if type(item) not in (int, float):
            first, _ = known.setdefault(id(item), (place, item))
            lines.append(f"{place} {type(item).__name__} {first}")
    return "\n".join(lines)


def probe_identities(path):
    source = source_of(path)
    for tables_first in (False, True):
        yield f"compiled {tables_first}", attempt(lambda: identities(compiled(source), tables_first))
    # Strings of code that was read stay interned for good in CPython: those of version 5 come last.
    for version, tables_first in ((2, False), (2, True), (5, zlib.crc32(source) % 2 == 0)):
        again = lambda: marshal.loads(marshal.dumps(compiled(source), version))
        yield f"read {version} {tables_first}", attempt(lambda: identities(again(), tables_first))


def listing(code, **options):
    out = io.StringIO()
    dis.dis(code, file=out, **options)
    return without_addresses(out.getvalue())


def without_addresses(text):
    return re.sub(" at 0x[0-9a-f]+", " at 0x", text)


def probe_dis(path):
    try:
        code = compiled(source_of(path))
    except (SyntaxError, ValueError):
        return
    yield "plain", listing(code)
    yield "caches", listing(code, show_caches=True, show_offsets=True)
    yield "positions", listing(code, show_positions=True, adaptive=True)
    every = [str(list(dis.get_instructions(one, show_caches=True))) for one in codes(code)]
    yield "instructions", without_addresses("\n".join(every))
    yield "info", without_addresses("\n".join(dis.code_info(one) for one in codes(code)))
    yield "graph", "\n".join(f"{dis.findlabels(one.co_code)} {list(dis.findlinestarts(one))}" for one in codes(code))


PROBES = {name.removeprefix("probe_"): value for name, value in globals().items() if name.startswith("probe_")}


def answer(names, paths, show):
    sys.setrecursionlimit(20000)
    for name in names:
        for path in paths:
            print(f"file\t{path}", flush=True)
            for case, text in PROBES[name](path):
                if show is None:
                    print(f"{name}\t{case}\t{hashlib.sha1(text.encode('utf-8', 'backslashreplace')).hexdigest()}")
                elif show == case:
                    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))


def files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, _, names in sorted(os.walk(path)):
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))


def main():
    if sys.argv[1] == "--answer":
        names, paths, show = sys.argv[2], sys.argv[3:], None
        if paths[0] == "--show":
            show, paths = paths[1], paths[2:]
        return answer(list(PROBES) if names == "all" else names.split(","), paths, show)
    program, names, *paths = sys.argv[1:]
    paths, total, different, died = list(files(paths)), 0, 0, 0
    for start in range(0, len(paths), 20):
        part = ["-W", "ignore", __file__, "--answer", names, *paths[start : start + 20]]
        environment = os.environ | {"PYTHONHASHSEED": "0"}
        runs = [
            subprocess.Popen([python, *part], stdout=subprocess.PIPE, text=True, env=environment)
            for python in (sys.executable, program)
        ]
        theirs, ours = [run.communicate()[0].split("\n") for run in runs]
        if any(run.returncode for run in runs):
            died += 1
            print(f"{paths[start]}...: ended with {[run.returncode for run in runs]}")
        answers, path = {}, ""
        for line in ours:
            path = line[5:] if line.startswith("file\t") else path
            case, _, digest = line.rpartition("\t")
            answers[path, case] = digest
        for line in theirs:
            path = line[5:] if line.startswith("file\t") else path
            case, _, digest = line.rpartition("\t")
            total += not line.startswith("file\t") and line != ""
            if answers.get((path, case)) != digest and not line.startswith("file\t"):
                different += 1
                print(f"{path}: {case.replace('\t', ': ')}", flush=True)
    print(f"{total - different} of {total} answers equal")
    return different + died != 0


if __name__ == "__main__":
    sys.exit(main())
