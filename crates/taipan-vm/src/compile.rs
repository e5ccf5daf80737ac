//! From source to code objects: parser and compiler called for Python, their errors and warnings raised.

use std::cell::RefCell;
use std::sync::Arc;

use taipan_bytecode::{CodeObject, Wtf8Buf};
use taipan_compiler::{CompileError, CompileOptions, Warning};
use taipan_syntax::ast::{Arena, Tree, unescape_surrogates};
use taipan_syntax::{Details, ErrorKind, Mode, ParseOptions, SyntaxError, SyntaxWarning, WarningCategory};

use crate::host::HostResult;
use crate::raise::{Exc, Raised};
use crate::types::builtin_method::BuiltinMethod;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Flags of `compile()` beyond the future features.
pub mod flag {
    pub const SOURCE_IS_UTF8: u32 = 0x100;
    pub const DONT_IMPLY_DEDENT: u32 = 0x200;
    pub const ONLY_AST: u32 = 0x400;
    pub const IGNORE_COOKIE: u32 = 0x800;
    pub const TYPE_COMMENTS: u32 = 0x1000;
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    pub const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
    pub const OPTIMIZED_AST: u32 = 0x8000 | ONLY_AST;
    /// All of them and all future features.
    pub const ALL: u32 = 0x1FE_0000 | 0xFF00 | 0x10;
}

/// How to compile a source.
#[derive(Clone, Copy, Debug)]
pub struct SourceOptions {
    pub mode: Mode,
    /// `flag` and `CO_FUTURE_*` bits.
    pub flags: u32,
    pub optimize: u8,
    /// Minor version of the grammar.
    pub feature_version: u8,
    /// The source is a program read from the file of that name.
    pub from_file: bool,
}

impl SourceOptions {
    /// A module of a str or of decoded bytes.
    pub const EXEC: SourceOptions =
        SourceOptions { mode: Mode::Exec, flags: 0, optimize: 0, feature_version: 14, from_file: false };
}

/// Sources from this size on are compiled only if there is room for what that takes outside the heap.
const LARGE_SOURCE: usize = 256 << 10;
/// What tree, tables and code take for a word and what ends it, from small statements to long displays: 50 to 120 bytes.
const BYTES_PER_WORD: usize = 64;

/// Parses a source to a tree in the arena; SyntaxError and warnings as CPython gives them.
pub fn parse_source<'a>(
    vm: &mut Vm,
    arena: &'a Arena,
    source: &[u8],
    filename: Value,
    options: SourceOptions,
) -> Result<Tree<'a>, Raised> {
    if vm.is_audited() {
        let shown = vm.new_bytes(source)?;
        vm.audit("compile", &[shown, filename])?;
    }
    if source.len() > LARGE_SOURCE {
        let ends_word = |byte: &&u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(**byte, b' ' | b'_');
        let words = source.iter().filter(ends_word).count();
        vm.check_native_bytes(words.saturating_mul(BYTES_PER_WORD))?;
    }
    let parse_options = ParseOptions {
        feature_version: options.feature_version,
        type_comments: options.flags & flag::TYPE_COMMENTS != 0,
        ignore_cookie: options.flags & flag::IGNORE_COOKIE != 0,
        dont_imply_dedent: options.flags & flag::DONT_IMPLY_DEDENT != 0,
        allow_incomplete_input: options.flags & flag::ALLOW_INCOMPLETE_INPUT != 0,
        barry_as_flufl: options.flags & taipan_bytecode::code::co::FUTURE_BARRY_AS_BDFL != 0,
        int_max_str_digits: vm.interp().int_max_str_digits,
        file_name: if options.from_file { vm.text_of(filename) } else { None },
        stack_limit: vm.native_limit,
    };
    let mut failure = None;
    let parsed = {
        let vm = RefCell::new(&mut *vm);
        let mut decode = |encoding: &str, bytes: &[u8]| decode_source(&mut vm.borrow_mut(), encoding, bytes);
        let mut normalize = |name: &str| match failure {
            None => normalized_by_program(&mut vm.borrow_mut(), name).unwrap_or_else(|raised| {
                failure = Some(raised);
                None
            }),
            Some(_) => None,
        };
        let (decode, normalize) = (Some(&mut decode as _), Some(&mut normalize as _));
        taipan_syntax::parse_with_warnings(arena, source, options.mode, &parse_options, decode, normalize)
    };
    if let Some(raised) = failure {
        return Err(raised);
    }
    match parsed {
        Ok(parsed) => {
            issue_syntax_warnings(
                vm,
                &parsed.warnings,
                filename,
                Some(&Parsed { source, mode: options.mode, parse_options }),
            )?;
            Ok(parsed.tree)
        }
        Err((error, warnings)) => {
            let parsed = Parsed { source, mode: options.mode, parse_options };
            issue_syntax_warnings(vm, &warnings, filename, Some(&parsed))?;
            Err(raise_syntax_error(vm, &error, filename, Some(&parsed)))
        }
    }
}

