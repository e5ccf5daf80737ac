//! Reading and writing the words of an instance behind its native fields: attribute slots and dict words.

use crate::gc::Gc;
use crate::names::Atom;
use crate::raise::Raised;
use crate::shape::{AttrsPlace, ShapeId};
use crate::types::array::ValueArray;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Words of `__slots__` from this number on lie behind the tail of the object, not among its fixed words.
pub const TRAILING_SLOT: usize = 1 << 16;

impl Vm {
    /// A fixed word of a heap object that lies behind its native fields.
    #[inline(always)]
    pub fn object_word(&self, object: Value, word: u16) -> Option<Value> {
        debug_assert!(object.is_heap() && u32::from(word) * 8 < self.shape(object.shape_id()).fixed_bytes);
        // SAFETY: the word lies within the object and is a value word (`Shape::layout`).
        unsafe { *(object.bits() as *const Option<Value>).add(word as usize) }
    }

    /// Writes such a word.
    #[inline(always)]
    pub fn set_object_word(&mut self, object: Value, word: u16, value: Option<Value>) {
        debug_assert!(object.is_heap() && u32::from(word) * 8 < self.shape(object.shape_id()).fixed_bytes);
        if let Some(header) = object.as_heap() {
            self.heap_mut().write_barrier(header);
            // SAFETY: as above, behind the write barrier.
            unsafe { *header.as_ptr().cast::<Option<Value>>().add(word as usize) = value };
        }
    }

    /// An entry of the `ValueArray` in a fixed word, where an instance in slot form keeps what has no place inline.
    #[inline(always)]
    pub fn overflow_word(&self, object: Value, word: u8, index: u8) -> Option<Value> {
        let overflow = self.object_word(object, u16::from(word))?.exact::<ValueArray>()?;
        overflow.get(self).slots().get(index as usize).copied().flatten()
    }

    /// Writes such an entry; false when the array has none.
    pub fn set_overflow_word(&mut self, object: Value, word: u8, index: u8, value: Value) -> bool {
        let Some(overflow) = self.object_word(object, u16::from(word)).and_then(|word| word.exact::<ValueArray>())
        else {
            return false;
        };
        match overflow.get_mut(self).slots_mut().get_mut(index as usize) {
            Some(slot) => {
                *slot = Some(value);
                true
            }
            None => false,
        }
    }

    /// Whether an instance has attributes in slot form that have no place inline.
    #[inline]
    pub fn has_overflow(&self, object: Value) -> bool {
        let shape = self.shape(object.shape_id());
        matches!(shape.attrs, AttrsPlace::Slots { .. }) && shape.slot_count > shape.inline_count
    }

    /// Address of the first value word behind the tail of an object whose shape has such words.
    fn trailing_word(&self, object: Value) -> *mut Option<Value> {
        let Some(header) = object.as_heap() else { return std::ptr::null_mut() };
        let layout = self.shape(object.shape_id()).layout();
        // SAFETY: the shape has a trailing word, and `trailing_offset` is its place in the object.
        unsafe { header.as_ptr().byte_add(layout.trailing_offset(header.as_ptr())).cast() }
    }

    /// The word of an entry of `__slots__`: behind the tail from `TRAILING_SLOT` on, else a fixed word.
    pub fn slot_word(&self, object: Value, word: usize) -> Option<Value> {
        match word.checked_sub(TRAILING_SLOT) {
            None => self.object_word(object, word as u16),
            Some(index) if index < self.shape(object.shape_id()).trailing as usize => {
                // SAFETY: the shape has more trailing words than `index`.
                unsafe { *self.trailing_word(object).add(index) }
            }
            Some(_) => None,
        }
    }

    /// Writes such a word.
    pub fn set_slot_word(&mut self, object: Value, word: usize, value: Option<Value>) {
        match word.checked_sub(TRAILING_SLOT) {
            None => self.set_object_word(object, word as u16, value),
            Some(index) => {
                if let Some(header) = object.as_heap()
                    && index < self.shape(object.shape_id()).trailing as usize
                {
                    self.heap_mut().write_barrier(header);
                    // SAFETY: the shape has more trailing words than `index`; behind the write barrier.
                    unsafe { *self.trailing_word(object).add(index) = value };
                }
            }
        }
    }

