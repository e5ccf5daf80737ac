//! `BaseExceptionGroup` and `ExceptionGroup` (PEP 654).

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::exceptions::{BaseException, base, specs};
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, mro};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The fields of exception groups; `exceptions` is a tuple.
    pub struct Group : BaseException {
        pub message: Option<Value>,
        pub exceptions: Option<Gc<Tuple>>,
        /// The repr of what was given for the members, when that is neither list nor tuple.
        pub shown: Option<Value>,
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<Group> {
    this.expect(vm)
}

/// The members of a group.
pub fn members(vm: &mut Vm, group: Gc<Group>) -> Result<Gc<Tuple>, Raised> {
    match group.get(vm).exceptions {
        Some(members) => Ok(members),
        None => Tuple::empty(vm),
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const NAME: &str = "BaseExceptionGroup.__new__()";
    if args.has_keywords() {
        let name = Type::name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("{name}() takes no keyword arguments")));
    }
    if args.len() != 2 {
        let n = args.len();
        return Err(vm.raise(Exc::TypeError, format!("{NAME} takes exactly 2 arguments ({n} given)")));
    }
    let (message, given) = (args.get(0), args.get(1));
    if message.downcast::<Str>(vm).is_none() {
        let got = if message.is_none() { "None".to_owned() } else { vm.type_name(message) };
        return Err(vm.raise(Exc::TypeError, format!("{NAME} argument 1 must be str, not {got}")));
    }
    let is_sequence = given.downcast::<List>(vm).is_some() || given.downcast::<Tuple>(vm).is_some() || {
        let plain = vm.slots(given).subscript.is_some();
        plain && given.downcast::<crate::types::dict::Dict>(vm).is_none()
    };
    if !is_sequence {
        return Err(vm.raise(Exc::TypeError, "second argument (exceptions) must be a sequence"));
    }
    let list = vm.list_of(given)?;
    let members = List::to_tuple(list, vm)?;
    if members.get(vm).is_empty() {
        return Err(vm.raise(Exc::ValueError, "second argument (exceptions) must be a non-empty sequence"));
    }
    let exception = vm.exception_class(Exc::Exception);
    let mut has_base = false;
    for i in 0..members.get(vm).len() {
        let member = members.get(vm).at(i);
        if member.downcast::<BaseException>(vm).is_none() {
            let message = format!("Item {i} of second argument (exceptions) is not an exception");
            return Err(vm.raise(Exc::ValueError, message));
        }
        has_base |= !vm.is_instance(member, exception);
    }
    let mut class = class;
    if class == vm.exception_class(Exc::BaseExceptionGroup) {
        if !has_base {
            class = vm.exception_class(Exc::ExceptionGroup);
        }
    } else if has_base && class == vm.exception_class(Exc::ExceptionGroup) {
        return Err(vm.raise(Exc::TypeError, "Cannot nest BaseExceptions in an ExceptionGroup"));
    } else if has_base && Type::is_subtype(class, vm, exception) {
        let name = Type::name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("Cannot nest BaseExceptions in '{name}'")));
    }
    let plain = given.downcast::<List>(vm).is_some() || given.downcast::<Tuple>(vm).is_some();
    let shown = if plain { None } else { Some(vm.repr(given)?) };
    let group = base::new(vm, class, args)?;
    let fields = expect(vm, group).get_mut(vm);
    (fields.message, fields.exceptions, fields.shown) = (Some(message), Some(members), shown);
    Ok(group)
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let group = expect(vm, this);
    let n = members(vm, group)?.get(vm).len();
    let message = group.get(vm).message.unwrap_or(Value::NONE);
    let message = vm.str_string(message)?;
    let s = if n == 1 { "" } else { "s" };
    vm.new_str(&format!("{message} ({n} sub-exception{s})"))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    let group = expect(vm, this);
    let members = members(vm, group)?;
    let (message, args) = (group.get(vm).message.unwrap_or(Value::NONE), group.get(vm).base.args);
    let was_list = args.get(vm).len() == 2
        && args.get(vm).items().get(1).is_some_and(|value| value.downcast::<List>(vm).is_some());
    let shown = if was_list { vm.list_of(members.value())?.value() } else { members.value() };
    let shown = match group.get(vm).shown {
        Some(shown) => vm.str_string(shown)?,
        None => vm.repr_string(shown)?,
    };
    let (name, message) = (vm.type_name(this), vm.repr_string(message)?);
    vm.new_str(&format!("{name}({message}, {shown})"))
}

fn derive(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, exceptions] = args.all();
    let message = expect(vm, this).get(vm).message.unwrap_or(Value::NONE);
    vm.new_exception(Exc::BaseExceptionGroup, &[message, exceptions])
}

/// `orig.derive(members)` with traceback, context, cause and notes of `orig`; `None` without members.
pub fn subset(vm: &mut Vm, orig: Value, members: Gc<List>) -> Result<Value, Raised> {
    if members.get(vm).is_empty() {
        return Ok(Value::NONE);
    }
    let part = vm.call_method(orig, "derive", &[members.value()])?;
    if part.downcast::<Group>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "derive must return an instance of BaseExceptionGroup"));
    }
    if let (Some(from), Some(to)) = (orig.downcast::<BaseException>(vm), part.downcast::<BaseException>(vm)) {
        let BaseException { traceback, context, cause, .. } = *from.get(vm);
        let to = to.get_mut(vm);
        (to.traceback, to.context, to.cause) = (traceback, context, cause);
        to.suppress_context = true;
    }
    let key = vm.name(name::NOTES);
    if let Some(notes) = vm.get_attr_opt(orig, key)?
        && (notes.downcast::<List>(vm).is_some() || notes.downcast::<Tuple>(vm).is_some())
    {
        let notes = vm.list_of(notes)?;
        vm.set_attr(part, key, Some(notes.value()))?;
    }
    Ok(part)
}

