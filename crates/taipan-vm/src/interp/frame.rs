//! `Frame`: the record of a running Python call, and `Execution`: the control stack of a thread.
//!
//! Invariants: frames lie in one reserved array that never moves; `top` is the running frame, or `base` (a record that is no
//! frame) when none runs; `pc` of a frame is the operation it executes, up to date whenever control is in native code; the
//! value stack's top is the end of the running frame's slots plus native windows; records and slots of settled frames are
//! changed only after `Execution::disturb`.

use std::cell::Cell;
use std::ptr::NonNull;

use taipan_bytecode::ops::Opcode;

use super::budget::Budget;
use super::executable::Executable;
use super::monitoring::Event;
use super::register_code::{RegOp, RegisterCode, Word};
use crate::gc::Gc;
use crate::stack::{free_zeroed, reserve_zeroed};
use crate::types::array::ValueArray;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::generator::Generator;
use crate::value::Value;
use crate::vm::Vm;

/// What happens to the value a frame returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// Written to a slot of the frame below, which goes on.
    Plain,
    /// Returned from the native function that entered the loop.
    Entry,
    /// `__init__`: must be None; the new object, in the call's window, is the result.
    Init,
    /// A generator driven by FOR_ITER of the frame below.
    GeneratorFor,
    /// A generator driven by SEND of the frame below.
    GeneratorSend,
    /// A generator driven by native code.
    GeneratorEntry,
}

/// How to go on in the frame below: destination slot, kind, length of its operation, flags.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Ret(pub u32);

impl Ret {
    /// The frame has a frame object, which takes over when it ends.
    pub const HAS_OBJECT: u32 = 1 << 31;
    /// The generator whose body this is handles an exception of its own.
    pub const HANDLES: u32 = 1 << 30;
    /// The frame lies right above the settled ones: when it ends, fewer of them are.
    pub const WATERMARK: u32 = 1 << 29;
    /// The frame sleeps (`ops::delegation`): its slots are not written.
    pub const ASLEEP: u32 = 1 << 28;
    /// All bits that make a return more than a plain one.
    pub const SPECIAL: u32 = Ret::HAS_OBJECT | Ret::WATERMARK | 0xF << 16;

    /// Result to `slot`, then `words` further.
    #[inline(always)]
    pub const fn new(kind: Kind, slot: u16, words: u8) -> Ret {
        Ret(slot as u32 | (kind as u32) << 16 | (words as u32) << 20)
    }

    /// The destination slot.
    #[inline(always)]
    pub const fn slot(self) -> u16 {
        self.0 as u16
    }

    /// Length of the calling operation.
    #[inline(always)]
    pub const fn words(self) -> usize {
        (self.0 >> 20 & 0xFF) as usize
    }

    /// Whether an operation of the frame below has pushed this frame, not native code.
    #[inline]
    pub(super) fn is_pushed_by_caller(self) -> bool {
        !matches!(self.kind(), Kind::Entry | Kind::GeneratorEntry)
    }

    /// The kind.
    #[inline(always)]
    pub const fn kind(self) -> Kind {
        match self.0 >> 16 & 0xF {
            0 => Kind::Plain,
            1 => Kind::Entry,
            2 => Kind::Init,
            3 => Kind::GeneratorFor,
            4 => Kind::GeneratorSend,
            _ => Kind::GeneratorEntry,
        }
    }
}

/// One running Python call.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Frame {
    /// The operation being executed.
    pub pc: *const Cell<u64>,
    /// First slot.
    pub fp: *mut Value,
    pub executable: &'static Executable,
    pub function: Gc<Function>,
    pub globals: Gc<Dict>,
    pub ret: Ret,
    /// The namespace of a module or class body.
    pub locals: Option<Value>,
    /// The `frame` object made for this frame.
    pub object: Option<Value>,
    /// The generator whose body this is.
    pub generator: Option<Value>,
    /// `sys.exception()` when a generator was resumed.
    pub handled: Option<Value>,
}

