//! `super`: attribute lookup from the class after a given one in the MRO.
//!
//! Invariant: `own` and `receiver` are both present (bound) or both absent.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, TypeSpec, getter};
use crate::types::Builtin;
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;
use taipan_bytecode::code::fast;

heap_object! {
    /// A `super` object.
    pub struct Super = Builtin::Super {
        /// `__thisclass__`: the lookup starts after it.
        pub start: Option<Gc<Type>>,
        /// `__self__`.
        pub receiver: Option<Value>,
        /// `__self_class__`: its MRO is walked.
        pub own: Option<Gc<Type>>,
    }
}

/// The attribute that `super(start, class)` finds, bound to the class.
pub fn lookup(vm: &mut Vm, start: Gc<Type>, class: Gc<Type>, attribute: Gc<Str>) -> Result<Option<Value>, Raised> {
    match find(vm, start, class, attribute) {
        Some(found) => match vm.slots(found).descr_get {
            Some(get) => get(vm, found, None, Some(class.value())).map(Some),
            None => Ok(Some(found)),
        },
        None => Ok(None),
    }
}

/// The raw class attribute after `start` in the MRO of `class`.
fn find(vm: &mut Vm, start: Gc<Type>, class: Gc<Type>, attribute: Gc<Str>) -> Option<Value> {
    let mro = class.get(vm).mro;
    let from = mro.get(vm).items().iter().position(|item| *item == start.value())? + 1;
    for i in from..mro.get(vm).len() {
        let Some(base) = mro.get(vm).at(i).downcast::<Type>(vm) else { continue };
        let dict = base.get(vm).dict;
        if let Some(found) = Dict::get_str(dict, vm, attribute) {
            return Some(found);
        }
    }
    None
}

fn expect(vm: &Vm, this: Value) -> Gc<Super> {
    this.expect(vm)
}

fn new(vm: &mut Vm, class: Gc<Type>, _args: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Super { header: HeaderWord::NEW, start: None, receiver: None, own: None })?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    args.no_keywords(vm, "super")?;
    if args.len() > 2 {
        let message = format!("super() expected at most 2 arguments, got {}", args.len());
        return Err(vm.raise(Exc::TypeError, message));
    }
    let (start, receiver) = match args.len() {
        0 => of_running_method(vm)?,
        n => match args.get(0).downcast::<Type>(vm) {
            Some(start) => (start, if n == 2 { args.get(1).not_none() } else { None }),
            None => {
                let got = vm.type_name(args.get(0));
                return Err(vm.raise(Exc::TypeError, format!("super() argument 1 must be a type, not {got}")));
            }
        },
    };
    let own = match receiver {
        Some(receiver) => Some(check(vm, start, receiver)?),
        None => None,
    };
    let object = expect(vm, this).get_mut(vm);
    (object.start, object.receiver, object.own) = (Some(start), receiver, own);
    Ok(())
}

/// The class and the first argument of the running method, for `super()`.
fn of_running_method(vm: &mut Vm) -> Result<(Gc<Type>, Option<Value>), Raised> {
    let Some(frame) = vm.exec.current().copied() else {
        return Err(vm.raise(Exc::RuntimeError, "super(): no current frame"));
    };
    let code = &frame.executable.code;
    if code.argcount == 0 {
        return Err(vm.raise(Exc::RuntimeError, "super(): no arguments"));
    }
    // SAFETY: locals of a running frame have been written.
    let mut first = unsafe { *frame.local(0) };
    if code.localspluskinds.first().is_some_and(|kind| kind & fast::CELL != 0)
        && let Some(cell) = first.exact::<Cell>()
    {
        first = cell.get(vm).contents.unwrap_or(Value::UNBOUND);
    }
    if first.is_unbound() {
        return Err(vm.raise(Exc::RuntimeError, "super(): arg[0] deleted"));
    }
    let at = code.freevars().position(|name| name.as_str() == Some("__class__"));
    let closure = frame.function.get(vm).closure;
    let cell = at.zip(closure).and_then(|(at, closure)| closure.get(vm).items().get(at).copied());
    let Some(cell) = cell.and_then(|cell| cell.exact::<Cell>()) else {
        return Err(vm.raise(Exc::RuntimeError, "super(): __class__ cell not found"));
    };
    let Some(class) = cell.get(vm).contents else {
        return Err(vm.raise(Exc::RuntimeError, "super(): empty __class__ cell"));
    };
    match class.downcast::<Type>(vm) {
        Some(class) => Ok((class, first.not_none())),
        None => {
            let got = vm.type_name(class);
            Err(vm.raise(Exc::RuntimeError, format!("super(): __class__ is not a type ({got})")))
        }
    }
}

