//! Compares errors and warnings of the compile stage with recorded ones of CPython 3.14; `tests/oracle/compile_error_facts.py` writes
//! them.

use taipan_compiler::{CompileError, CompileOptions, SourceError, Warning, compile_source};
use taipan_syntax::{Mode, ParseOptions};

fn compile(source: &str) -> Result<Vec<Warning>, SourceError> {
    let (parse, options) = (ParseOptions::default(), CompileOptions::default());
    compile_source(source.as_bytes(), "<test>", Mode::Exec, &parse, options, None).map(|compiled| compiled.warnings)
}

fn sources(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end_matches('\n').split("\n###\n")
}

#[test]
fn errors_are_cpythons() {
    let mut count = 0;
    for (source, expected) in sources(include_str!("data/errors.txt")).zip(include_str!("data/errors.expected").lines())
    {
        let ours = match compile(source) {
            Ok(warnings) => warnings.iter().fold("none".to_owned(), |line, warning| {
                format!("{line} | {} {}", warning.location.lineno, warning.message)
            }),
            Err(SourceError::Compile(
                CompileError::Syntax { message, location: at } | CompileError::Scope { message, location: at },
            )) => {
                let (start, end) = (at.col_offset + 1, at.end_col_offset + 1);
                format!("{} {start} {} {end} {message}", at.lineno, at.end_lineno)
            }
            // The parser's errors have tests of their own.
            Err(SourceError::Parse(_)) => continue,
            Err(error) => panic!("{source}\n{error:?}"),
        };
        assert_eq!(ours, expected, "in\n{source}");
        count += 1;
    }
    assert!(count > 100, "only {count} errors compared");
}
