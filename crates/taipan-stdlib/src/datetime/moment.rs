//! `datetime`: a date with a time of day, with or without a time zone.

use taipan_text::TextBuf;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, MethodDef, TypeSpec, class_method, method};
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::calendar::{self, DAY, Fields, SECOND};
use super::clock::{self, Time, micros_of, state_zone, timed_text};
use super::date::{self, Date, ctime_text, iso_bytes, part, pickled_state, raise_invalid, tuple_parts};
use super::delta::Delta;
use super::timed::{self, Timed, offset_of, parts};
use super::zone::{self, TzInfo, ask_offset, check_tzinfo, offset_text};
use super::{iso_format, local, set_class_attr, strftime};

pub use arithmetic::shifted;
use arithmetic::{add, richcompare, sub};
pub use timestamp::timestamp_parts;
use timestamp::{fromtimestamp, now, timestamp, utcfromtimestamp, utcnow};

mod arithmetic;
mod timestamp;

heap_object! {
    /// A moment; the hash lies in the date.
    pub struct DateTime : Date {
        hour: u8,
        minute: u8,
        second: u8,
        fold: u8,
        micro: u32,
        tzinfo: Option<Value>,
    }
}

impl Timed for DateTime {
    fn parts(&self) -> (Fields, Option<Value>, i64) {
        let (year, month, day) = self.base.parts();
        let (hour, minute, second) = (self.hour.into(), self.minute.into(), self.second.into());
        let fields = Fields { year, month, day, hour, minute, second, micro: self.micro.into() };
        (fields, self.tzinfo, self.fold.into())
    }

    fn asked(this: Value) -> Value {
        this
    }

    fn make(vm: &mut Vm, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
        make(vm, fields, tzinfo, fold)
    }

    fn state(fields: &Fields, fold: u8) -> Vec<u8> {
        let [_, a, b, c] = (fields.micro as u32).to_be_bytes();
        let [high, low] = (fields.year as u16).to_be_bytes();
        let (day, hour) = (fields.day as u8, fields.hour as u8);
        vec![high, low, fields.month as u8 | fold << 7, day, hour, fields.minute as u8, fields.second as u8, a, b, c]
    }

    fn total(fields: &Fields) -> i128 {
        fields.total().into()
    }

    fn hash_word(&mut self) -> &mut i64 {
        &mut self.base.hash
    }
}

fn of_class(vm: &mut Vm, class: Gc<Type>, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
    date::check(vm, fields.year, fields.month, fields.day)?;
    clock::check(vm, fields, fold)?;
    let shape = class.get(vm).root_shape;
    let object = DateTime {
        base: Date::words(fields.year, fields.month, fields.day),
        hour: fields.hour as u8,
        minute: fields.minute as u8,
        second: fields.second as u8,
        fold: fold as u8,
        micro: fields.micro as u32,
        tzinfo,
    };
    Ok(vm.new_object(shape, object)?.value())
}

/// A new exact `datetime`.
pub fn make(vm: &mut Vm, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    of_class(vm, class, fields, tzinfo, fold)
}

