//! The interactive session: start-up file and hook, then the library's line editor or the basic prompt.

use taipan::vm::import::import_module;
use taipan::vm::modules::sys;
use taipan::vm::raise::{Exc, Raised};
use taipan::vm::vm::Vm;

use crate::options::Options;

/// An interactive session instead of a program: banner, `PYTHONSTARTUP`, the prompt. Gives the exit status.
pub fn run(vm: &mut Vm, options: &Options) -> i32 {
    if !options.settings.quiet {
        let version = match sys::get(vm, "version") {
            Ok(Some(version)) => vm.utf8_of(version).unwrap_or_default(),
            _ => String::new(),
        };
        eprintln!("Python {version} on {}", std::env::consts::OS);
        if !options.settings.no_site {
            eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
        }
    }
    if let Some(path) = &options.startup
        && let Err(raised) = run_startup(vm, path)
    {
        let exits = vm.raised_is(Exc::SystemExit);
        let status = vm.report_exception(raised);
        if exits {
            return status;
        }
    }
    prompt(vm, options)
}

/// The prompt after a program (`-i`), or after the start-up file.
pub fn prompt(vm: &mut Vm, options: &Options) -> i32 {
    if let Err(raised) = interactive_hook(vm) {
        eprintln!("Failed calling sys.__interactivehook__");
        vm.report_exception(raised);
    }
    let terminal = matches!(vm.host().is_terminal(0), Ok(true));
    let session = if terminal && !options.basic_repl { edited(vm, options) } else { vm.run_base_repl() };
    match session {
        Ok(()) => 0,
        Err(raised) => vm.report_exception(raised),
    }
}

fn run_startup(vm: &mut Vm, path: &[u8]) -> Result<(), Raised> {
    if let Err(errno) = vm.run_file(path, false)? {
        eprintln!("Could not open PYTHONSTARTUP");
        let path = vm.decode_name(path)?;
        return Err(vm.raise_os_error(errno, &[path]));
    }
    Ok(())
}

fn interactive_hook(vm: &mut Vm) -> Result<(), Raised> {
    if let Some(hook) = sys::get(vm, "__interactivehook__")? {
        vm.call(hook, &[])?;
    }
    Ok(())
}

/// The library's line editor; the basic prompt where it does not load.
fn edited(vm: &mut Vm, options: &Options) -> Result<(), Raised> {
    match import_module(vm, "_pyrepl.main") {
        Ok(editor) => {
            let main = import_module(vm, "__main__")?;
            let quiet = taipan::vm::value::Value::bool(options.settings.quiet);
            vm.call_method(editor, "interactive_console", &[main, quiet]).map(drop)
        }
        Err(raised) => {
            let _ = vm.take_raised(raised);
            vm.run_base_repl()
        }
    }
}
