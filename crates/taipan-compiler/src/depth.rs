//! The bound on recursion along a syntax tree.
//!
//! Invariant: every recursive pass over a tree counts its levels with a [`Depth`], so native stack stays bounded
//! (the greatest depth needs less than 1 MB where the crate is built with any optimisation).

use crate::error::CompileError;

/// Greatest nesting of nodes a pass follows.
const MAX_DEPTH: u32 = 1000;

/// Greatest length of a chain of left operands, which are walked in a loop.
const MAX_CHAIN: usize = 50_000;

/// Counts the levels a pass is down in the tree.
pub(crate) struct Depth(u32);

impl Depth {
    pub(crate) fn new() -> Depth {
        Depth(0)
    }

    pub(crate) fn enter(&mut self) -> Result<(), CompileError> {
        if self.0 >= MAX_DEPTH {
            return Err(CompileError::TooDeep);
        }
        self.0 += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.0 -= 1;
    }

    /// Bounds what is walked in a loop here but by recursion in CPython.
    pub(crate) fn check_chain(&self, length: usize) -> Result<(), CompileError> {
        if length > MAX_CHAIN { Err(CompileError::TooDeep) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