/// The normal form of a name, where a program has put something in the place of `unicodedata.normalize`.
fn normalized_by_program(vm: &mut Vm, name: &str) -> Result<Option<String>, Raised> {
    let key = Str::intern(vm, "unicodedata")?;
    let modules = vm.interp().modules;
    let Some(module) = (match modules {
        Some(modules) => Dict::get_item(modules, vm, key.value())?,
        None => None,
    }) else {
        return Ok(None);
    };
    let module = if module.is_none() { crate::import::import_module(vm, "unicodedata")? } else { module };
    let function = vm.get_attr_str(module, "normalize")?;
    if function.exact::<BuiltinMethod>().is_some_and(|function| function.get(vm).def.name == "normalize") {
        return Ok(None);
    }
    let (form, name) = (vm.new_str("NFKC")?, vm.new_str(name)?);
    let normal = vm.call(function, &[form, name])?;
    match normal.downcast::<Str>(vm) {
        Some(text) => Ok(Some(text.get(vm).to_string_lossy())),
        None => {
            let got = vm.type_name(normal);
            Err(vm.raise(Exc::TypeError, format!("unicodedata.normalize() must return a string, not {got}")))
        }
    }
}

/// A source and how it was parsed.
pub struct Parsed<'s> {
    source: &'s [u8],
    mode: Mode,
    parse_options: ParseOptions,
}

impl Parsed<'_> {
    /// The text for `_metadata`, by which a misspelt keyword is looked for; CPython decodes it once more from the
    /// encoding declared.
    fn text(&self, vm: &mut Vm) -> Result<Value, Raised> {
        let mut decode = |encoding: &str, bytes: &[u8]| decode_source(vm, encoding, bytes);
        let read = taipan_syntax::text_of_source(self.source, self.mode, &self.parse_options, Some(&mut decode));
        let Some((text, encoding)) = read else { return Ok(Value::NONE) };
        match encoding.filter(|encoding| encoding != "utf-8") {
            Some(encoding) => match decode_source(vm, &encoding, &text) {
                Ok(text) => vm.new_str(&text),
                Err(_) => Ok(Value::NONE),
            },
            None => vm.new_str(&String::from_utf8_lossy(&text)),
        }
    }
}

/// Issues the parser's warnings; one that is an error becomes a SyntaxError of its place.
pub fn issue_syntax_warnings(
    vm: &mut Vm,
    warnings: &[SyntaxWarning],
    filename: Value,
    parsed: Option<&Parsed<'_>>,
) -> Result<(), Raised> {
    for warning in warnings {
        let category = match warning.category {
            WarningCategory::SyntaxWarning => Exc::SyntaxWarning,
            WarningCategory::DeprecationWarning => Exc::DeprecationWarning,
        };
        if let Err(raised) = warn_explicit(vm, category, &warning.msg, filename, warning.lineno as i32) {
            // Where the warning is an error, the error has the place and the words of a syntax error.
            let replaced = vm.raised_is(category);
            return Err(if replaced {
                let _ = vm.take_raised(raised);
                raise_syntax_error(vm, &warning.as_error(), filename, parsed)
            } else {
                raised
            });
        }
    }
    Ok(())
}

