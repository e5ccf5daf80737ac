//! `ast.AST`: the base of all node classes: construction, copying, pickling, repr.

use crate::args::Args;
use crate::gc::Gc;
use crate::import::import_module;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, HAS_DICT, MethodDef, TypeSpec, getset, method};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::generic_alias::GenericAlias;
use crate::types::list::List;
use crate::types::object::{self, new_instance};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, class_of_spec};
use crate::types::union::Union;
use crate::value::Value;
use crate::vm::Vm;

use super::Classes;
use super::nodes::Kind;

/// How deep a repr shows nodes inside nodes.
const REPR_DEPTH: usize = 3;

/// `AST.__new__` keeps nothing; arguments go to `__init__`.
fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    new_instance(vm, class)
}

/// The names a class lists under `attribute` (`_fields`, `_attributes`).
fn names_of(vm: &mut Vm, class: Value, attribute: &str) -> Result<Gc<Tuple>, Raised> {
    let names = vm.get_attr_str(class, attribute)?;
    vm.length(names)?;
    vm.tuple_of(names)
}

fn contains(vm: &mut Vm, names: Gc<Tuple>, name: Value) -> Result<bool, Raised> {
    for i in 0..names.get(vm).len() {
        let listed = names.get(vm).at(i);
        if vm.is_equal(listed, name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn warn_deprecated(vm: &mut Vm, message: &str) -> Result<(), Raised> {
    let message = vm.new_str(message)?;
    let category = vm.exception_class(Exc::DeprecationWarning).value();
    let warnings = import_module(vm, "warnings")?;
    vm.call_method(warnings, "warn", &[message, category, Value::int32(1)])?;
    Ok(())
}

/// `AST.__init__`: fields by position and by name; absent ones get what their types imply.
fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let class = vm.type_of(this).value();
    let fields = names_of(vm, class, "_fields")?;
    let count = fields.get(vm).len();
    if args.len() > count {
        let s = if count == 1 { "" } else { "s" };
        let class_name = vm.class_name(this);
        let message = format!("{class_name} constructor takes at most {count} positional argument{s}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let given = Dict::new(vm)?;
    for i in 0..args.len() {
        let field = fields.get(vm).at(i);
        let field_name = vm.attr_name(field)?;
        vm.set_attr(this, field_name, Some(args.get(i)))?;
        Dict::set(given, vm, field, Value::TRUE)?;
    }
    let mut attributes = None;
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        if contains(vm, fields, key)? {
            if Dict::get_item(given, vm, key)?.is_some() {
                let (class_name, shown) = (vm.class_name(this), vm.repr_string(key)?);
                let message = format!("{class_name} got multiple values for argument {shown}");
                return Err(vm.raise(Exc::TypeError, message));
            }
            Dict::set(given, vm, key, Value::TRUE)?;
        } else {
            let attributes = match attributes {
                Some(attributes) => attributes,
                None => *attributes.insert(names_of(vm, class, "_attributes")?),
            };
            if !contains(vm, attributes, key)? {
                let (class_name, shown) = (vm.type_name(this), vm.repr_string(key)?);
                let message = format!(
                    "{class_name}.__init__ got an unexpected keyword argument {shown}. Support for arbitrary keyword \
                     arguments is deprecated and will be removed in Python 3.15."
                );
                warn_deprecated(vm, &message)?;
            }
        }
        let name = vm.attr_name(key)?;
        vm.set_attr(this, name, Some(value))?;
    }
    set_missing(vm, this, class, fields, given)
}

fn set_missing(vm: &mut Vm, this: Value, class: Value, fields: Gc<Tuple>, given: Gc<Dict>) -> Result<(), Raised> {
    let mut types = None;
    for i in 0..fields.get(vm).len() {
        let field = fields.get(vm).at(i);
        if Dict::get_item(given, vm, field)?.is_some() {
            continue;
        }
        let types = match types {
            Some(types) => types,
            None => {
                let name = Str::intern(vm, "_field_types")?;
                match vm.get_attr_opt(class, name)? {
                    Some(found) => *types.insert(found),
                    // A class made by a program that says nothing of types.
                    None => return Ok(()),
                }
            }
        };
        match vm.mapping_get(types, field)? {
            Some(kind) => set_implied(vm, this, field, kind)?,
            None => {
                let (shown, class_name) = (vm.repr_string(field)?, vm.type_name(this));
                let message = format!(
                    "Field {shown} is missing from {class_name}._field_types. This will become an error in Python 3.15."
                );
                warn_deprecated(vm, &message)?;
            }
        }
    }
    Ok(())
}

/// Lists are empty and contexts `Load()` when they are not given; optional fields have None in the class.
fn set_implied(vm: &mut Vm, this: Value, field: Value, kind: Value) -> Result<(), Raised> {
    if kind.exact::<Union>().is_some() {
        return Ok(());
    }
    if kind.exact::<GenericAlias>().is_some() {
        let (name, empty) = (vm.attr_name(field)?, List::new(vm)?);
        return vm.set_attr(this, name, Some(empty.value()));
    }
    let classes = Classes::of(vm)?;
    if kind == classes.class(vm, Kind::expr_context) {
        let (name, load) = (vm.attr_name(field)?, classes.instance(vm, Kind::Load));
        return vm.set_attr(this, name, Some(load));
    }
    let (class_name, shown) = (vm.type_name(this), vm.repr_string(field)?);
    let message = format!(
        "{class_name}.__init__ missing 1 required positional argument: {shown}. This will become an error in Python 3.15."
    );
    warn_deprecated(vm, &message)
}

/// The class, as many None as fields lead the way, and the dict.
fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this).value();
    let name = Str::intern(vm, "__dict__")?;
    let Some(dict) = vm.get_attr_opt(this, name)? else {
        let empty = Tuple::empty(vm)?.value();
        return Ok(Tuple::from_values(vm, &[class, empty])?.value());
    };
    let fields = names_of(vm, class, "_fields")?;
    let arguments = List::new(vm)?;
    for i in 0..fields.get(vm).len() {
        let field = fields.get(vm).at(i);
        // Fields by position end with the first that is not there.
        if vm.mapping_get(dict, field)?.is_none() {
            break;
        }
        List::push(arguments, vm, Value::NONE)?;
    }
    let arguments = List::to_tuple(arguments, vm)?.value();
    Ok(Tuple::from_values(vm, &[class, arguments, dict])?.value())
}

/// A copy with other values for some fields (`copy.replace`).
fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() > 1 {
        return Err(vm.raise(Exc::TypeError, "__replace__() takes no positional arguments"));
    }
    let this = args.get(0);
    let class = vm.type_of(this).value();
    let fields = names_of(vm, class, "_fields")?;
    let attributes = names_of(vm, class, "_attributes")?;
    let values = Dict::new(vm)?;
    for names in [fields, attributes] {
        for i in 0..names.get(vm).len() {
            let name = names.get(vm).at(i);
            let attribute = vm.attr_name(name)?;
            if let Some(value) = vm.instance_attr(this, attribute) {
                Dict::set(values, vm, name, value)?;
            }
        }
    }
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        if !contains(vm, fields, key)? && !contains(vm, attributes, key)? {
            let (class_name, shown) = (vm.type_name(this), vm.repr_string(key)?);
            let message = format!("{class_name}.__replace__ got an unexpected keyword argument {shown}.");
            return Err(vm.raise(Exc::TypeError, message));
        }
        Dict::set(values, vm, key, value)?;
    }
    let mut missing = Vec::new();
    for i in 0..fields.get(vm).len() {
        let field = fields.get(vm).at(i);
        let name = vm.attr_name(field)?;
        if Dict::get_item(values, vm, field)?.is_none() && vm.get_attr_opt(class, name)?.is_none() {
            missing.push(vm.repr_string(field)?);
        }
    }
    if !missing.is_empty() {
        let s = if missing.len() == 1 { "" } else { "s" };
        let (class_name, count, names) = (vm.type_name(this), missing.len(), missing.join(", "));
        let message = format!("{class_name}.__replace__ missing {count} keyword argument{s}: {names}.");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let empty = Tuple::empty(vm)?;
    vm.call_tuple(class, empty, Some(values))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let mut out = String::new();
    write_node(vm, this, REPR_DEPTH, &mut out)?;
    vm.new_str(&out)
}

