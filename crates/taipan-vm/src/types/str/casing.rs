//! Case conversions and the `is...` tests of `str`.

use taipan_text::unicode::{self, case};
use taipan_text::{TextBuf, TextRef};

use crate::args::Args;
use crate::raise::Raised;
use crate::types::str::{Kind, Str};
use crate::value::Value;
use crate::vm::Vm;

fn converted(vm: &mut Vm, args: Args<'_>, convert: fn(TextRef<'_>) -> TextBuf) -> Result<Value, Raised> {
    let text = args.receiver::<Str>(vm);
    vm.check_native_bytes(text.get(vm).bytes().len())?;
    let new = convert(text.get(vm).text());
    Ok(Str::from_text(vm, new.as_text())?.value())
}

macro_rules! conversions {
    ($($name:ident,)*) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            converted(vm, args, case::$name)
        })*
    };
}

conversions! { upper, lower, casefold, swapcase, capitalize, title, }

fn tested(vm: &mut Vm, args: Args<'_>, test: impl Fn(TextRef<'_>) -> bool) -> Result<Value, Raised> {
    let text = args.receiver::<Str>(vm);
    Ok(Value::bool(test(text.get(vm).text())))
}

macro_rules! tests {
    ($($name:ident => $test:expr,)*) => {
        $(pub(super) fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            tested(vm, args, $test)
        })*
    };
}

tests! {
    islower => case::is_lower_text,
    isupper => case::is_upper_text,
    istitle => case::is_title_text,
    isspace => |text| unicode::all(text, unicode::is_space),
    isdecimal => |text| unicode::all(text, unicode::is_decimal),
    isdigit => |text| unicode::all(text, unicode::is_digit),
    isnumeric => |text| unicode::all(text, unicode::is_numeric),
    isalpha => |text| unicode::all(text, unicode::is_alpha),
    isalnum => |text| unicode::all(text, unicode::is_alnum),
    isidentifier => unicode::is_identifier,
    isprintable => unicode::is_printable_text,
}

pub(super) fn isascii(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = args.receiver::<Str>(vm);
    Ok(Value::bool(text.get(vm).kind() == Kind::Ascii))
}
