//! Decimal numbers and contexts: the General Decimal Arithmetic Specification with the limits of CPython's `_decimal`
//! on 64 bits.
//!
//! Operations are methods of [`Decimal`]; they take a [`Context`] and add what happened to a [`Status`]. They never
//! panic: what would take more than [`Context::max_digits`] digits of memory sets [`Status::MALLOC_ERROR`].
//! Coefficients are binary: up to 128 bits in place, beyond that a big integer.

#![forbid(unsafe_code)]

mod addition;
mod coefficient;
mod compare;
mod context;
mod digits;
mod division;
mod exponential;
mod finalize;
mod format;
mod integral;
mod logical;
mod multiplication;
mod neighbours;
mod number;
mod parse;
mod power;
mod powers_of_ten;
mod root;
mod shift;
mod status;
mod text;
mod wide;

#[cfg(test)]
mod tests;

pub use coefficient::Coefficient;
pub use context::{Context, IEEE_MAX_BITS, MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Rounding};
pub use format::{FormatError, FormatLocale, FormatSpec};
pub use number::{Decimal, Kind};
pub use status::Status;