/// As `make`, by calling a subclass.
fn make_as(vm: &mut Vm, class: Value, fields: &Fields, tzinfo: Option<Value>, fold: i64) -> Result<Value, Raised> {
    if class == class_of_spec(vm, &TYPE)?.value() {
        return make(vm, fields, tzinfo, fold);
    }
    let Fields { year, month, day, hour, minute, second, micro } = *fields;
    let [a, b, c, d, e, f, g] = [year, month, day, hour, minute, second, micro].map(|part| Value::int32(part as i32));
    let object = vm.call(class, &[a, b, c, d, e, f, g, tzinfo.unwrap_or(Value::NONE)])?;
    if let Some(moment) = object.downcast::<DateTime>(vm) {
        moment.get_mut(vm).fold = fold as u8;
    }
    Ok(object)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if matches!(args.len(), 1 | 2)
        && !args.has_keywords()
        && let Some(state) = pickled_state(vm, args.get(0), 10, "datetime")?
        && let [high, low, month, day, hour, minute, second, a, b, c] = state[..]
        && (1..=12).contains(&(month & 0x7F))
    {
        let tzinfo = state_zone(vm, args.opt(1))?;
        let shape = class.get(vm).root_shape;
        let year = i64::from(high) << 8 | i64::from(low);
        let object = DateTime {
            base: Date::words(year, (month & 0x7F).into(), day.into()),
            hour,
            minute,
            second,
            fold: month >> 7,
            micro: micros_of([a, b, c]) as u32,
            tzinfo,
        };
        return Ok(vm.new_object(shape, object)?.value());
    }
    const SIGNATURE: Signature = Signature::parse(
        "datetime(year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)",
    );
    args.bind(vm, &SIGNATURE, |vm, args| {
        let mut parts = [0; 7];
        for (i, value) in parts.iter_mut().enumerate() {
            *value = part(vm, args.get(i), 0)?;
        }
        let [year, month, day, hour, minute, second, micro] = parts;
        let fields = Fields { year, month, day, hour, minute, second, micro };
        let fold = part(vm, args.get(8), 0)?;
        date::check(vm, year, month, day)?;
        clock::check(vm, &fields, fold)?;
        let tzinfo = check_tzinfo(vm, args.get(7))?;
        of_class(vm, class, &fields, tzinfo, fold)
    })
}

fn combine(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, date, time, tz] = args.all();
    let Some(day) = date.downcast::<Date>(vm) else {
        let got = vm.type_name(date);
        let message = format!("combine() argument 1 must be datetime.date, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let Some(clock) = time.downcast::<Time>(vm) else {
        let got = vm.type_name(time);
        let message = format!("combine() argument 2 must be datetime.time, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let (of_clock, own_zone, fold) = clock.get(vm).parts();
    let tzinfo = if tz.is_unbound() { own_zone } else { check_tzinfo(vm, tz)? };
    let (year, month, day) = day.get(vm).parts();
    let fields = Fields { year, month, day, ..of_clock };
    make_as(vm, class, &fields, tzinfo, fold)
}

fn strptime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::strptime(vm, args, "_strptime_datetime_datetime")
}

fn fromisoformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, text] = args.all();
    let bytes = iso_bytes(vm, text)?;
    if bytes.len() < 7 {
        return Err(raise_invalid(vm, text));
    }
    let parsed = iso_format::separator(&bytes).and_then(|separator| {
        let date = iso_format::parse_date(bytes.get(..separator).ok_or(iso_format::Invalid)?)?;
        let time = match bytes.get(separator + 1..) {
            Some(rest) => iso_format::parse_time(rest)?,
            None => iso_format::ClockText::default(),
        };
        Ok((date, time))
    });
    let Ok(((mut year, mut month, mut day), mut time)) = parsed else { return Err(raise_invalid(vm, text)) };
    let tzinfo = match time.offset {
        Some(offset) => Some(zone::fixed(vm, offset.into(), None)?),
        None => None,
    };
    if time.hour == 24 && (1..=12).contains(&month) && (1..=calendar::MAX_YEAR).contains(&year) {
        let days = calendar::days_in_month(year, month);
        if day <= days {
            if time.minute != 0 || time.second != 0 || time.micro != 0 {
                let message = "minute, second, and microsecond must be 0 when hour is 24";
                return Err(vm.raise(Exc::ValueError, message));
            }
            (time.hour, day) = (0, day + 1);
            if day > days {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }
    let iso_format::ClockText { hour, minute, second, micro, .. } = time;
    let fields = Fields { year, month, day, hour, minute, second, micro };
    date::check(vm, year, month, day)?;
    clock::check(vm, &fields, 0)?;
    make_as(vm, class, &fields, tzinfo, 0)
}

fn get_date(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fields = parts::<DateTime>(vm, args.get(0)).0;
    date::make(vm, fields.year, fields.month, fields.day)
}

fn get_time(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fields, _, fold) = parts::<DateTime>(vm, args.get(0));
    clock::make(vm, &fields, None, fold)
}

fn timetz(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fields, tzinfo, fold) = parts::<DateTime>(vm, args.get(0));
    clock::make(vm, &fields, tzinfo, fold)
}

