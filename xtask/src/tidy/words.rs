//! Words that have no place in the files: where and by whom the work was done, and code that is not there yet.

use super::Finding;
use super::source::SourceFile;

/// Lower-case words about machines and tools of the workplace (spelled in parts, for this file is checked as well).
const WORKPLACE: &[&str] = &[
    concat!("/work", "/"),
    concat!("/ro", "ot/"),
    concat!("cla", "ude"),
    concat!("anthro", "pic"),
    concat!("chat", "gpt"),
    concat!("open", "ai"),
    concat!("co", "pilot"),
    concat!("sub", "agent"),
    concat!("language ", "model"),
    concat!("ai ", "assistant"),
    concat!("code", "x agent"),
];

/// Code that stands for code.
const UNFINISHED: &[&str] =
    &[concat!("to", "do!("), concat!("unimpl", "emented!("), concat!("#[ig", "nore"), concat!("dbg", "!(")];

/// Words about the workplace, in any tracked text file.
pub fn workplace_words(files: &[SourceFile]) -> Vec<Finding> {
    let own = files.iter().filter(|file| file.path != "Cargo.lock");
    own.flat_map(|file| search(file, "workplace", WORKPLACE, &file.text.to_lowercase())).collect()
}

/// Placeholders and switched-off tests in Rust code.
pub fn unfinished_code(files: &[SourceFile]) -> Vec<Finding> {
    let rust = files.iter().filter(|file| file.is_rust());
    rust.flat_map(|file| search(file, "unfinished", UNFINISHED, &super::source::blank(&file.text))).collect()
}

fn search(file: &SourceFile, rule: &'static str, words: &[&str], text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for word in words.iter().filter(|word| line.contains(**word)) {
            let message = format!("`{word}` does not belong here");
            findings.push(Finding { rule, path: file.path.clone(), line: index + 1, message });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workplace_words_are_found_in_any_case() {
        let file = SourceFile::new("README.md", format!("fine\nby Cla{}\n", "ude"));
        let findings = workplace_words(&[file]);
        assert_eq!(findings.iter().map(|f| f.line).collect::<Vec<_>>(), [2]);
        assert!(workplace_words(&[SourceFile::new("a.md", "the frame works / runs\nan open aim")]).is_empty());
    }

    #[test]
    fn placeholders_are_found_in_code_only() {
        let code = format!("fn f() {{ to{}() }}\n// to{}()\n", "do!", "do!");
        assert_eq!(unfinished_code(&[SourceFile::new("a.rs", code)]).len(), 1);
    }
}
