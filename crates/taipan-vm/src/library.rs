//! `Library`: where the standard library's Python files come from, when they do not lie in a folder.

use std::borrow::Cow;

/// Python files by path with `/` (`json/decoder.py`), built into the program.
pub trait Library: Sync {
    /// Whether there is a file of that path.
    fn has_file(&self, path: &str) -> bool;
    /// Whether files lie below that folder (`""` is the top).
    fn has_folder(&self, path: &str) -> bool;
    /// The source of a file.
    fn source(&self, path: &str) -> Option<Vec<u8>>;
    /// The marshalled code object of a file, if it was compiled before.
    fn code(&self, path: &str) -> Option<Cow<'static, [u8]>>;
    /// Names of the files and folders directly below a folder.
    fn list(&self, path: &str) -> Vec<String>;
}
