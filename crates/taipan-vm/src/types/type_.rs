//! `type`: the Klass of every object: name, bases, MRO, dict, native slots, and the shapes of its instances.
//!
//! Invariants: classes lie in metaspace and never move; `mro` is complete before the class is reachable from Python;
//! every change of a class dict goes through `Type::set_attr`, which keeps slots and caches true.

use crate::gc::{Gc, HeapObject, NativeLayout};
use crate::heap_object;
use crate::names::Atom;
use crate::shape::ShapeId;
use crate::slots::Slots;
use crate::spec::{self, TypeSpec};
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub(crate) use materialize::class_over_limit;
pub use materialize::{allocate, class_of_spec, materialize_builtin};
pub use methods::TYPE;

mod annotations;
pub mod attributes;
mod bases;
pub mod declared_slots;
pub mod instance_check;
pub mod layout;
mod materialize;
pub mod methods;
pub mod mro;
pub mod native_new;
pub mod new;
pub mod slotdefs;
pub mod subclasses;
pub mod trampolines;

heap_object! {
    /// A class.
    pub struct Type = Builtin::Type {
        pub name: Gc<Str>,
        pub qualname: Gc<Str>,
        pub bases: Gc<Tuple>,
        pub mro: Gc<Tuple>,
        pub base: Option<Gc<Type>>,
        pub dict: Gc<Dict>,
        /// Addresses of direct subclasses in the order of their creation, behind their number; 0 for one that is gone. They
        /// are no references: `forget_dead_subclasses`.
        subclasses: Option<Gc<RawArray>>,
        /// Names of `__slots__` in the order of their words.
        pub slot_names: Option<Gc<Tuple>>,
        /// The description of a built-in type.
        pub spec: Option<&'static TypeSpec>,
        /// The native words that instances begin with.
        pub native: &'static NativeLayout,
        /// `spec::*` flags.
        pub flags: u32,
        /// Shape of a fresh instance.
        pub root_shape: ShapeId,
        /// Shape of an instance whose attributes are in a dict (`root_shape` if instances have no attributes).
        pub dict_shape: ShapeId,
        /// Some cache depends on this class: a structural change must bump the epoch.
        pub cached: bool,
        /// Words of an instance before its inline attribute slots.
        pub base_words: u16,
        /// What the type does natively.
        pub slots: Slots,
    }
}

// SAFETY: function pointers are plain words for the collector.
unsafe impl crate::gc::Field for Slots {
    const IS_VALUE: bool = false;
}

// SAFETY: static references are plain words for the collector.
impl Type {
    /// `__name__`.
    pub fn name(this: Gc<Type>, vm: &Vm) -> String {
        this.get(vm).name.get(vm).to_string_lossy()
    }

    /// The name in messages (`tp_name`): that of a native type begins with its module.
    pub fn full_name(this: Gc<Type>, vm: &Vm) -> String {
        match this.get(vm).spec {
            Some(spec) if spec.module != "builtins" && !this.get(vm).is_heap_type() => {
                format!("{}.{}", spec.module, spec.name)
            }
            _ => Type::name(this, vm),
        }
    }

