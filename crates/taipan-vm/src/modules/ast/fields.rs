//! Fields of nodes both ways: how numbers, names, constants, lists and optional values become objects and are read
//! back, with CPython's words for what does not fit.
//!
//! Reading may run Python code (properties of subclasses); what is read is plain data, so nothing is held across it.

use std::cell::RefCell;

use taipan_bytecode::Wtf8Buf;
use taipan_syntax::ast::{Arena, AstString, Identifier, Location, Names, Text, escape_surrogates, unescape_surrogates};

use super::Classes;
use super::nodes::{Kind, Place};
use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::list::List;
use crate::types::object::new_instance;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

mod constant;

/// What reading needs: the classes of nodes, and the tree's arena and names.
pub(super) struct Reading<'c, 'a> {
    classes: &'c Classes,
    arena: &'a Arena,
    names: RefCell<Names<'a>>,
}

impl<'c, 'a> Reading<'c, 'a> {
    pub fn new(classes: &'c Classes, arena: &'a Arena) -> Reading<'c, 'a> {
        Reading { classes, arena, names: RefCell::new(Names::new(arena, 0)) }
    }

    pub fn arena(&self) -> &'a Arena {
        self.arena
    }

    pub fn into_names(self) -> Names<'a> {
        self.names.into_inner()
    }

    fn text(&self, text: &[u8]) -> Text<'a> {
        self.arena.alloc_slice_copy(text)
    }
}

impl std::ops::Deref for Reading<'_, '_> {
    type Target = Classes;

    fn deref(&self) -> &Classes {
        self.classes
    }
}

/// What may stand in a field or in a list: a node, a name, a constant.
pub(super) trait Item<'a>: Sized {
    /// The word for lists of these in messages; none: None is left out of lists.
    const LIST: Option<&'static str> = Some("expression");

    /// What stands for None in a list of these until the tree is checked.
    fn absent(_: &Reading<'_, 'a>) -> Option<Self> {
        None
    }

    fn to_object(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised>;

    /// `None` for Python's None, where that stands for nothing.
    fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised>;

    /// As `from_object`, for what depends on the field.
    fn from_field(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value, _: FieldAt) -> Result<Option<Self>, Raised> {
        Self::from_object(vm, reading, object)
    }
}

/// Which field is read.
#[derive(Clone, Copy)]
pub(super) struct FieldAt {
    pub owner: Kind,
    pub index: usize,
}

impl FieldAt {
    fn row(self) -> (&'static str, &'static str) {
        self.owner.node().fields.get(self.index).copied().unwrap_or_default()
    }

    fn owner_name(self) -> &'static str {
        self.owner.node().name
    }
}

/// A field as the grammar has it: required, optional or a list.
pub(super) trait Field<'a>: Sized {
    fn encode(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised>;

    /// `found` is the attribute, if there is one.
    fn decode(vm: &mut Vm, reading: &Reading<'_, 'a>, found: Option<Value>, at: FieldAt) -> Result<Self, Raised>;
}

fn missing(vm: &mut Vm, field: &str, owner: &str) -> Raised {
    vm.raise(Exc::TypeError, format!("required field \"{field}\" missing from {owner}"))
}

impl<'a, T: Item<'a>> Field<'a> for T {
    fn encode(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
        self.to_object(vm, classes)
    }

    fn decode(vm: &mut Vm, reading: &Reading<'_, 'a>, found: Option<Value>, at: FieldAt) -> Result<Self, Raised> {
        let Some(found) = found else { return Err(missing(vm, at.row().0, at.owner_name())) };
        match T::from_field(vm, reading, found, at)? {
            Some(item) => Ok(item),
            None => {
                let message = format!("field '{}' is required for {}", at.row().0, at.owner_name());
                Err(vm.raise(Exc::ValueError, message))
            }
        }
    }
}

