//! Runs the self-checking programs of `evaluation/`, plainly and with a heap that collects and moves all the time.

use std::path::Path;

use taipan::Runtime;
use taipan::vm::interpreter::Config;

fn run(source: &str, name: &str, config: Config) {
    let mut runtime = Runtime::new(config).expect("a heap");
    let outcome = runtime.initialize().and_then(|()| runtime.vm().run_source(source.as_bytes(), name, 0));
    if let Err(raised) = outcome {
        let vm = runtime.vm();
        let exception = vm.take_raised(raised);
        let class = vm.type_name(exception);
        let text = vm.str_string(exception).unwrap_or_default();
        panic!("{name}: {class}: {text}");
    }
}

fn programs() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evaluation");
    let mut programs: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "py"))
        .map(|path| {
            let source = std::fs::read_to_string(&path).expect("a program");
            (path.file_name().expect("a name").to_string_lossy().into_owned(), source)
        })
        .collect();
    programs.sort();
    assert!(programs.len() >= 3);
    programs
}

#[test]
fn plain() {
    for (name, source) in programs() {
        run(&source, &name, Config { hash_seed: Some(0), ..Config::default() });
    }
}

#[test]
fn under_stress() {
    for (name, source) in programs() {
        // Allocates much to be collected by itself.
        if name == "finalizers.py" {
            continue;
        }
        for every in [1, 17] {
            let mut config = Config { hash_seed: Some(0), ..Config::default() };
            config.heap.stress_every = Some(every);
            config.heap.stress_major_every = Some(every * 499);
            config.heap.move_everything = true;
            config.heap.poison = true;
            config.heap.verify = every > 1;
            run(&source, &name, config);
        }
    }
}
