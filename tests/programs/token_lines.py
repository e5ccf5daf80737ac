"""Tokens of lines with several line ends, lone carriage returns and parts of characters."""

import _tokenize
import io
import tokenize
import warnings


def show(lines, extra):
    try:
        for token in _tokenize.TokenizerIter(iter(lines).__next__, extra_tokens=extra):
            print("   ", token)
    except (SyntaxError, UnicodeDecodeError) as error:
        print("   ", type(error).__name__, error.args)


SOURCES = [
    ["a = 1\nb = 2\n  c\n"],
    ["a\rb\r\nc\rd"],
    ["a\r'b'\r1\r.\r+=\r(\n"],
    ["\rx\n", "#c\ry\n", "z\r"],
    ["\ré\n"],
    ["\r\xa0\n"],
    ["'''é\nè''' 'à' x\ny\r"],
    ["f'''{a}\n", "é{b}\n\n", "c''' d\r\n"],
    ["x\n", "\ny\0z\n"],
    ["if x:\n  é\n y\n"],
    ["'''a\n\nb"],
    ["x = \\\n", "\\\r\n", "#\n"],
    ["(\n#c\nx\r)\n"],
    ["\x0cx\v\n", "y"],
]
for lines in SOURCES:
    for extra in (False, True):
        print(lines, extra)
        show(lines, extra)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    show(["1if 2\n", "f'\\{x}'\n"], False)
    show(["1if 2\n", "f'\\{x}'\n"], True)
    print([(w.category.__name__, str(w.message), w.filename, w.lineno) for w in caught])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    show(["x\n", "1if 2\n"], False)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for source in (" 1if 2\n", "x\n 1if 2\n", "1if 2\n x\n 1if 2\n", "x = = 1if 2\n"):
        try:
            compile(source, "<source>", "exec")
        except SyntaxError as error:
            print(repr(source), error.msg, [str(w.message) for w in caught])
        caught.clear()
for source in (b"a\rb\r\n'''\r\n''' \xc3\xa9\r", b"a \r\r\n"):
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            print(token)
    except tokenize.TokenError as error:
        print(error.args)
