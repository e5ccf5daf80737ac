//! Excuses: lines `RULE PATH REASON...` of `xtask/allow.txt`. A path ending in `/` covers a folder.

use super::Finding;

/// Where the excuses stand.
pub const PATH: &str = "xtask/allow.txt";

/// Removes excused findings; adds one for each excuse without a reason or without use.
pub fn apply(excuses: &str, findings: Vec<Finding>) -> Vec<Finding> {
    let mut left = findings;
    let mut extra = Vec::new();
    for (index, line) in excuses.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let (rule, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let mut complain = |message: String| {
            extra.push(Finding { rule: "allow", path: PATH.to_string(), line: index + 1, message });
        };
        if words.count() < 3 {
            complain("an excuse is `RULE PATH REASON`, the reason at least three words".to_string());
            continue;
        }
        let before = left.len();
        left.retain(|finding| !(finding.rule == rule && covers(path, &finding.path)));
        if left.len() == before {
            complain(format!("`{rule} {path}` excuses nothing: remove it"));
        }
    }
    left.extend(extra);
    left
}

fn covers(pattern: &str, path: &str) -> bool {
    pattern == path || (pattern.ends_with('/') && path.starts_with(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(path: &str) -> Finding {
        Finding { rule: "size", path: path.to_string(), line: 0, message: String::new() }
    }

    #[test]
    fn an_excuse_covers_a_file_or_a_folder() {
        let findings = vec![finding("a/b.rs"), finding("a/c/d.rs"), finding("e.rs")];
        let left = apply("# note\nsize a/c/ it is a table\nsize e.rs for a reason\n", findings);
        assert_eq!(left, [finding("a/b.rs")]);
    }

    #[test]
    fn useless_and_unreasoned_excuses_are_findings() {
        let left = apply("size x.rs\nsize y.rs it was long once\n", vec![]);
        assert_eq!(left.iter().map(|f| (f.rule, f.line)).collect::<Vec<_>>(), [("allow", 1), ("allow", 2)]);
    }

    #[test]
    fn another_rule_is_not_excused() {
        assert_eq!(apply("names a.rs for some reason", vec![finding("a.rs")]).len(), 2);
    }
}
