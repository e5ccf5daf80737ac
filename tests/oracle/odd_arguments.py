"""Calls the functions of the front end with odd arguments in CPython and Taipan and compares what comes of it.

    python3.14 odd_arguments.py TAIPAN [TEXT...]       what differs (in calls with a TEXT in them), and how many were equal
    PYTHON odd_arguments.py --answer                   the answers alone

Each call below is made as it stands and with each of its arguments replaced by each odd value; the answer is the result or the
error's type and message.
"""

import _symtable
import _tokenize
import ast
import bisect
import builtins
import code
import codeop
import compileall
import dis
import importlib.util
import io
import marshal
import os
import py_compile
import re
import subprocess
import symtable
import sys
import tempfile
import tokenize
import warnings


class Text(str):
    pass


class Octets(bytes):
    pass


class Number(int):
    pass


class Pair(tuple):
    pass


class Index:
    def __index__(self):
        return 3


class Path:
    def __fspath__(self):
        return "p.py"


class Failing:
    def failing(self, *args):
        raise LookupError("asked")

    __index__ = __fspath__ = __buffer__ = __len__ = __iter__ = __call__ = __bool__ = __str__ = failing


class Wrong:
    def wrong(self, *args):
        return 1.5

    __index__ = __fspath__ = __buffer__ = __len__ = __iter__ = __bool__ = __str__ = wrong


class Bare:
    pass


ODD = {
    "None": None, "True": True, "0": 0, "1": 1, "-1": -1, "2": 2, "3": 3, "255": 255, "2**31-1": 2**31 - 1, "2**31": 2**31,
    "-2**31": -(2**31), "-2**31-1": -(2**31) - 1, "2**32": 2**32, "2**63-1": 2**63 - 1, "2**63": 2**63, "-2**63-1": -(2**63) - 1,
    "10**30": 10**30, "-10**30": -(10**30), "1.5": 1.5, "2j": 2j, "nan": float("nan"), "''": "", "'x'": "x", "'exec'": "exec",
    "'eval'": "eval", "'single'": "single", "'func_type'": "func_type", "'1 +'": "1 +", "'x = 1'": "x = 1", "surrogate": "\udc80",
    "null": "a\0b", "'é'": "é", "'utf-8'": "utf-8", "'nope'": "nope", "long": "a" * 300, "b''": b"", "b'x'": b"x", "b'null'": b"a\0b",
    "b'é'": b"\xc3", "bytearray": bytearray(b"x"), "memoryview": memoryview(b"xyz"), "strided": memoryview(b"xyz")[::2], "()": (),
    "(1,)": (1,), "('a',)": ("a",), "(None,)": (None,), "[]": [], "['a']": ["a"], "{}": {}, "{'a': 1}": {"a": 1}, "set": {1},
    "range": range(3), "slice": slice(1), "...": ..., "Text": Text("x"), "Octets": Octets(b"x"), "Number": Number(3), "Pair": Pair(("a",)),
    "Index": Index(), "Path": Path(), "Failing": Failing(), "Wrong": Wrong(), "Bare": Bare(), "type": int, "lambda": lambda *a: 1,
    "len": len, "module": bisect, "code": compile("x", "c", "eval"), "tree": ast.parse("x"), "node": ast.Name("x"), "BytesIO": io.BytesIO(b"x"),
    "exception": ValueError("x"), "(2, 3)": (3, 2), "(3, 7)": (3, 7), "(3, 'x')": (3, "x"), "(3,)": (3,),
}  # fmt: skip

CODE = next(item for item in compile("def f(a, *, b=1):\n    try: return [a for a in b]\n    except E: pass\n", "f.py", "exec").co_consts if hasattr(item, "co_code"))


def generator():
    yield 1


