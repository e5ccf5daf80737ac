//! `tzinfo` and `timezone`, and the questions that are put to time zones.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, MethodDef, TypeSpec, method};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::calendar::{DAY, SECOND};
use super::delta::{Delta, as_delta};
use super::moment::{self, DateTime};
use super::set_class_attr;
use super::timed::Timed;

heap_object! {
    /// A time zone without data of its own.
    pub struct TzInfo {}
}

heap_object! {
    /// A fixed offset from UTC.
    pub struct Zone : TzInfo {
        offset: Gc<Delta>,
        name: Option<Value>,
    }
}

const UTC: &str = "datetime.utc";

/// `timezone.utc`.
pub fn utc(vm: &mut Vm) -> Result<Value, Raised> {
    if let Some(utc) = vm.state(UTC) {
        return Ok(utc);
    }
    let zero = Delta::new(vm, 0)?;
    let zone = make(vm, zero, None)?;
    vm.set_state(UTC, zone);
    Ok(zone)
}

fn make(vm: &mut Vm, offset: Gc<Delta>, name: Option<Value>) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &TIMEZONE)?.get(vm).root_shape;
    let base = TzInfo { header: HeaderWord::NEW };
    Ok(vm.new_object(shape, Zone { base, offset, name })?.value())
}

/// The time zone of an offset in microseconds: `timezone.utc` for none.
pub fn fixed(vm: &mut Vm, offset: i128, name: Option<Value>) -> Result<Value, Raised> {
    if offset == 0 && name.is_none() {
        return utc(vm);
    }
    let delta = Delta::new(vm, offset)?;
    check_range(vm, delta)?;
    make(vm, delta, name)
}

fn check_range(vm: &mut Vm, offset: Gc<Delta>) -> Result<(), Raised> {
    if offset.get(vm).total().abs() < i128::from(DAY) {
        return Ok(());
    }
    let shown = vm.repr_string(offset.value())?;
    let message = format!(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}"
    );
    Err(vm.raise(Exc::ValueError, message))
}

/// The time zone argument of a constructor: `None` or a `tzinfo`.
pub fn check_tzinfo(vm: &mut Vm, value: Value) -> Result<Option<Value>, Raised> {
    match value.not_none() {
        None => Ok(None),
        Some(zone) if zone.downcast::<TzInfo>(vm).is_some() => Ok(Some(zone)),
        Some(other) => {
            let got = vm.type_name(other);
            let message = format!("tzinfo argument must be None or of a tzinfo subclass, not type '{got}'");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

/// What `utcoffset` or `dst` of a time zone says about a moment (or `None`).
pub fn ask_offset(
    vm: &mut Vm,
    zone: Option<Value>,
    question: &str,
    moment: Value,
) -> Result<Option<Gc<Delta>>, Raised> {
    let Some(zone) = zone else { return Ok(None) };
    let answer = vm.call_method(zone, question, &[moment])?;
    if answer.is_none() {
        return Ok(None);
    }
    let Some(offset) = as_delta(vm, answer) else {
        let got = vm.type_name(answer);
        let message = format!("tzinfo.{question}() must return None or timedelta, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    };
    check_range(vm, offset)?;
    Ok(Some(offset))
}

/// An offset as a Python value.
pub fn offset_value(offset: Option<Gc<Delta>>) -> Value {
    offset.map_or(Value::NONE, Gc::value)
}

/// What `tzname` of a time zone says about a moment (or `None`).
pub fn ask_name(vm: &mut Vm, zone: Option<Value>, moment: Value) -> Result<Value, Raised> {
    let Some(zone) = zone else { return Ok(Value::NONE) };
    let answer = vm.call_method(zone, "tzname", &[moment])?;
    if !answer.is_none() && answer.downcast::<Str>(vm).is_none() {
        let got = vm.type_name(answer);
        let message = format!("tzinfo.tzname() must return None or a string, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok(answer)
}

/// `+HH:MM[:SS[.ffffff]]` with a separator of choice.
pub fn offset_text(offset: i128, separator: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let total = offset.unsigned_abs() as u64;
    let (seconds, micros) = (total / SECOND as u64, total % SECOND as u64);
    let mut text = format!("{sign}{:02}{separator}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 || micros != 0 {
        text.push_str(&format!("{separator}{:02}", seconds % 60));
    }
    if micros != 0 {
        text.push_str(&format!(".{micros:06}"));
    }
    text
}

// ---- tzinfo ----

fn tzinfo_new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, TzInfo { header: HeaderWord::NEW })?.value())
}

fn tzinfo_init(_: &mut Vm, _: Value, _: Args<'_>) -> Result<(), Raised> {
    Ok(())
}

fn no_tzname(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Exc::NotImplementedError, "a tzinfo subclass must implement tzname()"))
}

fn no_utcoffset(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Exc::NotImplementedError, "a tzinfo subclass must implement utcoffset()"))
}

