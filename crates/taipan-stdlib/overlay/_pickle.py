"""The names of the accelerator, for code that imports it directly: the library's own Python forms.

`pickle` asks for them while it is being imported itself, so each is looked up when it is first asked for.
"""

from _pickle_buffer import PickleBuffer

_FORMS = {name: name for name in ("PickleError", "PicklingError", "UnpicklingError")}
_FORMS |= {name: "_" + name for name in ("Pickler", "Unpickler", "dump", "dumps", "load", "loads")}

__all__ = ["PickleBuffer", *_FORMS]


def __getattr__(name):
    import pickle
    form = _FORMS.get(name)
    if form is None or not hasattr(pickle, form):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(pickle, form)
    return value


def __dir__():
    return sorted({*globals(), *_FORMS})
