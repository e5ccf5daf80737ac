//! `date`: a day of the Gregorian calendar.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, class_method, getter, method};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::calendar::{self, DAY, DAY_NAMES, Fields, MONTH_NAMES};
use super::delta::{Delta, as_delta};
use super::moment::DateTime;
use super::timed::Timed;
use super::{iso_calendar_date, iso_format, set_class_attr, shown_name, strftime};

heap_object! {
    /// A date. `hash` is -1 until asked for.
    pub struct Date {
        year: u16,
        month: u8,
        day: u8,
        pad: [u8; 4],
        pub hash: i64,
    }
}

impl Date {
    /// The native words of a date.
    pub fn words(year: i64, month: i64, day: i64) -> Date {
        let (year, month, day) = (year as u16, month as u8, day as u8);
        Date { header: HeaderWord::NEW, year, month, day, pad: [0; 4], hash: -1 }
    }

    /// Year, month and day.
    pub fn parts(&self) -> (i64, i64, i64) {
        (self.year.into(), self.month.into(), self.day.into())
    }

    /// The ordinal.
    pub fn ordinal(&self) -> i64 {
        let (year, month, day) = self.parts();
        calendar::ordinal(year, month, day)
    }
}

/// Checks year, month and day. ValueError as CPython words it.
pub fn check(vm: &mut Vm, year: i64, month: i64, day: i64) -> Result<(), Raised> {
    let message = if !(calendar::MIN_YEAR..=calendar::MAX_YEAR).contains(&year) {
        format!("year must be in {}..{}, not {year}", calendar::MIN_YEAR, calendar::MAX_YEAR)
    } else if !(1..=12).contains(&month) {
        format!("month must be in 1..12, not {month}")
    } else {
        let days = calendar::days_in_month(year, month);
        if (1..=days).contains(&day) {
            return Ok(());
        }
        format!("day {day} must be in range 1..{days} for month {month} in year {year}")
    };
    Err(vm.raise(Exc::ValueError, message))
}

fn of_class(vm: &mut Vm, class: Gc<Type>, year: i64, month: i64, day: i64) -> Result<Value, Raised> {
    check(vm, year, month, day)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Date::words(year, month, day))?.value())
}

/// A new exact `date`.
pub fn make(vm: &mut Vm, year: i64, month: i64, day: i64) -> Result<Value, Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    of_class(vm, class, year, month, day)
}

/// As `make`, by calling a subclass.
fn make_as(vm: &mut Vm, class: Value, year: i64, month: i64, day: i64) -> Result<Value, Raised> {
    if class == class_of_spec(vm, &TYPE)?.value() {
        return make(vm, year, month, day);
    }
    let parts = [year, month, day].map(|part| Value::int32(part as i32));
    vm.call(class, &parts)
}

/// The bytes of a pickled state: a `bytes`, or a `str` that an old pickle was read into.
pub fn pickled_state(vm: &mut Vm, value: Value, len: usize, what: &str) -> Result<Option<Vec<u8>>, Raised> {
    if let Some(bytes) = value.downcast::<Bytes>(vm) {
        let bytes = bytes.get(vm).bytes();
        return Ok((bytes.len() == len).then(|| bytes.to_vec()));
    }
    let Some(text) = value.downcast::<Str>(vm).filter(|text| text.get(vm).len() == len) else { return Ok(None) };
    let (month, text) = (if len == 6 { 0 } else { 2 }, text.get(vm).text());
    // Only what has the shape of a state is decoded at all.
    let shape = text.get(month).unwrap_or(0);
    let is_state = if len == 6 { shape & 0x7F < 24 } else { (1..=12).contains(&(shape & 0x7F)) };
    if !is_state {
        return Ok(None);
    }
    match text.iter().map(|point| u8::try_from(point).ok()).collect() {
        Some(bytes) => Ok(Some(bytes)),
        None => {
            let message = format!(
                "Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed."
            );
            Err(vm.raise(Exc::ValueError, message))
        }
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() == 1
        && !args.has_keywords()
        && let Some(state) = pickled_state(vm, args.get(0), 4, "date")?
        && (1..=12).contains(&state[2])
    {
        let shape = class.get(vm).root_shape;
        let year = i64::from(state[0]) << 8 | i64::from(state[1]);
        let words = Date::words(year, state[2].into(), state[3].into());
        return Ok(vm.new_object(shape, words)?.value());
    }
    const SIGNATURE: Signature = Signature::parse("date(year, month, day)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let mut parts = [0; 3];
        for (i, part) in parts.iter_mut().enumerate() {
            *part = vm.parsed_i32(args.get(i))?.into();
        }
        let [year, month, day] = parts;
        of_class(vm, class, year, month, day)
    })
}

