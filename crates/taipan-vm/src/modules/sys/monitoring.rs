//! `sys.monitoring` (PEP 669): tools register callbacks for events in all code or in single code objects.

use crate::args::Args;
use crate::gc::Gc;
use crate::interp::executable::Executable;
use crate::interp::monitoring::{DISABLE, EVENTS, Event, LOCAL_EVENTS, MISSING, PROFILE_TOOL, UNGROUPED_EVENTS};
use crate::raise::{Exc, Raised};
use crate::spec::{ModuleSpec, function};
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::{Builtin, namespace};
use crate::value::Value;
use crate::vm::Vm;

/// Key of the list of tool names in the interpreter's state.
const NAMES: &str = "sys.monitoring.names";

const C_RETURNS: i64 = 1 << Event::CReturn as i64 | 1 << Event::CRaise as i64;
const C_CALLS: i64 = C_RETURNS | 1 << Event::Call as i64;
const BRANCH: i64 = 1 << Event::Branch as i64;
const BRANCHES: i64 = 1 << Event::BranchLeft as i64 | 1 << Event::BranchRight as i64;

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "sys.monitoring",
    functions: &[
        function("use_tool_id(tool_id, name, /)", use_tool_id, ""),
        function("clear_tool_id(tool_id, /)", clear_tool_id, ""),
        function("free_tool_id(tool_id, /)", free_tool_id, ""),
        function("get_tool(tool_id, /)", get_tool, ""),
        function("register_callback(tool_id, event, func, /)", register_callback, ""),
        function("get_events(tool_id, /)", get_events, ""),
        function("set_events(tool_id, event_set, /)", set_events, ""),
        function("get_local_events(tool_id, code, /)", get_local_events, ""),
        function("set_local_events(tool_id, code, event_set, /)", set_local_events, ""),
        function("restart_events()", restart_events, ""),
        function("_all_events()", all_events, ""),
    ],
    ..ModuleSpec::DEFAULT
};

/// Makes the module.
pub fn make(vm: &mut Vm) -> Result<Value, Raised> {
    let module = Module::from_spec(vm, &MODULE)?;
    for (key, attribute) in [(DISABLE, "DISABLE"), (MISSING, "MISSING")] {
        let class = vm.class(Builtin::Object).value();
        let mark = vm.call(class, &[])?;
        vm.set_state(key, mark);
        Module::set(module, vm, attribute, mark)?;
    }
    let events = Dict::new(vm)?;
    for (event, event_name) in EVENTS {
        let key = Str::intern(vm, event_name)?;
        Dict::set_str(events, vm, key, Value::int32(1 << event as i32))?;
    }
    let key = Str::intern(vm, "NO_EVENTS")?;
    Dict::set_str(events, vm, key, Value::int32(0))?;
    let events = namespace::from_dict(vm, events)?;
    Module::set(module, vm, "events", events)?;
    for (attribute, tool) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        Module::set_int(module, vm, attribute, tool)?;
    }
    let names = List::new(vm)?;
    for _ in 0..PROFILE_TOOL {
        List::push(names, vm, Value::NONE)?;
    }
    vm.set_state(NAMES, names.value());
    Ok(module.value())
}

fn tool_number(vm: &mut Vm, tool: Value) -> Result<u8, Raised> {
    let tool = vm.index_i32(tool)?;
    match u8::try_from(tool) {
        Ok(tool) if tool < PROFILE_TOOL => Ok(tool),
        _ => Err(vm.raise(Exc::ValueError, format!("invalid tool {tool} (must be between 0 and 5)"))),
    }
}

fn names(vm: &mut Vm) -> Result<Gc<List>, Raised> {
    match vm.state(NAMES).and_then(|names| names.exact::<List>()) {
        Some(names) => Ok(names),
        None => List::new(vm),
    }
}

fn tool_name(vm: &mut Vm, tool: u8) -> Result<Option<Value>, Raised> {
    let names = names(vm)?;
    Ok(names.get(vm).get_at(vm, usize::from(tool)).and_then(Value::not_none))
}

fn tool_in_use(vm: &mut Vm, tool: u8) -> Result<(), Raised> {
    match tool_name(vm, tool)? {
        Some(_) => Ok(()),
        None => Err(vm.raise(Exc::ValueError, format!("tool {tool} is not in use"))),
    }
}

fn use_tool_id(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [tool, tool_text] = args.all();
    let tool = tool_number(vm, tool)?;
    if tool_text.downcast::<Str>(vm).is_none() {
        return Err(vm.raise(Exc::ValueError, "tool name must be a str"));
    }
    if tool_name(vm, tool)?.is_some() {
        return Err(vm.raise(Exc::ValueError, format!("tool {tool} is already in use")));
    }
    let names = names(vm)?;
    List::set_at(names, vm, usize::from(tool), tool_text);
    Ok(Value::NONE)
}

