//! Sources and trees that nest 100,000 deep (`tests/oracle/deep_nesting.py`, a selection of its kinds) end in a result or
//! an exception, never in a crash.
//!
//! This is no program of `tests/programs`: CPython itself does not survive it.

use std::path::Path;
use std::process::Command;

#[test]
fn deep_nesting_never_crashes() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle/deep_nesting.py");
    let mut command = Command::new(env!("CARGO_BIN_EXE_taipan"));
    let output = command.args(["-I", "-W", "ignore"]).arg(script).arg("--gate").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "sources: no crash\ntrees: no crash\nobjects: no crash\n");
}
