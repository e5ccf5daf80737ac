use taipan_syntax::ast::Mod;
use taipan_syntax::{Mode, ParseOptions, parse};

use super::unparse_expr;

/// Source and what CPython 3.14 makes of it as annotation under `from __future__ import annotations`.
const CASES: &[(&str, &str)] = &[
    ("a + b * c", "a + b * c"),
    ("(a + b) * c", "(a + b) * c"),
    ("a - (b - c)", "a - (b - c)"),
    ("a ** b ** c", "a ** b ** c"),
    ("(a ** b) ** c", "(a ** b) ** c"),
    ("-a ** -b", "-a ** (-b)"),
    ("(-a) ** b", "(-a) ** b"),
    ("not (a or b) and c", "not (a or b) and c"),
    ("(a if b else c) if d else e", "(a if b else c) if d else e"),
    ("a < b is not c in d", "a < b is not c in d"),
    ("lambda a, /, b=1, *c, d, e=2, **f: 0", "lambda a, /, b=1, *c, d, e=2, **f: 0"),
    ("lambda *, a: a", "lambda*, a: a"),
    ("lambda: 0", "lambda: 0"),
    ("x[a, b:c, ::d]", "x[a, b:c, ::d]"),
    ("x[a,]", "x[a,]"),
    ("(1 .real, 2.5, 1e999, 3j)", "(1 .real, 2.5, 1e309, 3j)"),
    ("f(*a, b=1, **c)", "f(*a, b=1, **c)"),
    ("f(x for x in y if z)", "f(x for x in y if z)"),
    ("{a: b, **c, 1: {2, 3}}", "{a: b, **c, 1: {2, 3}}"),
    ("[k for k, v in d for e in f]", "[k for k, v in d for e in f]"),
    ("f'a{b!r:>{c}}{{}}'", "f'a{b!r:>{c}}{{}}'"),
    ("f'{ {1} }'", "f'{ {1}}'"),
    ("f'{(lambda: 1)}'", "f'{(lambda: 1)}'"),
    ("t'{ a + b!s:x}'", "t'{ a + b!s:x}'"),
    ("'it\\'s' \"q\"", "\"it'sq\""),
    ("u'\\u00e9\\u200b\\ud800'", "u'é\\u200b\\ud800'"),
    ("b'\\x00\\xff\\t'", "b'\\x00\\xff\\t'"),
    ("...", "..."),
    ("(a, *b)", "(a, *b)"),
    ("()", "()"),
    ("'\\'\"'", "'\\'\"'"),
    ("x.y().z[1:2]", "x.y().z[1:2]"),
    ("(a, b)[c]", "(a, b)[c]"),
    ("~-+a", "~-+a"),
];

#[test]
fn source_is_cpythons() {
    for (source, expected) in CASES {
        let parsed = parse(source.as_bytes(), Mode::Eval, &ParseOptions::default(), None).unwrap();
        let Mod::Expression { body } = &parsed.module else { panic!("{source} is no expression") };
        assert_eq!(unparse_expr(body).unwrap(), *expected, "{source}");
    }
}
