//! Lets the n-th allocation of small programs, and of the start, fail, for growing n, until they pass.
//!
//! Each run must end well or with MemoryError, and leave a sound heap to the next one, in the same interpreter: the start
//! is tried once, not for each program. A program may wait for ever for a thread that ended with MemoryError; an interrupt
//! must end that. By default a sample of programs and of n is taken; `TAIPAN_ALLOCATIONS=all` takes each program and each
//! n, `TAIPAN_ALLOCATIONS=/3` the programs whose number leaves no rest by 3, `TAIPAN_ALLOCATIONS=100..` those from there on
//! (of the start, the allocations from there on).

use std::os::unix::thread::JoinHandleExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use taipan::Runtime;
use taipan::vm::host::os::signals::{set_signal, signal_thread};
use taipan::vm::interpreter::Config;
use taipan::vm::raise::Exc;
use taipan::vm::vm::Vm;

/// The programs, separated by lines of three dashes.
const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/memory/small_programs.txt");
/// A run that takes longer is interrupted, and once more after each such time.
const PATIENCE: Duration = Duration::from_secs(4);
/// A run that goes on after so many interrupts cannot be interrupted.
const INTERRUPTS: u32 = 15;
const SIGINT: i32 = 2;
/// The stack of the thread that runs the programs, as large as a process has.
const STACK: usize = 8 << 20;

/// One after the other: signals are the process's.
static TURN: Mutex<()> = Mutex::new(());

/// What goes on, for the thread that watches.
struct Clock {
    started: Instant,
    what: String,
}

/// How a run ended.
enum End {
    /// Well, or with MemoryError.
    Fine,
    /// It waited until it was interrupted.
    Interrupted,
    /// In another way, or with a broken heap.
    Fault(String),
}

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

fn config() -> Config {
    Config { hash_seed: Some(0), ..Config::default() }
}

/// Runs `body` on a thread of its own, which is interrupted when it has told nothing new to the clock for long.
fn watched(body: impl FnOnce(&Mutex<Clock>) + Send + 'static) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = Arc::new(Mutex::new(Clock { started: Instant::now(), what: String::new() }));
    let shared = Arc::clone(&clock);
    // An interpreter handles interrupts if nobody did before.
    set_signal(SIGINT, 0).expect("an action");
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || body(&shared)).expect("a thread");
    let (mut last, mut interrupts) = (Instant::now(), 0);
    while !thread.is_finished() {
        std::thread::sleep(Duration::from_millis(20));
        let (started, what) = {
            let clock = clock.lock().expect("the clock");
            (clock.started, clock.what.clone())
        };
        if started != last {
            (last, interrupts) = (started, 0);
        } else if last.elapsed() > PATIENCE * (interrupts + 1) {
            assert!(interrupts < INTERRUPTS, "{what}: cannot be interrupted");
            interrupts += 1;
            signal_thread(thread.as_pthread_t(), SIGINT).expect("a signal");
        }
    }
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Starts the clock of what comes next.
fn note(clock: &Mutex<Clock>, what: String) {
    *clock.lock().expect("the clock") = Clock { started: Instant::now(), what };
}

fn repr_of_raised(vm: &mut Vm, raised: taipan::vm::raise::Raised) -> String {
    let exception = vm.take_raised(raised);
    vm.repr_string(exception).unwrap_or_else(|raised| {
        let _ = vm.take_raised(raised);
        "an exception without repr".to_owned()
    })
}

/// Runs the program with the `n`-th allocation failing, and tells whether an allocation had that number.
fn run(vm: &mut Vm, program: &str, n: u64) -> (End, bool) {
    vm.heap_mut().fail_allocation(n);
    let result = vm.run_source(program.as_bytes(), "<program>", 0);
    let reached = vm.heap_mut().stop_failing();
    let end = match result {
        Ok(()) => End::Fine,
        Err(raised) if reached && vm.raised_is(Exc::MemoryError) => {
            let _ = vm.take_raised(raised);
            End::Fine
        }
        Err(raised) if vm.raised_is(Exc::KeyboardInterrupt) => {
            let _ = vm.take_raised(raised);
            End::Interrupted
        }
        Err(raised) => End::Fault(repr_of_raised(vm, raised)),
    };
    match vm.heap_mut().verify() {
        Ok(()) => (end, reached),
        Err(error) => (End::Fault(format!("broken heap: {error}")), reached),
    }
}

fn run_programs(clock: &Mutex<Clock>) {
    let (first, every, part) = sample();
    let mut runtime = Runtime::new(config()).expect("a heap");
    assert!(runtime.initialize().is_ok(), "the library does not start");
    let vm = runtime.vm();
    let text = std::fs::read_to_string(PROGRAMS).expect("the programs");
    let programs: Vec<&str> = text.split("\n---\n").collect();
    assert!(programs.len() >= 200, "{}", programs.len());
    let (mut runs, mut waits, mut faults) = (0, 0, Vec::new());
    for (number, program) in programs.iter().enumerate().skip(first).filter(|(number, _)| number % every == 0) {
        note(clock, format!("program {number}"));
        // What is missing in the library is no matter of memory.
        if let Err(raised) = vm.run_source(program.as_bytes(), "<program>", 0) {
            println!("program {number} fails by itself: {}", repr_of_raised(vm, raised));
            continue;
        }
        let (mut n, before, waited) = (1, runs, waits);
        loop {
            note(clock, format!("program {number}, allocation {n}"));
            runs += 1;
            let (end, reached) = run(vm, program, n);
            match end {
                End::Fine => {}
                End::Interrupted => waits += 1,
                End::Fault(text) => faults.push(format!("program {number} ({program}): allocation {n}: {text}")),
            }
            if !reached {
                break;
            }
            n += 1 + n.checked_div(part).unwrap_or(0);
        }
        println!("program {number}: {} runs, {} interrupted", runs - before, waits - waited);
    }
    println!("{runs} runs, {waits} interrupted, {} faults", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Starts an interpreter with the `n`-th allocation failing. True when no allocation had that number.
fn starts(n: u64) -> Result<bool, String> {
    // What the heap itself is made of comes before any limit applies; see `Vm::start`.
    let mut runtime = Runtime::new(config()).expect("a heap");
    runtime.vm().heap_mut().fail_allocation(n);
    let result = runtime.initialize();
    let vm = runtime.vm();
    let reached = vm.heap_mut().stop_failing();
    let ended = match result {
        Err(raised) if !vm.raised_is(Exc::MemoryError) => Err(repr_of_raised(vm, raised)),
        _ => Ok(!reached),
    };
    vm.heap_mut().verify().map_err(|error| format!("broken heap: {error}"))?;
    ended
}

fn run_starts(clock: &Mutex<Clock>) {
    let (first, _, part) = sample();
    let (mut n, mut runs, mut faults) = (first.max(1) as u64, 0, Vec::new());
    loop {
        note(clock, format!("start, allocation {n}"));
        runs += 1;
        match starts(n) {
            Ok(true) => break,
            Ok(false) => {}
            Err(fault) => faults.push(format!("start, allocation {n}: {fault}")),
        }
        n += 1 + n.checked_div(part).unwrap_or(0);
    }
    println!("{runs} starts, {} faults, {n} allocations", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn programs_survive_the_failure_of_any_allocation() {
    watched(run_programs);
}

#[test]
fn the_start_survives_the_failure_of_any_allocation() {
    watched(run_starts);
}
