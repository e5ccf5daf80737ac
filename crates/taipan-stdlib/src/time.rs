//! The module `time`: clocks, sleeping, calendar time.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::host::{CalendarTime, Errno, TimeSpec};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::structseq;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::structseq::{field_at, instance};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

structseq! {
    /// `time.struct_time`.
    pub static STRUCT_TIME = "time" "struct_time", doc "The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and strftime().  May be considered as a\n sequence of 9 integers.\n\n Note that several fields' values are not the same as those defined by\n the C language standard for struct tm.  For example, the value of the\n field tm_year is the actual year, not year - 1900.  See individual\n fields' descriptions for details.", flags taipan_vm::spec::MUTABLE, visible 9, [
        "tm_year" "year, for example, 1993",
        "tm_mon" "month of year, range [1, 12]",
        "tm_mday" "day of month, range [1, 31]",
        "tm_hour" "hours, range [0, 23]",
        "tm_min" "minutes, range [0, 59]",
        "tm_sec" "seconds, range [0, 61])",
        "tm_wday" "day of week, range [0, 6], Monday is 0",
        "tm_yday" "day of year, range [1, 366]",
        "tm_isdst" "1 if summer time is in effect, 0 if not, and -1 if unknown",
        "tm_zone" "abbreviation of timezone name",
        "tm_gmtoff" "offset from UTC in seconds",
    ]
}

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "time",
    doc: "This module provides various functions to manipulate time values.",
    functions: &[
        MethodDef::raw_static("asctime", asctime, "asctime([tuple]) -> string\n\nConvert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.\nWhen the time tuple is not present, current time as returned by localtime()\nis used."),
        function("clock_getres(clk_id, /)", clock_getres, "clock_getres(clk_id) -> floating-point number\n\nReturn the resolution (precision) of the specified clock clk_id.").hidden(),
        function("clock_settime(clk_id, time, /)", clock_settime, "clock_settime(clk_id, time)\n\nSet the time of the specified clock clk_id."),
        function("clock_settime_ns(clk_id, time, /)", clock_settime_ns, "clock_settime_ns(clk_id, time)\n\nSet the time of the specified clock clk_id with nanoseconds."),
        function("pthread_getcpuclockid(thread_id, /)", pthread_getcpuclockid, "pthread_getcpuclockid(thread_id) -> int\n\nReturn the clk_id of a thread's CPU time clock."),
        function("clock_gettime(clk_id, /)", clock_gettime, "Return the time of the specified clock clk_id as a float."),
        function("clock_gettime_ns(clk_id, /)", clock_gettime_ns, "Return the time of the specified clock clk_id as nanoseconds (int)."),
        MethodDef::raw_static("ctime", ctime, "ctime(seconds) -> string\n\nConvert a time in seconds since the Epoch to a string in local time.\nThis is equivalent to asctime(localtime(seconds)). When the time tuple is\nnot present, current time as returned by localtime() is used."),
        function("get_clock_info(name, /)", get_clock_info, "get_clock_info(name: str) -> dict\n\nGet information of the specified clock.").hidden(),
        MethodDef::raw_static("gmtime", gmtime, "gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,\n                       tm_sec, tm_wday, tm_yday, tm_isdst)\n\nConvert seconds since the Epoch to a time tuple expressing UTC (a.k.a.\nGMT).  When 'seconds' is not passed in, convert the current time instead.\n\nIf the platform supports the tm_gmtoff and tm_zone, they are available as\nattributes only."),
        MethodDef::raw_static("localtime", localtime, "localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,\n                          tm_sec,tm_wday,tm_yday,tm_isdst)\n\nConvert seconds since the Epoch to a time tuple expressing local time.\nWhen 'seconds' is not passed in, convert the current time instead."),
        function("mktime(object, /)", mktime, "mktime(tuple) -> floating-point number\n\nConvert a time tuple in local time to seconds since the Epoch.\nNote that mktime(gmtime(0)) will not generally return zero for most\ntime zones; instead the returned value will either be equal to that\nof the timezone or altzone attributes on the time module."),
        function("monotonic()", monotonic, "monotonic() -> float\n\nMonotonic clock, cannot go backward."),
        function("monotonic_ns()", monotonic_ns, "monotonic_ns() -> int\n\nMonotonic clock, cannot go backward, as nanoseconds."),
        function("perf_counter()", monotonic, "perf_counter() -> float\n\nPerformance counter for benchmarking."),
        function("perf_counter_ns()", monotonic_ns, "perf_counter_ns() -> int\n\nPerformance counter for benchmarking as nanoseconds."),
        function("process_time()", process_time, "process_time() -> float\n\nProcess time for profiling: sum of the kernel and user-space CPU time."),
        function("process_time_ns()", process_time_ns, "process_time() -> int\n\nProcess time for profiling as nanoseconds:\nsum of the kernel and user-space CPU time."),
        function("sleep(object, /)", sleep, "sleep(seconds)\n\nDelay execution for a given number of seconds.  The argument may be\na floating-point number for subsecond precision."),
        MethodDef::raw_static("strftime", strftime, "strftime(format[, tuple]) -> string\n\nConvert a time tuple to a string according to a format specification.\nSee the library reference manual for formatting codes. When the time tuple\nis not present, current time as returned by localtime() is used.\n\nCommonly used format codes:\n\n%Y  Year with century as a decimal number.\n%m  Month as a decimal number [01,12].\n%d  Day of the month as a decimal number [01,31].\n%H  Hour (24-hour clock) as a decimal number [00,23].\n%M  Minute as a decimal number [00,59].\n%S  Second as a decimal number [00,61].\n%z  Time zone offset from UTC.\n%a  Locale's abbreviated weekday name.\n%A  Locale's full weekday name.\n%b  Locale's abbreviated month name.\n%B  Locale's full month name.\n%c  Locale's appropriate date and time representation.\n%I  Hour (12-hour clock) as a decimal number [01,12].\n%p  Locale's equivalent of either AM or PM.\n\nOther codes may be available on your platform.  See documentation for\nthe C library strftime function."),
        MethodDef::raw_static("strptime", strptime, "strptime(string, format) -> struct_time\n\nParse a string to a time tuple according to a format specification.\nSee the library reference manual for formatting codes (same as\nstrftime())."),
        function("thread_time()", thread_time, "thread_time() -> float\n\nThread time for profiling: sum of the kernel and user-space CPU time."),
        function("thread_time_ns()", thread_time_ns, "thread_time() -> int\n\nThread time for profiling as nanoseconds:\nsum of the kernel and user-space CPU time."),
        function("time()", time, "time() -> floating-point number\n\nReturn the current time in seconds since the Epoch.\nFractions of a second may be present if the system clock provides them."),
        function("time_ns()", time_ns, "time_ns() -> int\n\nReturn the current time in nanoseconds since the Epoch."),
        function("tzset()", tzset, "tzset()\n\nInitialize, or reinitialize, the local timezone to the value stored in\nos.environ['TZ']. The TZ environment variable should be specified in\nstandard Unix timezone format as documented in the tzset man page\n(eg. 'US/Eastern', 'Europe/Amsterdam'). Unknown timezones will silently\nfall back to UTC. If the TZ environment variable is not set, the local\ntimezone is set to the systems best guess of wallclock time.\nChanging the TZ environment variable without calling tzset *may* change\nthe local timezone used by methods such as localtime, but this behaviour\nshould not be relied on."),
    ],
    types: &[&STRUCT_TIME],
    exec: Some(exec),
};