/// Compiles a source to the data of a code object.
pub fn compile_source(
    vm: &mut Vm,
    source: &[u8],
    filename: Value,
    options: SourceOptions,
) -> Result<Arc<CodeObject>, Raised> {
    // Each tree lies where those before it lay.
    let mut arena = std::mem::take(&mut vm.interp_mut().compiler.arena);
    let compiled = match parse_source(vm, &arena, source, filename, options) {
        Ok(tree) => compile_tree(vm, tree, filename, options),
        Err(raised) => Err(raised),
    };
    arena.reset();
    if arena.allocated_bytes() <= ARENA_KEPT {
        vm.interp_mut().compiler.arena = arena;
    }
    compiled
}

/// So many bytes of an arena at most are kept for the next tree.
const ARENA_KEPT: usize = 128 << 10;

/// Memory that serves one compilation after the other.
#[derive(Debug, Default)]
pub struct CompilerMemory {
    arena: Arena,
    units: taipan_compiler::Memory,
}

/// Compiles a tree to the data of a code object.
pub fn compile_tree(
    vm: &mut Vm,
    tree: Tree<'_>,
    filename: Value,
    options: SourceOptions,
) -> Result<Arc<CodeObject>, Raised> {
    let name = match filename.downcast::<crate::types::str::Str>(vm) {
        Some(text) => text.get(vm).to_wtf8(),
        None => "<string>".into(),
    };
    let compile_options =
        CompileOptions { optimize: options.optimize, flags: options.flags, stack_limit: vm.native_limit };
    let mut warnings = Vec::new();
    let mut memory = std::mem::take(&mut vm.interp_mut().compiler.units);
    let compiled = taipan_compiler::compile::compile_wtf8(tree, name, compile_options, &mut warnings, &mut memory);
    vm.interp_mut().compiler.units = memory;
    issue_warnings(vm, &warnings, filename)?;
    compiled.map(Arc::new).map_err(|error| raise_compile_error(vm, &error, filename))
}

/// Issues the compiler's warnings; one that is an error becomes a SyntaxError of its place.
pub fn issue_warnings(vm: &mut Vm, warnings: &[Warning], filename: Value) -> Result<(), Raised> {
    for warning in warnings {
        let lineno = warning.location.lineno;
        if let Err(raised) = warn_explicit(vm, Exc::SyntaxWarning, &warning.message, filename, lineno) {
            if !vm.raised_is(Exc::SyntaxWarning) {
                return Err(raised);
            }
            let _ = vm.take_raised(raised);
            let error = CompileError::syntax(warning.message.clone(), warning.location);
            return Err(raise_compile_error(vm, &error, filename));
        }
    }
    Ok(())
}

/// Decodes source bytes by the `codecs` registry; the message of the failure otherwise.
fn decode_source(vm: &mut Vm, encoding: &str, bytes: &[u8]) -> Result<String, String> {
    let decoded = (|| {
        let bytes = vm.new_bytes(bytes)?;
        let encoding = vm.new_str(encoding)?;
        vm.call_method(bytes, "decode", &[encoding])
    })();
    match decoded {
        Ok(text) => match text.downcast::<crate::types::str::Str>(vm) {
            Some(text) => Ok(text.get(vm).to_string_lossy()),
            None => Err(format!("encoding problem: {encoding}")),
        },
        Err(raised) => {
            let error = vm.take_raised(raised);
            Err(match vm.str_string(error) {
                Ok(text) => text,
                Err(raised) => {
                    let _ = vm.take_raised(raised);
                    format!("encoding problem: {encoding}")
                }
            })
        }
    }
}