impl<'a, T: Item<'a>> Field<'a> for Option<T> {
    fn encode(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
        match self {
            Some(item) => item.to_object(vm, classes),
            None => Ok(Value::NONE),
        }
    }

    fn decode(vm: &mut Vm, reading: &Reading<'_, 'a>, found: Option<Value>, at: FieldAt) -> Result<Self, Raised> {
        match found {
            Some(found) if !found.is_none() => T::from_field(vm, reading, found, at),
            _ => Ok(None),
        }
    }
}

impl<'a, T: Item<'a>> Field<'a> for &'a mut [T] {
    fn encode(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
        let list = List::with_capacity(vm, self.len())?;
        for item in self.iter() {
            let item = item.to_object(vm, classes)?;
            List::push(list, vm, item)?;
        }
        Ok(list.value())
    }

    fn decode(vm: &mut Vm, reading: &Reading<'_, 'a>, found: Option<Value>, at: FieldAt) -> Result<Self, Raised> {
        let mut items = Vec::new();
        for_each(vm, found, at, |vm, object| {
            match (T::from_object(vm, reading, object)?, T::LIST) {
                (Some(item), _) => items.push(item),
                (None, Some(what)) => {
                    if let Some(absent) = T::absent(reading) {
                        items.push(absent);
                        return Ok(());
                    }
                    return Err(vm.raise(Exc::ValueError, format!("None disallowed in {what} list")));
                }
                (None, None) => {}
            }
            Ok(())
        })?;
        Ok(reading.arena().alloc_slice_fill_iter(items))
    }
}

impl<'a, T: Item<'a>> Field<'a> for &'a mut [Option<T>] {
    fn encode(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
        let list = List::with_capacity(vm, self.len())?;
        for item in self.iter() {
            let item = item.encode(vm, classes)?;
            List::push(list, vm, item)?;
        }
        Ok(list.value())
    }

    fn decode(vm: &mut Vm, reading: &Reading<'_, 'a>, found: Option<Value>, at: FieldAt) -> Result<Self, Raised> {
        let mut items = Vec::new();
        for_each(vm, found, at, |vm, object| {
            items.push(T::from_object(vm, reading, object)?);
            Ok(())
        })?;
        Ok(reading.arena().alloc_slice_fill_iter(items))
    }
}

/// Calls `each` for the items of a list field; an absent one is empty.
fn for_each(
    vm: &mut Vm,
    found: Option<Value>,
    at: FieldAt,
    mut each: impl FnMut(&mut Vm, Value) -> Result<(), Raised>,
) -> Result<(), Raised> {
    let Some(found) = found else { return Ok(()) };
    let Some(list) = found.downcast::<List>(vm) else {
        let got = vm.class_name(found);
        let message = format!("{} field \"{}\" must be a list, not a {got}", at.owner_name(), at.row().0);
        return Err(vm.raise(Exc::TypeError, message));
    };
    let len = list.get(vm).len();
    let mut at_item = 0;
    while let Some(item) = list.get(vm).get_at(vm, at_item) {
        each(vm, item)?;
        at_item += 1;
        if list.get(vm).len() != len {
            let message = format!("{} field \"{}\" changed size during iteration", at.owner_name(), at.row().0);
            return Err(vm.raise(Exc::RuntimeError, message));
        }
    }
    Ok(())
}

/// An int of C.
fn number(vm: &mut Vm, object: Value) -> Result<i32, Raised> {
    if !vm.is_int(object) {
        let shown = vm.repr_string(object)?;
        return Err(vm.raise(Exc::ValueError, format!("invalid integer value: {shown}")));
    }
    match vm.as_i64(object).and_then(|number| i32::try_from(number).ok()) {
        Some(number) => Ok(number),
        None => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C int")),
    }
}

impl<'a> Item<'a> for i32 {
    fn to_object(&self, _: &mut Vm, _: &Classes) -> Result<Value, Raised> {
        Ok(Value::int32(*self))
    }

    fn from_object(vm: &mut Vm, _: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        number(vm, object).map(Some)
    }
}

