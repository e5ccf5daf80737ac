//! The object protocols: truth, comparison, hash, repr, length, items, iteration, on any value.

use std::cmp::Ordering;

use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::Comparison;
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::range::Range;
use crate::types::str::{Str, quick_format};
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// `bool(value)`.
    #[inline]
    pub fn is_true(&mut self, value: Value) -> Result<bool, Raised> {
        if value.is_bool() {
            return Ok(value == Value::TRUE);
        }
        if let Some(i) = value.as_small_int() {
            return Ok(i != 0);
        }
        if value.is_none() {
            return Ok(false);
        }
        let slots = self.slots(value);
        if let Some(bool) = slots.bool {
            return bool(self, value);
        }
        if let Some(len) = slots.len {
            return Ok(len(self, value)? != 0);
        }
        Ok(true)
    }

    /// `a == b` as a truth value; identical objects are equal.
    #[inline]
    pub fn is_equal(&mut self, a: Value, b: Value) -> Result<bool, Raised> {
        if a == b {
            return Ok(true);
        }
        if a.is_small_int() && b.is_small_int() {
            return Ok(false);
        }
        if let (Some(a), Some(b)) = (a.exact::<Str>(), b.exact::<Str>()) {
            return Ok(a.get(self).same_text(b.get(self)));
        }
        let result = self.compare(a, b, Comparison::Eq)?;
        self.is_true(result)
    }

    /// `a < b` as a truth value.
    pub fn is_less(&mut self, a: Value, b: Value) -> Result<bool, Raised> {
        if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
            return Ok(a < b);
        }
        let result = self.compare(a, b, Comparison::Lt)?;
        self.is_true(result)
    }

    /// A rich comparison with the reflected method tried as CPython does.
    pub fn compare(&mut self, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
        if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            return Ok(Value::bool(op.holds(x.cmp(&y))));
        }
        self.check_native_stack()?;
        self.work(1)?;
        let (class_a, class_b) = (self.type_of(a), self.type_of(b));
        let (compare_a, compare_b) = (class_a.get(self).slots.richcompare, class_b.get(self).slots.richcompare);
        let mut tried_reflected = false;
        if class_a != class_b
            && let Some(compare) = compare_b
            && Type::is_subtype(class_b, self, class_a)
        {
            tried_reflected = true;
            let result = compare(self, b, a, op.swapped())?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if let Some(compare) = compare_a {
            let result = compare(self, a, b, op)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if !tried_reflected && let Some(compare) = compare_b {
            let result = compare(self, b, a, op.swapped())?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        match op {
            Comparison::Eq => Ok(Value::bool(a == b)),
            Comparison::Ne => Ok(Value::bool(a != b)),
            _ => {
                let (left, right) = (self.type_name(a), self.type_name(b));
                Err(self.raise(
                    Exc::TypeError,
                    format!("'{}' not supported between instances of '{left}' and '{right}'", op.symbol()),
                ))
            }
        }
    }

    /// `hash(value)`.
    #[inline]
    pub fn hash(&mut self, value: Value) -> Result<i64, Raised> {
        if let Some(text) = value.exact::<Str>() {
            return Ok(Str::hash(text, self));
        }
        if let Some(i) = value.as_small_int() {
            return Ok(hash_small(i));
        }
        self.check_native_stack()?;
        self.work(1)?;
        match self.slots(value).hash {
            Some(hash) => hash(self, value),
            None => crate::types::object::hash_not_implemented(self, value),
        }
    }

    /// `repr(value)`: always a str.
    pub fn repr(&mut self, value: Value) -> Result<Value, Raised> {
        self.check_native_stack()?;
        self.work(1)?;
        let result = match self.slots(value).repr {
            Some(repr) => repr(self, value)?,
            None => return crate::types::object::default_repr(self, value),
        };
        self.expect_str(result, "__repr__")
    }

    /// `str(value)`: always a str.
    pub fn str(&mut self, value: Value) -> Result<Value, Raised> {
        if value.exact::<Str>().is_some() {
            return Ok(value);
        }
        if value.as_small_int().is_some() {
            return crate::types::int::methods::repr(self, value);
        }
        self.check_native_stack()?;
        let result = match self.slots(value).str {
            Some(str) => str(self, value)?,
            None => return self.repr(value),
        };
        self.expect_str(result, "__str__")
    }

    fn expect_str(&mut self, result: Value, method: &str) -> Result<Value, Raised> {
        if result.downcast::<Str>(self).is_some() {
            return Ok(result);
        }
        let got = self.type_name(result);
        Err(self.raise(Exc::TypeError, format!("{method} returned non-string (type {got})")))
    }

    /// `repr(value)` as Rust text, for messages.
    pub fn repr_string(&mut self, value: Value) -> Result<String, Raised> {
        let repr = self.repr(value)?;
        Ok(self.text_of(repr).unwrap_or_default())
    }

    /// `str(value)` as Rust text, for messages.
    pub fn str_string(&mut self, value: Value) -> Result<String, Raised> {
        let text = self.str(value)?;
        Ok(self.text_of(text).unwrap_or_default())
    }

    /// The text of a str (lone surrogates replaced), `None` for other types.
    pub fn text_of(&self, value: Value) -> Option<String> {
        Some(value.downcast::<Str>(self)?.get(self).to_string_lossy())
    }

    /// `ascii(value)`.
    pub fn ascii(&mut self, value: Value) -> Result<Value, Raised> {
        let repr = self.repr(value)?;
        let Some(text) = repr.downcast::<Str>(self) else { return Ok(repr) };
        if text.get(self).as_ascii().is_some() {
            return Ok(repr);
        }
        let mut out = String::new();
        for point in text.get(self).text().iter() {
            match point {
                0..0x80 => out.push(point as u8 as char),
                0x80..0x100 => out.push_str(&format!("\\x{point:02x}")),
                0x100..0x1_0000 => out.push_str(&format!("\\u{point:04x}")),
                _ => out.push_str(&format!("\\U{point:08x}")),
            }
        }
        self.new_str(&out)
    }

    /// `format(value, spec)`.
    pub fn format(&mut self, value: Value, spec: Value) -> Result<Value, Raised> {
        let empty = spec.downcast::<Str>(self).is_some_and(|spec| spec.get(self).is_empty());
        if empty && (value.exact::<Str>().is_some() || value.is_small_int() || value.as_immediate_float().is_some()) {
            return self.str(value);
        }
        if let Some(text) = self.plain_format(value, spec) {
            return Ok(Str::from_ascii(self, text.as_bytes())?.value());
        }
        match self.call_special(value, name::FORMAT, &[spec])? {
            Some(result) => {
                if result.downcast::<Str>(self).is_some() {
                    return Ok(result);
                }
                let got = self.type_name(result);
                Err(self.raise(Exc::TypeError, format!("__format__ must return a str, not {got}")))
            }
            None => {
                let name = self.type_name(value);
                Err(self.raise(Exc::TypeError, format!("Type {name} doesn't define __format__")))
            }
        }
    }

    /// The text of an exact int or float in a plain spec.
    fn plain_format(&self, value: Value, spec: Value) -> Option<quick_format::Short> {
        if let Some(i) = value.as_small_int() {
            return quick_format::format_int(i, spec.exact::<Str>()?.get(self).as_ascii()?.as_bytes());
        }
        let f = value.as_immediate_float()?;
        quick_format::format_float(f, spec.exact::<Str>()?.get(self).as_ascii()?.as_bytes())
    }

    // ---- length and items ----

    /// `len(value)`.
    pub fn length(&mut self, value: Value) -> Result<usize, Raised> {
        match self.slots(value).len {
            Some(len) => len(self, value),
            None => {
                let name = self.type_name(value);
                Err(self.raise(Exc::TypeError, format!("object of type '{name}' has no len()")))
            }
        }
    }

    /// `operator.length_hint(value, default)`.
    pub fn length_hint(&mut self, value: Value, default: usize) -> Result<usize, Raised> {
        if self.slots(value).len.is_some() {
            let result = self.length(value);
            if let Some(len) = self.catch(result, Exc::TypeError)? {
                return Ok(len);
            }
        }
        let result = self.call_special(value, name::LENGTH_HINT, &[]);
        let Some(Some(hint)) = self.catch(result, Exc::TypeError)? else { return Ok(default) };
        if hint.is_not_implemented() {
            return Ok(default);
        }
        if !self.is_int(hint) {
            let got = self.type_name(hint);
            return Err(self.raise(Exc::TypeError, format!("__length_hint__ must be an integer, not {got}")));
        }
        match self.index_isize(hint)? {
            i if i < 0 => Err(self.raise(Exc::ValueError, "__length_hint__() should return >= 0")),
            i => Ok(i as usize),
        }
    }

    /// `object[key]`.
    pub fn get_item(&mut self, object: Value, key: Value) -> Result<Value, Raised> {
        match self.slots(object).subscript {
            Some(get) => get(self, object, key),
            None => crate::types::object::subscript_class(self, object, key),
        }
    }

    /// `object[key] = value`, or `del object[key]` for `None`.
    pub fn set_item(&mut self, object: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
        match self.slots(object).set_item {
            Some(set) => set(self, object, key, value),
            None => {
                let name = self.type_name(object);
                let what = if value.is_some() { "assignment" } else { "deletion" };
                Err(self.raise(Exc::TypeError, format!("'{name}' object does not support item {what}")))
            }
        }
    }

    /// `needle in container`.
    pub fn contains(&mut self, container: Value, needle: Value) -> Result<bool, Raised> {
        if let Some(contains) = self.slots(container).contains {
            return contains(self, container, needle);
        }
        let result = self.iter(container);
        let iterator = match result {
            Ok(iterator) => iterator,
            Err(raised) if self.raised_is(Exc::TypeError) && self.slots(container).iter.is_none() => {
                let _ = self.take_raised(raised);
                let name = self.type_name(container);
                return Err(
                    self.raise(Exc::TypeError, format!("argument of type '{name}' is not a container or iterable"))
                );
            }
            Err(raised) => return Err(raised),
        };
        while let Some(item) = self.next(iterator)? {
            if self.is_equal(item, needle)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    // ---- iteration ----

    /// `iter(value)`.
    pub fn iter(&mut self, value: Value) -> Result<Value, Raised> {
        let slots = self.slots(value);
        let (iter, subscript) = (slots.iter, slots.subscript);
        if let Some(iter) = iter {
            let iterator = iter(self, value)?;
            if self.slots(iterator).next.is_none() {
                let name = self.type_name(iterator);
                return Err(self.raise(Exc::TypeError, format!("iter() returned non-iterator of type '{name}'")));
            }
            return Ok(iterator);
        }
        // A class with __getitem__ is iterated by index, a native mapping is not.
        let by_index = subscript.is_some_and(|subscript| {
            std::ptr::fn_addr_eq(subscript, crate::types::type_::trampolines::subscript as crate::slots::Binary)
        });
        if by_index && self.has_special(value, name::GETITEM) {
            return crate::types::iterators::sequence_iterator(self, value);
        }
        let name = self.type_name(value);
        Err(self.raise(Exc::TypeError, format!("'{name}' object is not iterable")))
    }

    /// `next(iterator)`; `None` when it is exhausted (StopIteration is swallowed).
    #[inline]
    pub fn next(&mut self, iterator: Value) -> Result<Option<Value>, Raised> {
        match self.next_or_stop(iterator) {
            Err(raised) if self.raised_is(Exc::StopIteration) => {
                let _ = self.take_raised(raised);
                Ok(None)
            }
            item => item,
        }
    }

    /// As `next`, but a StopIteration that the iterator raised stays: it may have a value.
    #[inline]
    pub fn next_or_stop(&mut self, iterator: Value) -> Result<Option<Value>, Raised> {
        // Iterators over iterators recurse here. Who consumes one may go on without end.
        self.check_native_stack()?;
        self.work(1)?;
        match self.slots(iterator).next {
            Some(next) => next(self, iterator),
            None => {
                let name = self.type_name(iterator);
                Err(self.raise(Exc::TypeError, format!("'{name}' object is not an iterator")))
            }
        }
    }

    /// `list(iterable)`: a new list.
    pub fn list_of(&mut self, iterable: Value) -> Result<Gc<List>, Raised> {
        let list = List::new(self)?;
        self.extend_list(list, iterable)?;
        Ok(list)
    }

    /// `list.extend(iterable)`.
    pub fn extend_list(&mut self, list: Gc<List>, iterable: Value) -> Result<(), Raised> {
        if let Some(tuple) = iterable.exact::<Tuple>() {
            return List::append_tuple(list, self, tuple);
        }
        if let Some(other) = iterable.exact::<List>() {
            return List::append_list(list, self, other);
        }
        let iterator = self.iter(iterable)?;
        let mut hint = self.length_hint(iterable, 0)?;
        let len = list.get(self).len();
        if len > 0 && hint > isize::MAX as usize - len {
            // So many cannot be right.
            hint = 0;
        }
        if hint > 1 << 20 {
            // What cannot fit is refused before it is tried.
            self.check_native_bytes(hint.saturating_mul(8))?;
        }
        List::reserve(list, self, hint.min(1 << 20))?;
        while let Some(item) = self.next(iterator)? {
            List::push(list, self, item)?;
        }
        Ok(())
    }

    /// `tuple(iterable)`.
    pub fn tuple_of(&mut self, iterable: Value) -> Result<Gc<Tuple>, Raised> {
        if let Some(tuple) = iterable.exact::<Tuple>() {
            return Ok(tuple);
        }
        if let Some(list) = iterable.exact::<List>() {
            return List::to_tuple(list, self);
        }
        // Unlike lists, tuples ask for no length beforehand; that of a range is known.
        let list = List::new(self)?;
        if iterable.exact::<Range>().is_some() {
            let length = self.length(iterable);
            if let Some(length) = self.catch(length, Exc::OverflowError)? {
                List::reserve(list, self, length)?;
            }
        }
        let iterator = self.iter(iterable)?;
        while let Some(item) = self.next(iterator)? {
            List::push(list, self, item)?;
        }
        List::to_tuple(list, self)
    }

    /// The value of a key of any mapping, `None` on KeyError.
    pub fn mapping_get(&mut self, mapping: Value, key: Value) -> Result<Option<Value>, Raised> {
        if let Some(dict) = mapping.exact::<Dict>() {
            return Dict::get_item(dict, self, key);
        }
        let result = self.get_item(mapping, key);
        self.catch(result, Exc::KeyError)
    }

    /// `a < b` ordering of two values for sorts of native data (ints and strs) without running Python, if both are such.
    pub fn plain_order(&self, a: Value, b: Value) -> Option<Ordering> {
        match (a.as_small_int(), b.as_small_int()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => {
                let (a, b) = (a.exact::<Str>()?, b.exact::<Str>()?);
                Some(a.get(self).text().iter().cmp(b.get(self).text().iter()))
            }
        }
    }

    /// `isinstance(value, class)` with `__instancecheck__`.
    pub fn is_instance_of(&mut self, value: Value, class: Value) -> Result<bool, Raised> {
        crate::types::type_::instance_check::is_instance(self, value, class)
    }

    /// `issubclass(derived, class)` with `__subclasscheck__`.
    pub fn is_subclass_of(&mut self, derived: Value, class: Value) -> Result<bool, Raised> {
        crate::types::type_::instance_check::is_subclass(self, derived, class)
    }

    /// Whether a value is an exact instance of one of the types whose comparison and hash run no Python code.
    pub fn is_plain(&self, value: Value) -> bool {
        !value.is_heap() || value.exact::<Str>().is_some() || value.shape_id() == Builtin::Int as u32
    }
}

/// The hash of an immediate int: modulo 2^61 - 1, and -2 for -1.
#[inline]
pub const fn hash_small(i: i64) -> i64 {
    const MODULUS: i64 = (1 << 61) - 1;
    let hash = i % MODULUS;
    if hash == -1 { -2 } else { hash }
}