const STATE: &str = "time.module";

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in [
        ("CLOCK_REALTIME", libc::CLOCK_REALTIME),
        ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC),
        ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW),
        ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID),
        ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID),
        ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME),
        ("CLOCK_TAI", libc::CLOCK_TAI),
        ("_STRUCT_TM_ITEMS", 11),
    ] {
        Module::set_int(module, vm, name, i64::from(number))?;
    }
    vm.set_state(STATE, module.value());
    set_zone(vm, module)
}

/// Sets `timezone`, `altzone`, `daylight`, `tzname` from what January and July of this year are like.
fn set_zone(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    const YEAR: i64 = 365 * 24 * 3600 + 6 * 3600;
    let host = vm.host();
    let _ = host.set_time_zone();
    let now = host.clock(libc::CLOCK_REALTIME).unwrap_or_default().seconds;
    let january = now / YEAR * YEAR;
    let winter = host.local_time(january).unwrap_or_default();
    let summer = host.local_time(january + YEAR / 2).unwrap_or_default();
    // In the south the summer is in January.
    let (standard, daylight) =
        if winter.utc_offset <= summer.utc_offset { (&winter, &summer) } else { (&summer, &winter) };
    Module::set_int(module, vm, "timezone", -standard.utc_offset)?;
    Module::set_int(module, vm, "altzone", -daylight.utc_offset)?;
    Module::set_int(module, vm, "daylight", i64::from(standard.utc_offset != daylight.utc_offset))?;
    let names = [vm.new_str(&standard.zone)?, vm.new_str(&daylight.zone)?];
    let names = Tuple::from_values(vm, &names)?;
    Module::set(module, vm, "tzname", names.value())
}