fn timetuple(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fields, tzinfo, _) = parts::<DateTime>(vm, args.get(0));
    let is_dst = match ask_offset(vm, tzinfo, "dst", args.get(0))? {
        Some(dst) => i64::from(dst.get(vm).total() != 0),
        None => -1,
    };
    strftime::struct_time(vm, tuple_parts(&fields, is_dst))
}

fn utctimetuple(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fields = parts::<DateTime>(vm, args.get(0)).0;
    let offset = offset_of::<DateTime>(vm, args.get(0))?.unwrap_or(0);
    match Fields::from_total(i128::from(fields.total()) - offset) {
        Some(fields) => strftime::struct_time(vm, tuple_parts(&fields, 0)),
        None => Err(vm.raise(Exc::OverflowError, "date value out of range")),
    }
}

fn ctime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fields = parts::<DateTime>(vm, args.get(0)).0;
    vm.new_str(&ctime_text(&fields))
}

fn isoformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, separator, timespec] = args.all();
    let fields = parts::<DateTime>(vm, this).0;
    let separator = match separator.given() {
        None => u32::from(b'T'),
        Some(value) => match value.downcast::<Str>(vm) {
            Some(text) if text.get(vm).len() == 1 => text.get(vm).text().get(0).unwrap_or(0),
            Some(text) => {
                let len = text.get(vm).len();
                let message =
                    format!("isoformat() argument 1 must be a unicode character, not a string of length {len}");
                return Err(vm.raise(Exc::TypeError, message));
            }
            None => {
                let got = vm.type_name(value);
                let message = format!("isoformat() argument 1 must be a unicode character, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
        },
    };
    let mut out = TextBuf::new();
    out.push_str(&format!("{:04}-{:02}-{:02}", fields.year, fields.month, fields.day));
    out.push(separator);
    out.push_str(&timed_text(vm, &fields, timespec, 2)?);
    if let Some(offset) = offset_of::<DateTime>(vm, this)? {
        out.push_str(&offset_text(offset, ":"));
    }
    Ok(Str::from_text(vm, out.as_text())?.value())
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let space = vm.new_str(" ")?;
    vm.call_method(this, "isoformat", &[space])
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Fields { year, month, day, .. } = parts::<DateTime>(vm, this).0;
    let text = timed::repr_text::<DateTime>(vm, this, &format!("{year}, {month}, {day}, "))?;
    vm.new_str(&text)
}

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, year, month, day, hour, minute, second, micro, tzinfo, fold] = args.all();
    let (own, own_zone, own_fold) = parts::<DateTime>(vm, this);
    let fields = Fields {
        year: part(vm, year, own.year)?,
        month: part(vm, month, own.month)?,
        day: part(vm, day, own.day)?,
        hour: part(vm, hour, own.hour)?,
        minute: part(vm, minute, own.minute)?,
        second: part(vm, second, own.second)?,
        micro: part(vm, micro, own.micro)?,
    };
    let fold = part(vm, fold, own_fold)?;
    date::check(vm, fields.year, fields.month, fields.day)?;
    clock::check(vm, &fields, fold)?;
    let tzinfo = if tzinfo.is_unbound() { own_zone } else { check_tzinfo(vm, tzinfo)? };
    let class = vm.type_of(this).value();
    make_as(vm, class, &fields, tzinfo, fold)
}

