//! Local time: what the system says about the offset at a moment, asked in both directions.

use taipan_vm::raise::{Exc, Raised};
use taipan_vm::vm::Vm;

use super::calendar::{self, Fields, SECOND};

/// 1 January 1970 in microseconds, as `Fields::total` counts.
pub const EPOCH: i64 = 719_163 * calendar::DAY;

/// A change of the offset is at most so far away from a moment that may be ambiguous.
const MOST_FOLD: i64 = 24 * 3600;

/// The fields of a timestamp in UTC.
pub fn utc_fields(vm: &mut Vm, seconds: i64) -> Result<Fields, Raised> {
    let total = i128::from(EPOCH) + i128::from(seconds) * i128::from(SECOND);
    match Fields::from_total(total) {
        Some(fields) => Ok(fields),
        None => Err(raise_out_of_range(vm, total)),
    }
}

#[cold]
fn raise_out_of_range(vm: &mut Vm, total: i128) -> Raised {
    let day = total.div_euclid(i128::from(calendar::DAY));
    let year = calendar::from_ordinal(day.clamp(-1 << 40, 1 << 40) as i64).0;
    raise_year(vm, year)
}

#[cold]
fn raise_year(vm: &mut Vm, year: i64) -> Raised {
    let (first, last) = (calendar::MIN_YEAR, calendar::MAX_YEAR);
    vm.raise(Exc::ValueError, format!("year must be in {first}..{last}, not {year}"))
}

/// Seconds of the local wall clock since the epoch at a timestamp.
fn local_seconds(vm: &mut Vm, seconds: i64) -> Result<i64, Raised> {
    Ok((local_moment(vm, seconds)?.total() - EPOCH).div_euclid(SECOND))
}

fn local_moment(vm: &mut Vm, seconds: i64) -> Result<Fields, Raised> {
    let total = i128::from(EPOCH) + i128::from(seconds) * i128::from(SECOND);
    // Far beyond the calendar the system need not be asked.
    let slack = i128::from(calendar::DAY) * 2;
    if total < i128::from(calendar::DAY) - slack
        || total > i128::from(calendar::MAX_ORDINAL + 1) * i128::from(calendar::DAY) + slack
    {
        return Err(raise_out_of_range(vm, total));
    }
    let local = vm.ask_host(|host| host.local_time(seconds))?;
    let fields = Fields {
        year: local.year,
        month: local.month.into(),
        day: local.day.into(),
        hour: local.hour.into(),
        minute: local.minute.into(),
        // Leap seconds, where the system has them, are cut.
        second: local.second.min(59).into(),
        micro: 0,
    };
    if !(calendar::MIN_YEAR..=calendar::MAX_YEAR).contains(&fields.year) {
        return Err(raise_year(vm, fields.year));
    }
    Ok(fields)
}

/// The local fields of a timestamp and, if asked for, the fold.
pub fn local_fields(vm: &mut Vm, seconds: i64, with_fold: bool) -> Result<(Fields, i64), Raised> {
    let fields = local_moment(vm, seconds)?;
    if !with_fold {
        return Ok((fields, 0));
    }
    let here = (fields.total() - EPOCH).div_euclid(SECOND);
    let probe = local_seconds(vm, seconds - MOST_FOLD);
    // Before the first day there is nothing to be repeated.
    let Some(probe) = vm.catch(probe, Exc::ValueError)? else { return Ok((fields, 0)) };
    let transition = here - probe - MOST_FOLD;
    if transition < 0 && local_seconds(vm, seconds + transition)? == here {
        return Ok((fields, 1));
    }
    Ok((fields, 0))
}

/// The timestamp of a local wall time: `fold` chooses in a repeated hour, and in a gap.
pub fn seconds_of_local(vm: &mut Vm, fields: &Fields, fold: i64) -> Result<i64, Raised> {
    let wall = (fields.total() - EPOCH).div_euclid(SECOND);
    let first_offset = local_seconds(vm, wall)? - wall;
    let first = wall - first_offset;
    let first_wall = local_seconds(vm, first)?;
    let other_offset = if first_wall == wall {
        // One solution; another may lie on the other side of a change.
        let probe = first + if fold == 0 { -MOST_FOLD } else { MOST_FOLD };
        let offset = local_seconds(vm, probe)? - probe;
        if offset == first_offset {
            return Ok(first);
        }
        offset
    } else {
        first_wall - first
    };
    let other = wall - other_offset;
    if local_seconds(vm, other)? == wall {
        return Ok(other);
    }
    if first_wall == wall {
        return Ok(first);
    }
    // A gap: the wall clock skipped this time.
    Ok(if fold == 0 { first.max(other) } else { first.min(other) })
}

/// Offset in microseconds and name of local time at a timestamp.
pub fn zone_at(vm: &mut Vm, seconds: i64) -> Result<(i128, String), Raised> {
    let local = vm.ask_host(|host| host.local_time(seconds))?;
    Ok((i128::from(local.utc_offset) * i128::from(SECOND), local.zone))
}

/// As `zone_at`, at a local wall time.
pub fn zone_of_local(vm: &mut Vm, fields: &Fields, fold: i64) -> Result<(i128, String), Raised> {
    let mut seconds = seconds_of_local(vm, fields, fold)?;
    let other = seconds_of_local(vm, fields, 1 - fold)?;
    // In a gap or a repeated hour.
    if other != seconds && (other > seconds) == (fold == 1) {
        seconds = other;
    }
    zone_at(vm, seconds)
}
