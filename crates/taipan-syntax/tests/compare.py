"""Compares taipan-syntax with the Python that runs this script.

compare.py DUMP_AST trees PATH...    trees of all .py files below the paths
compare.py DUMP_AST errors FILE...   sources from the files (Python literals, one a line), as trees or errors
compare.py - record CASES...         the cases with what this Python makes of them, for tests/recorded.rs
compare.py DUMP_AST unparse PATH...   expressions of the files as annotations keep them
compare.py DUMP_AST tokens [--plain] PATH...   tokens of the files
compare.py DUMP_AST mutate N PATH... N random mutations of each file, as trees or errors

DUMP_AST is the built example `dump_ast`.
"""
import _tokenize
import ast
import os
import random
import struct
import subprocess
import sys
import warnings

sys.setrecursionlimit(100000)


def text(data):
    return "'" + "".join(
        chr(b) if 0x20 <= b < 0x7F and b not in b"'\\" else "\\x%02x" % b for b in data) + "'"


def float_bits(value):
    return "%016x" % struct.unpack(">Q", struct.pack(">d", value))[0]


def constant(value):
    if isinstance(value, bool) or value is None:
        return repr(value)
    if value is Ellipsis:
        return "Ellipsis"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "f" + float_bits(value)
    if isinstance(value, complex):
        return "c" + float_bits(value.real) + float_bits(value.imag)
    if isinstance(value, str):
        return text(value.encode("utf-8", "surrogatepass"))
    return "b" + text(value)


def text_of(value):
    return text(value.encode("utf-8", "surrogatepass"))


SINGLE = (ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context)


def dump(node):
    if isinstance(node, list):
        return "[" + ",".join(map(dump, node)) + "]"
    if node is None:
        return "None"
    if isinstance(node, SINGLE):
        return type(node).__name__
    if not isinstance(node, ast.AST):
        return constant(node)
    parts = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(node, (ast.Constant, ast.MatchSingleton)) and field == "value":
            parts.append(constant(value))
        else:
            parts.append(dump(value))
    place = ""
    if node._attributes:
        place = "@%d,%d,%d,%d" % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
    return type(node).__name__ + "(" + ",".join(parts) + ")" + place


