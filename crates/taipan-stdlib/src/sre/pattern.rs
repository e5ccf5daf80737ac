//! `re.Pattern`: a compiled regular expression.

use taipan_sre::{Mode, Request, Scanner as Positions};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, getter, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::mappingproxy;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::match_::Match;
use super::scanner::Scanner;
use super::{Subject, new_state, program_of, run, substitute};

heap_object! {
    /// A compiled pattern.
    pub struct Pattern {
        /// The source: str, bytes or None.
        pub pattern: Value,
        pub flags: i64,
        pub groups: usize,
        pub groupindex: Gc<Dict>,
        pub indexgroup: Gc<Tuple>,
        /// The resource number of the program.
        pub program: usize,
        pub is_bytes: bool,
        pub pad: [u8; 7],
    }
}

/// `pos` and `endpos` within the subject.
pub fn range(vm: &mut Vm, len: usize, pos: Value, endpos: Value) -> Result<(usize, usize), Raised> {
    let clip = |vm: &mut Vm, value: Value, default: usize| -> Result<usize, Raised> {
        match value.given() {
            Some(value) => Ok(vm.index_isize(value)?.max(0) as usize),
            None => Ok(default),
        }
    };
    let (pos, endpos) = (clip(vm, pos, 0)?, clip(vm, endpos, len)?);
    let endpos = endpos.min(len);
    Ok((pos.min(len), endpos))
}

fn match_once(vm: &mut Vm, args: Args<'_>, mode: Mode) -> Result<Value, Raised> {
    let (this, [string, pos, endpos]) = args.method::<Pattern, 3>(vm);
    let subject = Subject::of(vm, this, string)?;
    let result = (|| {
        let (pos, endpos) = range(vm, subject.len(vm), pos, endpos)?;
        let program = program_of(vm, this)?;
        let mut state = new_state();
        if !run(vm, &program, &mut state, &subject, Request::new(mode, pos, endpos))? {
            return Ok(Value::NONE);
        }
        Match::new(vm, this, string, (pos, endpos), &state)
    })();
    subject.release(vm);
    result
}

fn match_(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match_once(vm, args, Mode::Match)
}

fn fullmatch(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match_once(vm, args, Mode::FullMatch)
}

fn search(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match_once(vm, args, Mode::Search)
}

fn findall(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [string, pos, endpos]) = args.method::<Pattern, 3>(vm);
    let subject = Subject::of(vm, this, string)?;
    let result = find_all(vm, this, &subject, pos, endpos);
    subject.release(vm);
    result
}

fn find_all(vm: &mut Vm, this: Gc<Pattern>, subject: &Subject, pos: Value, endpos: Value) -> Result<Value, Raised> {
    let (pos, endpos) = range(vm, subject.len(vm), pos, endpos)?;
    let program = program_of(vm, this)?;
    let groups = this.get(vm).groups;
    let list = List::new(vm)?;
    let (mut state, mut positions) = (new_state(), Positions::new(pos, endpos));
    while let Some(request) = positions.request(Mode::Search) {
        let found = run(vm, &program, &mut state, subject, request)?;
        positions.advance(found, &state);
        if !found {
            break;
        }
        let part = |vm: &mut Vm, group: usize| match state.span(group) {
            Some((start, end)) => subject.slice(vm, start, end),
            None => subject.slice(vm, 0, 0),
        };
        let item = match groups {
            0 => part(vm, 0)?,
            1 => part(vm, 1)?,
            _ => {
                let tuple = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, groups)?;
                for group in 0..groups {
                    let text = part(vm, group + 1)?;
                    tuple.get_mut(vm).items_mut()[group] = text;
                }
                tuple.value()
            }
        };
        List::push(list, vm, item)?;
    }
    Ok(list.value())
}

fn finditer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let scanner = scanner(vm, args)?;
    let search = vm.get_attr_str(scanner, "search")?;
    taipan_vm::types::iterators::callable_iterator(vm, search, Value::NONE)
}

fn scanner(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [string, pos, endpos]) = args.method::<Pattern, 3>(vm);
    let subject = Subject::of(vm, this, string)?;
    let bounds = range(vm, subject.len(vm), pos, endpos);
    subject.release(vm);
    let (pos, endpos) = bounds?;
    Scanner::new(vm, this, string, pos, endpos)
}

fn split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [string, maxsplit]) = args.method::<Pattern, 2>(vm);
    let maxsplit = match maxsplit.given() {
        Some(n) => vm.index_isize(n)?,
        None => 0,
    };
    let subject = Subject::of(vm, this, string)?;
    let result = split_subject(vm, this, &subject, maxsplit);
    subject.release(vm);
    result
}

fn split_subject(vm: &mut Vm, this: Gc<Pattern>, subject: &Subject, maxsplit: isize) -> Result<Value, Raised> {
    let program = program_of(vm, this)?;
    let (groups, len) = (this.get(vm).groups, subject.len(vm));
    let list = List::new(vm)?;
    let (mut state, mut positions) = (new_state(), Positions::new(0, len));
    let (mut count, mut last) = (0, 0);
    while maxsplit == 0 || count < maxsplit {
        let Some(request) = positions.request(Mode::Search) else { break };
        let found = run(vm, &program, &mut state, subject, request)?;
        positions.advance(found, &state);
        let Some((start, end)) = state.span(0).filter(|_| found) else { break };
        let piece = subject.slice(vm, last, start)?;
        List::push(list, vm, piece)?;
        for group in 1..=groups {
            let text = match state.span(group) {
                Some((start, end)) => subject.slice(vm, start, end)?,
                None => Value::NONE,
            };
            List::push(list, vm, text)?;
        }
        count += 1;
        last = end;
    }
    let piece = subject.slice(vm, last, len)?;
    List::push(list, vm, piece)?;
    Ok(list.value())
}

