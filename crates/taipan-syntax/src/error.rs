//! What parsing reports: the error of CPython for bad source, and warnings.

/// Which exception of Python an error stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// `_IncompleteInputError`, only with [`crate::ParseOptions::allow_incomplete_input`].
    IncompleteInput,
    /// The source nests too deeply; `MemoryError` without a place.
    MemoryError,
    /// A name that is normalised to a constant; `ValueError` without a place.
    ValueError,
}

/// An error in the source, with the values CPython's exception carries.
///
/// `lineno` counts from 1, `offset` and `end_offset` count characters (not bytes) from 1; 0 and -1 occur as they do in
/// CPython. `location` is `None` where the exception has only a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub kind: ErrorKind,
    pub msg: String,
    pub location: Option<ErrorLocation>,
    /// CPython's `_metadata`: line and column of the last statement before the error. Set by the error pass.
    pub last_statement: Option<(u32, u32)>,
}

/// The place of a [`SyntaxError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorLocation {
    pub lineno: i32,
    pub offset: i32,
    pub end_lineno: i32,
    pub end_offset: i32,
    /// The source line.
    pub text: Option<String>,
    /// Whether the line is rather that of the file of that name, where there is one: what CPython's parser reports in a
    /// module, not its tokenizer.
    pub prefers_file: bool,
    pub details: Details,
    /// Whether the arguments carry the file name (else None); the attribute has it in any case.
    pub has_filename: bool,
}

/// How the exception carries its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Details {
    /// Among its arguments.
    Full,
    /// Among its arguments, without an end.
    WithoutEnd,
    /// Among its arguments, with None as the end.
    EndIsNone,
    /// In its attributes only, without an end offset.
    Attributes,
}

/// Which warning category of Python a warning belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningCategory {
    SyntaxWarning,
    DeprecationWarning,
}

/// A warning about valid source.
///
/// Where the program's filters turn it into an exception, CPython raises a `SyntaxError` with `error_msg` at the
/// given place instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    pub category: WarningCategory,
    pub msg: String,
    pub error_msg: String,
    pub lineno: u32,
    /// Up to where CPython had read the source when it warned.
    pub read_to: u32,
    /// Place of the SyntaxError that replaces the warning where it is an error.
    pub error_location: ErrorLocation,
}

impl SyntaxWarning {
    /// The error CPython raises where the program's filters make an exception of the warning.
    pub fn as_error(&self) -> SyntaxError {
        SyntaxError {
            kind: ErrorKind::SyntaxError,
            msg: self.error_msg.clone(),
            location: Some(self.error_location.clone()),
            last_statement: Some((0, 0)),
        }
    }
}

impl SyntaxError {
    /// An error that has a message only.
    pub(crate) fn bare(kind: ErrorKind, msg: impl Into<String>) -> SyntaxError {
        SyntaxError { kind, msg: msg.into(), location: None, last_statement: None }
    }
}
