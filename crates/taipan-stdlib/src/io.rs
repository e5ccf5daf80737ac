//! The module `_io`: files, buffers and text streams.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod base;
pub mod buffered;
pub mod bytes_io;
pub mod file;
pub mod newline;
pub mod newline_decoder;
pub(crate) mod raw_bytes;
pub mod rw_pair;
pub mod string_io;
pub mod text;

/// `DEFAULT_BUFFER_SIZE`.
pub const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;
const UNSUPPORTED: &str = "io.UnsupportedOperation";

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_io",
    doc: "The io module provides the Python interfaces to stream handling. The\nbuiltin open function is defined in this module.",
    functions: &[
        function("open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)", open, "Open file and return a stream.  Raise OSError upon failure.").looks_at_files(),
        function("open_code(path)", open_code, "Opens the provided file with the intent to import the contents.\n\nThis may perform extra validation beyond open(), but is otherwise interchangeable\nwith calling open(path, 'rb').").looks_at_files(),
        function("text_encoding(encoding, stacklevel=2, /)", text_encoding, "A helper function to choose the text encoding.\n\nWhen encoding is not None, this function returns it.\nOtherwise, this function returns the default text encoding\n(i.e. \"locale\" or \"utf-8\" depends on UTF-8 mode).\n\nThis function emits an EncodingWarning if encoding is None and\nsys.flags.warn_default_encoding is true.\n\nThis can be used in APIs with an encoding=None parameter.\nHowever, please consider using encoding=\"utf-8\" for new APIs."),
    ],
    types: &[
        &base::IO_BASE,
        &base::RAW_IO_BASE,
        &base::BUFFERED_IO_BASE,
        &base::TEXT_IO_BASE,
        &file::TYPE,
        &buffered::READER,
        &buffered::WRITER,
        &buffered::RANDOM,
        &rw_pair::TYPE,
        &bytes_io::TYPE,
        &string_io::TYPE,
        &newline_decoder::TYPE,
        &text::TYPE,
    ],
    exec: Some(exec),
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_int(module, vm, "DEFAULT_BUFFER_SIZE", DEFAULT_BUFFER_SIZE as i64)?;
    let blocking = vm.exception_class(Exc::BlockingIOError).value();
    Module::set(module, vm, "BlockingIOError", blocking)?;
    let (os_error, value_error) =
        (vm.exception_class(Exc::OSError).value(), vm.exception_class(Exc::ValueError).value());
    let bases = Tuple::from_values(vm, &[os_error, value_error])?;
    let namespace = Dict::new(vm)?;
    let (key, io) = (vm.new_str("__module__")?, vm.new_str("io")?);
    Dict::set(namespace, vm, key, io)?;
    let name = vm.new_str("UnsupportedOperation")?;
    let metaclass = vm.class(taipan_vm::types::Builtin::Type).value();
    let unsupported = vm.call(metaclass, &[name, bases.value(), namespace.value()])?;
    vm.set_state(UNSUPPORTED, unsupported);
    Module::set(module, vm, "UnsupportedOperation", unsupported)?;
    if let Some(open) = Module::get_attr(module, vm, "open")?
        && let Some(builtins) = vm.interp().builtins
    {
        let key = Str::intern(vm, "open")?;
        Dict::set_str(builtins, vm, key, open)?;
    }
    Ok(())
}

/// Raises `io.UnsupportedOperation`.
pub fn unsupported(vm: &mut Vm, message: &str) -> Raised {
    let made = (|| {
        let class = vm.state(UNSUPPORTED).unwrap_or(Value::NONE);
        let message = vm.new_str(message)?;
        vm.call(class, &[message])
    })();
    match made {
        Ok(error) => vm.raise_value(error),
        Err(raised) => raised,
    }
}

/// Raises ValueError "I/O operation on closed file."
pub fn raise_closed(vm: &mut Vm) -> Raised {
    vm.raise(Exc::ValueError, "I/O operation on closed file.")
}