/// Records of the control stack, the unused one below the first frame included.
const FRAMES: usize = 1 << 20;
/// Records without which no program runs.
const LEAST_FRAMES: usize = 2048;
/// Records beyond the recursion limit.
const SPARE_FRAMES: usize = 64;
/// Frames below the running one that are not taken to be settled, and settled ones that are given up at once: the fewer
/// there are, the more often a return has to look.
const UNSETTLED: usize = 32;
/// Frames and budget of a thread.
pub struct Execution {
    /// The running frame.
    pub top: *mut Frame,
    /// The last record that the recursion limit allows.
    pub limit: *mut Frame,
    /// Back-edges and calls left before the requests are looked at.
    pub budget: Budget,
    /// Steps of native work left before signals are looked at.
    pub work: u32,
    /// The pending exception is raised again: the running frame has its traceback entry.
    pub reraised: bool,
    /// Offset in code units where the exception that is raised again was raised in the running frame, if that is known.
    pub raised_at: Option<u32>,
    /// Depth of the frame that is being left by an exception raised again, and the offset where that was raised.
    pub left_at: Option<(usize, u32)>,
    /// Finalisers are running.
    pub finalizing: bool,
    /// Memory was refused: what the buffers of the native code that asked for it leave in its allocator is to be given back.
    pub trim_due: bool,
    /// An instance of MemoryError is being made.
    pub without_memory: bool,
    /// How many callbacks of tools this thread runs; nothing is told meanwhile.
    pub tracing: u32,
    /// The event that the innermost of them was told.
    pub told: Option<Event>,
    /// The native stack of the innermost activation of the loop. All that it holds lies in slots, too, whenever an
    /// operation calls a function.
    pub(crate) loop_stack: taipan_heap::StackRange,
    /// Those of the activations around it, an empty one first.
    pub(crate) outer_loops: Vec<taipan_heap::StackRange>,
    base: NonNull<Frame>,
    frames: usize,
    recursion_limit: usize,
    /// So many of the lowest frames have not run, nor been changed, since the last collection that visited them: they
    /// refer to nothing young. The frame above them, if there are any, carries `Ret::WATERMARK`.
    settled: usize,
}

impl Drop for Execution {
    fn drop(&mut self) {
        // SAFETY: reserved in `new` with the same length.
        unsafe { free_zeroed(self.base, self.frames) }
    }
}

impl Execution {
    /// A control stack of the usual size, or of the size the system gives; `None` when that is too small.
    pub fn new() -> Option<Execution> {
        let (base, frames) = reserve_zeroed::<Frame>(FRAMES, LEAST_FRAMES)?;
        let mut execution = Execution {
            top: base.as_ptr(),
            limit: base.as_ptr(),
            budget: Budget::full(),
            work: 0,
            reraised: false,
            raised_at: None,
            left_at: None,
            finalizing: false,
            trim_due: false,
            without_memory: false,
            tracing: 0,
            told: None,
            loop_stack: taipan_heap::StackRange { low: 0, high: 0 },
            outer_loops: Vec::new(),
            base,
            frames,
            recursion_limit: 0,
            settled: 0,
        };
        execution.set_recursion_limit(1000);
        Some(execution)
    }

    /// `sys.getrecursionlimit()`.
    pub fn recursion_limit(&self) -> usize {
        self.recursion_limit
    }

    /// `sys.setrecursionlimit()`. Beyond the control stack the limit is its size.
    pub fn set_recursion_limit(&mut self, limit: usize) {
        self.recursion_limit = limit;
        // SAFETY: within the allocation.
        self.limit = unsafe { self.base.as_ptr().add(limit.min(self.frames - SPARE_FRAMES)) };
    }

    /// Whether the recursion limit allows one more frame.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        self.top < self.limit
    }

    /// Allows so many frames above the running one, beyond the recursion limit if need be. Gives the limit there was, to
    /// be put back.
    pub(crate) fn allow_frames(&mut self, count: usize) -> *mut Frame {
        let wanted = (self.depth() + count).min(self.frames - SPARE_FRAMES);
        // SAFETY: within the allocation.
        let wanted = unsafe { self.base.as_ptr().add(wanted) };
        let limit = self.limit;
        self.limit = limit.max(wanted);
        limit
    }

    /// How many frames run.
    pub fn depth(&self) -> usize {
        // SAFETY: both point into the control stack.
        unsafe { self.top.offset_from(self.base.as_ptr()) as usize }
    }

    /// The frame at a depth (1 is the outermost).
    pub fn frame(&self, depth: usize) -> Option<&Frame> {
        if depth == 0 || depth > self.depth() {
            return None;
        }
        // SAFETY: records up to the top have been written.
        Some(unsafe { &*self.base.as_ptr().add(depth) })
    }

    /// The frame at a depth, to be changed.
    pub fn frame_mut(&mut self, depth: usize) -> Option<&mut Frame> {
        if depth == 0 || depth > self.depth() {
            return None;
        }
        self.disturb(depth);
        // SAFETY: as above.
        Some(unsafe { &mut *self.base.as_ptr().add(depth) })
    }

    /// The running frame.
    #[inline]
    pub fn current(&self) -> Option<&Frame> {
        self.frame(self.depth())
    }

    /// How many of the lowest frames refer to nothing young.
    pub(crate) fn settled(&self) -> usize {
        self.settled
    }

    /// Sets how many frames are settled: fewer than there are.
    fn set_settled(&mut self, count: usize) {
        debug_assert!(count == 0 || count < self.depth());
        self.settled = count;
        if count > 0 {
            // SAFETY: a record below the top or the top itself.
            unsafe { (*self.base.as_ptr().add(count + 1)).ret.0 |= Ret::WATERMARK };
        }
    }

    /// The frame at a depth is about to be changed, or to run: it and those above it are not settled.
    #[inline]
    pub(crate) fn disturb(&mut self, depth: usize) {
        if depth <= self.settled {
            self.set_settled(depth.saturating_sub(UNSETTLED));
        }
    }

    /// A frame with `Ret::WATERMARK` has ended.
    #[cold]
    pub(crate) fn lower_watermark(&mut self) {
        self.disturb(self.depth());
    }

    /// Everything that the frames refer to is old.
    pub(crate) fn settle_after_collection(&mut self) {
        let depth = self.depth();
        self.set_settled(if depth > 2 * UNSETTLED { depth - UNSETTLED } else { 0 });
    }

    /// Visits the values in the records above the `settled` lowest ones.
    pub(crate) fn visit_roots(&mut self, settled: usize, visit: &mut dyn FnMut(&mut u64)) {
        for depth in settled + 1..=self.depth() {
            // SAFETY: records up to the top have been written.
            let frame = unsafe { &mut *self.base.as_ptr().add(depth) };
            visit_gc(&mut frame.function, visit);
            visit_gc(&mut frame.globals, visit);
            // Immovable: visiting marks it.
            visit(&mut (std::ptr::from_ref(frame.executable).addr() as u64));
            for slot in [&mut frame.locals, &mut frame.object, &mut frame.generator, &mut frame.handled] {
                if let Some(value) = slot {
                    let mut word = value.bits();
                    visit(&mut word);
                    *slot = Value::from_bits(word);
                }
            }
        }
    }
}

