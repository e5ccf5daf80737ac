//! `_lsprof`: the profiler behind `cProfile`, a tool of `sys.monitoring`.

use std::cell::RefCell;
use std::rc::Rc;

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::interp::monitoring::{Event, MISSING};
use taipan_vm::modules::sys;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, MethodDef, ModuleSpec, TypeSpec, WEAKREFABLE, method};
use taipan_vm::structseq;
use taipan_vm::types::builtin_method::BuiltinMethod;
use taipan_vm::types::code::Code;
use taipan_vm::types::descriptor::MethodDescriptor;
use taipan_vm::types::list::List;
use taipan_vm::types::object;
use taipan_vm::types::str::Str;
use taipan_vm::types::structseq::instance;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::timeout::{Rounding, duration};

pub mod record;

use record::{Key, Record, Times};

heap_object! {
    /// A profiler, by the number of its resource.
    pub struct Profiler {
        record: usize,
        /// The code object, or the description, of each function by its number.
        functions: Gc<List>,
        timer: Option<Value>,
        /// The unit of an integer timer in seconds, as bits; 0: the timer gives seconds.
        unit: u64,
    }
}

structseq! {
    /// `_lsprof.profiler_entry`.
    pub static ENTRY = "_lsprof" "profiler_entry", doc "", flags taipan_vm::spec::MUTABLE, visible 6, [
        "code" "code object or built-in function name",
        "callcount" "how many times this was called",
        "reccallcount" "how many times called recursively",
        "totaltime" "total time in this entry",
        "inlinetime" "inline time in this entry (not in subcalls)",
        "calls" "details of the calls",
    ]
}

structseq! {
    /// `_lsprof.profiler_subentry`.
    pub static SUBENTRY = "_lsprof" "profiler_subentry", doc "", flags taipan_vm::spec::MUTABLE, visible 5, [
        "code" "called code object or built-in function name",
        "callcount" "how many times this is called",
        "reccallcount" "how many times this is called recursively",
        "totaltime" "total time spent in this call",
        "inlinetime" "inline time (not in further subcalls)",
    ]
}

/// `sys.monitoring.PROFILER_ID`.
const TOOL: Value = Value::int32(2);

/// The events watched and the methods told.
const CALLBACKS: &[(Event, &str)] = &[
    (Event::PyStart, "_pystart_callback"),
    (Event::PyResume, "_pystart_callback"),
    (Event::PyThrow, "_pythrow_callback"),
    (Event::PyReturn, "_pyreturn_callback"),
    (Event::PyYield, "_pyreturn_callback"),
    (Event::PyUnwind, "_pyreturn_callback"),
    (Event::Call, "_ccall_callback"),
    (Event::CReturn, "_creturn_callback"),
    (Event::CRaise, "_creturn_callback"),
];

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let functions = List::new(vm)?;
    let shape = class.get(vm).root_shape;
    let object = Profiler { header: HeaderWord::NEW, record: usize::MAX, functions, timer: None, unit: 0 };
    let object = vm.new_object(shape, object)?;
    let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(Record::default())), size_of::<Record>());
    object.get_mut(vm).record = number;
    Ok(object.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("Profiler(timer=None, timeunit=0.0, subcalls=True, builtins=True)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [timer, unit, subcalls, builtins] = args.all();
        let unit = match unit.given() {
            Some(unit) => vm.to_f64(unit)?,
            None => 0.0,
        };
        set_scope(vm, this.expect(vm), subcalls, builtins)?;
        let object = this.expect::<Profiler>(vm).get_mut(vm);
        (object.timer, object.unit) = (timer.given(), unit.to_bits());
        Ok(())
    })
}

/// Sets what is counted.
fn set_scope(vm: &mut Vm, this: Gc<Profiler>, subcalls: Value, builtins: Value) -> Result<(), Raised> {
    let flag = |vm: &mut Vm, value: Value| value.given().map_or(Ok(true), |value| vm.is_true(value));
    let (subcalls, builtins) = (flag(vm, subcalls)?, flag(vm, builtins)?);
    with_record(vm, this, |record| (record.subcalls, record.builtins) = (subcalls, builtins));
    Ok(())
}

