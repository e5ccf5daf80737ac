//! Weak references: `weakref.ref`, and the calls of their callbacks.
//!
//! Invariant: `referent` is a heap pointer registered with the heap as a weak word, or 0 once the object has died.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{self, BASETYPE, GetSetDef, MethodDef, TypeSpec, class_method, getter};
use crate::types::Builtin;
use crate::types::object;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

pub mod proxy;

heap_object! {
    /// A weak reference or proxy.
    pub struct WeakRef = Builtin::WeakRef {
        /// The weak word.
        referent: u64,
        pub callback: Option<Value>,
        /// The hash of the referent, an int, once it was asked for.
        pub hash: Option<Value>,
    }
}

/// Index of the weak word.
const WEAK_WORD: u16 = (std::mem::offset_of!(WeakRef, referent) / 8) as u16;

impl WeakRef {
    /// A new weak reference of a shape whose layout is `WeakRef`. TypeError when the object cannot be referenced so.
    pub fn new(vm: &mut Vm, shape: u32, referent: Value, callback: Option<Value>) -> Result<Gc<WeakRef>, Raised> {
        let class = vm.type_of(referent);
        if !referent.is_heap() || !class.get(vm).has_flag(spec::WEAKREFABLE) {
            let name = Type::name(class, vm);
            return Err(vm.raise(Exc::TypeError, format!("cannot create weak reference to '{name}' object")));
        }
        let empty = WeakRef { header: HeaderWord::NEW, referent: 0, callback, hash: None };
        let object = vm.new_object(shape, empty)?;
        object.get_mut(vm).referent = referent.bits();
        vm.heap_mut().register_weak(object.header(), WEAK_WORD);
        Ok(object)
    }

    /// The object, `None` once it has died.
    pub fn referent(&self) -> Option<Value> {
        Value::from_bits(self.referent)
    }
}

impl Vm {
    /// The weak references to an object that are alive, newest first, as a list.
    pub fn weak_references(&mut self, referent: Value) -> Result<Gc<crate::types::list::List>, Raised> {
        let list = crate::types::list::List::new(self)?;
        let Some(header) = referent.as_heap() else { return Ok(list) };
        // As in CPython: the reference and the proxy without callbacks first, then the others, the newest first.
        for rank in 0..3 {
            let count = self.interp().heap.weak_owners(header).len();
            for at in 0..count {
                // Asked anew each time: pushing may move owners.
                let at = if rank == 2 { count - 1 - at } else { at };
                let owner = self.interp().heap.weak_owners(header).get(at).copied();
                let Some(owner) = owner.map(Value::from_heap) else { break };
                if weak_rank(self, owner) == rank {
                    crate::types::list::List::push(list, self, owner)?;
                }
            }
        }
        Ok(list)
    }

    /// Calls the callbacks of weak references whose objects have died, and the finalisers of unreachable objects.
    pub fn run_weak_callbacks(&mut self) {
        if self.heap_mut().has_pending() {
            self.with_spare_frames(Vm::call_weak_callbacks);
        }
    }

    fn call_weak_callbacks(&mut self) {
        while let Some(owner) = self.heap_mut().take_dead_weak() {
            let owner = Value::from_heap(owner);
            let Some(reference) = owner.downcast::<WeakRef>(self) else { continue };
            let Some(callback) = reference.get_mut(self).callback.take() else { continue };
            if let Err(raised) = self.call(callback, &[owner]) {
                self.write_unraisable_of(raised, "while calling weakref callback", callback);
            }
        }
    }
}

