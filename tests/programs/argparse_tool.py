"""A command-line program with subcommands; run with many command lines."""
import argparse
import enum
import pathlib
import sys


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"

    def __str__(self):
        return self.value


def positive(text):
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return value


class KeyValue(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None):
        pairs = dict(getattr(namespace, self.dest) or {})
        for value in values:
            key, sep, rest = value.partition("=")
            if not sep:
                parser.error(f"{option_string}: expected KEY=VALUE, not {value!r}")
            pairs[key] = rest
        setattr(namespace, self.dest, pairs)


def build():
    parser = argparse.ArgumentParser(
        prog="depot", description="Keep track of things in boxes. " * 3, epilog="See the manual for more.",
        fromfile_prefix_chars="@")
    parser.add_argument("--version", action="version", version="%(prog)s 2.1")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more (repeatable)")
    parser.add_argument("--level", type=Level, choices=list(Level), default=Level.LOW, help="default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")

    add = commands.add_parser("add", help="put things into a box", aliases=["put"],
                              formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add.add_argument("box")
    add.add_argument("things", nargs="+", help="what to put there")
    add.add_argument("-n", "--count", type=positive, default=1, metavar="N", help="how many of each")
    add.add_argument("--tag", dest="tags", action=KeyValue, nargs="*", default={}, help="labels")
    add.add_argument("--fragile", action=argparse.BooleanOptionalAction, default=False, help="handle with care")

    find = commands.add_parser("find", help="look for a thing")
    group = find.add_mutually_exclusive_group(required=True)
    group.add_argument("--name")
    group.add_argument("--regex")
    find.add_argument("--in", dest="where", type=pathlib.PurePosixPath, action="append", default=[])
    find.add_argument("--limit", type=int, const=10, nargs="?", default=None)

    run = commands.add_parser("run", description="Run a program inside a box.")
    run.add_argument("program")
    run.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


LINES = """\
add attic lamp chair -n 3 --tag color=red size=xl --fragile
put cellar wine
-vv --level high find --name key --in /a/b --in c --limit
find --regex ^k.*$ --limit 5
run tool -x --name y
add attic
add attic lamp -n 0
add attic lamp --tag nonsense
find --name a --regex b
find
--level middle run x
fidn --name x
add attic lamp --colour red
--version
--help
add --help
find -h
"""


def main():
    for line in LINES.splitlines():
        print("$", line)
        sys.stderr = sys.stdout
        try:
            args = build().parse_args(line.split())
        except SystemExit as stop:
            print("exit", stop.code)
        else:
            print(sorted(vars(args).items(), key=lambda item: item[0]))
        sys.stdout.flush()
    with open("args.txt", "w") as file:
        file.write("-v\nadd\nbox from file\nthing\n")
    print(build().parse_args(["@args.txt"]))
    print(build().parse_known_args(["find", "--name", "n", "--what"]))
    loose = argparse.ArgumentParser(exit_on_error=False)
    loose.add_argument("--n", type=int)
    try:
        loose.parse_args(["--n", "x"])
    except argparse.ArgumentError as error:
        print(type(error).__name__, error)


main()
