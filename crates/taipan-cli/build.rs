//! How the program is linked on Linux: at a fixed address, so that it needs no relocations (which would touch, and copy, half
//! a megabyte of tables at each start); and with the functions of every start side by side (`startup.ld`, written by
//! `cargo xtask startup-order`), so that a start maps a quarter of the code. An old list costs memory, nothing else.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=startup.ld");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-no-pie");
    let optimized = env::var("PROFILE").as_deref() == Ok("release");
    if optimized && let Ok(folder) = env::var("CARGO_MANIFEST_DIR") {
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{folder}/startup.ld");
    }
}
