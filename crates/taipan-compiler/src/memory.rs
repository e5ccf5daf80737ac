//! Memory that serves one compilation after the other.
//!
//! Invariant: what is kept here is empty; its capacity alone matters.

use crate::codegen::UnitMemory;
use crate::flowgraph::Flowgraph;

/// So many instructions may there be room for in what is kept, which is 128 kB: more would count in the peak of a program that
/// compiles much.
const MOST: usize = 1 << 12;

/// The memory of the passes over code units, lent to each compilation.
#[derive(Default)]
pub struct Memory {
    pub(crate) flowgraph: Flowgraph,
    pub(crate) units: Vec<UnitMemory>,
}

impl Memory {
    /// Gives memory back that an unusual source made large.
    pub(crate) fn shrink(&mut self) {
        let units: usize = self.units.iter().map(UnitMemory::room).sum();
        if units + self.flowgraph.cfg.room() > MOST {
            *self = Memory::default();
        }
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
