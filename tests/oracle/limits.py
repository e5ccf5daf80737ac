"""Runs programs under limits of the system and in broken surroundings: none may end by a signal or hang.

usage: limits.py TAIPAN [--quick]

Each program runs under a range of address space limits, small stacks, few descriptors, few processes, with closed standard
streams, a full disk, a closed pipe, a deleted working folder. What counts: no signal, no status of 128 and more, no message
of Rust's (`panicked at`), an end within the time limit.
"""

import concurrent.futures
import os
import resource
import signal
import subprocess
import sys
import tempfile

PROGRAMS = {
    'pass': 'pass',
    'list': 'a = []\nwhile True: a.append([0] * 1000)',
    'str': 'a = "x"\nwhile True: a += a',
    'strs': 'a = []\nwhile True: a.append("x" * 100000 + str(len(a)))',
    'bytes': 'a = b"x"\nwhile True: a += a',
    'bytearray': 'a = bytearray(b"x" * 1000)\nwhile True: a.extend(a)',
    'array': 'import array\na = array.array("q", range(1000))\nwhile True: a.extend(a)',
    'dict': 'a = {}\nwhile True: a[len(a)] = str(len(a))',
    'set': 'a = set()\nwhile True: a.add(len(a))',
    'tuple': 'a = (1,)\nwhile True: a += a',
    'int': 'a = 3\nwhile True: a *= a',
    'int_text': 'import sys\nsys.set_int_max_str_digits(0)\na = "9"\nwhile True: a += a; int(a); len(str(int(a)))',
    'shift': 'a = 1\nn = 1\nwhile True: n *= 2; a << n',
    'join': 'a = ["x" * 1000]\nwhile True: a += a; "".join(a)',
    'format': 'n = 1\nwhile True: n *= 2; f"{n:{n}}"; "%*d" % (n, n)',
    'repr': 'a = [0]\nwhile True: a += a; repr(a)',
    'encode': 'a = "\\u1234"\nwhile True: a += a; a.encode("utf-8"); a.encode("utf-16"); a[:99999].encode("cp932", "replace")',
    'decode': 'a = b"\\xff\\xfe"\nwhile True: a += a; a.decode("latin-1"); a.decode("utf-8", "replace"); a.decode("utf-16")',
    'StringIO': 'import io\na = io.StringIO()\nwhile True: a.write("x" * 100000)',
    'BytesIO': 'import io\na = io.BytesIO()\nwhile True: a.write(b"x" * 100000)',
    'seek': 'import io\na = io.BytesIO()\nn = 1\nwhile True: n *= 2; a.seek(n); a.write(b"x")',
    'read': 'n = 1\nf = open("/dev/zero", "rb")\nwhile True: n *= 2; f.read(n)',
    'readall': 'open("/dev/zero", "rb").read()',
    'readline': 'open("/dev/zero", "rb").readline()',
    'readtext': 'open("/dev/zero", encoding="latin-1").read()',
    'readtextline': 'open("/dev/zero", encoding="latin-1").readline()',
    'os_read': 'import os\nn = 1\nfd = os.open("/dev/zero", os.O_RDONLY)\nwhile True: n *= 2; os.read(fd, n)',
    'print': 'a = "x"\nf = open("/dev/null", "w")\nwhile True: a += a; print(a, file=f)',
    'compile': 'a = "x = 1\\n"\nwhile True: a += a; compile(a, "a", "exec")',
    'compile_ast': 'import ast\na = "x = 1\\n"\nwhile True: a += a; ast.parse(a)',
    'compile_text': 'a = "x" * 1000\nwhile True: a += a; compile(repr(a), "a", "exec")',
    'deep': 'def f(): f()\nimport sys\nsys.setrecursionlimit(10**4)\nf()',
    'deep_native': 'a = []\nfor i in range(10**6): a = [a]\nrepr(a)',
    'deep_class': 'class A:\n def __getattr__(self, n): return getattr(self, n)\nimport sys\nsys.setrecursionlimit(10**8)\nA().x',
    'generators': 'a = []\ndef g(): yield from g()\nwhile True: x = g(); a.append(x)\n',
    'classes': 'a = []\nwhile True: a.append(type("A", (), {}))',
    'functions': 'a = []\nwhile True: a.append(eval("lambda: 0"))',
    'names': 'import types\na = types.SimpleNamespace()\nn = 0\nwhile True: n += 1; setattr(a, "n%d" % n, n)',
    'threads': 'import threading, time\nfor i in range(60): threading.Thread(target=time.sleep, args=(3,), daemon=True).start()',
    'json': 'import json\na = [1, "x"]\nwhile True: a += a; json.loads(json.dumps(a))',
    're': 'import re\na = "ab"\nwhile True: a += a; re.findall("a(b)", a); re.sub("a", "b", a); re.match("(a|b)*c", a)',
    're_compile': 'import re\na = "ab"\nwhile True: a += a; re.compile(a)',
    'zlib': 'import zlib\na = b"x"\nwhile True: a += a; zlib.decompress(zlib.compress(a, 1))',
    'bomb': 'import zlib\nc = zlib.compressobj()\nd = b"".join(c.compress(b"0" * 10**6) for i in range(1000)) + c.flush()\nzlib.decompress(d)',
    'lzma': 'import lzma\nlzma.compress(b"x" * 100, preset=9)\nlzma.decompress(lzma.compress(b"x" * 1000))',
    'bz2': 'import bz2\na = b"x"\nwhile True: a += a; bz2.decompress(bz2.compress(a))',
    'marshal': 'import marshal\na = [1, "x"]\nwhile True: a += a; marshal.loads(marshal.dumps(a))',
    'pickle': 'import pickle\na = [1, "x"]\nwhile True: a += a; pickle.loads(pickle.dumps(a))',
    'struct': 'import struct\nn = 1\nwhile True: n *= 2; struct.pack("%ds" % n, b""); struct.unpack("%ds" % n, bytes(n)); struct.calcsize("%dx" % n)',
    'sorted': 'a = [3, 1, 2]\nwhile True: a += a; sorted(a, key=str)',
    'itertools': 'import itertools\nlist(itertools.product(range(100), repeat=5))',
    'tee': 'import itertools\na, b = itertools.tee(itertools.count())\nfor x in a: pass',
    'deque': 'import collections\na = collections.deque([1])\nwhile True: a.extend(list(a))',
    'random': 'import random\nn = 1\nwhile n < 1 << 24: n *= 2; random.getrandbits(n); random.randbytes(n)',
    'urandom': 'import os\nn = 1\nwhile True: n *= 2; os.urandom(n)',
    'hashes': 'import hashlib\nn = 1\nwhile True: n *= 2; hashlib.sha256(bytes(n)); hashlib.shake_128(b"").digest(n)',
    'binascii': 'import binascii\na = b"xx"\nwhile True: a += a; binascii.a2b_base64(binascii.b2a_base64(a)); binascii.unhexlify(binascii.hexlify(a)); binascii.a2b_qp(binascii.b2a_qp(a))',
    'unicode': 'import unicodedata\na = "\\u00e9"\nwhile True: a += a; unicodedata.normalize("NFD", a); a.upper(); a.casefold(); a.title(); a.swapcase()',
    'replace': 'a = "ab"\nwhile True: a = a.replace("a", "aab"); a.split("b"); a.splitlines(); a.translate({97: "xyz"}); a.expandtabs(); a.center(len(a) * 2)',
    'bytes_methods': 'a = b"ab\\t"\nwhile True: a = a.replace(b"a", b"aab"); a.split(b"b"); a.hex(); a.translate(None, b"a"); a.expandtabs(100); a.center(len(a) * 2); a % ()',
    'memoryview': 'a = b"ab"\nwhile True: a += a; memoryview(a).tolist(); memoryview(a).hex(); memoryview(a)[::-1].tobytes()',
    'csv': 'import csv, io\na = "a,b,"\nwhile True: a += a; csv.field_size_limit(10**9); list(csv.reader([a])); csv.writer(io.StringIO()).writerow([a])',
    'exceptions': 'e = None\nwhile True:\n try: raise ValueError(e)\n except ValueError as x: e = x',
    'imports': 'import asyncio, decimal, json, email, http.client, xml.etree, unittest, logging, datetime, fractions, statistics',
    'tracebacks': 'def f(n):\n if n: f(n - 1)\n else: 1 / 0\nf(900)',
    'subprocess': 'import subprocess, sys\nprint(subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True))',
    'locals': 'd = {}\nexec("\\n".join(f"v{i} = {i}" for i in range(200000)), d)',
    'args': 'def f(*a, **k): pass\nn = 1\nwhile True: n *= 2; f(*range(n)); f(**{str(i): i for i in range(n)})',
    'weak': 'import weakref\nclass A: pass\na = []\nwhile True: x = A(); a.append((x, weakref.ref(x, print)))',
    'ids': 'a = []\nwhile True: x = object(); a.append(x); id(x)',
    'finalizers': 'class A:\n def __del__(self): pass\na = []\nwhile True: a.append(A())',
    'intern': 'import sys\na = []\nwhile True: a.append(sys.intern("n%d" % len(a)))',
    'environ': 'import os\na = "x"\nwhile True: a += a; os.putenv("X", a)',
    'listdir': 'import os\na = "x"\nwhile True: a += a; os.path.exists(a); os.path.normpath(a)',
    'socket': 'import socket\na, b = socket.socketpair()\nb.setblocking(False)\nn = 1\nwhile n < 1 << 45:\n n *= 2\n try: b.recv(n)\n except (BlockingIOError, MemoryError): pass\n',
    'monitoring': 'import sys\nsys.settrace(lambda *a: None)\na = []\nwhile True: a.append([0] * 100)',
}
# Programs that end by themselves, for surroundings that are broken in other ways.
ENDING = ('pass', 'imports', 'tracebacks', 'subprocess', 'threads', 'deep_native', 'deep', 'lzma')