fn clear_tool_id(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tool = tool_number(vm, args.get(0))?;
    if tool_name(vm, tool)?.is_some() {
        vm.clear_tool(tool)?;
    }
    Ok(Value::NONE)
}

fn free_tool_id(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tool = tool_number(vm, args.get(0))?;
    if tool_name(vm, tool)?.is_some() {
        vm.clear_tool(tool)?;
    }
    let names = names(vm)?;
    List::set_at(names, vm, usize::from(tool), Value::NONE);
    Ok(Value::NONE)
}

fn get_tool(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tool = tool_number(vm, args.get(0))?;
    Ok(tool_name(vm, tool)?.unwrap_or(Value::NONE))
}

fn register_callback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [tool, set, callback] = args.all();
    let tool = tool_number(vm, tool)?;
    let set = vm.index_i32(set)?;
    if set.count_ones() != 1 {
        return Err(vm.raise(Exc::ValueError, "The callback can only be set for one event at a time"));
    }
    let Some(&(event, _)) = EVENTS.get(set.trailing_zeros() as usize) else {
        return Err(vm.raise(Exc::ValueError, format!("invalid event {set}")));
    };
    vm.audit("sys.monitoring.register_callback", &[callback])?;
    let callback = callback.not_none();
    if event == Event::Branch {
        // The event of both ways that earlier versions have.
        vm.set_callback(tool, Event::BranchLeft, callback)?;
        vm.set_callback(tool, Event::BranchRight, callback)?;
    }
    Ok(vm.set_callback(tool, event, callback)?.unwrap_or(Value::NONE))
}

fn get_events(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tool = tool_number(vm, args.get(0))?;
    Ok(Value::int32(vm.interp().monitoring.events_of(tool) as i32))
}

/// A set of events, with those taken out that are told with others.
fn event_set(vm: &mut Vm, set: i32, count: usize, what: &str) -> Result<u32, Raised> {
    let mut set = i64::from(set);
    let invalid =
        |vm: &mut Vm, set: i64| Err(vm.raise(Exc::ValueError, format!("invalid {what}event set {:#x}", set as u32)));
    if set < 0 || set >= 1 << EVENTS.len() {
        return invalid(vm, set);
    }
    if set & C_RETURNS != 0 && set & C_CALLS != C_CALLS {
        return Err(vm.raise(Exc::ValueError, "cannot set C_RETURN or C_RAISE events independently"));
    }
    set &= !C_RETURNS;
    if set & BRANCH != 0 {
        set = set & !BRANCH | BRANCHES;
    }
    if set >= 1 << count {
        return invalid(vm, set);
    }
    Ok(set as u32)
}

fn set_events(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [tool, set] = args.all();
    let (tool, set) = (tool_number(vm, tool)?, vm.index_i32(set)?);
    let set = event_set(vm, set, UNGROUPED_EVENTS, "")?;
    tool_in_use(vm, tool)?;
    vm.set_tool_events(tool, set)?;
    Ok(Value::NONE)
}

fn executable_of(vm: &mut Vm, code: Value) -> Result<&'static Executable, Raised> {
    match code.exact::<Code>() {
        Some(code) => Code::executable(code, vm),
        None => Err(vm.raise(Exc::TypeError, "code must be a code object")),
    }
}

fn get_local_events(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [tool, code] = args.all();
    let executable = executable_of(vm, code)?;
    let tool = tool_number(vm, tool)?;
    let instrumentation = vm.instrumentation(executable)?;
    Ok(Value::int32(crate::interp::monitoring::local_events_of(instrumentation, tool) as i32))
}

fn set_local_events(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [tool, code, set] = args.all();
    let executable = executable_of(vm, code)?;
    let (tool, set) = (tool_number(vm, tool)?, vm.index_i32(set)?);
    let set = event_set(vm, set, LOCAL_EVENTS, "local ")?;
    tool_in_use(vm, tool)?;
    vm.set_local_events(executable, tool, set)?;
    Ok(Value::NONE)
}

fn restart_events(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.enable_again(0xFF, u32::MAX);
    Ok(Value::NONE)
}

fn all_events(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let events = Dict::new(vm)?;
    for (event, event_name) in &EVENTS[..UNGROUPED_EVENTS] {
        let tools = vm.interp().monitoring.tools[*event as usize];
        if tools != 0 {
            let key = Str::intern(vm, event_name)?;
            Dict::set_str(events, vm, key, Value::int32(i32::from(tools)))?;
        }
    }
    Ok(events.value())
}
