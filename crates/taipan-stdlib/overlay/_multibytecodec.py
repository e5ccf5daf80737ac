"""The East Asian codecs: stateless ones on the tables of `_multibyte`, ISO 2022 and HZ on those."""
import _multibyte
from codecs import lookup_error as _lookup_error

__all__ = ["MultibyteIncrementalDecoder", "MultibyteIncrementalEncoder", "MultibyteStreamReader",
           "MultibyteStreamWriter"]

_INCOMPLETE = "incomplete multibyte sequence"
_ILLEGAL = "illegal multibyte sequence"


def _position(position, length):
    if position < 0:
        position += length
    if not 0 <= position <= length:
        raise IndexError(f"position {position} from error handler out of bounds")
    return position


class _Table:
    """Codes of an encoding without shift states."""

    start = 0

    def __init__(self, name):
        self.name = name

    def decode_run(self, data, at, state):
        text, at, reason = _multibyte.decode(self.name, data, at)
        return text, at, reason, state

    def encode_run(self, text, at, state):
        data, at = _multibyte.encode(self.name, text, at)
        return data, at, state

    def reset(self, state):
        return b"", self.start


class _Iso2022Jp:
    """ISO-2022-JP (RFC 1468): ASCII, JIS X 0201 Roman and two editions of JIS X 0208, switched by escapes."""

    start = b"B"
    name = "iso2022_jp"
    _escapes = {b"\x1b(B": b"B", b"\x1b(J": b"J", b"\x1b$@": b"$", b"\x1b$B": b"$"}
    _designations = {b"B": b"\x1b(B", b"J": b"\x1b(J", b"$": b"\x1b$B"}

    def decode_run(self, data, at, state):
        out = []
        while at < len(data):
            byte = data[at]
            if byte == 0x1B:
                escape = data[at:at + 3]
                if escape in self._escapes:
                    state = self._escapes[escape]
                    at += 3
                    continue
                whole = any(known.startswith(escape) for known in self._escapes)
                return "".join(out), at, _INCOMPLETE if whole and len(escape) < 3 else _ILLEGAL, state
            if byte == 0x0A:
                state = b"B"
                out.append("\n")
                at += 1
            elif byte < 0x20 or state == b"B" and byte < 0x80:
                out.append(chr(byte))
                at += 1
            elif byte >= 0x80:
                return "".join(out), at, _ILLEGAL, state
            elif state == b"J":
                out.append({0x5C: "\xa5", 0x7E: "\u203e"}.get(byte) or chr(byte))
                at += 1
            else:
                code = data[at:at + 2]
                if len(code) < 2:
                    return "".join(out), at, _INCOMPLETE, state
                text, end, _ = _multibyte.decode("euc_jp", bytes(b | 0x80 for b in code), 0)
                if end != 2:
                    return "".join(out), at, _ILLEGAL, state
                out.append(text)
                at += 2
        return "".join(out), at, None, state

    def encode_run(self, text, at, state):
        out = bytearray()
        while at < len(text):
            char = text[at]
            if char < "\x80":
                charset, code = b"B", char.encode("ascii")
            elif char in "\xa5\u203e":
                charset, code = b"J", b"\\" if char == "\xa5" else b"~"
            else:
                data, end = _multibyte.encode("euc_jp", char, 0)
                if end == 0 or len(data) != 2 or data[0] == 0x8E:
                    break
                charset, code = b"$", bytes(b & 0x7F for b in data)
            if charset != state:
                out += self._designations[charset]
                state = charset
            out += code
            if char == "\n":
                state = b"B"
            at += 1
        return bytes(out), at, state

    def reset(self, state):
        return (b"" if state == b"B" else self._designations[b"B"]), b"B"


