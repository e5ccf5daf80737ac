//! Case and character tests of `bytes` and `bytearray`: ASCII only.

use taipan_text::search::bytes as ascii;

use crate::args::Args;
use crate::raise::Raised;
use crate::types::bytes::contents::{contents, make_like};
use crate::value::Value;
use crate::vm::Vm;

fn test(vm: &mut Vm, args: Args<'_>, test: fn(&[u8]) -> bool) -> Result<Value, Raised> {
    Ok(Value::bool(test(contents(vm, args.get(0)))))
}

fn all(text: &[u8], test: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.iter().all(test)
}

pub fn isalnum(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, |text| all(text, u8::is_ascii_alphanumeric))
}

pub fn isalpha(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, |text| all(text, u8::is_ascii_alphabetic))
}

pub fn isascii(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, <[u8]>::is_ascii)
}

pub fn isdigit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, |text| all(text, u8::is_ascii_digit))
}

pub fn islower(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, ascii::is_lower_text)
}

pub fn isupper(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, ascii::is_upper_text)
}

pub fn isspace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, ascii::is_space_text)
}

pub fn istitle(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    test(vm, args, ascii::is_title_text)
}

fn map(vm: &mut Vm, args: Args<'_>, map: fn(&[u8]) -> Vec<u8>) -> Result<Value, Raised> {
    let this = args.get(0);
    let mapped = map(contents(vm, this));
    make_like(vm, this, &mapped)
}

pub fn lower(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    map(vm, args, <[u8]>::to_ascii_lowercase)
}

pub fn upper(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    map(vm, args, <[u8]>::to_ascii_uppercase)
}

pub fn title(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    map(vm, args, ascii::title)
}

pub fn capitalize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    map(vm, args, ascii::capitalize)
}

pub fn swapcase(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    map(vm, args, ascii::swapcase)
}
