//! Running programs: a file, a string, a module, standard input; and what an exception that ends one leads to.

use taipan_syntax::Mode;

use crate::compile::{SourceOptions, compile_source, flag, read_file};
use crate::execute::{code_of, run_code};
use crate::host::Errno;
use crate::modules::sys;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::repl;
use crate::start::main_dict;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::origin::START_FOLDER;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// Memory beyond the limit for telling that it is used up.
const END_RESERVE: usize = 4 << 20;

impl Vm {
    /// Runs source as `__main__` (`-c`).
    pub fn run_source(&mut self, source: &[u8], filename: &str, flags: u32) -> Result<(), Raised> {
        let filename = self.new_str(filename)?;
        let optimize = self.interp().config.optimize;
        let from_file = flags & flag::IGNORE_COOKIE == 0;
        if !from_file {
            refuse_null_bytes(self, source, filename)?;
        }
        let options = SourceOptions { optimize, flags, from_file, ..SourceOptions::EXEC };
        let code = compile_source(self, source, filename, options)?;
        let code = code_of(self, code)?;
        let globals = main_dict(self)?;
        run_code(self, code, globals, Some(globals.value()), None)?;
        Ok(())
    }

    /// Runs the text of `-c`, without the indentation that all of its lines share.
    pub fn run_command(&mut self, source: &str) -> Result<(), Raised> {
        let source = format!("{}\n", dedent(source));
        let filename = self.new_str("<string>")?;
        refuse_null_bytes(self, source.as_bytes(), filename)?;
        let optimize = self.interp().config.optimize;
        let options = SourceOptions { optimize, flags: flag::IGNORE_COOKIE, from_file: false, ..SourceOptions::EXEC };
        let code = compile_source(self, source.as_bytes(), filename, options)?;
        let code = code_of(self, code)?;
        // Tracebacks show the lines.
        let remembered = self.remember_source(code.value(), &source, filename);
        if let Err(raised) = remembered {
            let _ = self.take_raised(raised);
        }
        let globals = main_dict(self)?;
        run_code(self, code, globals, Some(globals.value()), None)?;
        Ok(())
    }

    /// Lets tracebacks show the lines of code that comes from no file.
    fn remember_source(&mut self, code: Value, source: &str, filename: Value) -> Result<(), Raised> {
        let text = self.new_str(source)?;
        let linecache = crate::import::import_module(self, "linecache")?;
        self.call_method(linecache, "_register_code", &[code, text, filename]).map(drop)
    }

    /// Runs a file as `__main__`, without its first line if asked. `Err` with the error number when it cannot be read.
    pub fn run_file(&mut self, path: &[u8], skip_first_line: bool) -> Result<Result<(), Errno>, Raised> {
        let host = self.host();
        let mut source = match read_file(&*host, path) {
            Ok(source) => source,
            Err(errno) => return Ok(Err(errno)),
        };
        if skip_first_line {
            // The newline stays, so that the other lines keep their numbers.
            let end = source.iter().position(|byte| *byte == b'\n').unwrap_or(source.len());
            source.drain(..end);
        }
        let filename = self.decode_name(path)?;
        let globals = main_dict(self)?;
        let key = self.name(name::FILE);
        Dict::set_str(globals, self, key, filename)?;
        let key = self.name(name::CACHED);
        Dict::set_str(globals, self, key, Value::NONE)?;
        // Compiled code is known by its name, or by the first two bytes of the magic number.
        let is_compiled = path.ends_with(b".pyc") || source.starts_with(&taipan_bytecode::pyc::MAGIC_NUMBER[..2]);
        self.set_main_loader(filename, if is_compiled { "SourcelessFileLoader" } else { "SourceFileLoader" })?;
        let code = if is_compiled {
            if !source.starts_with(&taipan_bytecode::pyc::MAGIC_NUMBER) {
                return Err(self.raise(Exc::RuntimeError, "Bad magic number in .pyc file"));
            }
            let body = source.get(taipan_bytecode::pyc::HEADER_SIZE..).unwrap_or(&[]);
            match taipan_bytecode::marshal::load_code(body) {
                Ok(code) => code,
                Err(_) => return Err(self.raise(Exc::RuntimeError, "Bad code object in .pyc file")),
            }
        } else {
            let optimize = self.interp().config.optimize;
            compile_source(self, &source, filename, SourceOptions { optimize, from_file: true, ..SourceOptions::EXEC })?
        };
        let code = code_of(self, code)?;
        run_code(self, code, globals, Some(globals.value()), None)?;
        Ok(Ok(()))
    }