fn sub(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [replacement, string, count]) = args.method::<Pattern, 3>(vm);
    let (text, _) = substitute::substitute(vm, this, replacement, string, count)?;
    Ok(text)
}

fn subn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [replacement, string, count]) = args.method::<Pattern, 3>(vm);
    let (text, n) = substitute::substitute(vm, this, replacement, string, count)?;
    Ok(Tuple::from_values(vm, &[text, Value::int(n)])?.value())
}

fn copy(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

const FLAG_NAMES: &[(i64, &str)] = &[
    (1, "re.TEMPLATE"),
    (2, "re.IGNORECASE"),
    (4, "re.LOCALE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
];

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Some(pattern) = this.downcast::<Pattern>(vm) else { return Ok(Value::NONE) };
    let (source, mut flags) = (pattern.get(vm).pattern, pattern.get(vm).flags);
    if !pattern.get(vm).is_bytes && flags & (4 | 32 | 256) == 32 {
        flags &= !32;
    }
    let mut parts = Vec::new();
    for (bit, name) in FLAG_NAMES {
        if flags & bit != 0 {
            parts.push((*name).to_owned());
            flags &= !bit;
        }
    }
    if flags != 0 {
        parts.push(format!("{flags:#x}"));
    }
    let source: String = vm.repr_string(source)?.chars().take(200).collect();
    let flags = if parts.is_empty() { String::new() } else { format!(", {}", parts.join("|")) };
    vm.new_str(&format!("re.compile({source}{flags})"))
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let Some(pattern) = this.downcast::<Pattern>(vm) else { return Ok(0) };
    let (source, flags, groups) = (pattern.get(vm).pattern, pattern.get(vm).flags, pattern.get(vm).groups);
    let hash = vm.hash(source)? ^ flags ^ i64::from(pattern.get(vm).is_bytes) ^ groups as i64;
    Ok(if hash == -1 { -2 } else { hash })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Pattern>(vm), b.downcast::<Pattern>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let same_flags = x.get(vm).flags == y.get(vm).flags && x.get(vm).is_bytes == y.get(vm).is_bytes;
    let (p, q) = (x.get(vm).pattern, y.get(vm).pattern);
    let equal = same_flags && vm.is_equal(p, q)?;
    Ok(Value::bool(equal == (op == Comparison::Eq)))
}

fn get_pattern(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<Pattern>(vm).map_or(Value::NONE, |pattern| pattern.get(vm).pattern))
}

fn get_flags(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let flags = this.downcast::<Pattern>(vm).map_or(0, |pattern| pattern.get(vm).flags);
    vm.new_int(flags)
}

fn get_groups(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(this.downcast::<Pattern>(vm).map_or(0, |pattern| pattern.get(vm).groups)))
}

fn get_groupindex(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match this.downcast::<Pattern>(vm) {
        Some(pattern) => {
            let names = pattern.get(vm).groupindex.value();
            mappingproxy::new(vm, names)
        }
        None => Ok(Value::NONE),
    }
}

const METHODS: &[MethodDef] = &[
    method(
        "match($self, /, string, pos=0, endpos=sys.maxsize)",
        match_,
        "Matches zero or more characters at the beginning of the string.",
    ),
    method("fullmatch($self, /, string, pos=0, endpos=sys.maxsize)", fullmatch, "Matches against all of the string."),
    method(
        "search($self, /, string, pos=0, endpos=sys.maxsize)",
        search,
        "Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn None if no position in the string matches.",
    ),
    method(
        "sub($self, /, repl, string, count=0)",
        sub,
        "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.",
    ),
    method(
        "subn($self, /, repl, string, count=0)",
        subn,
        "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.",
    ),
    method(
        "findall($self, /, string, pos=0, endpos=sys.maxsize)",
        findall,
        "Return a list of all non-overlapping matches of pattern in string.",
    ),
    method("split($self, /, string, maxsplit=0)", split, "Split string by the occurrences of pattern."),
    method(
        "finditer($self, /, string, pos=0, endpos=sys.maxsize)",
        finditer,
        "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, the iterator returns a match object.",
    ),
    method("scanner($self, /, string, pos=0, endpos=sys.maxsize)", scanner, ""),
    method("__copy__($self, /)", copy, ""),
    method("__deepcopy__($self, memo, /)", copy, ""),
    taipan_vm::spec::class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "Patterns are generic over the type of string they handle (str or bytes)",
    ),
];

const GETSET: &[GetSetDef] = &[
    getter("pattern", get_pattern, "The pattern string from which the RE object was compiled.").member(),
    getter("flags", get_flags, "The regex matching flags.").member(),
    getter("groups", get_groups, "The number of capturing groups in the pattern.").member(),
    getter("groupindex", get_groupindex, "A dictionary mapping group names to group numbers."),
];

/// `re.Pattern`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Pattern",
    module: "re",
    layout: Some(<Pattern as HeapObject>::native),
    slots: Slots { repr: Some(repr), hash: Some(hash), richcompare: Some(richcompare), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Compiled regular expression object.",
    flags: WEAKREFABLE | taipan_vm::spec::NO_NEW,
    ..TypeSpec::DEFAULT
};
