//! Small textual changes of library files.
//!
//! `edits.txt` consists of blocks: a line `@ PATH`, lines `-OLD` that must occur exactly once in the file, one after
//! the other, and lines `+NEW` that take their place. Lines starting with `#` are notes.

/// One block.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// The file that is changed.
    pub path: String,
    /// The text that goes, with line ends.
    pub old: String,
    /// The text that comes.
    pub new: String,
}

/// Parses `edits.txt`.
pub fn parse(text: &str) -> Result<Vec<Edit>, String> {
    let mut edits: Vec<Edit> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let wrong = || format!("edits.txt:{}: {line}", index + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(path) = line.strip_prefix("@ ") {
            edits.push(Edit { path: path.to_string(), ..Edit::default() });
            continue;
        }
        let edit = edits.last_mut().ok_or_else(wrong)?;
        if let Some(old) = line.strip_prefix('-') {
            edit.old.push_str(old);
            edit.old.push('\n');
        } else if let Some(new) = line.strip_prefix('+') {
            edit.new.push_str(new);
            edit.new.push('\n');
        } else {
            return Err(wrong());
        }
    }
    Ok(edits)
}

/// The file `source` after `edit`; an error if the old text is not there exactly once.
pub fn apply(edit: &Edit, source: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(source).map_err(|_| format!("{}: not UTF-8", edit.path))?;
    match text.matches(&edit.old).count() {
        _ if edit.old.is_empty() => Err(format!("edits.txt: nothing to replace in {}", edit.path)),
        1 => Ok(text.replacen(&edit.old, &edit.new, 1).into_bytes()),
        n => Err(format!("edits.txt: found {n} times in {}:\n{}", edit.path, edit.old)),
    }
}
