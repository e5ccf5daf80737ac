"""What runs when the program ends has the interpreter for itself: threads that are left over are stopped."""

import _thread
import atexit
import os
import threading
import warnings


def loop():
    while True:
        pass


class Keeper:
    """Dies in a cycle when the program ends, not before: its thread never does."""

    def __init__(self):
        self.me = self
        self.thread = threading.Thread(target=loop, daemon=True)
        self.thread.start()

    def __del__(self):
        for timeout in None, 10, 0:
            try:
                self.thread.join(timeout)
            except PythonFinalizationError as error:
                print(error, self.thread.is_alive())


# A fork tells that the child lacks the other threads.
event = threading.Event()
other = threading.Thread(target=event.wait)
other.start()
for action in "always", "error":
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter(action)
        if not (child := os.fork()):
            os._exit(0)
        os.waitpid(child, 0)
        print(action, [(w.category.__name__, str(w.message).replace(str(os.getpid()), "PID")) for w in seen])
event.set()
other.join()
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)
    print(seen, flush=True)

# Names are cut as the system does.
before = _thread._get_name()
for name in "plain", "a\0b", "x" * 20, "xé" * 10, "\ud800\udc80":
    _thread.set_name(name)
    print(ascii(_thread._get_name()), flush=True)
_thread.set_name(before)

keepers = [Keeper()]
atexit.register(keepers.clear)

# In a forked child the other threads have ended, daemons too.
event = threading.Event()
others = [threading.Thread(target=event.wait, daemon=daemon) for daemon in (False, True)]
for other in others:
    other.start()


def forked(what):
    with warnings.catch_warnings(record=True):
        child = os.fork()
    if child == 0:
        print(what, [other.is_alive() for other in others], threading.main_thread().name, flush=True)
        for other in others:
            other.join()
        threading._shutdown()
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), [other.is_alive() for other in others], flush=True)


forked("main")
middle = threading.Thread(target=forked, args=("other",))
middle.start()
middle.join()
event.set()
