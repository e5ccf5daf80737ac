//! Searching and layout against facts recorded from CPython 3.14 (tools/make_search_facts.py).

use std::ops::Range;

use super::layout::*;
use super::replace::*;
use super::split::*;
use super::strip::*;
use super::*;
use crate::TextBuf;
use crate::unicode;

fn text_of(hexes: &str) -> TextBuf {
    // A number in the place of a text gives a text that is not used.
    hexes.split('.').filter_map(|part| u32::from_str_radix(part, 16).ok()).collect()
}

fn hexes(text: TextRef<'_>) -> String {
    text.iter().map(|point| format!("{point:x}")).collect::<Vec<_>>().join(".")
}

fn show_bytes(bytes: Vec<u8>) -> String {
    hexes(TextRef::Latin1(&bytes))
}

fn pieces(text: TextRef<'_>, ranges: Vec<Range<usize>>) -> String {
    if ranges.is_empty() {
        return "-".to_owned();
    }
    ranges.into_iter().map(|range| hexes(text.slice(range))).collect::<Vec<_>>().join(",")
}

fn reversed(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.reverse();
    ranges
}

fn found(at: Option<usize>) -> String {
    at.map_or("-1".to_owned(), |at| at.to_string())
}

fn yes(flag: bool) -> String {
    u8::from(flag).to_string()
}

fn side(method: &str) -> Side {
    match method.as_bytes()[0] {
        b'l' => Side::Left,
        b'r' => Side::Right,
        _ => Side::Both,
    }
}