impl<'a> Item<'a> for bool {
    fn to_object(&self, _: &mut Vm, _: &Classes) -> Result<Value, Raised> {
        Ok(Value::int32(i32::from(*self)))
    }

    fn from_object(vm: &mut Vm, _: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        Ok(Some(number(vm, object)? != 0))
    }
}

/// Line numbers, and levels of imports, which may be left out.
impl<'a> Field<'a> for u32 {
    fn encode(&self, _: &mut Vm, _: &Classes) -> Result<Value, Raised> {
        Ok(Value::int(*self as usize))
    }

    fn decode(vm: &mut Vm, _: &Reading<'_, 'a>, found: Option<Value>, at: FieldAt) -> Result<Self, Raised> {
        let (name, kind) = at.row();
        let optional = kind.ends_with('?');
        match found {
            None if !optional => Err(missing(vm, name, at.owner_name())),
            Some(found) if !(optional && found.is_none()) => match u32::try_from(number(vm, found)?) {
                Ok(number) => Ok(number),
                Err(_) => Err(vm.raise(Exc::ValueError, format!("Negative {} {name}", at.owner_name()))),
            },
            _ => Ok(0),
        }
    }
}

/// Identifiers.
impl<'a> Item<'a> for Identifier<'a> {
    fn to_object(&self, vm: &mut Vm, _: &Classes) -> Result<Value, Raised> {
        match unescape_surrogates(&**self) {
            Some(text) => Ok(Str::from_wtf8(vm, &Wtf8Buf::from_bytes(text).unwrap_or_default())?.value()),
            None => Ok(Str::intern(vm, self)?.value()),
        }
    }

    fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        if object.is_none() {
            return Ok(None);
        }
        let Some(text) = object.exact::<Str>() else {
            return Err(vm.raise(Exc::TypeError, "AST identifier must be of type str"));
        };
        let name = match text.get(vm).to_utf8() {
            Some(name) => reading.names.borrow_mut().intern(&escape_surrogates(name.as_bytes())),
            None => reading.names.borrow_mut().intern(&escape_surrogates(text.get(vm).to_wtf8().as_bytes())),
        };
        Ok(Some(name))
    }
}

/// Type comments, tags and kinds of constants.
impl<'a> Item<'a> for AstString<'a> {
    fn to_object(&self, vm: &mut Vm, _: &Classes) -> Result<Value, Raised> {
        if self.is_bytes {
            return Ok(Bytes::new(vm, self.text)?.value());
        }
        match std::str::from_utf8(self.text) {
            Ok(text) => Ok(Str::intern(vm, text)?.value()),
            Err(_) => Ok(Str::from_wtf8(vm, &Wtf8Buf::from_bytes(self.text.to_vec()).unwrap_or_default())?.value()),
        }
    }

    fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        if object.is_none() {
            return Ok(None);
        }
        if let Some(text) = object.exact::<Str>() {
            return Ok(Some(reading.text(text.get(vm).to_wtf8().as_bytes()).into()));
        }
        if let Some(bytes) = object.exact::<Bytes>() {
            return Ok(Some(AstString { text: reading.text(bytes.get(vm).bytes()), is_bytes: true }));
        }
        Err(vm.raise(Exc::TypeError, "AST string must be of type str"))
    }
}

impl<'a> Item<'a> for &'a AstString<'a> {
    fn to_object(&self, vm: &mut Vm, classes: &Classes) -> Result<Value, Raised> {
        (**self).to_object(vm, classes)
    }

    fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        let string = AstString::from_object(vm, reading, object)?;
        Ok(string.map(|string| &*reading.arena().alloc(string)))
    }
}

/// A node under construction: fields are given in the order of the grammar.
pub(super) struct NodeWriter {
    pub object: Value,
    kind: Kind,
    next: usize,
}

