//! Instance layouts of classes made from Python: best base, `__slots__` words, attribute slots, `__class__` assignment.

use taipan_heap::Tail;

use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::shape::{AttrsPlace, Shape, ShapeId};
use crate::spec;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// Most attribute slots kept in the object itself.
const MAX_INLINE: usize = 24;

/// Most words that one class may add by `__slots__`.
const MAX_SLOT_WORDS: usize = 1 << 14;

/// The base that decides the layout: the one whose native words and slots all others' are a beginning of.
pub fn best_base(vm: &mut Vm, bases: Gc<Tuple>) -> Result<Gc<Type>, Raised> {
    let mut winner: Option<(Gc<Type>, Gc<Type>)> = None;
    for i in 0..bases.get(vm).len() {
        let item = bases.get(vm).at(i);
        let Some(base) = item.downcast::<Type>(vm) else {
            return Err(vm.raise(Exc::TypeError, "bases must be types"));
        };
        if !base.get(vm).has_flag(spec::BASETYPE) {
            let name = Type::full_name(base, vm);
            return Err(vm.raise(Exc::TypeError, format!("type '{name}' is not an acceptable base type")));
        }
        let solid = solid_base(vm, base);
        winner = Some(match winner {
            None => (base, solid),
            Some((best, best_solid)) => {
                if Type::is_subtype(best_solid, vm, solid) {
                    (best, best_solid)
                } else if Type::is_subtype(solid, vm, best_solid) {
                    (base, solid)
                } else {
                    return Err(vm.raise(Exc::TypeError, "multiple bases have instance lay-out conflict"));
                }
            }
        });
    }
    match winner {
        Some((base, _)) => Ok(base),
        None => Err(vm.raise(Exc::TypeError, "a class needs a base")),
    }
}

/// The nearest class of the chain of bases that adds native words or `__slots__` words.
fn solid_base(vm: &Vm, class: Gc<Type>) -> Gc<Type> {
    let mut at = class;
    while let Some(base) = at.get(vm).base {
        let own_slots = at.get(vm).slot_names.is_some_and(|names| !names.get(vm).is_empty());
        if own_slots || !std::ptr::eq(at.get(vm).native, base.get(vm).native) {
            break;
        }
        at = base;
    }
    at
}

/// What a new class adds to its base's instances.
pub struct Additions {
    /// Words for `__slots__`.
    pub slots: usize,
    /// Instances get a `__dict__` that the base's do not have.
    pub dict: bool,
    /// How many attribute slots instances will probably need.
    pub expected_attributes: usize,
}

/// Makes the shapes of a new class: root shape, dict shape. Sets `root_shape`, `dict_shape`, `base_words` of the class.
pub fn make_shapes(vm: &mut Vm, class: Gc<Type>, base: Gc<Type>, additions: &Additions) -> Result<(), Raised> {
    let native = base.get(vm).native;
    let base_shape = vm.shape(base.get(vm).root_shape);
    let (base_attrs, base_inline) = (base_shape.attrs, base_shape.inline_count as usize);
    let tailed = native.layout.tail != Tail::None;
    let mut words = base.get(vm).base_words as usize;
    let mut attrs = base_attrs;
    if additions.dict {
        if tailed {
            attrs = AttrsPlace::TrailingDict;
        } else {
            attrs = AttrsPlace::Slots { word: words as u16 };
            words += 1;
        }
    }
    // Words behind the tail: the first is the dict's, whether there is one or not, so that those of the bases keep theirs.
    let mut trailing = base_shape.trailing;
    if additions.slots > MAX_SLOT_WORDS || trailing as usize > MAX_SLOT_WORDS {
        return Err(vm.raise(Exc::TypeError, "too many slots"));
    }
    if tailed {
        if trailing == 0 && (additions.slots > 0 || attrs == AttrsPlace::TrailingDict) {
            trailing = 1;
        }
        trailing += additions.slots as u16;
    } else {
        words += additions.slots;
    }
    // A native `__dict__` word of the base (exceptions, functions) serves instances in slot form, too.
    if let AttrsPlace::Dict { word } = attrs
        && !native.extends(crate::types::module::Module::native())
    {
        attrs = AttrsPlace::Slots { word };
    }
    let mut inline = 0;
    if matches!(attrs, AttrsPlace::Slots { .. }) {
        inline = (additions.expected_attributes + base_inline).clamp(2, MAX_INLINE);
        // Objects are whole granules of two words.
        inline += (words + inline) % 2;
    }
    if words + inline > u16::MAX as usize / 2 {
        return Err(vm.raise(Exc::TypeError, "too many slots"));
    }
    let shape = |attrs: AttrsPlace, inline_count: usize| Shape {
        klass: Some(class),
        fixed_bytes: ((words + inline) * 8) as u32,
        attrs,
        trailing,
        inline_start: words as u16,
        inline_count: inline_count as u16,
        ..Shape::native(native)
    };
    let root = add(vm, shape(attrs, inline));
    let dict = match attrs {
        AttrsPlace::Slots { word } => add(vm, shape(AttrsPlace::Dict { word }, 0)),
        _ => root,
    };
    let class = class.get_mut(vm);
    class.root_shape = root;
    class.dict_shape = dict;
    class.base_words = words as u16;
    Ok(())
}

