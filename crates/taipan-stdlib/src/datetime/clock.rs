//! `time`: a time of day, with or without a time zone.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, MethodDef, TypeSpec, class_method, method};
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::calendar::Fields;
use super::date::{iso_bytes, part, pickled_state, raise_invalid};
use super::delta::Delta;
use super::timed::{self, Timed, offset_of, parts};
use super::zone::{self, check_tzinfo, offset_text};
use super::{iso_format, set_class_attr, strftime};

heap_object! {
    /// A time of day. `hash` is -1 until asked for.
    pub struct Time {
        hour: u8,
        minute: u8,
        second: u8,
        fold: u8,
        micro: u32,
        tzinfo: Option<Value>,
        hash: i64,
    }
}

impl Timed for Time {
    fn parts(&self) -> (Fields, Option<Value>, i64) {
        let Time { hour, minute, second, micro, .. } = *self;
        let (hour, minute, second) = (hour.into(), minute.into(), second.into());
        let fields = Fields { hour, minute, second, micro: micro.into(), ..Fields::of_date(1900, 1, 1) };
        (fields, self.tzinfo, self.fold.into())
    }

    fn asked(_: Value) -> Value {
        Value::NONE
    }

    fn make(vm: &mut Vm, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
        make(vm, fields, tzinfo, fold)
    }

    fn state(fields: &Fields, fold: u8) -> Vec<u8> {
        let [_, a, b, c] = (fields.micro as u32).to_be_bytes();
        vec![fields.hour as u8 | fold << 7, fields.minute as u8, fields.second as u8, a, b, c]
    }

    fn total(fields: &Fields) -> i128 {
        fields.time_total().into()
    }

    fn hash_word(&mut self) -> &mut i64 {
        &mut self.hash
    }
}

/// Checks hour to microsecond and fold. ValueError as CPython words it.
pub fn check(vm: &mut Vm, fields: &Fields, fold: i64) -> Result<(), Raised> {
    for (name, value, most) in [
        ("hour", fields.hour, 23),
        ("minute", fields.minute, 59),
        ("second", fields.second, 59),
        ("microsecond", fields.micro, 999_999),
    ] {
        if !(0..=most).contains(&value) {
            return Err(vm.raise(Exc::ValueError, format!("{name} must be in 0..{most}, not {value}")));
        }
    }
    if fold != 0 && fold != 1 {
        return Err(vm.raise(Exc::ValueError, format!("fold must be either 0 or 1, not {fold}")));
    }
    Ok(())
}

fn of_class(vm: &mut Vm, class: Gc<Type>, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
    check(vm, fields, fold)?;
    let shape = class.get(vm).root_shape;
    let object = Time {
        header: HeaderWord::NEW,
        hour: fields.hour as u8,
        minute: fields.minute as u8,
        second: fields.second as u8,
        fold: fold as u8,
        micro: fields.micro as u32,
        tzinfo,
        hash: -1,
    };
    Ok(vm.new_object(shape, object)?.value())
}

/// A new exact `time`.
pub fn make(vm: &mut Vm, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    of_class(vm, class, fields, tzinfo, fold)
}

/// As `make`, by calling a subclass.
fn make_as(vm: &mut Vm, class: Value, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
    if class == class_of_spec(vm, &TYPE)?.value() {
        return make(vm, fields, tzinfo, fold);
    }
    let [hour, minute, second, micro] =
        [fields.hour, fields.minute, fields.second, fields.micro].map(|part| Value::int32(part as i32));
    let object = vm.call(class, &[hour, minute, second, micro, tzinfo.unwrap_or(Value::NONE)])?;
    if let Some(time) = object.downcast::<Time>(vm) {
        time.get_mut(vm).fold = fold as u8;
    }
    Ok(object)
}

/// The microseconds of three bytes.
pub fn micros_of(bytes: [u8; 3]) -> i64 {
    bytes.iter().fold(0, |micros, byte| micros << 8 | i64::from(*byte))
}