/// What closing gives after a step before it (a flush, closing the other half), of which `first` is the exception: with both
/// failed, the second exception with the first as its context.
fn outcome_of_close(vm: &mut Vm, first: Option<Value>, closed: Result<Value, Raised>) -> Result<Value, Raised> {
    match (first, closed) {
        (None, closed) => closed,
        (Some(first), Ok(_)) => Err(vm.reraise(first)),
        (Some(first), Err(raised)) => {
            let second = vm.take_raised(raised);
            vm.set_attr_name(second, name::CONTEXT, first)?;
            Err(vm.reraise(second))
        }
    }
}

/// A size argument: absent and None are -1.
pub fn size_argument(vm: &mut Vm, value: Value) -> Result<isize, Raised> {
    match value.not_none() {
        None => Ok(-1),
        Some(value) if vm.is_int(value) || vm.slots(value).index.is_some() => vm.index_isize(value),
        Some(value) => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("argument should be integer or None, not '{got}'")))
        }
    }
}

/// A truth argument.
pub fn truth(vm: &mut Vm, value: Value, default: bool) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(default),
    }
}

/// The text of a str argument, `None` for None.
fn optional_text(vm: &mut Vm, value: Value, function: &str, argument: &str) -> Result<Option<String>, Raised> {
    match value.not_none() {
        None => Ok(None),
        Some(value) => match value.downcast::<Str>(vm) {
            Some(text) => Ok(Some(text.get(vm).to_string_lossy())),
            None => {
                let got = vm.type_name(value);
                let message = format!("{function}() argument '{argument}' must be str or None, not {got}");
                Err(vm.raise(Exc::TypeError, message))
            }
        },
    }
}

/// What `-X warn_default_encoding` warns of.
const NO_ENCODING: &str = "'encoding' argument not specified";

fn text_encoding(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match args.get(0).not_none() {
        Some(encoding) => Ok(encoding),
        None => {
            if vm.interp().config.settings.warn_default_encoding {
                let level = match args.get(1).given() {
                    Some(level) => vm.index_i32(level)?,
                    None => 2,
                };
                vm.warn(Exc::EncodingWarning, NO_ENCODING, level.saturating_sub(1))?;
            }
            let utf8 = vm.interp().config.settings.utf8_mode;
            let name = Str::intern(vm, if utf8 { "utf-8" } else { "locale" })?;
            Ok(name.value())
        }
    }
}

fn open_code(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(open_code));
    let path = args.get(0);
    if path.downcast::<Str>(vm).is_none() {
        let got = vm.type_name(path);
        return Err(vm.raise(Exc::TypeError, format!("open_code() argument 'path' must be str, not {got}")));
    }
    let mode = vm.new_str("rb")?;
    open_file(
        vm,
        [path, mode, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND, Value::UNBOUND],
    )
}

fn open(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(open));
    open_file(vm, args.all())
}