/// The class whose MRO `super(start, receiver)` walks.
fn check(vm: &mut Vm, start: Gc<Type>, receiver: Value) -> Result<Gc<Type>, Raised> {
    if let Some(class) = receiver.downcast::<Type>(vm)
        && Type::is_subtype(class, vm, start)
    {
        return Ok(class);
    }
    let own = vm.type_of(receiver);
    if Type::is_subtype(own, vm, start) {
        return Ok(own);
    }
    // A proxy may say that it is an instance of another class.
    if let Some(claimed) = vm.get_attr_opt_name(receiver, name::CLASS)?
        && let Some(claimed) = claimed.downcast::<Type>(vm)
        && claimed != own
        && Type::is_subtype(claimed, vm, start)
    {
        return Ok(claimed);
    }
    Err(mismatch(vm, start, receiver))
}

/// The error of `super(start, receiver)` where the receiver has nothing to do with the class.
#[cold]
pub(super) fn mismatch(vm: &mut Vm, start: Gc<Type>, receiver: Value) -> Raised {
    let (what, got) = match receiver.downcast::<Type>(vm) {
        Some(class) => ("type", Type::name(class, vm)),
        None => ("instance of", vm.type_name(receiver)),
    };
    let start = Type::name(start, vm);
    let message = format!("super(type, obj): obj ({what} {got}) is not an instance or subtype of type ({start}).");
    vm.raise(Exc::TypeError, message)
}

fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    let Super { start, receiver, own, .. } = *expect(vm, this).get(vm);
    if let (Some(start), Some(receiver), Some(own)) = (start, receiver, own)
        && Str::known_atom(attribute, vm) != Some(name::CLASS)
        && let Some(found) = find(vm, start, own, attribute)
    {
        return match vm.slots(found).descr_get {
            Some(get) => get(vm, found, (receiver != own.value()).then_some(receiver), Some(own.value())),
            None => Ok(found),
        };
    }
    vm.generic_get_attr(this, attribute)
}

fn descr_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Super { start, receiver, .. } = *expect(vm, this).get(vm);
    let (Some(object), None, Some(start)) = (object.and_then(Value::not_none), receiver, start) else {
        return Ok(this);
    };
    if !vm.is_exact(this, Builtin::Super) {
        let class = vm.type_of(this).value();
        return vm.call(class, &[start.value(), object]);
    }
    let own = check(vm, start, object)?;
    let bound = Super { header: HeaderWord::NEW, start: Some(start), receiver: Some(object), own: Some(own) };
    Ok(vm.new_exact(bound)?.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Super { start, own, .. } = *expect(vm, this).get(vm);
    let start = start.map_or_else(|| "NULL".to_owned(), |class| Type::name(class, vm));
    match own {
        Some(own) => {
            let own = Type::name(own, vm);
            vm.new_str(&format!("<super: <class '{start}'>, <{own} object>>"))
        }
        None => vm.new_str(&format!("<super: <class '{start}'>, NULL>")),
    }
}

fn get_start(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).start.map_or(Value::NONE, Gc::value))
}

fn get_receiver(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).receiver.unwrap_or(Value::NONE))
}

fn get_own(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).own.map_or(Value::NONE, Gc::value))
}

const GETSET: &[GetSetDef] = &[
    getter("__thisclass__", get_start, "the class invoking super()").member(),
    getter("__self__", get_receiver, "the instance invoking super(); may be None").member(),
    getter("__self_class__", get_own, "the type of the instance invoking super(); may be None").member(),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "super",
    layout: Some(<Super as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        getattro: Some(getattro),
        descr_get: Some(descr_get),
        repr: Some(repr),
        ..Slots::DEFAULT
    },
    getset: GETSET,
    doc: "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires\n    issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)\n",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