    /// Whether a `spec` flag is set.
    #[inline(always)]
    pub fn has_flag(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Whether the class was made by Python code.
    #[inline(always)]
    pub fn is_heap_type(&self) -> bool {
        self.has_flag(spec::HEAP_TYPE)
    }

    /// `issubclass` along the MRO, without `__subclasscheck__`.
    #[inline]
    pub fn is_subtype(this: Gc<Type>, vm: &Vm, other: Gc<Type>) -> bool {
        this == other || this.get(vm).mro.get(vm).items().contains(&other.value())
    }

    /// The attribute found first along the MRO, unbound.
    pub fn lookup(this: Gc<Type>, vm: &mut Vm, name: Gc<Str>) -> Option<Value> {
        match Str::atom(name, vm) {
            Some(atom) => Self::lookup_cached(this, vm, atom, name),
            None => Self::lookup_uncached(this, vm, name).map(|(value, _)| value),
        }
    }

    /// As `lookup`, by a name known at compile time.
    pub fn lookup_name(this: Gc<Type>, vm: &mut Vm, name: Atom) -> Option<Value> {
        let text = vm.name(name);
        Self::lookup_cached(this, vm, name, text)
    }

    #[inline]
    fn lookup_cached(this: Gc<Type>, vm: &mut Vm, atom: Atom, name: Gc<Str>) -> Option<Value> {
        let address = this.header().as_ptr().addr();
        let index = ((address >> 5) ^ (atom.0 as usize).wrapping_mul(31)) & (METHOD_CACHE_SIZE - 1);
        let epoch = vm.interp().lookup_epoch;
        let entry = &vm.interp().method_cache[index];
        if entry.class == address && entry.name == atom && entry.epoch == epoch {
            return entry.value;
        }
        let value = Self::lookup_uncached(this, vm, name).map(|(value, _)| value);
        Self::mark_cached(this, vm);
        vm.interp_mut().method_cache[index] = MethodCacheEntry { class: address, name: atom, epoch, value };
        value
    }

    /// The attribute found first along the MRO and the class that has it, without the cache.
    pub fn lookup_uncached(this: Gc<Type>, vm: &mut Vm, name: Gc<Str>) -> Option<(Value, Gc<Type>)> {
        let mro = this.get(vm).mro;
        let mut i = 0;
        while let Some(class) = mro.get(vm).items().get(i).copied() {
            if let Some(class) = class.downcast::<Type>(vm)
                && let Some(value) = Dict::get_attribute(class.get(vm).dict, vm, name)
            {
                return Some((value, class));
            }
            i += 1;
        }
        None
    }

    /// Notes that a cache depends on what the class and its bases say.
    pub fn mark_cached(this: Gc<Type>, vm: &mut Vm) {
        if this.get(vm).cached {
            return;
        }
        let mro = this.get(vm).mro;
        for i in 0..mro.get(vm).len() {
            if let Some(class) = mro.get(vm).at(i).downcast::<Type>(vm) {
                class.get_mut(vm).cached = true;
            }
        }
        this.get_mut(vm).cached = true;
    }
}

/// Entries of the global method cache; a power of two.
pub const METHOD_CACHE_SIZE: usize = 2048;

/// One entry: valid while `epoch` is the interpreter's `lookup_epoch`.
#[derive(Clone, Copy)]
pub struct MethodCacheEntry {
    pub class: usize,
    pub name: Atom,
    pub epoch: u32,
    pub value: Option<Value>,
}

impl MethodCacheEntry {
    /// Matches nothing.
    pub const EMPTY: MethodCacheEntry = MethodCacheEntry { class: 0, name: Atom(0), epoch: 0, value: None };
}

impl Vm {
    /// The class of a value.
    #[inline]
    pub fn type_of(&mut self, value: Value) -> Gc<Type> {
        let builtin = match value.as_heap() {
            Some(_) => {
                let id = value.shape_id();
                match self.shape(id).klass {
                    Some(class) => return class,
                    None => return self.materialize_shape(id),
                }
            }
            None if value.is_small_int() => Builtin::Int,
            None if value.is_immediate_float() => Builtin::Float,
            None if value.is_bool() => Builtin::Bool,
            None if value.is_none() => Builtin::NoneType,
            None if value == Value::ELLIPSIS => Builtin::Ellipsis,
            None if value.is_not_implemented() => Builtin::NotImplemented,
            None => Builtin::Object,
        };
        self.class(builtin)
    }

    #[cold]
    fn materialize_shape(&mut self, id: ShapeId) -> Gc<Type> {
        match Builtin::from_id(id) {
            Some(Builtin::SharedStr) => self.class(Builtin::Str),
            Some(builtin) => self.class(builtin),
            None => self.class(Builtin::Object),
        }
    }

    /// The slots of the class of a value.
    #[inline]
    pub fn slots(&mut self, value: Value) -> &Slots {
        let class = self.type_of(value);
        &class.get(self).slots
    }

    /// The name of the class of `value` as messages show it: with the module for native classes outside `builtins`.
    pub fn type_name(&mut self, value: Value) -> String {
        let class = self.type_of(value);
        Type::full_name(class, self)
    }

    /// `type(value).__name__`.
    pub fn class_name(&mut self, value: Value) -> String {
        let class = self.type_of(value);
        Type::name(class, self)
    }

    /// Whether the class of `value` is `class` or derives from it (no `__instancecheck__`).
    #[inline]
    pub fn is_instance(&mut self, value: Value, class: Gc<Type>) -> bool {
        let own = self.type_of(value);
        Type::is_subtype(own, self, class)
    }

    /// Whether the class of `value` is a built-in type or derives from it.
    #[inline]
    pub fn is_a(&mut self, value: Value, builtin: Builtin) -> bool {
        if value.shape_id() == builtin as u32 {
            return true;
        }
        let class = self.class(builtin);
        self.is_instance(value, class)
    }

    /// Whether the class of `value` is exactly a built-in type.
    #[inline]
    pub fn is_exact(&mut self, value: Value, builtin: Builtin) -> bool {
        match value.is_heap() {
            true if builtin == Builtin::Str => value.exact::<Str>().is_some(),
            true => value.shape_id() == builtin as u32,
            false => self.type_of(value) == self.class(builtin),
        }
    }
}

impl Value {
    /// The object as `T`, for slots and rows, which are called with objects of their layout only: `check_receiver` of the
    /// descriptors refuses others, a class inherits slots from classes whose layout it extends, and a `__new__` refuses classes
    /// with another one. `tests/oracle/hostile_calls.py` tries them all.
    #[inline]
    pub fn expect<T: HeapObject>(self, vm: &Vm) -> Gc<T> {
        match self.downcast(vm) {
            Some(object) => object,
            None => unreachable!("a slot is called with an object of its type"),
        }
    }

    /// The object as `T`, when its native layout is `T` or an extension of it.
    #[inline]
    pub fn downcast<T: HeapObject>(self, vm: &Vm) -> Option<Gc<T>> {
        if let Some(object) = self.exact::<T>() {
            return Some(object);
        }
        if !self.is_heap() {
            return None;
        }
        let native = vm.shape(self.shape_id()).native;
        // SAFETY: the layout of the object's shape is `T`'s or extends it.
        native.extends(T::native()).then(|| unsafe { Gc::from_value_unchecked(self) })
    }
}
