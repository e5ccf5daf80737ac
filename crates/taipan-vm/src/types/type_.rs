//! `type`: the Klass of every object: name, bases, MRO, dict, native slots, and the shapes of its instances.
//!
//! Invariants: classes lie in metaspace and never move; `mro` is complete before the class is reachable from Python;
//! every change of a class dict goes through `Type::set_attr`, which keeps slots and caches true.

use crate::gc::{Gc, HeaderWord, HeapObject, NativeLayout};
use crate::heap_object;
use crate::interpreter::native_layout;
use crate::names::{Atom, name};
use crate::raise::Raised;
use crate::shape::{AttrsPlace, Shape, ShapeId};
use crate::slots::Slots;
use crate::spec::{self, TypeSpec};
use crate::types::array::RawArray;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::{Builtin, descriptor, object};
use crate::value::Value;
use crate::vm::Vm;

mod annotations;
pub mod attributes;
mod bases;
pub mod declared_slots;
pub mod instance_check;
pub mod layout;
pub mod methods;
pub mod mro;
pub mod native_new;
pub mod new;
pub mod slotdefs;
pub mod subclasses;
pub mod trampolines;

pub use methods::TYPE;

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

/// Makes a built-in type at first use. Who asks for one cannot be told that memory has run out, hence the class, of
/// bounded size and made once, may go over the limit.
#[cold]
pub fn materialize_builtin(vm: &mut Vm, builtin: Builtin) -> Gc<Type> {
    let pending = vm.pending.take();
    let class = class_over_limit(vm, builtin.spec());
    let class = match class {
        Ok(class) => class,
        Err(raised) => {
            // The system has no memory either: a base stands in, and the next use tries again. `object` and `type` are
            // made before any limit applies.
            let _ = vm.take_raised(raised);
            let base = if builtin as u32 <= Builtin::Type as u32 { None } else { Some(Builtin::Object) };
            match base {
                Some(base) => vm.class(base),
                None => unreachable!("object and type are made when the interpreter is made"),
            }
        }
    };
    vm.pending = pending;
    class
}

/// [`class_of_spec`] for those who cannot go on without the class: if need be it is made beyond the memory limit.
pub(crate) fn class_over_limit(vm: &mut Vm, spec: &'static TypeSpec) -> Result<Gc<Type>, Raised> {
    class_of_spec(vm, spec).or_else(|raised| {
        let _ = vm.take_raised(raised);
        let limit = vm.heap_mut().config().limit;
        vm.heap_mut().set_limit(usize::MAX);
        let class = class_of_spec(vm, spec);
        vm.heap_mut().set_limit(limit);
        class
    })
}

/// The class of a native module's type, made at first use.
pub fn class_of_spec(vm: &mut Vm, spec: &'static TypeSpec) -> Result<Gc<Type>, Raised> {
    let key = std::ptr::from_ref(spec).addr();
    if let Some(class) = vm.interp().spec_types.get(&key) {
        return Ok(*class);
    }
    if let Some(id) = crate::types::BUILTIN_TYPES.iter().skip(1).position(|s| std::ptr::eq(*s, spec)) {
        return match vm.interp().builtin_types[id + 1] {
            Some(class) => Ok(class),
            None => materialize(vm, spec, Builtin::from_id(id as u32 + 1)),
        };
    }
    materialize(vm, spec, None)
}

/// Makes the class object of a spec, or leaves no trace of it.
pub fn materialize(vm: &mut Vm, spec: &'static TypeSpec, builtin: Option<Builtin>) -> Result<Gc<Type>, Raised> {
    let result = materialize_parts(vm, spec, builtin);
    if result.is_err() {
        match builtin {
            Some(builtin) => {
                vm.interp_mut().builtin_types[builtin as usize] = None;
                vm.interp_mut().shapes.get_mut(builtin as u32).klass = None;
                if builtin == Builtin::Str {
                    vm.interp_mut().shapes.get_mut(Builtin::SharedStr as u32).klass = None;
                }
            }
            None => {
                vm.interp_mut().spec_types.remove(&std::ptr::from_ref(spec).addr());
            }
        }
    }
    result
}

