//! The current context: `getcontext`, `setcontext`, `localcontext`, and the three templates.

use taipan_decimal::{Rounding, Status};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::modules::contextvars::{self, ContextVar};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, NO_NEW, TypeSpec, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::{HotState, Vm};

use super::arguments;
use super::context::{self, ContextObject, Settings};

heap_object! {
    /// What the interpreter keeps of the module: the variable that holds the context, and where it was last found.
    struct Current {
        variable: Gc<ContextVar>,
        /// The values of the `contextvars.Context` in which `context` is current.
        values: Option<Gc<Dict>>,
        context: Option<Gc<ContextObject>>,
    }
}

heap_object! {
    /// The manager of a `with` statement.
    pub struct ContextManager {
        local: Gc<ContextObject>,
        global: Gc<ContextObject>,
    }
}

const TEMPLATES: [(&str, &str); 3] = [
    ("DefaultContext", "decimal.DefaultContext"),
    ("BasicContext", "decimal.BasicContext"),
    ("ExtendedContext", "decimal.ExtendedContext"),
];

static CURRENT_TYPE: TypeSpec = TypeSpec {
    name: "current",
    module: "decimal",
    layout: Some(<Current as HeapObject>::native),
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

fn current(vm: &mut Vm) -> Result<Gc<Current>, Raised> {
    if let Some(current) = vm.hot_state(HotState::DecimalContext).and_then(|current| current.downcast::<Current>(vm)) {
        return Ok(current);
    }
    let variable = ContextVar::new(vm, "decimal_context")?;
    let shape = class_of_spec(vm, &CURRENT_TYPE)?.get(vm).root_shape;
    let current = vm.new_object(shape, Current { header: HeaderWord::NEW, variable, values: None, context: None })?;
    vm.set_hot_state(HotState::DecimalContext, current.value());
    Ok(current)
}

/// The context `getcontext` gives.
#[inline]
pub fn get(vm: &mut Vm) -> Result<Gc<ContextObject>, Raised> {
    if let Some(current) = vm.hot_state(HotState::DecimalContext).and_then(|current| current.downcast::<Current>(vm)) {
        let Current { values, context, .. } = *current.get(vm);
        if let Some(context) = context
            && values.is_some()
            && values == contextvars::current_values(vm)
        {
            return Ok(context);
        }
    }
    find(vm)
}

#[inline(never)]
fn find(vm: &mut Vm) -> Result<Gc<ContextObject>, Raised> {
    let current = current(vm)?;
    let variable = current.get(vm).variable;
    let found = ContextVar::value(variable, vm)?;
    let context = match found.and_then(|found| found.downcast::<ContextObject>(vm)) {
        Some(context) => context,
        None => {
            let template = default_template(vm)?;
            let context = ContextObject::copy(template, vm)?;
            context.get_mut(vm).set_flags(Status::NONE);
            ContextVar::set_value(variable, vm, context.value())?;
            context
        }
    };
    let values = contextvars::current_values(vm);
    let fields = current.get_mut(vm);
    (fields.values, fields.context) = (values, Some(context));
    Ok(context)
}

/// Makes a context current; of a template it is a copy without flags.
fn set(vm: &mut Vm, context: Gc<ContextObject>) -> Result<(), Raised> {
    let mut context = context;
    if TEMPLATES.iter().any(|(_, key)| vm.state(key) == Some(context.value())) {
        context = ContextObject::copy(context, vm)?;
        context.get_mut(vm).set_flags(Status::NONE);
    }
    let variable = current(vm)?.get(vm).variable;
    ContextVar::set_value(variable, vm, context.value())
}

/// The template of new contexts.
pub fn default_template(vm: &mut Vm) -> Result<Gc<ContextObject>, Raised> {
    if let Some(template) = vm.state(TEMPLATES[0].1).and_then(|template| template.downcast(vm)) {
        return Ok(template);
    }
    let template = ContextObject::make_default(vm)?;
    vm.set_state(TEMPLATES[0].1, template.value());
    Ok(template)
}

/// Makes the templates attributes of the module.
pub fn define(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let default = default_template(vm)?;
    Module::set(module, vm, TEMPLATES[0].0, default.value())?;
    for (i, (name, key)) in TEMPLATES.iter().enumerate().skip(1) {
        let template = match vm.state(key) {
            Some(template) => template,
            None => {
                let template = ContextObject::make_default(vm)?;
                let mut settings = template.get(vm).settings(0);
                settings.prec = 9;
                if i == 1 {
                    settings.rounding = Rounding::HalfUp;
                }
                let traps = match i {
                    1 => template.get(vm).traps() | Status::UNDERFLOW | Status::CLAMPED,
                    _ => Status::NONE,
                };
                let fields = template.get_mut(vm);
                fields.set_settings(&settings);
                fields.set_traps(traps);
                vm.set_state(key, template.value());
                template.value()
            }
        };
        Module::set(module, vm, name, template)?;
    }
    Ok(())
}

pub fn getcontext(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(get(vm)?.value())
}

pub fn setcontext(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(context) = args.get(0).downcast::<ContextObject>(vm) else {
        return Err(vm.raise(Exc::TypeError, "argument must be a context"));
    };
    set(vm, context)?;
    Ok(Value::NONE)
}

/// `localcontext(ctx=None, **settings)`.
pub fn localcontext(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let names = ["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
    let global = get(vm)?;
    let [local, settings @ ..] = arguments::bind(vm, args, names, 0)?;
    let local = match local.not_none() {
        None => global,
        Some(local) => context::optional(vm, local)?,
    };
    let local = ContextObject::copy(local, vm)?;
    context::apply_settings(vm, local, Settings::from_array(settings))?;
    let shape = class_of_spec(vm, &MANAGER)?.get(vm).root_shape;
    Ok(vm.new_object(shape, ContextManager { header: HeaderWord::NEW, local, global })?.value())
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let local = args.receiver::<ContextManager>(vm).get(vm).local;
    set(vm, local)?;
    Ok(local.value())
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let global = args.receiver::<ContextManager>(vm).get(vm).global;
    set(vm, global)?;
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[method("__enter__($self, /)", enter, ""), MethodDef::raw("__exit__", exit, "")];

static MANAGER: TypeSpec = TypeSpec {
    name: "ContextManager",
    module: "decimal",
    layout: Some(<ContextManager as HeapObject>::native),
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
