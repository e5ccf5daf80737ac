//! `_datetime`: dates, times, durations and time zones.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::import::import_module;
use taipan_vm::raise::Raised;
use taipan_vm::spec::ModuleSpec;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod calendar;
pub mod clock;
pub mod date;
pub mod delta;
pub mod iso_calendar_date;
pub mod iso_format;
pub mod local;
pub mod moment;
pub mod strftime;
pub mod timed;
pub mod zone;

/// The name of a value's class as its repr shows it: with the module for the module's own classes.
fn shown_name(vm: &mut Vm, value: Value) -> String {
    let class = vm.type_of(value);
    let name = Type::name(class, vm);
    if class.get(vm).is_heap_type() { name } else { format!("datetime.{name}") }
}

/// Sets an attribute of a class while its module is made.
fn set_class_attr(vm: &mut Vm, class: Gc<Type>, name: &str, value: Value) -> Result<(), Raised> {
    let key = Str::intern(vm, name)?;
    let dict = class.get(vm).dict;
    Dict::set_str(dict, vm, key, value)
}

/// `strptime`: the library's parser, by the name of its function.
fn strptime(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<Value, Raised> {
    let [class, text, format] = args.all();
    for (number, value) in [(1, text), (2, format)] {
        if value.downcast::<Str>(vm).is_none() {
            let got = vm.type_name(value);
            let message = format!("strptime() argument {number} must be str, not {got}");
            return Err(vm.raise(taipan_vm::raise::Exc::TypeError, message));
        }
    }
    let module = import_module(vm, "_strptime")?;
    vm.call_method(module, function, &[class, text, format])
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    delta::finish(vm)?;
    date::finish(vm)?;
    clock::finish(vm)?;
    moment::finish(vm)?;
    zone::finish(vm)?;
    let capsule = taipan_vm::types::capsule::new(vm, "datetime.datetime_CAPI")?;
    Module::set(module, vm, "datetime_CAPI", capsule)?;
    Module::set_int(module, vm, "MINYEAR", calendar::MIN_YEAR)?;
    Module::set_int(module, vm, "MAXYEAR", calendar::MAX_YEAR)?;
    let utc = zone::utc(vm)?;
    Module::set(module, vm, "UTC", utc)
}

/// The module `_datetime`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_datetime",
    doc: "Fast implementation of the datetime module.",
    types: &[&date::TYPE, &moment::TYPE, &clock::TYPE, &delta::TYPE, &zone::TZINFO, &zone::TIMEZONE],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
