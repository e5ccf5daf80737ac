//! `Decimal.__format__`.

use taipan_decimal::{FormatError, FormatLocale, FormatSpec};
use taipan_vm::args::Args;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{arguments, context, current, number};

/// The number format of the locale.
fn locale(vm: &mut Vm) -> Result<FormatLocale, Raised> {
    let module = import_module(vm, "_locale")?;
    let table = vm.call_method(module, "localeconv", &[])?;
    let mut locale =
        FormatLocale { decimal_point: ".".to_owned(), thousands_separator: String::new(), grouping: Vec::new() };
    if let Some(dict) = table.downcast::<Dict>(vm) {
        if let Some(text) = text_item(vm, dict, "decimal_point")? {
            locale.decimal_point = text;
        }
        if let Some(text) = text_item(vm, dict, "thousands_sep")? {
            locale.thousands_separator = text;
        }
        let key = vm.new_str("grouping")?;
        let grouping = Dict::get_item(dict, vm, key)?;
        if let Some(grouping) = grouping.and_then(|list| list.downcast::<List>(vm)) {
            let mut i = 0;
            while let Some(size) = grouping.get(vm).get_at(vm, i) {
                locale.grouping.push(vm.as_i64(size).and_then(|size| u8::try_from(size).ok()).unwrap_or(0));
                i += 1;
            }
        }
    }
    Ok(locale)
}

/// The text of an item that must be a str.
fn text_item(vm: &mut Vm, dict: taipan_vm::gc::Gc<Dict>, key: &str) -> Result<Option<String>, Raised> {
    let key = vm.new_str(key)?;
    let Some(value) = Dict::get_item(dict, vm, key)? else { return Ok(None) };
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(Some(text.get(vm).to_string_lossy())),
        None => Err(vm.raise(Exc::TypeError, "bad argument type for built-in operation")),
    }
}

/// Puts what a dict says in the place of the locale.
fn apply_override(vm: &mut Vm, spec: &mut FormatSpec, value: Value) -> Result<(), Raised> {
    let Some(dict) = value.downcast::<Dict>(vm) else {
        return Err(vm.raise(Exc::TypeError, "optional argument must be a dict"));
    };
    let mut locale = spec.locale.take().unwrap_or(FormatLocale {
        decimal_point: String::new(),
        thousands_separator: String::new(),
        grouping: Vec::new(),
    });
    if let Some(text) = text_item(vm, dict, "decimal_point")? {
        locale.decimal_point = text;
    }
    if let Some(text) = text_item(vm, dict, "thousands_sep")? {
        locale.thousands_separator = text;
    }
    if let Some(text) = text_item(vm, dict, "grouping")? {
        locale.grouping = text.bytes().collect();
    }
    if !locale.is_valid() {
        return Err(vm.raise(Exc::ValueError, "invalid override dict"));
    }
    spec.locale = Some(locale);
    Ok(())
}

/// Specifications that only the library's form of the module knows.
fn format_by_library(vm: &mut Vm, this: Value, spec: Value, context: Value) -> Result<Value, Raised> {
    let module = import_module(vm, "_pydecimal")?;
    let class = vm.get_attr_str(module, "Decimal")?;
    let text = super::operators::str(vm, this)?;
    let number = vm.call(class, &[text])?;
    match vm.call_method(number, "__format__", &[spec, context]) {
        Ok(text) => Ok(text),
        Err(raised) => {
            let _ = vm.take_raised(raised);
            Err(vm.raise(Exc::ValueError, "invalid format string"))
        }
    }
}

/// `__format__(format_spec, override=None)`.
pub fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    if args.len() < 2 {
        return Err(vm.raise(Exc::TypeError, "function takes at least 1 argument (0 given)"));
    }
    let [spec_value, override_value] = arguments::bind(vm, args.skip(1), ["", ""], 1)?;
    let context = current::get(vm)?;
    let Some(spec) = spec_value.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "format arg must be str"));
    };
    let Some(text) = spec.get(vm).to_utf8().map(|text| text.into_owned()) else {
        // What encoding to UTF-8 says.
        return vm.call_method(spec_value, "encode", &[]);
    };
    let capitals = context.get(vm).capitals();
    let Some(mut spec) = FormatSpec::parse(&text, capitals) else {
        return format_by_library(vm, this, spec_value, context.value());
    };
    if spec.is_deprecated {
        const MESSAGE: &str = "Format specifier 'N' is deprecated and slated for removal in Python 3.18";
        vm.warn(Exc::DeprecationWarning, MESSAGE, 0)?;
    }
    if spec.is_local {
        spec.locale = Some(locale(vm)?);
    }
    if let Some(value) = override_value.given() {
        apply_override(vm, &mut spec, value)?;
    }
    let rules = context::settings(vm, context);
    let number = number::receiver(vm, this);
    match number.format(&spec, &rules) {
        Ok(text) => vm.new_str(&text),
        Err(FormatError::Memory) => Err(vm.raise_no_memory()),
        Err(FormatError::Rounding) => Err(vm.raise(Exc::ValueError, "unexpected error when rounding")),
        Err(FormatError::Limits) => {
            Err(vm.raise(Exc::ValueError, "format specification exceeds internal limits of _decimal"))
        }
    }
}