fn visit_gc<T: crate::gc::HeapObject>(slot: &mut Gc<T>, visit: &mut dyn FnMut(&mut u64)) {
    let mut word = slot.value().bits();
    visit(&mut word);
    if let Some(value) = Value::from_bits(word) {
        // SAFETY: the visitor replaces a pointer by the new address of the same object.
        *slot = unsafe { Gc::from_value_unchecked(value) };
    }
}

impl Frame {
    /// Whether the generator still holds what would be in the slots.
    #[inline]
    pub fn is_asleep(&self) -> bool {
        self.ret.0 & Ret::ASLEEP != 0
    }

    /// One past the frame's slots.
    #[inline(always)]
    pub fn end(&self) -> *mut Value {
        // SAFETY: the slots of a frame lie within the value stack.
        unsafe { self.fp.add(self.executable.frame_slots.get() as usize) }
    }

    /// The slot of a local.
    #[inline]
    pub fn local(&self, index: u32) -> *mut Value {
        let slot = self.executable.register().map_or(index, |register| register.local_slot(index));
        // SAFETY: locals lie within the frame.
        unsafe { self.fp.add(slot as usize) }
    }

    /// Offset of the bytecode being executed, in code units.
    pub fn lasti(&self) -> u32 {
        let Some((register, pc)) = self.executable.locate(self.pc) else { return 0 };
        register.position(pc).map_or(0, |entry| entry.offset)
    }

    /// Whether the first RESUME was reached; before it there are only instructions that belong to no line.
    pub(crate) fn has_begun(&self) -> bool {
        let (offset, code) = (self.lasti() as usize, &self.executable.code);
        if self.executable.line_at(offset as i32 * 2).is_some() {
            return true;
        }
        let mut units = code.code.chunks_exact(2).take(offset + 1);
        units.any(|unit| unit[0] == Opcode::Resume as u8)
    }

    /// Visits the slots that are live at the operation being executed, which waits for `callee` if that is a frame it has
    /// pushed.
    fn visit_slots(&self, callee: Option<Ret>, visit: &mut dyn FnMut(&mut u64)) {
        if self.is_asleep() {
            return;
        }
        let Some(register) = self.executable.register() else { return };
        let slot = |index: u32, visit: &mut dyn FnMut(&mut u64)| {
            // SAFETY: within the frame, whose locals and live entries have been written.
            visit(unsafe { &mut *self.fp.add(index as usize).cast::<u64>() });
        };
        for index in 0..self.executable.locals {
            slot(register.local_slot(index), visit);
        }
        // At the word of a code that is to be instrumented the operand stack is empty.
        let Some((register, pc)) = self.executable.locate(self.pc) else { return };
        let Some(entry) = register.position(pc) else { return };
        let mut deferred = register.deferred(entry).iter().peekable();
        let live = callee.map_or(entry.depth, |ret| self.kept(register, pc, entry.depth, ret));
        for index in 0..live {
            if deferred.next_if(|deferred| deferred.index == index).is_none() {
                slot(register.stack_base + index, visit);
            }
        }
        if callee.is_some_and(|ret| ret.kind() == Kind::Init) {
            // The new object, which lies where the class was.
            slot(u32::from(self.word().b()), visit);
        }
    }

