//! Uuencoded lines: a length and groups of four characters, each six bits above a space.

use taipan_vm::args::Args;
use taipan_vm::raise::Raised;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{ERROR, ascii_argument};

/// The bytes of a line, or the message of `binascii.Error`.
fn decode(line: &[u8]) -> Result<Vec<u8>, &'static str> {
    let Some((first, mut rest)) = line.split_first() else { return Err("Missing length byte") };
    let len = usize::from(first.wrapping_sub(32) & 63);
    let mut out = Vec::with_capacity(len);
    let (mut word, mut bits) = (0u32, 0);
    while out.len() < len {
        let six = match rest.split_first() {
            // Whitespace at the end stands for zeros.
            None | Some((b'\n' | b'\r', _)) => 0,
            Some((byte, after)) => {
                rest = after;
                // The range is one longer than 64 characters: a backtick stands for zero.
                if !(32..=96).contains(byte) {
                    return Err("Illegal char");
                }
                u32::from((byte - 32) & 63)
            }
        };
        word = word << 6 | six;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    // What is left must be white space, as some encoders pad.
    if rest.iter().any(|byte| !matches!(byte, b' ' | b'`' | b'\n' | b'\r')) {
        return Err("Trailing garbage");
    }
    Ok(out)
}

pub(super) fn a2b_uu(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let line = ascii_argument(vm, args.get(0))?;
    match decode(&line) {
        Ok(bytes) => vm.new_bytes(&bytes),
        Err(message) => Err(ERROR.raise(vm, message)),
    }
}

pub(super) fn b2a_uu(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, backtick] = args.all();
    let backtick = match backtick.given() {
        Some(backtick) => vm.is_true(backtick)?,
        None => false,
    };
    let bytes = vm.bytes_of(data)?;
    if bytes.len() > 45 {
        return Err(ERROR.raise(vm, "At most 45 bytes at once"));
    }
    let zero = if backtick { b'`' } else { b' ' };
    let character = |six: usize| if six == 0 { zero } else { six as u8 + b' ' };
    let mut out = vec![character(bytes.len())];
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| chunk.get(i).map_or(0, |byte| usize::from(*byte));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([18, 12, 6, 0].map(|shift| character(word >> shift & 63)));
    }
    out.push(b'\n');
    vm.new_bytes(&out)
}
