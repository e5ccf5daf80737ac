//! `Op`: the operation being executed, as out-of-line code sees it.
//!
//! The loop makes one from its program counter and frame pointer; translation proved that operands lie in the frame, indexes
//! in `refs`, and data words in the code.

use std::cell::Cell;

use super::register_code::{RegOp, Word};
use crate::gc::Gc;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// The operation being executed and the frame's first slot.
#[derive(Clone, Copy)]
pub struct Op {
    pc: *const Cell<u64>,
    fp: *mut Value,
}

impl Op {
    /// # Safety
    /// `pc` is an operation of translated code, `fp` the first slot of a frame of that code, which is the running one for
    /// as long as the `Op` is used.
    #[inline(always)]
    pub unsafe fn new(pc: *const Cell<u64>, fp: *mut Value) -> Op {
        Op { pc, fp }
    }

    /// The first word.
    #[inline(always)]
    pub fn word(self) -> Word {
        // SAFETY: `new`.
        Word(unsafe { (*self.pc).get() })
    }

    /// Replaces the first word (specialisation).
    #[inline(always)]
    pub fn set_word(self, word: Word) {
        // SAFETY: `new`.
        unsafe { (*self.pc).set(word.0) }
    }

    /// Makes this another form of the same operation.
    #[inline(always)]
    pub fn specialize(self, op: RegOp) {
        // A word that is to lead to instrumented code keeps doing so.
        if self.word().op() == RegOp::SWITCH as u8 {
            return;
        }
        debug_assert_eq!(op.words(), self.length());
        self.set_word(self.word().with_op(op));
    }

    /// Length of the operation in words.
    pub fn length(self) -> usize {
        RegOp::from_byte(self.word().op()).map_or(1, RegOp::words)
    }

    /// Address of the operation.
    #[inline(always)]
    pub fn pc(self) -> *const Cell<u64> {
        self.pc
    }

    /// The i-th data word.
    #[inline(always)]
    pub fn data(self, i: usize) -> u64 {
        // SAFETY: `new`; callers name data words of their own operation.
        unsafe { (*self.pc.add(1 + i)).get() }
    }

    /// Replaces the i-th data word.
    #[inline(always)]
    pub fn set_data(self, i: usize, data: u64) {
        // SAFETY: as above.
        unsafe { (*self.pc.add(1 + i)).set(data) }
    }

    /// The value in a slot.
    #[inline(always)]
    pub fn get(self, slot: u16) -> Value {
        // SAFETY: operands lie in the frame; slots that are read have been written.
        unsafe { *self.fp.add(slot as usize) }
    }

    /// Writes a slot.
    #[inline(always)]
    pub fn set(self, slot: u16, value: Value) {
        // SAFETY: operands lie in the frame.
        unsafe { *self.fp.add(slot as usize) = value }
    }

    /// A slot with a 32-bit number.
    #[inline(always)]
    pub fn get32(self, slot: u32) -> Value {
        // SAFETY: as in `get`.
        unsafe { *self.fp.add(slot as usize) }
    }

    /// Writes a slot with a 32-bit number.
    #[inline(always)]
    pub fn set32(self, slot: u32, value: Value) {
        // SAFETY: as in `set`.
        unsafe { *self.fp.add(slot as usize) = value }
    }

    /// The value of operand a.
    #[inline(always)]
    pub fn ra(self) -> Value {
        self.get(self.word().a())
    }

    /// The value of operand b.
    #[inline(always)]
    pub fn rb(self) -> Value {
        self.get(self.word().b())
    }

    /// The value of operand c.
    #[inline(always)]
    pub fn rc(self) -> Value {
        self.get(self.word().c())
    }

    /// `n` slots from `start`.
    #[inline(always)]
    pub fn window<'a>(self, start: u16, n: usize) -> &'a [Cell<Value>] {
        // SAFETY: windows lie in the frame and were written; the value stack never moves, and cells allow the collector's
        // writes.
        unsafe { std::slice::from_raw_parts(self.fp.add(start as usize).cast::<Cell<Value>>(), n) }
    }

    /// The address of a slot.
    #[inline(always)]
    pub fn address(self, slot: u32) -> *mut Value {
        // SAFETY: within the frame.
        unsafe { self.fp.add(slot as usize) }
    }

    /// An entry of the code's `refs`.
    #[inline(always)]
    pub fn reference(self, vm: &Vm, index: u32) -> Option<Value> {
        // SAFETY: the running frame's executable is prepared, indexes lie in its refs.
        unsafe { *(*vm.exec.top).executable.refs.get().add(index as usize) }
    }

    /// A constant.
    #[inline(always)]
    pub fn constant(self, vm: &Vm, index: u32) -> Value {
        self.reference(vm, index).unwrap_or(Value::NONE)
    }

    /// The name of the operation (first data word).
    #[inline(always)]
    pub fn name(self, vm: &Vm) -> Gc<Str> {
        // SAFETY: as in `reference`; entries behind the constants are interned strs.
        unsafe {
            let executable = (*vm.exec.top).executable;
            let index = executable.code.consts.len() + (self.data(0) as u32 as usize);
            let name = (*executable.refs.get().add(index)).unwrap_or(Value::NONE);
            Gc::from_value_unchecked(name)
        }
    }

    /// Index of the operation's cache cell in `refs`.
    #[inline(always)]
    pub fn cell(self) -> u32 {
        (self.data(0) >> 32) as u32
    }

    /// The cached object.
    #[inline(always)]
    pub fn cached(self, vm: &Vm) -> Option<Value> {
        self.reference(vm, self.cell())
    }

    /// Keeps an object in the cache cell.
    pub fn set_cached(self, vm: &mut Vm, value: Option<Value>) {
        // SAFETY: the running frame is `vm.exec.top`.
        let executable = unsafe { (*vm.exec.top).executable };
        executable.set_reference(vm, self.cell(), value);
    }
}
