//! What `time` and `datetime` share: the fields of the clock, the time zone's answers, pickling and hashing.

use taipan_vm::args::Args;
use taipan_vm::gc::HeapObject;
use taipan_vm::raise::Raised;
use taipan_vm::spec::{GetSetDef, MethodDef, getter, method};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::calendar::Fields;
use super::delta::Delta;
use super::shown_name;
use super::zone::{ask_name, ask_offset, offset_value};

/// An object with a time of day that may have a time zone.
pub trait Timed: HeapObject {
    /// The fields (a `time` lies on the first day of 1900), the time zone, and which of two equal wall times it is.
    fn parts(&self) -> (Fields, Option<Value>, i64);

    /// What the time zone is asked about.
    fn asked(this: Value) -> Value;

    /// A new object of the built-in class.
    ///
    /// # Errors
    /// ValueError for fields out of range.
    fn make(vm: &mut Vm, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised>;

    /// The bytes of a pickle.
    fn state(fields: &Fields, fold: u8) -> Vec<u8>;

    /// Microseconds since some start, equal for all objects of the class.
    fn total(fields: &Fields) -> i128;

    /// The hash, -1 until asked for.
    fn hash_word(&mut self) -> &mut i64;
}

/// The parts of an object that is known to be a `T`.
pub fn parts<T: Timed>(vm: &Vm, this: Value) -> (Fields, Option<Value>, i64) {
    this.expect::<T>(vm).get(vm).parts()
}

/// `utcoffset()` in microseconds.
pub fn offset_of<T: Timed>(vm: &mut Vm, this: Value) -> Result<Option<i128>, Raised> {
    let (_, tzinfo, _) = parts::<T>(vm, this);
    let offset = ask_offset(vm, tzinfo, "utcoffset", T::asked(this))?;
    Ok(offset.map(|offset| offset.get(vm).total()))
}

fn utcoffset<T: Timed>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, tzinfo, _) = parts::<T>(vm, args.get(0));
    Ok(offset_value(ask_offset(vm, tzinfo, "utcoffset", T::asked(args.get(0)))?))
}

fn dst<T: Timed>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, tzinfo, _) = parts::<T>(vm, args.get(0));
    Ok(offset_value(ask_offset(vm, tzinfo, "dst", T::asked(args.get(0)))?))
}

fn tzname<T: Timed>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, tzinfo, _) = parts::<T>(vm, args.get(0));
    ask_name(vm, tzinfo, T::asked(args.get(0)))
}

/// `(class, (state[, tzinfo]))`.
fn reduced<T: Timed>(vm: &mut Vm, this: Value, with_fold: bool) -> Result<Value, Raised> {
    let (fields, tzinfo, fold) = parts::<T>(vm, this);
    let state = vm.new_bytes(&T::state(&fields, if with_fold { fold as u8 } else { 0 }))?;
    let arguments = match tzinfo {
        Some(zone) => Tuple::from_values(vm, &[state, zone])?,
        None => Tuple::from_values(vm, &[state])?,
    };
    let class = vm.type_of(this).value();
    Ok(Tuple::from_values(vm, &[class, arguments.value()])?.value())
}

fn reduce_ex<T: Timed>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, protocol] = args.all();
    let protocol = vm.parsed_i32(protocol)?;
    reduced::<T>(vm, this, protocol > 3)
}

fn reduce<T: Timed>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    reduced::<T>(vm, args.get(0), false)
}

/// The slot `hash`: of the state, or of the moment in UTC.
pub fn hash<T: Timed>(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let known = *this.expect::<T>(vm).get_mut(vm).hash_word();
    if known != -1 {
        return Ok(known);
    }
    let (fields, tzinfo, fold) = parts::<T>(vm, this);
    let asked = if fold == 0 { this } else { T::make(vm, &fields, tzinfo, 0)? };
    let hashed = match offset_of::<T>(vm, asked)? {
        None => vm.new_bytes(&T::state(&fields, 0))?,
        Some(offset) => Delta::new(vm, T::total(&fields) - offset)?.value(),
    };
    let hash = vm.hash(hashed)?;
    *this.expect::<T>(vm).get_mut(vm).hash_word() = hash;
    Ok(hash)
}

/// The text of a repr: the class, the fields of the date that `date` gives, the clock without zeros, zone and fold.
pub fn repr_text<T: Timed>(vm: &mut Vm, this: Value, date: &str) -> Result<String, Raised> {
    let (fields, tzinfo, fold) = parts::<T>(vm, this);
    let mut text = format!("{}({date}{}, {}", shown_name(vm, this), fields.hour, fields.minute);
    if fields.second != 0 || fields.micro != 0 {
        text.push_str(&format!(", {}", fields.second));
    }
    if fields.micro != 0 {
        text.push_str(&format!(", {}", fields.micro));
    }
    if let Some(zone) = tzinfo {
        text.push_str(", tzinfo=");
        text.push_str(&vm.repr_string(zone)?);
    }
    if fold != 0 {
        text.push_str(", fold=1");
    }
    text.push(')');
    Ok(text)
}

fn get_hour<T: Timed>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts::<T>(vm, this).0.hour as usize))
}

fn get_minute<T: Timed>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts::<T>(vm, this).0.minute as usize))
}

fn get_second<T: Timed>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts::<T>(vm, this).0.second as usize))
}

fn get_micro<T: Timed>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts::<T>(vm, this).0.micro as usize))
}

fn get_tzinfo<T: Timed>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts::<T>(vm, this).1.unwrap_or(Value::NONE))
}

fn get_fold<T: Timed>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts::<T>(vm, this).2 as usize))
}

/// The rows of the attributes.
pub const fn getset<T: Timed>() -> [GetSetDef; 6] {
    [
        getter("hour", get_hour::<T>, ""),
        getter("minute", get_minute::<T>, ""),
        getter("second", get_second::<T>, ""),
        getter("microsecond", get_micro::<T>, ""),
        getter("tzinfo", get_tzinfo::<T>, ""),
        getter("fold", get_fold::<T>, ""),
    ]
}

/// The row of `utcoffset`.
pub const fn utcoffset_row<T: Timed>() -> MethodDef {
    method("utcoffset($self, /)", utcoffset::<T>, "Return self.tzinfo.utcoffset(self).")
}

/// The row of `tzname`.
pub const fn tzname_row<T: Timed>() -> MethodDef {
    method("tzname($self, /)", tzname::<T>, "Return self.tzinfo.tzname(self).")
}

/// The row of `dst`.
pub const fn dst_row<T: Timed>() -> MethodDef {
    method("dst($self, /)", dst::<T>, "Return self.tzinfo.dst(self).")
}

/// The row of `__reduce_ex__`.
pub const fn reduce_ex_row<T: Timed>() -> MethodDef {
    method("__reduce_ex__($self, proto, /)", reduce_ex::<T>, "__reduce_ex__(proto) -> (cls, state)").hidden()
}

/// The row of `__reduce__`.
pub const fn reduce_row<T: Timed>() -> MethodDef {
    method("__reduce__($self, /)", reduce::<T>, "__reduce__() -> (cls, state)")
}