fn no_dst(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Exc::NotImplementedError, "a tzinfo subclass must implement dst()"))
}

fn tzinfo_fromutc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, value] = args.all();
    let Some(datetime) = value.downcast::<DateTime>(vm) else {
        return Err(vm.raise(Exc::TypeError, "fromutc: argument must be a datetime"));
    };
    let zone = datetime.get(vm).parts().1;
    if zone != Some(this) {
        return Err(vm.raise(Exc::ValueError, "fromutc: dt.tzinfo is not self"));
    }
    let Some(offset) = ask_offset(vm, zone, "utcoffset", value)? else {
        return Err(vm.raise(Exc::ValueError, "fromutc: non-None utcoffset() result required"));
    };
    let Some(dst) = ask_offset(vm, zone, "dst", value)? else {
        return Err(vm.raise(Exc::ValueError, "fromutc: non-None dst() result required"));
    };
    let delta = offset.get(vm).total() - dst.get(vm).total();
    let standard = moment::shifted(vm, datetime, delta)?;
    let Some(dst) = ask_offset(vm, zone, "dst", standard)? else {
        let message = "fromutc: tz.dst() gave inconsistent results; cannot convert";
        return Err(vm.raise(Exc::ValueError, message));
    };
    let dst = dst.get(vm).total();
    match standard.downcast::<DateTime>(vm) {
        Some(standard) if dst != 0 => moment::shifted(vm, standard, dst),
        _ => Ok(standard),
    }
}

fn tzinfo_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let key = Str::intern(vm, "__getinitargs__")?;
    let arguments = match vm.get_attr_opt(this, key)? {
        Some(method) => vm.call(method, &[])?,
        None => Tuple::empty(vm)?.value(),
    };
    let state = vm.call_method_name(this, name::GETSTATE, &[])?;
    let class = vm.type_of(this).value();
    Ok(Tuple::from_values(vm, &[class, arguments, state])?.value())
}

#[rustfmt::skip]
const TZINFO_METHODS: &[MethodDef] = &[
    method("tzname($self, object, /)", no_tzname, "datetime -> string name of time zone."),
    method("utcoffset($self, object, /)", no_utcoffset, "datetime -> timedelta showing offset from UTC, negative values indicating West of UTC"),
    method("dst($self, object, /)", no_dst, "datetime -> DST offset as timedelta positive east of UTC."),
    method("fromutc($self, object, /)", tzinfo_fromutc, "datetime in UTC -> datetime in local time."),
    method("__reduce__($self, /)", tzinfo_reduce, "-> (cls, state)"),
];

/// The class `tzinfo`.
pub static TZINFO: TypeSpec = TypeSpec {
    name: "tzinfo",
    module: "datetime",
    layout: Some(<TzInfo as HeapObject>::native),
    slots: Slots { new: Some(tzinfo_new), init: Some(tzinfo_init), ..Slots::DEFAULT },
    methods: TZINFO_METHODS,
    doc: "Abstract base class for time zone info objects.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

// ---- timezone ----

fn timezone_new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("timezone(offset, name=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [offset, name] = args.all();
        let Some(offset) = as_delta(vm, offset) else {
            let got = vm.type_name(offset);
            let message = format!("timezone() argument 1 must be datetime.timedelta, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        };
        if let Some(name) = name.given()
            && name.downcast::<Str>(vm).is_none()
        {
            let got = vm.type_name(name);
            return Err(vm.raise(Exc::TypeError, format!("timezone() argument 2 must be str, not {got}")));
        }
        if name.is_unbound() && offset.get(vm).total() == 0 {
            return utc(vm);
        }
        check_range(vm, offset)?;
        make(vm, offset, name.given())
    })
}

fn this_zone(vm: &Vm, this: Value) -> (Gc<Delta>, Option<Value>) {
    let zone = this.expect::<Zone>(vm).get(vm);
    (zone.offset, zone.name)
}

fn check_moment(vm: &mut Vm, function: &str, value: Value) -> Result<(), Raised> {
    if value.is_none() || value.downcast::<DateTime>(vm).is_some() {
        return Ok(());
    }
    let got = vm.type_name(value);
    let message = format!("{function}(dt) argument must be a datetime instance or None, not {got}");
    Err(vm.raise(Exc::TypeError, message))
}

fn name_text(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (offset, name) = this_zone(vm, this);
    if let Some(name) = name {
        return Ok(name);
    }
    if vm.state(UTC) == Some(this) || offset.get(vm).total() == 0 {
        return vm.new_str("UTC");
    }
    let text = offset_text(offset.get(vm).total(), ":");
    vm.new_str(&format!("UTC{text}"))
}

fn timezone_tzname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, moment] = args.all();
    check_moment(vm, "tzname", moment)?;
    name_text(vm, this)
}