/// What `split` and `subgroup` select by.
#[derive(Clone, Copy)]
enum Matcher {
    /// A class or a tuple of classes.
    Classes(Value),
    /// A predicate.
    Predicate(Value),
}

fn matcher(vm: &mut Vm, value: Value) -> Result<Matcher, Raised> {
    let base = vm.exception_class(Exc::BaseException);
    let is_class =
        |vm: &Vm, value: Value| value.downcast::<Type>(vm).is_some_and(|class| Type::is_subtype(class, vm, base));
    if is_class(vm, value) {
        return Ok(Matcher::Classes(value));
    }
    if let Some(tuple) = value.downcast::<Tuple>(vm) {
        if tuple.get(vm).items().iter().all(|item| is_class(vm, *item)) {
            return Ok(Matcher::Classes(value));
        }
    } else if value.downcast::<Type>(vm).is_none() && vm.is_callable(value) {
        return Ok(Matcher::Predicate(value));
    }
    let message = "expected an exception type, a tuple of exception types, or a callable (other than a class)";
    Err(vm.raise(Exc::TypeError, message))
}

fn matches(vm: &mut Vm, exception: Value, matcher: Matcher) -> Result<bool, Raised> {
    match matcher {
        Matcher::Classes(classes) => Ok(crate::interp::ops::exception::matches(vm, exception, classes)),
        Matcher::Predicate(predicate) => {
            let result = vm.call(predicate, &[exception])?;
            vm.is_true(result)
        }
    }
}

/// The matching part of an exception and, if wanted, the rest; None for an empty part.
fn split_by(vm: &mut Vm, exception: Value, matcher: Matcher, rest_wanted: bool) -> Result<(Value, Value), Raised> {
    vm.check_native_stack()?;
    if matches(vm, exception, matcher)? {
        return Ok((exception, Value::NONE));
    }
    let Some(group) = exception.downcast::<Group>(vm) else {
        return Ok((Value::NONE, if rest_wanted { exception } else { Value::NONE }));
    };
    let members = members(vm, group)?;
    let (matched, rest) = (List::new(vm)?, List::new(vm)?);
    for i in 0..members.get(vm).len() {
        let member = members.get(vm).at(i);
        let (yes, no) = split_by(vm, member, matcher, rest_wanted)?;
        if !yes.is_none() {
            List::push(matched, vm, yes)?;
        }
        if !no.is_none() {
            List::push(rest, vm, no)?;
        }
    }
    let matched = subset(vm, exception, matched)?;
    let rest = if rest_wanted { subset(vm, exception, rest)? } else { Value::NONE };
    Ok((matched, rest))
}

fn split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, wanted] = args.all();
    let matcher = matcher(vm, wanted)?;
    let (matched, rest) = split_by(vm, this, matcher, true)?;
    Ok(Tuple::from_values(vm, &[matched, rest])?.value())
}

fn subgroup(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, wanted] = args.all();
    let matcher = matcher(vm, wanted)?;
    Ok(split_by(vm, this, matcher, false)?.0)
}

fn get_message(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).message.unwrap_or(Value::NONE))
}

fn get_exceptions(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let group = expect(vm, this);
    Ok(members(vm, group)?.value())
}

const METHODS: &[MethodDef] = &[
    class_method(
        "__class_getitem__($type, object, /)",
        crate::types::generic_alias::class_getitem,
        "Exception groups are generic over the type of their contained exceptions",
    ),
    method("derive($self, excs, /)", derive, ""),
    method("split($self, matcher_value, /)", split, ""),
    method("subgroup($self, matcher_value, /)", subgroup, ""),
];

const GETSET: &[GetSetDef] = &[
    getter("message", get_message, "exception message").member(),
    getter("exceptions", get_exceptions, "nested exceptions").member(),
];

/// The spec of `BaseExceptionGroup`.
pub const BASE: TypeSpec = TypeSpec {
    name: "BaseExceptionGroup",
    base: Some(&specs::BaseException),
    layout: Some(<Group as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(base::init), str: Some(str), repr: Some(repr), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "A combination of multiple unrelated exceptions.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// `ExceptionGroup` derives from `Exception` too.
fn add_second_base(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let first = vm.exception_class(Exc::BaseExceptionGroup);
    let second = vm.exception_class(Exc::Exception);
    let bases = Tuple::from_values(vm, &[first.value(), second.value()])?;
    class.get_mut(vm).bases = bases;
    mro::set_mro(vm, class)?;
    Type::add_subclass(second, vm, class)
}

/// The spec of `ExceptionGroup`.
pub const GROUP: TypeSpec = TypeSpec {
    name: "ExceptionGroup",
    base: Some(&specs::BaseExceptionGroup),
    flags: BASETYPE,
    finish: Some(add_second_base),
    ..TypeSpec::DEFAULT
};
