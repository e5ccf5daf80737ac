//! `cargo xtask startup-order --program PROGRAM FILE...`: writes `crates/taipan-cli/startup.ld`, the linker script that puts the
//! functions of every start side by side, from what `valgrind --tool=callgrind --demangle=no` has recorded of some starts of
//! the program.
//!
//! Names are kept without the hash at their end, which changes with dependencies; but where a name stands for many functions
//! (instances of a generic one) of which a start calls few, those few come with their hash, and the others behind all that is
//! called, where they cost nothing as long as the hashes hold. A pattern that matches nothing does nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const HEAD: &str = "\
/* Written by `cargo xtask startup-order`: the functions that every start calls lie side by side, so that a start maps a
   quarter of the code. Patterns that match nothing do nothing. */
SECTIONS
{
  .init : ALIGN(4096) { KEEP(*(.init)) }
  .fini : { KEEP(*(.fini)) }
  .plt : { *(.plt) }
  .text.startup_order :
  {
    *crt1.o(.text)
";
const TAIL: &str = "  }\n}\nINSERT BEFORE .text;\n";

/// Runs the task.
///
/// # Errors
/// What reading and writing the files, or `nm`, reports.
pub fn main(arguments: &[String]) -> Result<bool, String> {
    let [option, program, files @ ..] = arguments else { return Err("which program, and which files?".to_string()) };
    if option != "--program" || files.is_empty() {
        return Err("startup-order --program PROGRAM FILE...".to_string());
    }
    let output = Command::new("nm").args(["-S", program]).output().map_err(|error| format!("nm: {error}"))?;
    let mut called = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        called.extend(text.lines().filter_map(function_name).map(str::to_string));
    }
    let output = String::from_utf8_lossy(&output.stdout);
    let functions = functions(&output);
    add_aliases(&mut called, &functions);
    let (names, others) = patterns(&called, &functions);
    let path = crate::workspace().join("crates/taipan-cli/startup.ld");
    std::fs::write(&path, script(&names, &others)).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{} functions", names.len());
    Ok(true)
}

/// A function of the program.
#[derive(Debug, PartialEq, Eq)]
struct Function<'a> {
    name: &'a str,
    address: u64,
    size: u64,
}

/// The functions in what `nm -S` prints.
fn functions(table: &str) -> Vec<Function<'_>> {
    let row = |line: &'_ str| -> Option<(usize, u64, u64)> {
        let mut fields = line.split_whitespace();
        let (address, size, kind, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        matches!(kind, "t" | "T").then_some(())?;
        let (address, size) = (u64::from_str_radix(address, 16).ok()?, u64::from_str_radix(size, 16).ok()?);
        Some((line.len() - name.len(), address, size))
    };
    let rows = table.lines().filter_map(|line| row(line).map(|row| (line, row)));
    rows.map(|(line, (at, address, size))| Function { name: &line[at..], address, size }).collect()
}

/// Equal functions are one function with several names, of which the recording knows only one.
fn add_aliases(called: &mut BTreeSet<String>, functions: &[Function<'_>]) {
    let addresses: BTreeSet<u64> =
        functions.iter().filter(|function| called.contains(function.name)).map(|function| function.address).collect();
    let aliases = functions.iter().filter(|function| addresses.contains(&function.address));
    called.extend(aliases.map(|function| function.name.to_string()));
}

/// What the linker script names: patterns of names, or names where a pattern would take much that is not called; and then the
/// patterns of the latter.
fn patterns(called: &BTreeSet<String>, functions: &[Function<'_>]) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut sizes: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for Function { name, size, .. } in functions {
        let Some(pattern) = pattern(name) else { continue };
        let (all, used) = sizes.entry(pattern).or_default();
        *all += size;
        if called.contains(*name) {
            *used += size;
        }
    }
    let mut names = BTreeSet::from(["main".to_string()]);
    let mut others = BTreeSet::new();
    for name in called {
        let Some(pattern) = pattern(name) else { continue };
        let few = sizes.get(&pattern).is_some_and(|(all, used)| used * 2 < *all);
        if few {
            names.insert(format!("{}*", name.split(".llvm.").next().unwrap_or(name)));
            others.insert(pattern);
        } else {
            names.insert(pattern);
        }
    }
    (names, others)
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
        return Some(format!("{}*", name.split(".llvm.").next().unwrap_or(name)));
    }
    let at = name.rfind("17h")?;
    let hash = name.get(at + 3..at + 19)?;
    let is_rust = name.starts_with("_ZN") && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_rust.then(|| format!("{}17h*", &name[..at]))
}

fn script(names: &BTreeSet<String>, others: &BTreeSet<String>) -> String {
    let mut out = String::from(HEAD);
    for name in names.iter().chain(others) {
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
        let table = "0000000000000010 0000000000000100 t _ZN1a17h00000000000000aaE\n\
                     0000000000000110 0000000000000300 T _ZN1a17h00000000000000bbE.llvm.5\n\
                     0000000000000110 r _ZN1c17h00000000000000bbE\n";
        let table = functions(table);
        assert_eq!(
            table.iter().map(|function| (function.address, function.size)).collect::<Vec<_>>(),
            [(16, 256), (272, 768)]
        );
        let few = BTreeSet::from([table[0].name.to_string()]);
        let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<BTreeSet<_>>();
        let expected = (set(&["_ZN1a17h00000000000000aaE*", "main"]), set(&["_ZN1a17h*"]));
        assert_eq!(patterns(&few, &table), expected);
        let most = BTreeSet::from([table[1].name.to_string()]);
        assert_eq!(patterns(&most, &table), (set(&["_ZN1a17h*", "main"]), set(&[])));
        let aliases = functions("10 20 t one\n10 20 t two\n30 20 t three\n");
        let mut called = BTreeSet::from(["two".to_string()]);
        add_aliases(&mut called, &aliases);
        assert_eq!(called, BTreeSet::from(["one", "two"].map(str::to_string)));
        let names = BTreeSet::from(["_ZN1a17h*".to_string()]);
        assert!(
            script(&names, &BTreeSet::new())
                .contains("    *(.text._ZN1a17h* .text.unlikely._ZN1a17h*)\n  }\n}\nINSERT BEFORE .text;")
        );
    }
}
