//! `repr` of constants.

use std::fmt::Write;

use taipan_bytecode::Wtf8Buf;
use taipan_syntax::ast::Constant;
use taipan_text::{float_text, unicode};

/// `repr(value)`
pub(crate) fn repr_constant(value: &Constant) -> String {
    match value {
        Constant::None => "None".to_owned(),
        Constant::True => "True".to_owned(),
        Constant::False => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => float_text::repr(*value),
        Constant::Complex { real, imag } => float_text::complex_repr(*real, *imag),
        Constant::Str(text) => repr_text(text),
        Constant::Bytes(bytes) => format!("b{}", quote(bytes.iter().map(|&byte| byte.into()), |_| false)),
        Constant::Tuple(items) => {
            let comma = if items.len() == 1 { "," } else { "" };
            format!("({}{comma})", all(items))
        }
        Constant::FrozenSet(items) if items.is_empty() => "frozenset()".to_owned(),
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", all(items)),
    }
}

fn all(items: &[Constant]) -> String {
    items.iter().map(repr_constant).collect::<Vec<_>>().join(", ")
}

/// `repr` of a `str` given as WTF-8.
pub(super) fn repr_text(text: &[u8]) -> String {
    let text = Wtf8Buf::from_bytes(text.to_vec()).unwrap_or_default();
    quote(text.code_points(), unicode::is_printable)
}

fn quote(points: impl Iterator<Item = u32> + Clone, is_printable: impl Fn(u32) -> bool) -> String {
    let has = |quote: char| points.clone().any(|point| point == quote.into());
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for point in points.clone() {
        match point {
            0x09 => out.push_str("\\t"),
            0x0A => out.push_str("\\n"),
            0x0D => out.push_str("\\r"),
            0x5C => out.push_str("\\\\"),
            0x20..0x7F => {
                let c = char::from_u32(point).unwrap_or_default();
                if c == quote {
                    out.push('\\');
                }
                out.push(c);
            }
            _ => match char::from_u32(point).filter(|_| point > 0x7F && is_printable(point)) {
                Some(c) => out.push(c),
                None => escape(&mut out, point),
            },
        }
    }
    out.push(quote);
    out
}

fn escape(out: &mut String, point: u32) {
    // Writing to a String cannot fail.
    let _ = match point {
        0..0x100 => write!(out, "\\x{point:02x}"),
        0x100..0x1_0000 => write!(out, "\\u{point:04x}"),
        _ => write!(out, "\\U{point:08x}"),
    };
}