    fn word(&self) -> Word {
        // SAFETY: `pc` is an operation of the frame's code.
        Word(unsafe { (*self.pc).get() })
    }

    /// How many operand stack entries the operation still needs once it has pushed a frame: its own operands belong to
    /// the callee from then on. What a handler of the operation would find stays.
    fn kept(&self, register: &RegisterCode, pc: u32, depth: u32, ret: Ret) -> u32 {
        let word = self.word();
        let op = RegOp::from_byte(word.op()).map(|op| op.info().base);
        let kept = match (ret.kind(), op) {
            (Kind::Plain | Kind::Init, Some(RegOp::CALL | RegOp::CALL_KW | RegOp::CALL_FUNCTION_EX)) => {
                u32::from(word.b()).saturating_sub(register.stack_base)
            }
            (Kind::Plain, Some(RegOp::LOAD_ATTR)) | (Kind::GeneratorSend, Some(RegOp::SEND)) => depth.saturating_sub(1),
            _ => depth,
        };
        let handled = register.handler(pc).map_or(0, |handler| handler.depth);
        kept.max(handled).min(depth)
    }
}

impl Vm {
    /// Visits everything live on the value stack above the `settled` lowest frames: live slots of frames, native windows
    /// between and above them.
    pub(crate) fn visit_stack(&mut self, settled: usize, visit: &mut dyn FnMut(&mut u64)) {
        let mut from = self.exec.frame(settled).map_or(self.stack.base(), Frame::end);
        for depth in settled + 1..=self.exec.depth() {
            let Some(frame) = self.exec.frame(depth) else { break };
            // What lies between the frames below and this one is native windows; a callee's frame begins inside its
            // caller's, or behind the arguments that were spread for it and are bound now.
            if !frame.ret.is_pushed_by_caller() {
                visit_range(from, frame.fp, visit);
            }
            let callee = self.exec.frame(depth + 1).map(|callee| callee.ret).filter(|ret| ret.is_pushed_by_caller());
            frame.visit_slots(callee, visit);
            from = frame.end();
        }
        visit_range(from, self.stack.top(), visit);
    }

    /// The frame that the top frame's operation had pushed is left by an exception: the operands that belonged to it are
    /// gone. They were not roots meanwhile, so what their slots say may have moved or died.
    pub(crate) fn drop_given_operands(&mut self, ret: Ret) {
        let Some(frame) = self.exec.current() else { return };
        let Some((register, pc)) = frame.executable.locate(frame.pc) else { return };
        let Some(entry) = register.position(pc) else { return };
        for index in frame.kept(register, pc, entry.depth, ret)..entry.depth {
            // SAFETY: entries of the operand stack lie within the frame.
            unsafe { *frame.fp.add((register.stack_base + index) as usize) = Value::NONE };
        }
    }

    /// Empties what running generators have saved when they were suspended, those of the `settled` lowest frames left out:
    /// their frames hold what they still need, unless they sleep. Called before a collection moves anything.
    pub(crate) fn forget_saved_slots(&self, settled: usize) {
        for depth in settled + 1..=self.exec.depth() {
            let awake = self.exec.frame(depth).filter(|frame| !frame.is_asleep());
            let Some(generator) = awake.and_then(|frame| frame.generator) else { continue };
            // SAFETY: the `generator` of a frame is one.
            let generator = unsafe { Gc::<Generator>::from_value_unchecked(generator) }.get(self);
            if let Some(slots) = generator.slots {
                let saved = (generator.executable.locals + generator.depth) as usize;
                ValueArray::forget(slots, 0..saved);
            }
        }
    }

    /// The native stacks of all activations of the loop, in all threads, ascending.
    pub(crate) fn loop_stacks(&self) -> Vec<taipan_heap::StackRange> {
        let mut ranges: Vec<taipan_heap::StackRange> = Vec::new();
        for thread in &self.interp().threads {
            // SAFETY: contexts live while they are in the list; this thread holds the GIL, so the others do not run.
            let exec = unsafe { &(*thread.as_ptr()).exec };
            ranges.extend(exec.outer_loops.iter().chain([&exec.loop_stack]).filter(|range| range.low < range.high));
        }
        ranges.sort_unstable_by_key(|range| range.low);
        ranges
    }

    /// The globals of the running Python frame.
    pub fn current_globals(&self) -> Option<Gc<Dict>> {
        self.exec.current().map(|frame| frame.globals)
    }
}

fn visit_range(from: *mut Value, to: *mut Value, visit: &mut dyn FnMut(&mut u64)) {
    let mut at = from;
    while at < to {
        // SAFETY: slots of native windows are written when the window is made.
        unsafe {
            visit(&mut *at.cast::<u64>());
            at = at.add(1);
        }
    }
}
