//! `SRE_Scanner`: matches one after the other.

use taipan_sre::{Mode, Scanner as Positions};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::spec::{GetSetDef, MethodDef, NO_NEW, TypeSpec, getter, method};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::match_::Match;
use super::pattern::Pattern;
use super::{Subject, new_state, program_of, run};

heap_object! {
    /// A scanner.
    pub struct Scanner {
        pub pattern: Gc<Pattern>,
        pub string: Value,
        pos: usize,
        endpos: usize,
        start: usize,
        must_advance: bool,
        exhausted: bool,
        pad: [u8; 6],
        /// Keeps the length of a subject that could change, until the last match is found.
        export: Option<Gc<MemoryView>>,
    }
}

impl Scanner {
    /// A scanner from `pos` to `endpos`.
    pub fn new(vm: &mut Vm, pattern: Gc<Pattern>, string: Value, pos: usize, endpos: usize) -> Result<Value, Raised> {
        let constant = string.downcast::<Str>(vm).is_some() || string.downcast::<Bytes>(vm).is_some();
        let export = if constant { None } else { Some(MemoryView::of_object(vm, string)?) };
        let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
        let scanner = Scanner {
            header: HeaderWord::NEW,
            pattern,
            string,
            pos,
            endpos,
            start: pos,
            must_advance: false,
            exhausted: false,
            pad: [0; 6],
            export,
        };
        Ok(vm.new_object(shape, scanner)?.value())
    }
}

fn advance(vm: &mut Vm, args: Args<'_>, mode: Mode) -> Result<Value, Raised> {
    let this: Gc<Scanner> = args.receiver(vm);
    let Scanner { pattern, string, pos, endpos, start, must_advance, exhausted, .. } = *this.get(vm);
    let mut positions = Positions::resume((!exhausted).then_some(start), endpos, must_advance);
    let Some(request) = positions.request(mode) else { return Ok(Value::NONE) };
    let subject = Subject::of(vm, pattern, string)?;
    let mut state = new_state();
    let result = match program_of(vm, pattern) {
        Ok(program) => run(vm, &program, &mut state, &subject, request),
        Err(raised) => Err(raised),
    };
    subject.release(vm);
    let found = result?;
    positions.advance(found, &state);
    let (start, must_advance) = positions.position();
    let fields = this.get_mut(vm);
    fields.start = start.unwrap_or(0);
    fields.exhausted = start.is_none();
    fields.must_advance = must_advance;
    if let Some(export) = fields.export.take_if(|_| start.is_none()) {
        MemoryView::release(export, vm)?;
    }
    if found { Match::new(vm, pattern, string, (pos, endpos), &state) } else { Ok(Value::NONE) }
}

fn match_(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    advance(vm, args, Mode::Match)
}

fn search(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    advance(vm, args, Mode::Search)
}

fn get_pattern(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<Scanner>(vm).map_or(Value::NONE, |scanner| scanner.get(vm).pattern.value()))
}

const METHODS: &[MethodDef] = &[method("match($self, /)", match_, ""), method("search($self, /)", search, "")];
const GETSET: &[GetSetDef] = &[getter("pattern", get_pattern, "").member()];

/// `_sre.SRE_Scanner`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "SRE_Scanner",
    module: "_sre",
    layout: Some(<Scanner as HeapObject>::native),
    methods: METHODS,
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