    /// Replaces the shape of an object by one of the same size and native layout.
    #[inline(always)]
    pub(crate) fn set_shape(&mut self, object: Value, shape: ShapeId) {
        debug_assert!(self.shape(shape).fixed_bytes == self.shape(object.shape_id()).fixed_bytes);
        if let Some(header) = object.as_heap() {
            // SAFETY: a live object's header.
            unsafe { (*header.as_ptr()).shape = shape };
        }
    }

    /// The attribute slot of a number of an instance in slot form.
    #[inline]
    pub(crate) fn slot_value(&self, object: Value, slot: u16) -> Option<Value> {
        let shape = self.shape(object.shape_id());
        if slot < shape.inline_count {
            return self.object_word(object, shape.inline_start + slot);
        }
        let AttrsPlace::Slots { word } = shape.attrs else { return None };
        let overflow = self.object_word(object, word)?.downcast::<ValueArray>(self)?;
        overflow.get(self).slots().get((slot - shape.inline_count) as usize).copied().flatten()
    }

    /// Writes the attribute slot of a number that the shape has.
    pub(crate) fn set_slot_value(&mut self, object: Value, slot: u16, value: Option<Value>) {
        let shape = self.shape(object.shape_id());
        if slot < shape.inline_count {
            let word = shape.inline_start + slot;
            return self.set_object_word(object, word, value);
        }
        let (AttrsPlace::Slots { word }, index) = (shape.attrs, (slot - shape.inline_count) as usize) else { return };
        if let Some(overflow) = self.object_word(object, word).and_then(|v| v.downcast::<ValueArray>(self))
            && index < overflow.get(self).len()
        {
            overflow.get_mut(self).slots_mut()[index] = value;
        }
    }

    /// Gives the object the child shape that adds `name` and stores the value. False: no such shape, go over to a dict.
    fn add_slot(&mut self, object: Value, name: Atom, value: Value) -> Result<bool, Raised> {
        let id = object.shape_id();
        let child = match self.interp().shapes.transition(id, name) {
            Some(child) => child,
            None => match self.interp_mut().shapes.add_transition(id, name) {
                Some(child) => {
                    let layout = self.shape(child).layout();
                    self.heap_mut().define_layout(child, layout);
                    if let Some(class) = self.shape(child).klass {
                        self.heap_mut().set_layout_owner(child, class.header());
                    }
                    child
                }
                None => return Ok(false),
            },
        };
        let shape = self.shape(child);
        let slot = shape.slot_count - 1;
        if slot >= shape.inline_count
            && let AttrsPlace::Slots { word } = shape.attrs
        {
            let index = (slot - shape.inline_count) as usize;
            let overflow = self.object_word(object, word).and_then(|v| v.downcast::<ValueArray>(self));
            let capacity = overflow.map_or(0, |array| array.get(self).len());
            if index >= capacity {
                let new = match overflow {
                    Some(old) => ValueArray::copy_of(self, old, 0, capacity, capacity * 2)?,
                    None => ValueArray::new(self, 4)?,
                };
                self.set_object_word(object, word, Some(new.value()));
            }
        }
        self.set_shape(object, child);
        self.set_slot_value(object, slot, Some(value));
        Ok(true)
    }

    /// The attribute in the instance itself (not its class). Runs no Python code but `__eq__` of odd dict keys.
    #[inline]
    pub fn instance_attr(&mut self, object: Value, name: Gc<Str>) -> Option<Value> {
        if !object.is_heap() {
            return None;
        }
        let id = object.shape_id();
        match self.shape(id).attrs {
            AttrsPlace::None => None,
            AttrsPlace::Slots { .. } => {
                let atom = Str::known_atom(name, self)?;
                let slot = self.interp_mut().shapes.slot_of(id, atom)?;
                self.slot_value(object, slot)
            }
            AttrsPlace::Dict { .. } | AttrsPlace::TrailingDict => {
                let dict = self.dict_word(object)?.downcast::<Dict>(self)?;
                Dict::get_attribute(dict, self, name)
            }
        }
    }