/// Raises the SyntaxError (or IndentationError, TabError, MemoryError) of the parser with its place and source line.
pub fn raise_syntax_error(vm: &mut Vm, error: &SyntaxError, filename: Value, parsed: Option<&Parsed<'_>>) -> Raised {
    let exc = match error.kind {
        ErrorKind::SyntaxError => Exc::SyntaxError,
        ErrorKind::IndentationError => Exc::IndentationError,
        ErrorKind::TabError => Exc::TabError,
        ErrorKind::IncompleteInput => Exc::IncompleteInputError,
        ErrorKind::MemoryError => return vm.raise(Exc::MemoryError, &error.msg),
        ErrorKind::ValueError => return vm.raise(Exc::ValueError, &error.msg),
    };
    let Some(location) = &error.location else { return vm.raise(exc, &error.msg) };
    let metadata = error.last_statement;
    let made = (|| {
        let of_file = if location.prefers_file { program_text(vm, filename, location.lineno) } else { None };
        let text = match of_file {
            Some(line) => vm.new_str(&line)?,
            None => match &location.text {
                Some(text) => vm.new_str(text)?,
                None => Value::NONE,
            },
        };
        let name = if location.has_filename { filename } else { Value::NONE };
        let (line, offset) = (Value::int32(location.lineno), Value::int32(location.offset));
        let (end_line, end_offset) = (Value::int32(location.end_lineno), Value::int32(location.end_offset));
        let details = [name, line, offset, text, end_line, end_offset];
        let details: &[Value] = match location.details {
            Details::Full => &details,
            Details::WithoutEnd => &details[..4],
            Details::EndIsNone => &[name, line, offset, text, Value::NONE, Value::NONE],
            Details::Attributes => &[name, line, offset, text, end_line, Value::NONE],
        };
        let details = crate::types::tuple::Tuple::from_values(vm, details)?;
        let message = vm.new_str(&error.msg)?;
        let exception = vm.new_exception(exc, &[message, details.value()])?;
        if !location.has_filename {
            let attribute = crate::types::str::Str::intern(vm, "filename")?;
            vm.set_attr(exception, attribute, Some(filename))?;
        }
        if location.details == Details::Attributes {
            keep_message_only(vm, exception, message)?;
        }
        if let (Details::Full, Some((meta_line, meta_column)), Some(parsed)) = (location.details, metadata, parsed) {
            let text = parsed.text(vm)?;
            let metadata = [Value::int(meta_line as usize), Value::int(meta_column as usize), text];
            let metadata = crate::types::tuple::Tuple::from_values(vm, &metadata)?;
            let name = crate::types::str::Str::intern(vm, "_metadata")?;
            vm.set_attr(exception, name, Some(metadata.value()))?;
        }
        Ok(exception)
    })();
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Raises what the compiler reports.
pub fn raise_compile_error(vm: &mut Vm, error: &CompileError, filename: Value) -> Raised {
    let (message, location, in_arguments) = match error {
        CompileError::Syntax { message, location } => (message, location, true),
        CompileError::Scope { message, location } => (message, location, false),
        CompileError::Surrogates { text, start, end } => {
            let details = (|| {
                let text = crate::types::str::Str::from_wtf8(vm, text)?.value();
                Ok([
                    vm.new_str("utf-8")?,
                    text,
                    Value::int(*start),
                    Value::int(*end),
                    vm.new_str("surrogates not allowed")?,
                ])
            })();
            return match details {
                Ok(details) => vm.raise_with(Exc::UnicodeEncodeError, &details),
                Err(raised) => raised,
            };
        }
        CompileError::TooDeep => return vm.raise(Exc::RecursionError, error.to_string()),
        CompileError::Overflow(message) => return vm.raise(Exc::OverflowError, *message),
        CompileError::Value(message) => return vm.raise(Exc::ValueError, *message),
        CompileError::Conversion(_) => return vm.raise(Exc::SystemError, error.to_string()),
        CompileError::Internal(message) => return vm.raise(Exc::SystemError, *message),
    };
    let made = (|| {
        let text = match program_text(vm, filename, location.lineno) {
            Some(line) => vm.new_str(&line)?,
            None => Value::NONE,
        };
        let details = crate::types::tuple::Tuple::from_values(
            vm,
            &[
                filename,
                Value::int32(location.lineno),
                Value::int32(location.col_offset.saturating_add(1)),
                text,
                Value::int32(location.end_lineno),
                Value::int32(location.end_col_offset.saturating_add(1)),
            ],
        )?;
        let message = match unescape_surrogates(message) {
            Some(text) => {
                crate::types::str::Str::from_wtf8(vm, &Wtf8Buf::from_bytes(text).unwrap_or_default())?.value()
            }
            None => vm.new_str(message)?,
        };
        let exception = vm.new_exception(Exc::SyntaxError, &[message, details.value()])?;
        if !in_arguments {
            keep_message_only(vm, exception, message)?;
        }
        Ok(exception)
    })();
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Makes the message the only argument of an exception that has its place in attributes.
fn keep_message_only(vm: &mut Vm, exception: Value, message: Value) -> Result<(), Raised> {
    let arguments = crate::types::tuple::Tuple::from_values(vm, &[message])?;
    let name = crate::types::str::Str::intern(vm, "args")?;
    vm.set_attr(exception, name, Some(arguments.value()))
}

/// The line of the file of that name, if there is one, up to a null byte.
pub fn program_text(vm: &mut Vm, filename: Value, lineno: i32) -> Option<String> {
    let name = filename.downcast::<crate::types::str::Str>(vm)?;
    let path = name.get(vm).to_utf8()?.into_owned();
    if lineno < 1 || path.starts_with('<') || path.contains('\0') {
        return None;
    }
    vm.close_dropped_outputs(None);
    let host = vm.host();
    let bytes = read_file(&*host, path.as_bytes()).ok()?;
    let bytes = with_newlines(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes));
    let line = bytes.split_inclusive(|byte| *byte == b'\n').nth(lineno as usize - 1)?;
    let line = line.split(|byte| *byte == 0).next().unwrap_or_default();
    match taipan_syntax::declared_encoding(&bytes) {
        Some(encoding) if encoding != "utf-8" => decode_source(vm, &encoding, line).ok(),
        _ => std::str::from_utf8(line).ok().map(str::to_owned),
    }
}

/// The text with `\n` at the end of every line.
fn with_newlines(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\r') {
        text.extend_from_slice(&rest[..at]);
        text.push(b'\n');
        rest = rest[at + 1..].strip_prefix(b"\n").unwrap_or(&rest[at + 1..]);
    }
    text.extend_from_slice(rest);
    text
}

