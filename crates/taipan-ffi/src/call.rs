//! One call of a C function: arguments put where the function looks for them, the call, the result.

use crate::abi::Frame;
use crate::types::Type;

/// A call that is ready: nothing is allocated from here to the result.
pub struct Call {
    frame: Frame,
}

impl Call {
    /// Lays out arguments, each the bytes of a value of its type. `None` where calls are not supported or a type cannot be
    /// passed.
    pub fn new(function: usize, args: &[(&Type, &[u8])], result: &Type) -> Option<Call> {
        Some(Call { frame: Frame::new(function, args, result)? })
    }

    /// Calls the function.
    ///
    /// # Safety
    /// The address is that of a function of the C calling convention with the types given; what it does is sound.
    pub unsafe fn invoke(&mut self) {
        // SAFETY: the caller's promise.
        unsafe { self.frame.invoke() }
    }

    /// The bytes of the result; an integer is extended to eight bytes.
    pub fn result(&self) -> Vec<u8> {
        self.frame.result()
    }
}
