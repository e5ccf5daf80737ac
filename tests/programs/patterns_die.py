"""What a pattern was compiled to dies with it: many large ones, one after the other, need no more memory than one."""

import _sre
import re

code = re._compiler._code(re._parser.parse("ab" * 30_000), 0)
subject = "ab" * 30_000 + "a"
for _ in range(100):
    pattern = _sre.compile("large", 0, code, 0, {}, ())
    scanner = pattern.scanner(subject)
    matches = pattern.match(subject), scanner.search(), pattern.fullmatch(subject)
    assert [m and m.span() for m in matches] == [(0, 60_000), (0, 60_000), None]
    del pattern
    assert scanner.search() is None
print(len(code) > 100_000)
