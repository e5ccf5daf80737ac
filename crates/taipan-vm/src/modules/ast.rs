//! `_ast`: the classes of abstract syntax trees, and trees as Python objects.
//!
//! The classes are made from the table in `nodes`, once per interpreter; `convert` leads from the parser's trees to
//! instances of them and back.

use crate::gc::Gc;
use crate::raise::Raised;
use crate::spec::ModuleSpec;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::class_of_spec;
use crate::types::{Builtin, generic_alias, union};
use crate::value::Value;
use crate::vm::Vm;

pub mod base;
pub mod compile;
mod convert;
mod fields;
pub mod nodes;

use nodes::{KINDS, Kind, NODES, Node, Place};

/// Keys of what is kept per interpreter.
const CLASSES: &str = "ast.classes";
const INSTANCES: &str = "ast.instances";
const FIELDS: &str = "ast.fields";
const PLACES: &str = "ast.places";

const PLACE_NAMES: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

/// The classes of an interpreter and what goes with them.
#[derive(Clone, Copy)]
pub struct Classes {
    /// By `Kind`.
    classes: Gc<List>,
    /// Of classes without fields that need one instance only (`Load`, `Add`, ...), by `Kind`; None elsewhere.
    instances: Gc<List>,
    /// Tuples of the names of fields, by `Kind`.
    fields: Gc<List>,
    /// The names of the attributes for places.
    places: Gc<Tuple>,
}

impl Classes {
    /// Those of the interpreter, made at first use.
    pub fn of(vm: &mut Vm) -> Result<Classes, Raised> {
        let list = |key| vm.state(key).and_then(|list| list.exact::<List>());
        if let (Some(classes), Some(instances), Some(fields)) = (list(CLASSES), list(INSTANCES), list(FIELDS))
            && let Some(places) = vm.state(PLACES).and_then(|places| places.exact::<Tuple>())
        {
            return Ok(Classes { classes, instances, fields, places });
        }
        let made = make_classes(vm)?;
        vm.set_state(CLASSES, made.classes.value());
        vm.set_state(INSTANCES, made.instances.value());
        vm.set_state(FIELDS, made.fields.value());
        vm.set_state(PLACES, made.places.value());
        Ok(made)
    }

    /// The class of a kind.
    pub fn class(&self, vm: &Vm, kind: Kind) -> Value {
        self.classes.get(vm).get_at(vm, kind as usize).unwrap_or(Value::NONE)
    }

    /// The name of a field.
    fn field_name(&self, vm: &Vm, kind: Kind, index: usize) -> Option<Gc<Str>> {
        let names = self.fields.get(vm).get_at(vm, kind as usize)?.exact::<Tuple>()?;
        names.get(vm).items().get(index)?.exact::<Str>()
    }

    /// The only instance of a kind like `Load`.
    pub fn instance(&self, vm: &Vm, kind: Kind) -> Value {
        self.instances.get(vm).get_at(vm, kind as usize).unwrap_or(Value::NONE)
    }
}

fn names_tuple<'a>(vm: &mut Vm, names: impl Iterator<Item = &'a str>) -> Result<Gc<Tuple>, Raised> {
    let list = List::new(vm)?;
    for name in names {
        let name = Str::intern(vm, name)?;
        List::push(list, vm, name.value())?;
    }
    List::to_tuple(list, vm)
}

fn make_classes(vm: &mut Vm) -> Result<Classes, Raised> {
    let places = names_tuple(vm, PLACE_NAMES.into_iter())?;
    let made = Classes { classes: List::new(vm)?, instances: List::new(vm)?, fields: List::new(vm)?, places };
    for node in NODES {
        let fields = names_tuple(vm, node.fields.iter().map(|(field, _)| *field))?;
        List::push(made.fields, vm, fields.value())?;
        let class = make_class(vm, node, &made)?;
        List::push(made.classes, vm, class)?;
        let single = node.fields.is_empty() && node.base.is_some_and(is_enumeration);
        let instance = if single { vm.call(class, &[])? } else { Value::NONE };
        List::push(made.instances, vm, instance)?;
    }
    // Types of fields name classes that come later in the table.
    for (kind, node) in KINDS.iter().zip(NODES) {
        if node.base.is_none() && node.fields.is_empty() {
            continue;
        }
        let class = made.class(vm, *kind);
        for name in ["_field_types", "__annotations__"] {
            let types = Dict::new(vm)?;
            for (field, kind) in node.fields {
                let kind = field_type(vm, kind, &made)?;
                let field = Str::intern(vm, field)?;
                Dict::set_str(types, vm, field, kind)?;
            }
            let key = Str::intern(vm, name)?;
            vm.set_attr(class, key, Some(types.value()))?;
        }
    }
    Ok(made)
}