fn write_node(vm: &mut Vm, node: Value, depth: usize, out: &mut String) -> Result<(), Raised> {
    out.push_str(&vm.type_name(node));
    if depth == 0 || !vm.repr_enter(node)? {
        out.push_str("(...)");
        return Ok(());
    }
    let written = write_fields(vm, node, depth, out);
    vm.repr_leave(node);
    written
}

fn write_fields(vm: &mut Vm, node: Value, depth: usize, out: &mut String) -> Result<(), Raised> {
    let class = vm.type_of(node).value();
    let fields = names_of(vm, class, "_fields")?;
    out.push('(');
    for i in 0..fields.get(vm).len() {
        let name = fields.get(vm).at(i);
        let name = vm.attr_name(name)?;
        let value = vm.get_attr(node, name)?;
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(&name.get(vm).to_string_lossy());
        out.push('=');
        if vm.is_a(value, Builtin::List) || vm.is_a(value, Builtin::Tuple) {
            write_sequence(vm, value, depth - 1, out)?;
        } else {
            write_value(vm, value, depth - 1, out)?;
        }
    }
    out.push(')');
    Ok(())
}

/// First and last of a list or tuple.
fn write_sequence(vm: &mut Vm, sequence: Value, depth: usize, out: &mut String) -> Result<(), Raised> {
    let is_list = vm.is_a(sequence, Builtin::List);
    let items = vm.tuple_of(sequence)?;
    let count = items.get(vm).len();
    out.push(if is_list { '[' } else { '(' });
    if count > 0 {
        let first = items.get(vm).at(0);
        write_value(vm, first, depth, out)?;
    }
    if count > 1 {
        out.push_str(if count > 2 { ", ..., " } else { ", " });
        let last = items.get(vm).at(count - 1);
        write_value(vm, last, depth, out)?;
    }
    out.push(if is_list { ']' } else { ')' });
    Ok(())
}

fn write_value(vm: &mut Vm, value: Value, depth: usize, out: &mut String) -> Result<(), Raised> {
    let root = class_of_spec(vm, &AST)?;
    if vm.is_instance(value, root) {
        return write_node(vm, value, depth, out);
    }
    out.push_str(&vm.repr_string(value)?);
    Ok(())
}

fn finish(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let dict = class.get(vm).dict;
    let empty = Tuple::empty(vm)?.value();
    for key in ["_fields", "__match_args__", "_attributes"] {
        let key = Str::intern(vm, key)?;
        Dict::set_str(dict, vm, key, empty)?;
    }
    Ok(())
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, ""),
    MethodDef::raw(
        "__replace__",
        replace,
        "__replace__($self, /, **fields)\n--\n\nReturn a copy of the AST node with new values for the specified fields.",
    )
    .any_keys(),
];

pub static AST: TypeSpec = TypeSpec {
    name: "AST",
    module: "ast",
    slots: Slots {
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        getattro: Some(object::getattro),
        setattro: Some(object::setattro),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: &[getset("__dict__", object::get_dict, object::set_dict, "")],
    finish: Some(finish),
    flags: BASETYPE | HAS_DICT | crate::spec::MUTABLE,
    ..TypeSpec::DEFAULT
};
