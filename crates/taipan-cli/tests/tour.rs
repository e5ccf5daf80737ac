//! Runs the demonstration of the README, `examples/tour.py`, and compares it with what CPython 3.14 printed.

use std::process::Command;

#[test]
fn the_tour_prints_what_cpython_prints() {
    let examples = xtask::workspace().join("examples");
    let done = Command::new(env!("CARGO_BIN_EXE_taipan")).arg(examples.join("tour.py")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    assert_eq!(String::from_utf8_lossy(&done.stdout), std::fs::read_to_string(examples.join("tour.out")).unwrap());
    assert!(done.status.success());
}
