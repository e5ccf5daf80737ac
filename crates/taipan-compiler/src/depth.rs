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
pub(crate) struct Depth {
    level: u32,
    /// Lowest address the native stack may reach.
    stack_limit: usize,
}

impl Depth {
    /// `stack_limit` is the lowest address the native stack may reach, 0 for no matter.
    pub(crate) fn new(stack_limit: usize) -> Depth {
        Depth { level: 0, stack_limit }
    }

    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), CompileError> {
        let here = 0u8;
        if self.level >= MAX_DEPTH || std::ptr::from_ref(&here).addr() < self.stack_limit {
            return Err(CompileError::TooDeep);
        }
        self.level += 1;
        Ok(())
    }

    #[inline]
    pub(crate) fn leave(&mut self) {
        self.level -= 1;
    }

    /// Bounds what is walked in a loop here but by recursion in CPython.
    pub(crate) fn check_chain(&self, length: usize) -> Result<(), CompileError> {
        if length > MAX_CHAIN { Err(CompileError::TooDeep) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