/// Looks at what was measured. Nothing in `look` runs Python code.
fn with_record<T: Default>(vm: &Vm, this: Gc<Profiler>, look: impl FnOnce(&mut Record) -> T) -> T {
    match vm.resource::<RefCell<Record>>(this.get(vm).record) {
        Some(record) => look(&mut record.borrow_mut()),
        None => T::default(),
    }
}

/// What the timer says.
fn now(vm: &mut Vm, this: Gc<Profiler>) -> i64 {
    let Some(timer) = this.get(vm).timer else {
        return vm.host().clock(libc::CLOCK_MONOTONIC).map_or(0, |time| time.total() as i64);
    };
    let unit = f64::from_bits(this.get(vm).unit);
    let outer = with_record(vm, this, |record| std::mem::replace(&mut record.in_timer, true));
    let answer = vm.call(timer, &[]);
    with_record(vm, this, |record| record.in_timer = outer);
    let time = answer.and_then(|answer| {
        if unit <= 0.0 {
            return duration(vm, answer, 1_000_000_000, Rounding::Ceiling);
        }
        if !vm.is_int(answer) {
            let got = vm.type_name(answer);
            return Err(vm.raise(Exc::TypeError, format!("expect int, got {got}")));
        }
        match vm.as_i64(answer) {
            Some(time) => Ok(time),
            None => Err(vm.raise(Exc::OverflowError, "timestamp out of range for C PyTime_t")),
        }
    });
    match time {
        Ok(time) => time,
        Err(raised) => {
            vm.write_unraisable_of(raised, "while calling _lsprof timer", timer);
            0
        }
    }
}

/// A call of a function begins.
fn enter(vm: &mut Vm, this: Gc<Profiler>, key: Key, function: Value) -> Result<(), Raised> {
    let number = match with_record(vm, this, |record| record.number(key)) {
        Some(number) => number,
        None => {
            let function = match function.exact::<BuiltinMethod>() {
                Some(native) => describe(vm, native)?,
                None => function,
            };
            // The description may have run Python code.
            let known = with_record(vm, this, |record| record.number(key));
            match known {
                Some(number) => number,
                None => {
                    let functions = this.get(vm).functions;
                    List::push(functions, vm, function)?;
                    with_record(vm, this, |record| record.add(key))
                }
            }
        }
    };
    with_record(vm, this, |record| record.enter(number));
    let now = now(vm, this);
    with_record(vm, this, |record| record.start(now));
    Ok(())
}

/// A call of a function ends.
fn leave(vm: &mut Vm, this: Gc<Profiler>, key: Key) {
    if !with_record(vm, this, |record| record.is_active()) {
        return;
    }
    match with_record(vm, this, |record| record.number(key)) {
        Some(number) => {
            let now = now(vm, this);
            with_record(vm, this, |record| record.leave(Some(number), now));
        }
        None => with_record(vm, this, Record::drop_innermost),
    }
}

/// What stands for a native function: the representation of the method, or its name.
fn describe(vm: &mut Vm, native: Gc<BuiltinMethod>) -> Result<Value, Raised> {
    let (def, receiver, module) = (native.get(vm).def, native.get(vm).receiver, native.get(vm).module);
    if let Some(receiver) = receiver {
        let name = Str::intern(vm, def.name())?;
        let class = vm.type_of(receiver);
        if let Some(found) = Type::lookup(class, vm, name) {
            let text = vm.repr(found);
            if let Some(text) = vm.catch(text, Exc::Exception)? {
                return Ok(text);
            }
        }
    }
    match module.and_then(|module| vm.text_of(module)) {
        Some(module) => vm.new_str(&format!("<built-in method {module}.{}>", def.name())),
        None => vm.new_str(&format!("<built-in method {}>", def.name())),
    }
}

fn code_key(vm: &mut Vm, code: Value) -> Result<Key, Raised> {
    if let Some(code) = code.exact::<Code>()
        && let Some(executable) = code.get(vm).ready()
    {
        return Ok(Key::Code(std::ptr::from_ref(executable).addr()));
    }
    let id = object::id(vm, code)?;
    Ok(Key::Object(vm.as_i64(id).unwrap_or(0) as u64))
}

