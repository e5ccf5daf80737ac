//! Structure sequences: tuples whose items also have names (`os.stat_result`, `time.struct_time`, `sys.version_info`).
//!
//! Declared by `structseq!`. The visible fields are the items of the tuple; hidden ones live in the dict word behind it,
//! by their number.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{GetSetDef, Getter, MethodDef, TypeSpec, getter, method};
use crate::types::descriptor::MemberDescriptor;
use crate::types::dict::Dict;
use crate::types::object;
use crate::types::str::Str;
use crate::types::tuple::{self, Tuple};
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

/// The most fields of a structure sequence.
pub const MAX_FIELDS: usize = 32;

/// Declares the type of a structure sequence.
///
/// ```text
/// structseq! {
///     /// `time.struct_time`.
///     pub static STRUCT_TIME = "time" "struct_time", doc "...", flags 0, visible 9, [
///         "tm_year" "year, for example, 1993", ...
///     ]
/// }
/// ```
/// A field without a name is `""`. The flag `NO_NEW` forbids making instances from Python.
#[macro_export]
macro_rules! structseq {
    (
        $(#[$meta:meta])*
        $vis:vis static $id:ident = $module:literal $name:literal, doc $doc:expr, flags $flags:expr,
        visible $visible:literal, [$($field:literal $field_doc:literal),* $(,)?]
    ) => {
        $(#[$meta])*
        $vis static $id: $crate::spec::TypeSpec = {
            const NAMES: &[(&str, &str)] = &[$(($field, $field_doc)),*];
            static FIELDS: [$crate::spec::GetSetDef; NAMES.len()] = $crate::types::structseq::fields(NAMES);
            fn finish(
                vm: &mut $crate::vm::Vm,
                class: $crate::gc::Gc<$crate::types::type_::Type>,
            ) -> Result<(), $crate::raise::Raised> {
                $crate::types::structseq::finish(vm, class, &FIELDS, $visible)
            }
            $crate::types::structseq::spec($module, $name, $doc, $flags, finish)
        };
    };
}

/// The rows of the fields (for `structseq!`).
pub const fn fields<const N: usize>(names: &[(&'static str, &'static str)]) -> [GetSetDef; N] {
    assert!(N <= MAX_FIELDS && names.len() == N);
    let mut rows = [const { getter("", field::<0>, "").member() }; N];
    let mut i = 0;
    while i < N {
        rows[i] = getter(names[i].0, GETTERS[i], names[i].1).member();
        i += 1;
    }
    rows
}

/// The spec of a structure sequence (for `structseq!`).
pub const fn spec(
    module: &'static str,
    name: &'static str,
    doc: &'static str,
    flags: u32,
    finish: fn(&mut Vm, Gc<Type>) -> Result<(), Raised>,
) -> TypeSpec {
    TypeSpec {
        name,
        module,
        base: Some(&tuple::TYPE),
        layout: Some(<Tuple as HeapObject>::native),
        slots: Slots { new: Some(new), repr: Some(repr), setattro: Some(set_attr), ..Slots::DEFAULT },
        methods: METHODS,
        doc,
        flags: flags | crate::spec::HAS_DICT,
        finish: Some(finish),
        ..TypeSpec::DEFAULT
    }
}

fn field<const I: usize>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    field_at(vm, this, I)
}

/// Field number `i` of an instance, `None` where it has no value.
pub fn field_at(vm: &mut Vm, this: Value, i: usize) -> Result<Value, Raised> {
    let Some(tuple) = this.downcast::<Tuple>(vm) else { return Ok(Value::NONE) };
    if let Some(item) = tuple.get(vm).items().get(i) {
        return Ok(*item);
    }
    match vm.instance_dict(this)? {
        Some(hidden) => Ok(Dict::get_item(hidden, vm, Value::int(i))?.unwrap_or(Value::NONE)),
        None => Ok(Value::NONE),
    }
}

macro_rules! getters {
    ($($i:literal)*) => { [$(field::<$i>),*] };
}

const GETTERS: [Getter; MAX_FIELDS] =
    getters!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

/// Completes the class (for `structseq!`).
pub fn finish(vm: &mut Vm, class: Gc<Type>, fields: &'static [GetSetDef], visible: usize) -> Result<(), Raised> {
    let dict = class.get(vm).dict;
    let unnamed = fields.iter().filter(|field| field.name.is_empty()).count();
    for (key, count) in
        [(name::N_SEQUENCE_FIELDS, visible), (name::N_FIELDS, fields.len()), (name::N_UNNAMED_FIELDS, unnamed)]
    {
        let key = vm.name(key);
        Dict::set_str(dict, vm, key, Value::int(count))?;
    }
    let named = fields[..visible].iter().filter(|field| !field.name.is_empty()).count();
    let match_args = Tuple::new_uninit(vm, crate::types::Builtin::Tuple as u32, named)?;
    let mut place = 0;
    for (i, row) in fields.iter().enumerate() {
        if row.name.is_empty() {
            continue;
        }
        let key = Str::intern(vm, row.name)?;
        // The word tells the number of the field.
        let member = MemberDescriptor { header: HeaderWord::NEW, name: key, class, def: Some(row), word: i };
        let member = vm.new_exact(member)?.value();
        Dict::set_str(dict, vm, key, member)?;
        if i < visible {
            match_args.get_mut(vm).items_mut()[place] = key.value();
            place += 1;
        }
    }
    let key = vm.name(name::MATCH_ARGS);
    Dict::set_str(dict, vm, key, match_args.value())
}

/// A new instance from native code: all fields, visible ones first; missing hidden ones read as `None`.
pub fn instance(vm: &mut Vm, spec: &'static TypeSpec, values: &[Value]) -> Result<Value, Raised> {
    let class = class_of_spec(vm, spec)?;
    let visible = count(vm, class, name::N_SEQUENCE_FIELDS)?;
    let shape = class.get(vm).root_shape;
    let tuple = Tuple::new_uninit(vm, shape, visible)?;
    for (i, value) in values.iter().enumerate().take(visible) {
        tuple.get_mut(vm).items_mut()[i] = *value;
    }
    if values.len() > visible
        && let Some(hidden) = vm.instance_dict(tuple.value())?
    {
        for (i, value) in values.iter().enumerate().skip(visible) {
            Dict::set(hidden, vm, Value::int(i), *value)?;
        }
    }
    Ok(tuple.value())
}

fn count(vm: &mut Vm, class: Gc<Type>, key: crate::names::Atom) -> Result<usize, Raised> {
    let found = Type::lookup_name(class, vm, key).and_then(Value::as_small_int);
    match found {
        Some(n) => Ok(n as usize),
        None => {
            let (class, key) = (Type::name(class, vm), vm.name(key).get(vm).to_string_lossy());
            Err(vm.raise(Exc::TypeError, format!("Missed attribute '{key}' of type {class}")))
        }
    }
}

/// The name of field `i`; empty where it has none.
fn field_name(vm: &mut Vm, class: Gc<Type>, i: usize) -> &'static str {
    let dict = class.get(vm).dict;
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        at = number + 1;
        if let Some(member) = entry.value.exact::<MemberDescriptor>()
            && let Some(def) = member.get(vm).def
            && member.get(vm).word == i
        {
            return def.name;
        }
    }
    ""
}

