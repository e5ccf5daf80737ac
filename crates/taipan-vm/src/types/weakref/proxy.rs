//! `weakref.proxy`: stands for its object in every operation, until that dies.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::names::{Atom, name};
use crate::number::{Operator, UnaryOperator};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{MethodDef, TypeSpec, method};
use crate::types::object;
use crate::types::str::Str;
use crate::types::weakref::WeakRef;
use crate::value::Value;
use crate::vm::Vm;

/// The object behind a proxy. ReferenceError once it has died.
fn target(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let referent = this.downcast::<WeakRef>(vm).and_then(|reference| reference.get(vm).referent());
    match referent {
        Some(referent) => Ok(referent),
        None => Err(vm.raise(Exc::ReferenceError, "weakly-referenced object no longer exists")),
    }
}

/// The object behind a proxy; other values are themselves.
fn unwrap(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let proxies = value.downcast::<WeakRef>(vm).is_some() && !is_reference(vm, value);
    if proxies { target(vm, value) } else { Ok(value) }
}

fn is_reference(vm: &mut Vm, value: Value) -> bool {
    vm.is_a(value, crate::types::Builtin::WeakRef)
}

macro_rules! operators {
    ($($slot:ident $in_place:ident $op:ident,)*) => {
        $(
            fn $slot(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
                let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
                vm.binary(Operator::$op, a, b)
            }
            fn $in_place(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
                let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
                vm.binary_in_place(Operator::$op, a, b)
            }
        )*
        const OPERATORS: Slots = Slots { $($slot: Some($slot), $in_place: Some($in_place),)* ..Slots::DEFAULT };
    };
}

operators! {
    add iadd Add, sub isub Sub, mul imul Mul, rem irem Rem,
    lshift ilshift LShift, rshift irshift RShift, and iand And, xor ixor Xor, or ior Or,
    floordiv ifloordiv FloorDiv, truediv itruediv TrueDiv, matmul imatmul MatMul,
}

fn divmod(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
    let divmod = crate::execute::builtin(vm, "divmod")?;
    vm.call(divmod, &[a, b])
}

fn pow(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
    let (a, b, modulus) = (unwrap(vm, a)?, unwrap(vm, b)?, unwrap(vm, modulus)?);
    vm.power(a, b, modulus)
}

fn ipow(vm: &mut Vm, a: Value, b: Value, _modulus: Value) -> Result<Value, Raised> {
    let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
    vm.binary_in_place(Operator::Pow, a, b)
}

fn neg(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.unary(UnaryOperator::Negative, object)
}

fn pos(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.unary(UnaryOperator::Positive, object)
}

fn invert(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.unary(UnaryOperator::Invert, object)
}

/// Calls a built-in function with the object.
fn by_builtin(vm: &mut Vm, this: Value, function: &str) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    let function = crate::execute::builtin(vm, function)?;
    vm.call(function, &[object])
}

fn abs(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    by_builtin(vm, this, "abs")
}

fn int(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    by_builtin(vm, this, "int")
}

fn float(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    by_builtin(vm, this, "float")
}

fn index(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.index(object)
}

fn bool(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    let object = target(vm, this)?;
    vm.is_true(object)
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let object = target(vm, this)?;
    vm.length(object)
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let (object, key) = (target(vm, this)?, unwrap(vm, key)?);
    vm.get_item(object, key)
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let (object, key) = (target(vm, this)?, unwrap(vm, key)?);
    vm.set_item(object, key, value)
}

fn contains(vm: &mut Vm, this: Value, needle: Value) -> Result<bool, Raised> {
    let (object, needle) = (target(vm, this)?, unwrap(vm, needle)?);
    vm.contains(object, needle)
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.iter(object)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let object = target(vm, this)?;
    if vm.slots(object).next.is_none() {
        let name = vm.type_name(object);
        let message = format!("Weakref proxy referenced a non-iterator '{name}' object");
        return Err(vm.raise(Exc::TypeError, message));
    }
    vm.next(object)
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.call_args(object, args)
}

fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.get_attr(object, attribute)
}

fn setattro(vm: &mut Vm, this: Value, attribute: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    let object = target(vm, this)?;
    vm.set_attr(object, attribute, value)
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let object = target(vm, this)?;
    vm.str(object)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let id = object::id_number(vm, this);
    let referent = this.downcast::<WeakRef>(vm).and_then(|reference| reference.get(vm).referent());
    let Some(referent) = referent else { return vm.new_str(&format!("<weakproxy at {id:#x}; dead>")) };
    let (class, at) = (vm.type_name(referent), object::id_number(vm, referent));
    vm.new_str(&format!("<weakproxy at {id:#x}; to '{class}' at {at:#x}>"))
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
    vm.compare(a, b, op)
}

fn by_name(vm: &mut Vm, args: Args<'_>, atom: Atom) -> Result<Value, Raised> {
    let object = target(vm, args.get(0))?;
    vm.call_method_name(object, atom, &[])
}

fn bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    by_name(vm, args, name::BYTES)
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    by_name(vm, args, name::REVERSED)
}

const METHODS: &[MethodDef] =
    &[method("__bytes__($self, /)", bytes, ""), method("__reversed__($self, /)", reversed, "")];

const SLOTS: Slots = Slots {
    divmod: Some(divmod),
    pow: Some(pow),
    ipow: Some(ipow),
    neg: Some(neg),
    pos: Some(pos),
    invert: Some(invert),
    abs: Some(abs),
    int: Some(int),
    float: Some(float),
    index: Some(index),
    bool: Some(bool),
    len: Some(len),
    subscript: Some(subscript),
    set_item: Some(set_item),
    contains: Some(contains),
    iter: Some(iter),
    next: Some(next),
    getattro: Some(getattro),
    setattro: Some(setattro),
    str: Some(str),
    repr: Some(repr),
    richcompare: Some(richcompare),
    hash: Some(object::hash_not_implemented),
    ..OPERATORS
};

pub static TYPE: TypeSpec = TypeSpec {
    name: "ProxyType",
    module: "weakref",
    layout: Some(<WeakRef as HeapObject>::native),
    slots: SLOTS,
    methods: METHODS,
    ..TypeSpec::DEFAULT
};

pub static CALLABLE: TypeSpec = TypeSpec {
    name: "CallableProxyType",
    module: "weakref",
    layout: Some(<WeakRef as HeapObject>::native),
    slots: Slots { call: Some(call), ..SLOTS },
    methods: METHODS,
    ..TypeSpec::DEFAULT
};
