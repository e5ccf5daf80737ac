"""Compares whole runs of the programs of tests/speed: TAIPAN against the CPython that runs this.

    python3.14 tests/oracle/speed.py TAIPAN [NAME...] [--rounds N]

The interpreters take turns on each program, N times, and must print the same. Shown are the medians of the processor
seconds (user and system) of whole processes, and, where GNU time is installed, the peak memory in MiB.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).parents[1] / "speed"
TIME = shutil.which("time")


def run(command):
    """Standard output, processor seconds and peak KiB (0 when unknown) of a command that must succeed."""
    with tempfile.NamedTemporaryFile("r") as report, tempfile.TemporaryFile() as output:
        wrapper = [TIME, "-f", "%M", "-o", report.name] if TIME else []
        # A PYTHONHOME set for one interpreter would give its library to the other.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        process = subprocess.Popen(wrapper + command, stdout=output, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command} ended with {process.returncode}")
        output.seek(0)
        return output.read(), usage.ru_utime + usage.ru_stime, int(report.read() or 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("taipan")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    programs = {path.stem: [str(path)] for path in sorted(FOLDER.glob("*.py")) if not args.names or path.stem in args.names}
    if unknown := set(args.names) - set(programs):
        parser.error(f"no such program: {', '.join(sorted(unknown))}")
    if not args.names:
        programs["-c pass"] = ["-c", "pass"]
    print(f"{'':<12}{'CPython':>9}{'Taipan':>9}{'ratio':>7}{'MiB':>14}")
    ratios = []
    for name, arguments in programs.items():
        runs = {sys.executable: [], args.taipan: []}
        for _ in range(args.rounds):
            for interpreter, figures in runs.items():
                figures.append(run([interpreter, *arguments]))
        outputs = {output for figures in runs.values() for output, _, _ in figures}
        if len(outputs) != 1:
            raise SystemExit(f"{name}: the interpreters print different things")
        theirs, ours = (statistics.median(seconds for _, seconds, _ in figures) for figures in runs.values())
        memory = " / ".join(f"{statistics.median(peak for _, _, peak in figures) / 1024:.1f}" for figures in runs.values())
        ratios.append(ours / theirs)
        print(f"{name:<12}{theirs:>9.3f}{ours:>9.3f}{ours / theirs:>7.2f}{memory:>14}", flush=True)
    print(f"{'geometric mean':<30}{statistics.geometric_mean(ratios):>7.2f}")


if __name__ == "__main__":
    main()