    /// `__main__.__loader__` for a script: a SourceFileLoader, or the one of compiled code.
    fn set_main_loader(&mut self, filename: Value, class: &str) -> Result<(), Raised> {
        if self.state(crate::import::BOOTSTRAP).is_none() {
            return Ok(());
        }
        let external = crate::import::import_module(self, "_frozen_importlib_external")?;
        let class = self.get_attr_str(external, class)?;
        let main = self.new_str("__main__")?;
        let loader = self.call(class, &[main, filename])?;
        let globals = main_dict(self)?;
        let key = self.name(name::LOADER);
        Dict::set_str(globals, self, key, loader)
    }

    /// Runs a module as `__main__` (`-m`), or what lies at `sys.path[0]` (a folder or archive).
    pub fn run_module(&mut self, module: &str, alter_argv: bool) -> Result<(), Raised> {
        let runpy = crate::import::import_module(self, "runpy")?;
        let module = self.new_str(module)?;
        self.call_method(runpy, "_run_module_as_main", &[module, Value::bool(alter_argv)])?;
        Ok(())
    }

    /// Puts the folder the program was started from before all others on `sys.path`.
    pub fn prepend_path(&mut self, folder: &[u8]) -> Result<(), Raised> {
        let folder = self.decode_name(folder)?;
        self.set_state(START_FOLDER, folder);
        if let Some(path) = sys::get(self, "path")? {
            self.call_method(path, "insert", &[Value::int(0), folder])?;
        }
        Ok(())
    }

    /// Whether a path is something that Python code can be imported from: a folder or an archive.
    pub fn is_importable_path(&mut self, path: &[u8]) -> Result<bool, Raised> {
        if self.state(crate::import::BOOTSTRAP).is_none() {
            return Ok(false);
        }
        let external = crate::import::import_module(self, "_frozen_importlib_external")?;
        let finder = self.get_attr_str(external, "PathFinder")?;
        let path = self.decode_name(path)?;
        let importer = self.call_method(finder, "_path_importer_cache", &[path])?;
        Ok(!importer.is_none())
    }

    /// Runs one statement of the interactive prompt; its value is displayed.
    pub fn run_interactive(&mut self, source: &[u8], filename: Value) -> Result<(), Raised> {
        let flags = flag::IGNORE_COOKIE | repl::future_flags(self);
        let optimize = self.interp().config.optimize;
        let options = SourceOptions { mode: Mode::Single, flags, optimize, ..SourceOptions::EXEC };
        let code = compile_source(self, source, filename, options)?;
        let code = code_of(self, code)?;
        repl::remember_statement(self, code, source, filename)?;
        let globals = main_dict(self)?;
        run_code(self, code, globals, Some(globals.value()), None)?;
        Ok(())
    }

    /// Ends a program on an exception: SystemExit gives its status, others are displayed. Gives the exit status.
    pub fn report_exception(&mut self, raised: Raised) -> i32 {
        let is_exit = self.raised_is(Exc::SystemExit);
        let is_interrupt = self.raised_is(Exc::KeyboardInterrupt);
        let is_memory = self.raised_is(Exc::MemoryError);
        let exception = self.take_raised(raised);
        if is_exit {
            return self.exit_status(exception);
        }
        if is_memory {
            self.heap_mut().raise_limit(END_RESERVE);
        }
        self.flush_streams();
        if let Err(raised) = self.display_uncaught(exception) {
            let second = self.take_raised(raised);
            if let Err(raised) = sys::hooks::display_exception(self, second) {
                let _ = self.take_raised(raised);
                // Nothing that needs memory can tell.
                let line = [self.type_name(exception).as_bytes(), b"\n"].concat();
                let _ = self.interp().host.write(2, &line);
            }
        }
        if is_interrupt {
            self.interp_mut().interrupted = true;
            return 130;
        }
        1
    }

