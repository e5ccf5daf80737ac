//! The standard streams: opened through `_io`; before that, plain writers.

use crate::args::Args;
use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::host::Errno;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::spec::{NO_NEW, TypeSpec, method};
use crate::types::str::Str;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// Writes text to a descriptor at once, as UTF-8.
    pub struct EarlyWriter {
        fd: i64,
    }
}

static EARLY_WRITER: TypeSpec = TypeSpec {
    name: "early_writer",
    module: "sys",
    layout: Some(<EarlyWriter as HeapObject>::native),
    methods: &[
        method("write($self, text, /)", write, "Write text."),
        method("flush($self, /)", flush, "Do nothing: nothing is buffered."),
    ],
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

impl EarlyWriter {
    /// A writer for a descriptor.
    pub fn new(vm: &mut Vm, fd: i32) -> Result<Value, Raised> {
        let class = class_of_spec(vm, &EARLY_WRITER)?;
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, EarlyWriter { header: HeaderWord::NEW, fd: i64::from(fd) })?.value())
    }
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = args.receiver::<EarlyWriter>(vm).get(vm).fd as i32;
    let Some(text) = args.get(1).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("write() argument must be str, not {got}")));
    };
    let n = text.get(vm).len();
    let bytes = text.get(vm).to_string_lossy().into_bytes();
    let host = vm.host();
    let mut left = &bytes[..];
    while !left.is_empty() {
        match vm.detached(|| host.write(fd, left)) {
            Ok(n) => left = &left[n.min(left.len())..],
            Err(Errno::INTERRUPTED) => vm.run_signal_handlers()?,
            Err(errno) => return Err(vm.raise_os_error(errno, &[])),
        }
    }
    Ok(Value::int(n))
}

fn flush(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

/// Whether the environment asks for the locale C or POSIX, or for none: then bytes that are no text pass through the standard
/// streams (PEP 538, PEP 540).
fn has_plain_locale(vm: &Vm) -> bool {
    let environment = vm.host().environment().unwrap_or_default();
    let value = |wanted: &[u8]| environment.iter().find(|(name, value)| name == wanted && !value.is_empty());
    let locale = [&b"LC_ALL"[..], b"LC_CTYPE", b"LANG"].into_iter().find_map(value).map(|(_, value)| value.as_slice());
    matches!(locale, None | Some(b"C" | b"POSIX" | b"C.UTF-8" | b"C.utf8"))
}

/// The output streams as they were opened, whatever the program has put in their place.
const OUTPUTS: [&str; 2] = ["streams.stdout", "streams.stderr"];

/// Writes out what the streams opened at the start still hold, at the end of the interpreter. What fails then, fails silently.
pub fn flush_opened(vm: &mut Vm) {
    for key in OUTPUTS {
        let Some(file) = vm.state(key).filter(|file| !file.is_none()) else { continue };
        let flushed = (|| {
            let closed = vm.get_attr_str(file, "closed")?;
            if !vm.is_true(closed)? {
                vm.call_method(file, "flush", &[])?;
            }
            Ok(())
        })();
        if let Err(raised) = flushed {
            let _ = vm.take_raised(raised);
        }
    }
}

/// Opens `sys.stdin`, `sys.stdout`, `sys.stderr` and their `__std*__` twins.
pub fn open(vm: &mut Vm) -> Result<(), Raised> {
    let settings = vm.interp().config.settings.clone();
    let (encoding, handler) = settings.io_encoding;
    let tolerant = encoding.is_none() && (settings.utf8_mode || has_plain_locale(vm));
    let encoding = encoding.unwrap_or_else(|| "utf-8".to_owned());
    for (stream, fd, writes) in [("stdin", 0, false), ("stdout", 1, true), ("stderr", 2, true)] {
        let errors = match (&handler, stream) {
            (_, "stderr") => "backslashreplace".to_owned(),
            (Some(handler), _) => handler.clone(),
            (None, _) if tolerant => "surrogateescape".to_owned(),
            (None, _) => "strict".to_owned(),
        };
        let file = open_one(vm, stream, fd, writes, &encoding, &errors, settings.unbuffered)?;
        crate::modules::sys::set(vm, stream, file)?;
        crate::modules::sys::set(vm, &format!("__{stream}__"), file)?;
        if let Some(key) = OUTPUTS.iter().copied().find(|key| key.ends_with(stream)) {
            vm.set_state(key, file);
        }
    }
    Ok(())
}

fn open_one(
    vm: &mut Vm,
    stream: &str,
    fd: i32,
    writes: bool,
    encoding: &str,
    errors: &str,
    unbuffered: bool,
) -> Result<Value, Raised> {
    let host = vm.host();
    if host.status_fd(fd).is_err() {
        return Ok(Value::NONE);
    }
    let io = crate::import::import_module(vm, "_io")?;
    let open = vm.get_attr_str(io, "open")?;
    let mode = vm.new_str(if writes { "wb" } else { "rb" })?;
    let raw_writes = writes && unbuffered;
    let buffering = if raw_writes { Value::int(0) } else { Value::int32(-1) };
    let buffer = vm.call_keywords(open, &[Value::int32(fd), mode, buffering], &[("closefd", Value::FALSE)])?;
    let raw = if raw_writes { buffer } else { vm.get_attr_str(buffer, "raw")? };
    let shown = vm.new_str(&format!("<{stream}>"))?;
    let key = vm.name(name::THREAD_NAME);
    vm.set_attr(raw, key, Some(shown))?;
    let is_terminal = matches!(host.is_terminal(fd), Ok(true));
    let wrapper = vm.get_attr_str(io, "TextIOWrapper")?;
    let (encoding, errors) = (vm.new_str(encoding)?, vm.new_str(errors)?);
    let newline = vm.new_str("\n")?;
    let line_buffering = Value::bool(writes && (is_terminal || stream == "stderr") && !unbuffered);
    let file = vm.call_keywords(
        wrapper,
        &[buffer],
        &[
            ("encoding", encoding),
            ("errors", errors),
            ("newline", if writes { newline } else { Value::NONE }),
            ("line_buffering", line_buffering),
            ("write_through", Value::bool(raw_writes)),
        ],
    )?;
    let mode_key = vm.name(name::MODE);
    let mode = vm.new_str(if writes { "w" } else { "r" })?;
    vm.set_attr(file, mode_key, Some(mode))?;
    // They are flushed at the end, never closed.
    for stream in [file, buffer, raw] {
        vm.forget_instance(stream);
    }
    Ok(file)
}
