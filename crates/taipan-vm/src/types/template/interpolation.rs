//! `string.templatelib.Interpolation`: a replacement field of a template string.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{GetSetDef, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::methods::class_getitem;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A field: its value, its text, and how it asks to be formatted.
    pub struct Interpolation = Builtin::Interpolation {
        pub value: Value,
        pub expression: Value,
        /// "a", "r", "s" or `None`.
        pub conversion: Value,
        pub format_spec: Value,
    }
}

impl Interpolation {
    /// A field of checked parts.
    pub fn from_parts(
        vm: &mut Vm,
        value: Value,
        expression: Value,
        conversion: Value,
        format_spec: Value,
    ) -> Result<Gc<Interpolation>, Raised> {
        vm.new_exact(Interpolation { header: HeaderWord::NEW, value, expression, conversion, format_spec })
    }
}

fn text(vm: &mut Vm, value: Value, argument: &str) -> Result<Value, Raised> {
    let Some(value) = value.given() else { return Ok(Str::empty(vm)?.value()) };
    if value.downcast::<Str>(vm).is_some() {
        return Ok(value);
    }
    let got = if value.is_none() { "None".to_owned() } else { vm.type_name(value) };
    let message = format!("Interpolation() argument '{argument}' must be str, not {got}");
    Err(vm.raise(Exc::TypeError, message))
}

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature =
        Signature::parse("Interpolation(value, expression='', conversion=None, format_spec='')");
    args.bind(vm, &SIGNATURE, |vm, bound| {
        let [value, expression, conversion, format_spec] = bound.all();
        let expression = text(vm, expression, "expression")?;
        let conversion = match conversion.not_none() {
            None => Value::NONE,
            Some(conversion) => {
                let conversion = text(vm, conversion, "conversion")?;
                let known = conversion
                    .downcast::<Str>(vm)
                    .is_some_and(|text| ["s", "a", "r"].iter().any(|known| text.get(vm).equals(known)));
                if !known {
                    let message = "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'";
                    return Err(vm.raise(Exc::ValueError, message));
                }
                conversion
            }
        };
        let format_spec = text(vm, format_spec, "format_spec")?;
        Ok(Interpolation::from_parts(vm, value, expression, conversion, format_spec)?.value())
    })
}

fn parts(vm: &Vm, this: Value) -> [Value; 4] {
    let Interpolation { value, expression, conversion, format_spec, .. } = *this.expect::<Interpolation>(vm).get(vm);
    [value, expression, conversion, format_spec]
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let mut out = taipan_text::TextBuf::from("Interpolation(");
    for (i, part) in parts(vm, this).into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        vm.push_repr(&mut out, part)?;
    }
    out.push_str(")");
    Ok(Str::from_text(vm, out.as_text())?.value())
}

fn value(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts(vm, this)[0])
}

fn expression(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts(vm, this)[1])
}

fn conversion(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts(vm, this)[2])
}

fn format_spec(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts(vm, this)[3])
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.type_of(args.get(0)).value();
    let parts = parts(vm, args.get(0));
    let parts = Tuple::from_values(vm, &parts)?;
    Ok(Tuple::from_values(vm, &[class, parts.value()])?.value())
}

fn finish(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let names = Tuple::new_uninit(vm, Builtin::Tuple as u32, GETSET.len())?;
    for (i, row) in GETSET.iter().enumerate() {
        let text = Str::intern(vm, row.name)?;
        names.get_mut(vm).items_mut()[i] = text.value();
    }
    let (dict, key) = (class.get(vm).dict, vm.name(name::MATCH_ARGS));
    Dict::set_str(dict, vm, key, names.value())
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, "__reduce__() -> (cls, state)"),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "Interpolations are generic over the types of their values",
    ),
];

const GETSET: &[GetSetDef] = &[
    getter("value", value, "Value").member(),
    getter("expression", expression, "Expression").member(),
    getter("conversion", conversion, "Conversion").member(),
    getter("format_spec", format_spec, "Format specifier").member(),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "Interpolation",
    module: "string.templatelib",
    layout: Some(<Interpolation as HeapObject>::native),
    slots: Slots { new: Some(new), repr: Some(repr), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Interpolation object",
    finish: Some(finish),
    ..TypeSpec::DEFAULT
};