fn full_name(vm: &mut Vm, class: Gc<Type>) -> Result<String, Raised> {
    object::full_class_name(vm, class)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("structseq(sequence, dict={})");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [sequence, dict] = args.all();
        let (min, max) = (count(vm, class, name::N_SEQUENCE_FIELDS)?, count(vm, class, name::N_FIELDS)?);
        let items = vm.sequence_fast(sequence, "constructor requires a sequence")?;
        let full = full_name(vm, class)?;
        let dict = match dict.given() {
            Some(dict) => match dict.downcast::<Dict>(vm) {
                Some(dict) => Some(dict),
                None => {
                    let message = format!("{full}() takes a dict as second arg, if any");
                    return Err(vm.raise(Exc::TypeError, message));
                }
            },
            None => None,
        };
        let n = items.get(vm).len();
        if n < min || n > max {
            let bound = match (min == max, n < min) {
                (true, _) => format!("a {min}-sequence"),
                (_, true) => format!("an at least {min}-sequence"),
                _ => format!("an at most {max}-sequence"),
            };
            return Err(vm.raise(Exc::TypeError, format!("{full}() takes {bound} ({n}-sequence given)")));
        }
        let shape = class.get(vm).root_shape;
        let tuple = Tuple::new_uninit(vm, shape, min)?;
        for i in 0..min {
            let item = items.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
            tuple.get_mut(vm).items_mut()[i] = item;
        }
        let mut used = 0;
        for i in min..max {
            let value = match items.get(vm).get_at(vm, i) {
                Some(item) => Some(item),
                None => {
                    let key = field_name(vm, class, i);
                    match dict {
                        Some(dict) => {
                            let key = Str::intern(vm, key)?;
                            let found = Dict::get_str(dict, vm, key);
                            used += usize::from(found.is_some());
                            found
                        }
                        None => None,
                    }
                }
            };
            if let Some(value) = value
                && let Some(hidden) = vm.instance_dict(tuple.value())?
            {
                Dict::set(hidden, vm, Value::int(i), value)?;
            }
        }
        if dict.is_some_and(|dict| dict.get(vm).len() > used) {
            let message = format!("{full}() got duplicate or unexpected field name(s)");
            return Err(vm.raise(Exc::TypeError, message));
        }
        Ok(tuple.value())
    })
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    let visible = count(vm, class, name::N_SEQUENCE_FIELDS)?;
    let mut out = taipan_text::TextBuf::new();
    let full = full_name(vm, class)?;
    out.push_str(&full);
    out.push_str("(");
    // Names go by the fields that have one: an unnamed one shows the next name, as in CPython.
    let fields = count(vm, class, name::N_FIELDS)?;
    let mut named = 0;
    for i in 0..visible {
        if i > 0 {
            out.push_str(", ");
        }
        let mut field = "";
        while field.is_empty() && named < fields {
            field = field_name(vm, class, named);
            named += 1;
        }
        let value = field_at(vm, this, i)?;
        out.push_str(field);
        out.push_str("=");
        vm.push_repr(&mut out, value)?;
    }
    out.push_str(")");
    Ok(Str::from_text(vm, out.as_text())?.value())
}

