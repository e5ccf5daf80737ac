"""Run one module of the regression suite and write a line per test.

usage: INTERPRETER driver.py MODULE OUT

Each line of OUT is 'STATUS<tab>TEST ID[<tab>REASON]' and is flushed at once, so
that a crash or a time-out keeps what ran before it.  STATUS is OK, FAIL, ERROR,
SKIP, XFAIL or XPASS.  'LOADFAIL<tab>REASON' says that the module could not be
loaded, 'DONE' that the run came to its end.

The driver asks little of the interpreter: unittest, and what the tests import.
With CONFORM_REFERENCE set (on CPython) it hides what only CPython has, so that
tests of implementation details are skipped and do not enter the reference.
With CONFORM_NAME set the interpreter runs the tests under that name: what is
marked as a detail of CPython's implementation is skipped then.
"""
import os
import signal
import sys
import unittest

EXTENSIONS = ("_testcapi", "_testlimitedcapi", "_testinternalcapi", "_testmultiphase", "_testsinglephase",
              "_testbuffer", "_testclinic", "_testclinic_limited", "_testimportmultiple",
              "_testexternalinspection", "_xxtestfuzz", "_ctypes_test")

SEVERITY = ["OK", "SKIP", "XFAIL", "XPASS", "FAIL", "ERROR"]


class Lines:
    """The output file."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8", errors="backslashreplace")

    def write(self, *fields):
        self.file.write("\t".join(str(field).replace("\n", " ").replace("\t", " ") for field in fields) + "\n")
        self.file.flush()


def describe(err):
    return f"{err[0].__name__}: {str(err[1])[:300]}"


class LineResult(unittest.TestResult):
    """Writes the worst status that a test (with its subtests) reached."""

    def __init__(self, lines):
        super().__init__()
        self.lines = lines

    def startTest(self, test):
        super().startTest(test)
        self.status, self.reason = None, ""

    def settle(self, status, reason=""):
        if self.status is None or SEVERITY.index(status) > SEVERITY.index(self.status):
            self.status, self.reason = status, reason

    def addSuccess(self, test):
        self.settle("OK")

    def addSkip(self, test, reason):
        self.settle("SKIP")

    def addExpectedFailure(self, test, err):
        self.settle("XFAIL")

    def addUnexpectedSuccess(self, test):
        self.settle("XPASS")

    def addFailure(self, test, err):
        self.settle("FAIL", describe(err))

    def addError(self, test, err):
        if isinstance(test, unittest.TestCase):
            self.settle("ERROR", describe(err))
        else:  # the fixture of a class or module
            self.lines.write("LOADFAIL", f"{test.id()} {describe(err)}")

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.settle("FAIL" if issubclass(err[0], test.failureException) else "ERROR", describe(err))

    def stopTest(self, test):
        super().stopTest(test)
        fields = [self.status or "OK", test.id()]
        self.lines.write(*fields, *([self.reason] if self.reason else []))


def make_stand_in(name):
    """A module in place of a C extension that is not there; a test that touches it is skipped."""
    module = type(sys)(name)
    for prefix, bits in (("CHAR", 8), ("SHRT", 16), ("INT", 32), ("LONG", 64), ("LLONG", 64), ("PY_SSIZE_T", 64)):
        setattr(module, f"{prefix}_MAX", (1 << bits - 1) - 1)
        setattr(module, f"{prefix}_MIN", -(1 << bits - 1))
        setattr(module, f"U{prefix}_MAX", (1 << bits) - 1)
    module.SIZE_MAX = (1 << 64) - 1

    def __getattr__(attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)

        def skip(*args, **kwargs):
            raise unittest.SkipTest(f"needs {name}.{attribute}, a C extension of CPython's tests")
        return skip

    module.__getattr__ = __getattr__
    return module


def prepare_support():
    """No network, no long or large tests; a missing C extension skips tests, not whole modules."""
    try:
        from test import support
        from test.support import import_helper
    except ImportError:
        return
    support.use_resources = {}
    support.verbose = 0
    real_import = import_helper.import_module

    def import_module(name, *args, **kwargs):
        try:
            return real_import(name, *args, **kwargs)
        except unittest.SkipTest:
            if name not in EXTENSIONS:
                raise
            return make_stand_in(name)

    import_helper.import_module = import_module


def main():
    module, lines = sys.argv[1], Lines(sys.argv[2])
    sys.argv = [module]
    # Whoever starts this in the background has it ignore interrupts, which some tests and their children wait for.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.environ.get("CONFORM_REFERENCE"):
        import platform
        platform.python_implementation = lambda: "Other"
        for name in EXTENSIONS:
            sys.modules[name] = None
    if name := os.environ.get("CONFORM_NAME"):
        sys.implementation.name = name
    prepare_support()
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName(module)
    except BaseException as error:
        lines.write("LOADFAIL", f"{type(error).__name__}: {str(error)[:300]}")
        raise
    suite.run(LineResult(lines))
    lines.write("DONE", module)


main()
