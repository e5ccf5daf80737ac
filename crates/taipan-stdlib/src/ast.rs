//! `_ast`: the classes of abstract syntax trees.
//!
//! The classes are made from the table in `nodes`, once per interpreter; their instances keep fields as attributes.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, HAS_DICT, ModuleSpec, TypeSpec, WEAKREFABLE};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::types::{Builtin, generic_alias, union};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod nodes;

use nodes::{NODES, Node};

/// The dict of the node classes by name.
const CLASSES: &str = "ast.classes";

/// `AST.__init__`: fields by position and by name; absent ones get what their types imply.
fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let class = vm.type_of(this).value();
    let fields = vm.get_attr_str(class, "_fields")?;
    let fields = vm.tuple_of(fields)?;
    let count = fields.get(vm).len();
    let class_name = vm.type_name(this);
    if args.len() > count {
        let s = if count == 1 { "" } else { "s" };
        let message = format!("{class_name} constructor takes at most {count} positional argument{s}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let set = Dict::new(vm)?;
    for i in 0..args.len() {
        let field = fields.get(vm).at(i);
        let field_name = vm.attr_name(field)?;
        Dict::set(set, vm, field, Value::TRUE)?;
        vm.set_attr(this, field_name, Some(args.get(i)))?;
    }
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        if Dict::get_item(set, vm, key)?.is_some() {
            let shown = vm.repr_string(key)?;
            return Err(vm.raise(Exc::TypeError, format!("{class_name} got multiple values for argument {shown}")));
        }
        let field_name = vm.attr_name(key)?;
        Dict::set(set, vm, key, Value::TRUE)?;
        vm.set_attr(this, field_name, Some(value))?;
    }
    let types = vm.get_attr_str(class, "_field_types")?;
    for i in 0..count {
        let field = fields.get(vm).at(i);
        if Dict::get_item(set, vm, field)?.is_none() {
            set_implied(vm, this, field, types)?;
        }
    }
    Ok(())
}

/// Lists are empty and contexts `Load()` when they are not given; optional fields have None in the class.
fn set_implied(vm: &mut Vm, this: Value, field: Value, types: Value) -> Result<(), Raised> {
    let Some(kind) = vm.mapping_get(types, field)? else { return Ok(()) };
    let field_name = vm.attr_name(field)?;
    let list = vm.class(Builtin::List).value();
    if let Some(alias) = kind.exact::<generic_alias::GenericAlias>() {
        if alias.get(vm).origin == list {
            let empty = List::new(vm)?;
            vm.set_attr(this, field_name, Some(empty.value()))?;
        }
        return Ok(());
    }
    if kind == class_named(vm, "expr_context")? {
        let load = class_named(vm, "Load")?;
        let load = vm.call(load, &[])?;
        vm.set_attr(this, field_name, Some(load))?;
    }
    Ok(())
}

fn class_named(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let classes = classes(vm)?;
    let key = Str::intern(vm, name)?;
    match Dict::get_str(classes, vm, key) {
        Some(class) => Ok(class),
        None => Err(vm.raise(Exc::SystemError, format!("no class of nodes {name}"))),
    }
}

/// `AST.__new__` keeps nothing; arguments go to `__init__`.
fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    taipan_vm::types::object::new_instance(vm, class)
}

fn finish(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let dict = class.get(vm).dict;
    let empty = Tuple::empty(vm)?.value();
    for key in ["_fields", "_attributes", "__match_args__"] {
        let key = Str::intern(vm, key)?;
        Dict::set_str(dict, vm, key, empty)?;
    }
    let (key, types) = (Str::intern(vm, "_field_types")?, Dict::new(vm)?);
    Dict::set_str(dict, vm, key, types.value())
}

pub static AST: TypeSpec = TypeSpec {
    name: "AST",
    module: "ast",
    slots: Slots { new: Some(new), init: Some(init), ..Slots::DEFAULT },
    finish: Some(finish),
    flags: BASETYPE | HAS_DICT | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

fn names_tuple<'a>(vm: &mut Vm, names: impl Iterator<Item = &'a str>) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for name in names {
        let name = Str::intern(vm, name)?;
        List::push(list, vm, name.value())?;
    }
    Ok(List::to_tuple(list, vm)?.value())
}

