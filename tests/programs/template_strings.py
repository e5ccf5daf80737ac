"""Template strings (PEP 750) and f-strings at work: HTML, SQL and log templating without an accident."""
import html
import json
import logging
from string.templatelib import Interpolation, Template, convert


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def render(template):
    """What an f-string would have made of it."""
    out = []
    for part in template:
        match part:
            case str():
                out.append(part)
            case Interpolation(value, _, conversion, spec):
                out.append(format(convert(value, conversion), spec))
    return "".join(out)


def page(template):
    out = []
    for part in template:
        match part:
            case str() as text:
                out.append(text)
            case Interpolation(value=Template() as inner):
                out.append(page(inner))
            case Interpolation(value=[*items]):
                out.extend(page(item) if isinstance(item, Template) else html.escape(str(item)) for item in items)
            case Interpolation(value=dict() as attributes):
                out.append(" ".join(f'{k}="{html.escape(str(v))}"' for k, v in attributes.items() if v is not None))
            case Interpolation(value=value, format_spec="raw"):
                out.append(str(value))
            case Interpolation(value=value, conversion=conversion, format_spec=spec):
                out.append(html.escape(format(convert(value, conversion), spec)))
    return "".join(out)


def sql(template):
    text, values = "", []
    for part in template:
        if isinstance(part, str):
            text += part
        elif part.format_spec == "name":
            if not part.value.isidentifier():
                raise ValueError(f"bad name {part.value!r} in {part.expression}")
            text += f'"{part.value}"'
        else:
            text += "?"
            values.append(part.value)
    return text, values


class Structured:
    def __init__(self, template):
        self.template = template

    def __str__(self):
        fields = {i.expression: i.value for i in self.template.interpolations}
        return f"{render(self.template)} | {json.dumps(fields, sort_keys=True, default=str)}"


name, n, items = "<Ann & Bob>", 42.5, ["a", "<b>"]
t = t"Hello {name}, {n:>8.2f} {items!r:^15} {n + 1 = } {{literal}} {'nested' + f'{n}'}"
print(t.strings, t.values, [(i.expression, i.conversion, i.format_spec) for i in t.interpolations], sep="\n")
print(render(t) == f"Hello {name}, {n:>8.2f} {items!r:^15} {n + 1 = } {{literal}} {'nested' + f'{n}'}", render(t))
print(page(t"<p {dict(id='x', title='\"q\"', hidden=None)}>{name}</p><ul>{[t'<li>{i}</li>' for i in items]}</ul>{'<hr>':raw}{t'<b>{n:.1f}</b>'}"))
table = "users"
print(sql(t"SELECT * FROM {table:name} WHERE name = {name} AND age > {int(n)}"))
attempt(lambda: sql(t"DROP {'x; --':name}"))
print(repr(t"a{1}b"), t"", t"{n}".strings, (t"a{1}" + t"{2}b").strings, (t"x" t"y{n}").values, list(t"{1}{2}"), type(t), t"a" == t"a")
attempt(lambda: t"a" + "b")
attempt(lambda: "b" + t"a")
attempt(lambda: t"{undefined}")
attempt(lambda: Template("a", 5))
attempt(lambda: setattr(t, "strings", ()))
attempt(lambda: len(t))
attempt(lambda: Interpolation(1, "x", "q"))
print(Template("a", Interpolation(1, "one", "r", ">3"), "b", "c"), Interpolation(5).expression, Interpolation.__match_args__)
raw = rt"\d{n}\n"
print(raw.strings, render(raw), render(t"""multi
{name!s:.3}
"""), render(t"{n:{'>'}{9}}"))
lazy = t"{(lambda: name)()} {[x * 2 for x in range(3)]} {n if n > 40 else -n} {dict(a=1)['a']}"
print(render(lazy))
handler = logging.StreamHandler(__import__("sys").stdout)
log = logging.Logger("t")
log.addHandler(handler)
user = {"id": 7}
log.info(Structured(t"user {user['id']} paid {n:.1f}"))

print(f"{n!r:>8}|{n:<8}|{n:{'^'}{10}.{1}f}|{name!a}|{'a' if n else 'b'}|{ {1: 2}[1] }|{[*range(3)]}|{(lambda x: x * 2)(4)}|{n=}|{n = :.1f}|{name=!s}")
print(f"{f"{f"{1 + 1}"}"}", f'{"quotes " 'inside'}', f"""{
    n  # a comment
    + 1}""", f"{'\n'.join(items)}", f"{n:%}", rf"\{n}", f"{{}}{{{n}}}", f"{'é':*^5}", f"{1,2}", f"{*items,}")
for bad in ("f'{'", "f'{}'", "f'{a b}'", "f'{x!z}'", "f'}'", "f'{x:{y:{z}}}'", "t'{}'", "t'{a' ", "t'a' 'b'", "f'{lambda x: 1}'", "f'{x!}'", "f'{a:{b}'", "tb'x'", "ft'x'", "f'{*}'", "f'{a = !r:}' f'{'"):
    try:
        print(bad, ascii(eval(bad, {"x": 1, "y": "", "z": "", "a": 2, "b": 3})))
    except SyntaxError as error:
        print(bad, "->", error.msg)
    except Exception as error:
        print(bad, "=>", type(error).__name__, error)
