//! Prints syntax trees in the form `tests/compare.py` makes of CPython's, to compare the two.
//!
//! `dump_ast [--mode exec|eval|single|func_type] [--type-comments] [--incomplete] FILE...`: for each file a line with
//! its name, then the tree, or the error, on one line. With `--stdin`, the sources come from the standard input as
//! JSON-free records: a line with the length in bytes, then the bytes.

use std::io::{BufRead, Read, Write as _};

use dump::{render, token_list, unparsed};
use taipan_syntax::ast::Arena;
use taipan_syntax::{Mode, ParseOptions, parse};

#[path = "../tests/recorded/dump.rs"]
mod dump;

fn main() {
    let mut mode = Mode::Exec;
    let mut options = ParseOptions::default();
    let mut files = Vec::new();
    let mut stdin = false;
    let mut quiet = false;
    let mut unparse = false;
    let mut tokens = None;
    let mut warnings_as_errors = false;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--mode" => {
                mode = match args.next().as_deref() {
                    Some("eval") => Mode::Eval,
                    Some("single") => Mode::Single,
                    Some("func_type") => Mode::FuncType,
                    _ => Mode::Exec,
                }
            }
            "--type-comments" => options.type_comments = true,
            "--incomplete" => {
                options.allow_incomplete_input = true;
                options.dont_imply_dedent = true;
            }
            "--feature" => options.feature_version = args.next().and_then(|n| n.parse().ok()).unwrap_or(14),
            "--str" => options.ignore_cookie = true,
            "--stdin" => stdin = true,
            "--quiet" => quiet = true,
            "--unparse" => unparse = true,
            "--warnings" => warnings_as_errors = true,
            "--tokens" => tokens = Some(true),
            "--plain-tokens" => tokens = Some(false),
            _ => files.push(arg),
        }
    }
    let out = std::io::stdout();
    let mut out = std::io::BufWriter::new(out.lock());
    if stdin {
        let mut input = std::io::BufReader::new(std::io::stdin());
        let mut line = String::new();
        while input.read_line(&mut line).is_ok_and(|n| n > 0) {
            let length = line.trim().parse().unwrap_or(0);
            line.clear();
            let mut source = vec![0; length];
            if input.read_exact(&mut source).is_err() {
                break;
            }
            let line = if let Some(extra) = tokens {
                token_list(&source, extra)
            } else if unparse {
                unparsed(&source, &options)
            } else if quiet {
                in_small_stack(source, mode, &options)
            } else {
                render(&source, mode, &options, warnings_as_errors)
            };
            let _ = writeln!(out, "{line}");
            let _ = out.flush();
        }
    }
    for file in files {
        let Ok(source) = std::fs::read(&file) else { continue };
        let text = render(&source, mode, &options, warnings_as_errors);
        if !quiet {
            let _ = writeln!(out, "{file}\n{text}");
        }
    }
}

/// Parses with the stack of an ordinary thread, to show that no source overflows it.
fn in_small_stack(source: Vec<u8>, mode: Mode, options: &ParseOptions) -> String {
    let options = options.clone();
    let work = move || match parse(&Arena::new(), &source, mode, &options, None) {
        Ok(_) => "valid".to_owned(),
        Err(error) => format!("{:?}: {}", error.kind, error.msg),
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work);
    thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(|| "failed".to_owned())
}
