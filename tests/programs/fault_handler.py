"""Tracebacks at fatal signals, after a time, at a signal and on request, in processes of their own."""
import os
import re
import signal
import subprocess
import sys
import tempfile

import faulthandler


def run(code, *options, **variables):
    env = {**os.environ, **variables}
    done = subprocess.run([sys.executable, *options, '-c', code], capture_output=True, text=True, env=env)
    text = re.sub(r'0x[0-9a-f]{16}( \[[^\]]*\])?', '0xID', done.stdout + done.stderr)
    text = re.sub(r"\nCurrent thread's C stack trace .*\n(  .*\n)*", '', text)
    text = re.sub(r'".*/(\w+\.py)", line \d+', r'"\1", line N', text)
    print(done.returncode)
    print(text)


HEAD = 'import faulthandler, os, signal, sys, threading, time\n'
for name in 'SIGSEGV', 'SIGABRT', 'SIGFPE', 'SIGBUS', 'SIGILL':
    run(HEAD + f'def f():\n  signal.raise_signal(signal.{name})\nfaulthandler.enable()\nf()')
run(HEAD + 'faulthandler._sigsegv()', '-X', 'faulthandler')
run(HEAD + 'faulthandler._sigabrt()', PYTHONFAULTHANDLER='1')
run(HEAD + 'faulthandler.enable(all_threads=False)\nfaulthandler._sigsegv(True)')
run(HEAD + 'faulthandler.enable()\nprint(faulthandler.disable(), faulthandler.disable())\nfaulthandler._sigsegv()')
run(HEAD + 'faulthandler.enable()\nfaulthandler._fatal_error_c_thread()')
run(HEAD + 'def f(n):\n  f(n - 1) if n else faulthandler.dump_traceback(all_threads=False)\nf(120)')
run(HEAD + 'exec("def \xe9\u4e2d():\\n faulthandler.dump_traceback()\\n\xe9\u4e2d()")')
run(HEAD + '''
done = threading.Event()
thread = threading.Thread(target=done.wait)
thread.start()
time.sleep(0.2)
faulthandler.dump_traceback()
faulthandler.dump_traceback_later(0.2, repeat=False)
time.sleep(0.6)
faulthandler.dump_traceback_later(3)
faulthandler.cancel_dump_traceback_later()
done.set()
thread.join()
faulthandler.dump_traceback_later(0.25, exit=True)
time.sleep(30)
''')
run(HEAD + '''
signal.signal(signal.SIGUSR1, lambda number, frame: print('called'))
faulthandler.register(signal.SIGUSR1, chain=True, all_threads=False)
signal.raise_signal(signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR1)
print(faulthandler.unregister(signal.SIGUSR1), faulthandler.unregister(signal.SIGUSR1))
signal.raise_signal(signal.SIGUSR1)
''')

with tempfile.TemporaryFile() as file:
    faulthandler.dump_traceback(file, all_threads=False)
    file.seek(0)
    print(file.readline(), len(file.readlines()))


class Descriptor:
    def __init__(self, fd):
        self.fd = fd

    def fileno(self):
        return self.fd

    def flush(self):
        print('flush')
        raise ValueError


calls = [
    lambda: faulthandler.enable(-1),
    lambda: faulthandler.enable('a'),
    lambda: faulthandler.enable(2**40),
    lambda: faulthandler.dump_traceback(Descriptor('2')),
    lambda: faulthandler.dump_traceback(Descriptor(-3)),
    lambda: faulthandler.dump_traceback_later(0),
    lambda: faulthandler.dump_traceback_later(-1),
    lambda: faulthandler.dump_traceback_later('a'),
    lambda: faulthandler.dump_traceback_later(1e300),
    lambda: faulthandler.register(0),
    lambda: faulthandler.register(signal.SIGSEGV),
    lambda: faulthandler.register(65),
    lambda: faulthandler.register(signal.SIGKILL),
    lambda: faulthandler.unregister(signal.SIGUSR2),
    faulthandler.is_enabled,
]
for call in calls:
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
with open(os.devnull, 'wb') as null:
    print(faulthandler.dump_traceback(Descriptor(null.fileno())))
sys.stderr = None
try:
    faulthandler.enable()
except RuntimeError as error:
    print(error)