fn tzset(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    if let Some(module) = vm.state(STATE).and_then(|module| module.downcast::<Module>(vm)) {
        set_zone(vm, module)?;
    }
    Ok(Value::NONE)
}

// ---- clocks ----

fn read(vm: &mut Vm, id: i32) -> Result<TimeSpec, Raised> {
    vm.ask_host(|host| host.clock(id))
}

fn seconds_of(vm: &mut Vm, time: TimeSpec) -> Result<Value, Raised> {
    vm.new_float(time.total() as f64 / 1e9)
}

fn nanoseconds_of(vm: &mut Vm, time: TimeSpec) -> Result<Value, Raised> {
    match i64::try_from(time.total()) {
        Ok(total) => vm.new_int(total),
        Err(_) => Err(vm.raise(Exc::OverflowError, "timestamp too large to convert to C PyTime_t")),
    }
}

macro_rules! clocks {
    ($($seconds:ident $nanoseconds:ident = $id:expr;)*) => {
        $(
            fn $seconds(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
                let time = read(vm, $id)?;
                seconds_of(vm, time)
            }

            fn $nanoseconds(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
                let time = read(vm, $id)?;
                nanoseconds_of(vm, time)
            }
        )*
    };
}

clocks! {
    time time_ns = libc::CLOCK_REALTIME;
    monotonic monotonic_ns = libc::CLOCK_MONOTONIC;
    process_time process_time_ns = libc::CLOCK_PROCESS_CPUTIME_ID;
    thread_time thread_time_ns = libc::CLOCK_THREAD_CPUTIME_ID;
}

fn clock_gettime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let id = vm.index_i32(args.get(0))?;
    let time = read(vm, id)?;
    seconds_of(vm, time)
}

fn clock_gettime_ns(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let id = vm.index_i32(args.get(0))?;
    let time = read(vm, id)?;
    nanoseconds_of(vm, time)
}

fn clock_settime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let id = vm.index_i32(args.get(0))?;
    let value = args.get(1);
    let seconds = if vm.is_int(value) { vm.index_i64(value)? as f64 } else { real_seconds(vm, value)? };
    if !(-9.2e9..9.2e9).contains(&seconds) {
        return Err(vm.raise(Exc::OverflowError, "timestamp out of range for platform time_t"));
    }
    set_clock(vm, id, (seconds * 1e9).floor() as i128)
}

fn real_seconds(vm: &mut Vm, value: Value) -> Result<f64, Raised> {
    if vm.slots(value).float.is_none() && vm.slots(value).index.is_none() {
        let got = vm.type_name(value);
        let message = format!("'{got}' object cannot be interpreted as an integer or float");
        return Err(vm.raise(Exc::TypeError, message));
    }
    vm.to_f64(value)
}