fn timezone_utcoffset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, moment] = args.all();
    check_moment(vm, "utcoffset", moment)?;
    Ok(this_zone(vm, this).0.value())
}

fn timezone_dst(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_moment(vm, "dst", args.get(1))?;
    Ok(Value::NONE)
}

fn timezone_fromutc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, value] = args.all();
    let Some(datetime) = value.downcast::<DateTime>(vm) else {
        return Err(vm.raise(Exc::TypeError, "fromutc: argument must be a datetime"));
    };
    if datetime.get(vm).parts().1 != Some(this) {
        return Err(vm.raise(Exc::ValueError, "fromutc: dt.tzinfo is not self"));
    }
    let offset = this_zone(vm, this).0.get(vm).total();
    moment::shifted(vm, datetime, offset)
}

fn timezone_getinitargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (offset, name) = this_zone(vm, args.get(0));
    let tuple = match name {
        Some(name) => Tuple::from_values(vm, &[offset.value(), name])?,
        None => Tuple::from_values(vm, &[offset.value()])?,
    };
    Ok(tuple.value())
}

fn timezone_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if vm.state(UTC) == Some(this) {
        return vm.new_str("datetime.timezone.utc");
    }
    let (offset, name) = this_zone(vm, this);
    let mut text = format!("datetime.timezone({}", vm.repr_string(offset.value())?);
    if let Some(name) = name {
        text.push_str(", ");
        text.push_str(&vm.repr_string(name)?);
    }
    text.push(')');
    vm.new_str(&text)
}

fn timezone_hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let offset = this_zone(vm, this).0.value();
    vm.hash(offset)
}

fn timezone_compare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if !matches!(op, Comparison::Eq | Comparison::Ne) || b.downcast::<Zone>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (this_zone(vm, a).0.get(vm).total(), this_zone(vm, b).0.get(vm).total());
    Ok(Value::bool(op.holds(a.cmp(&b))))
}

#[rustfmt::skip]
const TIMEZONE_METHODS: &[MethodDef] = &[
    method("tzname($self, object, /)", timezone_tzname, "If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'."),
    method("utcoffset($self, object, /)", timezone_utcoffset, "Return fixed offset."),
    method("dst($self, object, /)", timezone_dst, "Return None."),
    method("fromutc($self, object, /)", timezone_fromutc, "datetime in UTC -> datetime in local time."),
    method("__getinitargs__($self, /)", timezone_getinitargs, "pickle support"),
];

/// Sets `utc`, `min` and `max`.
pub(super) fn finish(vm: &mut Vm) -> Result<(), Raised> {
    let class = class_of_spec(vm, &TIMEZONE)?;
    let zone = utc(vm)?;
    set_class_attr(vm, class, "utc", zone)?;
    let most = i128::from(DAY - 60 * SECOND);
    for (name, offset) in [("min", -most), ("max", most)] {
        let zone = fixed(vm, offset, None)?;
        set_class_attr(vm, class, name, zone)?;
    }
    Ok(())
}

/// The class `timezone`.
pub static TIMEZONE: TypeSpec = TypeSpec {
    name: "timezone",
    module: "datetime",
    base: Some(&TZINFO),
    layout: Some(<Zone as HeapObject>::native),
    slots: Slots {
        new: Some(timezone_new),
        repr: Some(timezone_repr),
        str: Some(name_text),
        hash: Some(timezone_hash),
        richcompare: Some(timezone_compare),
        ..Slots::DEFAULT
    },
    methods: TIMEZONE_METHODS,
    doc: "Fixed offset from UTC implementation of tzinfo.",
    ..TypeSpec::DEFAULT
};
