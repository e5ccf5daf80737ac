//! Lets the n-th allocation of small programs fail, for growing n, until they pass.
//!
//! Each run must end well or with MemoryError, and leave a sound heap to the next one, in the same interpreter. By
//! default a sample of programs and of n is taken; `TAIPAN_ALLOCATIONS=all` takes each program and each n,
//! `TAIPAN_ALLOCATIONS=/3` the programs whose number leaves no rest by 3, `TAIPAN_ALLOCATIONS=100..` those from there on.

use taipan::Runtime;
use taipan::vm::interpreter::Config;
use taipan::vm::raise::Exc;
use taipan::vm::vm::Vm;

/// The programs, separated by lines of three dashes.
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/memory/small_programs.txt");

/// Which programs to run: the first, and every how manieth; and by which part n grows from run to run (0: by one).
fn sample() -> (usize, usize, u64) {
    match std::env::var("TAIPAN_ALLOCATIONS").ok().as_deref() {
        None => (0, 12, 4),
        Some(text) => match (text.strip_prefix('/'), text.strip_suffix("..")) {
            (Some(every), _) => (0, every.parse().expect("a number"), 0),
            (_, Some(first)) => (first.parse().expect("a number"), 1, 0),
            _ => (0, 1, 0),
        },
    }
}

fn started() -> Runtime {
    let mut runtime = Runtime::new(Config { hash_seed: Some(0), ..Config::default() }).expect("a heap");
    if runtime.initialize().is_err() {
        panic!("the library does not start");
    }
    runtime
}

/// Runs the program with the `n`-th allocation failing. True when no allocation had that number.
fn passes(vm: &mut Vm, program: &str, n: u64) -> Result<bool, String> {
    vm.heap_mut().fail_allocation(n);
    let result = vm.run_source(program.as_bytes(), "<program>", 0);
    let reached = vm.heap_mut().stop_failing();
    let ended = match result {
        Ok(()) => Ok(!reached),
        Err(raised) => {
            let no_memory = vm.raised_is(Exc::MemoryError);
            let exception = vm.take_raised(raised);
            let text = vm.repr_string(exception).unwrap_or_else(|raised| {
                let _ = vm.take_raised(raised);
                "an exception without repr".to_owned()
            });
            if no_memory { Ok(false) } else { Err(format!("allocation {n}: {text}")) }
        }
    };
    vm.heap_mut().verify().map_err(|error| format!("allocation {n}: broken heap: {error}"))?;
    ended
}

#[test]
fn programs_survive_the_failure_of_any_allocation() {
    let (first, every, part) = sample();
    let mut runtime = started();
    let vm = runtime.vm();
    let text = std::fs::read_to_string(PROGRAMS).expect("the programs");
    let programs: Vec<&str> = text.split("\n---\n").collect();
    assert!(programs.len() >= 200, "{}", programs.len());
    let (mut runs, mut faults) = (0, Vec::new());
    for (number, program) in programs.iter().enumerate().skip(first).filter(|(number, _)| number % every == 0) {
        // What is missing in the library is no matter of memory.
        if let Err(raised) = vm.run_source(program.as_bytes(), "<program>", 0) {
            let exception = vm.take_raised(raised);
            let text = vm.repr_string(exception).map_err(|_| "no repr").expect("a repr");
            println!("program {number} fails by itself: {text}");
            continue;
        }
        let (mut n, before) = (1, runs);
        loop {
            runs += 1;
            match passes(vm, program, n) {
                Ok(true) => break,
                Ok(false) => {}
                Err(fault) => faults.push(format!("program {number} ({program}): {fault}")),
            }
            n += 1 + n.checked_div(part).unwrap_or(0);
        }
        println!("program {number}: {} runs", runs - before);
    }
    println!("{runs} runs, {} faults", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