/// The native function that a call of `callable` runs; `None` when it is another kind of callable.
fn native_of(vm: &mut Vm, callable: Value, receiver: Value) -> Result<Option<Gc<BuiltinMethod>>, Raised> {
    if let Some(native) = callable.exact::<BuiltinMethod>() {
        return Ok(Some(native));
    }
    let Some(descriptor) = callable.exact::<MethodDescriptor>() else { return Ok(None) };
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    if vm.state(MISSING) == Some(receiver) || !vm.is_instance(receiver, class) {
        return Ok(None);
    }
    BuiltinMethod::new(vm, def, Some(receiver), None, true).map(Some)
}

fn native_key(vm: &Vm, native: Gc<BuiltinMethod>) -> Key {
    Key::Native(std::ptr::from_ref(native.get(vm).def).addr())
}

fn start_callback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [code]) = args.method::<Profiler, 1>(vm);
    let key = code_key(vm, code)?;
    enter(vm, this, key, code)?;
    Ok(Value::NONE)
}

fn return_callback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [code]) = args.method::<Profiler, 1>(vm);
    let key = code_key(vm, code)?;
    leave(vm, this, key);
    Ok(Value::NONE)
}

fn native_call_callback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [_, _, callable, receiver]) = args.method::<Profiler, 4>(vm);
    if with_record(vm, this, |record| record.builtins)
        && let Some(native) = native_of(vm, callable, receiver)?
    {
        let key = native_key(vm, native);
        enter(vm, this, key, native.value())?;
    }
    Ok(Value::NONE)
}

fn native_return_callback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [_, _, callable, receiver]) = args.method::<Profiler, 4>(vm);
    if with_record(vm, this, |record| record.builtins)
        && let Some(native) = native_of(vm, callable, receiver)?
    {
        let key = native_key(vm, native);
        leave(vm, this, key);
    }
    Ok(Value::NONE)
}

fn monitoring(vm: &mut Vm) -> Result<Value, Raised> {
    match sys::get(vm, "monitoring")? {
        Some(monitoring) => Ok(monitoring),
        None => Err(vm.raise(Exc::RuntimeError, "lost sys.monitoring")),
    }
}

fn enable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [subcalls, builtins]) = args.method::<Profiler, 2>(vm);
    set_scope(vm, this, subcalls, builtins)?;
    let monitoring = monitoring(vm)?;
    let name = vm.new_str("cProfile")?;
    vm.call_method(monitoring, "use_tool_id", &[TOOL, name])?;
    let mut events = 0;
    for (event, callback) in CALLBACKS {
        let callback = vm.get_attr_str(this.value(), callback)?;
        let bit = 1 << *event as i32;
        vm.call_method(monitoring, "register_callback", &[TOOL, Value::int32(bit), callback])?;
        events |= bit;
    }
    vm.call_method(monitoring, "set_events", &[TOOL, Value::int32(events)])?;
    with_record(vm, this, |record| record.enabled = true);
    Ok(Value::NONE)
}

fn disable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Profiler>(vm);
    if with_record(vm, this, |record| record.in_timer) {
        return Err(vm.raise(Exc::RuntimeError, "cannot disable profiler in external timer"));
    }
    if !with_record(vm, this, |record| record.enabled) {
        return Ok(Value::NONE);
    }
    let monitoring = monitoring(vm)?;
    for (event, _) in CALLBACKS {
        let bit = Value::int32(1 << *event as i32);
        vm.call_method(monitoring, "register_callback", &[TOOL, bit, Value::NONE])?;
    }
    vm.call_method(monitoring, "set_events", &[TOOL, Value::int32(0)])?;
    vm.call_method(monitoring, "free_tool_id", &[TOOL])?;
    with_record(vm, this, |record| record.enabled = false);
    while with_record(vm, this, |record| record.is_active()) {
        let now = now(vm, this);
        with_record(vm, this, |record| record.leave(None, now));
    }
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Profiler>(vm);
    if with_record(vm, this, |record| record.in_timer) {
        return Err(vm.raise(Exc::RuntimeError, "cannot clear profiler in external timer"));
    }
    let functions = List::new(vm)?;
    this.get_mut(vm).functions = functions;
    with_record(vm, this, Record::clear);
    Ok(Value::NONE)
}