CALLS = {
    "compile": lambda *a: compile(*a),
    "compile flags": lambda s, f, m, **k: compile(s, f, m, **k),
    "eval": lambda *a: eval(*a),
    "exec": lambda *a: exec(*a),
    "ast.parse": lambda s, f="<unknown>", m="exec", **k: ast.dump(ast.parse(s, f, m, **k)),
    "ast.literal_eval": ast.literal_eval,
    "ast.dump": lambda *a, **k: ast.dump(*a, **k),
    "ast.unparse": ast.unparse,
    "ast.increment_lineno": ast.increment_lineno,
    "ast.copy_location": ast.copy_location,
    "ast.fix_missing_locations": ast.fix_missing_locations,
    "ast.get_docstring": ast.get_docstring,
    "ast.get_source_segment": lambda *a, **k: ast.get_source_segment(*a, **k),
    "ast.iter_fields": lambda n: list(ast.iter_fields(n)),
    "ast.iter_child_nodes": lambda n: list(ast.iter_child_nodes(n)),
    "ast.walk": lambda n: len(list(ast.walk(n))),
    "ast.compare": lambda *a, **k: ast.compare(*a, **k),
    "ast.Constant": lambda *a, **k: ast.Constant(*a, **k),
    "ast.Name": lambda *a, **k: ast.Name(*a, **k),
    "symtable.symtable": lambda *a, **k: symtable.symtable(*a, **k).get_type(),
    "_symtable.symtable": lambda *a: _symtable.symtable(*a).name,
    "tokenize.generate_tokens": lambda r: list(tokenize.generate_tokens(r)),
    "tokenize.tokenize": lambda r: list(tokenize.tokenize(r)),
    "tokenize.detect_encoding": tokenize.detect_encoding,
    "tokenize.untokenize": tokenize.untokenize,
    "tokenize.open": tokenize.open,
    "TokenizerIter": lambda *a, **k: list(_tokenize.TokenizerIter(*a, **k)),
    "tokens of a line": lambda line: list(tokenize.generate_tokens(iter([line]).__next__)),
    "tokens of bytes": lambda line: list(_tokenize.TokenizerIter(iter([line]).__next__, extra_tokens=True, encoding="utf-8")),
    "marshal.dumps": lambda *a, **k: marshal.loads(marshal.dumps(*a, **k)),
    "marshal.loads": lambda *a, **k: marshal.loads(*a, **k),
    "marshal.dump": lambda *a, **k: marshal.dump(*a, **k),
    "marshal.load": lambda *a, **k: marshal.load(*a, **k),
    "dis.dis": lambda *a, **k: dis.dis(*a, file=io.StringIO(), **k),
    "dis.get_instructions": lambda *a, **k: len(list(dis.get_instructions(*a, **k))),
    "dis.Bytecode": lambda *a, **k: dis.Bytecode(*a, **k).dis(),
    "dis.code_info": dis.code_info,
    "dis.stack_effect": lambda *a, **k: dis.stack_effect(*a, **k),
    "dis.findlinestarts": lambda c: list(dis.findlinestarts(c)),
    "dis.findlabels": dis.findlabels,
    "code.replace": lambda **k: bool(CODE.replace(**k)),
    "code._varname_from_oparg": lambda n: CODE._varname_from_oparg(n),
    "codeop.compile_command": lambda *a, **k: codeop.compile_command(*a, **k),
    "codeop.CommandCompiler": lambda *a, **k: codeop.CommandCompiler()(*a, **k),
    "codeop.Compile": lambda *a, **k: codeop.Compile()(*a, **k),
    "InteractiveInterpreter.runsource": lambda *a: code.InteractiveInterpreter().runsource(*a),
    "py_compile.compile": lambda *a, **k: py_compile.compile(*a, **k),
    "compileall.compile_file": lambda *a, **k: compileall.compile_file(*a, **k),
    "compileall.compile_dir": lambda *a, **k: compileall.compile_dir(*a, **k),
    "cache_from_source": lambda *a, **k: importlib.util.cache_from_source(*a, **k),
    "source_from_cache": importlib.util.source_from_cache,
    "decode_source": importlib.util.decode_source,
    "source_hash": importlib.util.source_hash,
    "resolve_name": importlib.util.resolve_name,
    "find_spec": lambda *a: importlib.util.find_spec(*a),
    "spec_from_file_location": lambda *a, **k: importlib.util.spec_from_file_location(*a, **k),
    "spec_from_loader": lambda *a, **k: importlib.util.spec_from_loader(*a, **k),
    "module_from_spec": importlib.util.module_from_spec,
    "builtins.__import__": lambda *a: builtins.__import__(*a),
}

