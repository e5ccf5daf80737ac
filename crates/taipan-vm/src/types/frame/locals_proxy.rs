//! `FrameLocalsProxy`: the variables of a function's frame, read and written where they lie (PEP 667).
//!
//! Names of the code come first, in its order, those without a value left out; names it does not have are kept in a dict of the
//! frame. A cell variable is read and written through its cell.

use taipan_bytecode::code::fast;

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::number::Operator;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{MAPPING, MethodDef, TypeSpec, method};
use crate::types::Builtin;
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::frame::FrameObject;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The view of a frame's variables.
    pub struct FrameLocalsProxy = Builtin::FrameLocalsProxy {
        pub frame: Gc<FrameObject>,
    }
}

/// The view of a frame's variables.
pub fn proxy(vm: &mut Vm, frame: Gc<FrameObject>) -> Result<Value, Raised> {
    Ok(vm.new_exact(FrameLocalsProxy { header: HeaderWord::NEW, frame })?.value())
}

fn frame_of(vm: &Vm, this: Value) -> Gc<FrameObject> {
    this.expect::<FrameLocalsProxy>(vm).get(vm).frame
}

/// The value of a variable of the code, through its cell.
pub fn variable(vm: &Vm, frame: Gc<FrameObject>, index: u32) -> Option<Value> {
    let kind = frame.get(vm).executable.code.localspluskinds.get(index as usize).copied().unwrap_or(0);
    let value = FrameObject::local(frame, vm, index)?;
    match value.exact::<Cell>() {
        Some(cell) if kind & (fast::CELL | fast::FREE) != 0 => cell.get(vm).contents,
        _ => Some(value),
    }
}

/// The number of the variable with a name: one that has a value, to be read; any visible one, to be written.
fn find(vm: &mut Vm, frame: Gc<FrameObject>, key: Value, read: bool) -> Result<Option<u32>, Raised> {
    // As a dict would: an unhashable key is an error.
    Dict::key_hash(vm, key)?;
    let code = &frame.get(vm).executable.get().code;
    let fits = |vm: &Vm, index: usize| {
        if read {
            variable(vm, frame, index as u32).is_some()
        } else {
            code.localspluskinds.get(index).copied().unwrap_or(0) & fast::HIDDEN == 0
        }
    };
    if let Some(text) = key.exact::<Str>() {
        let bytes = text.get(vm).to_wtf8();
        let found = code.localsplusnames.iter().enumerate();
        let mut found = found.filter(|(_, name)| **name == bytes).map(|(index, _)| index);
        return Ok(found.find(|index| fits(vm, *index)).map(|index| index as u32));
    }
    for (index, name) in code.localsplusnames.iter().enumerate() {
        if !fits(vm, index) {
            continue;
        }
        let name = Str::from_wtf8(vm, name)?;
        if vm.is_equal(name.value(), key)? {
            return Ok(Some(index as u32));
        }
    }
    Ok(None)
}

fn extra(vm: &Vm, frame: Gc<FrameObject>) -> Option<Gc<Dict>> {
    frame.get(vm).extra
}

fn lookup(vm: &mut Vm, this: Value, key: Value) -> Result<Option<Value>, Raised> {
    let frame = frame_of(vm, this);
    if let Some(index) = find(vm, frame, key, true)?
        && let Some(value) = variable(vm, frame, index)
    {
        return Ok(Some(value));
    }
    match extra(vm, frame) {
        Some(extra) => Dict::get_item(extra, vm, key),
        None => Ok(None),
    }
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    match lookup(vm, this, key)? {
        Some(value) => Ok(value),
        None => {
            let key = vm.repr_string(key)?;
            let message = vm.new_str(&format!("local variable '{key}' is not defined"))?;
            Err(vm.raise_with(Exc::KeyError, &[message]))
        }
    }
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let frame = frame_of(vm, this);
    let found = find(vm, frame, key, false)?;
    let Some(value) = value else {
        if found.is_some() {
            return Err(vm.raise(Exc::ValueError, "cannot remove local variables from FrameLocalsProxy"));
        }
        let removed = match extra(vm, frame) {
            Some(extra) => Dict::remove(extra, vm, key)?,
            None => None,
        };
        return match removed {
            Some(_) => Ok(()),
            None => Err(vm.raise_with(Exc::KeyError, &[key])),
        };
    };
    if let Some(index) = found {
        return write(vm, frame, index, value);
    }
    let extra = match extra(vm, frame) {
        Some(extra) => extra,
        None => {
            let extra = Dict::new(vm)?;
            frame.get_mut(vm).extra = Some(extra);
            extra
        }
    };
    Dict::set(extra, vm, key, value)
}

