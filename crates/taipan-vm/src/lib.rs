//! Values, types, frames, evaluation loop and import.
