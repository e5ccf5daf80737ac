//! AST to CPython 3.14 code objects.

#![forbid(unsafe_code)]

pub mod assemble;
pub mod ast_preprocess;
pub mod ast_validate;
pub mod code_unit;
mod codegen;
pub mod compile;
pub mod const_ops;
pub mod const_table;
mod depth;
mod docstring;
pub mod error;
pub mod flowgraph;
pub mod future;
pub mod instruction_sequence;
mod memory;
pub mod name_table;
mod op_kinds;
pub mod symtable;
pub mod warning;

pub use assemble::optimize_and_assemble;
pub use code_unit::CodeUnitMetadata;
pub use compile::{CompileOptions, Compiled, CompiledSource, SourceError, compile, compile_source, symbol_table};
pub use const_table::ConstTable;
pub use error::CompileError;
pub use instruction_sequence::{InstructionSequence, Label, SourceLocation};
pub use memory::Memory;
pub use name_table::NameTable;
pub use symtable::SymbolTable;
pub use warning::Warning;
