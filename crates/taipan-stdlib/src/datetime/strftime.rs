//! `strftime` of dates and times: what `time.strftime` does not know is put in first.

use taipan_text::TextBuf;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::calendar::Fields;
use super::delta::as_delta;
use super::zone::offset_text;

/// The offset that `%z` shows: of what has the method `utcoffset`.
fn offset_of(vm: &mut Vm, object: Value) -> Result<Option<i128>, Raised> {
    let key = Str::intern(vm, "utcoffset")?;
    let Some(method) = vm.get_attr_opt(object, key)? else { return Ok(None) };
    let answer = vm.call(method, &[])?;
    Ok(as_delta(vm, answer).map(|offset| offset.get(vm).total()))
}

fn zone_name_of(vm: &mut Vm, object: Value) -> Result<TextBuf, Raised> {
    let mut out = TextBuf::new();
    let key = Str::intern(vm, "tzname")?;
    let Some(method) = vm.get_attr_opt(object, key)? else { return Ok(out) };
    let answer = vm.call(method, &[])?;
    if answer.is_none() {
        return Ok(out);
    }
    let Some(name) = answer.downcast::<Str>(vm) else {
        let got = vm.type_name(answer);
        return Err(vm.raise(Exc::TypeError, format!("tzinfo.tzname() must return None or a string, not '{got}'")));
    };
    // By its own method: a subclass may have replaced it.
    let (sign, twice) = (vm.new_str("%")?, vm.new_str("%%")?);
    let escaped = vm.call_method(name.value(), "replace", &[sign, twice])?;
    let Some(escaped) = escaped.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "tzname.replace() did not return a string"));
    };
    out.push_text(escaped.get(vm).text());
    Ok(out)
}

/// Formats a date or time by its time tuple.
pub fn wrap(vm: &mut Vm, object: Value, format: Value, fields: &Fields, tuple: Value) -> Result<Value, Raised> {
    let Some(format) = format.downcast::<Str>(vm) else {
        let got = vm.type_name(format);
        return Err(vm.raise(Exc::TypeError, format!("strftime() argument 1 must be str, not {got}")));
    };
    let points: Vec<u32> = format.get(vm).text().iter().collect();
    let mut out = TextBuf::new();
    let time = import_module(vm, "time")?;
    let mut at = 0;
    while let Some(&point) = points.get(at) {
        at += 1;
        if point != u32::from(b'%') {
            out.push(point);
            continue;
        }
        let letter = points.get(at).and_then(|letter| char::from_u32(*letter));
        let Some(letter) = letter else {
            out.push(point);
            continue;
        };
        at += 1;
        match letter {
            'f' => out.push_str(&format!("{:06}", fields.micro)),
            'z' => {
                if let Some(offset) = offset_of(vm, object)? {
                    out.push_str(&offset_text(offset, ""));
                }
            }
            ':' if points.get(at) == Some(&u32::from(b'z')) => {
                at += 1;
                if let Some(offset) = offset_of(vm, object)? {
                    out.push_str(&offset_text(offset, ":"));
                }
            }
            'Z' => {
                let name = zone_name_of(vm, object)?;
                out.push_text(name.as_text());
            }
            // The system does not fill small years with zeros.
            'Y' | 'F' | 'C' | 'G' if fields.year < 1000 => {
                let year = if letter == 'G' {
                    let (format, name) = (vm.new_str("%G")?, "strftime");
                    let text = vm.call_method(time, name, &[format, tuple])?;
                    let text = vm.text_of(text).unwrap_or_default();
                    text.trim().parse().unwrap_or(fields.year)
                } else {
                    fields.year
                };
                match letter {
                    'C' => out.push_str(&format!("{:02}", year / 100)),
                    'F' => out.push_str(&format!("{year:04}-{:02}-{:02}", fields.month, fields.day)),
                    _ => out.push_str(&format!("{year:04}")),
                }
            }
            other => {
                out.push(point);
                out.push(other as u32);
            }
        }
    }
    let format = Str::from_text(vm, out.as_text())?.value();
    vm.call_method(time, "strftime", &[format, tuple])
}

/// A time tuple as `time.struct_time`.
pub fn struct_time(vm: &mut Vm, parts: [i64; 9]) -> Result<Value, Raised> {
    let tuple = plain_tuple(vm, parts)?;
    let time = import_module(vm, "time")?;
    vm.call_method(time, "struct_time", &[tuple])
}

/// A time tuple as a plain tuple.
pub fn plain_tuple(vm: &mut Vm, parts: [i64; 9]) -> Result<Value, Raised> {
    let parts = parts.map(|part| Value::int32(part as i32));
    Ok(Tuple::from_values(vm, &parts)?.value())
}

/// `__format__`: `str(object)` for no format.
pub fn format(vm: &mut Vm, object: Value, format: Value) -> Result<Value, Raised> {
    let Some(text) = format.downcast::<Str>(vm) else {
        let got = vm.type_name(format);
        return Err(vm.raise(Exc::TypeError, format!("__format__() argument 1 must be str, not {got}")));
    };
    if text.get(vm).is_empty() {
        return vm.str(object);
    }
    vm.call_method(object, "strftime", &[format])
}
