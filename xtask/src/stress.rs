//! `cargo xtask stress`: the same results with hostile options of the heap as without them.
//!
//! The programs of `tests/programs` and, when `--tests` names the folder of CPython's package `test`, groups of its suite
//! run twice: plainly, and with options that collect often, overwrite what is freed and check the heap. The programs
//! `hostile_*`, which change what is being worked on, then run with a collection at each allocation. `--log FILE` keeps
//! what the suite gave, module by module; a run with the same file goes on where the last one ended.

use crate::args::Options;
use crate::conform::{self, HEAP_OPTIONS, groups};
use crate::programs::case::Case;
use crate::programs::{interpreter, run_all, selected};
use std::path::{Path, PathBuf};
use suite::{Comparison, summary};

mod suite;

/// The options if none are given.
const OPTIONS: &str = "gcstress=1000 gcpoison gcverify";
/// Those of the programs that change what is being worked on.
const HOSTILE: &str = "gcstress=1 gcpoison gcmove";
/// How many times as long as usual programs may take.
const PATIENCE: u64 = 20;
/// Seconds that a module of the suite may take with options, if not told.
const MODULE_SECONDS: u64 = 3600;

/// Runs both and prints the differences; true when there are none.
pub fn main(args: &[String]) -> Result<bool, String> {
    let valued = ["python", "options", "tests", "groups", "only", "jobs", "timeout", "log"];
    let options = Options::parse(args, &valued, &["suite-only"])?;
    let python = interpreter(&options)?;
    let python = python.canonicalize().map_err(|error| format!("{}: {error}", python.display()))?;
    let jobs = usize::try_from(options.number("jobs", 2)?).unwrap_or(2);
    let stress = options.value("options").unwrap_or(OPTIONS);
    let mut differences = 0;
    if !options.flag("suite-only") {
        differences += compare_programs(&selected(&options.words)?, &python, jobs, stress);
    }
    if let Some(tests) = options.value("tests") {
        let rows = groups::parse(&conform::read(&conform::folder().join("groups.txt"))?);
        let (mut wanted, only) = (options.list("groups"), options.list("only"));
        if wanted.is_empty() && only.is_empty() {
            wanted = vec!["language".to_owned(), "types".to_owned()];
        }
        let modules: Vec<String> = groups::select(rows, &wanted, &only).into_iter().map(|(_, module)| module).collect();
        let comparison = Comparison {
            python,
            tests: PathBuf::from(tests),
            options: stress.to_owned(),
            seconds: options.number("timeout", MODULE_SECONDS)?,
            log: options.value("log").map(PathBuf::from),
        };
        differences += summary(&comparison.run(&modules)?);
    }
    println!("stress ({stress}): {differences} differences");
    Ok(differences == 0)
}

/// The cases with options of the heap in place of their own, and more time.
fn stressed(cases: &[Case], options: &str) -> Vec<Case> {
    let mut cases = cases.to_vec();
    for case in &mut cases {
        case.env.push((HEAP_OPTIONS.to_owned(), options.to_owned()));
        case.timeout *= PATIENCE;
        for step in &mut case.steps {
            while let Some(at) = step.args.iter().position(|arg| arg.starts_with("gcstress")) {
                step.args.drain(at - 1..=at);
            }
        }
    }
    cases
}

fn compare_programs(cases: &[Case], python: &Path, jobs: usize, stress: &str) -> usize {
    let hostile: Vec<Case> = cases.iter().filter(|case| case.name.starts_with("hostile_")).cloned().collect();
    let mut differences = 0;
    for (cases, stress) in [(cases, stress), (hostile.as_slice(), HOSTILE)] {
        let plain = run_all(cases, python, jobs);
        let other = run_all(&stressed(cases, stress), python, jobs);
        for (plain, other) in plain.iter().zip(&other) {
            if plain.difference != other.difference {
                differences += 1;
                let show = |text: &Option<String>| text.clone().unwrap_or_else(|| "as recorded".to_owned());
                println!("{}: plain: {}; stressed: {}", plain.name, show(&plain.difference), show(&other.difference));
            }
        }
        println!("{} programs ({stress}) compared", cases.len());
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_case_are_replaced() {
        let toml = "args = ['-X', 'gcstress=20,4', '-X', 'gcpoison', '$DIR/p.py']\ntimeout = 3";
        let case = Case::parse("p", Path::new("/no-such-folder"), toml).unwrap();
        let cases = stressed(&[case], "gcstress=1");
        assert_eq!(cases[0].steps[0].args, ["-X", "gcpoison", "$DIR/p.py"]);
        assert_eq!(cases[0].timeout, 3 * PATIENCE);
        assert_eq!(cases[0].env, [(HEAP_OPTIONS.to_owned(), "gcstress=1".to_owned())]);
    }
}
