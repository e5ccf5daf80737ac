//! Sources that nest deeply: parsed, or refused, on a small stack.

use taipan_syntax::ast::Arena;
use taipan_syntax::{ErrorKind, Mode, ParseOptions, parse};

/// What becomes of `source` on a stack of 2 MB: "valid" or the kind of the error.
fn outcome(source: String) -> String {
    let work = move || match parse(&Arena::new(), source.as_bytes(), Mode::Exec, &ParseOptions::default(), None) {
        Ok(_) => "valid".to_owned(),
        Err(error) => format!("{:?}", error.kind),
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap()
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    open.repeat(depth) + inner + &close.repeat(depth)
}

#[test]
fn brackets_nest_as_deeply_as_in_cpython() {
    let brackets = [
        ("(", ")"),
        ("[", "]"),
        ("{1: ", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("1 + (", ")"),
        ("[a for a in ", "]"),
        ("(-2 ** -", ")"),
    ];
    for (open, close) in brackets {
        assert_eq!(outcome(nested(open, "1", close, 199)), "valid", "{open}");
        assert_eq!(outcome(nested(open, "1", close, 201)), "SyntaxError", "{open}");
        assert_eq!(outcome(nested(open, "a b", close, 199)), "SyntaxError", "{open}");
    }
}

#[test]
fn chains_of_operators_do_not_nest() {
    for (link, least) in [("a + ", 20_000), ("-", 3_000), ("not ", 3_000), ("a ** ", 3_000), ("a if b else ", 3_000)] {
        assert_eq!(outcome(link.repeat(least) + "a"), "valid", "{link}");
    }
    for link in [".b", "[0]", "()"] {
        assert_eq!(outcome("a".to_owned() + &link.repeat(50_000)), "valid", "{link}");
    }
    assert_eq!(outcome("if a: b\n".to_owned() + &"elif c: d\n".repeat(1_000)), "valid");
}

#[test]
fn what_nests_too_deeply_is_refused() {
    for source in ["-".repeat(100_000) + "a", "lambda: ".repeat(100_000) + "a", "a ** ".repeat(100_000) + "a"] {
        assert_eq!(outcome(source), "MemoryError");
    }
    let elifs = "if a: b\n".to_owned() + &"elif c: d\n".repeat(100_000);
    assert_eq!(outcome(elifs), "MemoryError");
}

#[test]
fn a_stack_limit_is_heeded() {
    let here = 0_u8;
    let options = ParseOptions { stack_limit: std::ptr::from_ref(&here).addr() - 8192, ..ParseOptions::default() };
    let source = nested("(", "1", ")", 150);
    let arena = Arena::new();
    let error = parse(&arena, source.as_bytes(), Mode::Eval, &options, None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::MemoryError);
}
