//! `generator`, `coroutine` and `async_generator`: a suspended frame.
//!
//! Invariants: in state `Suspended` or `Created`, `slots` holds the locals and the live operand stack entries of the frame, and
//! `pc` the word index of the operation that suspended it; while `Running`, the frame is on the control stack.

use crate::gc::Gc;
use crate::heap_object;
use crate::interp::executable::ExecutableRef;
use crate::types::Builtin;
use crate::types::array::ValueArray;
use crate::types::function::Function;
use crate::value::Value;

pub mod anext;
pub mod asynchronous;
pub mod coroutine;
pub mod methods;
pub mod unawaited;

pub use coroutine::{COROUTINE, COROUTINE_WRAPPER};
pub use methods::{ASYNC_GENERATOR, TYPE};

/// Flag of a generator that has been suspended where a handler protects it: it is closed when nobody can resume it.
pub const CLEANS_UP: u32 = 8;

/// Not started.
pub const CREATED: u32 = 0;
/// At a yield.
pub const SUSPENDED: u32 = 1;
/// On the control stack.
pub const RUNNING: u32 = 2;
/// Returned, raised or closed.
pub const FINISHED: u32 = 3;

heap_object! {
    /// A generator, coroutine or asynchronous generator.
    pub struct Generator = Builtin::Generator {
        pub executable: ExecutableRef,
        pub function: Gc<Function>,
        pub slots: Option<Gc<ValueArray>>,
        pub name: Value,
        pub qualname: Value,
        /// The exception its innermost handler handles, while suspended.
        pub handled: Option<Value>,
        /// The `frame` object made for its frame.
        pub frame: Option<Value>,
        /// Namespace, for the odd generator in an exec'd body.
        pub locals: Option<Value>,
        /// `cr_origin`; hooks of an asynchronous generator: its finaliser.
        pub origin: Option<Value>,
        /// Word index of the operation that suspended it.
        pub pc: u32,
        /// Operand stack entries saved.
        pub depth: u32,
        pub state: u32,
        /// Asynchronous generators: 1 hooks called, 2 closed, 4 an `asend`/`athrow` runs. All: `CLEANS_UP`.
        pub flags: u32,
    }
}

heap_object! {
    /// `coroutine_wrapper`: what `coroutine.__await__` gives.
    pub struct CoroutineWrapper = Builtin::CoroutineWrapper {
        pub coroutine: Gc<Generator>,
    }
}

impl Generator {
    /// The bytecode offset in code units where it is suspended.
    pub fn lasti(&self) -> u32 {
        let Some((register, pc)) = self.executable.saved_place(self.pc) else { return 0 };
        register.position(pc).map_or(0, |entry| entry.offset)
    }
}