/// The time zone of a pickled state.
pub fn state_zone(vm: &mut Vm, value: Option<Value>) -> Result<Option<Value>, Raised> {
    match value.and_then(Value::not_none) {
        Some(zone) if zone.downcast::<zone::TzInfo>(vm).is_none() => {
            Err(vm.raise(Exc::TypeError, "bad tzinfo state arg"))
        }
        zone => Ok(zone),
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if matches!(args.len(), 1 | 2)
        && !args.has_keywords()
        && let Some(state) = pickled_state(vm, args.get(0), 6, "time")?
        && let [hour, minute, second, a, b, c] = state[..]
        && hour & 0x7F < 24
    {
        let tzinfo = state_zone(vm, args.opt(1))?;
        let shape = class.get(vm).root_shape;
        let micro = micros_of([a, b, c]) as u32;
        let fold = hour >> 7;
        let object = Time { header: HeaderWord::NEW, hour: hour & 0x7F, minute, second, fold, micro, tzinfo, hash: -1 };
        return Ok(vm.new_object(shape, object)?.value());
    }
    const SIGNATURE: Signature =
        Signature::parse("time(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let fields = Fields {
            hour: part(vm, args.get(0), 0)?,
            minute: part(vm, args.get(1), 0)?,
            second: part(vm, args.get(2), 0)?,
            micro: part(vm, args.get(3), 0)?,
            ..Fields::of_date(1900, 1, 1)
        };
        let fold = part(vm, args.get(5), 0)?;
        check(vm, &fields, fold)?;
        let tzinfo = check_tzinfo(vm, args.get(4))?;
        of_class(vm, class, &fields, tzinfo, fold)
    })
}

fn strptime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::strptime(vm, args, "_strptime_datetime_time")
}

fn fromisoformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, text] = args.all();
    let bytes = iso_bytes(vm, text)?;
    let bytes = bytes.strip_prefix(b"T").unwrap_or(&bytes);
    let Ok(mut time) = iso_format::parse_time(bytes) else { return Err(raise_invalid(vm, text)) };
    if time.hour == 24 {
        if time.minute != 0 || time.second != 0 || time.micro != 0 {
            let message = "minute, second, and microsecond must be 0 when hour is 24";
            return Err(vm.raise(Exc::ValueError, message));
        }
        time.hour = 0;
    }
    let tzinfo = match time.offset {
        Some(offset) => Some(zone::fixed(vm, offset.into(), None)?),
        None => None,
    };
    let iso_format::ClockText { hour, minute, second, micro, .. } = time;
    let fields = Fields { hour, minute, second, micro, ..Fields::of_date(1900, 1, 1) };
    check(vm, &fields, 0)?;
    make_as(vm, class, &fields, tzinfo, 0)
}

/// The text of `timespec`, or the error of a bad one.
pub fn timed_text(vm: &mut Vm, fields: &Fields, timespec: Value, number: usize) -> Result<String, Raised> {
    let timespec = match timespec.given() {
        None => "auto".to_owned(),
        Some(value) => match vm.text_of(value) {
            Some(text) => text,
            None => {
                let got = vm.type_name(value);
                return Err(vm.raise(Exc::TypeError, format!("isoformat() argument {number} must be str, not {got}")));
            }
        },
    };
    match iso_format::clock_text(fields, &timespec) {
        Some(text) => Ok(text),
        None => Err(vm.raise(Exc::ValueError, "Unknown timespec value")),
    }
}

fn isoformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, timespec] = args.all();
    let fields = parts::<Time>(vm, this).0;
    let mut text = timed_text(vm, &fields, timespec, 1)?;
    if let Some(offset) = offset_of::<Time>(vm, this)? {
        text.push_str(&offset_text(offset, ":"));
    }
    vm.new_str(&text)
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.call_method(this, "isoformat", &[])
}

