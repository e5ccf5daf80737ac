//! The system is reached through the host of an interpreter, so that a sandbox can refuse and a limit can hold.

use super::Finding;
use super::source::SourceFile;

/// What only the host implementation may name.
const DOORS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::time",
    "std::process",
    "std::os",
    "std::thread::sleep",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "libc::",
    "rustix::",
    "nix::",
];

/// What looks like a door and is none.
const DATA: &[&str] = &[
    "std::time::Duration",
    "std::env::consts",
    "std::os::unix::ffi",
    "libc::major(",
    "libc::minor(",
    "libc::makedev(",
];

/// Files that are the host, the page source of the heap, its stack scan, or the program itself.
fn may_call(file: &SourceFile) -> bool {
    let path = file.path.as_str();
    path.starts_with("crates/taipan-vm/src/host/")
        || path == "crates/taipan-vm/src/host.rs"
        || path.starts_with("crates/taipan-vm/src/host_")
        || matches!(
            path,
            "crates/taipan-heap/src/page_source.rs"
                | "crates/taipan-heap/src/address_space.rs"
                | "crates/taipan-heap/src/stack_scan.rs"
                | "crates/taipan-cli/src/main.rs"
        )
        || path.ends_with("/build.rs")
        || path.starts_with("xtask/")
        || file.is_test()
}

/// Direct calls of the operating system outside the host.
pub fn os_calls(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !may_call(file)) {
        for (line, code) in code_outside_tests(file) {
            for door in DOORS {
                if names(&code, door) {
                    findings.push(Finding {
                        rule: "os",
                        path: file.path.clone(),
                        line,
                        message: format!("{} goes through the host of the interpreter", door.trim_end_matches("::")),
                    });
                }
            }
        }
    }
    findings
}

/// The code lines before a `#[cfg(test)]` module inside the file.
fn code_outside_tests(file: &SourceFile) -> Vec<(usize, String)> {
    let lines = file.code_lines();
    let end = lines
        .windows(2)
        .position(|pair| pair[0].1.trim() == "#[cfg(test)]" && pair[1].1.trim_start().starts_with("mod "))
        .unwrap_or(lines.len());
    lines.into_iter().take(end).collect()
}

/// Plain data, no call: `std::time::Duration`, `std::env::consts`, byte strings of the system, C types and constants,
/// and the arithmetic on device numbers.
fn is_data(path: &str) -> bool {
    let constant = |name: &str| {
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        name.starts_with("c_") || (!name.is_empty() && name.chars().all(|c| !c.is_lowercase()))
    };
    DATA.iter().any(|data| path.starts_with(data)) || path.strip_prefix("libc::").is_some_and(constant)
}

/// Whether `code` names the path `door`, also inside a braced `use std::{...}`.
fn names(code: &str, door: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let found = code.match_indices(door).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + door.len()..].chars().next();
        !before.is_some_and(|c| is_word(c) || c == ':')
            && (door.ends_with("::") || !after.is_some_and(is_word))
            && !is_data(&code[at..])
    });
    if found {
        return true;
    }
    let (Some(module), Some(list)) = (door.strip_prefix("std::"), code.trim_start().strip_prefix("use std::{")) else {
        return false;
    };
    list.split([',', '}']).any(|item| {
        let item = item.trim();
        item != "time::Duration"
            && (item == module || item.strip_prefix(module).is_some_and(|rest| rest.starts_with("::")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, code: &str) -> usize {
        os_calls(&[SourceFile::new(path, code)]).len()
    }

    #[test]
    fn calls_outside_the_host_are_found() {
        for code in [
            "use std::fs;",
            "std::env::var(\"X\")",
            "use std::{fmt, fs::File};",
            "use std::{env};",
            "std::time::Instant::now()",
            "libc::getpid()",
        ] {
            assert_eq!(count("crates/taipan-stdlib/src/os.rs", code), 1, "{code}");
        }
    }

    #[test]
    fn hosts_tests_and_data_pass() {
        for path in ["crates/taipan-vm/src/host/os.rs", "crates/taipan-vm/src/host.rs", "crates/taipan-cli/src/main.rs"]
        {
            assert_eq!(count(path, "use std::fs;"), 0, "{path}");
        }
        for code in [
            "use std::fmt;",
            "use std::time::Duration;",
            "use std::{fmt, time::Duration};",
            "// std::fs",
            "mystd::fs()",
            "libc::SIGINT as libc::c_int",
            "#[cfg(test)]\nmod tests {\n std::fs::read(x) }",
        ] {
            assert_eq!(count("crates/taipan-vm/src/x.rs", code), 0, "{code}");
        }
        assert_eq!(count("crates/taipan-vm/src/hostile.rs", "use std::fs;"), 1);
    }
}
