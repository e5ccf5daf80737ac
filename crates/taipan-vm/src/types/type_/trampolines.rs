//! Slots of classes made from Python: each calls the special method found on the class.

use crate::args::Args;
use crate::gc::Gc;
use crate::names::{Atom, name};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn required(vm: &mut Vm, this: Value, method: Atom, args: &[Value]) -> Result<Value, Raised> {
    match vm.call_special(this, method, args)? {
        Some(result) => Ok(result),
        None => {
            let method = vm.name(method);
            Err(vm.raise_no_attribute(this, method))
        }
    }
}

macro_rules! unary {
    ($($slot:ident $name:ident;)*) => {$(
        pub fn $slot(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            required(vm, this, name::$name, &[])
        }
    )*};
}

unary! {
    repr REPR; str STR; del DEL; neg NEG; pos POS; abs ABS; invert INVERT; int INT; float FLOAT; index INDEX;
}

/// Unary slots whose special method may be None ("not supported").
fn unary_or_none(vm: &mut Vm, this: Value, method: Atom, message: fn(&str) -> String) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    if Type::lookup_name(class, vm, method).is_none_or(|attribute| attribute.is_none()) {
        let name = Type::name(class, vm);
        return Err(vm.raise(Exc::TypeError, message(&name)));
    }
    required(vm, this, method, &[])
}

pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    unary_or_none(vm, this, name::ITER, |name| format!("'{name}' object is not iterable"))
}

pub fn await_(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    unary_or_none(vm, this, name::AWAIT, |name| format!("object {name} does not have __await__ method"))
}

pub fn aiter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    unary_or_none(vm, this, name::AITER, |name| format!("object {name} does not have __aiter__ method"))
}

pub fn anext(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    unary_or_none(vm, this, name::ANEXT, |name| format!("object {name} does not have __anext__ method"))
}

macro_rules! binary {
    ($($slot:ident $name:ident $reflected:ident;)*) => {$(
        pub fn $slot(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
            binary_trampoline(vm, a, b, name::$name, name::$reflected, |slots| {
                slots.$slot.is_some_and(|f| std::ptr::fn_addr_eq(f, $slot as crate::slots::Binary))
            })
        }
    )*};
}

binary! {
    add ADD RADD; sub SUB RSUB; mul MUL RMUL; rem MOD RMOD; divmod DIVMOD RDIVMOD; lshift LSHIFT RLSHIFT;
    rshift RSHIFT RRSHIFT; and AND RAND; xor XOR RXOR; or OR ROR; floordiv FLOORDIV RFLOORDIV;
    truediv TRUEDIV RTRUEDIV; matmul MATMUL RMATMUL;
}

/// `a.__op__(b)`, `b.__rop__(a)` in the order CPython tries them when at least one class was made from Python.
fn binary_trampoline(
    vm: &mut Vm,
    a: Value,
    b: Value,
    method: Atom,
    reflected: Atom,
    is_trampoline: fn(&Slots) -> bool,
) -> Result<Value, Raised> {
    let (class_a, class_b) = (vm.type_of(a), vm.type_of(b));
    let mut try_other = class_a != class_b && is_trampoline(&class_b.get(vm).slots);
    if is_trampoline(&class_a.get(vm).slots) {
        if try_other && Type::is_subtype(class_b, vm, class_a) && overloads(vm, class_a, class_b, reflected) {
            let result = vm.call_special(b, reflected, &[a])?.unwrap_or(Value::NOT_IMPLEMENTED);
            if !result.is_not_implemented() {
                return Ok(result);
            }
            try_other = false;
        }
        let result = vm.call_special(a, method, &[b])?.unwrap_or(Value::NOT_IMPLEMENTED);
        if !result.is_not_implemented() || class_a == class_b {
            return Ok(result);
        }
    }
    if try_other {
        return Ok(vm.call_special(b, reflected, &[a])?.unwrap_or(Value::NOT_IMPLEMENTED));
    }
    Ok(Value::NOT_IMPLEMENTED)
}

/// Whether the class of the right operand has a reflected method other than the left's.
fn overloads(vm: &mut Vm, left: Gc<Type>, right: Gc<Type>, reflected: Atom) -> bool {
    match Type::lookup_name(right, vm, reflected) {
        Some(own) => Type::lookup_name(left, vm, reflected) != Some(own),
        None => false,
    }
}

pub use crate::types::buffer_wrapper::{get_buffer, release_buffer};