fn add(vm: &mut Vm, shape: Shape) -> ShapeId {
    let (layout, class) = (shape.layout(), shape.klass);
    let id = vm.interp_mut().shapes.add(shape);
    vm.heap_mut().define_layout(id, layout);
    if let Some(class) = class {
        vm.heap_mut().set_layout_owner(id, class.header());
    }
    id
}

/// The setter of `object.__class__`.
pub fn set_class(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "can't delete __class__ attribute")) };
    let Some(new) = value.downcast::<Type>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("__class__ must be set to a class, not '{got}' object")));
    };
    let old = vm.type_of(this);
    if old == new {
        return Ok(());
    }
    let module = vm.class(crate::types::Builtin::Module);
    let modules = Type::is_subtype(old, vm, module) && Type::is_subtype(new, vm, module);
    if !(modules || old.get(vm).is_heap_type() && new.get(vm).is_heap_type()) {
        return Err(
            vm.raise(Exc::TypeError, "__class__ assignment only supported for mutable types or ModuleType subclasses")
        );
    }
    if !compatible(vm, old, new) {
        let (new, old) = (Type::name(new, vm), Type::name(old, vm));
        let message = format!("__class__ assignment: '{new}' object layout differs from '{old}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    // In dict form the words of both classes agree; the shape must be one of the same size.
    vm.instance_dict(this)?;
    let old_shape = vm.shape(this.shape_id());
    let (fixed_bytes, attrs, trailing) = (old_shape.fixed_bytes, old_shape.attrs, old_shape.trailing);
    let fits = |shape: &Shape| shape.fixed_bytes == fixed_bytes && shape.attrs == attrs && shape.added.is_none();
    let dict_shape = new.get(vm).dict_shape;
    let found = match fits(vm.shape(dict_shape)) {
        true => Some(dict_shape),
        false => vm.interp().shapes.find(|shape| shape.klass == Some(new) && fits(shape)),
    };
    let id = match found {
        Some(id) => id,
        // The classes differ only in how many slots their instances keep inline: a shape of the new class in the old size.
        None => {
            let native = old_shape.native;
            add(vm, Shape { klass: Some(new), fixed_bytes, attrs, trailing, ..Shape::native(native) })
        }
    };
    vm.set_shape(this, id);
    vm.heap_mut().shape_changed(id);
    match (old.get(vm).slots.del.is_some(), new.get(vm).slots.del.is_some()) {
        (false, true) => vm.note_instance(this, new),
        (true, false) => {
            if let Some(header) = this.as_heap() {
                vm.heap_mut().unregister_finalizer(header);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether instances of two classes have the same words.
pub fn compatible(vm: &mut Vm, a: Gc<Type>, b: Gc<Type>) -> bool {
    if !std::ptr::eq(a.get(vm).native, b.get(vm).native) {
        return false;
    }
    let (shape_a, shape_b) = (vm.shape(a.get(vm).dict_shape).attrs, vm.shape(b.get(vm).dict_shape).attrs);
    let kind = |attrs| match attrs {
        AttrsPlace::Slots { word } | AttrsPlace::Dict { word } => Some(word),
        AttrsPlace::None => None,
        AttrsPlace::TrailingDict => Some(u16::MAX),
    };
    let flags = |class: Gc<Type>, vm: &Vm| class.get(vm).flags & (spec::HAS_DICT | spec::WEAKREFABLE);
    if flags(a, vm) != flags(b, vm) {
        return false;
    }
    let trailing = |class: Gc<Type>, vm: &Vm| vm.shape(class.get(vm).root_shape).trailing;
    if trailing(a, vm) != trailing(b, vm) {
        return false;
    }
    if kind(shape_a) != kind(shape_b) || a.get(vm).base_words != b.get(vm).base_words {
        return false;
    }
    let (solid_a, solid_b) = (solid_base(vm, a), solid_base(vm, b));
    if solid_a == solid_b {
        return true;
    }
    // Different classes may add the same slots to the same base.
    let names = |class: Gc<Type>, vm: &Vm| class.get(vm).slot_names;
    match (names(solid_a, vm), names(solid_b, vm)) {
        (Some(x), Some(y)) => {
            let same = x.get(vm).items() == y.get(vm).items();
            same && solid_a.get(vm).base == solid_b.get(vm).base
        }
        _ => false,
    }
}
