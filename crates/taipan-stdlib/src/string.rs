//! `_string`: the parts of format strings, for `string.Formatter`.

use taipan_text::field_format::{Access, First, Markups, split_field_name};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{ModuleSpec, NO_NEW, TypeSpec, function};
use taipan_vm::types::iterators::self_iter;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `formatteriterator` and `fieldnameiterator`: the parts found so far; what fails does so in its turn.
    pub struct PartIterator {
        pub parts: Gc<List>,
        pub index: usize,
        /// The message of the ValueError that ends the parts.
        pub error: Option<Value>,
    }
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<PartIterator>(vm);
    let PartIterator { parts, index, error, .. } = *iterator.get(vm);
    if let Some(part) = parts.get(vm).get_at(vm, index) {
        iterator.get_mut(vm).index = index + 1;
        return Ok(Some(part));
    }
    match error {
        Some(error) => {
            iterator.get_mut(vm).error = None;
            Err(vm.raise_with(Exc::ValueError, &[error]))
        }
        None => Ok(None),
    }
}

static FORMATTER_ITERATOR: TypeSpec = TypeSpec {
    name: "formatteriterator",
    layout: Some(<PartIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

static FIELD_NAME_ITERATOR: TypeSpec = TypeSpec { name: "fieldnameiterator", ..FORMATTER_ITERATOR };

fn iterator(vm: &mut Vm, spec: &'static TypeSpec, parts: Gc<List>, error: Option<String>) -> Result<Value, Raised> {
    let error = match error {
        Some(error) => Some(vm.new_str(&error)?),
        None => None,
    };
    let shape = class_of_spec(vm, spec)?.get(vm).root_shape;
    Ok(vm.new_object(shape, PartIterator { header: HeaderWord::NEW, parts, index: 0, error })?.value())
}

fn str_argument(vm: &mut Vm, value: Value) -> Result<Gc<Str>, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("expected str, got {got}")))
        }
    }
}

fn formatter_parser(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = str_argument(vm, args.get(0))?;
    let format = text.get(vm).text().to_buf();
    let format = format.as_text();
    let (parts, mut error) = (List::new(vm)?, None);
    for markup in Markups::new(format) {
        let markup = match markup {
            Ok(markup) => markup,
            Err(found) => {
                error = Some(found.message);
                break;
            }
        };
        let literal = Str::from_text(vm, format.slice(markup.literal))?.value();
        let part = match markup.field {
            Some(field) => {
                let name = Str::from_text(vm, format.slice(field.name))?.value();
                let spec = Str::from_text(vm, format.slice(field.spec))?.value();
                let conversion = match field.conversion {
                    Some(conversion) => Str::from_char(vm, conversion)?.value(),
                    None => Value::NONE,
                };
                [literal, name, spec, conversion]
            }
            None => [literal, Value::NONE, Value::NONE, Value::NONE],
        };
        let part = Tuple::from_values(vm, &part)?;
        List::push(parts, vm, part.value())?;
    }
    iterator(vm, &FORMATTER_ITERATOR, parts, error)
}

fn formatter_field_name_split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = str_argument(vm, args.get(0))?;
    let name = text.get(vm).text().to_buf();
    let name = name.as_text();
    let (first, accesses) = split_field_name(name).map_err(|error| vm.raise_format_error(error))?;
    let first = match first {
        First::Auto => Str::empty(vm)?.value(),
        First::Index(index) => vm.new_uint(index as u64)?,
        First::Name(range) => Str::from_text(vm, name.slice(range))?.value(),
    };
    let (parts, mut error) = (List::new(vm)?, None);
    for access in accesses {
        let (is_attribute, key) = match access {
            Ok(Access::Attribute(range)) => (true, Str::from_text(vm, name.slice(range))?.value()),
            Ok(Access::Key(range)) => (false, Str::from_text(vm, name.slice(range))?.value()),
            Ok(Access::Index(index)) => (false, vm.new_uint(index as u64)?),
            Err(found) => {
                error = Some(found.message);
                break;
            }
        };
        let part = Tuple::from_values(vm, &[Value::bool(is_attribute), key])?;
        List::push(parts, vm, part.value())?;
    }
    let rest = iterator(vm, &FIELD_NAME_ITERATOR, parts, error)?;
    Ok(Tuple::from_values(vm, &[first, rest])?.value())
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_string",
    doc: "string helper module",
    functions: &[
        function(
            "formatter_field_name_split(object, /)",
            formatter_field_name_split,
            "split the argument as a field name",
        ),
        function("formatter_parser(object, /)", formatter_parser, "parse the argument as a format string"),
    ],
    ..ModuleSpec::DEFAULT
};