fn format_by(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, format] = args.all();
    let fields = parts::<Time>(vm, this).0;
    let tuple = strftime::plain_tuple(vm, [1900, 1, 1, fields.hour, fields.minute, fields.second, 0, 1, -1])?;
    strftime::wrap(vm, this, format, &fields, tuple)
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    strftime::format(vm, args.get(0), args.get(1))
}

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, hour, minute, second, micro, tzinfo, fold] = args.all();
    let (own, own_zone, own_fold) = parts::<Time>(vm, this);
    let fields = Fields {
        hour: part(vm, hour, own.hour)?,
        minute: part(vm, minute, own.minute)?,
        second: part(vm, second, own.second)?,
        micro: part(vm, micro, own.micro)?,
        ..own
    };
    let fold = part(vm, fold, own_fold)?;
    check(vm, &fields, fold)?;
    let tzinfo = if tzinfo.is_unbound() { own_zone } else { check_tzinfo(vm, tzinfo)? };
    let class = vm.type_of(this).value();
    make_as(vm, class, &fields, tzinfo, fold)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let text = timed::repr_text::<Time>(vm, this, "")?;
    vm.new_str(&text)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if a.downcast::<Time>(vm).is_none() || b.downcast::<Time>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ((x, zone_x, _), (y, zone_y, _)) = (parts::<Time>(vm, a), parts::<Time>(vm, b));
    if zone_x == zone_y {
        return Ok(Value::bool(op.holds(x.cmp(&y))));
    }
    match (offset_of::<Time>(vm, a)?, offset_of::<Time>(vm, b)?) {
        (a, b) if a == b => Ok(Value::bool(op.holds(x.cmp(&y)))),
        (Some(a), Some(b)) => {
            let (x, y) = (i128::from(x.time_total()) - a, i128::from(y.time_total()) - b);
            Ok(Value::bool(op.holds(x.cmp(&y))))
        }
        _ => match op {
            Comparison::Eq => Ok(Value::FALSE),
            Comparison::Ne => Ok(Value::TRUE),
            _ => Err(vm.raise(Exc::TypeError, "can't compare offset-naive and offset-aware times")),
        },
    }
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    class_method("strptime($type, date_string, format, /)", strptime, "string, format -> new time parsed from a string (like time.strptime()).").hidden(),
    method("isoformat($self, /, timespec='auto')", isoformat, "Return string in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\nThe optional argument timespec specifies the number of additional terms\nof the time to include. Valid options are 'auto', 'hours', 'minutes',\n'seconds', 'milliseconds' and 'microseconds'.\n").hidden(),
    method("strftime($self, /, format)", format_by, "format -> strftime() style string.").hidden(),
    method("__format__($self, format, /)", format, "Formats self with strftime.").hidden(),
    timed::utcoffset_row::<Time>(),
    timed::tzname_row::<Time>(),
    timed::dst_row::<Time>(),
    method("replace($self, /, hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)", replace, "Return time with new specified fields."),
    method("__replace__($self, /, hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)", replace, "The same as replace()."),
    class_method("fromisoformat($type, object, /)", fromisoformat, "Construct a time from a string in ISO 8601 format."),
    timed::reduce_ex_row::<Time>(),
    timed::reduce_row::<Time>(),
];

/// Sets `min`, `max` and `resolution`.
pub(super) fn finish(vm: &mut Vm) -> Result<(), Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    let start = Fields::of_date(1900, 1, 1);
    let end = Fields { hour: 23, minute: 59, second: 59, micro: 999_999, ..start };
    for (name, fields) in [("min", start), ("max", end)] {
        let value = make(vm, &fields, None, 0)?;
        set_class_attr(vm, class, name, value)?;
    }
    let micro = Delta::new(vm, 1)?.value();
    set_class_attr(vm, class, "resolution", micro)
}

/// The class `time`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "time",
    module: "datetime",
    layout: Some(<Time as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        str: Some(str),
        hash: Some(timed::hash::<Time>),
        richcompare: Some(richcompare),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: &timed::getset::<Time>(),
    doc: "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. tzinfo may be None, or an instance of\na tzinfo subclass. The remaining arguments may be ints.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