impl NodeWriter {
    pub fn new(vm: &mut Vm, classes: &Classes, kind: Kind) -> Result<NodeWriter, Raised> {
        vm.check_native_stack()?;
        let object = match classes.class(vm, kind).downcast::<Type>(vm) {
            Some(class) => new_instance(vm, class)?,
            None => Value::NONE,
        };
        Ok(NodeWriter { object, kind, next: 0 })
    }

    pub fn field<'a, F: Field<'a>>(&mut self, vm: &mut Vm, classes: &Classes, field: &F) -> Result<(), Raised> {
        let value = field.encode(vm, classes)?;
        if let Some(name) = classes.field_name(vm, self.kind, self.next) {
            vm.set_instance_attr(self.object, name, Some(value))?;
        }
        self.next += 1;
        Ok(())
    }

    pub fn place(&self, vm: &mut Vm, classes: &Classes, place: Location) -> Result<(), Raised> {
        set_place(vm, classes, self.object, place)
    }
}

/// Gives a node its place.
pub(super) fn set_place(vm: &mut Vm, classes: &Classes, object: Value, place: Location) -> Result<(), Raised> {
    let numbers = [place.lineno, place.col_offset, place.end_lineno, place.end_col_offset];
    for (i, number) in numbers.into_iter().enumerate() {
        if let Some(name) = classes.places.get(vm).at(i).downcast::<Str>(vm) {
            vm.set_instance_attr(object, name, Some(Value::int32(number.cast_signed())))?;
        }
    }
    Ok(())
}

/// A node that is read: its fields come in the order of the grammar.
pub(super) struct NodeReader {
    object: Value,
    kind: Kind,
    next: usize,
}

impl NodeReader {
    pub fn new(object: Value, kind: Kind) -> NodeReader {
        NodeReader { object, kind, next: 0 }
    }

    pub fn field<'a, F: Field<'a>>(&mut self, vm: &mut Vm, reading: &Reading<'_, 'a>) -> Result<F, Raised> {
        let at = FieldAt { owner: self.kind, index: self.next };
        self.next += 1;
        let found = match reading.field_name(vm, at.owner, at.index) {
            Some(name) => vm.get_attr_opt(self.object, name)?,
            None => None,
        };
        F::decode(vm, reading, found, at)
    }
}

/// The place of a node; negative numbers are kept as their bits, for the checks that come later.
pub(super) fn read_place(vm: &mut Vm, classes: &Classes, object: Value, kind: Kind) -> Result<Location, Raised> {
    let mut numbers = [0; 4];
    for i in 0..4 {
        let Some(name) = classes.places.get(vm).at(i).downcast::<Str>(vm) else { continue };
        let optional = i >= 2 && kind.node().place == Place::EndOptional;
        numbers[i] = match vm.get_attr_opt(object, name)? {
            None if !optional => return Err(missing(vm, super::PLACE_NAMES[i], kind.node().name)),
            Some(found) if !(optional && found.is_none()) => number(vm, found)?,
            _ => numbers[i - 2],
        };
    }
    let [lineno, col_offset, end_lineno, end_col_offset] = numbers.map(i32::cast_unsigned);
    Ok(Location { lineno, col_offset, end_lineno, end_col_offset })
}

/// Which of the alternatives of a sum type a node is.
pub(super) fn kind_of(
    vm: &mut Vm,
    classes: &Classes,
    object: Value,
    sum: Kind,
    alternatives: &[Kind],
) -> Result<Kind, Raised> {
    let class = vm.type_of(object).value();
    if let Some(kind) = alternatives.iter().find(|kind| classes.class(vm, **kind) == class) {
        return Ok(*kind);
    }
    for kind in alternatives {
        let class = classes.class(vm, *kind);
        if vm.is_instance_of(object, class)? {
            return Ok(*kind);
        }
    }
    let shown = vm.repr_string(object)?;
    Err(vm.raise(Exc::TypeError, format!("expected some sort of {}, but got {shown}", sum.node().name)))
}
