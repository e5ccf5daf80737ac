//! `sub`, `subn`, `expand`: replacement by a literal, a template or a callable.

use taipan_sre::{Mode, Scanner as Positions};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{NO_NEW, TypeSpec};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::match_::Match;
use super::pattern::Pattern;
use super::{Subject, new_state, program_of, run};

heap_object! {
    /// A parsed replacement: literal, group, literal, group, ...
    pub struct Template {
        chunks: Gc<List>,
    }
}

/// `_sre.SRE_Template`.
pub static TEMPLATE: TypeSpec = TypeSpec {
    name: "SRE_Template",
    module: "_sre",
    layout: Some(<Template as HeapObject>::native),
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

/// `_sre.template(pattern, chunks)`.
pub fn template(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, chunks] = args.all();
    let Some(list) = chunks.downcast::<List>(vm) else {
        let got = vm.type_name(chunks);
        return Err(vm.raise(Exc::TypeError, format!("template() argument 2 must be list, not {got}")));
    };
    let copy = vm.list_of(list.value())?;
    let n = copy.get(vm).len();
    for i in (1..n).step_by(2) {
        let group = copy.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
        let index = vm.index_isize(group)?;
        if index < 0 {
            return Err(vm.raise(Exc::TypeError, "invalid template"));
        }
    }
    let shape = class_of_spec(vm, &TEMPLATE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, Template { header: HeaderWord::NEW, chunks: copy })?.value())
}

/// The template of a replacement text, through `re._compile_template` and its cache.
fn compile_template(vm: &mut Vm, pattern: Gc<Pattern>, replacement: Value) -> Result<Value, Raised> {
    let re = taipan_vm::import::import_module(vm, "re")?;
    let function = vm.get_attr_str(re, "_compile_template")?;
    vm.call(function, &[pattern.value(), replacement])
}

/// Appends the expansion of a template for a match to a list of pieces.
fn push_expansion(vm: &mut Vm, template: Gc<Template>, found: Gc<Match>, pieces: Gc<List>) -> Result<(), Raised> {
    let chunks = template.get(vm).chunks;
    let mut i = 0;
    while let Some(chunk) = chunks.get(vm).get_at(vm, i) {
        let piece = if i % 2 == 0 {
            chunk
        } else {
            let group = vm.as_i64(chunk).unwrap_or(0) as usize;
            if group > found.get(vm).pattern.get(vm).groups {
                return Err(vm.raise(Exc::IndexError, "no such group"));
            }
            Match::group(found, vm, group, Value::NONE)?
        };
        if !piece.is_none() {
            List::push(pieces, vm, piece)?;
        }
        i += 1;
    }
    Ok(())
}

fn join(vm: &mut Vm, subject: &Subject, pieces: Gc<List>) -> Result<Value, Raised> {
    let empty = match subject {
        Subject::Str(_) => Str::empty(vm)?.value(),
        Subject::Bytes(_) => Bytes::new(vm, &[])?.value(),
    };
    vm.call_method(empty, "join", &[pieces.value()])
}

/// `Match.expand(template)`.
pub fn expand(vm: &mut Vm, found: Gc<Match>, replacement: Value) -> Result<Value, Raised> {
    let pattern = found.get(vm).pattern;
    let compiled = compile_template(vm, pattern, replacement)?;
    let Some(template) = compiled.downcast::<Template>(vm) else { return Ok(compiled) };
    let pieces = List::new(vm)?;
    push_expansion(vm, template, found, pieces)?;
    let string = found.get(vm).string;
    let subject = Subject::of(vm, pattern, string)?;
    let text = join(vm, &subject, pieces);
    subject.release(vm);
    text
}

/// Whether a replacement is text without a backslash.
fn is_literal(vm: &mut Vm, replacement: Value) -> Result<bool, Raised> {
    if let Some(text) = replacement.downcast::<Str>(vm) {
        return Ok(!text.get(vm).text().iter().any(|point| point == u32::from(b'\\')));
    }
    if vm.slots(replacement).get_buffer.is_some() {
        return Ok(!vm.bytes_of(replacement)?.contains(&b'\\'));
    }
    Ok(false)
}

/// The text with replacements, and their number.
pub fn substitute(
    vm: &mut Vm,
    pattern: Gc<Pattern>,
    replacement: Value,
    string: Value,
    count: Value,
) -> Result<(Value, usize), Raised> {
    let count = match count.given() {
        Some(count) => vm.index_isize(count)?,
        None => 0,
    };
    // What is called for each match, what is put in as it is, or what is expanded.
    let (mut callable, mut literal, mut template) = (None, None, None);
    if vm.is_callable(replacement) {
        callable = Some(replacement);
    } else if is_literal(vm, replacement)? {
        literal = Some(replacement);
    } else {
        let compiled = compile_template(vm, pattern, replacement)?;
        match compiled.downcast::<Template>(vm) {
            Some(found) => template = Some(found),
            None => literal = Some(compiled),
        }
    }
    let subject = Subject::of(vm, pattern, string)?;
    let result = (|| {
        let program = program_of(vm, pattern)?;
        let len = subject.len(vm);
        let pieces = List::new(vm)?;
        let (mut state, mut positions) = (new_state(), Positions::new(0, len));
        let (mut done, mut last) = (0, 0);
        while count == 0 || (count > 0 && done < count as usize) {
            let Some(request) = positions.request(Mode::Search) else { break };
            let found = run(vm, &program, &mut state, &subject, request)?;
            positions.advance(found, &state);
            let Some((start, end)) = state.span(0).filter(|_| found) else { break };
            if last < start {
                let piece = subject.slice(vm, last, start)?;
                List::push(pieces, vm, piece)?;
            }
            if let Some(callable) = callable {
                let found = Match::new(vm, pattern, string, (0, len), &state)?;
                let piece = vm.call(callable, &[found])?;
                if !piece.is_none() {
                    List::push(pieces, vm, piece)?;
                }
            } else if let Some(literal) = literal {
                List::push(pieces, vm, literal)?;
            } else if let Some(template) = template {
                let found = Match::new(vm, pattern, string, (0, len), &state)?;
                if let Some(found) = found.downcast::<Match>(vm) {
                    push_expansion(vm, template, found, pieces)?;
                }
            }
            last = end;
            done += 1;
        }
        if last < len || done == 0 {
            let piece = subject.slice(vm, last, len)?;
            List::push(pieces, vm, piece)?;
        }
        let text = join(vm, &subject, pieces)?;
        Ok((text, done))
    })();
    subject.release(vm);
    result
}
