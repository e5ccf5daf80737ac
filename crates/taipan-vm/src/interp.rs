//! Evaluation.

use crate::gc::Gc;
use crate::types::dict::Dict;
use crate::vm::Vm;

/// Frames and budget of a thread.
#[derive(Default)]
pub struct Execution {}

impl Execution {
    pub(crate) fn visit_roots(&mut self, _visit: &mut dyn FnMut(&mut u64)) {}
}

impl Vm {
    /// The globals of the running Python frame.
    pub fn current_globals(&self) -> Option<Gc<Dict>> {
        None
    }
}
