//! Compiles library files to marshalled code objects, on all cores.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use taipan_compiler::{CompileOptions, compile_source};
use taipan_syntax::{Mode, ParseOptions};

/// The version of the marshal format, as in `.pyc` files of CPython 3.14.
const MARSHAL_VERSION: u32 = 5;

/// Unoptimised build scripts need more stack than a thread has by default.
const STACK_BYTES: usize = 64 << 20;

/// The marshalled code of each file that compiles, by path. The path is the file name inside the code; the importer
/// puts the real one in its place.
pub fn all(files: &BTreeMap<String, Vec<u8>>) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let list: Vec<(&String, &Vec<u8>)> = files.iter().collect();
    let (next, codes) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some((path, source)) = list.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(code) = one(path, source)
                && let Ok(mut codes) = codes.lock()
            {
                codes.insert((*path).clone(), code);
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for _ in 0..workers {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
            running.push(thread.map_err(|error| error.to_string())?);
        }
        running.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a compiling thread panicked".to_string()))
    })?;
    codes.into_inner().map_err(|error| error.to_string())
}

fn one(path: &str, source: &[u8]) -> Option<Vec<u8>> {
    let options = (ParseOptions::default(), CompileOptions::default());
    let compiled = compile_source(source, path, Mode::Exec, &options.0, options.1, None);
    match compiled {
        Ok(compiled) => taipan_bytecode::marshal::dump_code(&compiled.code, MARSHAL_VERSION).ok(),
        Err(error) => {
            println!("cargo:warning={path} was not compiled: {error:?}");
            None
        }
    }
}
