//! Calls of classes whose `__init__` does nothing but store its parameters and constants into attributes of the new object:
//! the object is made as the stores would leave it, and no frame is built.
//!
//! Invariants: nobody can tell the difference. No Python code can run between the call and its end, so that no frame of
//! `__init__` is ever seen; where one could be (its code is watched, the recursion limit is reached), the call takes the long
//! way. A `PlainInit` holds for the class, the version of the function and the epoch of classes it names, and is not made
//! unless each store goes to a word of the object that class and shape alone decide.

use super::super::call::executable_of;
use super::super::executable::{Executable, ExecutableRef};
use super::super::op::Op;
use super::super::register_code::{RegOp, Word};
use super::{attr, call};
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::Atom;
use crate::raise::Raised;
use crate::shape::{AttrsPlace, ShapeId};
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::descriptor::MemberDescriptor;
use crate::types::function::Function;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// Most stores of an `__init__` that is taken to be plain.
const MOST_STORES: usize = 32;
/// In the flags of a CALL: how often a `PlainInit` was looked for.
const TRIED: u8 = 0x70;
const TRY: u8 = 0x10;

heap_object! {
    /// What a call of a class does. Never visible to Python.
    pub struct PlainInit = Builtin::PlainInit {
        class: Gc<Type>,
        init: Gc<Function>,
        executable: ExecutableRef,
        /// Address of the code of `__init__` while nobody watches it.
        entry: usize,
        /// The interpreter's `type_epoch`, and the version of `init`.
        guards: [u32; 2],
        /// Shape and bytes of the object.
        shape: [u32; 2],
        /// Number of arguments, and how many of the stores are of arguments.
        counts: [u32; 2],
        len: usize,
    }
    // Stores of arguments: the word of the object, and above it the argument. Then stores of constants: the word, the
    // constant.
    tail Values(len)
}

pub static TYPE: TypeSpec =
    TypeSpec { name: "plain_init", layout: Some(<PlainInit as HeapObject>::native), ..TypeSpec::DEFAULT };

impl PlainInit {
    #[inline(always)]
    fn stores(&self) -> &[Value] {
        // SAFETY: `len` values follow the fixed words.
        unsafe { std::slice::from_raw_parts(std::ptr::from_ref(self).add(1).cast::<Value>(), self.len) }
    }

    fn stores_mut(&mut self) -> &mut [Value] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(std::ptr::from_mut(self).add(1).cast::<Value>(), self.len) }
    }
}

/// Where the value of a store comes from.
#[derive(Clone, Copy)]
enum From {
    /// This argument, `self` not counted.
    Argument(u16),
    /// The constant of this number.
    Constant(u32),
    Int(i32),
}

/// `CALL_CLASS_PLAIN`.
#[inline(never)]
pub fn call_class_plain(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    vm.count()?;
    let word = op.word();
    let (base, argc) = (word.b(), word.c());
    if let Some(plain) = op.cached(vm).and_then(|plain| plain.exact::<PlainInit>())
        && (word.flags() & 1 != 0 || op.get(base + 1).is_unbound())
    {
        let &PlainInit { class, init, executable, entry, guards, shape, counts, .. } = plain.get(vm);
        if op.get(base) == class.value()
            && guards == [vm.interp().type_epoch, init.get(vm).version]
            && executable.entry.get().addr() == entry
            && counts[0] == u32::from(argc)
            && vm.exec.has_room()
        {
            let object = Value::from_heap(vm.alloc_raw(shape[0], shape[1] as usize)?);
            // SAFETY: nothing is allocated, hence nothing moves, before the last store.
            let stores = unsafe { &*std::ptr::from_ref(plain.get(vm)) }.stores();
            let (arguments, constants) = stores.split_at(counts[1] as usize);
            for store in arguments {
                let (word, argument) = ((store.bits() >> 1) as u16, (store.bits() >> 17) as u16);
                vm.set_object_word(object, word, Some(op.get(base + 2 + argument)));
            }
            for store in constants.chunks_exact(2) {
                vm.set_object_word(object, (store[0].bits() >> 1) as u16, Some(store[1]));
            }
            return Ok(object);
        }
    }
    call::call(vm, op)
}

/// Makes a CALL of `class`, found to be a plain construction with `init`, one without a frame, if that can be.
#[cold]
#[inline(never)]
pub fn specialize(vm: &mut Vm, op: Op, class: Gc<Type>, init: Gc<Function>) -> Result<(), Raised> {
    let word = op.word();
    if word.flags() & TRIED == TRIED {
        return Ok(());
    }
    op.set_word(word.with_flags(word.flags() + TRY));
    if let Some(plain) = plan(vm, class, init)? {
        op.set_cached(vm, Some(plain.value()));
        op.specialize(RegOp::CALL_CLASS_PLAIN);
    }
    Ok(())
}

/// Whether a CALL should look for a `PlainInit`.
#[inline(always)]
pub fn wants_specializing(op: Op) -> bool {
    op.word().flags() & TRIED != TRIED
}

