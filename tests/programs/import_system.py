"""Packages written to disk and imported in every way; finders, loaders, reload, circles, runpy, import errors."""
import importlib
import importlib.abc
import importlib.machinery
import importlib.resources
import importlib.util
import os
import runpy
import sys
import types

FILES = {
    "shop/__init__.py": '"""A shop."""\nfrom .items import *\nfrom . import prices as money\n__version__ = "1.2"\nprint("loading", __name__, __package__)\n\ndef __getattr__(name):\n    if name == "lazy":\n        return f"lazy {name}"\n    raise AttributeError(f"no {name} in the shop")\n',
    "shop/items.py": '__all__ = ["lamp", "_hidden"]\nlamp, chair, _hidden = "Lamp", "Chair", 7\n',
    "shop/prices.py": "from .items import lamp\nfrom .sub.deep import level\nPRICES = {lamp: 3}\n",
    "shop/sub/__init__.py": "",
    "shop/sub/deep.py": "from .. import items\nlevel = len(items.__name__.split('.'))\n",
    "shop/__main__.py": "import sys\nprint('main of', __name__, sys.argv[1:], __package__)\nresult = 42\n",
    "shop/data.txt": "resource text\n",
    "circle_a.py": "import circle_b\nx = 1\ndef get(): return circle_b.y\n",
    "circle_b.py": "import circle_a\ny = getattr(circle_a, 'x', 'not yet')\n",
    "circle_c.py": "from circle_d import d\nc = 1\n",
    "circle_d.py": "from circle_c import c\nd = 1\n",
    "broken.py": "x = 1\nraise RuntimeError('while importing')\n",
    "bad_syntax.py": "def f(:\n",
    "counter.py": "try:\n    count += 1\nexcept NameError:\n    count = 1\n",
    "spaces/one/part_a.py": "a = 1\n",
    "more/spaces/one/part_b.py": "b = 2\n",
    "script.py": "if __name__ == '__main__':\n    print('as script', __file__.rpartition('/')[2])\nelse:\n    print('as', __name__)\nvalue = [n for n in range(3)]\n",
}
for name, text in FILES.items():
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w") as f:
        f.write(text)
sys.path.insert(0, os.getcwd())
sys.path.append(os.path.join(os.getcwd(), "more"))
sys.dont_write_bytecode = True


def attempt(action):
    try:
        print(action())
    except BaseException as error:
        text = str(error).replace(os.getcwd(), "HERE").replace(os.path.dirname(os.__file__), "LIBRARY")
        print(f"{type(error).__name__}: {text} | {getattr(error, 'name', None)}")


def run(code):
    namespace = {}
    exec(code, namespace)
    return {k: v for k, v in namespace.items() if not k.startswith("__")}


import shop
import shop.sub.deep as deep
from shop import lamp, money
from shop.sub import deep as same

print(shop.__doc__, shop.__version__, lamp, shop._hidden, hasattr(shop, "chair"), money.PRICES, deep is same, deep.level, shop.lazy)
print(shop.__name__, shop.__package__, shop.__path__ == [os.path.abspath("shop")], deep.__spec__.parent, os.path.basename(shop.__file__), type(shop.__loader__).__name__, sorted(n for n in dir(shop) if n[0] != "_"))
print([m for m in sys.modules if m.startswith("shop")], sys.modules["shop.sub"].deep is deep)
attempt(lambda: shop.nothing)
for code in ("import no_such", "from shop import nothing", "import shop.nothing", "from shop.items import zzz", "import shop.items.deeper", "from . import x", "from .x import y", "import broken", "import bad_syntax", "from circle_c import c", "from shop import *", "from os import no_such_name", "import shop.sub.deep", "from math import pii"):
    attempt(lambda: (code, run(code)))
print("broken" in sys.modules, "circle_c" in sys.modules)
import circle_a
print(circle_a.circle_b.y, circle_a.get())
import counter
print(counter.count, importlib.reload(counter).count, importlib.import_module("counter") is counter, importlib.import_module(".deep", "shop.sub") is deep)
attempt(lambda: importlib.import_module(".x"))
del sys.modules["counter"]
import counter as fresh
print(fresh.count, fresh is counter)
import spaces.one.part_a
import spaces.one.part_b
print(spaces.one.part_a.a, spaces.one.part_b.b, spaces.__file__ if hasattr(spaces, "__file__") else None, len(list(spaces.__path__)), type(spaces.__path__).__name__)
sys.modules["blocked"] = None
attempt(lambda: run("import blocked"))
sys.modules["faked"] = types.SimpleNamespace(answer=42)
attempt(lambda: run("from faked import answer"))


class Virtual(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes modules out of their names."""

    def find_spec(self, name, path, target=None):
        if name.startswith("virtual"):
            return importlib.machinery.ModuleSpec(name, self, is_package="." not in name)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.shout = module.__name__.upper()


sys.meta_path.append(Virtual())
import virtual.inner
print(virtual.shout, virtual.inner.shout, virtual.inner.__spec__.loader.__class__.__name__, importlib.util.find_spec("virtual_x") is not None, importlib.util.find_spec("nope"))
spec = importlib.util.spec_from_file_location("from_file", "counter.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.count, "from_file" in sys.modules, importlib.util.resolve_name("..x", "a.b.c"), importlib.util.cache_from_source("/a/b.py") != "/a/b.py")
lazy = importlib.util.spec_from_file_location("lazy_counter", "counter.py", loader=importlib.util.LazyLoader(importlib.machinery.SourceFileLoader("lazy_counter", "counter.py")))
lazy_module = importlib.util.module_from_spec(lazy)
lazy.loader.exec_module(lazy_module)
print(type(lazy_module).__name__, lazy_module.count, type(lazy_module).__name__)
print(importlib.resources.files("shop").joinpath("data.txt").read_text().strip(), importlib.resources.is_resource("shop", "data.txt"))
sys.argv = ["prog", "arg"]
print(runpy.run_module("shop", run_name="__main__", alter_sys=True)["result"], runpy.run_path("script.py")["value"], runpy.run_path("script.py", run_name="__main__")["__name__"])
attempt(lambda: runpy.run_module("no_such"))
attempt(lambda: __import__(""))
attempt(lambda: __import__("shop.sub.deep").__name__)
attempt(lambda: __import__("shop", fromlist=["items"]).items.chair)
attempt(lambda: importlib.import_module(5))
attempt(lambda: exec("def f():\n from shop import *"))
code = compile("import sys as s, os.path\nfrom math import (pi as PI, tau,)", "<c>", "exec")
print(code.co_names, sorted(run("import os.path as p; import xml.dom; from collections import abc")))