fn clock_settime_ns(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let id = vm.index_i32(args.get(0))?;
    let total = vm.index_i64(args.get(1))?;
    set_clock(vm, id, i128::from(total))
}

fn set_clock(vm: &mut Vm, id: i32, total: i128) -> Result<Value, Raised> {
    const NANOSECONDS: i128 = 1_000_000_000;
    let (seconds, nanoseconds) = (total.div_euclid(NANOSECONDS) as i64, total.rem_euclid(NANOSECONDS) as i64);
    vm.ask_host(|host| host.set_clock(id, TimeSpec { seconds, nanoseconds }))?;
    Ok(Value::NONE)
}

fn pthread_getcpuclockid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let index = vm.index(args.get(0))?;
    let thread = vm.as_i64(index).unwrap_or(0) as u64;
    // A number that names no thread must not reach the system.
    if !vm.has_thread(thread) {
        return Err(vm.raise_os_error(taipan_vm::host::Errno(libc::ESRCH), &[]));
    }
    vm.ask_host(|host| host.thread_clock(thread)).map(Value::int32)
}

fn clock_getres(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let id = vm.parsed_i32(args.get(0))?;
    let time = vm.ask_host(|host| host.clock_resolution(id))?;
    seconds_of(vm, time)
}

fn get_clock_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(name) = vm.text_of(args.get(0)) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("get_clock_info() argument 1 must be str, not {got}")));
    };
    let (id, clock, monotonic, adjustable) = match name.as_str() {
        "time" => (libc::CLOCK_REALTIME, "CLOCK_REALTIME", false, true),
        "monotonic" | "perf_counter" => (libc::CLOCK_MONOTONIC, "CLOCK_MONOTONIC", true, false),
        "process_time" => (libc::CLOCK_PROCESS_CPUTIME_ID, "CLOCK_PROCESS_CPUTIME_ID", true, false),
        "thread_time" => (libc::CLOCK_THREAD_CPUTIME_ID, "CLOCK_THREAD_CPUTIME_ID", true, false),
        _ => return Err(vm.raise(Exc::ValueError, "unknown clock")),
    };
    let resolution = vm.ask_host(|host| host.clock_resolution(id))?;
    let resolution = seconds_of(vm, resolution)?;
    let implementation = vm.new_str(&format!("clock_gettime({clock})"))?;
    let attributes = taipan_vm::types::dict::Dict::new(vm)?;
    for (key, value) in [
        ("implementation", implementation),
        ("monotonic", Value::bool(monotonic)),
        ("adjustable", Value::bool(adjustable)),
        ("resolution", resolution),
    ] {
        let key = Str::intern(vm, key)?;
        taipan_vm::types::dict::Dict::set_str(attributes, vm, key, value)?;
    }
    taipan_vm::types::namespace::from_dict(vm, attributes)
}

fn sleep(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = args.get(0);
    vm.audit("time.sleep", &[value])?;
    let nanoseconds: i128 = if vm.is_int(value) {
        match vm.as_i64(value) {
            Some(seconds) => i128::from(seconds) * 1_000_000_000,
            None => return Err(vm.raise(Exc::OverflowError, "timestamp too large to convert to C PyTime_t")),
        }
    } else {
        if vm.as_float(value).is_none() && vm.slots(value).float.is_none() && vm.slots(value).index.is_none() {
            let got = vm.type_name(value);
            let message = format!("'{got}' object cannot be interpreted as an integer or float");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let seconds = vm.to_f64(value)?;
        if seconds.is_nan() {
            return Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)"));
        }
        if seconds.abs() > 9.2e9 {
            return Err(vm.raise(Exc::OverflowError, "timestamp out of range for C PyTime_t"));
        }
        (seconds * 1e9).ceil() as i128
    };
    if nanoseconds < 0 {
        return Err(vm.raise(Exc::ValueError, "sleep length must be non-negative"));
    }
    if nanoseconds > i128::from(i64::MAX) {
        return Err(vm.raise(Exc::OverflowError, "timestamp too large to convert to C PyTime_t"));
    }
    let deadline = read(vm, libc::CLOCK_MONOTONIC)?.total() + nanoseconds;
    let deadline =
        TimeSpec { seconds: (deadline / 1_000_000_000) as i64, nanoseconds: (deadline % 1_000_000_000) as i64 };
    vm.wait_host(|host| host.sleep_until(deadline))?;
    Ok(Value::NONE)
}