    /// Sets (`Some`) or deletes (`None`) an attribute of the instance itself. False: the instance has no attributes, or
    /// the one to be deleted is absent.
    pub fn set_instance_attr(&mut self, object: Value, name: Gc<Str>, value: Option<Value>) -> Result<bool, Raised> {
        if !object.is_heap() {
            return Ok(false);
        }
        let id = object.shape_id();
        match self.shape(id).attrs {
            AttrsPlace::None => return Ok(false),
            AttrsPlace::Slots { .. } => {
                if let Some(value) = value
                    && let Some(atom) = Str::atom(name, self)
                {
                    if let Some(slot) = self.interp_mut().shapes.slot_of(id, atom) {
                        self.set_slot_value(object, slot, Some(value));
                        return Ok(true);
                    }
                    if self.add_slot(object, atom, value)? {
                        return Ok(true);
                    }
                } else if value.is_none() && self.instance_attr(object, name).is_none() {
                    return Ok(false);
                }
            }
            AttrsPlace::Dict { .. } | AttrsPlace::TrailingDict => {}
        }
        let Some(dict) = self.instance_dict(object)? else { return Ok(false) };
        match value {
            Some(value) => Dict::set_str(dict, self, name, value).map(|()| true),
            None => Ok(Dict::remove(dict, self, name.value())?.is_some()),
        }
    }

    fn dict_word(&self, object: Value) -> Option<Value> {
        match self.shape(object.shape_id()).attrs {
            AttrsPlace::Dict { word } => self.object_word(object, word),
            // SAFETY: `trailing_word` points into the live object.
            AttrsPlace::TrailingDict => unsafe { *self.trailing_word(object) },
            _ => None,
        }
    }

    /// Whether an object could have a dict, by its shape, but has none.
    pub(crate) fn lacks_dict(&self, object: Value) -> bool {
        object.is_heap()
            && matches!(self.shape(object.shape_id()).attrs, AttrsPlace::Dict { .. } | AttrsPlace::TrailingDict)
            && self.dict_word(object).is_none()
    }

    /// `object.__dict__` as a real dict, made if need be; `None` when the instance has none. From then on the
    /// attributes live in it.
    pub fn instance_dict(&mut self, object: Value) -> Result<Option<Gc<Dict>>, Raised> {
        if !object.is_heap() {
            return Ok(None);
        }
        let id = object.shape_id();
        match self.shape(id).attrs {
            AttrsPlace::None => Ok(None),
            AttrsPlace::Dict { .. } | AttrsPlace::TrailingDict => {
                if let Some(dict) = self.dict_word(object).and_then(|v| v.downcast::<Dict>(self)) {
                    return Ok(Some(dict));
                }
                let dict = Dict::new(self)?;
                self.put_dict(object, dict);
                Ok(Some(dict))
            }
            AttrsPlace::Slots { word } => {
                let count = self.shape(id).slot_count;
                let dict = Dict::with_capacity(self, count as usize)?;
                for (slot, atom) in self.interp().shapes.names_of(id).enumerate() {
                    if let Some(value) = self.slot_value(object, slot as u16) {
                        let name = self.name(atom);
                        Dict::set_str(dict, self, name, value)?;
                    }
                }
                let (start, inline) = (self.shape(id).inline_start, self.shape(id).inline_count);
                for word in start..start + inline {
                    self.set_object_word(object, word, None);
                }
                let class = self.type_of(object);
                let dict_shape = class.get(self).dict_shape;
                self.set_object_word(object, word, Some(dict.value()));
                self.set_shape(object, dict_shape);
                Ok(Some(dict))
            }
        }
    }

    /// Replaces `object.__dict__`. False when the instance has none.
    pub fn set_instance_dict(&mut self, object: Value, dict: Gc<Dict>) -> Result<bool, Raised> {
        if self.instance_dict(object)?.is_none() {
            return Ok(false);
        }
        self.put_dict(object, dict);
        Ok(true)
    }

    fn put_dict(&mut self, object: Value, dict: Gc<Dict>) {
        match self.shape(object.shape_id()).attrs {
            AttrsPlace::Dict { word } => self.set_object_word(object, word, Some(dict.value())),
            AttrsPlace::TrailingDict => {
                if let Some(header) = object.as_heap() {
                    self.heap_mut().write_barrier(header);
                    // SAFETY: the trailing word of the live object, behind the write barrier.
                    unsafe { *self.trailing_word(object) = Some(dict.value()) };
                }
            }
            _ => {}
        }
    }
}
