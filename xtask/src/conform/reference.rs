//! The tests that CPython passes: a module name, then lines `  CLASS: test test ...`.
//!
//! A test id is `CLASS.test`; ids with blanks or without a dot stand alone in lines `  = ID`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Tests by module, without the `test.MODULE.` prefix, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reference {
    modules: BTreeMap<String, Vec<String>>,
}

impl Reference {
    /// Parses the recorded form.
    pub fn parse(text: &str) -> Result<Reference, String> {
        let mut reference = Reference::default();
        let mut tests = None;
        for (index, line) in text.lines().enumerate() {
            let wrong = || format!("reference.txt:{}: {line}", index + 1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some(row) = line.strip_prefix("  ") else {
                tests = Some(reference.modules.entry(line.to_string()).or_default());
                continue;
            };
            let tests = tests.as_mut().ok_or_else(wrong)?;
            if let Some(id) = row.strip_prefix("= ") {
                tests.push(id.to_string());
            } else {
                let (class, names) = row.split_once(": ").ok_or_else(wrong)?;
                tests.extend(names.split(' ').map(|name| format!("{class}.{name}")));
            }
        }
        reference.modules.values_mut().for_each(|tests| tests.sort());
        Ok(reference)
    }

    /// The tests of `module`; none if it is not recorded.
    pub fn tests(&self, module: &str) -> &[String] {
        self.modules.get(module).map_or(&[], Vec::as_slice)
    }

    /// Whether `module` is recorded.
    pub fn contains(&self, module: &str) -> bool {
        self.modules.contains_key(module)
    }

    /// Records the passing tests of `module`.
    pub fn set(&mut self, module: &str, mut tests: Vec<String>) {
        tests.sort();
        self.modules.insert(module.to_string(), tests);
    }
}

impl Reference {
    /// The recorded form, below lines that say what it is.
    pub fn to_text(&self, head: &str) -> String {
        let mut text = format!("{head}\n");
        for (module, tests) in &self.modules {
            let _ = writeln!(text, "{module}");
            let mut classes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for test in tests {
                match test.rsplit_once('.') {
                    Some((class, name))
                        if !class.is_empty() && !test.contains([' ', ':']) && !class.starts_with('=') =>
                    {
                        classes.entry(class).or_default().push(name);
                    }
                    _ => {
                        let _ = writeln!(text, "  = {test}");
                    }
                }
            }
            for (class, names) in classes {
                let _ = writeln!(text, "  {class}: {}", names.join(" "));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut reference = Reference::default();
        let ids = ["A.b", "A.c", "f.<locals>.B.d", "plain", "A.with (blank)", "x.y: z", ".dot", "=.a"];
        reference.set("test_m", ids.iter().map(ToString::to_string).collect());
        reference.set("test_none", vec![]);
        let text = reference.to_text("# head");
        assert!(text.contains("  A: b c\n"), "{text}");
        assert_eq!(Reference::parse(&text), Ok(reference));
    }

    #[test]
    fn rows_need_a_module() {
        assert!(Reference::parse("  A: b").is_err() && Reference::parse("m\n  what").is_err());
    }
}
