//! Durations given by Python code, and the deadlines of waits that signals may interrupt.

use taipan_vm::host::{Errno, Host, HostResult, PollEntry};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// How a fraction of a nanosecond is rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Away from zero: a wait is never shorter than asked for.
    Up,
    Ceiling,
}

/// A duration in units of `unit` nanoseconds (10^9: seconds), as nanoseconds. CPython's `PyTime_FromSecondsObject`.
///
/// # Errors
/// TypeError for what is no number, ValueError for NaN, OverflowError beyond 64 bits of nanoseconds.
pub fn duration(vm: &mut Vm, value: Value, unit: i64, rounding: Rounding) -> Result<i64, Raised> {
    if vm.as_float(value).is_some() || (!vm.is_int(value) && vm.slots(value).float.is_some()) {
        let number = vm.to_f64(value)?;
        if number.is_nan() {
            return Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)"));
        }
        let exact = number * unit as f64;
        let whole = match rounding {
            Rounding::Up if exact < 0.0 => exact.floor(),
            _ => exact.ceil(),
        };
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
            return Err(vm.raise(Exc::OverflowError, "timestamp out of range for C PyTime_t"));
        }
        return Ok(whole as i64);
    }
    if !vm.is_int(value) && vm.slots(value).index.is_none() {
        let got = vm.type_name(value);
        let message = format!("'{got}' object cannot be interpreted as an integer or float");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let index = vm.index(value)?;
    match vm.as_i64(index).and_then(|n| n.checked_mul(unit)) {
        Some(nanoseconds) => Ok(nanoseconds),
        None => Err(vm.raise(Exc::OverflowError, "timestamp out of range for C PyTime_t")),
    }
}

/// The end of a wait on the monotonic clock; `None`: no end.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<i128>);

impl Deadline {
    /// So many nanoseconds from now; negative: never.
    pub fn after(vm: &mut Vm, nanoseconds: i64) -> Result<Deadline, Raised> {
        if nanoseconds < 0 {
            return Ok(Deadline(None));
        }
        let now = vm.ask_host(|host| host.clock(libc::CLOCK_MONOTONIC))?.total();
        Ok(Deadline(Some(now + i128::from(nanoseconds))))
    }

    /// Nanoseconds left, not below 0; `None` without end.
    pub fn left(self, vm: &mut Vm) -> Result<Option<i64>, Raised> {
        let Some(end) = self.0 else { return Ok(None) };
        let now = vm.ask_host(|host| host.clock(libc::CLOCK_MONOTONIC))?.total();
        Ok(Some(i64::try_from((end - now).max(0)).unwrap_or(i64::MAX)))
    }

    /// Milliseconds left, rounded up, as `poll` takes them: -1 without end.
    pub fn left_milliseconds(self, vm: &mut Vm) -> Result<i32, Raised> {
        Ok(match self.left(vm)? {
            None => -1,
            Some(left) => i32::try_from(left.saturating_add(999_999) / 1_000_000).unwrap_or(i32::MAX),
        })
    }

    /// Asks `operation`, which waits for so many milliseconds, until `is_empty` is false of what it gives or the time is
    /// over. Signal handlers run in between and shorten no wait. A wait that becomes long collects garbage.
    pub fn wait<T>(
        self,
        vm: &mut Vm,
        is_empty: impl Fn(&T) -> bool,
        mut operation: impl FnMut(&dyn Host, i32) -> HostResult<T>,
    ) -> Result<T, Raised> {
        let host = vm.host();
        let patience = vm.idle_patience();
        let mut patient = false;
        loop {
            let left = self.left_milliseconds(vm)?;
            let short = !patient && !(0..=patience).contains(&left);
            let timeout = if short { patience } else { left };
            match vm.detached(|| operation(&*host, timeout)) {
                Ok(found) if short && is_empty(&found) => {
                    patient = true;
                    if vm.is_main_thread() {
                        vm.collect_when_idle();
                    }
                }
                Ok(found) => return Ok(found),
                Err(Errno::INTERRUPTED) => vm.run_signal_handlers()?,
                Err(errno) => return Err(vm.raise_os_error(errno, &[])),
            }
        }
    }

    /// Waits for readiness of descriptors; gives how many are ready, 0 when the time is over. Signal handlers run in
    /// between and shorten no wait.
    pub fn poll(self, vm: &mut Vm, entries: &mut [PollEntry]) -> Result<usize, Raised> {
        self.wait(vm, |n| *n == 0, |host, timeout| host.poll(entries, timeout))
    }
}
