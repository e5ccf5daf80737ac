//! `_sre`: compiled patterns, matches and scanners over the engine of `taipan-sre`.
//!
//! A `Pattern` names its program by a resource number; a `Match` keeps the subject and its spans as plain numbers.

use std::rc::Rc;

use taipan_sre::{Classes, Limits, Program, Request, State, Stopped, Text};
use taipan_text::TextRef;
use taipan_vm::args::Args;
use taipan_vm::buffer::Buffer;
use taipan_vm::gc::{Gc, HeaderWord};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod match_;
pub mod pattern;
pub mod scanner;
pub mod substitute;

use pattern::Pattern;

/// Character knowledge of str patterns: the Unicode database.
#[derive(Clone, Copy)]
pub struct UnicodeClasses;

impl Classes for UnicodeClasses {
    fn lower(&self, ch: u32) -> u32 {
        taipan_text::unicode::case::to_lower(ch)
    }
    fn upper(&self, ch: u32) -> u32 {
        taipan_text::unicode::case::to_upper(ch)
    }
    fn is_alnum(&self, ch: u32) -> bool {
        taipan_text::unicode::is_alnum(ch)
    }
    fn is_decimal(&self, ch: u32) -> bool {
        taipan_text::unicode::is_decimal(ch)
    }
    fn is_space(&self, ch: u32) -> bool {
        taipan_text::unicode::is_space(ch)
    }
    fn is_linebreak(&self, ch: u32) -> bool {
        taipan_text::unicode::is_linebreak(ch)
    }
}

/// What a pattern is run on.
#[derive(Clone, Copy)]
pub enum Subject {
    Str(Gc<Str>),
    Bytes(Buffer),
}

impl Subject {
    /// The subject of a call: TypeErrors for a str pattern on bytes and the other way round.
    pub fn of(vm: &mut Vm, pattern: Gc<Pattern>, string: Value) -> Result<Subject, Raised> {
        let is_bytes = pattern.get(vm).is_bytes;
        if let Some(text) = string.downcast::<Str>(vm) {
            if is_bytes {
                return Err(vm.raise(Exc::TypeError, "cannot use a bytes pattern on a string-like object"));
            }
            return Ok(Subject::Str(text));
        }
        let result = vm.get_buffer(string, false);
        let Some(buffer) = vm.catch(result, Exc::Exception)? else {
            let got = vm.type_name(string);
            return Err(vm.raise(Exc::TypeError, format!("expected string or bytes-like object, got '{got}'")));
        };
        if !is_bytes && !pattern.get(vm).pattern.is_none() {
            buffer.release(vm);
            return Err(vm.raise(Exc::TypeError, "cannot use a string pattern on a bytes-like object"));
        }
        Ok(Subject::Bytes(buffer))
    }

    /// Length in characters.
    pub fn len(&self, vm: &Vm) -> usize {
        match self {
            Subject::Str(text) => text.get(vm).len(),
            Subject::Bytes(buffer) => buffer.bytes(vm).len(),
        }
    }

    /// A part of the subject as str or bytes.
    pub fn slice(&self, vm: &mut Vm, start: usize, end: usize) -> Result<Value, Raised> {
        match *self {
            Subject::Str(text) => {
                let len = text.get(vm).len();
                if start == 0 && end >= len && text.value().exact::<Str>().is_some() {
                    return Ok(text.value());
                }
                let (start, end) = (start.min(len), end.min(len));
                if start >= end {
                    return Ok(Str::empty(vm)?.value());
                }
                let part = text.get(vm).text().slice(start..end).to_buf();
                Ok(Str::from_text(vm, part.as_text())?.value())
            }
            Subject::Bytes(buffer) => {
                // What was found may have become shorter since.
                let all = buffer.bytes(vm);
                let bytes = all.get(start.min(all.len())..end.min(all.len())).unwrap_or(&[]).to_vec();
                Ok(Bytes::new(vm, &bytes)?.value())
            }
        }
    }

    /// Ends the export of a buffer.
    pub fn release(self, vm: &mut Vm) {
        if let Subject::Bytes(buffer) = self {
            buffer.release(vm);
        }
    }

