//! The basic interactive prompt (`sys._baserepl`): statements are read from descriptor 0, without line editing.
//!
//! Line editing, history and completion are `_pyrepl`'s, a part of the library.

use crate::gc::Gc;
use crate::modules::sys;
use crate::raise::{Exc, Raised};
use crate::types::code::Code;
use crate::value::Value;
use crate::vm::Vm;

/// The key of the `__future__` flags.
const FUTURE_FLAGS: &str = "main.future_flags";

/// Input that was read and not yet used.
#[derive(Default)]
struct Input {
    pending: Vec<u8>,
}

impl Vm {
    /// Reads and runs statements until the input ends.
    ///
    /// # Errors
    /// SystemExit of a statement; every other exception is displayed.
    pub fn run_base_repl(&mut self) -> Result<(), Raised> {
        for (prompt, default) in [("ps1", ">>> "), ("ps2", "... ")] {
            if sys::get(self, prompt)?.is_none() {
                let default = self.new_str(default)?;
                sys::set(self, prompt, default)?;
            }
        }
        let mut input = Input::default();
        let mut statement = Vec::new();
        loop {
            self.flush_streams();
            prompt(self, if statement.is_empty() { "ps1" } else { "ps2" });
            let line = match input.line(self) {
                Ok(line) => line,
                Err(raised) if self.raised_is(Exc::KeyboardInterrupt) => {
                    statement.clear();
                    self.report_statement(raised)?;
                    continue;
                }
                // Input that cannot be read, as after `os.close(0)`, has ended.
                Err(raised) => {
                    let _ = self.take_raised(raised);
                    None
                }
            };
            let ended = line.is_none();
            if ended {
                let _ = self.host().write(2, b"\n");
            }
            let line = line.unwrap_or_default();
            statement.extend_from_slice(&line);
            if statement.iter().all(u8::is_ascii_whitespace) {
                statement.clear();
                if ended {
                    return Ok(());
                }
            } else if ended || (statement.ends_with(b"\n") && is_complete(self, &statement)) {
                let source = std::mem::take(&mut statement);
                if let Err(raised) = self.run_statement(&source) {
                    self.report_statement(raised)?;
                }
            }
        }
    }

    fn run_statement(&mut self, source: &[u8]) -> Result<(), Raised> {
        let filename = self.new_str("<stdin>")?;
        self.run_interactive(source, filename)
    }

    /// Displays what a statement raised, unless it ends the prompt.
    fn report_statement(&mut self, raised: Raised) -> Result<(), Raised> {
        if self.raised_is(Exc::SystemExit) {
            return Err(raised);
        }
        if self.raised_is(Exc::KeyboardInterrupt) {
            let _ = self.take_raised(raised);
            let _ = self.host().write(2, b"\nKeyboardInterrupt\n");
            return Ok(());
        }
        self.report_exception(raised);
        Ok(())
    }
}

impl Input {
    /// The next line with its end, `None` at the end of the input.
    fn line(&mut self, vm: &mut Vm) -> Result<Option<Vec<u8>>, Raised> {
        let host = vm.host();
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.pending.drain(..=end).collect()));
            }
            let mut chunk = [0; 4096];
            match vm.wait_host(|_| host.read(0, &mut chunk))? {
                0 if self.pending.is_empty() => return Ok(None),
                0 => return Ok(Some(std::mem::take(&mut self.pending))),
                n => self.pending.extend_from_slice(&chunk[..n]),
            }
        }
    }
}

fn prompt(vm: &mut Vm, which: &str) {
    let text = (|| match sys::get(vm, which)? {
        Some(prompt) => vm.str_string(prompt),
        None => Ok(String::new()),
    })();
    let text = text.unwrap_or_else(|raised| {
        let _ = vm.take_raised(raised);
        String::new()
    });
    let _ = vm.host().write(2, text.as_bytes());
}

/// Whether the text is a whole statement (or wrong). A compound statement ends with an empty line.
fn is_complete(vm: &mut Vm, source: &[u8]) -> bool {
    // The library takes the last line without its end: a line end there is an empty line.
    let text = String::from_utf8_lossy(source.strip_suffix(b"\n").unwrap_or(source)).into_owned();
    let complete = (|| {
        let codeop = crate::import::import_module(vm, "codeop")?;
        let (text, name, symbol) = (vm.new_str(&text)?, vm.new_str("<stdin>")?, vm.new_str("single")?);
        let code = vm.call_method(codeop, "compile_command", &[text, name, symbol])?;
        Ok(!code.is_none())
    })();
    match complete {
        Ok(complete) => complete,
        Err(raised) => {
            let _: Value = vm.take_raised(raised);
            true
        }
    }
}

/// The `__future__` flags that statements at the prompt have set so far.
pub(crate) fn future_flags(vm: &Vm) -> u32 {
    vm.state(FUTURE_FLAGS)
        .and_then(|flags| flags.as_small_int())
        .and_then(|flags| u32::try_from(flags).ok())
        .unwrap_or(0)
}

/// Lets tracebacks show the lines of a statement, and keeps the `__future__` features that it asked for.
pub(crate) fn remember_statement(vm: &mut Vm, code: Gc<Code>, source: &[u8], filename: Value) -> Result<(), Raised> {
    let asked = code.get(vm).data().flags & taipan_compiler::compile::CODE_FLAGS_MASK;
    let known = future_flags(vm);
    vm.set_state(FUTURE_FLAGS, Value::int((known | asked) as usize));
    let text = vm.new_str(&String::from_utf8_lossy(source))?;
    let linecache = crate::import::import_module(vm, "linecache")?;
    vm.call_method(linecache, "_register_code", &[code.value(), text, filename]).map(drop)
}
