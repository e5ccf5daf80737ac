//! `datetime` and POSIX timestamps: `now`, `fromtimestamp`, `timestamp` and the like.

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::super::timed::{offset_of, parts};
use super::super::zone::check_tzinfo;
use super::super::{delta, local};
use super::{DateTime, make_as};

/// Whole seconds and microseconds of a timestamp: rounded half to even, or down to the second.
pub fn timestamp_parts(vm: &mut Vm, value: Value, with_micros: bool) -> Result<(i64, i64), Raised> {
    if let Some(number) = vm.as_float(value) {
        if number.is_nan() {
            return Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)"));
        }
        let mut seconds = number.floor();
        let mut micros = 0.0;
        if with_micros {
            // As CPython: the fraction towards zero is rounded, then made positive.
            seconds = number.trunc();
            micros = ((number - seconds) * 1e6).round_ties_even();
            if micros >= 1e6 {
                (seconds, micros) = (seconds + 1.0, micros - 1e6);
            } else if micros < 0.0 {
                (seconds, micros) = (seconds - 1.0, micros + 1e6);
            }
        }
        if !(-9.2e18..9.2e18).contains(&seconds) {
            return Err(vm.raise(Exc::OverflowError, "timestamp out of range for platform time_t"));
        }
        return Ok((seconds as i64, micros as i64));
    }
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(seconds) => Ok((seconds, 0)),
        None => Err(vm.raise(Exc::OverflowError, "timestamp out of range for platform time_t")),
    }
}

/// The moment of a timestamp, in UTC or in local time.
fn from_parts(
    vm: &mut Vm,
    class: Value,
    (seconds, micros): (i64, i64),
    is_utc: bool,
    tzinfo: Option<Value>,
) -> Result<Value, Raised> {
    let (mut fields, fold) =
        if is_utc { (local::utc_fields(vm, seconds)?, 0) } else { local::local_fields(vm, seconds, tzinfo.is_none())? };
    fields.micro = micros;
    let made = make_as(vm, class, &fields, tzinfo, fold)?;
    match tzinfo {
        Some(zone) if is_utc => vm.call_method(zone, "fromutc", &[made]),
        _ => Ok(made),
    }
}

pub(super) fn fromtimestamp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, timestamp, tz] = args.all();
    let tzinfo = check_tzinfo(vm, tz)?;
    let parts = timestamp_parts(vm, timestamp, true)?;
    from_parts(vm, class, parts, tzinfo.is_some(), tzinfo)
}

pub(super) fn utcfromtimestamp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, timestamp] = args.all();
    let message = "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.fromtimestamp(timestamp, datetime.UTC).";
    vm.warn(Exc::DeprecationWarning, message, 0)?;
    let parts = timestamp_parts(vm, timestamp, true)?;
    from_parts(vm, class, parts, true, None)
}

fn clock_parts(vm: &mut Vm) -> Result<(i64, i64), Raised> {
    let now = vm.ask_host(|host| host.clock(libc::CLOCK_REALTIME))?;
    let total = now.total();
    Ok((total.div_euclid(1_000_000_000) as i64, (total.rem_euclid(1_000_000_000) / 1000) as i64))
}

pub(super) fn now(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, tz] = args.all();
    let tzinfo = check_tzinfo(vm, tz)?;
    let parts = clock_parts(vm)?;
    from_parts(vm, class, parts, tzinfo.is_some(), tzinfo)
}

pub(super) fn utcnow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let message = "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).";
    vm.warn(Exc::DeprecationWarning, message, 0)?;
    let parts = clock_parts(vm)?;
    from_parts(vm, args.get(0), parts, true, None)
}

pub(super) fn timestamp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let (fields, tzinfo, fold) = parts::<DateTime>(vm, this);
    if tzinfo.is_some() {
        let offset = offset_of::<DateTime>(vm, this)?.unwrap_or(0);
        let total = i128::from(fields.total()) - offset - i128::from(local::EPOCH);
        return delta::seconds_of(vm, total);
    }
    let seconds = local::seconds_of_local(vm, &fields, fold)?;
    vm.new_float(seconds as f64 + fields.micro as f64 / 1e6)
}
