//! Warnings of the compile stage, handed to the caller: only it knows the filters.

use crate::instruction_sequence::SourceLocation;

/// A `SyntaxWarning`; columns count from 0 in UTF-8 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub message: String,
    pub location: SourceLocation,
}
