//! Requests for far more memory than there is (`refused_requests.txt`) are refused at once, and the program goes on.
//!
//! This is no program of `tests/programs`: CPython tries some of them.

use std::path::Path;
use std::process::Command;

#[test]
fn huge_requests_are_refused_at_once() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = Command::new(env!("CARGO_BIN_EXE_taipan"))
        .args(["-I", "-X", "memory=64m"])
        .args([tests.join("refused_requests.py"), tests.join("refused_requests.txt")])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "77 requests\n");
}
