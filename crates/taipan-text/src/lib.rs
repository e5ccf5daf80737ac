//! Algorithms on numbers and text that know no VM object: the semantics of CPython 3.14 on plain slices and integers.
//!
//! Python text comes in as a [`TextRef`] (code points of 1, 2 or 4 bytes, lone surrogates allowed) and goes out as a
//! [`TextBuf`]; errors are plain data that name the Python exception and carry its exact message.
#![forbid(unsafe_code)]

pub mod codecs;
pub mod field_format;
pub mod float_text;
pub mod format_spec;
pub mod hash;
pub mod int_math;
pub mod int_text;
mod number_chars;
pub mod percent_format;
pub mod quoting;
pub mod search;
mod text_buf;
mod text_ref;
pub mod unicode;
mod units;

pub use text_buf::TextBuf;
pub use text_ref::{CodePoints, TextRef};
