//! Lets the n-th allocation of small programs fail, for growing n, until they pass.
//!
//! Each run must end well or with MemoryError, and leave a sound heap to the next one, in the same interpreter. By
//! default a sample of programs and of n is taken; `TAIPAN_ALLOCATIONS=all` takes each program and each n,
//! `TAIPAN_ALLOCATIONS=/3` the programs whose number leaves no rest by 3 and each n.

use taipan::Runtime;
use taipan::vm::interpreter::Config;
use taipan::vm::raise::Exc;
use taipan::vm::vm::Vm;

/// The programs, separated by lines of three dashes.
const PROGRAMS: &str = include_str!("../../../tests/memory/small_programs.txt");

/// Which programs to run, and by which part n grows from run to run (0: by one).
fn sample() -> (usize, u64) {
    match std::env::var("TAIPAN_ALLOCATIONS").ok().as_deref() {
        Some("all") => (1, 0),
        Some(text) => (text.trim_start_matches('/').parse().unwrap_or(1), 0),
        None => (12, 4),
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
    let (every, part) = sample();
    let mut runtime = started();
    let vm = runtime.vm();
    let programs: Vec<&str> = PROGRAMS.split("\n---\n").collect();
    assert!(programs.len() >= 200, "{}", programs.len());
    let (mut runs, mut faults) = (0, Vec::new());
    for (number, program) in programs.iter().enumerate().filter(|(number, _)| number % every == 0) {
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
