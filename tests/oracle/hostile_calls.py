"""Calls what an interpreter has built in with wrong receivers, odd values and wrong numbers of them: it must not crash or hang.

    python3 tests/oracle/hostile_calls.py TAIPAN [--seeds N] [--jobs N] [--parts N] [--only NAME ...] [--time SECONDS]
    TAIPAN -S tests/oracle/hostile_calls.py --worker KIND NAME SEED     (what the first form starts)

Kinds: `new` (each `__new__` with each class), `methods` (each attribute of each class with wrong receivers), `bases` (classes made
of two built-in ones), `module` (each function and class of a native module, and methods of what they gave). The last call is
written to a file in the working folder before it is made, and told when the process dies, panics or gives no sign. A build with
debug assertions finds arithmetic that overflows. Exit status 1 when one failed.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

# What ends, replaces, signals or suspends the process or changes what others see.
SKIP = set('''abort _exit fork fork1 forkpty kill killpg exit execv execve sleep pause sigwait sigwaitinfo sigtimedwait wait wait3 wait4
waitpid waitid input breakpoint quit posix_spawn posix_spawnp system vfork fork_exec raise_signal pthread_kill interrupt_main
alarm setitimer close closerange dup2 start_new_thread start_new start_joinable_thread chroot setrlimit nice lockf flock acquire
acquire_lock lock _shutdown login_tty tcsetpgrp setuid setgid setsid setpgid setpgrp setreuid setregid setresuid setresgid seteuid
setegid initgroups setgroups accept _accept connect connect_ex getaddrinfo getnameinfo gethostbyname gethostbyaddr gethostbyname_ex
sethostname setdomainname dump_traceback_later _sigsegv _sigabrt _sigfpe _stack_overflow _read_null _fatal_error
_fatal_error_c_thread settrace setprofile _settraceallthreads _setprofileallthreads setrecursionlimit sync tcflow tcdrain
mlockall sched_setaffinity sched_setscheduler sched_setparam setpriority chdir fchdir _run_exitfuncs addaudithook unshare setns
reboot pidfd_send_signal get recv recvfrom recv_into recvfrom_into recvmsg recvmsg_into read readinto readv pread preadv readline
readall select poll join set_wakeup_fd prlimit umask _baserepl _clear enable_load_extension dump_traceback ptrace tcsendbreak
set_inheritable set_blocking exec daemon ioctl fcntl signal __exit__ write writelines'''.split())


def note(file, text):
    file.seek(0)
    file.truncate()
    try:
        file.write(text[:2000])
        file.flush()
    except Exception:
        pass


def shown(values):
    try:
        return ascii(values)[:300]
    except BaseException:
        return '?'


def classes():
    def below(c, seen):
        for s in type.__subclasses__(c):
            if s not in seen and isinstance(s, type):
                seen.add(s)
                yield s
                yield from below(s, seen)

    for name in sys.builtin_module_names:
        # C code at any address is what `_ctypes` is for: it may crash, as with CPython.
        if name not in ('antigravity', '_ctypes'):
            try:
                __import__(name)
            except BaseException:
                pass
    found = [object] + list(below(object, set()))
    return sorted(found, key=lambda t: (str(t.__module__), str(t.__qualname__)))


CONTAINS = lambda x: x in x
ENDLESS = (bytes, CONTAINS)
OPERATIONS = [
    repr, str, hash, len, iter, next, bool, int, float, dir, lambda x: x + 1, lambda x: x[0], lambda x: x == x, lambda x: x(),
    lambda x: x.__dict__, lambda x: x | x, lambda x: x.args, lambda x: x.__reduce_ex__(2), bytes, memoryview,
    lambda x: x[1:2], lambda x: x.__setstate__(()), lambda x: x.__setstate__({}), lambda x: x < x, CONTAINS,
    lambda x: [getattr(x, a, 0) for a in dir(type(x))], lambda x: x.__init__(), lambda x: x.__init__(1, 'a', [], None),
    lambda x: x.__del__(), lambda x: x.__enter__(), lambda x: x.__sizeof__(), lambda x: x.__copy__(), lambda x: x.__deepcopy__({}),
    lambda x: x.__class__.__init__(x, x), lambda x: setattr(x, '__class__', type('N', (type(x),), {})),
]


def poke(log, what, x):
    endless = hasattr(type(x), '__next__')
    for i, operation in enumerate(OPERATIONS):
        if endless and operation in ENDLESS:
            continue
        note(log, f'{what} operation {i}')
        try:
            operation(x)
        except BaseException:
            pass


def work_new(log, part, parts):
    all_classes = classes()
    makers = [t for t in all_classes if '__new__' in t.__dict__]
    for t in all_classes[part::parts]:
        own = [t]
        try:
            own.append(type('S', (t,), {}))
        except BaseException:
            pass
        for cls in own:
            for args in ((), (1,), ('a',), ('a', 'b'), ([],), (b'', 1), (lambda: 0,), ({}, None), ('a', (), {})):
                note(log, f'{cls!r}{args!r}')
                try:
                    x = cls(*args)
                except BaseException:
                    continue
                poke(log, f'{cls!r}{args!r}', x)
        for maker in makers:
            for args in ((), ('a',), (1, 2)):
                note(log, f'{maker!r}.__new__({t!r}, *{args!r})')
                try:
                    x = maker.__new__(t, *args)
                except BaseException:
                    continue
                if t is not type(sys) and maker is not t:
                    poke(log, f'{maker!r}.__new__({t!r}, *{args!r})', x)


def work_methods(log, part, parts):
    values = [1, 'a', b'', [], {}, None, object(), type, Exception('x'), lambda: 0, iter([]), 3.5, (), sys, 2**200, -1]
    for t in classes()[part::parts]:
        for name, f in list(vars(t).items()):
            if name in SKIP or name == '__init_subclass__' or not callable(f) and not hasattr(f, '__get__'):
                continue
            for v in values:
                for i, call in enumerate((lambda: f(v), lambda: f(v, v), lambda: f.__get__(v, type(v))(), lambda: f.__get__(v),
                                          lambda: f.__set__(v, v), lambda: f.__delete__(v), lambda: f(t, v), lambda: f(v, t, v, v))):
                    note(log, f'{t!r}.{name} {type(v).__name__} call {i}')
                    try:
                        call()
                    except BaseException:
                        pass


def work_bases(log, part, parts):
    all_classes = classes()
    count = 0
    for a in all_classes[part::parts]:
        for b in all_classes:
            note(log, f'class C({a!r}, {b!r})')
            try:
                x = type('C', (a, b), {})()
            except BaseException:
                continue
            for operation in OPERATIONS[:6]:
                if operation in (repr, str) and hasattr(type(x), '__next__'):
                    continue  # A container that shows what its iterator gives, which need not end.
                try:
                    operation(x)
                except BaseException:
                    pass
            count += 1
            if count % 25 == 0:
                poke(log, f'class C({a!r}, {b!r})', x)


def odd_values(rnd):
    import array

    class A:
        pass

    class I(int):
        pass

    class S(str):
        pass

    class Index:
        def __index__(self):
            return rnd.choice([0, -1, 2**70, 5])

    class Bad:
        __hash__ = None

        def __len__(self):
            raise ValueError

        def __iter__(self):
            return self

        def __next__(self):
            raise StopIteration

        def __eq__(self, other):
            raise KeyError

    class Items:
        n = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.n += 1
            if self.n > 5:
                raise StopIteration
            return rnd.choice([1, 'a', None, b'', [], self])

    def generator():
        yield 1
        yield 'a'

    circle = [1, 2]
    circle.append(circle)
    return [None, True, False, 0, 1, -1, 2, 7, 64, 255, 256, 1000, 65536, -2**31, 2**31, 2**32, 2**63 - 1, 2**63, -2**63, 2**64, 2**200,
            1.5, -1.5, 1e18, 1e300, float('nan'), float('inf'), -0.0, 1j, '', 'a', 'abc', 'é', '\ud800', '\U0001F600' * 3, '\0', '.', '/', b'', b'abc',
            b'\xff\0', bytearray(b'xyz'), memoryview(b'abcd'), memoryview(bytearray(8)), [], [1, 2, 3], circle, (), (1, 2), (1, 2, 3, 4, 5, 6, 7, 8, 9),
            {}, {'a': 1}, {1: 2}, set(), {1, 2}, frozenset([1]), range(10), range(2**70, 2**70 + 3), slice(None), slice(1, 2**70, -1), A, A(),
            I(5), S('x'), Index(), Bad(), Items(), generator(), len, print, int, str, type, object, object(), Exception('x'), ValueError,
            OSError(2, 'a'), lambda *a, **k: None, lambda: 1, sys, sys._getframe(), (lambda: 0).__code__, property(), Ellipsis,
            NotImplemented, iter([1, 2]), enumerate([]), zip(), map(str, [1]), '%s%d', '{}{0}', 'utf-8', 'strict', 'r', ['a', 'b'],
            [('a', 1)], {'x': [1]}, array.array('i', [1, 2, 3]), array.array('d', [1.5])]


def work_module(log, name, seed):
    import io
    import random
    rnd = random.Random(seed)
    module = __import__(name)

    def targets(o, depth=0):
        for attribute in sorted(dir(o)):
            if attribute in SKIP and (name != 'builtins' or attribute not in ('exec',)):
                continue
            try:
                f = getattr(o, attribute)
            except BaseException:
                continue
            if isinstance(f, type) and depth == 0:
                yield attribute, f
                yield from ((f'{attribute}.{inner}', g) for inner, g in targets(f, 1))
            elif callable(f):
                yield attribute, f

    found = list(targets(module))
    rnd.shuffle(found)
    kept = []
    sys.stdout = io.StringIO()
    for what, f in found * 3:
        for _ in range(6):
            values = odd_values(rnd) + kept[-8:]
            args = [rnd.choice(values) for _ in range(rnd.choice([0, 1, 1, 2, 2, 3, 4]))]
            note(log, what + ' ' + ascii([type(a).__name__ for a in args]) + ' ' + shown(args))
            try:
                r = f(*args)
            except BaseException as e:
                try:
                    str(e), repr(e)
                except BaseException:
                    pass
                continue
            try:
                if type(r).__module__ != 'builtins' or isinstance(r, type):
                    kept.append(r)
                repr(r)
                for method in rnd.sample(dir(r), min(4, len(dir(r)))):
                    if method not in SKIP and callable(g := getattr(r, method, None)):
                        more = [rnd.choice(values) for _ in range(rnd.choice([0, 1, 1, 2]))]
                        log.write(f' then .{method}({shown(more)})')
                        log.flush()
                        g(*more)
            except BaseException:
                pass


def worker(kind, name, seed):
    try:
        import warnings
        warnings.simplefilter('ignore')
    except BaseException:
        pass
    sys.unraisablehook = lambda *a: None
    with open('last', 'w', encoding='utf-8', errors='backslashreplace') as log:
        if kind == 'module':
            work_module(log, name, seed)
        else:
            {'new': work_new, 'methods': work_methods, 'bases': work_bases}[kind](log, seed, int(name))
    os._exit(0)


def run(taipan, kind, name, seed, time):
    import resource

    def prepare():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 26, 1 << 26))
        os.setsid()

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        argv = [taipan, '-S', '-X', 'memory=1g', os.path.abspath(__file__), '--worker', kind, name, str(seed)]
        if 'taipan' not in os.path.basename(taipan):
            del argv[2:4]
        end = ''
        process = subprocess.Popen(argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=prepare, env={**os.environ, 'RUST_BACKTRACE': '0', 'HOME': folder})
        try:
            _, error = process.communicate(timeout=time)
        except subprocess.TimeoutExpired:
            process.kill()
            _, error = process.communicate()
            end = f'no end in {time} s'
        error = error.decode('utf-8', 'replace')
        if 'panicked at' in error:
            end = 'panic: ' + ' '.join(error[error.index('panicked at'):].split())[:250]
        elif not end and process.returncode not in (0, 1):
            end = f'status {process.returncode}: {error[-200:]!r}'
        elif not end and process.returncode == 1 and 'MemoryError' not in error:
            end = f'status 1: {error[-300:]!r}'
        if not end:
            return None
        try:
            last = pathlib.Path(folder, 'last').read_text(encoding='utf-8', errors='replace')
        except OSError:
            last = '?'
        return f'{kind} {name} {seed}: {end}\n    last: {last[:500]}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('taipan')
    parser.add_argument('--seeds', type=int, default=1)
    parser.add_argument('--first', type=int, default=1)
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--parts', type=int, default=24)
    parser.add_argument('--time', type=float, default=120)
    parser.add_argument('--only', nargs='*')
    options = parser.parse_args()
    taipan = os.path.abspath(options.taipan)
    names = subprocess.run([taipan, '-c', 'import sys; print(*sys.builtin_module_names)'], capture_output=True, text=True).stdout
    work = [(kind, str(options.parts), part) for kind in ('new', 'methods', 'bases') for part in range(options.parts)]
    work += [('module', name, seed) for seed in range(options.first, options.first + options.seeds) for name in names.split() if name != '_ctypes']
    if options.only:
        work = [case for case in work if case[0] in options.only or case[1] in options.only]
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = [pool.submit(run, taipan, *case, options.time) for case in work]
        for one in concurrent.futures.as_completed(running):
            if complaint := one.result():
                failures += 1
                print(complaint, flush=True)
    print(f'{len(work)} runs, {failures} failed')
    return failures != 0


if sys.argv[1:2] == ['--worker']:
    worker(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    sys.exit(main())
