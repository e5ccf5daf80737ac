"""A Markdown subset to HTML, a CSV parser and an INI parser by hand, and HTML back to text."""
import html
import io
import re
from html.parser import HTMLParser

DOCUMENT = """\
Title with *stars*
==================

A paragraph with **bold**, _emphasis_, `code <x>` & a [link](http://x.y/?a=1&b=2 "tip").
Second line with an escape: \\*not bold\\* and ![image](a.png).

## List of things ##

* one
* two `x`
    * nested **a**
    * nested b
* three

1. first
2. second

> quoted *text*
> more

```python
def f(x):
    return x < 1 & True
```

| Name | Count |
|:-----|------:|
| bolt | 12 |
| *nut* | 7 |

---
Last <b>paragraph</b>.
"""


class Markdown:
    INLINE = [
        (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
        (re.compile(r"(?<!\w)[*_](?!\s)(.+?)(?<!\s)[*_](?!\w)"), r"<em>\1</em>"),
    ]
    LINK = re.compile(r'(!?)\[([^\]]*)\]\((\S+?)(?:\s+"([^"]*)")?\)')

    def __init__(self, text):
        self.lines = text.splitlines()
        self.at, self.saved = 0, []

    def save(self, text):
        self.saved.append(text)
        return f"\x00{len(self.saved) - 1}\x00"

    def inline(self, text):
        text = re.sub(r"`([^`]+)`", lambda m: self.save(f"<code>{html.escape(m[1], quote=False)}</code>"), text)
        text = re.sub(r"\\([*_`\\])", lambda m: self.save(m[1]), text)
        text = html.escape(text, quote=False)

        def link(m):
            image, label, url, title = m.groups()
            attributes = f' title="{title}"' if title else ""
            if image:
                return self.save(f'<img src="{url}" alt="{label}"{attributes}>')
            return self.save(f'<a href="{url}"{attributes}>') + label + self.save("</a>")

        text = self.LINK.sub(link, text)
        for pattern, replacement in self.INLINE:
            text = pattern.sub(replacement, text)
        while "\x00" in text:
            text = re.sub(r"\x00(\d+)\x00", lambda m: self.saved[int(m[1])], text)
        return text

    def peek(self, offset=0):
        return self.lines[self.at + offset] if self.at + offset < len(self.lines) else None

    def blocks(self):
        while (line := self.peek()) is not None:
            if not line.strip():
                self.at += 1
            elif m := re.match(r"(#{1,6})\s+(.*?)\s*#*$", line):
                self.at += 1
                yield f"<h{len(m[1])}>{self.inline(m[2])}</h{len(m[1])}>"
            elif (under := self.peek(1)) and re.fullmatch(r"=+|-{3,}", under) and not re.fullmatch("-+", line):
                self.at += 2
                level = 1 if under[0] == "=" else 2
                yield f"<h{level}>{self.inline(line)}</h{level}>"
            elif re.fullmatch(r"(-\s*){3,}", line):
                self.at += 1
                yield "<hr>"
            elif m := re.match(r"```(\w*)", line):
                end = self.lines.index("```", self.at + 1)
                body = html.escape("\n".join(self.lines[self.at + 1:end]), quote=False)
                self.at = end + 1
                yield f'<pre><code class="{m[1] or "text"}">{body}</code></pre>'
            elif line.startswith(">"):
                quoted = []
                while (line := self.peek()) and line.startswith(">"):
                    quoted.append(line[1:].removeprefix(" "))
                    self.at += 1
                yield "<blockquote>" + "".join(Markdown("\n".join(quoted)).blocks()) + "</blockquote>"
            elif self.item(line):
                yield self.list(self.item(line)[0])
            elif line.startswith("|"):
                yield self.table()
            else:
                paragraph = []
                while (line := self.peek()) and line.strip() and not re.match(r"#|>|```|\|", line):
                    paragraph.append(line.strip())
                    self.at += 1
                yield f"<p>{self.inline(chr(10).join(paragraph))}</p>"

    @staticmethod
    def item(line):
        m = line and re.match(r"(\s*)([*+-]|\d+\.)\s+(.*)", line)
        return m and (len(m[1]), "ol" if m[2][0].isdigit() else "ul", m[3])

    def list(self, indent):
        _, kind, _ = self.item(self.peek())
        out = [f"<{kind}>"]
        while found := self.item(self.peek()):
            depth, _, text = found
            if depth < indent:
                break
            if depth > indent:
                out[-1] = out[-1].removesuffix("</li>") + self.list(depth) + "</li>"
                continue
            out.append(f"<li>{self.inline(text)}</li>")
            self.at += 1
        return "".join(out) + f"</{kind}>"

    def table(self):
        rows = []
        while (line := self.peek()) and line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            self.at += 1
        head, marks, *body = rows
        align = ["right" if m.endswith(":") else "left" for m in marks]
        cells = lambda tag, row: "".join(f'<{tag} align="{a}">{self.inline(c)}</{tag}>' for a, c in zip(align, row))
        return f"<table><tr>{cells('th', head)}</tr>" + "".join(f"<tr>{cells('td', row)}</tr>" for row in body) + "</table>"


class Outline(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.events, self.words = [], [], 0

    def handle_starttag(self, tag, attributes):
        if tag not in ("hr", "img"):
            self.stack.append(tag)
        self.events.append("/".join(self.stack[-2:]) + (repr(dict(attributes)) if attributes else ""))

    def handle_endtag(self, tag):
        if self.stack and self.stack.pop() != tag:
            self.events.append(f"mismatch {tag}")

    def handle_data(self, data):
        self.words += len(data.split())


def parse_csv(text, comma=","):
    rows, row, cell, quoted, at = [], [], "", False, 0
    while at < len(text):
        c = text[at]
        if quoted:
            if c == '"' and text[at + 1:at + 2] == '"':
                cell, at = cell + '"', at + 1
            elif c == '"':
                quoted = False
            else:
                cell += c
        elif c == '"' and not cell:
            quoted = True
        elif c in (comma, "\n"):
            row.append(cell)
            cell = ""
            if c == "\n":
                rows.append(row)
                row = []
        else:
            cell += c
        at += 1
    if cell or row:
        rows.append(row + [cell])
    if quoted:
        raise ValueError("quote never closed")
    return rows


def parse_ini(stream):
    sections, current, key = {}, None, None
    for number, line in enumerate(stream, 1):
        text = line.split(";")[0].rstrip()
        if not text:
            continue
        if text[0].isspace() and key:
            current[key] += "\n" + text.strip()
        elif m := re.fullmatch(r"\[(.+)\]", text):
            current, key = sections.setdefault(m[1], {}), None
        elif "=" in text and current is not None:
            key, _, value = text.partition("=")
            key = key.strip().lower()
            current[key] = value.strip()
        else:
            raise SyntaxError(f"line {number}: {text!r}")
    return sections


page = "\n".join(Markdown(DOCUMENT).blocks())
print(page)
outline = Outline()
outline.feed(page)
print(outline.events, outline.words, outline.stack)
print(html.unescape("&lt;&eacute;&#x20AC;&#8364;&amp;amp; &nosuch; &notin"), html.escape("<a href='x'>\"&"))
print(parse_csv('a,"b, ""c""",d\n"multi\nline",,\n1;2'), parse_csv("x;y", ";"))
print(parse_ini(io.StringIO("; note\n[Main]\nName = Ann ; inline\nText = one\n  two\n[other]\nx=\n")))
for bad in (lambda: parse_csv('"abc'), lambda: parse_ini(["x = 1"]), lambda: parse_ini(["[a]", "what"])):
    try:
        bad()
    except (ValueError, SyntaxError) as error:
        print(type(error).__name__, error)
