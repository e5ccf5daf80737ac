//! The modules of the regression suite in groups: `[group]` lines followed by module names.

/// Pairs of group and module, in the order of the file.
pub fn parse(text: &str) -> Vec<(String, String)> {
    let (mut rows, mut group) = (Vec::new(), String::new());
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("").trim();
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => group = name.to_string(),
            None => rows.extend(line.split_whitespace().map(|module| (group.clone(), module.to_string()))),
        }
    }
    rows
}

/// Keeps the named groups or modules; a module outside the file forms the group `only`.
pub fn select(rows: Vec<(String, String)>, groups: &[String], only: &[String]) -> Vec<(String, String)> {
    if only.is_empty() {
        return rows.into_iter().filter(|(group, _)| groups.is_empty() || groups.contains(group)).collect();
    }
    let group = |module: &String| rows.iter().find(|(_, row)| row == module).map_or("only", |(group, _)| group);
    only.iter().map(|module| (group(module).to_string(), module.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_and_selected() {
        let rows = parse("# note\n[a]\nx y # z\n[b]\nw\n");
        let pair = |g: &str, m: &str| (g.to_string(), m.to_string());
        assert_eq!(rows, [pair("a", "x"), pair("a", "y"), pair("b", "w")]);
        assert_eq!(select(rows.clone(), &["b".to_string()], &[]), [pair("b", "w")]);
        let only = ["y".to_string(), "q".to_string()];
        assert_eq!(select(rows, &[], &only), [pair("a", "y"), pair("only", "q")]);
    }
}
