//! Quoted-printable text (RFC 1521), with the variant of headers (RFC 1522).

use taipan_vm::args::Args;
use taipan_vm::raise::Raised;
use taipan_vm::types::bytes::contents::check_length;
use taipan_vm::types::bytes::hexadecimal::digit;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::ascii_argument;

/// The longest line of encoded text.
const MAX_LINE: usize = 76;

fn decode(data: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        let byte = data[at];
        at += 1;
        if byte == b'_' && header {
            out.push(b' ');
            continue;
        }
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let Some(&next) = data.get(at) else { break };
        if next == b'\n' || next == b'\r' {
            // A soft line break: everything up to the line feed goes.
            while at < data.len() && data[at] != b'\n' {
                at += 1;
            }
            at += 1;
        } else if next == b'=' {
            // Broken encoders double the sign.
            out.push(b'=');
            at += 1;
        } else if let (Some(high), Some(low)) = (digit(next), data.get(at + 1).and_then(|low| digit(*low))) {
            out.push(high << 4 | low);
            at += 2;
        } else {
            out.push(b'=');
        }
    }
    out
}

/// How lines end, after the first line feed of the data.
fn line_end(data: &[u8]) -> &'static [u8] {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) if at > 0 && data[at - 1] == b'\r' => b"\r\n",
        _ => b"\n",
    }
}

fn encode(data: &[u8], quote_tabs: bool, is_text: bool, header: bool) -> Vec<u8> {
    let end = line_end(data);
    let mut out = Vec::with_capacity(data.len() + data.len() / 8);
    let mut line = 0;
    let quoted = |out: &mut Vec<u8>, byte: u8| {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        out.extend([b'=', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    };
    let mut at = 0;
    while at < data.len() {
        let byte = data[at];
        let next = data.get(at + 1).copied();
        let must_quote = byte > 126
            || byte == b'='
            || (header && byte == b'_')
            || (byte == b'.' && line == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)))
            || (!is_text && (byte == b'\r' || byte == b'\n'))
            || ((byte == b'\t' || byte == b' ') && next.is_none())
            || (byte < 33 && byte != b'\r' && byte != b'\n' && (quote_tabs || (byte != b'\t' && byte != b' ')));
        if must_quote {
            if line + 3 >= MAX_LINE {
                out.push(b'=');
                out.extend(end);
                line = 0;
            }
            quoted(&mut out, byte);
            at += 1;
            line += 3;
            continue;
        }
        let is_break = byte == b'\n' || (byte == b'\r' && next == Some(b'\n'));
        if is_text && is_break {
            line = 0;
            // White space before the end of a line is protected.
            if let Some(&last @ (b' ' | b'\t')) = out.last() {
                out.pop();
                quoted(&mut out, last);
            }
            out.extend(end);
            at += if byte == b'\r' { 2 } else { 1 };
            continue;
        }
        if next.is_some_and(|next| next != b'\n') && line + 1 >= MAX_LINE {
            out.push(b'=');
            out.extend(end);
            line = 0;
        }
        line += 1;
        out.push(if header && byte == b' ' { b'_' } else { byte });
        at += 1;
    }
    out
}

fn flag(vm: &mut Vm, value: Value, default: bool) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(default),
    }
}

pub(super) fn a2b_qp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, header] = args.all();
    let data = ascii_argument(vm, data)?;
    let header = flag(vm, header, false)?;
    let out = decode(&data, header);
    vm.new_bytes(&out)
}

pub(super) fn b2a_qp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, quote_tabs, is_text, header] = args.all();
    let data = vm.bytes_of(data)?;
    let (quote_tabs, is_text) = (flag(vm, quote_tabs, false)?, flag(vm, is_text, true)?);
    let header = flag(vm, header, false)?;
    check_length(vm, data.len().saturating_mul(3))?;
    let out = encode(&data, quote_tabs, is_text, header);
    vm.new_bytes(&out)
}
