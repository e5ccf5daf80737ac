//! `-X dump_registers`: the register code of the programs in `tests/registers`, compared with the recorded text.
//!
//! `TAIPAN_BLESS=1` records it anew.

use std::path::Path;
use std::process::Command;

fn dump(program: &Path, option: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_taipan")).args(["-I", "-X", option]).arg(program).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn register_code_is_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registers");
    for name in ["loops", "handlers"] {
        let text = dump(&folder.join(name).with_extension("py"), "dump_registers");
        let recorded = folder.join(name).with_extension("txt");
        if std::env::var_os("TAIPAN_BLESS").is_some() {
            std::fs::write(&recorded, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&recorded).unwrap(), "{name}");
    }
}

#[test]
fn one_name_can_be_asked_for() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registers/loops.py");
    let text = dump(&program, "dump_registers=closure.<locals>.advance");
    assert!(text.starts_with("closure.<locals>.advance (line 11): "), "{text}");
    assert_eq!(text.matches(" locals, ").count(), 1, "{text}");
}
