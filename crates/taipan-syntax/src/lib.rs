//! Source to tokens to AST; knows nothing of code objects or run time.
#![forbid(unsafe_code)]

pub mod ast;
