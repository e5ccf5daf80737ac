"""Methods and operators of str: each expression with its repr, or the exception it raises."""

CASES = [
    ('"ab".find(1)', 'TypeError: find() argument 1 must be str, not int'),
    ('"ab".find()', 'TypeError: find expected at least 1 argument, got 0'),
    ('"ab".count("")', '3'),
    ('"ab".index("z")', 'ValueError: substring not found'),
    ('"ab".find("a","b")', 'TypeError: slice indices must be integers or None or have an __index__ method'),
    ('"ab".find("a",1,2,3)', 'TypeError: find expected at most 3 arguments, got 4'),
    ('"ab".replace(1,"a")', 'TypeError: replace() argument 1 must be str, not int'),
    ('"ab".replace("a")', 'TypeError: replace() takes at least 2 positional arguments (1 given)'),
    ('"aaa".replace("a","b",2)', "'bba'"),
    ('"aaa".replace("a","b",count=1)', "'baa'"),
    ('"ab".split(1)', 'TypeError: must be str or None, not int'),
    ('"ab".split("")', 'ValueError: empty separator'),
    ('" a  b ".split(), " a  b ".split(None,1), "a,b,c".rsplit(",",1)', "(['a', 'b'], ['a', 'b '], ['a,b', 'c'])"),
    ('"ab".partition("")', 'ValueError: empty separator'),
    ('"a=b=c".partition("="), "a=b=c".rpartition("="), "abc".partition("x")', "(('a', '=', 'b=c'), ('a=b', '=', 'c'), ('abc', '', ''))"),
    ('"ab".join(1)', 'TypeError: can only join an iterable'),
    ('"ab".join([1])', 'TypeError: sequence item 0: expected str instance, int found'),
    ('"-".join(x for x in "abc")', "'a-b-c'"),
    ('"-".join(["a\xe9","\u0100","\U0001f600"])', "'a\xe9-\u0100-\U0001f600'"),
    ('"ab".strip(1)', 'TypeError: strip arg must be None or str'),
    ('"xxaxx".strip("x"), "  a ".lstrip(), " a ".rstrip()', "('a', 'a ', ' a')"),
    ('"ab".startswith(1)', 'TypeError: startswith first arg must be str or a tuple of str, not int'),
    ('"ab".startswith((1,))', 'TypeError: tuple for startswith must only contain str, not int'),
    ('"ab".startswith(("x","a")), "ab".endswith("b",0,1)', '(True, False)'),
    ('"ab".removeprefix(1)', 'TypeError: removeprefix() argument must be str, not int'),
    ('"ab".center("a")', "TypeError: 'str' object cannot be interpreted as an integer"),
    ('"ab".center(10,"ab")', 'TypeError: The fill character must be exactly one character long'),
    ('"ab".center(10,1)', 'TypeError: The fill character must be a unicode character, not int'),
    ('"ab".center(7,"*"), "ab".ljust(4)+"|", "-5".zfill(5)', "('***ab**', 'ab  |', '-0005')"),
    ('"ab".translate(1)', "TypeError: 'int' object is not subscriptable"),
    ('"ab".translate({97:-1})', 'ValueError: character mapping must be in range(0x110000)'),
    ('"ab".translate({97:1.5})', 'TypeError: character mapping must return integer, None or str'),
    ('"abc".translate({97:"X",98:None})', "'Xc'"),
    ('str.maketrans(1)', 'TypeError: if you give only one argument to maketrans it must be a dict'),
    ('str.maketrans({"ab":1})', 'ValueError: string keys in translatetable must be of length 1'),
    ('str.maketrans("a","bc")', 'ValueError: the first two maketrans arguments must have equal length'),
    ('str.maketrans("ab","cd","e")', '{97: 99, 98: 100, 101: None}'),
    ('"ab"[5]', 'IndexError: string index out of range'),
    ('"abcdef"[::2], "abcdef"[::-1], "a\xe9\U0001f600x"[1:3], "abc"[-2:]', "('ace', 'fedcba', '\xe9\U0001f600', 'bc')"),
    ('"ab"[10**30]', "IndexError: cannot fit 'int' into an index-sized integer"),
    ('"a"+1', 'TypeError: can only concatenate str (not "int") to str'),
    ('"a"*"a"', "TypeError: can't multiply sequence by non-int of type 'str'"),
    ('"a"*10**20', "OverflowError: cannot fit 'int' into an index-sized integer"),
    ('"a"*(2**62)', 'MemoryError: '),
    ('1 in "a"', "TypeError: 'in <string>' requires string as left operand, not int"),
    ('str(b"a",1)', "TypeError: str() argument 'encoding' must be str, not int"),
    ('str("a","utf8")', 'TypeError: decoding str is not supported'),
    ('str(1,"utf8")', 'TypeError: decoding to str: need a bytes-like object, int found'),
    ('str(1,2,3,4)', 'TypeError: str expected at most 3 arguments, got 4'),
    ('str(object=b"a",encoding="ascii")', "'a'"),
    ('"a".encode(1)', "TypeError: encode() argument 'encoding' must be str, not int"),
    ('"\\ud800".encode()', "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed"),
    ('"\\xe9".encode("ascii")', "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe9' in position 0: ordinal not in range(128)"),
    ('"a\\0".encode("a\\0b")', 'ValueError: embedded null character'),
    ('"\xe9\u20ac".encode("latin-1","xmlcharrefreplace")', "b'\\xe9&#8364;'"),
    ('"%d" % "a"', 'TypeError: %d format: a real number is required, not str'),
    ('"%x" % 1.5', 'TypeError: %x format: an integer is required, not float'),
    ('"%f" % "a"', 'TypeError: must be real number, not str'),
    ('"%c" % "ab"', 'TypeError: %c requires an int or a unicode character, not a string of length 2'),
    ('"%c" % -1', 'OverflowError: %c arg not in range(0x110000)'),
    ('"%s %s" % 1', 'TypeError: not enough arguments for format string'),
    ('"%s" % (1,2)', 'TypeError: not all arguments converted during string formatting'),
    ('"a" % 1', 'TypeError: not all arguments converted during string formatting'),
    ('"a" % {}', "'a'"),
    ('"%(a)s" % 1', 'TypeError: format requires a mapping'),
    ('"%(a)s" % {}', "KeyError: 'a'"),
    ('"%(a)s-%(b)d" % {"a":1,"b":2}', "'1-2'"),
    ('"%*d|%-*d|%.*f" % (5,1,4,2,2,3.14159)', "'    1|2   |3.14'"),
    ('"%*d" % ("a",1)', 'TypeError: * wants int'),
    ('"%*d" % (2**70,1)', 'OverflowError: Python int too large to convert to C ssize_t'),
    ('"%z" % 1', "ValueError: unsupported format character 'z' (0x7a) at index 1"),
    ('"%" % 1', 'ValueError: incomplete format'),
    ('"%(a" % {}', 'ValueError: incomplete format key'),
    ('"%.3s|%-5s|%05d|%+d|%#x|%e|%g|%r|%a|%c" % ("abcdef","a",-42,5,255,1.5,1e20,"\xe9","\xe9","x")', '"abc|a    |-0042|+5|0xff|1.500000e+00|1e+20|\'\xe9\'|\'\\\\xe9\'|x"'),
    ('"{}".format()', 'IndexError: Replacement index 0 out of range for positional args tuple'),
    ('"{a}".format()', "KeyError: 'a'"),
    ('"{0.x}".format(1)', "AttributeError: 'int' object has no attribute 'x'"),
    ('"{0[x]}".format(1)', "TypeError: 'int' object is not subscriptable"),
    ('"{".format()', "ValueError: Single '{' encountered in format string"),
    ('"{!z}".format(1)', 'ValueError: Unknown conversion specifier z'),
    ('"{0}{}".format(1)', 'ValueError: cannot switch from manual field specification to automatic field numbering'),
    ('"{:{}}".format(1)', 'IndexError: Replacement index 1 out of range for positional args tuple'),
    ('"{:{:{}}}".format(1,2,3)', 'ValueError: Max string recursion exceeded'),
    ('"{0[1]}-{a.real:>5}-{b[k]!r:*^7}".format([1,2],a=3,b={"k":"v"})', '"2-    3-**\'v\'**"'),
    ('"{:>{w}.{p}f}".format(3.14159,w=8,p=2)', "'    3.14'"),
    ('"{}".format_map([])', 'ValueError: Format string contains positional fields'),
    ('"{a}".format_map({"a":1})', "'1'"),
    ('format("a","d")', "ValueError: Unknown format code 'd' for object of type 'str'"),
    ('format("abc",">10.2"), f"{\'x\':^5}|{3:05d}|{3.5:e}"', "('        ab', '  x  |00003|3.500000e+00')"),
    ('"a".__format__(1)', 'TypeError: __format__() argument must be str, not int'),
    ('"a\\nb\\r\\nc".splitlines(), "a\\nb\\n".splitlines(True)', "(['a', 'b', 'c'], ['a\\n', 'b\\n'])"),
    ('"ab".splitlines(1,2)', 'TypeError: splitlines() takes at most 1 argument (2 given)'),
    ('"a" < 1', "TypeError: '<' not supported between instances of 'str' and 'int'"),
    ('"a" < "b", "a" == "a", "\xe9" > "z", "a" != "b"', '(True, True, True, True)'),
    ('"ab".isalpha(1)', 'TypeError: str.isalpha() takes no arguments (1 given)'),
    ('"a".encode(foo=1)', "TypeError: encode() got an unexpected keyword argument 'foo'"),
    ('str.upper(1)', "TypeError: descriptor 'upper' for 'str' objects doesn't apply to a 'int' object"),
    ('str.upper()', 'TypeError: unbound method str.upper() needs an argument'),
    ('"\xdf".upper(), "\u01c6".title(), "\u0391\u03a3".lower(), "hello world".title(), "aB".swapcase(), "\xdf".casefold()', "('SS', '\u01c5', '\u03b1\u03c2', 'Hello World', 'Ab', 'ss')"),
    ('"a1".isalnum(), "1".isdigit(), "\xb2".isdecimal(), " ".isspace(), "".isalpha(), "Aa".istitle(), "a_1".isidentifier()', '(True, True, False, True, False, True, True)'),
    ('repr("a\'b"), repr(\'a"b\\\'c\'), repr("\\x00\\n\\t\\\\\xe9\\u200b\\ud800\U0001f600")', '(\'"a\\\'b"\', \'\\\'a"b\\\\\\\'c\\\'\', "\'\\\\x00\\\\n\\\\t\\\\\\\\\xe9\\\\u200b\\\\ud800\U0001f600\'")'),
    ('list("a\xe9"), list(iter("ab")), "".join(reversed("abc"))', "(['a', '\xe9'], ['a', 'b'], 'cba')"),
    ('sorted("banana"), max("abc"), len("\xe9\U0001f600")', "(['a', 'a', 'a', 'b', 'n', 'n'], 'c', 2)"),
    ('"a\\tb".expandtabs(4)', "'a   b'"),
    ('int("12"), float("1.5"), "1" "2"', "(12, 1.5, '12')"),
    ('b"abc".decode(), b"\\xff".decode("utf8","replace"), b"\\xff".decode("latin-1")', "('abc', '\ufffd', '\xff')"),
    ('b"\\xff".decode()', "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ('"abc".find("c",-1), "abc".rfind("a",None,-2), "aXbX".count("X")', '(2, 0, 2)'),
]

for expression, expected in CASES:
    try:
        result = repr(eval(expression))
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    assert result == expected, (expression, result, expected)


class Text(str):
    pass


assert type(Text("abc")) is Text and type(Text("abc").strip()) is str and Text("a") + "b" == "ab"
assert str(Text("abc")) == "abc" and Text("a") in {"a"} and isinstance(iter("a"), type(iter("b")))

template = t"a{1 + 1!r:>{3}}b"
assert template.strings == ("a", "b") and template.values == (2,)
field = template.interpolations[0]
assert (field.expression, field.conversion, field.format_spec) == ("1 + 1", "r", ">3")
assert [*template] == ["a", field, "b"] and (template + t"c").strings == ("a", "bc")