class _Hz:
    """HZ (RFC 1843): GB 2312 between ~{ and ~}."""

    start = False
    name = "hz"

    def decode_run(self, data, at, state):
        out = []
        while at < len(data):
            byte = data[at]
            if byte == 0x7E:
                if at + 1 >= len(data):
                    return "".join(out), at, _INCOMPLETE, state
                following = data[at + 1]
                if following == 0x7E and not state:
                    out.append("~")
                elif following == 0x7B and not state:
                    state = True
                elif following == 0x7D and state:
                    state = False
                elif following != 0x0A:
                    return "".join(out), at, _ILLEGAL, state
                at += 2
            elif byte >= 0x80:
                return "".join(out), at, _ILLEGAL, state
            elif not state:
                out.append(chr(byte))
                at += 1
            else:
                code = data[at:at + 2]
                if len(code) < 2:
                    return "".join(out), at, _INCOMPLETE, state
                text, end, _ = _multibyte.decode("gb2312", bytes(b | 0x80 for b in code), 0)
                if end != 2:
                    return "".join(out), at, _ILLEGAL, state
                out.append(text)
                at += 2
        return "".join(out), at, None, state

    def encode_run(self, text, at, state):
        out = bytearray()
        while at < len(text):
            char = text[at]
            if char < "\x80":
                if state:
                    out += b"~}"
                    state = False
                out += b"~~" if char == "~" else char.encode("ascii")
            else:
                data, end = _multibyte.encode("gb2312", char, 0)
                if end == 0:
                    break
                if not state:
                    out += b"~{"
                    state = True
                out += bytes(b & 0x7F for b in data)
            at += 1
        return bytes(out), at, state

    def reset(self, state):
        return (b"~}" if state else b""), False


def _decode(table, data, errors, final, state):
    """Text of bytes, the number of bytes used, and the new state."""
    out = []
    at = 0
    while True:
        text, at, reason, state = table.decode_run(data, at, state)
        out.append(text)
        if reason is None:
            break
        if reason is _INCOMPLETE or reason == _INCOMPLETE:
            if not final:
                break
            end = len(data)
        else:
            end = at + 1
        error = UnicodeDecodeError(table.name, data, at, end, reason)
        if errors is None or errors == "strict":
            raise error
        result = _lookup_error(errors)(error)
        if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], str)
                and isinstance(result[1], int)):
            raise TypeError("decoding error handler must return (str, int) tuple")
        out.append(result[0])
        at = _position(result[1], len(data))
    return "".join(out), at, state


def _encode(table, text, errors, state):
    """Bytes of a text and the new state."""
    out = []
    at = 0
    while True:
        data, at, state = table.encode_run(text, at, state)
        out.append(data)
        if at >= len(text):
            break
        if errors == "ignore":
            at += 1
            continue
        error = UnicodeEncodeError(table.name, text, at, at + 1, _ILLEGAL)
        if errors is None or errors == "strict":
            raise error
        if errors == "replace":
            result = ("?", at + 1)
        else:
            result = _lookup_error(errors)(error)
        if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], (str, bytes))
                and isinstance(result[1], int)):
            raise TypeError("encoding error handler must return (str, int) tuple")
        replacement, at = result
        if isinstance(replacement, str):
            data, end, state = table.encode_run(replacement, 0, state)
            if end < len(replacement):
                raise error
            replacement = data
        out.append(replacement)
        at = _position(at, len(text))
    return b"".join(out), state


def _check_errors(errors, what):
    if errors is not None and not isinstance(errors, str):
        raise TypeError(f"{what} must be str, not {type(errors).__name__}")


def _bytes(data):
    try:
        return bytes(memoryview(data))
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'") from None


def _text(input):
    return input if isinstance(input, str) else str(input)


class MultibyteCodec:
    """An encoding, as `getcodec` gives it."""

    def __init__(self, table):
        self._table = table

    def encode(self, input, errors=None):
        _check_errors(errors, "encode() argument 'errors'")
        input = _text(input)
        data, state = _encode(self._table, input, errors, self._table.start)
        return data + self._table.reset(state)[0], len(input)

    def decode(self, input, errors=None):
        _check_errors(errors, "decode() argument 'errors'")
        data = _bytes(input)
        text, used, _ = _decode(self._table, data, errors, True, self._table.start)
        return text, len(data)


