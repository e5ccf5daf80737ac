//! A heap value lives in native locals, on the VM stack or in a traced field: never in a Rust container or a global.
//!
//! The collector scans stacks and traced objects; a value inside a malloc buffer or a static is invisible to it and
//! would dangle after the next collection.

use super::Finding;
use super::source::SourceFile;

/// Crates that see values. The heap itself, and the crates below it, have none.
const CRATES: &[&str] = &["taipan-vm", "taipan-stdlib", "taipan-jit", "taipan", "taipan-cli"];

/// Containers that keep their elements where the collector does not look.
const CONTAINERS: &[&str] = &[
    "Vec",
    "VecDeque",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "Box",
    "Rc",
    "Arc",
    "Mutex",
    "RwLock",
    "OnceLock",
    "LazyLock",
    "SmallVec",
    "ArrayVec",
    "IndexMap",
];

/// The types that name heap objects.
const VALUES: &[&str] = &["Value", "Gc"];

/// Rust containers of values in the crates above the heap.
pub fn value_containers(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && sees_values(file)) {
        for (line, code) in file.code_lines() {
            if let Some(container) = container_of_value(&code) {
                findings.push(Finding {
                    rule: "containers",
                    path: file.path.clone(),
                    line,
                    message: format!(
                        "{container} of values is invisible to the collector: use ValueVec, Root or a traced field"
                    ),
                });
            }
        }
    }
    findings
}

fn sees_values(file: &SourceFile) -> bool {
    file.crate_name().is_some_and(|name| CRATES.contains(&name))
}

/// The name of a container type in `code` whose arguments mention a value type.
fn container_of_value(code: &str) -> Option<&'static str> {
    CONTAINERS.iter().copied().find(|container| {
        code.match_indices(container).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + container.len()..].trim_start_matches("::");
            !before.is_some_and(is_word) && after.starts_with('<') && mentions_value(arguments(after))
        })
    })
}

/// The text between `<` at the start and its matching `>`.
fn arguments(text: &str) -> &str {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if text[..at].ends_with('-') => {}
            '>' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &text[1..at];
                }
            }
            _ => {}
        }
    }
    text
}

fn mentions_value(text: &str) -> bool {
    // A function that takes values holds none.
    if text.contains("Fn(")
        || text.contains("FnMut(")
        || text.contains("FnOnce(")
        || text.trim_start().starts_with("fn(")
    {
        return false;
    }
    text.split(|c| !is_word(c)).any(|word| VALUES.contains(&word))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `static mut`, `thread_local!` and lazily filled statics: interpreters share nothing mutable.
pub fn global_state(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        for (line, code) in file.code_lines() {
            let code = code.trim_start();
            let words: Vec<&str> = code.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
            let is_static = words.contains(&"static") && code.contains(':') && !code.contains("'static");
            let mutable = ["Mutex", "RwLock", "RefCell", "Cell", "OnceLock", "OnceCell", "UnsafeCell"];
            // Tasks of the project hold no interpreter, but `static mut` is wrong everywhere.
            let shared = file.crate_name() != Some("xtask");
            let what = if words.windows(2).any(|pair| pair == ["static", "mut"]) {
                "static mut"
            } else if shared && words.contains(&"thread_local") {
                "thread_local"
            } else if shared && is_static && words.iter().any(|word| mutable.contains(word)) {
                "a static with interior mutability"
            } else if shared && is_static && words.iter().any(|word| word.starts_with("Atomic")) {
                "a static atomic"
            } else {
                continue;
            };
            findings.push(Finding {
                rule: "globals",
                path: file.path.clone(),
                line,
                message: format!("{what}: state belongs to an interpreter, not to the process"),
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn containers(code: &str) -> usize {
        value_containers(&[SourceFile::new("crates/taipan-vm/src/x.rs", code)]).len()
    }

    fn globals(code: &str) -> usize {
        global_state(&[SourceFile::new("crates/taipan-vm/src/x.rs", code)]).len()
    }

    #[test]
    fn containers_of_values_are_found() {
        for code in [
            "let v: Vec<Value> = x;",
            "x.collect::<Vec<Value>>()",
            "Vec::<Value>::new()",
            "a: HashMap<String, Value>,",
            "b: Box<[Value]>",
            "c: Vec<(usize, Gc<List>)>",
            "d: Rc<RefCell<Option<Gc<Dict>>>>",
            "e: VecDeque<Value>",
            "f: std::sync::Mutex<Value>",
            "g: Vec<Option<value::Value>>",
        ] {
            assert_eq!(containers(code), 1, "{code}");
        }
    }

    #[test]
    fn innocent_code_passes() {
        for code in [
            "let v: ValueVec = x;",
            "let v: Vec<ValueKind> = x;",
            "Root<Value>",
            "// Vec<Value> is banned",
            "\"Vec<Value>\"",
            "a: &mut [Value]",
            "fn f() -> Vec<u8> { g::<Value>() }",
            "MyVec<Value>",
            "Box<dyn FnMut(Value)>",
        ] {
            assert_eq!(containers(code), 0, "{code}");
        }
    }

    #[test]
    fn crates_below_the_heap_have_values_of_their_own() {
        assert!(value_containers(&[SourceFile::new("crates/taipan-heap/src/x.rs", "Vec<Value>")]).is_empty());
    }

    #[test]
    fn global_state_is_found() {
        for code in [
            "static mut COUNT: u32 = 0;",
            "thread_local! { static X: u32 = 0; }",
            "static CACHE: OnceLock<Table> = OnceLock::new();",
            "pub static NEXT: AtomicU64 = AtomicU64::new(0);",
            "static X: Mutex<u8> = Mutex::new(0);",
        ] {
            assert_eq!(globals(code), 1, "{code}");
        }
        for code in ["static NAMES: &[&str] = &[];", "fn f(x: &'static Cell<u8>) {}", "let x = Mutex::new(0);"] {
            assert_eq!(globals(code), 0, "{code}");
        }
    }
}
