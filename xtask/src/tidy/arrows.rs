//! Crates use only what lies below them: the arrows of ARCHITECTURE.md, read from the `Cargo.toml` files.
//!
//! Development dependencies are free, for tests may look at everything.

use super::Finding;
use super::source::SourceFile;

/// Each crate with the crates of the workspace that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("taipan-text", &[]),
    ("taipan-decimal", &[]),
    ("taipan-xml", &[]),
    ("taipan-ffi", &[]),
    ("taipan-sre", &["taipan-text"]),
    ("taipan-bytecode", &[]),
    ("taipan-syntax", &["taipan-text"]),
    ("taipan-heap", &[]),
    ("taipan-compiler", &["taipan-syntax", "taipan-bytecode"]),
    ("taipan-vm", &["taipan-syntax", "taipan-bytecode", "taipan-compiler", "taipan-heap", "taipan-text", "taipan-sre"]),
    (
        "taipan-stdlib",
        &[
            "taipan-vm",
            "taipan-syntax",
            "taipan-bytecode",
            "taipan-compiler",
            "taipan-heap",
            "taipan-text",
            "taipan-decimal",
            "taipan-sre",
            "taipan-xml",
            "taipan-ffi",
        ],
    ),
    ("taipan-jit", &["taipan-vm", "taipan-bytecode", "taipan-heap"]),
    ("taipan", &["taipan-vm", "taipan-stdlib", "taipan-jit", "taipan-compiler", "taipan-bytecode"]),
    ("taipan-cli", &["taipan"]),
    ("taipan-fuzz", &["taipan-vm", "taipan-compiler", "taipan-syntax", "taipan-bytecode"]),
    ("xtask", &[]),
];

/// Finds dependencies that point up or sideways, and crates that have no place in the map.
pub fn arrows(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let mut complain = |message: String| {
            findings.push(Finding { rule: "arrows", path: file.path.clone(), line: 0, message });
        };
        let Ok(manifest) = file.text.parse::<toml::Table>() else {
            complain("not valid TOML".to_string());
            continue;
        };
        let Some(name) = manifest.get("package").and_then(|package| package.get("name")?.as_str()) else { continue };
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            complain(format!("crate {name} has no row in xtask/src/tidy/arrows.rs"));
            continue;
        };
        for used in used_crates(&manifest) {
            if ARROWS.iter().any(|(known, _)| *known == used) && !allowed.contains(&used.as_str()) {
                complain(format!("{name} must not use {used}: arrows point down only"));
            }
        }
    }
    findings
}

/// Names under `dependencies` and `build-dependencies`, for all targets.
fn used_crates(manifest: &toml::Table) -> Vec<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = std::iter::once(manifest)
        .chain(targets.into_iter().flat_map(|table| table.values().filter_map(toml::Value::as_table)));
    let mut used = Vec::new();
    for table in tables {
        for section in ["dependencies", "build-dependencies"] {
            let Some(rows) = table.get(section).and_then(toml::Value::as_table) else { continue };
            for (key, row) in rows {
                let renamed = row.get("package").and_then(toml::Value::as_str);
                used.push(renamed.unwrap_or(key).to_string());
            }
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(manifest: &str) -> Vec<String> {
        arrows(&[SourceFile::new("crates/x/Cargo.toml", manifest)]).into_iter().map(|f| f.message).collect()
    }

    #[test]
    fn down_is_fine() {
        let text = "[package]\nname = 'taipan-vm'\n[dependencies]\ntaipan-heap.workspace = true\nlibc = '0.2'";
        assert!(check(text).is_empty());
    }

    #[test]
    fn up_sideways_and_hidden_arrows_are_found() {
        let up = "[package]\nname = 'taipan-heap'\n[dependencies]\ntaipan-vm = { path = '../taipan-vm' }";
        assert_eq!(check(up), ["taipan-heap must not use taipan-vm: arrows point down only"]);
        let renamed = "[package]\nname = 'taipan-jit'\n[dependencies]\nlib = { package = 'taipan-stdlib', path = '' }";
        assert_eq!(check(renamed).len(), 1);
        let target =
            "[package]\nname = 'taipan-syntax'\n[target.'cfg(unix)'.build-dependencies]\ntaipan-bytecode = '1'";
        assert_eq!(check(target).len(), 1);
    }

    #[test]
    fn tests_may_use_all() {
        assert!(check("[package]\nname = 'taipan-heap'\n[dev-dependencies]\ntaipan-vm = '1'").is_empty());
    }

    #[test]
    fn unknown_crates_and_broken_manifests_are_found() {
        assert_eq!(check("[package]\nname = 'taipan-extra'").len(), 1);
        assert_eq!(check("[package\n"), ["not valid TOML"]);
    }
}
