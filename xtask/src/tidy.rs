//! `cargo xtask tidy`: the rules of STYLE.md that a program can check, over all tracked files.
//!
//! Each rule is a function from files to findings with its own tests. A finding may be excused by a line of
//! `xtask/allow.txt` that gives a reason; an excuse that excuses nothing is a finding itself.

pub mod allow;
pub mod arrows;
pub mod containers;
pub mod layout;
pub mod os_calls;
pub mod source;
pub mod unsafe_code;
pub mod words;

use source::SourceFile;
use std::fmt;
use std::path::Path;
use std::process::Command;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the rule, as used in `allow.txt`.
    pub rule: &'static str,
    /// Path of the file, relative to the workspace.
    pub path: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}", self.path, self.line, self.rule, self.message)
    }
}

/// Runs all rules and prints the findings; true when there is none.
pub fn main() -> Result<bool, String> {
    let findings = check(&crate::workspace())?;
    for finding in &findings {
        println!("{finding}");
    }
    let unsafes = unsafe_code::count(&tracked_files(&crate::workspace())?);
    println!("tidy: {} findings; {unsafes} unsafe blocks, implementations and public functions", findings.len());
    Ok(findings.is_empty())
}

/// All findings in the workspace at `root`.
pub fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let files = tracked_files(root)?;
    let excuses = files.iter().find(|file| file.path == allow::PATH).map_or("", |file| file.text.as_str());
    Ok(allow::apply(excuses, rules(&files)))
}

fn rules(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(arrows::arrows(files));
    findings.extend(layout::file_sizes(files));
    findings.extend(layout::file_heads(files));
    findings.extend(layout::file_names(files));
    findings.extend(containers::value_containers(files));
    findings.extend(containers::global_state(files));
    findings.extend(os_calls::os_calls(files));
    findings.extend(unsafe_code::invariants(files));
    findings.extend(words::workplace_words(files));
    findings.extend(words::unfinished_code(files));
    findings
}

/// Tracked files and new files that are not ignored, as text; binary files are left out.
fn tracked_files(root: &Path) -> Result<Vec<SourceFile>, String> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git ls-files: {error}"))?;
    if !listing.status.success() {
        return Err(String::from_utf8_lossy(&listing.stderr).into_owned());
    }
    let mut files = Vec::new();
    for path in listing.stdout.split(|&byte| byte == 0).filter(|path| !path.is_empty()) {
        let path = String::from_utf8_lossy(path).into_owned();
        // A file that was removed but not yet committed is still listed.
        if let Ok(bytes) = std::fs::read(root.join(&path))
            && let Ok(text) = String::from_utf8(bytes)
        {
            files.push(SourceFile::new(path, text));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_workspace_is_tidy() {
        let findings = super::check(&crate::workspace()).unwrap();
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }
}
