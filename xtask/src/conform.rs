//! `cargo xtask conform`: how much of CPython's own regression suite an interpreter passes.
//!
//! Each module of `tests/conformance/groups.txt` runs in a process of its own under `driver.py`; a test counts when
//! CPython itself passes it (`reference.txt`). The folder that holds CPython's package `test` is given by `--tests`.
//!
//! Some of these tests are marked as details of CPython's implementation (`cpython_only`, `impl_detail`). CPython says itself
//! which: `--make-details` runs it under another `sys.implementation.name`, and `details.txt` gets what it skips then. The
//! shares are printed with these tests and without them.

pub mod groups;
pub mod reference;

use crate::args::Options;
use crate::process;
use reference::Reference;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What running one module gave.
#[derive(Debug, Default)]
pub(crate) struct ModuleRun {
    /// Status by test id, without the `test.MODULE.` prefix, and the reason of a failure.
    tests: BTreeMap<String, (String, String)>,
    /// Why the module did not run to its end.
    note: String,
    pub(crate) seconds: f64,
}

/// How modules are run.
pub(crate) struct Suite {
    /// The interpreter.
    pub(crate) python: PathBuf,
    /// The folder that holds CPython's package `test`.
    pub(crate) tests: PathBuf,
    /// The longest that a module may take.
    pub(crate) limit: Duration,
    /// Whether tests that only CPython's own build can pass are left out.
    pub(crate) recording: bool,
    /// Whether the interpreter is told to run the tests under another name than its own.
    pub(crate) renamed: bool,
    /// Options of the heap.
    pub(crate) options: Option<String>,
}

impl ModuleRun {
    /// The tests that passed.
    pub(crate) fn passing(&self) -> impl Iterator<Item = &str> {
        self.tests.keys().map(String::as_str).filter(|test| self.passes(test))
    }

    /// Whether the module ran to its end and the test was skipped, or not even defined.
    fn leaves_out(&self, test: &str) -> bool {
        self.note.is_empty() && self.tests.get(test).is_none_or(|(status, _)| status == "SKIP")
    }

    /// How a test that did not pass ended.
    pub(crate) fn ending(&self, test: &str) -> String {
        match self.tests.get(test) {
            Some((status, reason)) => format!("{status} {reason}"),
            None => format!("missing; {}", self.note),
        }
    }

    pub(crate) fn passes(&self, test: &str) -> bool {
        self.tests.get(test).is_some_and(|(status, _)| status == "OK" || status == "XFAIL")
    }
}

pub(crate) fn folder() -> PathBuf {
    crate::workspace().join("tests/conformance")
}

pub(crate) fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs the suite and prints the share per module and group. True unless nothing could run.
pub fn main(args: &[String]) -> Result<bool, String> {
    let valued = ["tests", "python", "groups", "only", "jobs", "timeout"];
    let options = Options::parse(args, &valued, &["failing", "make-reference", "make-details"])?;
    let tests = PathBuf::from(options.value("tests").ok_or("conform needs --tests DIR")?);
    let python = options.value("python").map_or_else(|| crate::target_dir().join("release/taipan"), PathBuf::from);
    let python = python.canonicalize().map_err(|error| format!("{}: {error}", python.display()))?;
    let limit = Duration::from_secs(options.number("timeout", 180)?);
    let jobs = usize::try_from(options.number("jobs", 2)?).unwrap_or(2);
    let rows = groups::parse(&read(&folder().join("groups.txt"))?);
    let rows = groups::select(rows, &options.list("groups"), &options.list("only"));
    let (makes_reference, renamed) = (options.flag("make-reference"), options.flag("make-details"));
    let recording = makes_reference || renamed;
    let (reference_path, details_path) = (folder().join("reference.txt"), folder().join("details.txt"));
    let mut reference = load(&reference_path, makes_reference)?;
    let mut details = load(&details_path, renamed)?;

    let suite = Suite { python, tests, limit, recording, renamed, options: None };
    let results = suite.run_all(&rows, jobs, &|module, run| {
        if !recording {
            print_module(module, run, &reference, &details, options.flag("failing"));
        }
    });

    if renamed {
        for ((_, module), run) in rows.iter().zip(&results) {
            let counted = reference.tests(module);
            let passed = counted.iter().filter(|test| run.passes(test)).count();
            let skipped: Vec<String> = counted.iter().filter(|test| run.leaves_out(test)).cloned().collect();
            let failed: Vec<&str> =
                counted.iter().map(String::as_str).filter(|test| !run.passes(test) && !run.leaves_out(test)).collect();
            println!("{module:32} {passed:6} pass of {:6}, {:4} details {}", counted.len(), skipped.len(), run.note);
            for test in failed {
                println!("    falls short without being marked: {test}  {}", run.ending(test));
            }
            details.set(module, skipped);
        }
        return write(&details_path, &details.to_text(DETAILS_HEAD)).map(|()| true);
    }
    if recording {
        for ((_, module), run) in rows.iter().zip(&results) {
            let passing: Vec<String> = run.tests.keys().filter(|test| run.passes(test)).cloned().collect();
            println!("{module:32} {:6} of {:6} {}", passing.len(), run.tests.len(), run.note);
            reference.set(module, passing);
        }
        return write(&reference_path, &reference.to_text(REFERENCE_HEAD)).map(|()| true);
    }
    print_groups("", &rows, &results, &|module| reference.tests(module).to_vec());
    print_groups(" without details", &rows, &results, &|module| without_details(module, &reference, &details));
    Ok(!rows.is_empty())
}

