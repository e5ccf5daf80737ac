//! Draws the heap of a running program under each policy, for docs/memory.md.
//!
//! `cargo run --release -p taipan --example memory_maps -- docs/memory.md` rewrites the part of the file between the two
//! marks; without an argument it prints.

use taipan::Runtime;
use taipan::vm::heap::{Collection, Fit, HeapConfig, HeapStats, Policy};
use taipan::vm::interpreter::Config;
use taipan::vm::vm::Vm;

const BEGIN: &str = "<!-- maps: begin -->";
const END: &str = "<!-- maps: end -->";

/// Builds a graph and gives up most of it, so that what is left lies scattered.
const PROGRAM: &str = "
kept = {}
for i in range(120_000):
    node = [i, str(i)]
    if i % 4 == 0:
        kept[i % 20_000] = node
for i in range(0, 20_000, 4):
    if i % 24:
        kept.pop(i, None)
";

fn main() {
    let policies = [
        ("gc=generational", Policy::Generational),
        ("gc=copying", Policy::Copying),
        ("gc=marksweep, gcfit=first", Policy::MarkSweep(Fit::First)),
        ("gc=marksweep, gcfit=best", Policy::MarkSweep(Fit::Best)),
        ("gc=marksweep, gcfit=worst", Policy::MarkSweep(Fit::Worst)),
    ];
    let mut text = String::new();
    for (name, policy) in policies {
        let heap = HeapConfig { policy, ..HeapConfig::default() };
        let Some(mut runtime) = Runtime::new(Config { heap, hash_seed: Some(0), ..Config::default() }) else {
            eprintln!("no memory for a heap");
            std::process::exit(1);
        };
        match drawn(&mut runtime, name) {
            Ok(part) => text.push_str(&part),
            Err(message) => {
                eprintln!("{name}: {message}");
                std::process::exit(1);
            }
        }
    }
    let Some(path) = std::env::args().nth(1) else {
        print!("{text}");
        return;
    };
    if let Err(error) = rewrite(&path, &text) {
        eprintln!("{path}: {error}");
        std::process::exit(1);
    }
}

fn drawn(runtime: &mut Runtime, name: &str) -> Result<String, &'static str> {
    runtime.initialize().map_err(|_| "the library does not start")?;
    let vm = runtime.vm();
    vm.run_source(PROGRAM.as_bytes(), "<maps>", 0).map_err(|_| "the program fails")?;
    let mut text = format!("### `{name}`\n\nAfter the program ({}):\n\n```text\n{}\n```\n\n", figures(vm), map(vm));
    let pause = vm.collect(Collection::Major);
    text.push_str(&format!(
        "After a requested full collection ({}; {} objects moved, {} kept in place):\n\n```text\n{}\n```\n\n",
        figures(vm),
        pause.evacuated_objects,
        pause.pinned_objects,
        map(vm)
    ));
    Ok(text)
}

fn map(vm: &Vm) -> String {
    vm.interp().heap.map()
}

fn figures(vm: &Vm) -> String {
    let HeapStats { used_bytes, peak_bytes, minors, majors, .. } = vm.interp().heap.stats();
    format!(
        "{} KB in use, peak {} KB, {minors} minor and {majors} major collections",
        used_bytes >> 10,
        peak_bytes >> 10
    )
}

fn rewrite(path: &str, text: &str) -> Result<(), String> {
    let old = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (Some(begin), Some(end)) = (old.find(BEGIN), old.find(END)) else { return Err("no marks".to_owned()) };
    let new = format!("{}\n\n{text}{}", &old[..begin + BEGIN.len()], &old[end..]);
    std::fs::write(path, new).map_err(|error| error.to_string())
}
