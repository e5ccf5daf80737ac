//! `re.Match`: the spans of one match.

use taipan_sre::State;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::Subject;
use super::pattern::Pattern;

heap_object! {
    /// A match.
    pub struct Match {
        pub pattern: Gc<Pattern>,
        pub string: Value,
        pub pos: usize,
        pub endpos: usize,
        /// 0: none.
        pub lastindex: usize,
        /// Start and end of each group, the whole match first; -1 where a group took no part.
        pub spans: Gc<RawArray>,
    }
}

impl Match {
    /// The match that a state holds.
    pub fn new(
        vm: &mut Vm,
        pattern: Gc<Pattern>,
        string: Value,
        range: (usize, usize),
        state: &State,
    ) -> Result<Value, Raised> {
        let groups = pattern.get(vm).groups;
        let spans = RawArray::new(vm, (groups + 1) * 16)?;
        let words = spans.get_mut(vm).words64_mut();
        for group in 0..=groups {
            let (start, end) = state.span(group).map_or((-1, -1), |(start, end)| (start as i64, end as i64));
            words[2 * group] = start as u64;
            words[2 * group + 1] = end as u64;
        }
        let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
        let lastindex = state.lastindex().unwrap_or(0);
        let (pos, endpos) = range;
        let object = Match { header: HeaderWord::NEW, pattern, string, pos, endpos, lastindex, spans };
        Ok(vm.new_object(shape, object)?.value())
    }

    /// The span of a group, `None` where it took no part.
    pub fn span(&self, vm: &Vm, group: usize) -> Option<(usize, usize)> {
        let words = self.spans.get(vm).words64();
        let (start, end) = (*words.get(2 * group)? as i64, *words.get(2 * group + 1)? as i64);
        if start < 0 { None } else { Some((start as usize, end as usize)) }
    }

    /// The text of a group, or `default`.
    pub fn group(this: Gc<Match>, vm: &mut Vm, group: usize, default: Value) -> Result<Value, Raised> {
        let Some((start, end)) = this.get(vm).span(vm, group) else { return Ok(default) };
        let (pattern, string) = (this.get(vm).pattern, this.get(vm).string);
        if string.is_none() {
            return Ok(default);
        }
        let subject = Subject::of(vm, pattern, string)?;
        let part = subject.slice(vm, start, end);
        subject.release(vm);
        part
    }
}

fn receiver(vm: &Vm, args: Args<'_>) -> Gc<Match> {
    args.receiver(vm)
}

/// The number of a group given by number or name. IndexError "no such group".
fn group_number(vm: &mut Vm, this: Gc<Match>, group: Value) -> Result<usize, Raised> {
    let groups = this.get(vm).pattern.get(vm).groups;
    let number = if vm.is_int(group) || vm.slots(group).index.is_some() {
        let index = vm.index(group)?;
        vm.as_i64(index)
    } else {
        let names = this.get(vm).pattern.get(vm).groupindex;
        let found = Dict::get_item(names, vm, group);
        match vm.catch(found, Exc::TypeError)? {
            Some(Some(number)) => vm.as_i64(number),
            _ => None,
        }
    };
    match number {
        Some(number) if number >= 0 && number as usize <= groups => Ok(number as usize),
        _ => Err(vm.raise(Exc::IndexError, "no such group")),
    }
}

fn group(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = receiver(vm, args);
    args.no_keywords(vm, "group")?;
    match args.len() {
        1 => Match::group(this, vm, 0, Value::NONE),
        2 => {
            let number = group_number(vm, this, args.get(1))?;
            Match::group(this, vm, number, Value::NONE)
        }
        n => {
            let result = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, n - 1)?;
            for i in 1..n {
                let number = group_number(vm, this, args.get(i))?;
                let text = Match::group(this, vm, number, Value::NONE)?;
                result.get_mut(vm).items_mut()[i - 1] = text;
            }
            Ok(result.value())
        }
    }
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let Some(this) = this.downcast::<Match>(vm) else { return Ok(Value::NONE) };
    let number = group_number(vm, this, key)?;
    Match::group(this, vm, number, Value::NONE)
}

fn bounds(vm: &mut Vm, args: Args<'_>) -> Result<(i64, i64), Raised> {
    let this = receiver(vm, args);
    let number = match args.opt(1) {
        Some(group) => group_number(vm, this, group)?,
        None => 0,
    };
    Ok(this.get(vm).span(vm, number).map_or((-1, -1), |(start, end)| (start as i64, end as i64)))
}

fn start(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (start, _) = bounds(vm, args)?;
    vm.new_int(start)
}

fn end(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, end) = bounds(vm, args)?;
    vm.new_int(end)
}

fn pair(vm: &mut Vm, span: (i64, i64)) -> Result<Value, Raised> {
    let (start, end) = (vm.new_int(span.0)?, vm.new_int(span.1)?);
    Ok(Tuple::from_values(vm, &[start, end])?.value())
}

