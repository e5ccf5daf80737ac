//! `frame`: a call as Python sees it.
//!
//! While the call runs (`depth` > 0) the object is a view of a record of the control stack; when the call ends, its locals are
//! copied into `slots`. A suspended generator's frame object reads the generator.

use crate::gc::Gc;
use crate::heap_object;
use crate::interp::executable::ExecutableRef;
use crate::interp::frame::Frame;
use crate::types::Builtin;
use crate::types::array::ValueArray;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::generator::Generator;
use crate::value::Value;
use crate::vm::Vm;

pub mod locals_proxy;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// A frame object.
    pub struct FrameObject = Builtin::Frame {
        pub executable: ExecutableRef,
        pub function: Gc<Function>,
        pub globals: Gc<Dict>,
        /// Namespace of a module or class body.
        pub locals: Option<Value>,
        /// The caller's frame object, once the call has ended.
        pub back: Option<Gc<FrameObject>>,
        pub generator: Option<Gc<Generator>>,
        /// Locals of an ended call.
        pub slots: Option<Gc<ValueArray>>,
        /// Extra variables set through `f_locals`.
        pub extra: Option<Gc<Dict>>,
        pub trace: Option<Value>,
        /// Depth of the record on the control stack of the thread that runs it; 0 when it does not run.
        pub depth: usize,
        /// Address of the context of that thread: it is looked up in the interpreter's table, never followed.
        pub owner: usize,
        /// Offset in code units of the last instruction of an ended call.
        pub lasti: u32,
        /// Offset in code units of the last instruction told to tools, plus one; 0 before the first.
        pub previous: u32,
        /// `NO_LINES`, `OPCODES`.
        pub flags: u32,
        pub pad: u32,
    }
}

/// Flag: `f_trace_lines` is false.
pub const NO_LINES: u32 = 1;
/// Flag: `f_trace_opcodes` is true.
pub const OPCODES: u32 = 2;

impl FrameObject {
    /// `f_trace_lines`.
    pub fn trace_lines(&self) -> bool {
        self.flags & NO_LINES == 0
    }

    /// `f_trace_opcodes`.
    pub fn trace_opcodes(&self) -> bool {
        self.flags & OPCODES != 0
    }

    /// The record of a running call.
    pub fn record(this: Gc<FrameObject>, vm: &Vm) -> Option<Frame> {
        let (depth, owner) = (this.get(vm).depth, this.get(vm).owner);
        if depth == 0 {
            return None;
        }
        // A record that has another object, or none, is of another call.
        vm.record_of(owner, depth).filter(|record| record.object == Some(this.value()))
    }

    /// The line of a byte offset.
    pub fn line_at(&self, lasti: i32) -> Option<i32> {
        self.executable.line_at(lasti)
    }

    /// The value in a local's slot, a cell for a cell variable; `None` when it is unbound.
    pub fn local(this: Gc<FrameObject>, vm: &Vm, index: u32) -> Option<Value> {
        let frame = this.get(vm);
        if index >= frame.executable.locals {
            return None;
        }
        if let Some(record) = FrameObject::record(this, vm).filter(|record| !record.is_asleep()) {
            // SAFETY: locals of a running frame have been written.
            return unsafe { *record.local(index) }.given();
        }
        let slots = match frame.generator {
            Some(generator) => generator.get(vm).slots,
            None => frame.slots,
        };
        slots?.get(vm).slots().get(index as usize).copied().flatten().and_then(Value::given)
    }

    /// Writes a local's slot, wherever it lies. Of a cleared frame nothing is written.
    pub fn set_local(this: Gc<FrameObject>, vm: &mut Vm, index: u32, value: Value) {
        let frame = this.get(vm);
        if index >= frame.executable.locals {
            return;
        }
        let (owner, depth) = (frame.owner, frame.depth);
        if let Some(record) = FrameObject::record(this, vm).filter(|record| !record.is_asleep()) {
            vm.disturb_frame(owner, depth);
            // SAFETY: locals lie within the frame.
            unsafe { *record.local(index) = value };
            return;
        }
        let slots = match this.get(vm).generator {
            Some(generator) => generator.get(vm).slots,
            None => this.get(vm).slots,
        };
        if let Some(slot) = slots.and_then(|slots| slots.get_mut(vm).slots_mut().get_mut(index as usize)) {
            *slot = Some(value);
        }
    }

    /// Offset of the current instruction in code units.
    pub fn current_offset(this: Gc<FrameObject>, vm: &Vm) -> u32 {
        let frame = this.get(vm);
        if let Some(record) = FrameObject::record(this, vm) {
            return match vm.exec.left_at {
                Some((depth, at)) if depth == frame.depth && frame.owner == vm.address() => at,
                _ => record.lasti(),
            };
        }
        match frame.generator {
            Some(generator) => generator.get(vm).lasti(),
            None => frame.lasti,
        }
    }

    /// `f_lineno`.
    pub fn line(this: Gc<FrameObject>, vm: &Vm) -> Option<i32> {
        let offset = FrameObject::current_offset(this, vm);
        this.get(vm).line_at(offset as i32 * 2)
    }
}
