//! `__slots__`: the names that a class body declares, and the members made for them.

use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::descriptor::MemberDescriptor;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::vm::Vm;

/// What `__slots__` declares.
pub(super) struct DeclaredSlots {
    /// Mangled names, sorted, without `__dict__` and `__weakref__`.
    pub(super) names: Gc<Tuple>,
    pub(super) dict: bool,
    pub(super) weakref: bool,
}

/// What the namespace of a class declares under `__slots__`, if it does.
///
/// # Errors
/// TypeError and ValueError for names that are none, that are there twice or that the class has as attributes.
pub(super) fn slots_of(
    vm: &mut Vm,
    dict: Gc<Dict>,
    base: Gc<Type>,
    class_name: Gc<Str>,
) -> Result<Option<DeclaredSlots>, Raised> {
    let key = vm.name(name::SLOTS);
    let Some(declared) = Dict::get_str(dict, vm, key) else { return Ok(None) };
    let list = match declared.downcast::<Str>(vm) {
        Some(_) => List::from_values(vm, &[declared])?,
        None => vm.list_of(declared)?,
    };
    let names = List::new(vm)?;
    let (mut has_dict, mut has_weakref) = (false, false);
    let owner = class_name.get(vm).to_string_lossy();
    let mut i = 0;
    while let Some(item) = list.get(vm).get_at(vm, i) {
        i += 1;
        let Some(text) = item.downcast::<Str>(vm) else {
            let got = vm.type_name(item);
            return Err(vm.raise(Exc::TypeError, format!("__slots__ items must be strings, not '{got}'")));
        };
        let is_identifier = taipan_text::unicode::is_identifier(text.get(vm).text());
        let text = text.get(vm).to_string_lossy();
        match text.as_str() {
            "__dict__" if has_dict => {
                return Err(vm.raise(Exc::TypeError, "__dict__ slot disallowed: we already got one"));
            }
            "__weakref__" if has_weakref => {
                return Err(vm.raise(Exc::TypeError, "__weakref__ slot disallowed: we already got one"));
            }
            "__dict__" => has_dict = true,
            "__weakref__" => has_weakref = true,
            _ => {
                if !is_identifier {
                    return Err(vm.raise(Exc::TypeError, "__slots__ must be identifiers"));
                }
                let mangled = mangle(&owner, &text);
                let interned = Str::intern(vm, &mangled)?;
                let special = matches!(text.as_str(), "__classcell__" | "__qualname__" | "__classdictcell__");
                if !special && Dict::get_str(dict, vm, interned).is_some() {
                    return Err(
                        vm.raise(Exc::ValueError, format!("'{text}' in __slots__ conflicts with class variable"))
                    );
                }
                List::push(names, vm, interned.value())?;
            }
        }
    }
    if has_items(vm, base) && (has_dict || has_weakref || !names.get(vm).is_empty()) {
        let base = Type::name(base, vm);
        return Err(vm.raise(Exc::TypeError, format!("nonempty __slots__ not supported for subtype of '{base}'")));
    }
    sort_names(vm, names);
    let names = List::to_tuple(names, vm)?;
    Ok(Some(DeclaredSlots { names, dict: has_dict, weakref: has_weakref }))
}

/// Whether instances differ in size, so that CPython cannot put slots behind their fields (`__itemsize__`).
pub(super) fn has_items(vm: &Vm, base: Gc<Type>) -> bool {
    let native = base.get(vm).native;
    (native.layout.tail != taipan_heap::Tail::None && !native.extends(Str::native())) || native.extends(Type::native())
}

/// Insertion sort: slot lists are short, and no native buffer may hold values.
pub(super) fn sort_names(vm: &mut Vm, names: Gc<List>) {
    let n = names.get(vm).len();
    for i in 1..n {
        let mut j = i;
        while j > 0 {
            let (Some(a), Some(b)) = (names.get(vm).get_at(vm, j - 1), names.get(vm).get_at(vm, j)) else { break };
            if vm.plain_order(a, b) != Some(std::cmp::Ordering::Greater) {
                break;
            }
            List::set_at(names, vm, j - 1, b);
            List::set_at(names, vm, j, a);
            j -= 1;
        }
    }
}

/// Private name mangling (`__x` in class `C` is `_C__x`).
pub fn mangle(class_name: &str, attribute: &str) -> String {
    let stripped = class_name.trim_start_matches('_');
    if !attribute.starts_with("__") || attribute.ends_with("__") || attribute.contains('.') || stripped.is_empty() {
        return attribute.to_owned();
    }
    format!("_{stripped}{attribute}")
}

pub(super) fn add_slot_members(vm: &mut Vm, class: Gc<Type>, base: Gc<Type>, names: Gc<Tuple>) -> Result<(), Raised> {
    let dict = class.get(vm).dict;
    let count = names.get(vm).len();
    let first = if class.get(vm).native.layout.tail == taipan_heap::Tail::None {
        debug_assert!(class.get(vm).base_words as usize - count >= base.get(vm).base_words as usize);
        class.get(vm).base_words as usize - count
    } else {
        crate::object_words::TRAILING_SLOT + vm.shape(class.get(vm).root_shape).trailing as usize - count
    };
    for i in 0..names.get(vm).len() {
        let Some(name) = names.get(vm).at(i).downcast::<Str>(vm) else { continue };
        let member = MemberDescriptor { header: HeaderWord::NEW, name, class, def: None, word: first + i };
        let member = vm.new_exact(member)?;
        Dict::set_str(dict, vm, name, member.value())?;
    }
    Ok(())
}