    fn text<'a>(&'a self, vm: &'a Vm) -> Text<'a> {
        match self {
            Subject::Str(text) => match text.get(vm).text() {
                TextRef::Ascii(bytes) | TextRef::Latin1(bytes) => Text::Bytes(bytes),
                TextRef::Ucs2(units) => Text::Wide(units),
                TextRef::Ucs4(units) => Text::Full(units),
            },
            Subject::Bytes(buffer) => Text::Bytes(buffer.bytes(vm)),
        }
    }
}

/// A state for runs; memory of its stacks counts against what the heap may still use.
pub fn new_state() -> State {
    State::new(Limits::default())
}

/// Runs a pattern once. Handlers of signals run meanwhile; a handler that raises ends it.
pub fn run(
    vm: &mut Vm,
    program: &Program,
    state: &mut State,
    subject: &Subject,
    request: Request,
) -> Result<bool, Raised> {
    vm.work(1)?;
    let mut lookout = vm.lookout();
    let mut outcome = state.run(program, subject.text(vm), request, &UnicodeClasses, &mut || !lookout.is_alarmed());
    if outcome == Err(Stopped::Interrupted) {
        vm.serve_lookout(lookout)?;
        outcome = run_apart(vm, program, state, subject, request)?;
    }
    match outcome {
        Ok(found) => Ok(found),
        Err(Stopped::Interrupted) => Ok(false),
        Err(Stopped::Memory) => Err(vm.raise_no_memory()),
        Err(Stopped::Internal) => Err(vm.raise(Exc::RuntimeError, "internal error in regular expression engine")),
        Err(Stopped::WrongSpan) => Err(
            vm.raise(Exc::SystemError, "The span of capturing group is wrong, please report a bug for the re module.")
        ),
    }
}

/// Runs a pattern on a copy of the text: Python code may run in between, and no part of the search is done twice.
fn run_apart(
    vm: &mut Vm,
    program: &Program,
    state: &mut State,
    subject: &Subject,
    request: Request,
) -> Result<Result<bool, Stopped>, Raised> {
    vm.check_native_bytes(byte_length(subject.text(vm)))?;
    let (bytes, wide, full);
    let text = match subject.text(vm) {
        Text::Bytes(text) => {
            bytes = text.to_vec();
            Text::Bytes(&bytes)
        }
        Text::Wide(text) => {
            wide = text.to_vec();
            Text::Wide(&wide)
        }
        Text::Full(text) => {
            full = text.to_vec();
            Text::Full(&full)
        }
    };
    let mut raised = None;
    let outcome = state.run(program, text, request, &UnicodeClasses, &mut || match vm.run_signal_handlers() {
        Ok(()) => true,
        Err(error) => {
            raised = Some(error);
            false
        }
    });
    raised.map_or(Ok(outcome), Err)
}

fn byte_length(text: Text<'_>) -> usize {
    match text {
        Text::Bytes(text) => size_of_val(text),
        Text::Wide(text) => size_of_val(text),
        Text::Full(text) => size_of_val(text),
    }
}

/// The program of a pattern.
pub fn program_of(vm: &mut Vm, pattern: Gc<Pattern>) -> Result<Rc<Program>, Raised> {
    match vm.resource::<Program>(pattern.get(vm).program) {
        Some(program) => Ok(program),
        None => Err(vm.raise(Exc::SystemError, "the pattern has no program")),
    }
}

// ---- functions ----