def cpython(source, mode="exec", flags=0, feature=-1):
    """The tree or error of this Python, as dump_ast prints it."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            tree = compile(source, "<string>", mode, ast.PyCF_ONLY_AST | flags, dont_inherit=True,
                           _feature_version=feature)
        except SyntaxError as error:
            kind = type(error).__name__.replace("_IncompleteInputError", "IncompleteInput")
            result = "%s: %s" % (kind, text_of(error.msg))
            if len(error.args) > 1:
                place = error.args[1]
                end = place[4:] if len(place) > 4 else (None, None)
                line = "None" if place[3] is None else text_of(place[3])
                result += " %s,%s,%s,%s %s" % (place[1], place[2], end[0], end[1], line)
            if getattr(error, "_metadata", None):
                result += " %d,%d" % error._metadata[:2]
            return result
        except (MemoryError, RecursionError, ValueError, OverflowError) as error:
            return "%s: %s" % (type(error).__name__, text_of(str(error)))
        result = dump(tree)
    for warning in sorted(seen, key=lambda w: w.lineno):
        result += "|%d:%s" % (warning.lineno, warning.message)
    return result


def annotation(source):
    """The expression as an annotation keeps it."""
    kept = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(source, mode="eval")
        exec(compile("from __future__ import annotations\nx: " + source, "", "exec"), kept)
    return text_of(kept["__annotations__"]["x"])


def tokens(source, extra_tokens):
    """The tokens on one line, up to an error."""
    result = ""
    lines = iter(source.splitlines(True))
    try:
        for kind, string, start, end, line in _tokenize.TokenizerIter(lines.__next__, extra_tokens=extra_tokens):
            result += "%d %s %d,%d-%d,%d %s|" % (kind, text_of(string), *start, *end, text_of(line))
    except SyntaxError as error:
        result += "%s: %s Some((%s, %s))" % (type(error).__name__, error.msg, error.lineno, error.offset)
    return result


class Ours:
    def __init__(self, tool, *options):
        self.process = subprocess.Popen([tool, "--stdin", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, source):
        if isinstance(source, str):
            source = source.encode("utf-8", "surrogatepass")
        self.process.stdin.write(b"%d\n" % len(source) + source)
        self.process.stdin.flush()
        return self.process.stdout.readline().decode("utf-8", "replace").rstrip("\n")


def report(name, source, ours, theirs, limit=300):
    at = 0
    while at < min(len(ours), len(theirs)) and ours[at] == theirs[at]:
        at += 1
    at = max(0, at - 120) if max(len(ours), len(theirs)) > limit else 0
    print("DIFFERENT", name)
    if source is not None:
        print("  source", source)
    print("  ours  ", ours[at:at + limit])
    print("  theirs", theirs[at:at + limit])


def python_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, _, names in sorted(os.walk(path)):
            for name in sorted(names):
                if name.endswith(".py"):
                    yield os.path.join(folder, name)


def mutate(source, rng):
    lines = source.split("\n")
    at = rng.randrange(len(lines))
    lines = lines[max(0, at - 6):at + 6]
    out = "\n".join(lines)
    for _ in range(rng.choice([1, 1, 1, 2])):
        if not out:
            break
        pos = rng.randrange(len(out))
        choice = rng.randrange(5)
        piece = rng.choice(
            list("()[]{}:;,.=+-*/%@!<>'\"#\\ \n\t_0x9jaf~|&^") + [
                " if ", " else ", " for ", " in ", "not ", "lambda ", " as ", "import ", "from ", "def ", "class ",
                "return ", "yield ", "await ", "async ", "with ", "try:", "except ", "*", "**", ":=", "==", "match ",
                "case ", "print ", "f'{", "}'", "t\"", "None", "True", "pass", "del ", "global ", "raise ", "->",
                "...", "assert ", "elif ", "while ", "finally:", "b'", "\n    ", "type ", " and ", " or ", "is ",
            ])
        if choice == 0:
            out = out[:pos] + out[pos + 1:]
        elif choice == 1:
            out = out[:pos] + out[min(len(out), pos + rng.randrange(1, 12)):]
        elif choice == 2:
            out = out[:pos] + piece + out[pos + 1:]
        else:
            out = out[:pos] + piece + out[pos:]
    return out


def main():
    tool, command, *rest = sys.argv[1:]
    good = bad = 0
    if command == "trees":
        ours = Ours(tool)
        for path in python_files(rest):
            try:
                source = open(path, "rb").read()
            except OSError:
                continue
            theirs = cpython(source)
            if "Error" in theirs[:30] and not theirs.startswith("Module"):
                continue
            mine = ours(source)
            if mine == theirs:
                good += 1
            else:
                bad += 1
                report(path, None, mine, theirs)
    elif command == "errors":
        mode = "exec"
        options = []
        flags = 0
        feature = -1
        while rest[0].startswith("--"):
            option = rest.pop(0)
            if option == "--incomplete":
                flags |= 0x4000 | 0x200
                options += [option]
            elif option == "--type-comments":
                flags |= ast.PyCF_TYPE_COMMENTS
                options += [option]
            else:
                name, value = option.split("=")
                options += [name, value]
                if name == "--mode":
                    mode = value
                else:
                    feature = int(value)
        ours = Ours(tool, "--str", *options)
        for path in rest:
            for line in open(path, encoding="utf-8"):
                source = ast.literal_eval(line)
                theirs, mine = cpython(source, mode, flags, feature), ours(source)
                if mine == theirs:
                    good += 1
                else:
                    bad += 1
                    report(path, repr(source)[:200], mine, theirs)
    elif command == "mutate":
        count, rng = int(rest[0]), random.Random(int(os.environ.get("SEED", "1")))
        ours = Ours(tool, "--str")
        for path in python_files(rest[1:]):
            try:
                source = open(path, encoding="utf-8").read()
            except (UnicodeDecodeError, OSError):
                continue
            for _ in range(count):
                mutant = mutate(source, rng)
                theirs = cpython(mutant)
                mine = ours(mutant)
                if mine == theirs:
                    good += 1
                else:
                    bad += 1
                    report(path, repr(mutant)[-400:], mine, theirs)
    elif command == "record":
        for path in rest:
            for line in open(path, encoding="utf-8"):
                if line.strip() and not line.startswith("#"):
                    options, source = line.split(" ", 1)
                    source = ast.literal_eval(source)
                    if options[0] in "ukp":
                        print(options, text_of(source), sep="\t", end="\t")
                        print(annotation(source) if options == "u" else tokens(source, options == "k"))
                        continue
                    mode = {"x": "exec", "e": "eval", "s": "single", "f": "func_type"}[options[0]]
                    flags = 0x4200 if "i" in options[1:] else 0
                    flags |= ast.PyCF_TYPE_COMMENTS if "t" in options[1:] else 0
                    feature = int(options[1:].strip("it") or "14")
                    print(options, text_of(source), sep="\t", end="\t")
                    print(cpython(source, mode, flags, feature))
        return 0
    elif command == "unparse":
        ours = Ours(tool, "--unparse", "--str")
        seen = set()
        for path in python_files(rest):
            try:
                source = open(path, encoding="utf-8").read()
                tree = ast.parse(source)
            except (SyntaxError, ValueError, OSError):
                continue
            for node in ast.walk(tree):
                if not isinstance(node, ast.expr) or isinstance(node, (ast.Name, ast.Starred, ast.Slice)):
                    continue
                text = ast.get_source_segment(source, node) or ""
                if len(text) > 400 or text in seen:
                    continue
                seen.add(text)
                wrapped = "(" + text + "\n)"
                try:
                    theirs = annotation(wrapped)
                except (SyntaxError, ValueError, KeyError):
                    continue
                mine = ours(wrapped)
                if mine == theirs:
                    good += 1
                else:
                    bad += 1
                    report(path, repr(wrapped), mine, theirs)
    elif command == "tokens":
        plain = rest[0] == "--plain"
        ours = Ours(tool, "--plain-tokens" if plain else "--tokens")
        for path in python_files(rest[1:] if plain else rest):
            try:
                source = open(path, encoding="utf-8", newline="").read()
            except (UnicodeDecodeError, OSError):
                continue
            if path.endswith(".txt"):
                sources = [ast.literal_eval(line) for line in source.splitlines()]
            else:
                sources = [source]
            for source in sources:
                source = source.replace("\r", "")
                if any(c in source for c in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
                    continue
                theirs = tokens(source, not plain)
                mine = ours(source)
                if mine == theirs:
                    good += 1
                else:
                    bad += 1
                    report(path, repr(source)[:300] if len(source) < 300 else None, mine, theirs)
    print("equal %d, different %d" % (good, bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
