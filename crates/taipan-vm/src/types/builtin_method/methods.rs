//! The slots and attributes of `builtin_function_or_method`.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::names::name;
use crate::raise::Raised;
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, getset, getter, method};
use crate::types::builtin_method::{BuiltinMethod, call};
use crate::types::module::Module;
use crate::types::object;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn expect(vm: &Vm, this: Value) -> Gc<BuiltinMethod> {
    this.expect(vm)
}

/// The documentation of a row without the signature that may begin it; empty means none.
pub fn plain_doc(name: &str, doc: &'static str) -> &'static str {
    match signature_in_doc(name, doc) {
        Some(signature) => &doc[name.len() + signature.len() + "\n--\n\n".len()..],
        None => doc,
    }
}

/// A doc may begin with `name(signature)\n--\n\n`.
pub fn signature_in_doc(name: &str, doc: &'static str) -> Option<&'static str> {
    let rest = doc.strip_prefix(name)?;
    let end = rest.find(")\n--\n\n")?;
    rest.starts_with('(').then(|| &rest[..=end])
}

/// `__doc__` of a function row.
pub fn row_doc(vm: &mut Vm, def: &'static MethodDef) -> Result<Value, Raised> {
    match plain_doc(def.name(), def.doc) {
        "" => Ok(Value::NONE),
        doc => vm.new_str(doc),
    }
}

/// `__text_signature__` of a function row.
pub fn row_signature(vm: &mut Vm, def: &'static MethodDef) -> Result<Value, Raised> {
    let text = match &def.signature {
        Some(signature) if def.show_signature => Some(signature.text_signature()),
        _ => signature_in_doc(def.name(), def.doc),
    };
    match text {
        Some(text) => vm.new_str(text),
        None => Ok(Value::NONE),
    }
}

/// The receiver that shows: not the module of a module function.
fn bound_to(vm: &Vm, this: Value) -> Option<Value> {
    let receiver = expect(vm, this).get(vm).receiver?;
    if receiver.downcast::<Module>(vm).is_some() { None } else { Some(receiver) }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let name = expect(vm, this).get(vm).def.name();
    match bound_to(vm, this) {
        Some(receiver) => {
            let (class, id) = (vm.type_name(receiver), object::id_number(vm, receiver));
            vm.new_str(&format!("<built-in method {name} of {class} object at {id:#x}>"))
        }
        None => vm.new_str(&format!("<built-in function {name}>")),
    }
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let (def, receiver) = (expect(vm, this).get(vm).def, expect(vm, this).get(vm).receiver);
    let own = match receiver {
        Some(receiver) => object::hash(vm, receiver)?,
        None => 0,
    };
    let function = (std::ptr::from_ref(def).addr() >> 4) as i64;
    Ok(own ^ function)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (a.downcast::<BuiltinMethod>(vm), b.downcast::<BuiltinMethod>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (a.get(vm), b.get(vm));
    let same = std::ptr::eq(a.def, b.def) && a.receiver == b.receiver;
    Ok(Value::bool(same == (op == Comparison::Eq)))
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let name = expect(vm, this).get(vm).def.name();
    vm.new_str(name)
}

fn get_qualname(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let name = expect(vm, this).get(vm).def.name();
    let Some(receiver) = bound_to(vm, this) else { return vm.new_str(name) };
    let class = match receiver.downcast::<Type>(vm) {
        Some(class) => class,
        None => vm.type_of(receiver),
    };
    let owner = vm.get_attr_name(class.value(), name::QUALNAME)?;
    let owner = vm.str_string(owner)?;
    vm.new_str(&format!("{owner}.{name}"))
}

fn get_receiver(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).receiver.unwrap_or(Value::NONE))
}

fn get_module(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).module.unwrap_or(Value::NONE))
}

fn set_module(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    expect(vm, this).get_mut(vm).module = value;
    Ok(())
}

fn get_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let def = expect(vm, this).get(vm).def;
    row_doc(vm, def)
}

fn get_text_signature(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let BuiltinMethod { def, receiver, .. } = *expect(vm, this).get(vm);
    let in_module = receiver.is_some_and(|receiver| receiver.downcast::<Module>(vm).is_some());
    match &def.signature {
        // Functions of modules are called with the module, which `inspect` leaves out.
        Some(signature) if in_module && def.show_signature => {
            let parameters = signature.text_signature().trim_start_matches('(');
            let positional = parameters.split(", ").any(|part| part.trim_end_matches(')') == "/");
            let text = match parameters {
                ")" => "($module, /)".to_owned(),
                _ if positional => format!("($module, {parameters}"),
                _ => format!("($module, /, {parameters}"),
            };
            vm.new_str(&text)
        }
        _ => row_signature(vm, def),
    }
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let name = get_name(vm, this)?;
    match bound_to(vm, this) {
        Some(receiver) => by_getattr(vm, receiver, name),
        None => Ok(name),
    }
}

/// `(getattr, (owner, name))`: how bound methods and descriptors pickle.
pub fn by_getattr(vm: &mut Vm, owner: Value, name: Value) -> Result<Value, Raised> {
    let getattr = crate::execute::builtin(vm, "getattr")?;
    let args = Tuple::from_values(vm, &[owner, name])?;
    Ok(Tuple::from_values(vm, &[getattr, args.value()])?.value())
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

const GETSET: &[GetSetDef] = &[
    getset("__module__", get_module, set_module, "").member(),
    getter("__doc__", get_doc, ""),
    getter("__name__", get_name, ""),
    getter("__qualname__", get_qualname, ""),
    getter("__self__", get_receiver, ""),
    getter("__text_signature__", get_text_signature, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "builtin_function_or_method",
    layout: Some(<BuiltinMethod as HeapObject>::native),
    slots: Slots {
        call: Some(call),
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