macro_rules! in_place {
    ($($slot:ident $name:ident;)*) => {$(
        pub fn $slot(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
            Ok(vm.call_special(a, name::$name, &[b])?.unwrap_or(Value::NOT_IMPLEMENTED))
        }
    )*};
}

in_place! {
    iadd IADD; isub ISUB; imul IMUL; irem IMOD; ilshift ILSHIFT; irshift IRSHIFT; iand IAND; ixor IXOR; ior IOR;
    ifloordiv IFLOORDIV; itruediv ITRUEDIV; imatmul IMATMUL;
}

pub fn pow(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
    if modulus.is_none() {
        return binary_trampoline(vm, a, b, name::POW, name::RPOW, |slots| {
            slots.pow.is_some_and(|f| std::ptr::fn_addr_eq(f, pow as crate::slots::Ternary))
        });
    }
    let is_ours = |slots: &Slots| slots.pow.is_some_and(|f| std::ptr::fn_addr_eq(f, pow as crate::slots::Ternary));
    if is_ours(vm.slots(a)) {
        let result = vm.call_special(a, name::POW, &[b, modulus])?.unwrap_or(Value::NOT_IMPLEMENTED);
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    if is_ours(vm.slots(b)) {
        return Ok(vm.call_special(b, name::RPOW, &[a, modulus])?.unwrap_or(Value::NOT_IMPLEMENTED));
    }
    Ok(Value::NOT_IMPLEMENTED)
}

pub fn ipow(vm: &mut Vm, a: Value, b: Value, _modulus: Value) -> Result<Value, Raised> {
    Ok(vm.call_special(a, name::IPOW, &[b])?.unwrap_or(Value::NOT_IMPLEMENTED))
}

pub fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let class = vm.type_of(this);
    if Type::lookup_name(class, vm, name::HASH).is_none_or(|attribute| attribute.is_none()) {
        return crate::types::object::hash_not_implemented(vm, this);
    }
    let result = required(vm, this, name::HASH, &[])?;
    if !vm.is_int(result) {
        return Err(vm.raise(Exc::TypeError, "__hash__ method should return an integer"));
    }
    let hash = match vm.as_i64(result) {
        Some(i) => i,
        None => {
            let plain = vm.plain_int(result)?;
            vm.hash(plain)?
        }
    };
    Ok(if hash == -1 { -2 } else { hash })
}

pub fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    match vm.special_method_unbound(this, name::CALL)? {
        Some(crate::attr::Method::Unbound(function)) => {
            args.with_first(vm, this, |vm, args| vm.call_args(function, args))
        }
        Some(crate::attr::Method::Bound(bound)) => {
            vm.check_native_stack()?;
            vm.call_args(bound, args)
        }
        None => {
            let call = vm.name(name::CALL);
            Err(vm.raise_no_attribute(this, call))
        }
    }
}

pub fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    let own = Type::lookup_name(class, vm, name::GETATTRIBUTE);
    let native = own.and_then(|value| value.downcast::<crate::types::descriptor::WrapperDescriptor>(vm));
    let result = match native {
        Some(wrapper) => {
            let owner = wrapper.get(vm).class;
            match owner.get(vm).slots.getattro {
                Some(get) if !std::ptr::fn_addr_eq(get, getattro as crate::slots::GetAttr) => get(vm, this, attribute),
                _ => vm.generic_get_attr(this, attribute),
            }
        }
        None => required(vm, this, name::GETATTRIBUTE, &[attribute.value()]),
    };
    match result {
        Err(raised) if vm.raised_is(Exc::AttributeError) => {
            let Some(fallback) = vm.special_method_unbound_quiet(class, name::GETATTR) else { return Err(raised) };
            let _ = vm.take_raised(raised);
            vm.call_class_attribute(fallback, this, class, &[attribute.value()])
        }
        result => result,
    }
}

pub fn setattro(vm: &mut Vm, this: Value, attribute: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    match value {
        Some(value) => required(vm, this, name::SETATTR, &[attribute.value(), value])?,
        None => required(vm, this, name::DELATTR, &[attribute.value()])?,
    };
    Ok(())
}

pub fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let method = match op {
        Comparison::Lt => name::LT,
        Comparison::Le => name::LE,
        Comparison::Eq => name::EQ,
        Comparison::Ne => name::NE,
        Comparison::Gt => name::GT,
        Comparison::Ge => name::GE,
    };
    let class = vm.type_of(a);
    match Type::lookup_name(class, vm, method) {
        None => Ok(Value::NOT_IMPLEMENTED),
        Some(attribute) => vm.call_class_attribute(attribute, a, class, &[b]),
    }
}

