# The policy of `_warnings`: arguments, filters, registries, attribution, source lines of loaders.
import _warnings
import sys
import os
import warnings
import textwrap
import types


def attempt(label, function, *args, **kwargs):
    try:
        print(label, function(*args, **kwargs))
    except BaseException as error:
        print(label, type(error).__name__, error)


def show(message, category, filename, lineno, file=None, line=None):
    print("  shown:", category.__name__, message, os.path.basename(filename), lineno, line)


warnings.showwarning = show
print(sorted(name for name in dir(_warnings)))
print(_warnings.filters)
print(_warnings.filters is warnings.filters, warnings._warnings_context.name)

attempt("category", _warnings.warn, "x", 3)
attempt("category", _warnings.warn, "x", int)
attempt("stacklevel", _warnings.warn, "x", stacklevel="a")
attempt("skip", _warnings.warn, "x", skip_file_prefixes=3)
attempt("skip", _warnings.warn, "x", skip_file_prefixes=(3,))
attempt("nothing", _warnings.warn)
attempt("nothing", _warnings.warn_explicit)
attempt("filename", _warnings.warn_explicit, "m", UserWarning, 3, 4)
attempt("lineno", _warnings.warn_explicit, "m", UserWarning, "3", "4")
attempt("lineno", _warnings.warn_explicit, "m", UserWarning, "3", 1 << 70)
attempt("category", _warnings.warn_explicit, "m", int, "3", 1)
attempt("category", _warnings.warn_explicit, "m", 3, "3", 1)
attempt("registry", _warnings.warn_explicit, "m", UserWarning, "3", 1, registry=4)
attempt("globals", _warnings.warn_explicit, "m", UserWarning, "3", 1, module_globals=4)
attempt("no module", _warnings.warn_explicit, "m", UserWarning, "3", 1, None)
attempt("lock", _warnings._filters_mutated_lock_held)
attempt("lock", _warnings._release_lock)
attempt("lock", _warnings._acquire_lock)
attempt("lock", _warnings._filters_mutated_lock_held)
attempt("lock", _warnings._release_lock)

for filters in (3, [(1, 2)], [(1, 2, 3, 4, 5)], [("foo", None, UserWarning, None, 0)], [(None,) * 5]):
    saved, warnings.filters = warnings.filters, filters
    attempt("filters", warnings.warn, "bad filters")
    warnings.filters = saved

for action in ("always", "all", "once", "module", "default", "ignore", "error"):
    print(action)
    with warnings.catch_warnings():
        warnings.simplefilter(action)
        registry = {}
        for lineno in (1, 1, 2):
            attempt("  ", warnings.warn_explicit, "text", UserWarning, "a.py", lineno, registry=registry)
        attempt("  ", warnings.warn_explicit, "text", UserWarning, "a.py", 1)
        print("  ", {key: value for key, value in registry.items() if key != "version"})

with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter("always")
    warnings.filterwarnings("ignore", message="quiet.*", module="b")
    warnings.warn_explicit("Quiet please", UserWarning, "b.py", 1)
    warnings.warn_explicit("loud", UserWarning, "b.py", 1)
    warnings.warn_explicit(DeprecationWarning("instance"), UserWarning, "", 1)
print([(str(w.message), w.category.__name__, w.filename) for w in log])


def level(n, **kwargs):
    warnings.warn("attributed", stacklevel=n, **kwargs)


def outer(n, **kwargs):
    level(n, **kwargs)


warnings.simplefilter("always")
for n in (-1, 0, 1, 2, 3, 4, 50):
    outer(n)
outer(1, skip_file_prefixes=("/no/such/",))
outer(1, skip_file_prefixes=(__file__,))

for lineno in (1, 5, 1000, 0, -1):
    attempt("source", warnings.warn_explicit, "s", UserWarning, "nonexistent", lineno, module_globals=vars(textwrap))


class Loader:
    def __init__(self, answer):
        self.answer = answer

    def get_source(self, name):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


for answer in ("a\n  b  \n", 42, None, ImportError("bad"), KeyError("bad")):
    loader = Loader(answer)
    module_globals = {"__loader__": loader, "__name__": "x", "__spec__": types.SimpleNamespace(loader=loader)}
    attempt("loader", warnings.warn_explicit, "s", UserWarning, "nonexistent", 2, module_globals=module_globals)
attempt("main", warnings.warn_explicit, "s", UserWarning, "nonexistent", 1, module_globals=globals())
attempt("empty", warnings.warn_explicit, "s", UserWarning, "nonexistent", 1, module_globals={})

warnings.simplefilter("error")
attempt("compile", compile, "1 is 1", "<text>", "eval")
attempt("escape", compile, r"'\d'", "<text>", "eval")
print(len(globals()["__warningregistry__"]) > 1)