const REFERENCE_HEAD: &str = "# Tests that CPython 3.14 passes; rewrite with `cargo xtask conform --make-reference`.";
const DETAILS_HEAD: &str =
    "# Tests of reference.txt that CPython 3.14 itself skips under another name, as they are marked as details of its
# implementation; rewrite with `cargo xtask conform --make-details`.";

fn load(path: &Path, may_be_absent: bool) -> Result<Reference, String> {
    match read(path) {
        Ok(text) => Reference::parse(&text),
        Err(_) if may_be_absent => Ok(Reference::default()),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The tests of a module that are not marked as details of CPython's implementation.
fn without_details(module: &str, reference: &Reference, details: &Reference) -> Vec<String> {
    let marked: BTreeSet<&String> = details.tests(module).iter().collect();
    reference.tests(module).iter().filter(|test| !marked.contains(test)).cloned().collect()
}

fn print_module(module: &str, run: &ModuleRun, reference: &Reference, details: &Reference, failing: bool) {
    let counted = reference.tests(module);
    let plain = without_details(module, reference, details);
    let passed = counted.iter().filter(|test| run.passes(test)).count();
    let passed_plain = plain.iter().filter(|test| run.passes(test)).count();
    let mut text = format!(
        "{module:32} {passed:6} / {:6} {passed_plain:6} / {:6} {:7.1}s {:.100}\n",
        counted.len(),
        plain.len(),
        run.seconds,
        run.note
    );
    for test in counted.iter().filter(|test| failing && !run.passes(test)) {
        let (status, reason) = run.tests.get(test).map_or(("missing", ""), |(s, r)| (s.as_str(), r.as_str()));
        text.push_str(&format!("    {status:8} {test}  {}\n", reason.chars().take(160).collect::<String>()));
    }
    print!("{text}");
}

fn print_groups(
    what: &str,
    rows: &[(String, String)],
    results: &[ModuleRun],
    counted_of: &dyn Fn(&str) -> Vec<String>,
) {
    let mut order: Vec<&str> = Vec::new();
    let mut tallies: BTreeMap<&str, (usize, usize, f64, usize)> = BTreeMap::new();
    for ((group, module), run) in rows.iter().zip(results) {
        let counted = counted_of(module);
        let passed = counted.iter().filter(|test| run.passes(test)).count();
        if !order.contains(&group.as_str()) {
            order.push(group);
        }
        let tally = tallies.entry(group).or_default();
        tally.0 += passed;
        tally.1 += counted.len();
        tally.2 += if counted.is_empty() { 1.0 } else { passed as f64 / counted.len() as f64 };
        tally.3 += 1;
    }
    for group in order {
        let (passed, of, share, modules) = tallies.get(group).copied().unwrap_or_default();
        let percent = 100.0 * passed as f64 / of.max(1) as f64;
        let mean = 100.0 * share / modules.max(1) as f64;
        println!("[{group}]{what} tests {passed}/{of} = {percent:.1}%   mean over {modules} modules {mean:.1}%");
    }
}

impl Suite {
    /// Runs the modules of `rows`, `jobs` at a time, and tells `done` of each as it ends; results in the order of `rows`.
    pub(crate) fn run_all(
        &self,
        rows: &[(String, String)],
        jobs: usize,
        done: &(dyn Fn(&str, &ModuleRun) + Sync),
    ) -> Vec<ModuleRun> {
        let results: Vec<Mutex<ModuleRun>> = rows.iter().map(|_| Mutex::default()).collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..jobs.max(1) {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let (Some((_, module)), Some(slot)) = (rows.get(index), results.get(index)) else { break };
                        let run = self.run(module).unwrap_or_else(|note| ModuleRun { note, ..ModuleRun::default() });
                        done(module, &run);
                        if let Ok(mut slot) = slot.lock() {
                            *slot = run;
                        }
                    }
                });
            }
        });
        results.into_iter().map(|slot| slot.into_inner().unwrap_or_default()).collect()
    }

    /// Runs one module in a scratch folder.
    pub(crate) fn run(&self, module: &str) -> Result<ModuleRun, String> {
        let work = std::env::temp_dir().join(format!("taipan-conform-{}-{module}", std::process::id()));
        std::fs::create_dir_all(&work).map_err(|error| error.to_string())?;
        let run = run_in(&work, self, module);
        let _ = std::fs::remove_dir_all(&work);
        run
    }
}

