//! What happens to a warning: its filter, the registries of what has been shown, and the action.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::show;
use super::state;

/// A warning on its way. `message` is a text or an instance of `Warning`, whose class then is the category.
pub struct Warning {
    pub category: Value,
    pub message: Value,
    pub filename: Value,
    pub lineno: i32,
    /// The module it is attributed to; by default the file's name without its ending.
    pub module: Option<Value>,
    pub registry: Option<Value>,
    pub source_line: Option<Value>,
    /// The object it is about.
    pub source: Option<Value>,
}

/// The category of `warn()`: a subclass of `Warning`, by default `UserWarning`.
pub fn category(vm: &mut Vm, message: Value, category: Value) -> Result<Value, Raised> {
    let warning = vm.exception_class(Exc::Warning).value();
    if vm.is_instance_of(message, warning)? {
        return Ok(vm.type_of(message).value());
    }
    let Some(category) = category.not_none() else { return Ok(vm.exception_class(Exc::UserWarning).value()) };
    let result = vm.is_subclass_of(category, warning);
    match result {
        Ok(true) => return Ok(category),
        Ok(false) => {}
        Err(raised) => {
            let _ = vm.take_raised(raised);
        }
    }
    let got = vm.type_name(category);
    Err(vm.raise(Exc::TypeError, format!("category must be a Warning subclass, not '{got}'")))
}

/// How often the filters have changed.
pub fn version(vm: &Vm) -> i64 {
    vm.state(state::VERSION).and_then(Value::as_small_int).unwrap_or(0)
}

/// Decides what to do with a warning and does it. The lock is held.
pub fn issue(vm: &mut Vm, warning: Warning) -> Result<(), Raised> {
    // Late in the end of the interpreter there may be no module any more.
    if warning.module.is_some_and(Value::is_none) {
        return Ok(());
    }
    let registry = match warning.registry.and_then(Value::not_none) {
        None => None,
        Some(registry) => match registry.downcast::<Dict>(vm) {
            Some(registry) => Some(registry),
            None => return Err(vm.raise(Exc::TypeError, "'registry' must be a dict or None")),
        },
    };
    let module = match warning.module {
        Some(module) => module,
        None => module_of_file(vm, warning.filename)?,
    };
    let class = vm.exception_class(Exc::Warning).value();
    let (text, category, message) = if vm.is_instance_of(warning.message, class)? {
        (vm.str(warning.message)?, vm.type_of(warning.message).value(), warning.message)
    } else {
        let message = vm.call(warning.category, &[warning.message])?;
        (warning.message, warning.category, message)
    };
    let key = Tuple::from_values(vm, &[text, category, Value::int32(warning.lineno)])?.value();
    if let Some(registry) = registry
        && has_warned(vm, registry, key, false)?
    {
        return Ok(());
    }
    let (action, item) = find_filter(vm, category, text, warning.lineno, module)?;
    let is = |vm: &Vm, word: &str| action.get(vm).equals(word);
    if is(vm, "error") {
        return Err(raise(vm, category, message));
    }
    if is(vm, "ignore") {
        return Ok(());
    }
    if !is(vm, "always") && !is(vm, "all") {
        if let Some(registry) = registry {
            Dict::set(registry, vm, key, Value::TRUE)?;
        }
        let seen = if is(vm, "once") {
            let registry = match registry {
                Some(registry) => registry,
                None => once_registry(vm)?,
            };
            let key = Tuple::from_values(vm, &[text, category])?.value();
            has_warned(vm, registry, key, true)?
        } else if is(vm, "module") {
            let key = Tuple::from_values(vm, &[text, category])?.value();
            match registry {
                Some(registry) => has_warned(vm, registry, key, true)?,
                None => false,
            }
        } else if is(vm, "default") {
            false
        } else {
            let (action, item) = (vm.repr_string(action.value())?, vm.repr_string(item)?);
            let message = format!("Unrecognized action ({action}) in warnings.filters:\n {item}");
            return Err(vm.raise(Exc::RuntimeError, message));
        };
        if seen {
            return Ok(());
        }
    }
    show::show(vm, &warning, category, text, message)
}

/// Raises the warning itself.
fn raise(vm: &mut Vm, category: Value, message: Value) -> Raised {
    let base = vm.exception_class(Exc::BaseException).value();
    match vm.is_instance_of(message, base) {
        Ok(true) => vm.raise_value(message),
        Ok(false) => match vm.repr_string(category) {
            Ok(shown) => {
                let message = format!("_PyErr_SetObject: exception {shown} is not a BaseException subclass");
                vm.raise(Exc::SystemError, message)
            }
            Err(raised) => raised,
        },
        Err(raised) => raised,
    }
}

/// The name of a file without the ending `.py`.
fn module_of_file(vm: &mut Vm, filename: Value) -> Result<Value, Raised> {
    let Some(text) = filename.downcast::<Str>(vm) else { return Ok(filename) };
    if text.get(vm).is_empty() {
        return vm.new_str("<unknown>");
    }
    let points: Vec<u32> = text.get(vm).text().iter().collect();
    match points.strip_suffix(&[u32::from(b'.'), u32::from(b'p'), u32::from(b'y')]) {
        Some(stem) => Ok(Str::from_points(vm, stem)?.value()),
        None => Ok(filename),
    }
}

