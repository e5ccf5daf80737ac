//! Project tasks: `cargo xtask NAME`.

fn main() {}