/// The bytes of a whole file.
pub fn read_file(host: &dyn crate::host::Host, path: &[u8]) -> HostResult<Vec<u8>> {
    let fd = host.open(path, libc::O_RDONLY, 0, None)?;
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    let result = loop {
        match host.read(fd, &mut chunk) {
            Ok(0) => break Ok(bytes),
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
            Err(crate::host::Errno::INTERRUPTED) => {}
            Err(errno) => break Err(errno),
        }
    };
    let _ = host.close(fd);
    result
}

impl Vm {
    /// `warnings.warn(message, category, stacklevel=level + 1)` of the running frame; nothing before `_warnings` exists.
    pub fn warn(&mut self, category: Exc, message: &str, level: i32) -> Result<(), Raised> {
        if !self.interp().module_specs.contains_key("_warnings") {
            return Ok(());
        }
        let warnings = crate::import::import_module(self, "_warnings")?;
        let function = self.get_attr_str(warnings, "warn")?;
        let message = self.new_str(message)?;
        let class = self.exception_class(category).value();
        self.call(function, &[message, class, Value::int32(level + 1)])?;
        Ok(())
    }
}

/// `warnings.warn_explicit(message, category, filename, lineno)`; nothing before `_warnings` exists.
pub fn warn_explicit(vm: &mut Vm, category: Exc, message: &str, filename: Value, lineno: i32) -> Result<(), Raised> {
    if !vm.interp().module_specs.contains_key("_warnings") {
        return Ok(());
    }
    let warnings = crate::import::import_module(vm, "_warnings")?;
    let function = vm.get_attr_str(warnings, "warn_explicit")?;
    let message = vm.new_str(message)?;
    let class = vm.exception_class(category).value();
    vm.call(function, &[message, class, filename, Value::int32(lineno)])?;
    Ok(())
}