fn plan(vm: &mut Vm, class: Gc<Type>, init: Gc<Function>) -> Result<Option<Gc<PlainInit>>, Raised> {
    let (executable, version) = (executable_of(vm, init), init.get(vm).version);
    let Some(register) = executable.register() else { return Ok(None) };
    let entry = register.words.as_ptr();
    let watched = entry != executable.entry.get();
    if watched || version == 0 || !executable.simple || class.get(vm).slots.del.is_some() {
        return Ok(None);
    }
    let Some(names) = stores_of(vm, executable) else { return Ok(None) };
    Type::mark_cached(class, vm);
    let epoch = vm.interp().type_epoch;
    let root = class.get(vm).root_shape;
    let mut shape = root;
    let mut stores: Vec<(u16, From)> = Vec::new();
    for (name, from) in names {
        let name = executable.reference(vm, executable.code.consts.len() + name as usize);
        let Some(name) = name.and_then(|name| name.exact::<Str>()) else { return Ok(None) };
        let Some(word) = place(vm, class, &mut shape, name) else { return Ok(None) };
        // The last one counts.
        stores.retain(|(earlier, _)| *earlier != word);
        stores.push((word, from));
    }
    let bytes = vm.shape(shape).fixed_bytes;
    if bytes != vm.shape(root).fixed_bytes || stores.iter().any(|(word, _)| u32::from(*word) * 8 >= bytes) {
        return Ok(None);
    }
    let arguments = stores.iter().filter(|(_, from)| matches!(from, From::Argument(_))).count();
    let len = arguments + 2 * (stores.len() - arguments);
    let plain = PlainInit {
        header: HeaderWord::NEW,
        class,
        init,
        executable: ExecutableRef::new(executable),
        entry: entry.addr(),
        guards: [epoch, version],
        shape: [shape, bytes],
        counts: [executable.argcount - 1, arguments as u32],
        len,
    };
    let plain = vm.new_with_tail(Builtin::PlainInit as u32, plain, len * 8)?;
    let (mut next, mut next_constant) = (0, arguments);
    for (word, from) in stores {
        let constant = match from {
            From::Argument(index) => {
                plain.get_mut(vm).stores_mut()[next] = Value::int(usize::from(word) | usize::from(index) << 16);
                next += 1;
                continue;
            }
            From::Int(i) => Some(Value::int32(i)),
            From::Constant(index) => executable.reference(vm, index as usize),
        };
        let pair = &mut plain.get_mut(vm).stores_mut()[next_constant..next_constant + 2];
        pair.copy_from_slice(&[Value::int(usize::from(word)), constant.unwrap_or(Value::NONE)]);
        next_constant += 2;
    }
    Ok(Some(plain))
}

/// The stores that a function consists of, by index of the name, if they are all it does with its first parameter, and it
/// returns None.
fn stores_of(vm: &Vm, executable: &Executable) -> Option<Vec<(u32, From)>> {
    let register = executable.register()?;
    if executable.argcount == 0 || executable.is_generator || !register.handlers.is_empty() {
        return None;
    }
    // What the slots behind the parameters hold.
    let mut held: Vec<(u16, From)> = Vec::new();
    let mut stores = Vec::new();
    let mut at = 0;
    loop {
        let word = Word(register.words.get(at)?.get());
        let op = RegOp::from_byte(word.op())?.info().base;
        let source = |slot: u16| match held.iter().rev().find(|(held, _)| *held == slot) {
            Some((_, from)) => Some(*from),
            None if slot > 0 && u32::from(slot) < executable.argcount => Some(From::Argument(slot - 1)),
            None => None,
        };
        let loaded = match op {
            RegOp::LOAD_CONST => From::Constant(word.bc()),
            RegOp::LOAD_INT => From::Int(word.sbc()),
            RegOp::MOVE => source(word.b())?,
            RegOp::STORE_ATTR if word.a() == 0 && stores.len() < MOST_STORES => {
                stores.push((register.words.get(at + 1)?.get() as u32, source(word.b())?));
                at += op.words();
                continue;
            }
            RegOp::RETURN_CONST => {
                let is_none = executable.reference(vm, word.bc() as usize) == Some(Value::NONE);
                return is_none.then_some(stores);
            }
            _ => return None,
        };
        // A local that is bound anew is left to the loop, `self` above all.
        if u32::from(word.a()) < executable.locals {
            return None;
        }
        held.push((word.a(), loaded));
        at += op.words();
    }
}

/// The word of an instance of `class` in a shape that a store of an attribute goes to, and the shape behind it.
fn place(vm: &mut Vm, class: Gc<Type>, shape: &mut ShapeId, name: Gc<Str>) -> Option<u16> {
    if !attr::generic_set(vm, class) {
        return None;
    }
    if let Some(attribute) = Type::lookup(class, vm, name) {
        if let Some(member) = attribute.exact::<MemberDescriptor>() {
            let member = member.get(vm);
            let (is_slot, owner, word) = (member.def.is_none(), member.class, member.word);
            return if is_slot && Type::is_subtype(class, vm, owner) { u16::try_from(word).ok() } else { None };
        }
        if vm.slots(attribute).descr_set.is_some() {
            return None;
        }
    }
    let AttrsPlace::Slots { .. } = vm.shape(*shape).attrs else { return None };
    let atom: Atom = Str::known_atom(name, vm)?;
    let shapes = &mut vm.interp_mut().shapes;
    let slot = match shapes.slot_of(*shape, atom) {
        Some(slot) => slot,
        None => {
            *shape = shapes.transition(*shape, atom)?;
            shapes.get(*shape).slot_count.checked_sub(1)?
        }
    };
    let shape = shapes.get(*shape);
    (slot < shape.inline_count).then(|| shape.inline_start + slot)
}
