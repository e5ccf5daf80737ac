//! The list of programs known to fail, with a reason each: `NAME: REASON`. It must stay true in both directions.

use super::Report;
use std::fmt;
use std::path::Path;

/// Name of the list inside the folder of the programs.
pub const FILE: &str = "expected_failures.txt";

/// The list, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    rows: Vec<(String, String)>,
}

impl Expected {
    /// Reads the list at `path`; a missing file is an empty list.
    pub fn load(path: &Path) -> Result<Expected, String> {
        match std::fs::read_to_string(path) {
            Ok(text) => Expected::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Expected::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Parses the list; a row without a reason is an error.
    pub fn parse(text: &str) -> Result<Expected, String> {
        let mut rows = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.split_once(": ") {
                Some((name, reason)) if !reason.trim().is_empty() => rows.push((name.to_string(), reason.to_string())),
                _ => return Err(format!("{FILE}: `{line}` is not `NAME: REASON`")),
            }
        }
        Ok(Expected { rows })
    }

    /// Failures that are not listed, and listed programs that pass.
    pub fn surprises(&self, reports: &[Report]) -> Vec<String> {
        let listed = |name: &str| self.rows.iter().any(|(row, _)| row == name);
        let unexpected = reports.iter().filter_map(|report| match &report.difference {
            Some(difference) if !listed(&report.name) => Some(format!("{} fails: {difference}", report.name)),
            None if listed(&report.name) => Some(format!("{} passes: remove it from {FILE}", report.name)),
            _ => None,
        });
        unexpected.collect()
    }

    /// Listed names that are no programs.
    pub fn strangers(&self, names: &[&str]) -> Vec<&str> {
        self.rows.iter().map(|(name, _)| name.as_str()).filter(|name| !names.contains(name)).collect()
    }

    /// Brings the list in line with `reports`; programs that did not run keep their rows, old reasons stay.
    pub fn record(&mut self, reports: &[Report]) {
        for report in reports {
            let at = self.rows.iter().position(|(name, _)| *name == report.name);
            match (&report.difference, at) {
                (None, Some(at)) => drop(self.rows.remove(at)),
                (Some(difference), None) => {
                    let reason: String = difference.chars().filter(|c| *c != '\n').take(160).collect();
                    self.rows.push((report.name.clone(), reason));
                }
                _ => {}
            }
        }
        self.rows.sort();
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Programs that do not yet behave as recorded: NAME: REASON")?;
        writeln!(f, "# A listed program that passes is an error: `cargo xtask programs --record-failures`.")?;
        self.rows.iter().try_for_each(|(name, reason)| writeln!(f, "{name}: {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str, difference: Option<&str>) -> Report {
        Report { name: name.to_string(), difference: difference.map(str::to_string) }
    }

    #[test]
    fn surprises_go_both_ways() {
        let list = Expected::parse("# note\na: no sockets\nb: no files\n").unwrap();
        let reports = [report("a", None), report("b", Some("x")), report("c", Some("y")), report("d", None)];
        let surprises = list.surprises(&reports);
        assert_eq!(surprises.len(), 2);
        assert!(surprises[0].contains("a passes") && surprises[1].contains("c fails: y"));
        assert_eq!(list.strangers(&["a", "c"]), ["b"]);
    }

    #[test]
    fn recording_makes_the_list_true_and_keeps_reasons() {
        let mut list = Expected::parse("a: old\nb: kept\nz: not run\n").unwrap();
        list.record(&[report("a", None), report("b", Some("x")), report("c", Some("why\nso"))]);
        assert_eq!(list, Expected::parse("b: kept\nc: whyso\nz: not run").unwrap());
        assert_eq!(Expected::parse(&list.to_string()).unwrap(), list);
    }

    #[test]
    fn a_reason_is_needed() {
        assert!(Expected::parse("a\n").is_err() && Expected::parse("a:\n").is_err());
    }
}
