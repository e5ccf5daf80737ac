//! The interactive prompt.

use taipan::vm::raise::Exc;
use taipan::vm::value::Value;
use taipan::vm::vm::Vm;

/// Reads and runs statements until the input ends or the program exits; gives the exit status.
pub fn run(vm: &mut Vm, banner: bool) -> i32 {
    if banner {
        eprintln!("Python 3.14.10 (Taipan) on {}", std::env::consts::OS);
        eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
    let host = vm.host();
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer: Vec<u8> = Vec::new();
    loop {
        prompt(vm, if buffer.is_empty() { "ps1" } else { "ps2" });
        let line = loop {
            if let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                break Some(pending.drain(..=end).collect::<Vec<u8>>());
            }
            let mut chunk = [0; 4096];
            match vm.wait_host(|_| host.read(0, &mut chunk)) {
                Ok(0) => {
                    break if pending.is_empty() { None } else { Some(std::mem::take(&mut pending)) };
                }
                Ok(n) => pending.extend_from_slice(&chunk[..n]),
                Err(raised) => {
                    let _ = vm.take_raised(raised);
                    eprintln!("\nKeyboardInterrupt");
                    buffer.clear();
                    break Some(Vec::new());
                }
            }
        };
        let ended = line.is_none();
        let line = line.unwrap_or_default();
        if ended && buffer.is_empty() {
            eprintln!();
            return 0;
        }
        let blank = line.iter().all(u8::is_ascii_whitespace);
        buffer.extend_from_slice(&line);
        if buffer.iter().all(u8::is_ascii_whitespace) {
            buffer.clear();
            if ended {
                return 0;
            }
            continue;
        }
        if !ended && !is_complete(vm, &buffer, blank) {
            continue;
        }
        let source = std::mem::take(&mut buffer);
        if let Some(status) = run_one(vm, &source) {
            return status;
        }
        if ended {
            return 0;
        }
    }
}

fn prompt(vm: &mut Vm, which: &str) {
    let default = if which == "ps1" { ">>> " } else { "... " };
    let text = match taipan::vm::modules::sys::get(vm, which) {
        Ok(Some(prompt)) => vm.str_string(prompt).unwrap_or_else(|raised| {
            let _ = vm.take_raised(raised);
            default.to_owned()
        }),
        Ok(None) => default.to_owned(),
        Err(raised) => {
            let _ = vm.take_raised(raised);
            default.to_owned()
        }
    };
    vm.flush_streams();
    let _ = vm.host().write(1, text.as_bytes());
}

/// Whether the text is a whole statement (or wrong). A compound statement ends with an empty line.
fn is_complete(vm: &mut Vm, source: &[u8], blank_line: bool) -> bool {
    let text = String::from_utf8_lossy(source).into_owned();
    let complete = (|| {
        let codeop = taipan::vm::import::import_module(vm, "codeop")?;
        let (text, name, symbol) = (vm.new_str(&text)?, vm.new_str("<stdin>")?, vm.new_str("single")?);
        let code = vm.call_method(codeop, "compile_command", &[text, name, symbol])?;
        Ok(!code.is_none())
    })();
    match complete {
        Ok(complete) => complete || (blank_line && text.ends_with("\n\n\n")),
        Err(raised) => {
            let _: Value = vm.take_raised(raised);
            true
        }
    }
}

fn run_one(vm: &mut Vm, source: &[u8]) -> Option<i32> {
    let result = match vm.new_str("<stdin>") {
        Ok(filename) => vm.run_interactive(source, filename),
        Err(raised) => Err(raised),
    };
    if let Err(raised) = result {
        let exits = vm.raised_is(Exc::SystemExit);
        let status = vm.report_exception(raised);
        if exits {
            return Some(status);
        }
    }
    vm.flush_streams();
    None
}
