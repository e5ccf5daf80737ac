//! What can go wrong between a syntax tree and a code object.

use std::fmt;

use taipan_bytecode::Wtf8Buf;

use crate::instruction_sequence::SourceLocation;

/// A failed compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompileError {
    /// `SyntaxError` with CPython's message; columns count from 0 in UTF-8 bytes, as in the tree.
    Syntax { message: String, location: SourceLocation },
    /// The same of the symbol table or of future features: its place is in attributes, not among the arguments.
    Scope { message: String, location: SourceLocation },
    /// `UnicodeEncodeError` with codec "utf-8" and reason "surrogates not allowed"; positions count code points.
    Surrogates { text: Wtf8Buf, start: usize, end: usize },
    /// `RecursionError`: "maximum recursion depth exceeded during compilation".
    TooDeep,
    /// `OverflowError`, such as "too many constants".
    Overflow(&'static str),
    /// `ValueError`: the instructions handed over contradict themselves.
    Value(&'static str),
    /// `SystemError`: a conversion of a replacement field that is none of the known.
    Conversion(i32),
    /// `SystemError`: something that cannot be.
    Internal(&'static str),
}

impl CompileError {
    /// The error of a text with surrogates where CPython needs UTF-8: its place is the first run of them.
    pub(crate) fn surrogates(text: Wtf8Buf) -> CompileError {
        let is_surrogate = |point: u32| (0xD800..0xE000).contains(&point);
        let start = text.code_points().position(is_surrogate).unwrap_or(0);
        let run = text.code_points().skip(start).take_while(|&point| is_surrogate(point)).count();
        CompileError::Surrogates { text, start, end: start + run }
    }

    /// A `SyntaxError` at a place.
    pub fn syntax(message: impl Into<String>, location: SourceLocation) -> Self {
        CompileError::Syntax { message: message.into(), location }
    }

    /// The same error as one of the symbol table.
    pub(crate) fn into_scope(self) -> Self {
        match self {
            CompileError::Syntax { message, location } => CompileError::Scope { message, location },
            other => other,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Syntax { message, location } | CompileError::Scope { message, location } => {
                write!(f, "{message} (line {})", location.lineno)
            }
            CompileError::Surrogates { start, .. } => {
                write!(f, "'utf-8' codec can't encode character in position {start}: surrogates not allowed")
            }
            CompileError::TooDeep => f.write_str("maximum recursion depth exceeded during compilation"),
            CompileError::Conversion(number) => write!(f, "Unrecognized conversion character {number}"),
            CompileError::Overflow(message) | CompileError::Value(message) | CompileError::Internal(message) => {
                f.write_str(message)
            }
        }
    }
}

impl std::error::Error for CompileError {}