/// The items of an entry but for the details of its calls.
fn items(vm: &mut Vm, function: Value, times: &Times, factor: f64) -> Result<[Value; 5], Raised> {
    let (calls, recursive) = (vm.new_uint(times.calls)?, vm.new_uint(times.recursive_calls)?);
    let (total, inline) = (vm.new_float(factor * times.total as f64)?, vm.new_float(factor * times.inline as f64)?);
    Ok([function, calls, recursive, total, inline])
}

fn getstats(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Profiler>(vm);
    let unit = f64::from_bits(this.get(vm).unit);
    let factor = if this.get(vm).timer.is_none() || unit == 0.0 { 1e-9 } else { unit };
    let (functions, list) = (this.get(vm).functions, List::new(vm)?);
    for number in 0..with_record(vm, this, |record| record.entries.len()) {
        let (times, callees) = with_record(vm, this, |record| {
            record.entries.get(number).map_or_else(Default::default, |entry| {
                let callees: Vec<(usize, Times)> =
                    entry.callees.iter().map(|(callee, times)| (*callee, times.clone())).collect();
                (entry.times.clone(), callees)
            })
        });
        let Some(function) = functions.get(vm).get_at(vm, number).filter(|_| times.calls > 0) else { continue };
        let mut calls = Value::NONE;
        if !callees.is_empty() {
            let sublist = List::new(vm)?;
            calls = sublist.value();
            for (callee, times) in callees {
                let Some(callee) = functions.get(vm).get_at(vm, callee) else { continue };
                let items = items(vm, callee, &times, factor)?;
                let entry = instance(vm, &SUBENTRY, &items)?;
                List::push(sublist, vm, entry)?;
            }
        }
        let [code, count, recursive, total, inline] = items(vm, function, &times, factor)?;
        let entry = instance(vm, &ENTRY, &[code, count, recursive, total, inline, calls])?;
        List::push(list, vm, entry)?;
    }
    Ok(list.value())
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("getstats($self, /)", getstats, "list of profiler_entry objects.\n\ngetstats() -> list of profiler_entry objects\n\nReturn all information collected by the profiler.\nEach profiler_entry is a tuple-like object with the\nfollowing attributes:\n\n    code          code object\n    callcount     how many times this was called\n    reccallcount  how many times called recursively\n    totaltime     total time in this entry\n    inlinetime    inline time in this entry (not in subcalls)\n    calls         details of the calls\n\nThe calls attribute is either None or a list of\nprofiler_subentry objects:\n\n    code          called code object\n    callcount     how many times this is called\n    reccallcount  how many times this is called recursively\n    totaltime     total time spent in this call\n    inlinetime    inline time (not in further subcalls)"),
    method("enable($self, /, subcalls=True, builtins=True)", enable, "Start collecting profiling information.\n\n  subcalls\n    If True, also records for each function\n    statistics separated according to its current caller.\n  builtins\n    If True, records the time spent in\n    built-in functions separately from their caller."),
    method("disable($self, /)", disable, "Stop collecting profiling information."),
    method("clear($self, /)", clear, "Clear all profiling information collected so far."),
    method("_pystart_callback($self, code, instruction_offset, /)", start_callback, ""),
    method("_pythrow_callback($self, code, instruction_offset, exception, /)", start_callback, ""),
    method("_pyreturn_callback($self, code, instruction_offset, retval, /)", return_callback, ""),
    method("_ccall_callback($self, code, instruction_offset, callable, self_arg, /)", native_call_callback, ""),
    method("_creturn_callback($self, code, instruction_offset, callable, self_arg, /)", native_return_callback, ""),
];

/// The class `Profiler`.
pub static PROFILER: TypeSpec = TypeSpec {
    name: "Profiler",
    module: "_lsprof",
    layout: Some(<Profiler as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "Profiler(timer=None, timeunit=0.0, subcalls=True, builtins=True)\n--\n\nBuild a profiler object using the specified timer function.\n\nThe default timer is a fast built-in one based on real time.\nFor custom timer functions returning integers, 'timeunit' can\nbe a float specifying a scale (that is, how long each integer unit\nis, in seconds).",
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

/// The module `_lsprof`.
pub static MODULE: ModuleSpec =
    ModuleSpec { name: "_lsprof", doc: "Fast profiler", types: &[&PROFILER, &ENTRY, &SUBENTRY], ..ModuleSpec::DEFAULT };
