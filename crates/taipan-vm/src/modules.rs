//! Native modules that the VM itself needs.

pub mod ast;
pub mod atexit;
pub mod builtins;
pub mod contextvars;
pub mod gc;
pub mod imp;
pub mod marshal;
pub mod packed;
pub mod signal;
pub mod symtable;
pub mod sys;
pub mod thread;
pub mod tracemalloc;
pub mod types;
pub mod typing;
pub mod weakref;
