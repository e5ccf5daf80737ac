//! Modules of CPython's suite, each run plainly and with options of the heap, compared test by test.
//!
//! With a log what has been compared is kept: a run that was interrupted goes on behind the last module it finished.

use crate::conform::{ModuleRun, Suite};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Seconds that a module may take without options.
const PLAIN_SECONDS: u64 = 600;
/// What begins the line of a module in a log.
const MODULE: &str = "== ";

/// What is compared, and how.
pub(super) struct Comparison {
    /// The interpreter.
    pub(super) python: PathBuf,
    /// The folder that holds CPython's package `test`.
    pub(super) tests: PathBuf,
    /// The options of the second run.
    pub(super) options: String,
    /// Seconds that a module may take with them.
    pub(super) seconds: u64,
    /// Where to keep results.
    pub(super) log: Option<PathBuf>,
}

/// One module, compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    module: String,
    /// Tests that pass plainly and with the options.
    passing: [usize; 2],
    seconds: [f64; 2],
    /// The tests that pass in one run only, with what came of them in the other.
    differences: Vec<String>,
}

impl Comparison {
    /// Compares the modules that are not in the log yet, one after the other; rows of all of them.
    pub(super) fn run(&self, modules: &[String]) -> Result<Vec<Row>, String> {
        let mut rows = match &self.log {
            Some(path) => parse(&std::fs::read_to_string(path).unwrap_or_default()),
            None => Vec::new(),
        };
        for module in modules {
            if rows.iter().any(|row| row.module == *module) {
                continue;
            }
            let row = self.compare(module)?;
            print!("{}", row.text());
            if let Some(path) = &self.log {
                append(path, &row.text()).map_err(|error| format!("{}: {error}", path.display()))?;
            }
            rows.push(row);
        }
        rows.retain(|row| modules.contains(&row.module));
        Ok(rows)
    }

    fn compare(&self, module: &str) -> Result<Row, String> {
        let run = |options: Option<String>, seconds: u64| {
            let limit = Duration::from_secs(seconds);
            let suite = Suite {
                python: self.python.clone(),
                tests: self.tests.clone(),
                limit,
                recording: false,
                renamed: false,
                options,
            };
            suite.run(module)
        };
        let (plain, other) = (run(None, PLAIN_SECONDS)?, run(Some(self.options.clone()), self.seconds)?);
        Ok(Row {
            module: module.to_owned(),
            passing: [plain.passing().count(), other.passing().count()],
            seconds: [plain.seconds, other.seconds],
            differences: differing(&plain, &other),
        })
    }
}

impl Row {
    fn text(&self) -> String {
        let ([plain, other], [short, long]) = (self.passing, self.seconds);
        let mut text = format!("{MODULE}{} {plain} {other} {short:.1} {long:.1}\n", self.module);
        self.differences.iter().for_each(|line| text.push_str(&format!("{}\n", line.replace('\n', " "))));
        text
    }
}

/// Prints how many modules and tests were compared; the number of differences.
pub(super) fn summary(rows: &[Row]) -> usize {
    let sum = |which: usize| rows.iter().filter_map(|row| row.passing.get(which)).sum::<usize>();
    let time = |which: usize| rows.iter().filter_map(|row| row.seconds.get(which)).sum::<f64>();
    let differences = rows.iter().map(|row| row.differences.len()).sum();
    println!(
        "suite: {} modules, {} tests pass plainly ({:.0} s), {} stressed ({:.0} s), {differences} differences",
        rows.len(),
        sum(0),
        time(0),
        sum(1),
        time(1)
    );
    differences
}

fn append(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

/// The rows of a log; lines it does not know are left out.
fn parse(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix(MODULE) {
            let fields: Vec<&str> = line.split(' ').collect();
            let [module, plain, other, short, long] = fields[..] else { continue };
            let (count, time) = (|text: &str| text.parse().unwrap_or(0), |text: &str| text.parse().unwrap_or(0.0));
            rows.push(Row {
                module: module.to_owned(),
                passing: [count(plain), count(other)],
                seconds: [time(short), time(long)],
                differences: Vec::new(),
            });
        } else if let Some(row) = rows.last_mut() {
            row.differences.push(line.to_owned());
        }
    }
    rows
}

/// The tests that pass in one run only, with what came of them in the other.
fn differing(plain: &ModuleRun, other: &ModuleRun) -> Vec<String> {
    let lost = plain.passing().filter(|test| !other.passes(test));
    let won = other.passing().filter(|test| !plain.passes(test));
    lost.map(|test| format!("{test} stressed: {}", other.ending(test)))
        .chain(won.map(|test| format!("{test} plain: {}", plain.ending(test))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform;

    #[test]
    fn a_test_that_passes_in_one_run_only_is_a_difference() {
        let run = |text: &str| conform::parse_output("m", text);
        let plain = run("OK\ttest.m.a\nFAIL\ttest.m.b\tX: 1\nOK\ttest.m.c\nDONE\n");
        let other = run("FAIL\ttest.m.a\tY: 2\nOK\ttest.m.b\nOK\ttest.m.c\nDONE\n");
        assert_eq!(differing(&plain, &other), ["a stressed: FAIL Y: 2", "b plain: FAIL X: 1"]);
        assert_eq!(differing(&plain, &plain), [""; 0]);
        assert!(differing(&plain, &run("")).iter().all(|line| line.contains("missing; did not finish")));
    }

    #[test]
    fn a_log_says_what_was_compared() {
        let row = |module: &str, differences: &[&str]| Row {
            module: module.to_owned(),
            passing: [31, 30],
            seconds: [1.5, 20.0],
            differences: differences.iter().map(|line| (*line).to_owned()).collect(),
        };
        let rows = [row("test_a", &[]), row("test_b", &["A.b stressed: FAIL X: 1", "A.c plain: missing; exit 1"])];
        let text: String = rows.iter().map(Row::text).collect();
        assert_eq!(parse(&text), rows);
        assert_eq!(parse("noise\n== broken\n"), []);
        assert_eq!(summary(&rows), 2);
    }

    #[test]
    fn what_is_in_the_log_is_not_run_again() {
        let log = std::env::temp_dir().join(format!("taipan-stress-log-{}", std::process::id()));
        std::fs::write(&log, "== test_a 3 3 0.1 0.2\n== test_b 3 2 0.1 0.2\nA.b stressed: FAIL\n").unwrap();
        let nowhere = PathBuf::from("/no-such-program");
        let comparison = Comparison {
            python: nowhere.clone(),
            tests: nowhere,
            options: String::new(),
            seconds: 1,
            log: Some(log.clone()),
        };
        let rows = comparison.run(&["test_b".to_owned()]).unwrap();
        assert_eq!((rows.len(), summary(&rows)), (1, 1));
        assert!(comparison.run(&["test_c".to_owned()]).is_err());
        std::fs::remove_file(log).unwrap();
    }
}
