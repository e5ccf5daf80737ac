//! Project tasks as a library, so that `cargo test` runs the same checks as `cargo xtask`.
#![forbid(unsafe_code)]

pub mod args;
pub mod conform;
pub mod process;
pub mod programs;
pub mod startup_order;
pub mod stress;
pub mod tidy;

use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The folder cargo builds into (`CARGO_TARGET_DIR`, else `target` in the workspace).
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}
