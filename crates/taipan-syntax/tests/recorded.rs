//! Trees, warnings and errors against those CPython 3.14 gave for the same sources.
//!
//! `data/recorded.txt` is made by `python3.14 compare.py - record data/cases.txt > data/recorded.txt`. A line: options
//! (x, e, s or f for the mode, i for incomplete input, t for type comments, a number for the feature version; or u for
//! the text of an annotation, k for tokens, p for tokens without comments), source and result, separated by tabs.

#[path = "recorded/dump.rs"]
mod dump;

use taipan_syntax::{Mode, ParseOptions};

/// Undoes the escapes of `dump`.
fn unescape(text: &str) -> Vec<u8> {
    let body = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).expect("quoted");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if let [b'\\', b'x', high, low, after @ ..] = rest {
            let digit = |byte: &u8| char::from(*byte).to_digit(16).expect("hex") as u8;
            bytes.push(digit(high) * 16 + digit(low));
            rest = after;
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    bytes
}

#[test]
fn results_are_those_of_cpython() {
    let recorded = include_str!("data/recorded.txt");
    let mut different = Vec::new();
    let mut count = 0;
    for line in recorded.lines() {
        let mut fields = line.splitn(3, '\t');
        let (Some(flags), Some(source), Some(expected)) = (fields.next(), fields.next(), fields.next()) else {
            panic!("not a record: {line}");
        };
        let mode = match flags.as_bytes()[0] {
            b'x' => Mode::Exec,
            b'e' => Mode::Eval,
            b's' => Mode::Single,
            _ => Mode::FuncType,
        };
        let mut options = ParseOptions { ignore_cookie: true, ..ParseOptions::default() };
        if flags[1..].contains('i') {
            options.allow_incomplete_input = true;
            options.dont_imply_dedent = true;
        }
        options.type_comments = flags[1..].contains('t');
        let feature: String = flags.chars().filter(char::is_ascii_digit).collect();
        options.feature_version = feature.parse().unwrap_or(14);
        let source_bytes = unescape(source);
        let result = match flags {
            "u" => dump::unparsed(&source_bytes, &options),
            "k" => dump::token_list(&source_bytes, true),
            "p" => dump::token_list(&source_bytes, false),
            _ => dump::render(&source_bytes, mode, &options, false),
        };
        count += 1;
        if result != expected {
            different.push(format!("{flags} {source}\n  ours   {result}\n  theirs {expected}"));
        }
    }
    assert!(count > 450, "{count} records");
    assert!(different.is_empty(), "{} of {count} differ:\n{}", different.len(), different.join("\n"));
}
