//! Links the program at a fixed address on Linux: it then needs no relocations, which would touch (and copy) half a megabyte
//! of tables at each start.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
