//! `cargo xtask startup-order FILE...`: writes `crates/taipan-cli/startup.ld`, the linker script that puts the functions of
//! every start side by side, from what `valgrind --tool=callgrind --demangle=no` has recorded of some starts.
//!
//! Names are kept without the hash at their end: it changes with every dependency. A pattern that matches nothing does
//! nothing.

use std::collections::BTreeSet;

const HEAD: &str = "\
/* Written by `cargo xtask startup-order`: the functions that every start calls lie side by side, so that a start maps a
   quarter of the code. Patterns that match nothing do nothing. */
SECTIONS
{
  .text.startup_order : ALIGN(4096)
  {
";
const TAIL: &str = "  }\n}\nINSERT BEFORE .text;\n";

/// Runs the task.
///
/// # Errors
/// What reading and writing the files reports.
pub fn main(files: &[String]) -> Result<bool, String> {
    if files.is_empty() {
        return Err("which files of callgrind?".to_string());
    }
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        names.extend(text.lines().filter_map(function_name).filter_map(pattern));
    }
    let path = crate::workspace().join("crates/taipan-cli/startup.ld");
    std::fs::write(&path, script(&names)).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{} functions", names.len());
    Ok(true)
}

/// The mangled name in a line `fn=(id) name` or `cfn=(id) name`, without the mark of a recursive call.
fn function_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn="))?;
    let (_, name) = rest.split_once(") ")?;
    Some(name.split('\'').next().unwrap_or(name))
}

/// The name of a Rust function with a `*` for its hash, and for what the optimiser adds behind. Names in the newer form, which
/// the standard library has, end without a hash.
fn pattern(name: &str) -> Option<String> {
    if name.starts_with("_R") {
        return Some(format!("{name}*"));
    }
    let at = name.rfind("17h")?;
    let hash = name.get(at + 3..at + 19)?;
    let is_rust = name.starts_with("_ZN") && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_rust.then(|| format!("{}17h*", &name[..at]))
}

fn script(names: &BTreeSet<String>) -> String {
    let mut out = String::from(HEAD);
    for name in names {
        out.push_str(&format!("    *(.text.{name} .text.unlikely.{name})\n"));
    }
    out.push_str(TAIL);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_names_without_their_hash() {
        let line = "cfn=(12) _ZN9taipan_vm2vm3run17h0123456789abcdefE.llvm.7'2";
        assert_eq!(function_name(line).and_then(pattern).as_deref(), Some("_ZN9taipan_vm2vm3run17h*"));
        assert_eq!(function_name("fn=(3) malloc").and_then(pattern), None);
        assert_eq!(function_name("fn=(3) _RNvCs1_3std1f").and_then(pattern).as_deref(), Some("_RNvCs1_3std1f*"));
        assert_eq!(function_name("calls=1 2"), None);
        let names = BTreeSet::from(["_ZN1a17h*".to_string()]);
        assert!(
            script(&names).contains("    *(.text._ZN1a17h* .text.unlikely._ZN1a17h*)\n  }\n}\nINSERT BEFORE .text;")
        );
    }
}
