//! `-X importtime`: a line on stderr for each import, with its own and its cumulative microseconds.

use crate::host::Host;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Where the report stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportTimes {
    depth: usize,
    /// Nanoseconds of the finished imports inside the one that runs.
    inside: i128,
    header_printed: bool,
}

/// An import that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    at: i128,
    inside_before: i128,
}

pub(super) fn start(vm: &mut Vm) -> Begun {
    print_header(vm);
    let at = now(vm);
    let times = &mut vm.interp_mut().import_times;
    times.depth += 1;
    Begun { at, inside_before: std::mem::take(&mut times.inside) }
}

pub(super) fn report(vm: &mut Vm, name: Value, begun: Begun) {
    let whole = now(vm) - begun.at;
    let times = &mut vm.interp_mut().import_times;
    times.depth = times.depth.saturating_sub(1);
    let own = whole - times.inside;
    times.inside = begun.inside_before + whole;
    let indent = times.depth * 2;
    let name = shown(vm, name);
    print(vm, &format!("import time: {:>9} | {:>10} | {:indent$}{name}\n", own / 1000, whole / 1000, ""));
}

pub(super) fn report_cached(vm: &mut Vm, name: Value) {
    print_header(vm);
    let indent = vm.interp().import_times.depth * 2;
    let name = shown(vm, name);
    print(vm, &format!("import time: cached    | cached     | {:indent$}{name}\n", ""));
}

fn print_header(vm: &mut Vm) {
    if !std::mem::replace(&mut vm.interp_mut().import_times.header_printed, true) {
        print(vm, "import time: self [us] | cumulative | imported package\n");
    }
}

fn now(vm: &Vm) -> i128 {
    vm.host().clock(libc::CLOCK_MONOTONIC).map_or(0, |time| time.total())
}

fn print(vm: &Vm, line: &str) {
    let host: &dyn Host = &*vm.host();
    // The report must not change what the program does: a closed stderr is passed over.
    let _ = host.write(2, line.as_bytes());
}

/// The name with surrogates escaped.
fn shown(vm: &Vm, name: Value) -> String {
    let Some(name) = name.downcast::<Str>(vm) else { return String::new() };
    let points = name.get(vm).text();
    points.iter().map(|point| char::from_u32(point).map_or_else(|| format!("\\u{point:04x}"), String::from)).collect()
}