fn set_attr(vm: &mut Vm, this: Value, attribute: Gc<Str>, _: Option<Value>) -> Result<(), Raised> {
    let class = vm.type_of(this);
    if Type::lookup(class, vm, attribute).is_some() {
        return Err(vm.raise(Exc::AttributeError, "readonly attribute"));
    }
    let (full, attribute_name) = (full_name(vm, class)?, attribute.get(vm).to_string_lossy());
    let message =
        format!("'{full}' object has no attribute '{attribute_name}' and no __dict__ for setting new attributes");
    Err(crate::types::exceptions::raise_attribute_error(vm, &message, this, attribute))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this);
    let (min, max) = (count(vm, class, name::N_SEQUENCE_FIELDS)?, count(vm, class, name::N_FIELDS)?);
    let tuple = this.expect::<Tuple>(vm);
    let items = Tuple::slice(tuple, vm, 0, min)?.value();
    let hidden = Dict::new(vm)?;
    for i in min..max {
        let key = field_name(vm, class, i);
        let key = Str::intern(vm, key)?;
        let value = field_at(vm, this, i)?;
        Dict::set_str(hidden, vm, key, value)?;
    }
    let arguments = Tuple::from_values(vm, &[items, hidden.value()])?.value();
    Ok(Tuple::from_values(vm, &[class.value(), arguments])?.value())
}

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, changes] = args.all();
    let class = vm.type_of(this);
    let changes = Dict::copy(changes.expect::<Dict>(vm), vm)?;
    let (min, max) = (count(vm, class, name::N_SEQUENCE_FIELDS)?, count(vm, class, name::N_FIELDS)?);
    if count(vm, class, name::N_UNNAMED_FIELDS)? > 0 {
        let full = full_name(vm, class)?;
        let message = format!("__replace__() is not supported for {full} because it has unnamed field(s)");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let shape = class.get(vm).root_shape;
    let copy = Tuple::new_uninit(vm, shape, min)?;
    for i in 0..max {
        let key = field_name(vm, class, i);
        let key = Str::intern(vm, key)?;
        let value = match Dict::remove(changes, vm, key.value())? {
            Some(value) => value,
            None => field_at(vm, this, i)?,
        };
        if i < min {
            copy.get_mut(vm).items_mut()[i] = value;
        } else if let Some(hidden) = vm.instance_dict(copy.value())? {
            Dict::set(hidden, vm, Value::int(i), value)?;
        }
    }
    if !changes.get(vm).is_empty() {
        let keys = crate::types::dict::merge::keys_list(vm, changes)?;
        let keys = vm.repr_string(keys.value())?;
        return Err(vm.raise(Exc::TypeError, format!("Got unexpected field name(s): {keys}")));
    }
    Ok(copy.value())
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, ""),
    method(
        "__replace__($self, /, **changes)",
        replace,
        "Return a copy of the structure with new values for the specified fields.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::tests::with_vm;

    structseq! {
        static SAMPLE = "time" "sample", doc "", flags 0, visible 2, ["a" "", "b" "", "c" "hidden"]
    }

    #[test]
    fn fields_are_items_and_attributes() {
        with_vm(|vm| {
            let sample = instance(vm, &SAMPLE, &[Value::NONE, Value::ELLIPSIS, Value::int(3)]).expect("memory");
            assert_eq!(vm.length(sample).expect("a length"), 2);
            for (attribute, value) in [("a", Value::NONE), ("b", Value::ELLIPSIS), ("c", Value::int(3))] {
                assert_eq!(vm.get_attr_str(sample, attribute).expect("a field"), value);
            }
            assert_eq!(vm.repr_string(sample).expect("a repr"), "time.sample(a=None, b=Ellipsis)");
            let name = Str::intern(vm, "a").expect("memory");
            let raised = vm.set_attr(sample, name, Some(Value::NONE)).expect_err("read-only");
            let error = vm.take_raised(raised);
            assert_eq!(vm.str_string(error).expect("text"), "readonly attribute");
        });
    }
}