fn run(method: &str, is_bytes: bool, args: &[&str]) -> String {
    let buf = text_of(args[0]);
    let raw: Vec<u8> = buf.as_text().iter().map(|point| point as u8).collect();
    let text = if is_bytes { TextRef::Latin1(&raw) } else { buf.as_text() };
    let other = args.get(1).map(|arg| text_of(arg)).unwrap_or_default();
    let other = other.as_text();
    let number = |at: usize| args[at].parse::<i64>().unwrap();
    let limit = |at: usize| usize::try_from(number(at)).ok();
    let width = |at: usize| usize::try_from(number(at)).unwrap_or(0);
    match method {
        "find" => found(find_between(text, other, number(2), number(3))),
        "rfind" => found(rfind_between(text, other, number(2), number(3))),
        "count" => count_between(text, other, number(2), number(3)).to_string(),
        "startswith" => yes(starts_with(text, other, number(2), number(3))),
        "endswith" => yes(ends_with(text, other, number(2), number(3))),
        "replace" if is_bytes => {
            let narrow = |text: TextRef<'_>| text.iter().map(|point| point as u8).collect::<Vec<u8>>();
            let new = text_of(args[2]);
            show_bytes(replace_bytes(&raw, &narrow(other), &narrow(new.as_text()), limit(3)).unwrap_or(raw))
        }
        "replace" => hexes(replace(text, other, text_of(args[2]).as_text(), limit(3)).unwrap_or(buf.clone()).as_text()),
        "split" => pieces(text, split(text, other, limit(2))),
        "rsplit" => pieces(text, reversed(rsplit(text, other, limit(2)))),
        "partition" => match partition(text, other) {
            Some((before, after)) => pieces(text, vec![before.clone(), before.end..after.start, after]),
            None => pieces(text, vec![0..text.len(), 0..0, 0..0]),
        },
        "rpartition" => match rpartition(text, other) {
            Some((before, after)) => pieces(text, vec![before.clone(), before.end..after.start, after]),
            None => pieces(text, vec![0..0, 0..0, 0..text.len()]),
        },
        "strip" | "lstrip" | "rstrip" => hexes(text.slice(strip_chars(text, other, side(method)))),
        "removeprefix" => hexes(text.slice(remove_prefix(text, other))),
        "removesuffix" => hexes(text.slice(remove_suffix(text, other))),
        "split_space" if is_bytes => pieces(text, bytes::split_whitespace(&raw, limit(1))),
        "split_space" => pieces(text, split_whitespace(text, limit(1))),
        "rsplit_space" if is_bytes => pieces(text, reversed(bytes::rsplit_whitespace(&raw, limit(1)))),
        "rsplit_space" => pieces(text, reversed(rsplit_whitespace(text, limit(1)))),
        "splitlines" if is_bytes => pieces(text, bytes::split_lines(&raw, number(1) == 1)),
        "splitlines" => pieces(text, split_lines(text, number(1) == 1)),
        "strip_space" | "lstrip_space" | "rstrip_space" if is_bytes => {
            hexes(text.slice(bytes::strip_whitespace(&raw, side(method))))
        }
        "strip_space" | "lstrip_space" | "rstrip_space" => hexes(text.slice(strip_whitespace(text, side(method)))),
        "center" | "ljust" | "rjust" => {
            let align = match method {
                "center" => Align::Center,
                "ljust" => Align::Left,
                _ => Align::Right,
            };
            if is_bytes {
                show_bytes(justify_bytes(&raw, width(1), b' ', align))
            } else {
                hexes(justify(text, width(1), 0x20, align).as_text())
            }
        }
        "zfill" => hexes(zero_fill(text, width(1)).as_text()),
        "expandtabs" => {
            let expanded = hexes(expand_tabs(text, number(1)).as_text());
            assert_eq!(
                expanded.split('.').filter(|part| !part.is_empty()).count(),
                expanded_len(text, number(1)).unwrap()
            );
            if is_bytes { show_bytes(expand_tabs_bytes(&raw, number(1))) } else { expanded }
        }
        "title" if is_bytes => show_bytes(bytes::title(&raw)),
        "capitalize" if is_bytes => show_bytes(bytes::capitalize(&raw)),
        "swapcase" if is_bytes => show_bytes(bytes::swapcase(&raw)),
        "islower" if is_bytes => yes(bytes::is_lower_text(&raw)),
        "isupper" if is_bytes => yes(bytes::is_upper_text(&raw)),
        "istitle" if is_bytes => yes(bytes::is_title_text(&raw)),
        "isspace" if is_bytes => yes(bytes::is_space_text(&raw)),
        "title" => hexes(unicode::case::title(text).as_text()),
        "capitalize" => hexes(unicode::case::capitalize(text).as_text()),
        "swapcase" => hexes(unicode::case::swapcase(text).as_text()),
        "islower" => yes(unicode::case::is_lower_text(text)),
        "isupper" => yes(unicode::case::is_upper_text(text)),
        "istitle" => yes(unicode::case::is_title_text(text)),
        "isspace" => yes(unicode::all(text, unicode::is_space)),
        _ => panic!("no such method: {method}"),
    }
}

#[test]
fn facts_of_cpython_hold() {
    let mut wrong = Vec::new();
    for line in include_str!("facts.txt").lines() {
        let fields = line.split('\t').collect::<Vec<_>>();
        let got = run(fields[0], fields[1] == "b", &fields[2..fields.len() - 1]);
        if got != fields[fields.len() - 1] {
            wrong.push(format!("{line}\n    got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn hard_needles_stay_linear() {
    let haystack = vec![0x20acu16; 400_000];
    let mut needle = vec![0x20acu16; 200_000];
    needle[100_000] = 0x20ad;
    assert_eq!(find(TextRef::Ucs2(&haystack), TextRef::Ucs2(&needle)), None);
    assert_eq!(rfind(TextRef::Ucs2(&haystack), TextRef::Ucs2(&needle)), None);
}

#[test]
fn translation_maps_and_deletes() {
    let table = |point| {
        Ok::<_, ()>(match point {
            0x61 => Translated::Delete,
            0x62 => Translated::Text(TextRef::Ucs2(&[0x20ac, 0x21])),
            0x63 => Translated::Point(0xe9),
            _ => Translated::Keep,
        })
    };
    assert_eq!(translate(TextRef::Ascii(b"abcd"), table).unwrap(), TextBuf::from("€!éd"));
    assert_eq!(translate_bytes(b"abcab", None, b"b"), b"aca");
    assert_eq!(expanded_len(TextRef::Ascii(b"\ta\t"), i64::MAX), None);
}