/// Base first, then dict rows, slots, MRO, shape.
fn materialize_parts(vm: &mut Vm, spec: &'static TypeSpec, builtin: Option<Builtin>) -> Result<Gc<Type>, Raised> {
    let is_object = std::ptr::eq(spec, &object::TYPE);
    let base = match spec.base {
        Some(base) => Some(class_of_spec(vm, base)?),
        None if is_object => None,
        None => Some(vm.class(Builtin::Object)),
    };
    let native = native_layout(spec);
    let mut flags = spec.flags;
    if let Some(base) = base {
        flags |= base.get(vm).flags
            & (spec::HAS_DICT
                | spec::WEAKREFABLE
                | spec::MAPPING
                | spec::SEQUENCE
                | spec::MATCH_SELF
                | spec::FINALIZE_NEWEST_FIRST);
    }
    let root_shape = match builtin {
        Some(builtin) => builtin as u32,
        None => vm.interp_mut().shapes.add(Shape::native(native)),
    };
    let mut base_words = native.layout.fixed_words + native_words(spec);
    let metashape = match spec.metaclass {
        Some(metaclass) => class_of_spec(vm, metaclass)?.get(vm).root_shape,
        None => Builtin::Type as u32,
    };
    {
        let shape = vm.interp_mut().shapes.get_mut(root_shape);
        if flags & spec::HAS_DICT != 0 {
            if native.extends(crate::types::module::Module::native()) {
                shape.attrs = AttrsPlace::Dict { word: crate::types::module::DICT_WORD };
            } else if native.layout.tail == taipan_heap::Tail::None {
                shape.attrs = AttrsPlace::Dict { word: base_words };
                base_words += 1;
            } else {
                shape.attrs = AttrsPlace::TrailingDict;
                shape.trailing = 1;
            }
        }
        shape.fixed_bytes = base_words as u32 * 8;
    }
    let layout = vm.shape(root_shape).layout();
    vm.heap_mut().define_layout(root_shape, layout);

    let name = Str::intern(vm, spec.name)?;
    let dict = Dict::new(vm)?;
    let empty = Tuple::empty(vm)?;
    let bases = match base {
        Some(base) => Tuple::from_values(vm, &[base.value()])?,
        None => empty,
    };
    let mut slots = spec.slots;
    if let Some(base) = base {
        inherit_slots(&mut slots, &base.get(vm).slots.clone());
        // A type with fields of its own and no constructor is made by native code only.
        if spec.slots.new.is_none()
            && std::ptr::eq(base.get(vm).native, object::Object::native())
            && !std::ptr::eq(native, object::Object::native())
        {
            slots.new = None;
        }
    }
    let class = allocate(
        vm,
        metashape,
        Type {
            header: HeaderWord::NEW,
            name,
            qualname: name,
            bases,
            mro: empty,
            base,
            dict,
            subclasses: None,
            slot_names: None,
            spec: Some(spec),
            native,
            flags,
            root_shape,
            dict_shape: root_shape,
            cached: false,
            base_words,
            slots,
        },
    )?;
    vm.interp_mut().shapes.get_mut(root_shape).klass = Some(class);
    match builtin {
        Some(builtin) => {
            vm.interp_mut().builtin_types[builtin as usize] = Some(class);
            if builtin == Builtin::Str {
                vm.interp_mut().shapes.get_mut(Builtin::SharedStr as u32).klass = Some(class);
            }
        }
        None => {
            vm.interp_mut().spec_types.insert(std::ptr::from_ref(spec).addr(), class);
        }
    }
    let mro = match base {
        Some(base) => {
            let base_mro = base.get(vm).mro;
            Tuple::prepend(vm, class.value(), base_mro)?
        }
        None => Tuple::from_values(vm, &[class.value()])?,
    };
    class.get_mut(vm).mro = mro;
    fill_dict(vm, class, spec)?;
    if let Some(base) = base {
        Type::add_subclass(base, vm, class)?;
    }
    Ok(class)
}

/// The words for native code that instances have behind their layout: their own and those of the bases.
fn native_words(spec: &TypeSpec) -> u16 {
    let (mut words, mut at) = (0, Some(spec));
    while let Some(spec) = at {
        words += spec.words;
        at = spec.base;
    }
    words
}

/// Inherits slots as CPython does: `hash` and `richcompare` only together, the rest one by one.
pub fn inherit_slots(slots: &mut Slots, base: &Slots) {
    let own_comparison = slots.richcompare.is_some() || slots.hash.is_some();
    let (richcompare, hash) = (slots.richcompare, slots.hash);
    slots.inherit(base);
    if own_comparison {
        slots.richcompare = richcompare;
        slots.hash = hash;
    }
}

/// Allocates a class in metaspace.
pub fn allocate(vm: &mut Vm, shape: ShapeId, class: Type) -> Result<Gc<Type>, Raised> {
    let bytes = vm.shape(shape).fixed_bytes as usize;
    let memory = vm.alloc_immovable(shape, bytes.max(size_of::<Type>()))?;
    Ok(vm.fill_object(memory, class))
}

fn fill_dict(vm: &mut Vm, class: Gc<Type>, spec: &'static TypeSpec) -> Result<(), Raised> {
    slotdefs::add_slot_wrappers(vm, class, spec)?;
    let dict = class.get(vm).dict;
    for row in spec.methods {
        let key = Str::intern(vm, row.name())?;
        let value = descriptor::from_method_row(vm, class, row)?;
        Dict::set_str(dict, vm, key, value)?;
    }
    for row in spec.getset {
        let key = Str::intern(vm, row.name)?;
        let value = descriptor::from_getset_row(vm, class, row)?;
        Dict::set_str(dict, vm, key, value)?;
    }
    if let Some(finish) = spec.finish {
        finish(vm, class)?;
    }
    let doc_key = vm.name(name::DOC);
    if Dict::get_str(dict, vm, doc_key).is_none() {
        let doc = crate::types::builtin_method::methods::plain_doc(spec.name, spec.doc);
        let doc = if doc.is_empty() { Value::NONE } else { Str::new(vm, doc)?.value() };
        Dict::set_str(dict, vm, doc_key, doc)?;
    }
    let hash_key = vm.name(name::HASH);
    if spec.slots.richcompare.is_some() && spec.slots.hash.is_none() && Dict::get_str(dict, vm, hash_key).is_none() {
        Dict::set_str(dict, vm, hash_key, Value::NONE)?;
        class.get_mut(vm).slots.hash = Some(object::hash_not_implemented);
    }
    Ok(())
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
