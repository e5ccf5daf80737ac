use taipan_syntax::ast::Arena;
use taipan_syntax::{Mode, ParseOptions, parse};

use crate::compile::{CompileOptions, optimize_ast};

const SOURCES: [&str; 5] = [
    include_str!("../../tests/code_objects/constructs.py"),
    "x = 1\nclass A:\n def f(self): return '%s-%r' % (a, b)\ny = a % (b,)\n",
    "def f():\n while 1:\n  try: pass\n  finally: return 1\ndef g():\n pass\n",
    "if a:\n def f(): return not __debug__\nprint(debug)\n",
    "match a:\n case -1 + 2j: pass\n",
];

#[test]
fn statements_that_are_not_notable_stay_as_they_are() {
    for source in SOURCES {
        let mut results = Vec::new();
        for everywhere in [true, false] {
            let arena = Arena::new();
            let mut tree = parse(&arena, source.as_bytes(), Mode::Exec, &ParseOptions::default(), None).unwrap().tree;
            assert!(tree.notable.as_ref().is_some_and(|notable| !notable.is_empty()));
            if everywhere {
                tree.notable = None;
            }
            let warnings = optimize_ast(&mut tree, CompileOptions::default(), false).unwrap();
            results.push(format!("{:?} {warnings:?}", tree.module));
        }
        assert_eq!(results[0], results[1]);
    }
}
