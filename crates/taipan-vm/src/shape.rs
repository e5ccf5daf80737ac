//! Shapes: what the shape id in an object's header means: its class, its native layout and its attribute slots.
//!
//! Shape ids below `FIRST_FREE` belong to exact instances of the built-in types (`Builtin as u32`). Each class made at
//! run time has a root shape (no attributes yet) from which attribute additions lead to child shapes, and a dict shape
//! (attributes live in a real `dict`). A shape never changes its class; an object changes its shape.

use rustc_hash::FxHashMap;
use taipan_heap::{Layout, Tail};

use crate::gc::{Gc, NativeLayout};
use crate::names::Atom;
use crate::types::type_::Type;

/// Index of a shape; the 32-bit word in the header of each object. 0 stands for immediates.
pub type ShapeId = u32;

/// Where the attributes of an instance live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttrsPlace {
    /// The instances have no `__dict__`.
    None,
    /// Slots: the first `inline_count` in the object, the rest in the `ValueArray` at `word`.
    Slots { word: u16 },
    /// A `dict` (or nothing yet) at `word`.
    Dict { word: u16 },
    /// A `dict` (or nothing yet) in the value word behind the tail (subclasses of int, str, bytes, tuple).
    TrailingDict,
}

/// One shape.
pub struct Shape {
    /// The class; `None` until a built-in type is first asked for.
    pub klass: Option<Gc<Type>>,
    /// The native words the instances begin with.
    pub native: &'static NativeLayout,
    /// Bytes of an instance without tail.
    pub fixed_bytes: u32,
    /// Where attributes live.
    pub attrs: AttrsPlace,
    /// A tail that only exact instances have, in addition to the native layout.
    pub own_tail: Tail,
    /// Value words behind the tail: one for the dict, then one for each entry of `__slots__` (subclasses of str).
    pub trailing: u16,
    /// First word and number of the in-object attribute slots.
    pub inline_start: u16,
    pub inline_count: u16,
    /// How many attributes instances of this shape have (`AttrsPlace::Slots`).
    pub slot_count: u16,
    /// The shape without the attribute added last, and that attribute.
    pub parent: ShapeId,
    pub added: Option<Atom>,
    /// Children by the attribute they add.
    pub(crate) transitions: Vec<(Atom, ShapeId)>,
    /// Slot by name, made when a shape with many attributes is first searched.
    pub(crate) table: Option<Box<FxHashMap<Atom, u16>>>,
}

/// Beyond so many attributes an instance keeps them in a dict.
pub const MAX_SLOTS: u16 = 64;
/// Beyond so many children of one shape, instances go over to a dict.
pub const MAX_TRANSITIONS: usize = 128;

/// All shapes of an interpreter.
pub struct Shapes {
    shapes: Vec<Shape>,
    /// Ids of shapes whose classes are gone.
    free: Vec<ShapeId>,
}

impl Shapes {
    /// No shapes but the one of immediates.
    pub fn new(immediate: &'static NativeLayout) -> Shapes {
        Shapes { shapes: vec![Shape::native(immediate)], free: Vec::new() }
    }

    /// Adds a shape and returns its id. The caller defines the heap layout.
    pub fn add(&mut self, shape: Shape) -> ShapeId {
        match self.free.pop() {
            Some(id) => {
                self.shapes[id as usize] = shape;
                id
            }
            None => {
                self.shapes.push(shape);
                (self.shapes.len() - 1) as ShapeId
            }
        }
    }

    /// Gives free the shapes whose class does not live any more; whether there were any.
    pub(crate) fn free_dead(&mut self, lives: &dyn Fn(usize) -> bool) -> bool {
        let before = self.free.len();
        for (id, shape) in self.shapes.iter_mut().enumerate() {
            if shape.klass.is_some_and(|class| !lives(class.header().as_ptr().addr())) {
                *shape = Shape::native(shape.native);
                self.free.push(id as ShapeId);
            }
        }
        self.free.len() != before
    }

    /// The shape of an id found in a header.
    #[inline(always)]
    pub fn get(&self, id: ShapeId) -> &Shape {
        &self.shapes[id as usize]
    }

