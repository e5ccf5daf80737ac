"""Shows that .pyc files work in both directions.

    python3.14 tests/oracle/pyc_both_ways.py TAIPAN [--library DIR] [--programs] [--modules] [NAME...]

Run with CPython 3.14. `--modules`: the library modules that test_json, test_textwrap and test_bisect load are compiled
by Taipan to files without sources, and CPython runs these tests with them. `--programs`: the programs of tests/programs
(those named, or all that Taipan passes) are compiled by CPython to files without sources, and Taipan must print what
CPython prints when it runs the same files. Without either option both are done. The exit status is 1 when something
differs. DIR is the folder that holds CPython's package `test` (default: where this CPython has it).
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "programs"
TESTS = ["test.test_json", "test.test_textwrap", "test.test_bisect"]
ENVIRONMENT = {
    "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC",
    "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "80", "LINES": "24", "PATH": os.environ.get("PATH", ""),
}

# Runs the tests with a folder before all others on sys.path and tells which modules came from where. What CPython
# imports before it reads sys.path stays its own.
RUNNER = """
import sys
folder, out = sys.argv[1:3]
sys.path.insert(0, folder)
import json, unittest
from test import support
suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[3:])
result = unittest.TextTestRunner(stream=sys.stderr, verbosity=0).run(suite)
files = {n: m.__file__ for n, m in sys.modules.items() if getattr(m, "__file__", None)}
with open(out, "w") as f:
    failed = {getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors}
    json.dump([result.testsRun, sorted(failed), len(result.skipped), files], f)
"""


def run_tests(folder, library, work):
    out = work / "result.json"
    environment = dict(ENVIRONMENT, PYTHONPATH=str(library))
    del environment["NO_COLOR"]  # some tests are about colours
    done = subprocess.run([sys.executable, "-c", RUNNER, folder, out, *TESTS], env=environment, cwd=work,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if not out.exists():
        sys.exit(f"the tests did not run:\n{done.stderr}")
    result = json.loads(out.read_text())
    out.unlink()
    return result, done.stderr


def modules(taipan, library):
    """CPython runs tests with library modules that Taipan compiled."""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work).resolve()
        (work / "none").mkdir()
        (run, failed, _, files), _ = run_tests(work / "none", library, work)
        # Compile what the tests loaded: modules of the library, not the tests themselves.
        compiled = work / "compiled"
        count = 0
        for file in files.values():
            path = pathlib.Path(file)
            if path.suffix != ".py" or not path.is_relative_to(library) or path.relative_to(library).parts[0] == "test":
                continue
            target = compiled / path.relative_to(library)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            count += 1
        subprocess.run([taipan, "-m", "compileall", "-q", "-b", compiled], check=True, env=ENVIRONMENT)
        for source in compiled.rglob("*.py"):
            source.unlink()
        (ours_run, ours_failed, skipped, files), log = run_tests(compiled, library, work)
        used = [file for file in files.values() if file.endswith(".pyc") and file.startswith(str(compiled))]
    print(f"modules: {count} compiled by Taipan, {len(used)} of them loaded by CPython; "
          f"{ours_run} tests run, {len(ours_failed)} failed, {skipped} skipped "
          f"(with its own modules: {run} run, failed {failed})")
    good = used and ours_run == run and set(ours_failed) <= set(failed)
    if not good:
        print(log)
    return bool(good)


def steps_of(name):
    table = tomllib.loads((PROGRAMS / f"{name}.toml").read_text())
    steps = table.get("run") or [{"args": table.get("args", [f"$DIR/{name}.py"]), "stdin": table.get("stdin", ""),
                                  "exit": table.get("exit", 0)}]
    return table, steps


def masked(text, names, mask):
    for path, name in names:
        text = text.replace(str(path), name)
    if "addresses" in mask:
        text = re.sub(r"(?<= at )0x[0-9a-f]+|0x[0-9a-f]{6,}", "0x<address>", text)
    if "times" in mask:
        text = re.sub(r"\d+(\.\d+)?(e-\d+)? ?(s|sec|msec|usec|nsec)\b", "<time>", text)
    return text


def run_program(interpreter, name, folder):
    """The output and exit status of the steps of a program, from compiled code in `folder`."""
    table, steps = steps_of(name)
    parts = []
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work).resolve()
        names = [(folder, "$DIR"), (work, "$TMP"), (pathlib.Path(interpreter).resolve(), "$PYTHON"), (interpreter, "$PYTHON")]
        for step in steps:
            place = lambda text: text.replace("$DIR", str(folder)).replace("$TMP", str(work)).replace("$PYTHON", str(interpreter))
            args = [place(arg) for arg in step["args"]]
            if args and args[0] == f"{folder}/{name}.py":
                args[0] += "c"
            environment = dict(ENVIRONMENT, HOME=str(work), TMPDIR=str(work))
            environment.update({key: place(value) for key, value in table.get("env", {}).items()})
            try:
                done = subprocess.run([interpreter, *args], env=environment, cwd=work, input=step.get("stdin", ""),
                                      capture_output=True, text=True, timeout=table.get("timeout", 60) * 3)
            except subprocess.TimeoutExpired:
                parts.append("no end")
                break
            stderr = done.stderr if table.get("stderr") else ""
            parts.append(masked(f"{done.returncode}\n{done.stdout}{stderr}", names, table.get("mask", [])))
            if done.returncode != step.get("exit", 0) and done.stderr:
                # The frames above it lie in two copies of the library, whose lines differ.
                parts.append(done.stderr.rstrip().rpartition("\n")[2])
    return "\n".join(parts)


def programs(taipan, names, jobs):
    """Taipan runs programs that CPython compiled, without their sources."""
    failing = {line.partition(":")[0] for line in (PROGRAMS / "expected_failures.txt").read_text().splitlines()
               if not line.startswith("#")}
    chosen = []
    for file in sorted(PROGRAMS.glob("*.toml")):
        name = file.stem
        _, steps = steps_of(name)
        is_script = all(step.get("args", [""])[0] == f"$DIR/{name}.py" for step in steps)
        if is_script and (name in names if names else name not in failing):
            chosen.append(name)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve() / "programs"
        shutil.copytree(PROGRAMS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        warnings.simplefilter("ignore")
        for source in folder.glob("*.py"):
            try:
                py_compile.compile(str(source), cfile=str(source) + "c", doraise=True)
                source.unlink()
            except py_compile.PyCompileError:  # a program about errors in the source
                chosen = [name for name in chosen if name != source.stem]
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            theirs = pool.map(lambda name: run_program(sys.executable, name, folder), chosen)
            ours = pool.map(lambda name: run_program(taipan, name, folder), chosen)
            for name, a, b in zip(chosen, theirs, ours):
                if a != b:
                    wrong += 1
                    lines = zip((a + "\n<end>").splitlines(), (b + "\n<end>").splitlines())
                    first = next((pair for pair in lines if pair[0] != pair[1]), ("", ""))
                    print(f"{name}: expected {first[0]!r}, found {first[1]!r}")
    print(f"programs: {len(chosen) - wrong} of {len(chosen)} do from CPython's .pyc what CPython does")
    return wrong == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("taipan", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--library", type=pathlib.Path, default=pathlib.Path(json.__file__).parents[1])
    parser.add_argument("--modules", action="store_true")
    parser.add_argument("--programs", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    taipan = args.taipan.resolve()
    both = not (args.modules or args.programs)
    good = True
    if args.modules or both:
        good &= modules(taipan, args.library.resolve())
    if args.programs or both:
        good &= programs(taipan, args.names, args.jobs)
    sys.exit(not good)


if __name__ == "__main__":
    main()