# The name of a call, its arguments and its named arguments.
USES = [
    ("compile", ("x", "f", "exec"), {}),
    ("compile flags", ("x", "f", "exec"), {"flags": 0, "dont_inherit": True, "optimize": 1, "_feature_version": 7}),
    ("compile flags", (ast.parse("x"), "f", "exec"), {"flags": 0x400, "optimize": 2}),
    ("eval", ("1", {}, {}), {}), ("exec", ("x = 1", {}, {}), {}),
    ("ast.parse", ("x", "f", "exec"), {"type_comments": True, "feature_version": (3, 9), "optimize": 1}),
    ("ast.literal_eval", ("1",), {}), ("ast.dump", (ast.parse("x"), True), {"indent": 1, "show_empty": True}),
    ("ast.unparse", (ast.parse("x"),), {}), ("ast.increment_lineno", (ast.parse("x"), 1), {}),
    ("ast.copy_location", (ast.parse("x"), ast.parse("y")), {}), ("ast.fix_missing_locations", (ast.parse("x"),), {}),
    ("ast.get_docstring", (ast.parse("'x'"), True), {}), ("ast.get_source_segment", ("x", ast.parse("x").body[0]), {"padded": True}),
    ("ast.iter_fields", (ast.parse("x"),), {}), ("ast.iter_child_nodes", (ast.parse("x"),), {}), ("ast.walk", (ast.parse("x"),), {}),
    ("ast.compare", (ast.parse("x"), ast.parse("x")), {"compare_attributes": True}),
    ("ast.Constant", (1, None), {"lineno": 1}), ("ast.Name", ("x",), {"ctx": None, "nope": 1}),
    ("symtable.symtable", ("x", "f", "exec"), {"module": "m"}), ("symtable.symtable", ("x", "f", "exec"), {}),
    ("_symtable.symtable", ("x", "f", "exec"), {}),
    ("tokenize.generate_tokens", (io.StringIO("x").readline,), {}), ("tokenize.tokenize", (io.BytesIO(b"x").readline,), {}),
    ("tokenize.detect_encoding", (io.BytesIO(b"x").readline,), {}), ("tokenize.untokenize", ([],), {}), ("tokenize.open", ("p.py",), {}),
    ("TokenizerIter", (io.StringIO("x").readline,), {"extra_tokens": True}),
    ("TokenizerIter", (io.BytesIO(b"x").readline,), {"extra_tokens": True, "encoding": "utf-8"}), ("TokenizerIter", (), {}),
    ("tokens of a line", ("x",), {}), ("tokens of bytes", (b"x",), {}),
    ("marshal.dumps", (1, 4), {"allow_code": True}), ("marshal.loads", (b"N",), {"allow_code": True}),
    ("marshal.dump", (1, io.BytesIO(), 4), {"allow_code": True}), ("marshal.load", (io.BytesIO(b"N"),), {"allow_code": True}),
    ("dis.dis", ("x",), {"depth": 1, "show_caches": True, "adaptive": True, "show_offsets": True, "show_positions": True}),
    ("dis.get_instructions", ("x",), {"first_line": 1, "show_caches": True}), ("dis.Bytecode", ("x",), {"first_line": 1, "current_offset": 0}),
    ("dis.code_info", ("x",), {}), ("dis.stack_effect", (100, 1), {"jump": True}), ("dis.stack_effect", (27,), {"jump": None}),
    ("dis.findlinestarts", (CODE,), {}), ("dis.findlabels", (CODE.co_code,), {}),
    *(("code.replace", (), {name: getattr(CODE, name)}) for name in dir(CODE) if name.startswith("co_") and name not in
      ("co_lines", "co_positions", "co_branches", "co_lnotab")),
    ("code._varname_from_oparg", (0,), {}), ("codeop.compile_command", ("x", "f", "single"), {}),
    ("codeop.CommandCompiler", ("x", "f", "single"), {}), ("codeop.Compile", ("x", "f", "single", 0), {}),
    ("InteractiveInterpreter.runsource", ("1", "f", "exec"), {}),
    ("py_compile.compile", ("p.py", "p.pyc", "shown.py", True, 1), {"invalidation_mode": None, "quiet": 2}),
    ("compileall.compile_file", ("p.py",), {"ddir": None, "force": True, "rx": None, "quiet": 2, "legacy": False, "optimize": -1, "hardlink_dupes": False, "stripdir": None}),
    ("compileall.compile_dir", (".",), {"maxlevels": 1, "quiet": 2, "workers": 1, "optimize": 0}),
    ("cache_from_source", ("p.py", None), {"optimization": 1}), ("source_from_cache", ("__pycache__/p.cpython-314.pyc",), {}),
    ("decode_source", (b"x",), {}), ("source_hash", (b"x",), {}), ("resolve_name", (".a", "b"), {}), ("find_spec", ("bisect", None), {}),
    ("spec_from_file_location", ("p", "p.py"), {"submodule_search_locations": None}), ("spec_from_loader", ("p", None), {"origin": "o", "is_package": True}),
    ("module_from_spec", (importlib.util.find_spec("bisect"),), {}), ("builtins.__import__", ("bisect", {}, {}, (), 0), {}),
]  # fmt: skip