    /// The shape of an id, to be changed.
    pub fn get_mut(&mut self, id: ShapeId) -> &mut Shape {
        &mut self.shapes[id as usize]
    }

    /// The first shape that a test accepts.
    pub fn find(&self, accepts: impl FnMut(&Shape) -> bool) -> Option<ShapeId> {
        self.shapes.iter().position(accepts).map(|id| id as ShapeId)
    }

    /// How many shapes there are, those given free included.
    pub fn count(&self) -> usize {
        self.shapes.len()
    }

    /// The classes of all shapes without attributes; some come twice.
    pub fn classes(&self) -> impl Iterator<Item = Gc<Type>> {
        self.shapes.iter().filter(|shape| shape.added.is_none()).filter_map(|shape| shape.klass)
    }

    /// The slot of an attribute in instances of a shape.
    pub fn slot_of(&mut self, id: ShapeId, name: Atom) -> Option<u16> {
        let shape = self.get(id);
        if let Some(table) = &shape.table {
            return table.get(&name).copied();
        }
        if shape.slot_count > 8 {
            let table: FxHashMap<Atom, u16> = self.names_of(id).enumerate().map(|(i, n)| (n, i as u16)).collect();
            let slot = table.get(&name).copied();
            self.get_mut(id).table = Some(Box::new(table));
            return slot;
        }
        let mut at = id;
        loop {
            let shape = self.get(at);
            match shape.added {
                Some(added) if added == name => return Some(shape.slot_count - 1),
                Some(_) => at = shape.parent,
                None => return None,
            }
        }
    }

    /// The attribute names of a shape in the order of their slots.
    pub fn names_of(&self, id: ShapeId) -> impl Iterator<Item = Atom> + use<> {
        let mut names = Vec::new();
        let mut at = id;
        while let Some(added) = self.get(at).added {
            names.push(added);
            at = self.get(at).parent;
        }
        names.reverse();
        names.into_iter()
    }

    /// The existing child that adds `name`.
    pub fn transition(&self, id: ShapeId, name: Atom) -> Option<ShapeId> {
        self.get(id).transitions.iter().find(|(atom, _)| *atom == name).map(|(_, child)| *child)
    }

    /// A new child that adds `name`, or `None` when the instance should go over to a dict.
    pub fn add_transition(&mut self, id: ShapeId, name: Atom) -> Option<ShapeId> {
        let shape = self.get(id);
        if shape.slot_count >= MAX_SLOTS || shape.transitions.len() >= MAX_TRANSITIONS {
            return None;
        }
        let child = Shape {
            klass: shape.klass,
            native: shape.native,
            fixed_bytes: shape.fixed_bytes,
            attrs: shape.attrs,
            own_tail: Tail::None,
            trailing: shape.trailing,
            inline_start: shape.inline_start,
            inline_count: shape.inline_count,
            slot_count: shape.slot_count + 1,
            parent: id,
            added: Some(name),
            transitions: Vec::new(),
            table: None,
        };
        let child = self.add(child);
        self.get_mut(id).transitions.push((name, child));
        Some(child)
    }
}

impl Shape {
    /// A shape of exact instances of a native layout, without attributes.
    pub fn native(native: &'static NativeLayout) -> Shape {
        Shape {
            klass: None,
            native,
            fixed_bytes: native.layout.fixed_words as u32 * 8,
            attrs: AttrsPlace::None,
            own_tail: Tail::None,
            trailing: 0,
            inline_start: 0,
            inline_count: 0,
            slot_count: 0,
            parent: 0,
            added: None,
            transitions: Vec::new(),
            table: None,
        }
    }

    /// The layout to define in the heap for instances of this shape.
    pub fn layout(&self) -> Layout {
        let native = &self.native.layout;
        let words = (self.fixed_bytes / 8) as u16;
        debug_assert!(self.trailing == 0 || native.tail != Tail::None);
        let tail = if self.own_tail == Tail::None { native.tail } else { self.own_tail };
        Layout { fixed_words: words, values_from: native.fixed_words.max(1), tail, trailing: self.trailing, ..*native }
    }
}
