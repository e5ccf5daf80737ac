//! Execution: translation of CPython's stack bytecode to register code, frames, and the evaluation loop.
//!
//! **Register code** is an array of 64-bit words, `op:8 | flags:8 | a:16 | b:16 | c:16`, each operation followed by the
//! data words its row in `register_code/ops.rs` names. Operands are slots relative to the frame's first slot, immediate
//! numbers, or distances in words. References to objects never stand in the words: they are in the code's `refs` array
//! (constants, names, cached objects) and are named by index.
//!
//! **A frame** is two things that never mix: a window of value slots on the thread's value stack,
//! `[localsplus | operand stack]`, and a fixed-size `Frame` record (code, function, saved pc, ...) on the control stack.
//! A call's window is `callable, self or null, arguments...` in consecutive operand slots, so that the callee's first slot is
//! its first argument and no argument is copied. The recursion limit is the bound of the control stack.
//!
//! **The normal form** of a frame (bytecode offset, locals, operand stack in canonical slots) can be had at every operation
//! that may raise, call or poll: `RegisterCode::position` gives the offset, the stack depth and the entries whose value
//! is not in its canonical slot but in a local or constant. Slots that it does not name are dead.

pub mod attr_cache;
pub mod bind;
pub mod budget;
pub mod call;
pub mod dispatch;
pub mod executable;
pub mod finalize;
pub mod frame;
pub mod instrument;
pub mod line_jump;
pub mod line_starts;
pub mod monitoring;
pub mod op;
pub mod ops;
pub mod register_code;
pub mod tracing;
pub mod translate;
pub mod unwind;

pub use frame::Execution;