fn parts_of(vm: &Vm, this: Value) -> (i64, i64, i64) {
    this.expect::<Date>(vm).get(vm).parts()
}

/// The date a value is, unless it is a `datetime`.
fn plain_date(vm: &Vm, value: Value) -> Option<Gc<Date>> {
    value.downcast::<Date>(vm).filter(|_| value.downcast::<DateTime>(vm).is_none())
}

// ---- class methods ----

fn fromtimestamp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, timestamp] = args.all();
    let (seconds, _) = super::moment::timestamp_parts(vm, timestamp, false)?;
    let local = vm.ask_host(|host| host.local_time(seconds))?;
    make_as(vm, class, local.year, local.month.into(), local.day.into())
}

fn today(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let time = import_module(vm, "time")?;
    let now = vm.call_method(time, "time", &[])?;
    vm.call_method(args.get(0), "fromtimestamp", &[now])
}

fn fromordinal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, ordinal] = args.all();
    let ordinal = i64::from(vm.parsed_i32(ordinal)?);
    if ordinal < 1 {
        return Err(vm.raise(Exc::ValueError, "ordinal must be >= 1"));
    }
    let (year, month, day) = calendar::from_ordinal(ordinal);
    make_as(vm, class, year, month, day)
}

/// The text of an ISO date or time: what is not ASCII is no part of one.
pub fn iso_bytes(vm: &mut Vm, text: Value) -> Result<Vec<u8>, Raised> {
    match text.downcast::<Str>(vm) {
        Some(text) => {
            let points = text.get(vm).text().iter();
            Ok(points.map(|point| if point < 0x80 { point as u8 } else { 0xFF }).collect())
        }
        None => Err(vm.raise(Exc::TypeError, "fromisoformat: argument must be str")),
    }
}

/// Raises ValueError "Invalid isoformat string: ...".
pub fn raise_invalid(vm: &mut Vm, text: Value) -> Raised {
    match vm.repr_string(text) {
        Ok(shown) => vm.raise(Exc::ValueError, format!("Invalid isoformat string: {shown}")),
        Err(raised) => raised,
    }
}

fn fromisoformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, text] = args.all();
    let bytes = iso_bytes(vm, text)?;
    match iso_format::parse_date(&bytes) {
        Ok((year, month, day)) => make_as(vm, class, year, month, day),
        Err(_) => Err(raise_invalid(vm, text)),
    }
}

fn fromisocalendar(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, year, week, day] = args.all();
    let mut parts = [0; 3];
    for (part, value) in parts.iter_mut().zip([year, week, day]) {
        let result = vm.parsed_i32(value);
        *part = match vm.catch(result, Exc::OverflowError)? {
            Some(part) => i64::from(part),
            None => return Err(vm.raise(Exc::ValueError, "ISO calendar component out of range")),
        };
    }
    let [year, week, day] = parts;
    match calendar::from_iso_calendar(year, week, day) {
        Ok(ordinal) => {
            let (year, month, day) = calendar::from_ordinal(ordinal);
            make_as(vm, class, year, month, day)
        }
        Err(message) => Err(vm.raise(Exc::ValueError, message)),
    }
}

fn strptime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::strptime(vm, args, "_strptime_datetime_date")
}

// ---- methods ----

fn iso_text((year, month, day): (i64, i64, i64)) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

fn isoformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = iso_text(parts_of(vm, args.get(0)));
    vm.new_str(&text)
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.call_method(this, "isoformat", &[])
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (year, month, day) = parts_of(vm, this);
    let name = shown_name(vm, this);
    vm.new_str(&format!("{name}({year}, {month}, {day})"))
}

