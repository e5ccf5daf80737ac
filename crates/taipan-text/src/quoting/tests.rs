//! Against facts recorded from CPython 3.14 (tools/make_quoting_facts.py).

use super::*;

fn text_of(hexes: &str) -> TextBuf {
    hexes.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap()).collect()
}

#[test]
fn facts_of_cpython_hold() {
    for line in include_str!("facts.txt").lines() {
        let [function, input, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let input = text_of(input);
        let got = match function {
            "repr" => repr(input.as_text()),
            "ascii" => {
                let got = ascii(input.as_text());
                assert_eq!(got, escape_non_ascii(repr(input.as_text()).as_text()));
                got
            }
            _ => bytes_repr(&input.as_text().iter().map(|point| point as u8).collect::<Vec<_>>()).into(),
        };
        assert_eq!(got, text_of(expected), "{line}");
    }
}
