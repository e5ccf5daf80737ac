//! Runs every program of tests/programs on the built `taipan` and compares with what CPython 3.14 printed.
//!
//! Programs listed in `expected_failures.txt` may fail; one that passes although it is listed fails this test, so that
//! the list stays true. `TAIPAN_PROGRAMS` (blank-separated names) limits the run.

use std::path::Path;
use xtask::programs::case::Case;
use xtask::programs::expected::{Expected, FILE};
use xtask::programs::{folder, run_all};

#[test]
fn programs_do_what_is_recorded() {
    let mut cases = Case::load_all(&folder()).unwrap();
    let mut expected = Expected::load(&folder().join(FILE)).unwrap();
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(expected.strangers(&names), Vec::<&str>::new(), "{FILE} lists programs that do not exist");
    if let Ok(wanted) = std::env::var("TAIPAN_PROGRAMS") {
        cases.retain(|case| wanted.split_whitespace().any(|name| name == case.name));
    }
    let jobs = std::thread::available_parallelism().map_or(2, usize::from);
    let reports = run_all(&cases, Path::new(env!("CARGO_BIN_EXE_taipan")), jobs);
    let passed = reports.iter().filter(|report| report.difference.is_none()).count();
    println!("programs: {passed} of {} pass", reports.len());
    let surprises = expected.surprises(&reports);
    if !surprises.is_empty() {
        expected.record(&reports);
        panic!(
            "{} programs not as expected:\n{}\n\nthe list would read:\n{expected}",
            surprises.len(),
            surprises.join("\n")
        );
    }
}
