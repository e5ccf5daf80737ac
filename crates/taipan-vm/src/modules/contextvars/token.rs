//! `Token`, what `ContextVar.set` gives, and the `Token.MISSING` it may hold.
//!
//! A token is used once.

use super::{Context, ContextVar, reset};
use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{GetSetDef, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::dict::Dict;
use crate::types::generic_alias::class_getitem;
use crate::types::object;
use crate::types::str::Str;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `Token`.
    pub struct Token {
        pub context: Gc<Context>,
        pub variable: Gc<ContextVar>,
        pub old: Option<Value>,
        pub used: bool,
        pub pad: [u8; 7],
    }
}

heap_object! {
    /// The type of `Token.MISSING`.
    pub struct Missing {}
}

/// `Token.MISSING`.
const MISSING: &str = "contextvars.missing";

fn token_of(vm: &Vm, this: Value) -> Gc<Token> {
    this.expect(vm)
}

fn token_new(vm: &mut Vm, _: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Exc::RuntimeError, "Tokens can only be created by ContextVars"))
}

fn token_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Token { variable, used, .. } = *token_of(vm, this).get(vm);
    let (variable, id) = (vm.repr_string(variable.value())?, object::id_number(vm, this));
    let used = if used { " used" } else { "" };
    vm.new_str(&format!("<Token{used} var={variable} at {id:#x}>"))
}

fn token_variable(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(token_of(vm, this).get(vm).variable.value())
}

fn token_old(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match token_of(vm, this).get(vm).old {
        Some(old) => Ok(old),
        None => missing(vm),
    }
}

fn token_enter(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

fn token_exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let variable = token_of(vm, this).get(vm).variable.value();
    reset(vm, variable, this)
}

fn missing(vm: &mut Vm) -> Result<Value, Raised> {
    if let Some(missing) = vm.state(MISSING) {
        return Ok(missing);
    }
    let shape = class_of_spec(vm, &MISSING_TYPE)?.get(vm).root_shape;
    let missing = vm.new_object(shape, Missing { header: HeaderWord::NEW })?.value();
    vm.set_state(MISSING, missing);
    Ok(missing)
}

fn missing_repr(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("<Token.MISSING>")
}

fn add_missing(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let (dict, key) = (class.get(vm).dict, Str::intern(vm, "MISSING")?);
    let missing = missing(vm)?;
    Dict::set_str(dict, vm, key, missing)
}

static MISSING_TYPE: TypeSpec = TypeSpec {
    name: "Token.MISSING",
    module: "",
    layout: Some(<Missing as HeapObject>::native),
    slots: Slots { repr: Some(missing_repr), ..Slots::DEFAULT },
    flags: crate::spec::NO_NEW,
    ..TypeSpec::DEFAULT
};

const TOKEN_METHODS: &[MethodDef] = &[
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "Tokens are generic over the same type as the ContextVar which created them.",
    ),
    method("__enter__($self, /)", token_enter, "Enter into Token context manager."),
    method(
        "__exit__($self, type, val, tb, /)",
        token_exit,
        "Exit from Token context manager, restore the linked ContextVar.",
    ),
];

const TOKEN_GETSET: &[GetSetDef] = &[getter("var", token_variable, ""), getter("old_value", token_old, "")];

/// The row of `Token`.
pub static TOKEN: TypeSpec = TypeSpec {
    name: "Token",
    module: "_contextvars",
    layout: Some(<Token as HeapObject>::native),
    slots: Slots {
        new: Some(token_new),
        repr: Some(token_repr),
        hash: Some(object::hash_not_implemented),
        ..Slots::DEFAULT
    },
    methods: TOKEN_METHODS,
    getset: TOKEN_GETSET,
    finish: Some(add_missing),
    ..TypeSpec::DEFAULT
};
