//! Calls of C functions whose types are known at run time, and C functions made from Rust closures.
//!
//! A leaf: plain bytes and descriptions of types cross its border. What the code called does with them is the caller's
//! responsibility; everything here is sound as long as the types given are those of the function.

pub mod call;
pub mod closure;
pub mod types;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[path = "x86_64.rs"]
mod abi;
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
#[path = "unsupported.rs"]
mod abi;
mod thunks;

#[cfg(all(test, target_arch = "x86_64", target_os = "linux"))]
mod tests;

/// Whether C functions can be called on this system.
pub const SUPPORTED: bool = abi::SUPPORTED;
