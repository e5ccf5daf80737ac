//! Values, types, frames, evaluation loop and import.

pub mod args;
pub mod attr;
pub mod buffer;
pub mod call;
pub mod gc;
pub mod host;
pub mod import;
pub mod interp;
pub mod interpreter;
pub mod names;
pub mod number;
pub mod object_words;
pub mod protocol;
pub mod raise;
pub mod repr_guard;
pub mod root;
pub mod sequence;
pub mod shape;
pub mod signature;
pub mod slots;
pub mod spec;
pub mod stack;
pub mod types;
pub mod value;
pub mod vm;