fn write(vm: &mut Vm, frame: Gc<FrameObject>, index: u32, value: Value) -> Result<(), Raised> {
    let kind = frame.get(vm).executable.code.localspluskinds.get(index as usize).copied().unwrap_or(0);
    if kind & (fast::CELL | fast::FREE) != 0
        && let Some(cell) = FrameObject::local(frame, vm, index).and_then(|value| value.exact::<Cell>())
    {
        cell.get_mut(vm).contents = Some(value);
        return Ok(());
    }
    FrameObject::set_local(frame, vm, index, value);
    Ok(())
}

/// A dict of the variables that have a value.
pub fn snapshot(vm: &mut Vm, frame: Gc<FrameObject>) -> Result<Gc<Dict>, Raised> {
    let dict = Dict::new(vm)?;
    let executable = frame.get(vm).executable;
    for (index, name) in executable.code.localsplusnames.iter().enumerate() {
        let Some(value) = variable(vm, frame, index as u32) else { continue };
        let name = Str::from_wtf8(vm, name)?;
        let name = Str::interned(name, vm);
        Dict::set_str(dict, vm, name, value)?;
    }
    if let Some(extra) = extra(vm, frame) {
        Dict::update_from(dict, vm, extra)?;
    }
    Ok(dict)
}

fn dict_of(vm: &mut Vm, this: Value) -> Result<Gc<Dict>, Raised> {
    let frame = frame_of(vm, this);
    snapshot(vm, frame)
}

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() != 1 {
        let got = args.len();
        return Err(vm.raise(Exc::TypeError, format!("FrameLocalsProxy expected 1 argument, got {got}")));
    }
    if args.has_keywords() {
        return Err(vm.raise(Exc::TypeError, "FrameLocalsProxy takes no keyword arguments"));
    }
    match args.get(0).exact::<FrameObject>() {
        Some(frame) => proxy(vm, frame),
        None => {
            let got = vm.type_name(args.get(0));
            Err(vm.raise(Exc::TypeError, format!("expect frame, not {got}")))
        }
    }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.guarded_repr(this, "{...}", |vm, out| {
        let dict = dict_of(vm, this)?;
        vm.push_repr(out, dict.value())
    })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    if let Some(other) = b.exact::<FrameLocalsProxy>() {
        let same = frame_of(vm, a) == other.get(vm).frame;
        return Ok(Value::bool(same == (op == Comparison::Eq)));
    }
    if !vm.is_a(b, Builtin::Dict) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let dict = dict_of(vm, a)?;
    vm.compare(dict.value(), b, op)
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let frame = frame_of(vm, this);
    let locals = frame.get(vm).executable.locals;
    let bound = (0..locals).filter(|index| variable(vm, frame, *index).is_some()).count();
    Ok(bound + extra(vm, frame).map_or(0, |extra| extra.get(vm).len()))
}

fn contains(vm: &mut Vm, this: Value, key: Value) -> Result<bool, Raised> {
    Ok(lookup(vm, this, key)?.is_some())
}

fn key_list(vm: &mut Vm, this: Value) -> Result<Gc<List>, Raised> {
    let dict = dict_of(vm, this)?;
    crate::types::dict::merge::keys_list(vm, dict)
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let keys = key_list(vm, this)?;
    vm.iter(keys.value())
}

/// A dict or another view, as a dict.
fn mapping(vm: &mut Vm, value: Value) -> Result<Option<Value>, Raised> {
    if value.exact::<FrameLocalsProxy>().is_some() {
        return Ok(Some(dict_of(vm, value)?.value()));
    }
    Ok(vm.is_a(value, Builtin::Dict).then_some(value))
}

fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (mapping(vm, a)?, mapping(vm, b)?) else { return Ok(Value::NOT_IMPLEMENTED) };
    vm.binary(Operator::Or, a, b)
}