// ---- calendar ----

fn struct_time(vm: &mut Vm, time: &CalendarTime) -> Result<Value, Raised> {
    let zone = vm.new_str(&time.zone)?;
    let fields = [
        vm.new_int(time.year)?,
        Value::int32(time.month),
        Value::int32(time.day),
        Value::int32(time.hour),
        Value::int32(time.minute),
        Value::int32(time.second),
        Value::int32(time.week_day),
        Value::int32(time.year_day),
        Value::int32(time.is_dst),
        zone,
        vm.new_int(time.utc_offset)?,
    ];
    instance(vm, &STRUCT_TIME, &fields)
}

/// Whole seconds since the epoch: the argument, or now.
fn moment(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<i64, Raised> {
    args.expect(vm, function, 0, 1)?;
    let Some(value) = args.opt(0).and_then(Value::not_none) else {
        return Ok(read(vm, libc::CLOCK_REALTIME)?.seconds);
    };
    if let Some(seconds) = vm.as_float(value) {
        if seconds.is_nan() {
            return Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)"));
        }
        let floor = seconds.floor();
        if !(-9.2e18..9.2e18).contains(&floor) {
            return Err(vm.raise(Exc::OverflowError, "timestamp out of range for platform time_t"));
        }
        return Ok(floor as i64);
    }
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(seconds) => Ok(seconds),
        None => Err(vm.raise(Exc::OverflowError, "timestamp out of range for platform time_t")),
    }
}

fn gmtime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = moment(vm, args, "gmtime")?;
    let time = vm.ask_host(|host| host.utc_time(seconds))?;
    struct_time(vm, &time)
}

fn localtime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = moment(vm, args, "localtime")?;
    let time = vm.ask_host(|host| host.local_time(seconds))?;
    struct_time(vm, &time)
}

/// The calendar time of a tuple or struct_time.
fn calendar(vm: &mut Vm, value: Value, function: &str) -> Result<CalendarTime, Raised> {
    let Some(tuple) = value.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, "Tuple or struct_time argument required"));
    };
    if tuple.get(vm).len() != 9 {
        return Err(vm.raise(Exc::TypeError, format!("{function}(): illegal time tuple argument")));
    }
    let year = tuple.get(vm).at(0);
    let year = vm.parsed_i32(year)?;
    // A C `struct tm` counts from 1900.
    if year < i32::MIN + 1900 {
        return Err(vm.raise(Exc::OverflowError, "year out of range"));
    }
    let year = i64::from(year);
    let mut parts = [0; 8];
    for (i, part) in parts.iter_mut().enumerate() {
        let value = tuple.get(vm).at(i + 1);
        *part = vm.parsed_i32(value)?;
    }
    let [month, day, hour, minute, second, week_day, year_day, is_dst] = parts;
    let class = taipan_vm::types::type_::class_of_spec(vm, &STRUCT_TIME)?;
    let (mut zone, mut utc_offset) = (String::new(), 0);
    if vm.is_instance(value, class) {
        let (name, offset) = (field_at(vm, value, 9)?, field_at(vm, value, 10)?);
        zone = vm.text_of(name).unwrap_or_default();
        utc_offset = vm.as_i64(offset).unwrap_or(0);
    }
    Ok(CalendarTime { year, month, day, hour, minute, second, week_day, year_day, is_dst, zone, utc_offset })
}

