//! The `taipan` program.

use std::os::unix::ffi::OsStringExt;

use taipan::Runtime;
use taipan::vm::host::allocator::{WithPool, end_if_memory_was_refused};
use taipan::vm::host::native_stack::with_native_stack;
use taipan::vm::host::operating_system;
use taipan::vm::interpreter::Config;
use taipan::vm::raise::{Exc, Raised};
use taipan::vm::vm::Vm;

mod memory_options;
mod options;
mod repl;

use options::{Options, Refusal, Source};

/// The signal of the interrupt key.
const SIGINT: i32 = 2;

#[global_allocator]
static ALLOCATOR: WithPool = WithPool::new();

/// C's `abort` for Rust's library: where memory was refused, the process ends with a status instead of a signal.
// SAFETY: the symbol of C, which it replaces in this program, has this type and, like this one, does not return.
#[unsafe(no_mangle)]
extern "C" fn abort() -> ! {
    end_if_memory_was_refused();
    let _ = operating_system().abort();
    std::process::exit(127)
}

fn main() {
    std::process::exit(with_native_stack(run));
}

fn run() -> i32 {
    let host = operating_system();
    let environment = host.environment().unwrap_or_default();
    let variable = |name: &str| {
        let value = environment.iter().find(|(known, _)| known == name.as_bytes())?.1.clone();
        if value.is_empty() { None } else { Some(value) }
    };
    let executable = host.executable().unwrap_or_default();
    let options = match options::read(std::env::args_os().collect(), &variable, executable) {
        Ok(options) => options,
        Err(Refusal(text, status)) => {
            eprint!("{text}");
            return status;
        }
    };
    if let Some(answer) = options.answer {
        print!("{answer}");
        return 0;
    }
    let config = Config {
        heap: options.memory.heap.clone(),
        hash_seed: options.hash_seed,
        optimize: options.optimize,
        settings: options.settings.clone(),
        ..Config::default()
    };
    let Some(mut runtime) = Runtime::new(config) else {
        eprintln!("Fatal Python error: no memory for the heap");
        return 1;
    };
    if let Err(raised) = runtime.initialize() {
        let vm = runtime.vm();
        eprintln!("Fatal Python error: the library could not be started");
        return vm.report_exception(raised).max(1);
    }
    let vm = runtime.vm();
    let mut interrupted = false;
    let mut status = match run_program(vm, &options) {
        Ok(status) => status,
        Err(raised) => {
            interrupted = vm.raised_is(Exc::KeyboardInterrupt) && !options.settings.inspect;
            let status = vm.report_exception(raised);
            if options.settings.inspect && !matches!(options.source, Source::Stdin) {
                repl::prompt(vm, &options)
            } else {
                status
            }
        }
    };
    if !vm.finalize() {
        status = 120;
    }
    if interrupted {
        // The one who waits for the program must see that the signal ended it. 0 is the signal's default.
        let host = vm.host();
        let _ = host.set_signal(SIGINT, 0).and_then(|_| host.raise_signal(SIGINT));
    }
    status
}

/// Runs what the command line asks for; `Ok` gives the exit status.
fn run_program(vm: &mut Vm, options: &Options) -> Result<i32, Raised> {
    vm.import_site()?;
    if let Some(frames) = options.memory.trace_frames {
        vm.start_tracemalloc(frames);
    }
    if let Some(n) = options.memory.fail_at {
        vm.heap_mut().fail_allocation(n);
    }
    let safe = options.settings.safe_path;
    match &options.source {
        Source::Command(command) => {
            if !safe {
                vm.prepend_path(b"")?;
            }
            match std::str::from_utf8(command) {
                Ok(command) => vm.run_command(command)?,
                Err(error) => {
                    let (place, byte) = (error.valid_up_to(), command[error.valid_up_to()]);
                    let place = String::from_utf8_lossy(&command[..place]).chars().count();
                    eprintln!("Unable to decode the command from the command line:");
                    eprintln!(
                        "UnicodeEncodeError: 'utf-8' codec can't encode character '\\udc{byte:02x}' in position {place}: \
                         surrogates not allowed"
                    );
                    return Ok(1);
                }
            }
        }
        Source::Module(module) => {
            if !safe {
                let folder = vm.host().current_dir().unwrap_or_default();
                vm.prepend_path(&folder)?;
            }
            vm.run_module(module, true)?;
        }
        Source::File(path) => {
            if let Some(status) = run_path(vm, path, options)? {
                return Ok(status);
            }
        }
        Source::Stdin => {
            if !safe {
                vm.prepend_path(b"")?;
            }
            let terminal = matches!(vm.host().is_terminal(0), Ok(true));
            if terminal || options.settings.interactive {
                return Ok(repl::run(vm, options));
            }
            run_stdin(vm)?;
        }
    }
    if options.settings.inspect && !matches!(options.source, Source::Stdin) {
        return Ok(repl::prompt(vm, options));
    }
    Ok(0)
}

fn run_stdin(vm: &mut Vm) -> Result<(), Raised> {
    let host = vm.host();
    let mut source = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        match vm.wait_host(|_| host.read(0, &mut chunk))? {
            0 => break,
            n => source.extend_from_slice(&chunk[..n]),
        }
    }
    vm.run_source(&source, "<stdin>", 0)
}

/// A path as seen from the root: scripts are known by it, wherever the program goes later.
fn absolute(vm: &Vm, path: &[u8]) -> Vec<u8> {
    match vm.host().current_dir() {
        Ok(mut folder) if !path.starts_with(b"/") => {
            folder.push(b'/');
            folder.extend_from_slice(path);
            folder
        }
        _ => path.to_vec(),
    }
}

/// Runs a file, or the `__main__` of a folder or archive. Gives a status when there is nothing to run.
fn run_path(vm: &mut Vm, path: &[u8], options: &Options) -> Result<Option<i32>, Raised> {
    if vm.is_importable_path(path)? {
        vm.prepend_path(path)?;
        vm.run_module("__main__", false)?;
        return Ok(None);
    }
    if !options.settings.safe_path {
        let real = std::fs::canonicalize(std::ffi::OsString::from_vec(path.to_vec()));
        let real = real.map(|path| path.into_os_string().into_vec()).unwrap_or_else(|_| path.to_vec());
        let folder = match real.iter().rposition(|byte| *byte == b'/') {
            Some(0) => &b"/"[..],
            Some(slash) => &real[..slash],
            None => b"",
        };
        vm.prepend_path(folder)?;
    }
    let path = &absolute(vm, path);
    match vm.run_file(path, options.skip_first_line)? {
        Ok(()) => Ok(None),
        Err(errno) => {
            let text = vm.host().error_text(errno);
            let program = std::env::args().next().unwrap_or_default();
            let shown = String::from_utf8_lossy(path);
            eprintln!("{program}: can't open file '{shown}': [Errno {}] {text}", errno.0);
            Ok(Some(2))
        }
    }
}
