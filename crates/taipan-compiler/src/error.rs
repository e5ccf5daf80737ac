//! What can go wrong between a syntax tree and a code object.

use std::fmt;

use taipan_bytecode::Wtf8Buf;

use crate::instruction_sequence::SourceLocation;

/// A failed compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// `SyntaxError` with CPython's message; columns count from 0 in UTF-8 bytes, as in the tree.
    Syntax { message: String, location: SourceLocation },
    /// `UnicodeEncodeError` with codec "utf-8" and reason "surrogates not allowed"; positions count code points.
    Surrogates { text: Wtf8Buf, start: usize, end: usize },
    /// `RecursionError`: "maximum recursion depth exceeded during compilation".
    TooDeep,
    /// `OverflowError`, such as "too many constants".
    Overflow(&'static str),
    /// `SystemError`: the instructions handed over contradict themselves.
    Internal(&'static str),
}

impl CompileError {
    /// A `SyntaxError` at a place.
    pub fn syntax(message: impl Into<String>, location: SourceLocation) -> Self {
        CompileError::Syntax { message: message.into(), location }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Syntax { message, location } => write!(f, "{message} (line {})", location.lineno),
            CompileError::Surrogates { start, .. } => {
                write!(f, "'utf-8' codec can't encode character in position {start}: surrogates not allowed")
            }
            CompileError::TooDeep => f.write_str("maximum recursion depth exceeded during compilation"),
            CompileError::Overflow(message) | CompileError::Internal(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for CompileError {}
