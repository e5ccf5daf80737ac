"""Audit events: which are raised by what, with which arguments; hooks that refuse, and hooks under tracing."""
import _thread
import gc
import marshal
import os
import resource
import sys
import tempfile
import time

names = ('compile', 'exec', 'import', 'open', 'marshal', 'gc', 'object', 'os', 'time', '_thread', 'sys._', 'builtins', 'resource')
events = None


def shown(value):
    if isinstance(value, (str, bytes, int, float, type(None))):
        return repr(value).replace(repr(folder)[1:-1], 'FOLDER')
    if isinstance(value, tuple):
        return '(' + ', '.join(map(shown, value)) + ')'
    return type(value).__name__


def hook(event, args):
    if events is not None and event.startswith(names):
        events.append(event + shown(args))


sys.addaudithook(hook)
folder = tempfile.mkdtemp()
path = os.path.join(folder, 'file')


def run(what):
    global events
    events = found = []
    try:
        what()
    except Exception as error:
        found.append(type(error).__name__)
    finally:
        events = None
    print(*found, sep='\n  ')


class A:
    pass


class B:
    pass


def f():
    pass


def attributes():
    A.__name__ = 'X'
    A.__qualname__ = 'X'
    A.attribute = 1
    f.__code__ = f.__code__
    f.__defaults__ = ()
    f.__kwdefaults__ = {}
    A().__class__ = B


def files():
    os.mkdir(path)
    os.chmod(path, 0o700)
    os.utime(path, (1, 2))
    os.rename(path, path + '2')
    os.rmdir(path + '2')
    with open(path, 'w') as file:
        os.truncate(path, 3)
        os.ftruncate(file.fileno(), 0)
    os.symlink('file', path + '3')
    os.link(path, path + '4')
    os.chown(path, -1, -1)
    for end in '', '3', '4':
        os.remove(path + end)
    os.chdir(folder)
    os.listdir(folder)
    with os.scandir(folder):
        pass
    os.chdir('/')
    os.rmdir(folder)


def start():
    lock = _thread.allocate_lock()
    lock.acquire()
    _thread.start_new_thread(lock.release, ())
    lock.acquire()
    _thread.start_joinable_thread(f, daemon=False).join()


cases = [
    lambda: compile('1', 'f', 'eval'),
    lambda: compile('1 +', 'f', 'eval'),
    lambda: eval('1'),
    lambda: exec(b'x = 1'),
    lambda: exec(f.__code__),
    lambda: __import__('this_is_no_module'),
    lambda: marshal.loads(marshal.dumps(None)),
    lambda: gc.get_referents([1]),
    lambda: gc.get_referrers(None, ()) and None,
    lambda: gc.get_objects(generation=1) and None,
    attributes,
    files,
    start,
    lambda: time.sleep(0),
    lambda: time.sleep(-1),
    lambda: sys._getframe(),
    lambda: sys._getframemodulename(1),
    lambda: os.kill(os.getpid(), 0) if 0 else None,
    lambda: os.putenv('NAME', 'VALUE'),
    lambda: os.unsetenv('NAME'),
    lambda: os.system('true'),
    lambda: os.execv('/no such file', ['a']),
    lambda: resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)),
    lambda: open(0, 'r', closefd=False).close(),
]
for case in cases:
    run(case)


class Refusing:
    def __init__(self, refused):
        self.refused = refused

    def __call__(self, event, args):
        if event == self.refused:
            raise RuntimeError('refused ' + event)


refusing = Refusing('time.sleep')
sys.addaudithook(refusing)
for refused, call in [('time.sleep', lambda: time.sleep(0)), ('exec', lambda: eval('1')), ('open', lambda: open('x'))]:
    refusing.refused = refused
    try:
        call()
    except RuntimeError as error:
        print(error)
refusing.refused = None
print(any(isinstance(o, list) and refusing in o for o in gc.get_objects()))
calls = []


def trace(frame, event, arg):
    if frame.f_code is Refusing.__call__.__code__:
        calls.append(frame.f_locals['event'])


for value in False, True, 0, 1:
    refusing.__cantrace__ = value
    sys.settrace(trace)
    sys.audit('event')
    sys.settrace(None)
    print(value, calls)
    calls.clear()
