//! Formatting against facts recorded from CPython 3.14 (tools/make_format_facts.py).

use super::*;

fn text_of(hexes: &str) -> TextBuf {
    hexes.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap()).collect()
}

fn hexes(text: TextRef<'_>) -> String {
    text.iter().map(|point| format!("{point:x}")).collect::<Vec<_>>().join(".")
}

fn float(bits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(bits, 16).unwrap())
}

fn show(result: Result<TextBuf, FormatError>) -> String {
    match result {
        Ok(text) => hexes(text.as_text()),
        Err(error) => {
            let message = TextBuf::from(format!("{:?}: {}", error.kind, error.message));
            format!("!{}", hexes(message.as_text()))
        }
    }
}

#[test]
fn facts_of_cpython_hold() {
    let mut wrong = Vec::new();
    for line in include_str!("facts.txt").lines() {
        let [kind, value, spec, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let spec = text_of(spec);
        let context = FormatContext::new(kind);
        let got = show(match kind {
            "int" => format_int(&value.parse().unwrap(), spec.as_text(), &context),
            "float" => format_float(float(value), spec.as_text(), &context),
            "str" => format_str(text_of(value).as_text(), spec.as_text(), &context),
            "complex" => format_complex(float(&value[..16]), float(&value[16..]), spec.as_text(), &context),
            _ => panic!("{line}"),
        });
        if got != expected {
            let plain = |text: &str| text_of(text.trim_start_matches('!')).as_text().to_utf8_lossy();
            let spec = spec.as_text().to_utf8_lossy();
            wrong.push(format!("{kind} {value} {spec:?}\n    {:?}\n    got {:?}", plain(expected), plain(&got)));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn sizes_are_bounded() {
    let context = FormatContext { max_len: 1000, ..FormatContext::new("int") };
    let spec = TextBuf::from("1001");
    let error = format_int(&1.into(), spec.as_text(), &context).unwrap_err();
    assert_eq!(error.kind, FormatErrorKind::MemoryError);
    let error = format_float(1.0, TextBuf::from(".2147483647f").as_text(), &context).unwrap_err();
    assert_eq!(error.kind, FormatErrorKind::MemoryError);
}

#[test]
fn locale_groups_n() {
    let locale = NumberLocale { decimal_point: ",", thousands_separator: "\u{a0}", grouping: &[3, 2, 127] };
    let context = FormatContext { locale, ..FormatContext::new("int") };
    let spec = TextBuf::from("n");
    let text = format_int(&123456789.into(), spec.as_text(), &context).unwrap();
    assert_eq!(text, TextBuf::from("1234\u{a0}56\u{a0}789"));
    assert_eq!(format_float(1234.5, spec.as_text(), &context).unwrap(), TextBuf::from("1\u{a0}234,5"));
}