/// Whether a registry has the key under the present version of the filters; if not, and it shall, it has it from now on.
fn has_warned(vm: &mut Vm, registry: Gc<Dict>, key: Value, set: bool) -> Result<bool, Raised> {
    let name = Str::intern(vm, "version")?.value();
    let now = version(vm);
    let seen = Dict::get_item(registry, vm, name)?;
    if seen.and_then(Value::as_small_int) != Some(now) {
        Dict::clear(registry, vm);
        let now = vm.new_int(now)?;
        Dict::set(registry, vm, name, now)?;
    } else if let Some(warned) = Dict::get_item(registry, vm, key)?
        && vm.is_true(warned)?
    {
        return Ok(true);
    }
    if set {
        Dict::set(registry, vm, key, Value::TRUE)?;
    }
    Ok(false)
}

/// What `warnings.onceregistry` is now, or was last.
fn once_registry(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    if let Some(registry) = show::attribute_of_warnings(vm, "onceregistry", false)? {
        if registry.downcast::<Dict>(vm).is_none() {
            let got = vm.type_name(registry);
            return Err(vm.raise(Exc::TypeError, format!("_warnings.onceregistry must be a dict, not '{got}'")));
        }
        vm.set_state(state::ONCE, registry);
    }
    match vm.state(state::ONCE).and_then(|registry| registry.downcast(vm)) {
        Some(registry) => Ok(registry),
        None => Dict::new(vm),
    }
}

/// What `warnings.defaultaction` is now, or was last.
fn default_action(vm: &mut Vm) -> Result<Gc<Str>, Raised> {
    if let Some(action) = show::attribute_of_warnings(vm, "defaultaction", false)? {
        if action.downcast::<Str>(vm).is_none() {
            let got = vm.type_name(action);
            return Err(vm.raise(Exc::TypeError, format!("_warnings.defaultaction must be a string, not '{got}'")));
        }
        vm.set_state(state::DEFAULT_ACTION, action);
    }
    match vm.state(state::DEFAULT_ACTION).and_then(|action| action.downcast(vm)) {
        Some(action) => Ok(action),
        None => Str::intern(vm, "default"),
    }
}

/// What `warnings.filters` is now, or was last.
fn global_filters(vm: &mut Vm) -> Result<Gc<List>, Raised> {
    if let Some(filters) = show::attribute_of_warnings(vm, "filters", false)? {
        vm.set_state(state::FILTERS, filters);
    }
    match vm.state(state::FILTERS).and_then(|filters| filters.downcast(vm)) {
        Some(filters) => Ok(filters),
        None => Err(vm.raise(Exc::ValueError, "_warnings.filters must be a list")),
    }
}

/// The filters of the running context, if `catch_warnings` has set one up in it.
fn context_filters(vm: &mut Vm) -> Result<Option<Gc<List>>, Raised> {
    let Some(variable) = vm.state(state::CONTEXT) else { return Ok(None) };
    let context = vm.call_method(variable, "get", &[Value::NONE])?;
    if context.is_none() {
        return Ok(None);
    }
    let filters = vm.get_attr_str(context, "_filters")?;
    match filters.downcast::<List>(vm) {
        Some(filters) => Ok(Some(filters)),
        None => Err(vm.raise(Exc::ValueError, "_filters of warnings._warnings_context must be a list")),
    }
}

/// The action for a warning and the filter it comes from (None: the default action).
fn find_filter(
    vm: &mut Vm,
    category: Value,
    text: Value,
    lineno: i32,
    module: Value,
) -> Result<(Gc<Str>, Value), Raised> {
    let (filters, name) = match context_filters(vm)? {
        Some(filters) => (filters, "_warnings_context _filters"),
        None => (global_filters(vm)?, "filters"),
    };
    let mut i = 0;
    // The code that a filter runs may change the list.
    while let Some(item) = filters.get(vm).get_at(vm, i) {
        let Some(filter) = item.downcast::<Tuple>(vm).filter(|filter| filter.get(vm).len() == 5) else {
            return Err(vm.raise(Exc::ValueError, format!("warnings.{name} item {i} isn't a 5-tuple")));
        };
        let [action, message, class, of_module, line] = std::array::from_fn(|i| filter.get(vm).at(i));
        let Some(action) = action.downcast::<Str>(vm) else {
            let got = vm.type_name(action);
            return Err(vm.raise(Exc::TypeError, format!("action must be a string, not '{got}'")));
        };
        let good_message = matches(vm, message, text)?;
        let good_module = matches(vm, of_module, module)?;
        let good_class = vm.is_subclass_of(category, class)?;
        let line = vm.index_isize(line)?;
        if good_message && good_module && good_class && (line == 0 || line == lineno as isize) {
            return Ok((action, item));
        }
        i += 1;
    }
    Ok((default_action(vm)?, Value::NONE))
}

/// Whether a text satisfies a part of a filter: None, a plain text, or an object with `match()`.
fn matches(vm: &mut Vm, pattern: Value, text: Value) -> Result<bool, Raised> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.exact::<Str>().is_some() {
        if text.downcast::<Str>(vm).is_none() {
            return Ok(false);
        }
        return vm.is_equal(pattern, text);
    }
    let found = vm.call_method(pattern, "match", &[text])?;
    vm.is_true(found)
}
