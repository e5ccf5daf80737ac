"""A JSON parser built from generators: a coroutine lexer feeds a coroutine parser, character by character."""
import json


class Syntax(Exception):
    def __init__(self, message, line, column):
        super().__init__(f"{message} at {line}:{column}")


def lexer(target):
    line, column = 1, 0
    text, state = "", "start"

    def fail(message):
        raise Syntax(message, line, column)

    again = None
    while True:
        if again is None:
            char = yield
            column += 1
            if char == "\n":
                line, column = line + 1, 0
        else:
            char, again = again, None
        match state:
            case "start":
                if char is None:
                    target.send(("end", None))
                    state = "done"
                elif char.isspace():
                    pass
                elif char in "{}[],:":
                    target.send((char, None))
                elif char == '"':
                    text, state = "", "string"
                elif char in "-0123456789":
                    text, state = char, "number"
                elif char.isalpha():
                    text, state = char, "word"
                else:
                    fail(f"unexpected {char!r}")
            case "string":
                match char:
                    case None | "\n":
                        fail("unterminated string")
                    case '"':
                        target.send(("value", text))
                        state = "start"
                    case "\\":
                        state = "escape"
                    case _:
                        text += char
            case "escape":
                if char == "u":
                    digits = ""
                    while len(digits) < 4:
                        digits += (yield)
                        column += 1
                    text += chr(int(digits, 16))
                else:
                    text += {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/"}.get(char) or fail(f"bad escape {char!r}")
                state = "string"
            case "number":
                if char is not None and char in "0123456789.eE+-":
                    text += char
                else:
                    target.send(("value", float(text) if set(text) & set(".eE") else int(text)))
                    state, again = "start", char
                    if char is None:
                        target.send(("end", None))
                        state, again = "done", None
            case "word":
                if char is not None and char.isalpha():
                    text += char
                else:
                    words = {"true": True, "false": False, "null": None}
                    if text not in words:
                        fail(f"unknown word {text}")
                    target.send(("value", words[text]))
                    state, again = "start", char
                    if char is None:
                        target.send(("end", None))
                        state, again = "done", None
            case "done":
                fail("text after the end")


def value(kind, payload):
    """A sub-generator: gets tokens, returns a value."""
    match kind:
        case "value":
            return payload
        case "[":
            items = []
            kind, payload = yield
            while kind != "]":
                items.append((yield from value(kind, payload)))
                kind, payload = yield
                if kind == ",":
                    kind, payload = yield
                    if kind == "]":
                        raise ValueError("comma before ]")
                elif kind != "]":
                    raise ValueError(f"{kind} inside a list")
            return items
        case "{":
            pairs = {}
            kind, payload = yield
            while kind != "}":
                if kind != "value" or not isinstance(payload, str):
                    raise ValueError(f"key expected, not {kind}")
                key = payload
                if (yield)[0] != ":":
                    raise ValueError(f"no colon after {key!r}")
                pairs[key] = yield from value(*(yield))
                kind, payload = yield
                if kind == ",":
                    kind, payload = yield
            return pairs
        case _:
            raise ValueError(f"unexpected {kind}")


def parser(results):
    result = yield from value(*(yield))
    kind, _ = yield
    if kind != "end":
        raise ValueError(f"{kind} after the value")
    results.append(result)
    yield


def parse(text):
    results = []
    sink = parser(results)
    next(sink)
    source = lexer(sink)
    next(source)
    for char in text:
        source.send(char)
    source.send(None)
    source.close()
    sink.close()
    return results[0]


GOOD = ['{"a": [1, -2.5, 3e2], "b": {"c": null, "d": true}, "e\\n\\u00e9": ""}', "[]", "12", "false", " [ [ [ ] ] , {} ] ",
        json.dumps({"deep": [[i] * i for i in range(6)], "text": "quote \" slash / back \\"})]
for text in GOOD:
    mine = parse(text)
    print(mine == json.loads(text), mine)
for text in ["[1,]", "{1: 2}", '{"a" 1}', '"open', "[1 2]", "tru", "[", "@", '"\\q"', "[1]\n  ]", "}"]:
    try:
        print(parse(text))
    except (Syntax, ValueError, IndexError) as error:
        print(f"{text!r:12} {type(error).__name__}: {error}")


def averager():
    total, count, average = 0, 0, None
    while True:
        try:
            total += yield average
        except ValueError as error:
            print("ignored", error)
            continue
        except GeneratorExit:
            print("closing at", average)
            return (total, count)
        count += 1
        average = total / count


g = averager()
next(g)
print(g.send(10), g.send(20), g.throw(ValueError("bad sample")), g.send(33), g.gi_running, g.gi_suspended)
print(g.close())
try:
    g.send(1)
except StopIteration as stop:
    print("stopped", stop.value)