/// The classes by name, `AST` among them.
fn classes(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    if let Some(classes) = vm.state(CLASSES).and_then(|classes| classes.downcast::<Dict>(vm)) {
        return Ok(classes);
    }
    let classes = Dict::new(vm)?;
    let (key, root) = (Str::intern(vm, "AST")?, class_of_spec(vm, &AST)?);
    Dict::set_str(classes, vm, key, root.value())?;
    for node in NODES {
        let class = make_class(vm, node, classes)?;
        let key = Str::intern(vm, node.name)?;
        Dict::set_str(classes, vm, key, class)?;
    }
    // Types of fields name classes that come later in the table.
    for node in NODES {
        let key = Str::intern(vm, node.name)?;
        let Some(class) = Dict::get_str(classes, vm, key) else { continue };
        let types = Dict::new(vm)?;
        for (field, kind) in node.fields {
            let kind = field_type(vm, kind, classes)?;
            let field = Str::intern(vm, field)?;
            Dict::set_str(types, vm, field, kind)?;
        }
        let key = Str::intern(vm, "_field_types")?;
        vm.set_attr(class, key, Some(types.value()))?;
    }
    vm.set_state(CLASSES, classes.value());
    Ok(classes)
}

fn make_class(vm: &mut Vm, node: &Node, classes: Gc<Dict>) -> Result<Value, Raised> {
    let dict = Dict::new(vm)?;
    let module = vm.new_str("ast")?;
    let doc = vm.new_str(node.doc)?;
    let fields = names_tuple(vm, node.fields.iter().map(|(field, _)| *field))?;
    for (key, value) in [("__module__", module), ("__doc__", doc), ("_fields", fields), ("__match_args__", fields)] {
        let key = Str::intern(vm, key)?;
        Dict::set_str(dict, vm, key, value)?;
    }
    if !node.attributes.is_empty() {
        let attributes = names_tuple(vm, node.attributes.iter().copied())?;
        let key = Str::intern(vm, "_attributes")?;
        Dict::set_str(dict, vm, key, attributes)?;
    }
    let optional = node.fields.iter().filter(|(_, kind)| kind.ends_with('?')).map(|(field, _)| *field);
    for field in optional.chain(node.attributes.iter().copied().filter(|attribute| attribute.starts_with("end_"))) {
        let key = Str::intern(vm, field)?;
        Dict::set_str(dict, vm, key, Value::NONE)?;
    }
    let key = Str::intern(vm, node.base)?;
    let base = Dict::get_str(classes, vm, key);
    let base = match base {
        Some(base) => base,
        None => class_of_spec(vm, &AST)?.value(),
    };
    let (name, bases) = (vm.new_str(node.name)?, Tuple::from_values(vm, &[base])?);
    let metaclass = vm.class(Builtin::Type).value();
    vm.call(metaclass, &[name, bases.value(), dict.value()])
}

/// The type of a field as Python shows it: `list[stmt]`, `expr | None`, `str`.
fn field_type(vm: &mut Vm, kind: &str, classes: Gc<Dict>) -> Result<Value, Raised> {
    let name = kind.trim_end_matches(['?', '*']);
    let key = Str::intern(vm, name)?;
    let class = match (name, Dict::get_str(classes, vm, key)) {
        (_, Some(class)) => class,
        ("str", None) => vm.class(Builtin::Str).value(),
        ("int", None) => vm.class(Builtin::Int).value(),
        _ => vm.class(Builtin::Object).value(),
    };
    if kind.ends_with('*') {
        let list = vm.class(Builtin::List).value();
        return generic_alias::new(vm, list, class);
    }
    if kind.ends_with('?') { union::or(vm, class, Value::NONE) } else { Ok(class) }
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let classes = classes(vm)?;
    let mut at = 0;
    while let Some((number, entry)) = classes.get(vm).next_entry(vm, at) {
        let name = vm.text_of(entry.key).unwrap_or_default();
        Module::set(module, vm, &name, entry.value)?;
        at = number + 1;
    }
    for (name, flag) in [
        ("PyCF_ONLY_AST", 0x400),
        ("PyCF_TYPE_COMMENTS", 0x1000),
        ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
        ("PyCF_OPTIMIZED_AST", 0x8400),
    ] {
        Module::set_int(module, vm, name, flag)?;
    }
    Ok(())
}

pub static MODULE: ModuleSpec = ModuleSpec { name: "_ast", exec: Some(exec), ..ModuleSpec::DEFAULT };