fn merge(vm: &mut Vm, this: Value, other: Value) -> Result<bool, Raised> {
    let Some(other) = mapping(vm, other)? else { return Ok(false) };
    let other = Dict::new(vm).and_then(|dict| Dict::update_any(dict, vm, other).map(|()| dict))?;
    let mut at = 0;
    while let Some((number, entry)) = other.get(vm).next_entry(vm, at) {
        set_item(vm, this, entry.key, Some(entry.value))?;
        at = number + 1;
    }
    Ok(true)
}

fn ior(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    Ok(if merge(vm, a, b)? { a } else { Value::NOT_IMPLEMENTED })
}

fn contains_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    contains(vm, args.get(0), args.get(1)).map(Value::bool)
}

fn getitem_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    subscript(vm, args.get(0), args.get(1))
}

fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if merge(vm, args.get(0), args.get(1))? {
        return Ok(Value::NONE);
    }
    Err(vm.raise(Exc::TypeError, "update() argument must be dict or another FrameLocalsProxy"))
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let keys = key_list(vm, args.get(0))?;
    vm.call_method(keys.value(), "reverse", &[])?;
    Ok(keys.value())
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(dict_of(vm, args.get(0))?.value())
}

fn keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(key_list(vm, args.get(0))?.value())
}

fn values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (dict, list) = (dict_of(vm, args.get(0))?, List::new(vm)?);
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        List::push(list, vm, entry.value)?;
        at = number + 1;
    }
    Ok(list.value())
}

fn items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (dict, list) = (dict_of(vm, args.get(0))?, List::new(vm)?);
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        let pair = Tuple::from_values(vm, &[entry.key, entry.value])?;
        List::push(list, vm, pair.value())?;
        at = number + 1;
    }
    Ok(list.value())
}

fn one_or_two(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<(), Raised> {
    if args.has_keywords() || !(2..=3).contains(&args.len()) {
        return Err(vm.raise(Exc::TypeError, format!("{function} expected 1 or 2 arguments")));
    }
    Ok(())
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    one_or_two(vm, args, "get")?;
    let found = lookup(vm, args.get(0), args.get(1))?;
    Ok(found.or(args.opt(2)).unwrap_or(Value::NONE))
}

fn setdefault(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    one_or_two(vm, args, "setdefault")?;
    let (this, key) = (args.get(0), args.get(1));
    if let Some(value) = lookup(vm, this, key)? {
        return Ok(value);
    }
    let value = args.opt(2).unwrap_or(Value::NONE);
    set_item(vm, this, key, Some(value))?;
    Ok(value)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "pop", 2, 3)?;
    let key = args.get(1);
    let frame = frame_of(vm, args.get(0));
    if find(vm, frame, key, false)?.is_some() {
        return Err(vm.raise(Exc::ValueError, "cannot remove local variables from FrameLocalsProxy"));
    }
    let removed = match extra(vm, frame) {
        Some(extra) => Dict::remove(extra, vm, key)?,
        None => None,
    };
    match removed.or(args.opt(2)) {
        Some(value) => Ok(value),
        None => Err(vm.raise_with(Exc::KeyError, &[key])),
    }
}

const METHODS: &[MethodDef] = &[
    method("__contains__($self, object, /)", contains_method, ""),
    method("__getitem__($self, object, /)", getitem_method, ""),
    method("update($self, object, /)", update, ""),
    method("__reversed__($self, /)", reversed, ""),
    method("copy($self, /)", copy, ""),
    method("keys($self, /)", keys, ""),
    method("values($self, /)", values, ""),
    method("items($self, /)", items, ""),
    MethodDef::raw("get", get, ""),
    MethodDef::raw("pop", pop, ""),
    MethodDef::raw("setdefault", setdefault, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "FrameLocalsProxy",
    layout: Some(<FrameLocalsProxy as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        richcompare: Some(richcompare),
        iter: Some(iter),
        len: Some(len),
        subscript: Some(subscript),
        set_item: Some(set_item),
        contains: Some(contains),
        or: Some(or),
        ior: Some(ior),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    flags: MAPPING,
    ..TypeSpec::DEFAULT
};