pub fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let class = vm.type_of(this);
    if Type::lookup_name(class, vm, name::NEXT).is_none_or(|attribute| attribute.is_none()) {
        let name = Type::name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("'{name}' object is not an iterator")));
    }
    required(vm, this, name::NEXT, &[]).map(Some)
}

pub fn descr_get(vm: &mut Vm, this: Value, object: Option<Value>, owner: Option<Value>) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    match Type::lookup_name(class, vm, name::GET) {
        None => Ok(this),
        Some(get) => {
            let args = [object.unwrap_or(Value::NONE), owner.unwrap_or(Value::NONE)];
            vm.call_class_attribute(get, this, class, &args)
        }
    }
}

pub fn descr_set(vm: &mut Vm, this: Value, object: Value, value: Option<Value>) -> Result<(), Raised> {
    match value {
        Some(value) => required(vm, this, name::SET, &[object, value])?,
        None => required(vm, this, name::DELETE, &[object])?,
    };
    Ok(())
}

pub fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let result = match vm.special_method_unbound(this, name::INIT)? {
        Some(crate::attr::Method::Unbound(function)) => {
            args.with_first(vm, this, |vm, args| vm.call_args(function, args))?
        }
        Some(crate::attr::Method::Bound(bound)) => vm.call_args(bound, args)?,
        None => Value::NONE,
    };
    if result.is_none() {
        return Ok(());
    }
    let got = vm.type_name(result);
    Err(vm.raise(Exc::TypeError, format!("__init__() should return None, not '{got}'")))
}

pub fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let attribute = vm.name(name::NEW);
    let function = vm.get_attr(class.value(), attribute)?;
    args.with_first(vm, class.value(), |vm, args| vm.call_args(function, args))
}

pub fn bool(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    let class = vm.type_of(this);
    if Type::lookup_name(class, vm, name::BOOL).is_some_and(|attribute| attribute.is_none()) {
        let name = Type::name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("'{name}' cannot be interpreted as a boolean")));
    }
    let result = required(vm, this, name::BOOL, &[])?;
    if result.is_bool() {
        return Ok(result == Value::TRUE);
    }
    let got = vm.type_name(result);
    Err(vm.raise(Exc::TypeError, format!("__bool__ should return bool, returned {got}")))
}

pub fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let result = required(vm, this, name::LEN, &[])?;
    let index = vm.index(result)?;
    match vm.as_number(index) {
        Some(crate::types::int::Number::Small(i)) if i >= 0 => Ok(i as usize),
        Some(crate::types::int::Number::Small(_)) => Err(vm.raise(Exc::ValueError, "__len__() should return >= 0")),
        Some(crate::types::int::Number::Big(big)) if big.sign() == dashu_int::Sign::Negative => {
            Err(vm.raise(Exc::ValueError, "__len__() should return >= 0"))
        }
        _ => Err(vm.raise(Exc::OverflowError, "cannot fit 'int' into an index-sized integer")),
    }
}

pub fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    required(vm, this, name::GETITEM, &[key])
}

pub fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    match value {
        Some(value) => required(vm, this, name::SETITEM, &[key, value])?,
        None => required(vm, this, name::DELITEM, &[key])?,
    };
    Ok(())
}

pub fn contains(vm: &mut Vm, this: Value, needle: Value) -> Result<bool, Raised> {
    let class = vm.type_of(this);
    match Type::lookup_name(class, vm, name::CONTAINS) {
        Some(attribute) if attribute.is_none() => {
            let name = Type::name(class, vm);
            Err(vm.raise(Exc::TypeError, format!("'{name}' object is not a container")))
        }
        _ => {
            let result = required(vm, this, name::CONTAINS, &[needle])?;
            vm.is_true(result)
        }
    }
}

impl Vm {
    fn special_method_unbound_quiet(&mut self, class: Gc<Type>, name: Atom) -> Option<Value> {
        Type::lookup_name(class, self, name)
    }

    /// Calls a class attribute for an instance: as a plain function with the instance first, or bound.
    pub(crate) fn call_class_attribute(
        &mut self,
        attribute: Value,
        this: Value,
        class: Gc<Type>,
        args: &[Value],
    ) -> Result<Value, Raised> {
        let own = self.type_of(attribute);
        if own.get(self).has_flag(crate::spec::METHOD_DESCRIPTOR) {
            return self.call_with_first(attribute, this, args);
        }
        let bound = self.bind_descriptor(attribute, this, class)?;
        self.call(bound, args)
    }
}
