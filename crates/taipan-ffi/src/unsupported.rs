//! Systems whose calling convention is not known here: nothing can be called.

use crate::closure::Context;
use crate::types::Type;

pub const SUPPORTED: bool = false;

pub struct Frame;

impl Frame {
    pub fn new(_: usize, _: &[(&Type, &[u8])], _: &Type) -> Option<Frame> {
        None
    }

    /// # Safety
    /// Never called: there is no frame.
    pub unsafe fn invoke(&mut self) {}

    pub fn result(&self) -> Vec<u8> {
        Vec::new()
    }
}

pub const THUNK_BYTES: usize = 16;

pub fn write_thunk(_: &mut [u8], _: usize) {}

pub fn entry() -> usize {
    0
}

pub fn supports(_: &Context) -> bool {
    false
}
