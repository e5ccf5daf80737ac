"""Compares what CPython 3.14 and Taipan say about sources that do not compile.

    python3.14 tests/oracle/syntax_errors.py TAIPAN [--tests DIR] [--mutations N] [--seed N] [-v]

Run with CPython 3.14. The sources: every string constant and doctest of CPython's own test files (DIR, by default where this CPython
has its package `test`), each as a program and as an expression, and N mutations of the library's statements, in which one
token is left out, doubled, exchanged with its neighbour or replaced by another. For each the type, message, line, offset,
end line, end offset and text must be equal, or the source must compile on both. The exit status is 1 when one differs.
"""

import argparse
import ast
import doctest
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import tokenize
import warnings

# Runs on either interpreter: one line of JSON for each (source, mode) of the file, which holds one in each line.
JUDGE = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
for line in open(sys.argv[1], encoding="utf-8"):
    source, mode = json.loads(line)
    try:
        compile(source, "<case>", mode, dont_inherit=True)
        answer = None
    except SyntaxError as e:
        answer = [type(e).__name__, str(e.msg), e.lineno, e.offset, e.end_lineno, e.end_offset, e.text]
    except (ValueError, OverflowError, MemoryError, RecursionError) as e:
        answer = [type(e).__name__, str(e)]
    print(json.dumps(answer), flush=True)
"""


def constants(folder):
    """The string constants of the test files, of those with doctests the examples."""
    found = set()
    for file in sorted(folder.rglob("test_*.py")):
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            if ">>> " in node.value:
                try:
                    found.update(example.source for example in doctest.DocTestParser().get_examples(node.value))
                except ValueError:
                    pass
            elif 1 < len(node.value) < 4000:
                found.add(node.value)
    return sorted(found)


def mutations(library, count, seed):
    """`count` statements of the library, each with one token changed."""
    choice = random.Random(seed)
    files = sorted(file for file in library.glob("*.py") if file.exists())
    words = ["if", "for", "in", "else", "=", "==", ":=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "*", "**", "lambda",
             "def", "class", "not", "is", "None", "1", "x", "'s'", "f'{x}'", "await", "yield", "import", "as", "from",
             "except", "try", "with", "match", "case", "|", "->", "@", "print", "return", "...", "!", "$", "?", "0x", "1_"]
    made = []
    while len(made) < count:
        source = choice.choice(files).read_text(encoding="utf-8", errors="replace")
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        for node in choice.sample(body, min(len(body), 12)):
            text = ast.get_source_segment(source, node)
            if not text or len(text) > 3000:
                continue
            try:
                tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.string.strip()]
            except (tokenize.TokenError, SyntaxError):
                continue
            lines = text.splitlines(keepends=True)
            starts = [0]
            for line in lines:
                starts.append(starts[-1] + len(line))
            token, other = choice.choice(tokens), choice.choice(tokens)
            begin, end = starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]
            replacement = choice.choice(["", f"{token.string} {token.string}", f"{other.string} {token.string}",
                                         choice.choice(words), f"{token.string} {choice.choice(words)} "])
            made.append(text[:begin] + replacement + text[end:] + "\n")
    return made[:count]


def answers(interpreter, cases):
    with tempfile.TemporaryDirectory() as folder:
        file, judge = pathlib.Path(folder, "cases.json"), pathlib.Path(folder, "judge.py")
        file.write_text("".join(json.dumps(case) + "\n" for case in cases))
        judge.write_text(JUDGE)
        done = subprocess.run([interpreter, str(judge), str(file)], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    if len(lines) != len(cases):
        sys.exit(f"{interpreter} ended at case {len(lines)}: {cases[len(lines)]!r}\n{done.stderr[-600:]}")
    return [json.loads(line) for line in lines]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("taipan")
    parser.add_argument("--tests", type=pathlib.Path)
    parser.add_argument("--mutations", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-v", action="store_true", help="print every difference, not only the first twenty")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    tests = args.tests or pathlib.Path(ast.__file__).parent / "test"
    sources = constants(tests)
    cases = [(source, mode) for source in sources for mode in ("exec", "eval")]
    cases += [(source, "exec") for source in mutations(pathlib.Path(ast.__file__).parent, args.mutations, args.seed)]
    rejected = different = 0
    for case, theirs, ours in zip(cases, answers(sys.executable, cases), answers(args.taipan, cases)):
        rejected += theirs is not None
        if theirs != ours:
            different += 1
            if different <= 20 or args.v:
                print(f"{case}\n  CPython {theirs}\n  Taipan  {ours}")
    print(f"{len(cases)} sources, {rejected} rejected by CPython, {different} answered differently")
    return different > 0


if __name__ == "__main__":
    sys.exit(main())
