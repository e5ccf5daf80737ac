//! The packed library as the VM's `Library`.

use std::borrow::Cow;

use taipan_vm::library::Library;

use crate::packed;

/// The library that is built into the program.
pub struct PackedLibrary;

impl Library for PackedLibrary {
    fn has_file(&self, path: &str) -> bool {
        packed::find(path).is_some()
    }

    fn has_folder(&self, path: &str) -> bool {
        path.is_empty() || packed::is_folder(path)
    }

    fn source(&self, path: &str) -> Option<Vec<u8>> {
        packed::source(packed::find(path)?)
    }

    fn code(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        packed::code(packed::find(path)?)
    }

    fn list(&self, path: &str) -> Vec<String> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let mut names: Vec<String> = packed::entries()
            .filter_map(|entry| entry.path().strip_prefix(prefix.as_str()))
            .filter_map(|rest| rest.split('/').next())
            .map(str::to_owned)
            .collect();
        names.dedup();
        names
    }
}