fn span(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let span = bounds(vm, args)?;
    pair(vm, span)
}

fn groups(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = receiver(vm, args);
    let default = args.opt(1).unwrap_or(Value::NONE);
    let n = this.get(vm).pattern.get(vm).groups;
    let result = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, n)?;
    for i in 0..n {
        let text = Match::group(this, vm, i + 1, default)?;
        result.get_mut(vm).items_mut()[i] = text;
    }
    Ok(result.value())
}

fn groupdict(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = receiver(vm, args);
    let default = args.opt(1).unwrap_or(Value::NONE);
    let names = this.get(vm).pattern.get(vm).groupindex;
    let result = Dict::new(vm)?;
    let mut at = 0;
    while let Some((number, entry)) = names.get(vm).next_entry(vm, at) {
        at = number + 1;
        let group = vm.as_i64(entry.value).unwrap_or(0) as usize;
        let text = Match::group(this, vm, group, default)?;
        Dict::set(result, vm, entry.key, text)?;
    }
    Ok(result.value())
}

fn expand(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = receiver(vm, args);
    super::substitute::expand(vm, this, args.get(1))
}

fn copy(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Some(found) = this.downcast::<Match>(vm) else { return Ok(Value::NONE) };
    let text = Match::group(found, vm, 0, Value::NONE)?;
    let text = vm.repr_string(text)?;
    let (start, end) = found.get(vm).span(vm, 0).unwrap_or((0, 0));
    vm.new_str(&format!("<re.Match object; span=({start}, {end}), match={text}>"))
}

macro_rules! field {
    ($name:ident, $vm:ident, $this:ident, $value:expr) => {
        fn $name($vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            let Some($this) = this.downcast::<Match>($vm) else { return Ok(Value::NONE) };
            $value
        }
    };
}

field!(get_string, vm, this, Ok(this.get(vm).string));
field!(get_re, vm, this, Ok(this.get(vm).pattern.value()));
field!(get_pos, vm, this, Ok(Value::int(this.get(vm).pos)));
field!(get_endpos, vm, this, Ok(Value::int(this.get(vm).endpos)));
field!(get_lastindex, vm, this, {
    let index = this.get(vm).lastindex;
    Ok(if index == 0 { Value::NONE } else { Value::int(index) })
});
field!(get_lastgroup, vm, this, {
    let (index, names) = (this.get(vm).lastindex, this.get(vm).pattern.get(vm).indexgroup);
    Ok(names.get(vm).items().get(index).copied().filter(|_| index > 0).unwrap_or(Value::NONE))
});
field!(get_regs, vm, this, {
    let n = this.get(vm).pattern.get(vm).groups + 1;
    let result = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, n)?;
    for i in 0..n {
        let span = this.get(vm).span(vm, i).map_or((-1, -1), |(start, end)| (start as i64, end as i64));
        let span = pair(vm, span)?;
        result.get_mut(vm).items_mut()[i] = span;
    }
    Ok(result.value())
});

const METHODS: &[MethodDef] = &[
    MethodDef::raw(
        "group",
        group,
        "group([group1, ...]) -> str or tuple.\n    Return subgroup(s) of the match by indices or names.\n    For 0 returns the entire match.",
    ),
    method("start($self, group=0, /)", start, "Return index of the start of the substring matched by group."),
    method("end($self, group=0, /)", end, "Return index of the end of the substring matched by group."),
    method("span($self, group=0, /)", span, "For match object m, return the 2-tuple (m.start(group), m.end(group))."),
    method(
        "groups($self, /, default=None)",
        groups,
        "Return a tuple containing all the subgroups of the match, from 1.\n\n  default\n    Is used for groups that did not participate in the match.",
    ),
    method(
        "groupdict($self, /, default=None)",
        groupdict,
        "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.\n\n  default\n    Is used for groups that did not participate in the match.",
    ),
    method(
        "expand($self, /, template)",
        expand,
        "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.",
    ),
    method("__copy__($self, /)", copy, ""),
    method("__deepcopy__($self, memo, /)", copy, ""),
    taipan_vm::spec::class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "Matches are generic over the type of string which was matched (str or bytes)",
    ),
];

const GETSET: &[GetSetDef] = &[
    getter("string", get_string, "The string passed to match() or search().").member(),
    getter("re", get_re, "The regular expression object.").member(),
    getter("pos", get_pos, "The index into the string at which the RE engine started looking for a match.").member(),
    getter("endpos", get_endpos, "The index into the string beyond which the RE engine will not go.").member(),
    getter("lastindex", get_lastindex, "The integer index of the last matched capturing group."),
    getter("lastgroup", get_lastgroup, "The name of the last matched capturing group."),
    getter("regs", get_regs, ""),
];

/// `re.Match`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Match",
    module: "re",
    layout: Some(<Match as HeapObject>::native),
    slots: Slots { repr: Some(repr), subscript: Some(subscript), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    flags: taipan_vm::spec::NO_NEW,
    ..TypeSpec::DEFAULT
};