    /// Calls `sys.excepthook`.
    fn display_uncaught(&mut self, exception: Value) -> Result<(), Raised> {
        sys::set(self, "last_exc", exception)?;
        let class = self.type_of(exception).value();
        let traceback = self.get_attr_name(exception, name::TRACEBACK)?;
        sys::set(self, "last_type", class)?;
        sys::set(self, "last_value", exception)?;
        sys::set(self, "last_traceback", traceback)?;
        let hook = sys::get(self, "excepthook")?;
        self.audit("sys.excepthook", &[hook.unwrap_or(Value::NONE), class, exception, traceback])?;
        let Some(hook) = hook else {
            return self
                .print_to_stderr("sys.excepthook is missing\n")
                .and_then(|()| sys::hooks::display_exception(self, exception));
        };
        match self.call(hook, &[class, exception, traceback]) {
            Ok(_) => Ok(()),
            Err(raised) => {
                if self.raised_is(Exc::SystemExit) {
                    return Err(raised);
                }
                let second = self.take_raised(raised);
                self.print_to_stderr("Error in sys.excepthook:\n")?;
                sys::hooks::display_exception(self, second)?;
                self.print_to_stderr("\nOriginal exception was:\n")?;
                sys::hooks::display_exception(self, exception)
            }
        }
    }

    pub(crate) fn print_to_stderr(&mut self, text: &str) -> Result<(), Raised> {
        if let Some(stderr) = sys::get(self, "stderr")?.filter(|stderr| !stderr.is_none()) {
            let text = self.new_str(text)?;
            self.call_method_name(stderr, name::WRITE, &[text])?;
        }
        Ok(())
    }

    /// The status of a SystemExit; a text status is printed.
    fn exit_status(&mut self, exception: Value) -> i32 {
        let code = match self.get_attr_str(exception, "code") {
            Ok(code) => code,
            Err(raised) => {
                let _ = self.take_raised(raised);
                return 1;
            }
        };
        if code.is_none() {
            return 0;
        }
        if self.is_int(code) {
            return self.as_i64(code).map_or(-1, |code| code as i32) & 0xFF;
        }
        self.flush_streams();
        let printed = (|| {
            let stderr = crate::modules::sys::get(self, "stderr")?.filter(|stderr| !stderr.is_none());
            let Some(stderr) = stderr else { return Ok(()) };
            let (text, end) = (self.str(code)?, self.new_str("\n")?);
            self.call_method_name(stderr, name::WRITE, &[text])?;
            self.call_method_name(stderr, name::WRITE, &[end]).map(drop)
        })();
        if let Err(raised) = printed {
            let _ = self.take_raised(raised);
        }
        1
    }

    /// A new list of strs for `sys.argv`.
    pub fn set_argv(&mut self, argv: &[Vec<u8>]) -> Result<(), Raised> {
        let list = List::new(self)?;
        for arg in argv {
            let arg = self.decode_name(arg)?;
            List::push(list, self, arg)?;
        }
        sys::set(self, "argv", list.value())
    }

    /// The text of a str value as UTF-8, for the host's own use.
    pub fn utf8_of(&self, value: Value) -> Option<String> {
        value.downcast::<Str>(self)?.get(self).to_utf8().map(|text| text.into_owned())
    }
}

/// The SyntaxError of a command with a null byte, which names the place, as a source given to `compile` does not. The lines
/// of files are looked at one by one.
fn refuse_null_bytes(vm: &mut Vm, source: &[u8], filename: Value) -> Result<(), Raised> {
    let Some(place) = source.iter().position(|byte| *byte == 0) else { return Ok(()) };
    let before = &source[..place];
    let line = Value::int(before.iter().filter(|byte| **byte == b'\n').count() + 1);
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let text = vm.new_str(&String::from_utf8_lossy(&before[start..]))?;
    let zero = Value::int(0);
    let details = Tuple::from_values(vm, &[filename, line, zero, text, line, zero])?;
    let message = vm.new_str("source code cannot contain null bytes")?;
    Err(vm.raise_with(Exc::SyntaxError, &[message, details.value()]))
}

/// The text without the blanks and tabs that all of its lines that are not blank begin with.
fn dedent(source: &str) -> String {
    let indent_of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut common: Option<&str> = None;
    for line in source.split('\n').filter(|line| indent_of(line) < line.len()) {
        let indent = &line[..indent_of(line)];
        common = Some(match common {
            None => indent,
            Some(known) => {
                let shared = known.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
                &known[..shared]
            }
        });
    }
    let width = common.map_or(0, str::len);
    if width == 0 {
        return source.to_owned();
    }
    let lines = source.split('\n').map(|line| if indent_of(line) < line.len() { &line[width..] } else { "" });
    lines.collect::<Vec<_>>().join("\n")
}
