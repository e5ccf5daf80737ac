"""Dump Python tracebacks on request, after a timeout, or on a signal.

The interpreter itself never runs into a fault of the process, so enable() only remembers the file; what remains of the
module works through sys._current_frames().
"""

import _thread
import sys

_enabled = None
_timer = None
_signals = {}

_LIMIT = 100


def _descriptor(file):
    if file is None:
        file = sys.stderr
        if file is None:
            raise RuntimeError("sys.stderr is None")
    if isinstance(file, int):
        if file < 0:
            raise ValueError("file is not a valid file descripter")
        return file
    fd = file.fileno()
    if not isinstance(fd, int) or fd < 0:
        raise RuntimeError("file.fileno() is not a valid file descriptor")
    try:
        file.flush()
    except Exception:
        pass
    return fd


def _write(fd, text):
    import posix
    data = text.encode("ascii", "backslashreplace")
    while data:
        data = data[posix.write(fd, data):]


def _stack(frame):
    lines = []
    while frame is not None:
        if len(lines) == _LIMIT:
            lines.append("  ...\n")
            break
        code = frame.f_code
        lines.append(f'  File "{code.co_filename}", line {frame.f_lineno} in {code.co_name}\n')
        frame = frame.f_back
    return lines or ["  <no Python frame>\n"]


def _dump(fd, all_threads, current, skip):
    text = []
    frames = sys._current_frames()
    own = frames.get(current)
    for _ in range(skip):
        own = own and own.f_back
    if not all_threads:
        _write(fd, "".join(["Stack (most recent call first):\n", *_stack(own)]))
        return
    for ident, frame in frames.items():
        if ident != current:
            text += [f"Thread 0x{ident:016x} (most recent call first):\n", *_stack(frame), "\n"]
    text += [f"Current thread 0x{current:016x} (most recent call first):\n", *_stack(own)]
    _write(fd, "".join(text))


def dump_traceback(file=None, all_threads=True):
    """Dump the traceback of the current thread, or of all threads if all_threads is True, into file."""
    _dump(_descriptor(file), all_threads, _thread.get_ident(), 2)


def dump_c_stack(file=None):
    """Dump the C stack of the current thread."""
    _write(_descriptor(file), "Current thread's C stack trace (most recent call first):\n  <cannot get C stack on this system>\n")


def enable(file=None, all_threads=True, c_stack=True):
    """Enable the fault handler."""
    global _enabled
    _descriptor(file)
    _enabled = sys.stderr if file is None else file


def disable():
    """Disable the fault handler."""
    global _enabled
    was = _enabled is not None
    _enabled = None
    return was


def is_enabled():
    """Check if the handler is enabled."""
    return _enabled is not None


def _format_timeout(seconds):
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    whole = int(seconds)
    micros = round((seconds - whole) * 1_000_000)
    text = f"{hours}:{minutes:02}:{whole:02}"
    return text + f".{micros:06}" if micros else text


def dump_traceback_later(timeout, repeat=False, file=None, exit=False):
    """Dump the traceback of all threads in timeout seconds, or each timeout seconds if repeat is True."""
    global _timer
    if timeout <= 0:
        raise ValueError("timeout must be greater than 0")
    fd = _descriptor(file)
    cancel_dump_traceback_later()
    stop = _thread.allocate_lock()
    stop.acquire()
    header = f"Timeout ({_format_timeout(timeout)})!\n"

    def wait():
        while not stop.acquire(timeout=timeout):
            _write(fd, header)
            own = _thread.get_ident()
            text = []
            for ident, frame in sys._current_frames().items():
                if ident != own:
                    text += [f"Thread 0x{ident:016x} (most recent call first):\n", *_stack(frame)]
            _write(fd, "".join(text))
            if exit:
                import posix
                posix._exit(1)
            if not repeat:
                break

    _timer = stop
    _thread.start_new_thread(wait, ())


def cancel_dump_traceback_later():
    """Cancel the previous call to dump_traceback_later()."""
    global _timer
    timer, _timer = _timer, None
    if timer is not None:
        timer.release()


def register(signum, file=None, all_threads=True, chain=False):
    """Register a handler for the signal 'signum': dump the traceback of the current thread, or of all threads."""
    import signal
    if signum in (signal.SIGSEGV, signal.SIGFPE, signal.SIGABRT, signal.SIGBUS, signal.SIGILL):
        raise RuntimeError(f"signal {int(signum)} cannot be registered, use enable() instead")
    if not 1 <= signum < signal.NSIG:
        raise ValueError("signal number out of range")
    fd = _descriptor(file)
    previous = signal.getsignal(signum)

    def handle(number, frame):
        _dump(fd, all_threads, _thread.get_ident(), 2)
        if chain and callable(previous):
            previous(number, frame)

    signal.signal(signum, handle)
    old = _signals.get(signum)
    _signals[signum] = old if old is not None else previous


def unregister(signum):
    """Unregister the handler of the signal 'signum' registered by register()."""
    import signal
    if not 1 <= signum < signal.NSIG:
        raise ValueError("signal number out of range")
    if signum not in _signals:
        return False
    signal.signal(signum, _signals.pop(signum))
    return True
