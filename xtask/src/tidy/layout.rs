//! Sizes, heads and names of source files.

use super::Finding;
use super::source::SourceFile;

const MAX_LINES: usize = 1500;

/// Names that say nothing about what a file holds.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "misc", "helper", "helpers"];

/// Files longer than 1,500 lines, tables excepted.
pub fn file_sizes(files: &[SourceFile]) -> Vec<Finding> {
    let long = files.iter().filter(|file| file.is_rust() && !is_table(&file.path));
    long.filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > MAX_LINES).then(|| Finding {
            rule: "size",
            path: file.path.clone(),
            line: 0,
            message: format!("{lines} lines, the limit is {MAX_LINES}: split it by what it is about"),
        })
    })
    .collect()
}

/// Generated or tabular data, named so.
fn is_table(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or("").trim_end_matches(".rs");
    name == "ops"
        || name.starts_with("tables")
        || name.ends_with("_table")
        || name.ends_with("_tables")
        || parts.any(|folder| folder == "data")
}

/// Rust files whose first line is not a `//!` head. A `foo/tests.rs` is about the tests of `foo`: its name says all.
pub fn file_heads(files: &[SourceFile]) -> Vec<Finding> {
    let rust = files.iter().filter(|file| file.is_rust() && !file.path.ends_with("/tests.rs"));
    rust.filter(|file| !has_head(&file.text))
        .map(|file| Finding {
            rule: "head",
            path: file.path.clone(),
            line: 1,
            message: "begins without a `//!` sentence that says what the file is about".to_string(),
        })
        .collect()
}

fn has_head(text: &str) -> bool {
    text.lines().next().and_then(|line| line.strip_prefix("//!")).is_some_and(|head| head.trim().len() >= 5)
}

/// `mod.rs`, and names such as `util` or `helpers`.
pub fn file_names(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let mut complain = |message: String| {
            findings.push(Finding { rule: "name", path: file.path.clone(), line: 0, message });
        };
        if file.path.ends_with("/mod.rs") {
            complain("no mod.rs: use `foo.rs` beside `foo/`".to_string());
        }
        for part in file.path.trim_end_matches(".rs").split('/') {
            if part.split('_').any(|word| EMPTY_NAMES.contains(&word)) {
                complain(format!("`{part}` does not say what is inside"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile::new(path, text)
    }

    #[test]
    fn long_files_are_found_but_tables_are_not() {
        let long = "x\n".repeat(MAX_LINES + 1);
        assert_eq!(file_sizes(&[file("a/b.rs", &long)]).len(), 1);
        for path in ["a/ops.rs", "a/tables_east.rs", "a/case_table.rs", "a/data/x.rs", "a/b.py"] {
            assert!(file_sizes(&[file(path, &long)]).is_empty(), "{path}");
        }
        assert!(file_sizes(&[file("a/b.rs", &"x\n".repeat(MAX_LINES))]).is_empty());
    }

    #[test]
    fn heads_must_be_sentences_on_the_first_line() {
        assert!(file_heads(&[file("a.rs", "//! What this is.\n"), file("a/tests.rs", "")]).is_empty());
        for text in ["", "fn f() {}", "//!\n//! Later.", "// Plain comment here\n", "//! x.", "//!"] {
            assert_eq!(file_heads(&[file("a.rs", text)]).len(), 1, "{text}");
        }
    }

    #[test]
    fn empty_names_are_found() {
        for path in ["a/mod.rs", "a/util.rs", "a/str_utils.rs", "a/helpers/x.rs", "a/common.rs"] {
            assert_eq!(file_names(&[file(path, "")]).len(), 1, "{path}");
        }
        assert!(file_names(&[file("a/commonmark.rs", ""), file("a/mode.rs", "")]).is_empty());
    }
}
