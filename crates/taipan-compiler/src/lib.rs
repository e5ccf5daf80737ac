//! AST to CPython 3.14 code objects.

#![forbid(unsafe_code)]

pub mod assemble;
pub mod code_unit;
pub mod const_ops;
pub mod const_table;
pub mod error;
mod flowgraph;
pub mod instruction_sequence;
pub mod name_table;

pub use assemble::optimize_and_assemble;
pub use code_unit::CodeUnitMetadata;
pub use const_table::ConstTable;
pub use error::CompileError;
pub use instruction_sequence::{InstructionSequence, Label, SourceLocation};
pub use name_table::NameTable;