/// Where a weak reference stands among those of its object.
fn weak_rank(vm: &Vm, owner: Value) -> u32 {
    let plain = owner.downcast::<WeakRef>(vm).is_some_and(|reference| reference.get(vm).callback.is_none());
    match owner.shape_id() {
        id if plain && id == Builtin::WeakRef as u32 => 0,
        id if plain && (id == Builtin::WeakProxy as u32 || id == Builtin::CallableWeakProxy as u32) => 1,
        _ => 2,
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<WeakRef> {
    this.expect(vm)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    check_count(vm, args, "__new__")?;
    let callback = if args.len() > 1 { args.get(1).not_none() } else { None };
    let referent = args.get(0);
    let exact = class == vm.class(Builtin::WeakRef);
    if exact && callback.is_none() {
        let known = referent.as_heap().and_then(|header| {
            vm.interp().heap.find_weak_owner(header, |owner| {
                Value::from_heap(owner).exact::<WeakRef>().is_some_and(|owner| owner.get(vm).callback.is_none())
            })
        });
        if let Some(known) = known {
            return Ok(Value::from_heap(known));
        }
    }
    let shape = class.get(vm).root_shape;
    Ok(WeakRef::new(vm, shape, referent, callback)?.value())
}

fn check_count(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<(), Raised> {
    let (bound, word) = match args.len() {
        0 => (1, "at least"),
        1 | 2 => return Ok(()),
        _ => (2, "at most"),
    };
    let (n, s) = (args.len(), if bound == 1 { "" } else { "s" });
    Err(vm.raise(Exc::TypeError, format!("{function} expected {word} {bound} argument{s}, got {n}")))
}

fn init(vm: &mut Vm, _: Value, args: Args<'_>) -> Result<(), Raised> {
    if args.has_keywords() {
        return Err(vm.raise(Exc::TypeError, "ref() takes no keyword arguments"));
    }
    check_count(vm, args, "__init__")
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "weakref.ReferenceType.__call__")?;
    if !args.is_empty() {
        let n = args.len();
        return Err(vm.raise(Exc::TypeError, format!("__call__ expected 0 arguments, got {n}")));
    }
    Ok(expect(vm, this).get(vm).referent().unwrap_or(Value::NONE))
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let reference = expect(vm, this);
    if let Some(known) = reference.get(vm).hash.and_then(|hash| vm.as_i64(hash)) {
        return Ok(known);
    }
    let Some(referent) = reference.get(vm).referent() else {
        return Err(vm.raise(Exc::TypeError, "weak object has gone away"));
    };
    let hash = vm.hash(referent)?;
    let kept = vm.new_int(hash)?;
    reference.get_mut(vm).hash = Some(kept);
    Ok(hash)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<WeakRef>(vm), b.downcast::<WeakRef>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match (x.get(vm).referent(), y.get(vm).referent()) {
        (Some(x), Some(y)) => vm.compare(x, y, op),
        _ => Ok(Value::bool((a == b) == (op == Comparison::Eq))),
    }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let id = object::id_number(vm, this);
    let Some(referent) = expect(vm, this).get(vm).referent() else {
        return vm.new_str(&format!("<weakref at {id:#x}; dead>"));
    };
    let (class, at) = (vm.type_name(referent), object::id_number(vm, referent));
    let named = vm.special_method(referent, name::NAME)?.and_then(|name| vm.text_of(name));
    let suffix = named.map_or_else(String::new, |name| format!(" ({name})"));
    vm.new_str(&format!("<weakref at {id:#x}; to '{class}' at {at:#x}{suffix}>"))
}

fn get_callback(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let reference = expect(vm, this).get(vm);
    Ok(reference.callback.filter(|_| reference.referent().is_some()).unwrap_or(Value::NONE))
}

const METHODS: &[MethodDef] = &[class_method(
    "__class_getitem__($type, object, /)",
    crate::types::generic_alias::class_getitem,
    "Weakrefs are generic over the type of the referenced object.",
)];

const GETSET: &[GetSetDef] = &[getter("__callback__", get_callback, "").member()];

pub static TYPE: TypeSpec = TypeSpec {
    name: "ReferenceType",
    module: "weakref",
    layout: Some(<WeakRef as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        call: Some(call),
        hash: Some(hash),
        richcompare: Some(richcompare),
        repr: Some(repr),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
