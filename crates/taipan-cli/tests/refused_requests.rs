//! Requests for far more memory than there is (`refused_requests.txt`) are refused soon, and the program goes on.
//!
//! This is no program of `tests/programs`: CPython tries some of them.

use std::path::Path;
use std::process::Command;

fn run(options: &[&str], mode: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = Command::new(env!("CARGO_BIN_EXE_taipan"))
        .args(options)
        .args([tests.join("refused_requests.py"), tests.join("refused_requests.txt"), mode.into()])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn huge_requests_are_refused_at_once() {
    assert_eq!(run(&["-I"], "unlimited"), "75 requests\n");
}

#[test]
fn growth_ends_at_the_limit_and_the_program_goes_on() {
    assert_eq!(run(&["-I", "-X", "memory=64m"], "limited"), "97 requests\n");
}
