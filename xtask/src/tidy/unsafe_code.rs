//! Each `unsafe` names the invariant it rests on: blocks and implementations a `// SAFETY:` line, public functions a
//! `# Safety` section.

use super::Finding;
use super::source::SourceFile;

const RULE: &str = "unsafe-invariants";
/// A statement begins at most so many lines before an `unsafe` block in it.
const REACH: usize = 12;

/// What an `unsafe` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Block,
    Implementation,
    PublicFunction,
}

/// Finds `unsafe` without a word about why it is sound.
pub fn invariants(files: &[SourceFile]) -> Vec<Finding> {
    files.iter().filter(|file| file.is_rust()).flat_map(in_file).collect()
}

/// How many `unsafe` the rule looks at in `files`.
pub fn count(files: &[SourceFile]) -> usize {
    let in_line = |(_, line): (usize, String)| kinds(&line).len();
    files.iter().filter(|file| file.is_rust()).flat_map(|file| file.code_lines().into_iter().map(in_line)).sum()
}

fn in_file(file: &SourceFile) -> Vec<Finding> {
    let (code, text): (Vec<_>, Vec<&str>) = (file.code_lines(), file.text.lines().collect());
    let mut findings = Vec::new();
    for (number, line) in &code {
        for kind in kinds(line) {
            let (what, word) = match kind {
                Kind::Block => ("an unsafe block", "SAFETY:"),
                Kind::Implementation => ("an unsafe impl", "SAFETY:"),
                Kind::PublicFunction => ("an unsafe function", "# Safety"),
            };
            if !explained(&code, &text, number - 1, word) {
                let message = format!("{what} without its invariant: write a `{word}` line");
                findings.push(Finding { rule: RULE, path: file.path.clone(), line: *number, message });
            }
        }
    }
    findings
}

/// What the `unsafe` of a line of code begin.
fn kinds(line: &str) -> Vec<Kind> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("unsafe") {
        let whole = |c: char| !(c.is_alphanumeric() || c == '_');
        let (before, after) = (&line[..at], &line[at + "unsafe".len()..]);
        if !before.chars().next_back().is_none_or(whole) || !after.starts_with(' ') {
            continue;
        }
        let after = after.trim_start();
        if after.starts_with('{') {
            found.push(Kind::Block);
        } else if after.starts_with("impl") {
            found.push(Kind::Implementation);
        } else if after.starts_with("fn ") && before.trim_start().starts_with("pub") {
            found.push(Kind::PublicFunction);
        }
    }
    found
}

/// Whether `word` stands in the line with index `at`, or in the comments before the statement or item it belongs to.
fn explained(code: &[(usize, String)], text: &[&str], at: usize, word: &str) -> bool {
    if text[at].contains(word) {
        return true;
    }
    let mut in_comment = false;
    for index in (0..at).rev() {
        let (line, blanked) = (text[index].trim(), code[index].1.trim());
        let comment = line.starts_with("//");
        if comment && line.contains(word) {
            return true;
        }
        if comment {
            in_comment = true;
            continue;
        }
        let goes_on = blanked.starts_with("#[") || !blanked.is_empty() && !blanked.ends_with([';', '{', '}']);
        if in_comment || !goes_on || at - index > REACH {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        invariants(&[SourceFile::new("crates/a/src/b.rs", text)]).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn blocks_and_implementations_without_a_line_are_found() {
        assert_eq!(lines("fn f() {\n    unsafe { g() }\n}"), [2]);
        assert_eq!(lines("// about something else\nunsafe impl Send for A {}"), [2]);
        assert_eq!(lines("// SAFETY: a.\nfn f() {}\nlet x = unsafe { g() };"), [3]);
        assert_eq!(lines("// SAFETY: a.\nlet x = 1;\n// Two.\nlet y = unsafe { g() };"), [4]);
        assert_eq!(lines("/// Frees it.\npub unsafe fn free() {}"), [2]);
    }

    #[test]
    fn explained_ones_are_not() {
        for text in [
            "// SAFETY: a.\nunsafe { g() }",
            "// SAFETY: a\n// and b.\nlet x =\n    unsafe { g() };",
            "// SAFETY: a.\n#[cfg(unix)]\nunsafe impl Send for A {}",
            "let x = call(\n    // SAFETY: a.\n    unsafe { g() },\n);",
            "unsafe { g() } // SAFETY: a.",
            "/// Frees it.\n///\n/// # Safety\n/// Once.\npub unsafe fn free() {}",
            "let text = \"unsafe { }\"; // unsafe { }",
            "type F = unsafe fn(u32);\n#[unsafe(no_mangle)]\nfn not_unsafe() {}",
        ] {
            assert_eq!(lines(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn each_is_counted() {
        let files = [
            SourceFile::new("a.rs", "unsafe { a() }; unsafe { b() }\npub unsafe fn c() {}"),
            SourceFile::new("a.py", "unsafe {"),
        ];
        assert_eq!(count(&files), 3);
    }
}