fn compile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [source, flags, code, groups, groupindex, indexgroup] = args.all();
    let flags = vm.index_i64(flags)?;
    let groups = vm.index_isize(groups)?;
    let Some(list) = code.downcast::<List>(vm) else {
        let got = vm.type_name(code);
        return Err(vm.raise(Exc::TypeError, format!("compile() argument 'code' must be list, not {got}")));
    };
    let Some(groupindex) = groupindex.downcast::<Dict>(vm) else {
        let got = vm.type_name(groupindex);
        return Err(vm.raise(Exc::TypeError, format!("compile() argument 'groupindex' must be dict, not {got}")));
    };
    let Some(indexgroup) = indexgroup.downcast::<Tuple>(vm) else {
        let got = vm.type_name(indexgroup);
        return Err(vm.raise(Exc::TypeError, format!("compile() argument 'indexgroup' must be tuple, not {got}")));
    };
    let mut words = Vec::with_capacity(list.get(vm).len());
    let mut i = 0;
    while let Some(item) = list.get(vm).get_at(vm, i) {
        i += 1;
        let index = vm.index(item)?;
        match vm.as_i64(index).map(u32::try_from) {
            Some(Ok(word)) => words.push(word),
            _ => return Err(vm.raise(Exc::OverflowError, "regular expression code size limit exceeded")),
        }
    }
    let is_bytes = if source.is_none() || source.downcast::<Str>(vm).is_some() {
        false
    } else {
        let buffer = vm.get_buffer(source, false)?;
        buffer.release(vm);
        true
    };
    let Some(program) = usize::try_from(groups).ok().and_then(|n| Program::new(&words, n, &UnicodeClasses).ok()) else {
        return Err(vm.raise(Exc::RuntimeError, "invalid SRE code"));
    };
    let bytes = program.bytes();
    vm.check_native_bytes(bytes)?;
    let shape = class_of_spec(vm, &pattern::TYPE)?.get(vm).root_shape;
    let pattern = Pattern {
        header: HeaderWord::NEW,
        pattern: source,
        flags,
        groups: groups as usize,
        groupindex,
        indexgroup,
        program: usize::MAX,
        is_bytes,
        pad: [0; 7],
    };
    let pattern = vm.new_object(shape, pattern)?;
    pattern.get_mut(vm).program = vm.attach_resource(pattern.value(), Rc::new(program), bytes);
    Ok(pattern.value())
}

fn getcodesize(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(taipan_sre::CODESIZE as usize))
}

fn character(vm: &mut Vm, args: Args<'_>) -> Result<u32, Raised> {
    let ch = vm.index_i32(args.get(0))?;
    Ok(ch as u32)
}

fn ascii_iscased(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ch = character(vm, args)?;
    Ok(Value::bool(ch < 128 && (ch as u8).is_ascii_alphabetic()))
}

fn unicode_iscased(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ch = character(vm, args)?;
    // A special upper-case form of several characters counts, too.
    let upper = taipan_text::unicode::case::upper_full(ch);
    Ok(Value::bool(UnicodeClasses.lower(ch) != ch || upper.as_slice() != [ch]))
}

fn ascii_tolower(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ch = character(vm, args)?;
    Ok(Value::int(if ch < 128 { (ch as u8).to_ascii_lowercase() as usize } else { ch as usize }))
}

fn unicode_tolower(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ch = character(vm, args)?;
    Ok(Value::int(UnicodeClasses.lower(ch) as usize))
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_int(module, vm, "MAGIC", i64::from(taipan_sre::MAGIC))?;
    Module::set_int(module, vm, "CODESIZE", taipan_sre::CODESIZE as i64)?;
    Module::set_int(module, vm, "MAXREPEAT", i64::from(taipan_sre::MAXREPEAT))?;
    Module::set_int(module, vm, "MAXGROUPS", taipan_sre::MAXGROUPS as i64)?;
    Module::set_text(module, vm, "copyright", " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ")
}

const FUNCTIONS: &[MethodDef] = &[
    function("compile(pattern, flags, code, groups, groupindex, indexgroup)", compile, ""),
    function("getcodesize()", getcodesize, ""),
    function("ascii_iscased(character, /)", ascii_iscased, ""),
    function("unicode_iscased(character, /)", unicode_iscased, ""),
    function("ascii_tolower(character, /)", ascii_tolower, ""),
    function("unicode_tolower(character, /)", unicode_tolower, ""),
    function(
        "template(pattern, template, /)",
        substitute::template,
        "\n\n  template\n    A list containing interleaved literal strings (str or bytes) and group\n    indices (int), as returned by re._parser.parse_template():\n        [literal1, group1, ..., literalN, groupN]",
    ),
];

/// The module.
pub static MODULE: ModuleSpec =
    ModuleSpec { name: "_sre", functions: FUNCTIONS, exec: Some(exec), ..ModuleSpec::DEFAULT };