fn open_file(vm: &mut Vm, args: [Value; 8]) -> Result<Value, Raised> {
    let [file, mode, buffering, encoding, errors, newline, closefd, opener] = args;
    let file = if vm.is_int(file) { file } else { vm.fs_path(file)? };
    let mode = match mode.given() {
        None => "r".to_owned(),
        Some(mode) => match vm.text_of(mode) {
            Some(mode) => mode,
            None => {
                let got = vm.type_name(mode);
                return Err(vm.raise(Exc::TypeError, format!("open() argument 'mode' must be str, not {got}")));
            }
        },
    };
    let mut buffering = match buffering.given() {
        Some(buffering) => vm.index_i32(buffering)? as isize,
        None => -1,
    };
    let encoding_text = optional_text(vm, encoding, "open", "encoding")?;
    let errors_text = optional_text(vm, errors, "open", "errors")?;
    let newline_text = optional_text(vm, newline, "open", "newline")?;
    let count = |c: char| mode.chars().filter(|m| *m == c).count();
    let unique = "rwaxbt+".chars().all(|c| count(c) <= 1);
    if !unique || mode.chars().any(|c| !"rwaxbt+".contains(c)) {
        return Err(vm.raise(Exc::ValueError, format!("invalid mode: '{mode}'")));
    }
    let has = |c: char| mode.contains(c);
    let (reading, writing, appending, creating) = (has('r'), has('w'), has('a'), has('x'));
    let (updating, binary) = (has('+'), has('b'));
    if binary && has('t') {
        return Err(vm.raise(Exc::ValueError, "can't have text and binary mode at once"));
    }
    if [reading, writing, appending, creating].iter().filter(|on| **on).count() != 1 {
        return Err(vm.raise(Exc::ValueError, "must have exactly one of create/read/write/append mode"));
    }
    if binary {
        let refused = [
            ("encoding", encoding_text.is_some()),
            ("errors", errors_text.is_some()),
            ("newline", newline_text.is_some()),
        ];
        for (what, given) in refused {
            if given {
                let message =
                    format!("binary mode doesn't take {} {what} argument", if what == "newline" { "a" } else { "an" });
                return Err(vm.raise(Exc::ValueError, message));
            }
        }
    }
    if binary && buffering == 1 {
        let warnings = taipan_vm::import::import_module(vm, "_warnings")?;
        let message = vm.new_str(
            "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
        )?;
        let class = vm.exception_class(Exc::RuntimeWarning).value();
        vm.call_method(warnings, "warn", &[message, class, Value::int(1)])?;
    }
    let mut raw_mode: String = mode.chars().filter(|c| "rwax".contains(*c)).collect();
    if updating {
        raw_mode.push('+');
    }
    let raw_mode = vm.new_str(&raw_mode)?;
    let class = class_of_spec(vm, &file::TYPE)?.value();
    let closefd = closefd.given().unwrap_or(Value::TRUE);
    let opener = opener.given().unwrap_or(Value::NONE);
    let raw = vm.call(class, &[file, raw_mode, closefd, opener])?;
    let opened = (|| {
        let is_terminal = match buffering {
            0 => false,
            _ => {
                let answer = vm.call_method(raw, "_isatty_open_only", &[])?;
                vm.is_true(answer)?
            }
        };
        let mut line_buffering = false;
        if buffering == 1 || (buffering < 0 && is_terminal) {
            buffering = -1;
            line_buffering = !binary;
        }
        if buffering < 0 {
            let size = vm.get_attr_str(raw, "_blksize")?;
            buffering = vm.index_isize(size)?.clamp(DEFAULT_BUFFER_SIZE as isize, 8 << 20);
        }
        if buffering == 0 {
            return match binary {
                true => Ok(raw),
                false => Err(vm.raise(Exc::ValueError, "can't have unbuffered text I/O")),
            };
        }
        let kind = if updating {
            &buffered::RANDOM
        } else if reading {
            &buffered::READER
        } else {
            &buffered::WRITER
        };
        let class = class_of_spec(vm, kind)?.value();
        let buffer = vm.call(class, &[raw, Value::int(buffering as usize)])?;
        if binary {
            return Ok(buffer);
        }
        let class = class_of_spec(vm, &text::TYPE)?.value();
        let none = |value: Value| value.given().unwrap_or(Value::NONE);
        let wrapper =
            vm.call(class, &[buffer, none(encoding), none(errors), none(newline), Value::bool(line_buffering)])?;
        let shown = vm.new_str(&mode)?;
        let key = vm.name(taipan_vm::names::name::MODE);
        vm.set_attr(wrapper, key, Some(shown))?;
        Ok(wrapper)
    })();
    match opened {
        Ok(stream) => Ok(stream),
        Err(raised) => {
            let error = vm.take_raised(raised);
            if let Err(second) = vm.call_method(raw, "close", &[]) {
                let _ = vm.take_raised(second);
            }
            Err(vm.reraise(error))
        }
    }
}
