//! Parsing against facts recorded from CPython 3.14 (tools/make_format_facts.py).

use super::*;
use crate::TextBuf;

fn text_of(hexes: &str) -> TextBuf {
    hexes.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap()).collect()
}

fn parse(text: TextRef<'_>) -> Result<String, FormatError> {
    let part = |range: &Range<usize>| format!("'{}", text.slice(range.clone()).to_utf8_lossy());
    let mut lines = Vec::new();
    for markup in Markups::new(text) {
        let markup = markup?;
        let literal = part(&markup.literal);
        lines.push(match markup.field {
            None => format!("{literal}|-|-|-"),
            Some(field) => {
                let conversion = field.conversion.and_then(char::from_u32);
                let conversion = conversion.map_or("-".to_owned(), |conversion| format!("'{conversion}"));
                format!("{literal}|{}|{}|{conversion}", part(&field.name), part(&field.spec))
            }
        });
    }
    Ok(lines.join("\n"))
}

fn split(text: TextRef<'_>) -> Result<String, FormatError> {
    let part = |range: &Range<usize>| format!("'{}", text.slice(range.clone()).to_utf8_lossy());
    let (first, rest) = split_field_name(text)?;
    let mut parts = vec![match first {
        First::Auto => "'".to_owned(),
        First::Index(index) => format!("#{index}"),
        First::Name(range) => part(&range),
    }];
    for access in rest {
        parts.push(match access? {
            Access::Attribute(range) => format!(".{}", part(&range)),
            Access::Index(index) => format!("[#{index}"),
            Access::Key(range) => format!("[{}", part(&range)),
        });
    }
    Ok(parts.join("|"))
}

#[test]
fn facts_of_cpython_hold() {
    for line in include_str!("facts.txt").lines() {
        let [kind, text, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let text = text_of(text);
        let got = if kind == "parse" { parse(text.as_text()) } else { split(text.as_text()) };
        let got = got.unwrap_or_else(|error| format!("{:?}: {}", error.kind, error.message));
        let expected = text_of(expected.trim_start_matches('!')).as_text().to_utf8_lossy();
        assert_eq!(got, expected, "{kind} {}", text.as_text().to_utf8_lossy());
    }
}

#[test]
fn numbering_is_one_way() {
    let mut numbers = AutoNumber::default();
    assert_eq!(numbers.position(&First::Auto), Ok(Some(0)));
    assert_eq!(numbers.position(&First::Name(0..1)), Ok(None));
    assert_eq!(numbers.position(&First::Auto), Ok(Some(1)));
    assert!(numbers.position(&First::Index(0)).is_err());
    let mut numbers = AutoNumber::default();
    assert_eq!(numbers.position(&First::Index(3)), Ok(Some(3)));
    assert!(numbers.position(&First::Auto).is_err());
}
