//! `repr()` of constants.
//!
//! Invariant: the output is what Python's `repr` gives, but for infinite numbers, which are written as 1e309.

use crate::ast::Constant;
use crate::lexer::is_printable;

/// Appends the text of a constant.
pub(super) fn constant(out: &mut Vec<u8>, value: &Constant) {
    match value {
        Constant::None => out.extend_from_slice(b"None"),
        Constant::True => out.extend_from_slice(b"True"),
        Constant::False => out.extend_from_slice(b"False"),
        Constant::Ellipsis | Constant::Invalid(_) => out.extend_from_slice(b"Ellipsis"),
        Constant::Int(value) => out.extend_from_slice(value.value().to_string().as_bytes()),
        Constant::Float(value) => out.extend_from_slice(float(*value, true).as_bytes()),
        Constant::Complex { real, imag } => complex(out, *real, *imag),
        Constant::Str(value) => text(out, value),
        Constant::Bytes(value) => bytes(out, value),
        Constant::Tuple(items) | Constant::FrozenSet(items) => {
            let set = matches!(value, Constant::FrozenSet(_));
            out.extend_from_slice(if set { b"frozenset({" } else { b"(" });
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.extend_from_slice(b", ");
                }
                constant(out, item);
            }
            out.extend_from_slice(match (set, items.len()) {
                (true, _) => b"})",
                (false, 1) => b",)",
                (false, _) => b")",
            });
        }
    }
}

fn complex(out: &mut Vec<u8>, real: f64, imag: f64) {
    let imag_text = float(imag, false);
    if real == 0.0 && real.is_sign_positive() {
        out.extend_from_slice(format!("{imag_text}j").as_bytes());
        return;
    }
    let sign = if imag_text.starts_with('-') { "" } else { "+" };
    out.extend_from_slice(format!("({}{sign}{imag_text}j)", float(real, false)).as_bytes());
}

/// The shortest text that reads back as `value`.
fn float(value: f64, with_point: bool) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "1e309" } else { "-1e309" }.to_owned();
    }
    let shortest = format!("{value:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if with_point && !plain.contains('.') { plain + ".0" } else { plain };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// The quote that needs no escape, if there is one.
fn quote_for(text: &[u8]) -> u8 {
    if text.contains(&b'\'') && !text.contains(&b'"') { b'"' } else { b'\'' }
}

/// Appends the text of a str in WTF-8.
pub(super) fn text(out: &mut Vec<u8>, text: &[u8]) {
    let quote = quote_for(text);
    out.push(quote);
    let mut rest = text;
    while !rest.is_empty() {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, &[][..]),
            Err(error) => {
                let (valid, bad) = rest.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).unwrap_or_default(), bad)
            }
        };
        for c in valid.chars() {
            push_char(out, c, quote);
        }
        rest = bad;
        // What is left begins with a surrogate of three bytes.
        if let [first, second, third, after @ ..] = bad {
            let point = (u32::from(first & 0x0F) << 12) | (u32::from(second & 0x3F) << 6) | u32::from(third & 0x3F);
            out.extend_from_slice(format!("\\u{point:04x}").as_bytes());
            rest = after;
        } else if !bad.is_empty() {
            rest = &[];
        }
    }
    out.push(quote);
}

fn push_char(out: &mut Vec<u8>, c: char, quote: u8) {
    let escaped = match c {
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if u32::from(c) == u32::from(quote) => format!("\\{c}"),
        c if is_printable(c) => c.to_string(),
        c => match u32::from(c) {
            point @ 0..0x100 => format!("\\x{point:02x}"),
            point @ 0x100..0x1_0000 => format!("\\u{point:04x}"),
            point => format!("\\U{point:08x}"),
        },
    };
    out.extend_from_slice(escaped.as_bytes());
}

fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    let quote = quote_for(value);
    out.extend_from_slice(&[b'b', quote]);
    for byte in value {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte if *byte == quote => out.extend_from_slice(&[b'\\', quote]),
            0x20..0x7F => out.push(*byte),
            byte => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out.push(quote);
}
