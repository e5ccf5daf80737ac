//! `Raised`: the proof that an exception waits in the `Vm`; how native code raises.

use crate::types::exceptions;
use crate::value::Value;
use crate::vm::Vm;

/// An exception is pending in the `Vm`. Zero-sized; made only where one was set.
#[derive(Debug)]
#[must_use]
pub struct Raised(pub(crate) ());

const _: () = assert!(size_of::<Result<Value, Raised>>() == 8);

pub use exceptions::Exc;

impl Vm {
    /// Raises a built-in exception with one message argument.
    #[cold]
    #[inline(never)]
    pub fn raise(&mut self, exc: Exc, message: impl AsRef<str>) -> Raised {
        exceptions::raise_message(self, exc, message.as_ref())
    }

    /// Raises a built-in exception with given arguments (`KeyError(key)`, `StopIteration(value)`).
    #[cold]
    #[inline(never)]
    pub fn raise_with(&mut self, exc: Exc, args: &[Value]) -> Raised {
        exceptions::raise_args(self, exc, args)
    }

    /// Raises MemoryError.
    #[cold]
    #[inline(never)]
    pub fn raise_no_memory(&mut self) -> Raised {
        exceptions::raise_no_memory(self)
    }

    /// Makes an exception instance the pending one, setting its context to the one being handled.
    #[cold]
    pub fn raise_value(&mut self, exception: Value) -> Raised {
        exceptions::raise_value(self, exception)
    }

    /// Puts back an exception that was taken with `take_raised`, unchanged.
    #[cold]
    pub fn reraise(&mut self, exception: Value) -> Raised {
        self.pending = Some(exception);
        Raised(())
    }

    /// Takes the pending exception: native code catches it. This is the only way to swallow one.
    #[cold]
    pub fn take_raised(&mut self, _raised: Raised) -> Value {
        match self.pending.take() {
            Some(exception) => exception,
            None => Value::NONE,
        }
    }

    /// Err when an exception is pending: foreign code may have raised it.
    pub fn pending_error(&self) -> Result<(), Raised> {
        if self.pending.is_some() { Err(Raised(())) } else { Ok(()) }
    }

    /// Whether the pending exception is an instance of a built-in exception class.
    pub fn raised_is(&self, exc: Exc) -> bool {
        self.pending.is_some_and(|exception| exceptions::is_instance(self, exception, exc))
    }

    /// `Ok(None)` when `result` is the given exception, which is then swallowed.
    pub fn catch<T>(&mut self, result: Result<T, Raised>, exc: Exc) -> Result<Option<T>, Raised> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(raised) if self.raised_is(exc) => {
                let _ = self.take_raised(raised);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }
}