class _Stateful:
    """What the incremental classes share: `codec` is an attribute of the subclass."""

    def __init__(self, errors="strict"):
        _check_errors(errors, f"{type(self).__name__}() argument 1")
        codec = getattr(self, "codec", None)
        if not isinstance(codec, MultibyteCodec):
            raise TypeError("codec is unexpected type")
        self._table = codec._table
        self.errors = errors
        self._state = self._table.start


class MultibyteIncrementalEncoder(_Stateful):
    def encode(self, input, final=False):
        input = _text(input)
        data, self._state = _encode(self._table, input, self.errors, self._state)
        if final:
            end, self._state = self._table.reset(self._state)
            data += end
        return data

    def reset(self):
        self._state = self._table.start

    def getstate(self):
        state = self._state if self._state != self._table.start else b""
        return int.from_bytes(state if isinstance(state, bytes) else bytes([state]))

    def setstate(self, state):
        if not isinstance(state, int):
            raise TypeError(f"an integer is required (got type {type(state).__name__})")
        start = self._table.start
        if state == 0:
            self._state = start
        else:
            self._state = bytes([state]) if isinstance(start, bytes) else bool(state)


class MultibyteIncrementalDecoder(_Stateful):
    def __init__(self, errors="strict"):
        _Stateful.__init__(self, errors)
        self._pending = b""

    def decode(self, input, final=False):
        data = self._pending + _bytes(input)
        text, used, self._state = _decode(self._table, data, self.errors, final, self._state)
        self._pending = data[used:]
        return text

    def reset(self):
        self._pending = b""
        self._state = self._table.start

    def getstate(self):
        state = self._state if self._state != self._table.start else b""
        return self._pending, int.from_bytes(state if isinstance(state, bytes) else bytes([state]))

    def setstate(self, state):
        pending, number = state
        if not isinstance(pending, bytes):
            raise TypeError(f"setstate() argument must be a bytes object, not {type(pending).__name__}")
        if len(pending) > 8:
            raise UnicodeDecodeError(self._table.name, pending, 0, len(pending), "pending buffer too large")
        start = self._table.start
        self._pending = pending
        if number == 0:
            self._state = start
        else:
            self._state = bytes([number]) if isinstance(start, bytes) else bool(number)


class MultibyteStreamReader(MultibyteIncrementalDecoder):
    def __init__(self, stream, errors="strict"):
        MultibyteIncrementalDecoder.__init__(self, errors)
        self.stream = stream

    def _read(self, method, size):
        if size is not None and size < 0:
            size = None
        while True:
            data = method() if size is None else method(size)
            if not isinstance(data, bytes):
                raise TypeError(f"stream function returned a non-bytes object ({type(data).__name__})")
            # Not `self.decode`: the classes of `encodings` put the stateless codec first.
            text = MultibyteIncrementalDecoder.decode(self, data, not data or size is None)
            if text or not data or size is None:
                return text

    def read(self, sizeobj=None, /):
        return self._read(self.stream.read, sizeobj)

    def readline(self, sizeobj=None, /):
        return self._read(self.stream.readline, sizeobj)

    def readlines(self, sizehintobj=None, /):
        return self._read(self.stream.read, sizehintobj).splitlines(True)


class MultibyteStreamWriter(MultibyteIncrementalEncoder):
    def __init__(self, stream, errors="strict"):
        MultibyteIncrementalEncoder.__init__(self, errors)
        self.stream = stream

    def write(self, strobj, /):
        self.stream.write(MultibyteIncrementalEncoder.encode(self, strobj))

    def writelines(self, lines, /):
        for line in lines:
            self.write(line)

    def reset(self):
        data, self._state = self._table.reset(self._state)
        if data:
            self.stream.write(data)


def _getcodec(names):
    def getcodec(encoding, /):
        if not isinstance(encoding, str):
            raise TypeError("encoding name must be a string.")
        if encoding not in names:
            raise LookupError("no such codec is supported.")
        table = {"iso2022_jp": _Iso2022Jp, "hz": _Hz}.get(encoding)
        return MultibyteCodec(table() if table else _Table(encoding))
    return getcodec
