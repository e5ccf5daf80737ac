//! tests/programs: whole Python programs whose output, recorded from CPython 3.14, an interpreter must repeat.
//!
//! `NAME.toml` says how to run a program, `NAME.out` holds its standard output and, where it is the point, `NAME.err`
//! its standard error. Recorded output names no machine: the folder of the programs reads `$DIR`, the scratch folder a
//! program runs in `$TMP`, the interpreter `$PYTHON`.

pub mod case;
pub mod expected;
pub mod mask;
pub mod run;

use crate::args::Options;
use case::Case;
use expected::Expected;
use run::{Outcome, run_case};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The folder of the programs.
pub fn folder() -> PathBuf {
    crate::workspace().join("tests/programs")
}

/// A program with what came of it.
pub struct Report {
    /// Name of the program.
    pub name: String,
    /// `None` when it did what was recorded, else the first difference.
    pub difference: Option<String>,
}

/// Runs all `cases` on `python`, `jobs` at a time; reports in the order of `cases`.
pub fn run_all(cases: &[Case], python: &Path, jobs: usize) -> Vec<Report> {
    let next = AtomicUsize::new(0);
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some((index, case)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(index).map(|case| (index, case))
                } {
                    let difference = match run_case(case, python) {
                        Ok(outcome) => compare(case, &outcome),
                        Err(message) => Some(message),
                    };
                    if let Ok(mut list) = reports.lock() {
                        list.push((index, Report { name: case.name.clone(), difference }));
                    }
                }
            });
        }
    });
    let mut reports = reports.into_inner().unwrap_or_default();
    reports.sort_by_key(|(index, _)| *index);
    reports.into_iter().map(|(_, report)| report).collect()
}

/// The first difference between what a run did and what is recorded.
pub fn compare(case: &Case, outcome: &Outcome) -> Option<String> {
    if let Some(trouble) = &outcome.trouble {
        return Some(trouble.clone());
    }
    let recorded = |kind: &str| std::fs::read_to_string(case.path(kind)).ok();
    let Some(stdout) = recorded("out") else { return Some("no recorded output: run `cargo xtask bless`".to_string()) };
    let tail = || outcome.stderr.lines().last().map(|line| format!("; last of stderr: {line}")).unwrap_or_default();
    if let Some(difference) = first_difference("stdout", &stdout, &outcome.stdout) {
        return Some(difference + &tail());
    }
    if case.stderr {
        return first_difference("stderr", &recorded("err").unwrap_or_default(), &outcome.stderr);
    }
    None
}

fn first_difference(what: &str, recorded: &str, found: &str) -> Option<String> {
    if recorded == found {
        return None;
    }
    let (mut left, mut right) = (recorded.split_inclusive('\n'), found.split_inclusive('\n'));
    for number in 1.. {
        match (left.next(), right.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                let show = |line: Option<&str>| line.map_or("the end".to_string(), |text| format!("{text:?}"));
                return Some(format!("{what} line {number}: expected {}, found {}", show(a), show(b)));
            }
        }
    }
    Some(format!("{what} differs"))
}

pub(crate) fn selected(names: &[String]) -> Result<Vec<Case>, String> {
    let mut cases = Case::load_all(&folder())?;
    if let Some(unknown) = names.iter().find(|name| !cases.iter().any(|case| case.name == **name)) {
        return Err(format!("no program {unknown}"));
    }
    cases.retain(|case| names.is_empty() || names.contains(&case.name));
    Ok(cases)
}

/// The interpreter given by `--python`, else what has been built.
pub(crate) fn interpreter(options: &Options) -> Result<PathBuf, String> {
    match options.value("python") {
        Some(path) => Ok(PathBuf::from(path)),
        None => Ok(["release", "debug"]
            .iter()
            .map(|profile| crate::target_dir().join(profile).join("taipan"))
            .find(|path| path.exists())
            .ok_or("build taipan first, or give --python EXE")?),
    }
}

/// `cargo xtask programs`: runs the programs and tells how each ended; true when all is as expected.
pub fn main(args: &[String]) -> Result<bool, String> {
    let options = Options::parse(args, &["python", "jobs"], &["record-failures", "quiet"])?;
    let cases = selected(&options.words)?;
    let python = interpreter(&options)?;
    let jobs = usize::try_from(options.number("jobs", 2)?).unwrap_or(2);
    let reports = run_all(&cases, &python, jobs);
    let list = folder().join(expected::FILE);
    let mut expected = Expected::load(&list)?;
    if options.flag("record-failures") {
        expected.record(&reports);
        std::fs::write(&list, expected.to_string()).map_err(|error| format!("{}: {error}", list.display()))?;
    }
    if !options.flag("quiet") {
        for report in &reports {
            match &report.difference {
                None => println!("ok    {}", report.name),
                Some(difference) => println!("FAIL  {}: {difference}", report.name),
            }
        }
    }
    let surprises = expected.surprises(&reports);
    let passed = reports.iter().filter(|report| report.difference.is_none()).count();
    println!("programs: {passed} of {} pass, {} not as expected", reports.len(), surprises.len());
    for surprise in &surprises {
        println!("  {surprise}");
    }
    Ok(surprises.is_empty())
}

/// `cargo xtask bless`: records what the oracle prints. Each program runs twice and must repeat itself.
pub fn bless(args: &[String]) -> Result<bool, String> {
    let options = Options::parse(args, &["oracle"], &[])?;
    let oracle = PathBuf::from(options.value("oracle").ok_or("bless needs --oracle PYTHON")?);
    let mut fine = true;
    for case in selected(&options.words)? {
        let (first, second) = (run_case(&case, &oracle)?, run_case(&case, &oracle)?);
        if let Some(trouble) = first.trouble.as_ref().or(second.trouble.as_ref()) {
            println!("{}: {trouble}\n{}", case.name, first.stderr);
            fine = false;
            continue;
        }
        if first.stdout != second.stdout || (case.stderr && first.stderr != second.stderr) {
            let difference = first_difference("stdout", &first.stdout, &second.stdout)
                .or_else(|| first_difference("stderr", &first.stderr, &second.stderr));
            println!("{}: two runs differ: {}", case.name, difference.unwrap_or_default());
            fine = false;
            continue;
        }
        let last = first.stderr.lines().rfind(|line| !line.starts_with("$ "));
        if let (false, Some(last)) = (case.stderr, last) {
            println!("{}: note: its stderr is not recorded; the last line: {last}", case.name);
        }
        let write = |kind: &str, text: &str| -> Result<(), String> {
            let path = case.path(kind);
            if std::fs::read_to_string(&path).ok().as_deref() == Some(text) {
                return Ok(());
            }
            println!("recorded {}", path.display());
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
        };
        write("out", &first.stdout)?;
        if case.stderr {
            write("err", &first.stderr)?;
        }
    }
    Ok(fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_differing_line_is_named() {
        assert_eq!(first_difference("stdout", "a\nb\n", "a\nb\n"), None);
        let text = first_difference("stdout", "a\nb\n", "a\nc\n").unwrap();
        assert!(text.contains("line 2") && text.contains("\"b\\n\"") && text.contains("\"c\\n\""), "{text}");
        assert!(first_difference("stdout", "a\n", "a\nb").unwrap().contains("expected the end"));
        assert!(first_difference("stdout", "a\n", "a").is_some());
    }
}
