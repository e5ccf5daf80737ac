//! Values, types, frames, evaluation loop and import.
pub mod interp;