/// Checks the ranges that `strftime` and `asctime` rely on; zeros that mean "not known" become the least value.
fn check(vm: &mut Vm, time: &mut CalendarTime) -> Result<(), Raised> {
    if time.month == 0 {
        time.month = 1;
    }
    if time.day == 0 {
        time.day = 1;
    }
    if time.year_day == 0 {
        time.year_day = 1;
    }
    let message = if !(1..=12).contains(&time.month) {
        "month out of range"
    } else if !(1..=31).contains(&time.day) {
        "day of month out of range"
    } else if !(0..=23).contains(&time.hour) {
        "hour out of range"
    } else if !(0..=59).contains(&time.minute) {
        "minute out of range"
    } else if !(0..=61).contains(&time.second) {
        "seconds out of range"
    } else if time.week_day < -1 {
        "day of week out of range"
    } else if !(1..=366).contains(&time.year_day) {
        "day of year out of range"
    } else {
        // C counts from Sunday, and any number will do.
        time.week_day = (time.week_day + 1).rem_euclid(7) - 1;
        return Ok(());
    };
    Err(vm.raise(Exc::ValueError, message))
}

fn now(vm: &mut Vm) -> Result<CalendarTime, Raised> {
    let seconds = read(vm, libc::CLOCK_REALTIME)?.seconds;
    vm.ask_host(|host| host.local_time(seconds))
}

fn asctime_text(time: &CalendarTime) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = DAYS[time.week_day.rem_euclid(7) as usize];
    let month = MONTHS[(time.month - 1).clamp(0, 11) as usize];
    let (date, hour, minute, second, year) = (time.day, time.hour, time.minute, time.second, time.year);
    format!("{day} {month} {date:2} {hour:02}:{minute:02}:{second:02} {year}")
}

fn asctime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "asctime", 0, 1)?;
    let mut time = match args.opt(0) {
        Some(value) => calendar(vm, value, "asctime")?,
        None => now(vm)?,
    };
    check(vm, &mut time)?;
    vm.new_str(&asctime_text(&time))
}

fn ctime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = moment(vm, args, "ctime")?;
    let time = vm.ask_host(|host| host.local_time(seconds))?;
    vm.new_str(&asctime_text(&time))
}

fn mktime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let time = calendar(vm, args.get(0), "mktime")?;
    match vm.host().make_time(&time) {
        Ok(seconds) => vm.new_float(seconds as f64),
        Err(Errno(libc::EOVERFLOW)) => Err(vm.raise(Exc::OverflowError, "mktime argument out of range")),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn strftime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "strftime", 1, 2)?;
    let Some(format) = args.get(0).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("strftime() argument 1 must be str, not {got}")));
    };
    let mut time = match args.opt(1) {
        Some(value) => calendar(vm, value, "strftime")?,
        None => now(vm)?,
    };
    check(vm, &mut time)?;
    // Each piece between null characters and surrogates is formatted on its own.
    let points: Vec<u32> = format.get(vm).text().iter().collect();
    let mut out: Vec<u32> = Vec::new();
    let mut piece = String::new();
    let host = vm.host();
    let flush = |piece: &mut String, out: &mut Vec<u32>| {
        if let Ok(text) = host.format_time(piece.as_bytes(), &time) {
            out.extend(String::from_utf8_lossy(&text).chars().map(u32::from));
        }
        piece.clear();
    };
    for point in points {
        match char::from_u32(point) {
            Some(c) if c != '\0' => piece.push(c),
            _ => {
                flush(&mut piece, &mut out);
                out.push(point);
            }
        }
    }
    flush(&mut piece, &mut out);
    Ok(Str::from_points(vm, &out)?.value())
}

fn strptime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let module = taipan_vm::import::import_module(vm, "_strptime")?;
    let function = vm.get_attr_str(module, "_strptime_time")?;
    vm.call_args(function, args)
}