fn run_in(work: &Path, suite: &Suite, module: &str) -> Result<ModuleRun, String> {
    let Suite { python, tests, limit, recording, renamed, options } = suite;
    use std::os::unix::process::CommandExt;
    let (out, log) = (work.join("out.txt"), work.join("log.txt"));
    let file = std::fs::File::create(&log).map_err(|error| error.to_string())?;
    let copy = file.try_clone().map_err(|error| error.to_string())?;
    let mut command = Command::new(python);
    command.arg(folder().join("driver.py")).arg(format!("test.{module}")).arg(&out).current_dir(work);
    command.envs([
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONHASHSEED", "0"),
        ("PYTHONUTF8", "1"),
        ("TERM", "dumb"),
        ("NO_COLOR", "1"),
    ]);
    command.env("PYTHONPATH", tests).stdin(Stdio::null()).stdout(file).stderr(copy).process_group(0);
    if *recording {
        command.env("CONFORM_REFERENCE", "1");
    }
    if *renamed {
        command.env("CONFORM_NAME", "other");
    }
    if let Some(options) = options {
        command.env(HEAP_OPTIONS, options);
    }
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let code = process::wait(&mut child, *limit).map_err(|error| error.to_string())?;
    process::kill_group(&mut child);
    let mut run = parse_output(module, &String::from_utf8_lossy(&std::fs::read(&out).unwrap_or_default()));
    run.seconds = start.elapsed().as_secs_f64();
    if !run.note.is_empty() && run.note != UNFINISHED {
        return Ok(run);
    }
    if run.note == UNFINISHED {
        let log = String::from_utf8_lossy(&std::fs::read(&log).unwrap_or_default()).into_owned();
        let mut tail: Vec<&str> = log.trim().lines().rev().take(3).collect();
        tail.reverse();
        let how = code.map_or("time-out".to_string(), |code| format!("exit {code}"));
        run.note = format!("{how}: {}", tail.join(" | "));
    }
    Ok(run)
}

/// The environment variable that holds options of Taipan's heap.
pub(crate) const HEAP_OPTIONS: &str = "TAIPANXOPTIONS";

const UNFINISHED: &str = "did not finish";

/// Reads the lines that the driver wrote.
pub(crate) fn parse_output(module: &str, text: &str) -> ModuleRun {
    let mut run = ModuleRun { note: UNFINISHED.to_string(), ..ModuleRun::default() };
    let prefix = format!("test.{module}.");
    for line in text.lines() {
        let mut parts = line.splitn(3, '\t');
        let (kind, name, reason) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        match kind {
            "DONE" if run.note == UNFINISHED => run.note.clear(),
            "DONE" => {}
            "LOADFAIL" => run.note = format!("{name} {reason}"),
            _ => {
                let name = name.strip_prefix(&prefix).unwrap_or(name);
                run.tests.insert(name.to_string(), (kind.to_string(), reason.to_string()));
            }
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn driver_lines_are_read() {
        let run = parse_output("test_x", "OK\ttest.test_x.A.b\nFAIL\ttest.test_x.A.c\tE: no\nDONE\ttest.test_x\n");
        assert!(run.passes("A.b") && !run.passes("A.c") && !run.passes("A.d"));
        assert_eq!(run.tests["A.c"].1, "E: no");
        assert_eq!(run.note, "");
    }

    #[test]
    fn what_is_skipped_or_absent_is_left_out() {
        let run = parse_output("m", "OK\ttest.m.A.b\nSKIP\ttest.m.A.c\nFAIL\ttest.m.A.d\tE\nDONE\ttest.m\n");
        assert!(run.leaves_out("A.c") && run.leaves_out("A.gone"));
        assert!(!run.leaves_out("A.b") && !run.leaves_out("A.d"));
        assert!(!parse_output("m", "SKIP\ttest.m.A.c\n").leaves_out("A.c"));
    }

    #[test]
    fn a_crash_keeps_what_ran_before() {
        let run = parse_output("test_x", "OK\ttest.test_x.A.b\n");
        assert!(run.passes("A.b"));
        assert_eq!(run.note, UNFINISHED);
        assert!(parse_output("m", "LOADFAIL\tImportError: x\nDONE\tm\n").note.contains("ImportError"));
    }

    #[test]
    fn the_recorded_files_agree() {
        let rows = groups::parse(&read(&folder().join("groups.txt")).unwrap());
        let reference = Reference::parse(&read(&folder().join("reference.txt")).unwrap()).unwrap();
        assert!(rows.len() > 300);
        for (_, module) in &rows {
            assert!(reference.contains(module), "{module} has no recorded tests");
        }
        let details = Reference::parse(&read(&folder().join("details.txt")).unwrap()).unwrap();
        for (_, module) in &rows {
            let counted = reference.tests(module);
            let plain = without_details(module, &reference, &details);
            assert_eq!(plain.len() + details.tests(module).len(), counted.len(), "{module}: details that do not count");
        }
    }
}