fn astimezone(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, tz] = args.all();
    let target = match tz.not_none() {
        Some(zone) if zone.downcast::<TzInfo>(vm).is_none() => {
            let got = vm.type_name(zone);
            let message = format!("tzinfo argument must be None or of a tzinfo subclass, not type '{got}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        target => target,
    };
    let (fields, own, fold) = parts::<DateTime>(vm, this);
    if own.is_some() && own == target {
        return Ok(this);
    }
    let offset = match ask_offset(vm, own, "utcoffset", this)? {
        Some(offset) => offset.get(vm).total(),
        // A naive moment, or a time zone that does not know, is local time.
        None => local::zone_of_local(vm, &fields, fold)?.0,
    };
    let Some(fields) = Fields::from_total(i128::from(fields.total()) - offset) else {
        return Err(vm.raise(Exc::OverflowError, "date value out of range"));
    };
    let class = vm.type_of(this).value();
    let target = match target {
        Some(target) => target,
        None => {
            let seconds = (fields.total() - local::EPOCH).div_euclid(SECOND);
            let (offset, name) = local::zone_at(vm, seconds)?;
            let name = vm.new_str(&name)?;
            zone::fixed(vm, offset, Some(name))?
        }
    };
    let utc = make_as(vm, class, &fields, Some(target), 0)?;
    vm.call_method(target, "fromutc", &[utc])
}

const REPLACE: &str = "replace($self, /, year=unchanged, month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)";
const DUNDER_REPLACE: &str = "__replace__($self, /, year=unchanged, month=unchanged, day=unchanged,\n        hour=unchanged, minute=unchanged, second=unchanged,\n        microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)";

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    class_method("now($type, /, tz=None)", now, "Returns new datetime object representing current time local to tz.\n\n  tz\n    Timezone object.\n\nIf no tz is specified, uses local timezone."),
    class_method("utcnow($type, /)", utcnow, "Return a new datetime representing UTC day and time."),
    class_method("fromtimestamp($type, timestamp, tz=None)", fromtimestamp, "timestamp[, tz] -> tz's local time from POSIX timestamp.").hidden(),
    class_method("utcfromtimestamp($type, timestamp, /)", utcfromtimestamp, "Construct a naive UTC datetime from a POSIX timestamp.").hidden(),
    class_method("strptime($type, date_string, format, /)", strptime, "string, format -> new datetime parsed from a string (like time.strptime()).").hidden(),
    class_method("combine($type, date, time, tzinfo=unchanged)", combine, "date, time -> datetime with same date and time fields").hidden(),
    class_method("fromisoformat($type, object, /)", fromisoformat, "Construct a date from a string in ISO 8601 format."),
    method("date($self, /)", get_date, "Return date object with same year, month and day."),
    method("time($self, /)", get_time, "Return time object with same time but with tzinfo=None."),
    method("timetz($self, /)", timetz, "Return time object with same time and tzinfo."),
    method("ctime($self, /)", ctime, "Return ctime() style string."),
    method("timetuple($self, /)", timetuple, "Return time tuple, compatible with time.localtime()."),
    method("timestamp($self, /)", timestamp, "Return POSIX timestamp as float."),
    method("utctimetuple($self, /)", utctimetuple, "Return UTC time tuple, compatible with time.localtime()."),
    method("isoformat($self, /, sep='T', timespec='auto')", isoformat, "[sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\nsep is used to separate the year from the time, and defaults to 'T'.\nThe optional argument timespec specifies the number of additional terms\nof the time to include. Valid options are 'auto', 'hours', 'minutes',\n'seconds', 'milliseconds' and 'microseconds'.\n").hidden(),
    timed::utcoffset_row::<DateTime>(),
    timed::tzname_row::<DateTime>(),
    timed::dst_row::<DateTime>(),
    method(REPLACE, replace, "Return datetime with new specified fields."),
    method(DUNDER_REPLACE, replace, "The same as replace()."),
    method("astimezone($self, /, tz=None)", astimezone, "tz -> convert to local time in new timezone tz\n").hidden(),
    timed::reduce_ex_row::<DateTime>(),
    timed::reduce_row::<DateTime>(),
];

/// Sets `min`, `max` and `resolution`.
pub(super) fn finish(vm: &mut Vm) -> Result<(), Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    let last = Fields::from_total((i128::from(calendar::MAX_ORDINAL) + 1) * i128::from(DAY) - 1);
    for (name, fields) in [("min", Some(Fields::of_date(1, 1, 1))), ("max", last)] {
        if let Some(fields) = fields {
            let value = make(vm, &fields, None, 0)?;
            set_class_attr(vm, class, name, value)?;
        }
    }
    let micro = Delta::new(vm, 1)?.value();
    set_class_attr(vm, class, "resolution", micro)
}

/// The class `datetime`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "datetime",
    module: "datetime",
    base: Some(&date::TYPE),
    layout: Some(<DateTime as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        str: Some(str),
        hash: Some(timed::hash::<DateTime>),
        richcompare: Some(richcompare),
        add: Some(add),
        sub: Some(sub),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: &timed::getset::<DateTime>(),
    doc: "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe year, month and day arguments are required. tzinfo may be None, or an\ninstance of a tzinfo subclass. The remaining arguments may be ints.\n",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
