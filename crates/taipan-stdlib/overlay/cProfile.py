"""The profiler of `_lsprof` with the interface of the module 'profile'."""

import _lsprof
import profile as _pyprofile

__all__ = ["run", "runctx", "Profile"]


def run(statement, filename=None, sort=-1):
    return _pyprofile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    utils = _pyprofile._Utils(Profile)
    return utils.runctx(statement, globals, locals, filename, sort)


run.__doc__ = _pyprofile.run.__doc__
runctx.__doc__ = _pyprofile.runctx.__doc__


def label(code):
    """The key of a function in the statistics; native functions are named by a text, and sort last."""
    if isinstance(code, str):
        return "~", 0, code
    return code.co_filename, code.co_firstlineno, code.co_name


def _counts(entry):
    """What pstats keeps of an entry: calls that are not recursive, all calls, time inside, time with sub-calls."""
    return entry.callcount - entry.reccallcount, entry.callcount, entry.inlinetime, entry.totaltime


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=None, subcalls=True, builtins=True)

    A profiler that uses the given timer function, or a fast clock of real time. A timer that returns ints goes with
    timeunit, the length of its unit in seconds.
    """

    def print_stats(self, sort=-1):
        import pstats
        keys = sort if isinstance(sort, tuple) else (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*keys).print_stats()

    def dump_stats(self, file):
        import marshal
        with open(file, 'wb') as f:
            self.create_stats()
            marshal.dump(self.stats, f)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        entries = self.getstats()
        callers_of = {id(entry.code): {} for entry in entries}
        self.stats = {label(entry.code): (*_counts(entry), callers_of[id(entry.code)]) for entry in entries}
        for entry in entries:
            caller = label(entry.code)
            for call in entry.calls or ():
                callers = callers_of.get(id(call.code))
                if callers is None:
                    continue
                nonrecursive, calls, inline, total = _counts(call)
                counts = calls, nonrecursive, inline, total
                if caller in callers:
                    counts = tuple(map(sum, zip(callers[caller], counts)))
                callers[caller] = counts

    def run(self, cmd):
        import __main__
        return self.runctx(cmd, __main__.__dict__, __main__.__dict__)

    def runctx(self, cmd, globals, locals):
        with self:
            exec(cmd, globals, locals)
        return self

    def runcall(self, func, /, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def _script(path):
    """The code of a script, and the namespace of a fresh module __main__ to run it in."""
    import importlib.machinery
    import importlib.util
    import io
    import sys

    with io.open_code(path) as file:
        code = compile(file.read(), path, 'exec')
    spec = importlib.machinery.ModuleSpec('__main__', None, origin=path)
    main = sys.modules['__main__'] = importlib.util.module_from_spec(spec)
    main.__spec__ = main.__package__ = main.__cached__ = None
    main.__file__, main.__name__ = path, '__main__'
    return code, main.__dict__


def main():
    import os
    import pstats
    import runpy
    import sys
    from optparse import OptionParser

    parser = OptionParser("cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ...")
    parser.allow_interspersed_args = False
    parser.add_option('-o', '--outfile', help="Save stats to <outfile>")
    parser.add_option('-s', '--sort', default=2, choices=sorted(pstats.Stats.sort_arg_dict_default),
                      help="Sort order when printing to stdout, based on pstats.Stats class")
    parser.add_option('-m', dest="module", action="store_true", default=False, help="Profile a library module")
    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if not args:
        parser.print_usage()
        return parser
    # The program may change the directory.
    outfile = options.outfile and os.path.abspath(options.outfile)
    if options.module:
        code = "run_module(modname, run_name='__main__')"
        namespace = {'run_module': runpy.run_module, 'modname': args[0]}
    else:
        sys.path.insert(0, os.path.dirname(args[0]))
        code, namespace = _script(args[0])
    try:
        runctx(code, namespace, None, outfile, options.sort)
    except BrokenPipeError as error:
        # Nothing is left to be flushed when the program ends.
        sys.stdout = None
        sys.exit(error.errno)
    return parser


if __name__ == '__main__':
    main()
