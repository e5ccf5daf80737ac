//! `binascii`: bytes as base64, uuencoded lines, quoted-printable text and hexadecimal digits; checksums.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::bytes::contents::check_length;
use taipan_vm::types::bytes::hexadecimal::{digit, hex_digits};
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::checksums;
use crate::module_exception::ModuleException;

pub mod quoted_printable;
pub mod uu;

static ERROR: ModuleException =
    ModuleException { key: "binascii.Error", module: "binascii", name: "Error", base: Exc::ValueError };
static INCOMPLETE: ModuleException =
    ModuleException { key: "binascii.Incomplete", module: "binascii", name: "Incomplete", base: Exc::Exception };

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes of an argument that may be text of ASCII characters.
fn ascii_argument(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    if let Some(text) = value.downcast::<Str>(vm) {
        return match text.get(vm).as_ascii() {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(vm.raise(Exc::ValueError, "string argument should contain only ASCII characters")),
        };
    }
    if vm.slots(value).get_buffer.is_none() {
        let got = vm.type_name(value);
        let message = format!("argument should be bytes, buffer or ASCII string, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    vm.bytes_of(value)
}

fn b2a_base64(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, newline] = args.all();
    let newline = match newline.given() {
        Some(newline) => vm.is_true(newline)?,
        None => true,
    };
    let bytes = vm.bytes_of(data)?;
    check_length(vm, bytes.len() / 3 * 4 + 8)?;
    let mut out = Vec::with_capacity(bytes.len() / 3 * 4 + 5);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(ALPHABET[(word >> (18 - 6 * i) & 63) as usize]);
            } else {
                out.push(b'=');
            }
        }
    }
    if newline {
        out.push(b'\n');
    }
    vm.new_bytes(&out)
}

fn base64_digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Decodes base64; the error is the message of `binascii.Error`.
fn decode_base64(text: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut quad, mut left, mut pads) = (0, 0u8, 0usize);
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'=' {
            pads += 1;
            if strict {
                match quad {
                    0 if at == 0 => return Err("Leading padding not allowed".to_owned()),
                    // The end of the loop finds the same error.
                    1 => break,
                    0 => return Err("Excess padding not allowed".to_owned()),
                    _ if quad + pads > 4 => return Err("Excess padding not allowed".to_owned()),
                    _ => {}
                }
            }
            continue;
        }
        let Some(digit) = base64_digit(byte) else {
            if strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        };
        if strict && pads > 0 {
            let what = if quad + pads == 4 { "Excess data after padding" } else { "Discontinuous padding not allowed" };
            return Err(what.to_owned());
        }
        pads = 0;
        match quad {
            0 => (quad, left) = (1, digit),
            1 => {
                out.push(left << 2 | digit >> 4);
                (quad, left) = (2, digit & 15);
            }
            2 => {
                out.push(left << 4 | digit >> 2);
                (quad, left) = (3, digit & 3);
            }
            _ => {
                out.push(left << 6 | digit);
                (quad, left) = (0, 0);
            }
        }
    }
    match quad {
        0 => Ok(out),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        )),
        _ if quad + pads < 4 => Err("Incorrect padding".to_owned()),
        _ => Ok(out),
    }
}

fn a2b_base64(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, strict] = args.all();
    let text = ascii_argument(vm, data)?;
    let strict = match strict.given() {
        Some(strict) => vm.is_true(strict)?,
        None => false,
    };
    match decode_base64(&text, strict) {
        Ok(bytes) => vm.new_bytes(&bytes),
        Err(message) => Err(ERROR.raise(vm, &message)),
    }
}

fn hexlify(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, sep, per_sep] = args.all();
    let bytes = vm.bytes_of(data)?;
    let digits = hex_digits(vm, &bytes, sep, per_sep)?;
    vm.new_bytes(&digits)
}

fn unhexlify(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = ascii_argument(vm, args.get(0))?;
    if text.len() % 2 != 0 {
        return Err(ERROR.raise(vm, "Odd-length string"));
    }
    let bytes: Option<Vec<u8>> =
        text.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect();
    match bytes {
        Some(bytes) => vm.new_bytes(&bytes),
        None => Err(ERROR.raise(vm, "Non-hexadecimal digit found")),
    }
}

/// An unsigned 32-bit argument, higher bits dropped.
pub(crate) fn masked(vm: &mut Vm, value: Value, default: u32) -> Result<u32, Raised> {
    let Some(value) = value.given() else { return Ok(default) };
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(i) => Ok(i as u32),
        None => {
            let mask = vm.new_int(0xFFFF_FFFF)?;
            let low = vm.binary(taipan_vm::number::Operator::And, index, mask)?;
            Ok(vm.as_i64(low).unwrap_or(0) as u32)
        }
    }
}

fn crc32(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, start] = args.all();
    let start = masked(vm, start, 0)?;
    let bytes = vm.bytes_of(data)?;
    vm.new_uint(checksums::crc32(start, &bytes).into())
}

fn crc_hqx(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, start] = args.all();
    let bytes = vm.bytes_of(data)?;
    let start = masked(vm, start, 0)?;
    Ok(Value::int(checksums::crc_hqx(start as u16, &bytes).into()))
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    ERROR.define(vm, module)?;
    INCOMPLETE.define(vm, module)
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "binascii",
    doc: "Conversion between binary data and ASCII",
    functions: &[
        function(
            "a2b_base64(data, /, *, strict_mode=False)",
            a2b_base64,
            "Decode a line of base64 data.\n\n  strict_mode\n    When set to True, bytes that are not part of the base64 standard are not allowed.\n    The same applies to excess data after padding (= / ==).",
        ),
        function("b2a_base64(data, /, *, newline=True)", b2a_base64, "Base64-code line of data."),
        function(
            "a2b_hex(hexstr, /)",
            unhexlify,
            "Binary data of hexadecimal representation.\n\nhexstr must contain an even number of hex digits (upper or lower case).\nThis function is also available as \"unhexlify()\".",
        ),
        function(
            "b2a_hex(data, sep=<unrepresentable>, bytes_per_sep=1)",
            hexlify,
            "Hexadecimal representation of binary data.\n\nThe return value is a bytes object.  This function is also\navailable as \"hexlify()\".",
        ),
        function(
            "hexlify(data, sep=<unrepresentable>, bytes_per_sep=1)",
            hexlify,
            "Hexadecimal representation of binary data.\n\nThe return value is a bytes object.  This function is also\navailable as \"b2a_hex()\".",
        ),
        function(
            "unhexlify(hexstr, /)",
            unhexlify,
            "Binary data of hexadecimal representation.\n\nhexstr must contain an even number of hex digits (upper or lower case).",
        ),
        function("a2b_qp(data, header=False)", quoted_printable::a2b_qp, "Decode a string of qp-encoded data."),
        function("a2b_uu(data, /)", uu::a2b_uu, "Decode a line of uuencoded data."),
        function(
            "b2a_qp(data, quotetabs=False, istext=True, header=False)",
            quoted_printable::b2a_qp,
            "Encode a string using quoted-printable encoding.\n\nOn encoding, when istext is set, newlines are not encoded, and white\nspace at end of lines is.  When istext is not set, \\r and \\n (CR/LF)\nare both encoded.  When quotetabs is set, space and tabs are encoded.",
        ),
        function("b2a_uu(data, /, *, backtick=False)", uu::b2a_uu, "Uuencode line of data."),
        function("crc_hqx(data, crc, /)", crc_hqx, "Compute CRC-CCITT incrementally."),
        function("crc32(data, crc=0, /)", crc32, "Compute CRC-32 incrementally."),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
