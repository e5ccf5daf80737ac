//! How the program is linked on Linux: at a fixed address, so that it needs no relocations (which would touch, and copy, half
//! a megabyte of tables at each start); and with the functions of every start side by side (`startup.ld`, written by
//! `cargo xtask startup-order`), so that a start maps a quarter of the code. An old list costs memory, nothing else. The unwinder
//! is linked in where the compiler brings it as an archive: a library less to load.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=startup.ld");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-no-pie");
    let gnu = env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("gnu");
    if gnu && env::var("HOST") == env::var("TARGET") && has_unwinder_archive() {
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
    let optimized = env::var("PROFILE").as_deref() == Ok("release");
    if optimized && let Ok(folder) = env::var("CARGO_MANIFEST_DIR") {
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{folder}/startup.ld");
    }
}

/// Whether the C compiler that links the program knows where `libgcc_eh.a` is.
fn has_unwinder_archive() -> bool {
    let answer = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    answer.is_ok_and(|answer| Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_absolute())
}
