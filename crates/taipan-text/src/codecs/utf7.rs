//! UTF-7 (RFC 2152): ASCII, with other UTF-16 units in base 64 between `+` and `-`.

use super::{CodecError, Decoding, is_high_surrogate, is_low_surrogate, join_surrogates};
use crate::TextRef;

fn from_base64(byte: u8) -> Option<u32> {
    Some(
        match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        }
        .into(),
    )
}

fn to_base64(value: u32) -> u8 {
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(value & 63) as usize]
}

/// A base 64 section being read.
#[derive(Default)]
struct Shift {
    bits: u32,
    count: u32,
    /// A high surrogate that waits for its partner, 0 for none.
    surrogate: u32,
}

impl Shift {
    fn take(&mut self, value: u32, out: &mut crate::TextBuf) {
        self.bits = self.bits << 6 | value;
        self.count += 6;
        if self.count < 16 {
            return;
        }
        self.count -= 16;
        let unit = self.bits >> self.count;
        self.bits &= (1 << self.count) - 1;
        let high = std::mem::take(&mut self.surrogate);
        if high != 0 {
            if is_low_surrogate(unit) {
                out.push(join_surrogates(high, unit));
                return;
            }
            out.push(high);
        }
        if is_high_surrogate(unit) {
            self.surrogate = unit;
        } else {
            out.push(unit);
        }
    }

    /// Why the section may not end here.
    fn reason_against_end(&self) -> Option<&'static str> {
        match self.count {
            6.. => Some("partial character in shift sequence"),
            1.. if self.bits != 0 => Some("non-zero padding bits in shift sequence"),
            _ => None,
        }
    }
}

pub(super) fn decode(decoding: &mut Decoding<'_, '_>) -> Result<(), CodecError> {
    let input = decoding.input;
    // The open section: its start in the input and in the output.
    let mut open: Option<(Shift, usize, usize)> = None;
    let mut at = decoding.at;
    while let Some(&byte) = input.get(at) {
        if let Some((shift, start, _)) = &mut open {
            if let Some(value) = from_base64(byte) {
                shift.take(value, &mut decoding.out);
                at += 1;
                continue;
            }
            if let Some(reason) = shift.reason_against_end() {
                return Err(CodecError::new(*start, at + 1, reason));
            }
            if shift.surrogate != 0 && byte.is_ascii() && byte != b'+' {
                decoding.out.push(shift.surrogate);
            }
            at += usize::from(byte == b'-');
            open = None;
        } else if byte == b'+' {
            let start = at;
            at += 1;
            match input.get(at) {
                Some(b'-') => {
                    at += 1;
                    decoding.out.push(b'+'.into());
                }
                Some(&next) if from_base64(next).is_none() => {
                    return Err(CodecError::new(start, at + 1, "ill-formed sequence"));
                }
                _ => open = Some((Shift::default(), start, decoding.out.len())),
            }
        } else if byte.is_ascii() {
            decoding.out.push(byte.into());
            at += 1;
        } else {
            return Err(CodecError::new(at, at + 1, "unexpected special character"));
        }
    }
    decoding.at = at;
    let Some((shift, start, out_len)) = open else { return Ok(()) };
    if !decoding.is_final {
        decoding.at = start;
        decoding.out.truncate(out_len);
        return Ok(());
    }
    if shift.surrogate != 0 || shift.reason_against_end().is_some() {
        return Err(CodecError::new(start, input.len(), "unterminated shift sequence"));
    }
    Ok(())
}

/// What stands for itself outside of base 64.
fn is_direct(point: u32) -> bool {
    match u8::try_from(point) {
        Ok(b'+' | b'\\' | b'~') => false,
        Ok(byte) => matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'),
        Err(_) => false,
    }
}

pub(super) fn encode(text: TextRef<'_>, out: &mut Vec<u8>) {
    let (mut is_shifted, mut bits, mut count) = (false, 0u32, 0u32);
    for point in text.iter() {
        if is_direct(point) {
            let byte = point as u8;
            if is_shifted {
                if count > 0 {
                    out.push(to_base64(bits << (6 - count)));
                    (bits, count) = (0, 0);
                }
                is_shifted = false;
                if from_base64(byte).is_some() || byte == b'-' {
                    out.push(b'-');
                }
            }
            out.push(byte);
            continue;
        }
        if !is_shifted {
            out.push(b'+');
            if point == b'+'.into() {
                out.push(b'-');
                continue;
            }
            is_shifted = true;
        }
        let pair = point.checked_sub(0x10000).map(|offset| [0xd800 | offset >> 10, 0xdc00 | (offset & 0x3ff)]);
        let one = [point];
        for &unit in pair.as_ref().map_or(&one[..], |pair| &pair[..]) {
            bits = bits << 16 | unit;
            count += 16;
            while count >= 6 {
                count -= 6;
                out.push(to_base64(bits >> count));
            }
            bits &= (1 << count) - 1;
        }
    }
    if count > 0 {
        out.push(to_base64(bits << (6 - count)));
    }
    if is_shifted {
        out.push(b'-');
    }
}