def shown(value):
    if isinstance(value, (ast.AST, io.IOBase)) or hasattr(value, "co_code"):
        return type(value).__name__
    return re.sub("0x[0-9a-f]+|cpython-314|taipan-314", "0x", f"{type(value).__name__} {value!r}")[:400]


def attempt(question, *args, **named):
    out = io.StringIO()
    saved, sys.stdout, sys.stderr = (sys.stdout, sys.stderr), out, out
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                answer = shown(question(*args, **named))
            except BaseException as error:
                answer = f"{type(error).__name__} {error}" if not isinstance(error, SyntaxError) else shown(error)
    finally:
        sys.stdout, sys.stderr = saved
    told = [f"{w.category.__name__} {w.message}" for w in caught]
    told = [text for text in told if not text.startswith("ResourceWarning")]
    answer = re.sub(r"\.[0-9]{3,}\b|/tmp/tmp\w+", "N", answer)
    return ascii(re.sub("0x[0-9a-f]+", "0x", f"{answer} {told} {out.getvalue()[:200]}"))


def answers():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, (name, args, named) in enumerate(USES):
            call = CALLS[name]
            print(f"{number} {name}", attempt(call, *args, **named))
            for title, odd in ODD.items():
                for file in os.listdir():
                    if os.path.isfile(file):
                        os.unlink(file)
                with open("p.py", "w") as file:
                    file.write("x = 1\n")
                for at in range(len(args)):
                    if name == "tokenize.open" and isinstance(odd, int):
                        # It is a file that is closed.
                        continue
                    odd = type(odd)(odd) if type(odd) in (dict, list) else odd
                    changed = (*args[:at], odd, *args[at + 1 :])
                    print(f"{number} {name} argument {at} = {title}", attempt(call, *changed, **named))
                for key in named:
                    if key == "workers":
                        continue
                    if key == "indent" and isinstance(odd, int) and odd > 255:
                        # That many blanks fill the memory.
                        continue
                    print(f"{number} {name} {key} = {title}", attempt(call, *args, **named | {key: odd}), flush=True)
        os.chdir("/")


def main():
    if sys.argv[1] == "--answer":
        return answers()
    program, *texts = sys.argv[1:]
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    runs = [
        subprocess.Popen([python, __file__, "--answer"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=environment)
        for python in (sys.executable, program)
    ]
    theirs, ours = [run.communicate()[0].split("\n") for run in runs]
    pairs = [(a, b) for a, b in zip(theirs, ours) if not texts or any(text in a for text in texts)]
    different = [(a, b) for a, b in pairs if a != b]
    for a, b in different:
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), 0)
        print(f"{a[:90]}\n    theirs: {a[max(at - 60, 0) : at + 160]}\n    ours:   {b[max(at - 60, 0) : at + 160]}")
    print(f"{len(pairs) - len(different)} of {len(pairs)} equal; {len(theirs)} and {len(ours)} lines, {[run.returncode for run in runs]}")
    return different != [] or len(theirs) != len(ours)


if __name__ == "__main__":
    sys.exit(main())
