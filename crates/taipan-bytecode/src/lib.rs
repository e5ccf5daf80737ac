//! Opcodes, code objects, marshal and disassembly; knows nothing of source or run time.

#![forbid(unsafe_code)]

pub mod bytes;
pub mod code;
pub mod dis;
pub mod exception_table;
pub mod line_table;
pub mod marshal;
pub mod operands;
pub mod ops;
pub mod pyc;
pub mod wtf8;

pub use bytes::Bytes;
pub use code::{CodeObject, Constant};
pub use ops::Opcode;
pub use wtf8::Wtf8Buf;