/// `Www Mmm dd hh:mm:ss yyyy`.
pub fn ctime_text(fields: &Fields) -> String {
    let Fields { year, month, day, hour, minute, second, .. } = *fields;
    let weekday = calendar::weekday(calendar::ordinal(year, month, day));
    let (day_name, month_name) = (DAY_NAMES[weekday as usize % 7], MONTH_NAMES[(month - 1) as usize % 12]);
    format!("{day_name} {month_name} {day:2} {hour:02}:{minute:02}:{second:02} {year:04}")
}

fn ctime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (year, month, day) = parts_of(vm, args.get(0));
    vm.new_str(&ctime_text(&Fields::of_date(year, month, day)))
}

/// Year to day of the year, for time tuples.
pub fn tuple_parts(fields: &Fields, is_dst: i64) -> [i64; 9] {
    let Fields { year, month, day, hour, minute, second, .. } = *fields;
    let weekday = calendar::weekday(calendar::ordinal(year, month, day));
    let year_day = calendar::days_before_month(year, month) + day;
    [year, month, day, hour, minute, second, weekday, year_day, is_dst]
}

fn timetuple(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (year, month, day) = parts_of(vm, args.get(0));
    strftime::struct_time(vm, tuple_parts(&Fields::of_date(year, month, day), -1))
}

fn format_by(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, format] = args.all();
    let fields = match this.downcast::<DateTime>(vm) {
        Some(moment) => moment.get(vm).parts().0,
        None => {
            let (year, month, day) = parts_of(vm, this);
            Fields::of_date(year, month, day)
        }
    };
    let tuple = vm.call_method(this, "timetuple", &[])?;
    strftime::wrap(vm, this, format, &fields, tuple)
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    strftime::format(vm, args.get(0), args.get(1))
}

fn isoweekday(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ordinal = args.receiver::<Date>(vm).get(vm).ordinal();
    Ok(Value::int(calendar::weekday(ordinal) as usize + 1))
}

fn weekday(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ordinal = args.receiver::<Date>(vm).get(vm).ordinal();
    Ok(Value::int(calendar::weekday(ordinal) as usize))
}

fn toordinal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(args.receiver::<Date>(vm).get(vm).ordinal() as usize))
}

fn isocalendar(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (year, month, day) = parts_of(vm, args.get(0));
    let (year, week, weekday) = calendar::iso_calendar(year, month, day);
    iso_calendar_date::make(vm, [year, week, weekday].map(|part| Value::int32(part as i32)))
}

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, year, month, day] = args.all();
    let (own_year, own_month, own_day) = parts_of(vm, this);
    let year = part(vm, year, own_year)?;
    let month = part(vm, month, own_month)?;
    let day = part(vm, day, own_day)?;
    let class = vm.type_of(this).value();
    make_as(vm, class, year, month, day)
}

/// An int argument, or what it is left at.
pub fn part(vm: &mut Vm, value: Value, own: i64) -> Result<i64, Raised> {
    match value.given() {
        Some(value) => Ok(vm.parsed_i32(value)?.into()),
        None => Ok(own),
    }
}

fn state(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (year, month, day) = parts_of(vm, this);
    vm.new_bytes(&[(year >> 8) as u8, year as u8, month as u8, day as u8])
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let state = state(vm, this)?;
    let arguments = Tuple::from_values(vm, &[state])?.value();
    let class = vm.type_of(this).value();
    Ok(Tuple::from_values(vm, &[class, arguments])?.value())
}

