//! Times the compiler alone over files, for profiles: `compile_speed [--rounds N] [--parse] FILE...`.
//!
//! Prints bytes, seconds of the fastest round, and how many files did not compile. `--parse` stops at the tree.

use std::time::Instant;

use taipan_compiler::{CompileOptions, compile_source};
use taipan_syntax::ast::Arena;
use taipan_syntax::{Mode, ParseOptions};

fn main() {
    let mut rounds = 1;
    let mut parse_only = false;
    let mut sources = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--rounds" => rounds = args.next().and_then(|count| count.parse().ok()).unwrap_or(1),
            "--parse" => parse_only = true,
            path => match std::fs::read(path) {
                Ok(source) => sources.push(source),
                Err(error) => eprintln!("{path}: {error}"),
            },
        }
    }
    let mut best = f64::INFINITY;
    let mut failed = 0;
    for _ in 0..rounds {
        failed = 0;
        let start = Instant::now();
        for source in &sources {
            let options = CompileOptions::default();
            let good = match parse_only {
                true => taipan_syntax::parse(&Arena::new(), source, Mode::Exec, &ParseOptions::default(), None).is_ok(),
                false => compile_source(source, "<speed>", Mode::Exec, &ParseOptions::default(), options, None).is_ok(),
            };
            failed += usize::from(!good);
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    let bytes: usize = sources.iter().map(Vec::len).sum();
    println!("{} files, {bytes} bytes, {best:.3} s, {failed} not compiled", sources.len());
}
