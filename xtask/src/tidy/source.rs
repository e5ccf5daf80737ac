//! A tracked file, and its Rust code with comments and literals blanked out.

/// A text file of the workspace.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the workspace, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// A file with this path and text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> SourceFile {
        SourceFile { path: path.into(), text: text.into() }
    }

    /// Whether this is Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether this file only serves tests (a `tests` folder, `tests.rs`, an example or a bench).
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || ["/tests/", "/examples/", "/benches/"].iter().any(|folder| self.path.contains(folder))
            || self.path.starts_with("tests/")
    }

    /// Name of the crate folder this file lies in (`crates/NAME/...`, `xtask`).
    pub fn crate_name(&self) -> Option<&str> {
        match self.path.strip_prefix("crates/") {
            Some(rest) => rest.split('/').next(),
            None => self.path.starts_with("xtask/").then_some("xtask"),
        }
    }

    /// The code lines, from 1, with comments, strings and char literals replaced by blanks.
    pub fn code_lines(&self) -> Vec<(usize, String)> {
        blank(&self.text).lines().enumerate().map(|(index, line)| (index + 1, line.to_string())).collect()
    }
}

/// Replaces comments and the insides of literals by blanks; newlines stay.
pub fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skip(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

/// The end of the comment or literal that begins at `at`, or `at`.
fn skip(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    match chars[at] {
        '/' if next(1) == '/' => (at..chars.len()).find(|&i| chars[i] == '\n').unwrap_or(chars.len()),
        '/' if next(1) == '*' => block_comment(chars, at),
        '"' => string(chars, at + 1),
        'r' if at == 0 || !is_word(chars[at - 1]) || chars[at - 1] == 'b' => raw_string(chars, at),
        '\'' if next(1) == '\\' => (at + 3..chars.len()).find(|&i| chars[i] == '\'').map_or(chars.len(), |end| end + 1),
        '\'' if next(2) == '\'' => at + 3,
        _ => at,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn block_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0usize);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => {
                (depth, at) = (depth - 1, at + 2);
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    chars.len()
}

fn string(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_string(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|&&c| c == '#').count();
    let mut at = start + 1 + hashes;
    if chars.get(at) != Some(&'"') {
        return start;
    }
    at += 1;
    while at < chars.len() {
        if chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked() {
        let code =
            "let a = \"x // y\"; // std::fs\nlet b = r#\"q\" z\"#; /* a /* b */ c */ let c = '\"'; let d = '\\'';";
        let blanked = blank(code);
        assert_eq!(blanked.lines().count(), 2);
        assert_eq!(blanked.split_whitespace().collect::<Vec<_>>().join(" "), "let a = ; let b = ; let c = ; let d = ;");
    }

    #[test]
    fn lifetimes_and_words_ending_in_r_are_code() {
        let code = "fn f<'a>(x: &'a str) { bar(\"s\"); for r in x {} }";
        assert_eq!(blank(code), code.replace("\"s\"", "   "));
    }

    #[test]
    fn unclosed_literals_end_at_the_end() {
        for code in ["\"abc", "r#\"abc\"", "/* abc", "'\\", "\"abc\\"] {
            assert_eq!(blank(code).trim(), "", "{code}");
        }
    }

    #[test]
    fn kinds_of_files() {
        let file = |path: &str| SourceFile::new(path, "");
        assert_eq!(file("crates/taipan-vm/src/lib.rs").crate_name(), Some("taipan-vm"));
        assert_eq!(file("xtask/src/lib.rs").crate_name(), Some("xtask"));
        assert!(file("crates/a/src/x/tests.rs").is_test() && file("tests/programs/a.py").is_test());
        assert!(!file("crates/a/src/contests.rs").is_test());
    }
}