/// Whether a sum type has alternatives without fields only.
fn is_enumeration(kind: Kind) -> bool {
    matches!(kind, Kind::expr_context | Kind::boolop | Kind::operator | Kind::unaryop | Kind::cmpop)
}

fn make_class(vm: &mut Vm, node: &Node, made: &Classes) -> Result<Value, Raised> {
    let dict = Dict::new(vm)?;
    let (module, doc) = (vm.new_str("ast")?, vm.new_str(node.doc)?);
    let fields = names_tuple(vm, node.fields.iter().map(|(field, _)| *field))?.value();
    for (key, value) in [("_fields", fields), ("__match_args__", fields), ("__module__", module), ("__doc__", doc)] {
        let key = Str::intern(vm, key)?;
        Dict::set_str(dict, vm, key, value)?;
    }
    let attributes = match node.place {
        Place::Inherited => None,
        Place::None => Some(Tuple::empty(vm)?),
        Place::EndOptional | Place::Full => Some(made.places),
    };
    if let Some(attributes) = attributes {
        let key = Str::intern(vm, "_attributes")?;
        Dict::set_str(dict, vm, key, attributes.value())?;
    }
    let optional = node.fields.iter().filter(|(_, kind)| kind.ends_with('?')).map(|(field, _)| *field);
    let ends: &[&str] = if node.place == Place::EndOptional { &PLACE_NAMES[2..] } else { &[] };
    for field in optional.chain(ends.iter().copied()) {
        let key = Str::intern(vm, field)?;
        Dict::set_str(dict, vm, key, Value::NONE)?;
    }
    let base = match node.base {
        Some(base) => made.class(vm, base),
        None => class_of_spec(vm, &base::AST)?.value(),
    };
    let (name, bases) = (vm.new_str(node.name)?, Tuple::from_values(vm, &[base])?);
    let metaclass = vm.class(Builtin::Type).value();
    vm.call(metaclass, &[name, bases.value(), dict.value()])
}

/// The type of a field as Python shows it: `list[stmt]`, `expr | None`, `str`.
fn field_type(vm: &mut Vm, kind: &str, made: &Classes) -> Result<Value, Raised> {
    let name = kind.trim_end_matches(['?', '*']);
    let class = match NODES.iter().position(|node| node.name == name) {
        Some(at) => made.classes.get(vm).get_at(vm, at).unwrap_or(Value::NONE),
        None => match name {
            "str" => vm.class(Builtin::Str).value(),
            "int" => vm.class(Builtin::Int).value(),
            _ => vm.class(Builtin::Object).value(),
        },
    };
    if kind.ends_with('*') {
        let list = vm.class(Builtin::List).value();
        return generic_alias::new(vm, list, class);
    }
    if kind.ends_with('?') { union::or(vm, class, Value::NONE) } else { Ok(class) }
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let classes = Classes::of(vm)?;
    let root = class_of_spec(vm, &base::AST)?.value();
    Module::set(module, vm, "AST", root)?;
    for (name, flag) in [
        ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
        ("PyCF_ONLY_AST", 0x400),
        ("PyCF_TYPE_COMMENTS", 0x1000),
        ("PyCF_OPTIMIZED_AST", 0x8400),
    ] {
        Module::set_int(module, vm, name, flag)?;
    }
    for kind in KINDS {
        let class = classes.class(vm, *kind);
        Module::set(module, vm, kind.node().name, class)?;
    }
    Ok(())
}

pub static MODULE: ModuleSpec = ModuleSpec { name: "_ast", exec: Some(exec), ..ModuleSpec::DEFAULT };