// ---- operators ----

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let date = this.expect::<Date>(vm);
    if date.get(vm).hash == -1 {
        let state = state(vm, this)?;
        date.get_mut(vm).hash = vm.hash(state)?;
    }
    Ok(date.get(vm).hash)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    match (plain_date(vm, a), plain_date(vm, b)) {
        (Some(a), Some(b)) => Ok(Value::bool(op.holds(a.get(vm).parts().cmp(&b.get(vm).parts())))),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// A date so many days later.
fn later(vm: &mut Vm, date: Gc<Date>, days: i64) -> Result<Value, Raised> {
    let ordinal = date.get(vm).ordinal() + days;
    if !(1..=calendar::MAX_ORDINAL).contains(&ordinal) {
        return Err(vm.raise(Exc::OverflowError, "date value out of range"));
    }
    let (year, month, day) = calendar::from_ordinal(ordinal);
    let class = vm.type_of(date.value()).value();
    make_as(vm, class, year, month, day)
}

fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let pair = match (plain_date(vm, a), as_delta(vm, b)) {
        (Some(date), Some(delta)) => Some((date, delta)),
        _ => plain_date(vm, b).zip(as_delta(vm, a)),
    };
    match pair {
        Some((date, delta)) => {
            let days = delta.get(vm).days();
            later(vm, date, days)
        }
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some(date) = plain_date(vm, a) else { return Ok(Value::NOT_IMPLEMENTED) };
    if let Some(other) = plain_date(vm, b) {
        let days = date.get(vm).ordinal() - other.get(vm).ordinal();
        return Ok(Delta::new(vm, i128::from(days) * i128::from(DAY))?.value());
    }
    match as_delta(vm, b) {
        Some(delta) => {
            let days = delta.get(vm).days();
            later(vm, date, -days)
        }
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn get_year(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts_of(vm, this).0 as usize))
}

fn get_month(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts_of(vm, this).1 as usize))
}

fn get_day(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(parts_of(vm, this).2 as usize))
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    class_method("fromtimestamp($type, timestamp, /)", fromtimestamp, "Create a date from a POSIX timestamp.\n\nThe timestamp is a number, e.g. created via time.time(), that is interpreted\nas local time."),
    class_method("fromordinal($type, ordinal, /)", fromordinal, "int -> date corresponding to a proleptic Gregorian ordinal.").hidden(),
    class_method("fromisoformat($type, object, /)", fromisoformat, "Construct a date from a string in ISO 8601 format."),
    class_method("fromisocalendar($type, year, week, day)", fromisocalendar, "int, int, int -> Construct a date from the ISO year, week number and weekday.\n\nThis is the inverse of the function date.isocalendar()").hidden(),
    class_method("strptime($type, date_string, format, /)", strptime, "string, format -> new date parsed from a string (like time.strptime()).").hidden(),
    class_method("today($type, /)", today, "Current date or datetime.\n\nEquivalent to self.__class__.fromtimestamp(time.time())."),
    method("ctime($self, /)", ctime, "Return ctime() style string."),
    method("strftime($self, /, format)", format_by, "format -> strftime() style string.").hidden(),
    method("__format__($self, format, /)", format, "Formats self with strftime.").hidden(),
    method("timetuple($self, /)", timetuple, "Return time tuple, compatible with time.localtime()."),
    method("isocalendar($self, /)", isocalendar, "Return a named tuple containing ISO year, week number, and weekday."),
    method("isoformat($self, /)", isoformat, "Return string in ISO 8601 format, YYYY-MM-DD."),
    method("isoweekday($self, /)", isoweekday, "Return the day of the week represented by the date.\nMonday == 1 ... Sunday == 7"),
    method("toordinal($self, /)", toordinal, "Return proleptic Gregorian ordinal.  January 1 of year 1 is day 1."),
    method("weekday($self, /)", weekday, "Return the day of the week represented by the date.\nMonday == 0 ... Sunday == 6"),
    method("replace($self, /, year=unchanged, month=unchanged, day=unchanged)", replace, "Return date with new specified fields."),
    method("__replace__($self, /, year=unchanged, month=unchanged, day=unchanged)", replace, "The same as replace()."),
    method("__reduce__($self, /)", reduce, "__reduce__() -> (cls, state)"),
];

const GETSET: &[GetSetDef] =
    &[getter("year", get_year, ""), getter("month", get_month, ""), getter("day", get_day, "")];

/// Sets `min`, `max` and `resolution`.
pub(super) fn finish(vm: &mut Vm) -> Result<(), Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    let (first, last) = (make(vm, 1, 1, 1)?, make(vm, calendar::MAX_YEAR, 12, 31)?);
    set_class_attr(vm, class, "min", first)?;
    set_class_attr(vm, class, "max", last)?;
    let day = Delta::new(vm, DAY.into())?.value();
    set_class_attr(vm, class, "resolution", day)
}

/// The class `date`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "date",
    module: "datetime",
    layout: Some(<Date as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        str: Some(str),
        hash: Some(hash),
        richcompare: Some(richcompare),
        add: Some(add),
        sub: Some(sub),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "date(year, month, day) --> date object",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
