//! A signal ends native operations that run for long (`interrupted_natives.txt`); one whose handler returns disturbs none.
//!
//! This is no program of `tests/programs`: CPython looks for signals in few of them.

use std::path::Path;
use std::process::Command;

#[test]
fn signals_end_long_native_operations() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let output = Command::new(env!("CARGO_BIN_EXE_taipan"))
        .arg("-I")
        .args([tests.join("interrupted_natives.py"), tests.join("interrupted_natives.txt")])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "86 operations\n");
}