def run(taipan, name, source, limits=(), close=(), stdout=None, cwd=None, env=None, args=None, time=120):
    def prepare():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for what, most in limits:
            resource.setrlimit(what, (most, most))
        for fd in close:
            os.close(fd)

    argv = args or [taipan, '-c', source]
    try:
        done = subprocess.run(argv, executable=taipan, preexec_fn=prepare, stdin=subprocess.DEVNULL, close_fds=True,
                              stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, timeout=time, cwd=cwd, env=env)
    except subprocess.TimeoutExpired:
        return f'{name}: hangs'
    except OSError:
        # The system could not even start a process.
        return None
    error = done.stderr.decode('utf-8', 'replace')
    if b'panicked at' in done.stderr or done.returncode >= 128 or done.returncode < 0:
        if done.returncode == -signal.SIGSEGV and not error and dict(limits).get(resource.RLIMIT_AS, 1 << 40) < 64 << 20:
            return None  # The image itself does not fit: the system ends the process before its first instruction.
        return f'{name}: status {done.returncode}: {error[-300:]!r}'
    if close == (2,) or error or done.returncode == 0 or 2 in close:
        return None
    return f'{name}: status {done.returncode} without a message'


def cases(taipan, quick):
    megabytes = (48, 100, 400) if quick else (40, 48, 64, 80, 100, 150, 200, 300, 500, 800, 1200, 2000)
    for most in megabytes:
        for name, source in PROGRAMS.items():
            yield (f'{name} in {most} MB', source, {'limits': [(resource.RLIMIT_AS, most << 20)]})
    if not quick:
        for most in range(10, 120, 2):
            yield (f'pass in {most} MB', 'pass', {'limits': [(resource.RLIMIT_AS, most << 20)]})
            yield (f'pass with data {most} MB', 'pass', {'limits': [(resource.RLIMIT_DATA, most << 20)]})
    folder = tempfile.mkdtemp()
    for name in ENDING:
        source = PROGRAMS[name]
        for most in (64, 128, 256, 512, 1024, 4096):
            yield (f'{name} with stack {most} KB', source, {'limits': [(resource.RLIMIT_STACK, most << 10)]})
        for most in range(3, 21, 4 if quick else 1):
            yield (f'{name} with {most} descriptors', source, {'limits': [(resource.RLIMIT_NOFILE, most)]})
        yield (f'{name} with files of 0 bytes', source, {'limits': [(resource.RLIMIT_FSIZE, 0)], 'cwd': folder})
        for close in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
            yield (f'{name} without {close}', 'print(1)\n' + source, {'close': close})
        yield (f'{name} to /dev/full', 'print("x" * 10000)\n' + source, {'stdout': open('/dev/full', 'w')})
        reader, writer = os.pipe()
        os.close(reader)
        yield (f'{name} to a closed pipe', 'print("x" * 100000)\n' + source, {'stdout': writer})
        yield (f'{name} without a folder', 'import os, sys\nos.rmdir(os.getcwd())\nsys.path[0]\n' + source,
               {'cwd': tempfile.mkdtemp()})
        yield (f'{name} without environment', source, {'env': {}})
        odd = {b'PATH': b'\xff', b'HOME': b'/home/\xff/none', b'LANG': b'\xff\xfe', b'PYTHONPATH': b'\xff:/\xfe', b'\xff': b'\xff'}
        yield (f'{name} in odd environment', 'import os\nos.path.expanduser("~"); print(ascii(os.environ))\n' + source, {'env': odd})
    for args in ([], [''], ['', '-c', 'import sys; print(sys.argv, sys.executable)'], [b'\xff', '-c', 'pass', b'\xff'],
                 ['taipan', b'/\xff'], ['taipan', '-c', b'\xff'], ['taipan', '-m', b'\xff'], ['taipan', '-X', b'\xff'],
                 ['taipan', b'-\xff'], ['taipan', '-W', b'\xff', '-c', 'pass'], ['taipan', '-m', ''], ['taipan', ''],
                 ['taipan', '-c', ''], ['taipan', '/'], ['taipan', '/dev/null'], ['taipan', '/proc/self/mem']):
        yield (f'arguments {args}', '', {'args': args})


def main():
    taipan, quick = os.path.abspath(sys.argv[1]), '--quick' in sys.argv
    only = [name for name in sys.argv[2:] if name != '--quick']
    work = [case for case in cases(taipan, quick) if not only or any(case[0].startswith(name + ' ') for name in only)]
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = [pool.submit(run, taipan, name, source, **options) for name, source, options in work]
        for one in concurrent.futures.as_completed(running):
            if complaint := one.result():
                failures += 1
                print(complaint, flush=True)
    print(f'{len(work)} runs, {failures} failed')
    return failures != 0


sys.exit(main())
