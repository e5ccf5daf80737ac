use taipan_syntax::{Mode, ParseOptions};

use crate::compile::{CompileOptions, SourceError, compile_source};
use crate::error::CompileError;

/// Compiles in a thread with 1 MB of stack.
fn compile(source: String) -> Result<(), SourceError> {
    let work = move || {
        let (parse, options) = (ParseOptions::default(), CompileOptions::default());
        compile_source(source.as_bytes(), "<test>", Mode::Exec, &parse, options, None).map(|_| ())
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap()
}

/// A name, and a source made of a piece repeated some number of times.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("calls", |n| format!("a{}", "()".repeat(n))),
    ("attributes", |n| format!("a{}", ".b".repeat(n))),
    ("method calls", |n| format!("a{}", ".b()".repeat(n))),
    ("subscripts", |n| format!("a{}", "[0]".repeat(n))),
    ("products", |n| format!("a{}", "*a".repeat(n))),
    ("powers", |n| format!("{}a", "a**".repeat(n))),
    ("signs", |n| format!("{}a", "-".repeat(n))),
    ("negations", |n| format!("if {}a: pass", "not ".repeat(n))),
    ("lambdas", |n| format!("{}a", "lambda:".repeat(n))),
    ("conditions", |n| format!("{}a", "a if b else ".repeat(n))),
    ("tested conditions", |n| format!("if {}a: pass", "a if b else ".repeat(n))),
    ("elifs", |n| format!("if a: pass\n{}", "elif b: pass\n".repeat(n))),
    ("loops of a comprehension", |n| format!("[a{}]", " for a in b".repeat(n))),
    ("decorators", |n| format!("{}def f(): pass", "@a\n".repeat(n))),
    ("text annotations", |n| format!("from __future__ import annotations\nx: {}a", "-".repeat(n))),
    ("parentheses", |n| format!("{}a{}", "(".repeat(n), ")".repeat(n))),
    ("lists", |n| format!("{}a{}", "[".repeat(n), "]".repeat(n))),
    ("list patterns", |n| format!("match a:\n case {}a{}: pass", "[".repeat(n), "]".repeat(n))),
    ("nested arguments", |n| format!("{}a{}", "f(".repeat(n), ")".repeat(n))),
    ("nested comprehensions", |n| format!("{}b{}", "[a for a in ".repeat(n), "]".repeat(n))),
    ("nested generators", |n| format!("{}a{}", "(".repeat(n), " for a in b)".repeat(n))),
    ("functions", |n| {
        (0..n).map(|i| format!("{}def f():\n", " ".repeat(i))).collect::<String>() + &" ".repeat(n) + "a"
    }),
    ("blocks", |n| (0..n).map(|i| format!("{}if a:\n", " ".repeat(i))).collect::<String>() + &" ".repeat(n) + "a"),
    ("classes", |n| (0..n).map(|i| format!("{}class C:\n", " ".repeat(i))).collect::<String>() + &" ".repeat(n) + "a"),
];

#[test]
fn no_depth_overflows_the_stack() {
    for (name, source) in SHAPES {
        for count in [90, 300, 600, 990, 1500, 20_000] {
            match compile(source(count)) {
                Ok(()) | Err(SourceError::Parse(_) | SourceError::Compile(CompileError::TooDeep)) => {}
                Err(error) => panic!("{count} {name}: {error:?}"),
            }
        }
    }
}

#[test]
fn usual_depths_compile() {
    for (name, source) in SHAPES {
        assert_eq!(compile(source(60)), Ok(()), "{name}");
    }
    let long: String = (0..3000).map(|n| format!("x{n} + ")).collect();
    assert_eq!(compile(long + "y"), Ok(()));
    assert_eq!(compile(format!("a{}", ".b".repeat(5000))), Err(SourceError::Compile(CompileError::TooDeep)));
}

#[test]
fn inlined_comprehensions_count_as_blocks() {
    let nested = |n: usize| format!("{}a{}", "[".repeat(n), " for a in b]".repeat(n));
    assert_eq!(compile(nested(21)), Ok(()));
    assert!(matches!(compile(nested(22)), Err(SourceError::Compile(CompileError::Syntax { .. }))));
}
