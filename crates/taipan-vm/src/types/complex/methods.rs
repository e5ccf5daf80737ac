//! The slots and methods of `complex`.

use taipan_text::float_text;
use taipan_text::format_spec::{self, FormatContext};

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::Builtin;
use crate::types::complex::{Complex, arithmetic};
use crate::types::int::methods::format_argument;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn with_shape(vm: &mut Vm, real: f64, imag: f64, shape: u32) -> Result<Value, Raised> {
    Ok(vm.new_object(shape, Complex { header: HeaderWord::NEW, real, imag })?.value())
}

/// Whether the type converts to a real number.
fn is_real(vm: &mut Vm, value: Value) -> bool {
    let slots = vm.slots(value);
    slots.float.is_some() || slots.index.is_some()
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("complex(real=0, imag=0)");
    let shape = class.get(vm).root_shape;
    let [real, imag] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<2>()))?;
    let positional = !args.is_empty();
    match (real.given(), imag.given()) {
        (None, None) => with_shape(vm, 0.0, 0.0, shape),
        (Some(x), None) if positional => from_one(vm, x, shape),
        (real, imag) => from_parts(vm, real, imag, shape),
    }
}

fn from_one(vm: &mut Vm, x: Value, shape: u32) -> Result<Value, Raised> {
    if shape == Builtin::Complex as u32 && x.exact::<Complex>().is_some() {
        return Ok(x);
    }
    if let Some(text) = x.downcast::<Str>(vm) {
        let parsed = float_text::parse_complex(text.get(vm).text());
        return match parsed {
            Ok((real, imag)) => with_shape(vm, real, imag, shape),
            Err(error) => {
                let repr = vm.repr_string(x)?;
                Err(vm.raise(Exc::ValueError, error.message(&repr)))
            }
        };
    }
    let special = vm.special_complex(x)?;
    if let Some((real, imag)) = special.or_else(|| vm.as_complex(x)) {
        return with_shape(vm, real, imag, shape);
    }
    if !is_real(vm, x) {
        let got = vm.type_name(x);
        return Err(vm.raise(Exc::TypeError, format!("complex() argument must be a string or a number, not {got}")));
    }
    let real = vm.to_f64(x)?;
    with_shape(vm, real, 0.0, shape)
}

/// One of two arguments: a real number, or (deprecated) a complex one.
fn part(vm: &mut Vm, value: Option<Value>, name: &str) -> Result<(f64, f64), Raised> {
    let Some(value) = value else { return Ok((0.0, 0.0)) };
    let parts = match vm.as_complex(value) {
        Some(parts) => Some(parts),
        None if name == "real" && value.is_heap() => vm.special_complex(value)?,
        None => None,
    };
    if let Some(parts) = parts {
        let got = vm.type_name(value);
        let text = format!("complex() argument '{name}' must be a real number, not {got}");
        vm.warn(Exc::DeprecationWarning, &text, 0)?;
        return Ok(parts);
    }
    if !is_real(vm, value) {
        let got = vm.type_name(value);
        let message = format!("complex() argument '{name}' must be a real number, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok((vm.to_f64(value)?, 0.0))
}

fn from_parts(vm: &mut Vm, real: Option<Value>, imag: Option<Value>, shape: u32) -> Result<Value, Raised> {
    let (mut a, mut b) = part(vm, real, "real")?;
    let (c, d) = part(vm, imag, "imag")?;
    // real + imag * 1j, without touching the parts that were not given.
    if d != 0.0 {
        a -= d;
    }
    b = if real.is_some_and(|real| vm.as_complex(real).is_some()) { b + c } else { c };
    with_shape(vm, a, b, shape)
}

fn parts(vm: &Vm, args: Args<'_>) -> (f64, f64) {
    vm.as_complex(args.get(0)).unwrap_or_default()
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (real, imag) = vm.as_complex(this).unwrap_or_default();
    vm.new_str(&float_text::complex_repr(real, imag))
}

fn from_number(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, x] = args.all();
    let exact = class == vm.class(Builtin::Complex).value();
    if exact && x.exact::<Complex>().is_some() {
        return Ok(x);
    }
    let (real, imag) = vm.to_complex(x)?;
    let result = Complex::new(vm, real, imag)?.value();
    if exact { Ok(result) } else { vm.call(class, &[result]) }
}

fn conjugate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = parts(vm, args);
    Ok(Complex::new(vm, real, -imag)?.value())
}

fn to_complex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arithmetic::pos(vm, args.get(0))
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = parts(vm, args);
    let (real, imag) = (vm.new_float(real)?, vm.new_float(imag)?);
    Ok(Tuple::from_values(vm, &[real, imag])?.value())
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, spec] = args.all();
    let spec = format_argument(vm, spec)?;
    if spec.get(vm).is_empty() {
        return vm.str(this);
    }
    let type_name = vm.type_name(this);
    let (real, imag) = parts(vm, args);
    match format_spec::format_complex(real, imag, spec.get(vm).text(), &FormatContext::new(&type_name)) {
        Ok(text) => Ok(Str::from_text(vm, text.as_text())?.value()),
        Err(error) => Err(vm.raise_format_error(error)),
    }
}

fn get_real(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (real, _) = vm.as_complex(this).unwrap_or_default();
    vm.new_float(real)
}

fn get_imag(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (_, imag) = vm.as_complex(this).unwrap_or_default();
    vm.new_float(imag)
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    class_method("from_number($type, number, /)", from_number, "Convert number to a complex floating-point number."),
    method("conjugate($self, /)", conjugate, "Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j."),
    method("__complex__($self, /)", to_complex, "Convert this value to exact type complex."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    method("__format__($self, format_spec, /)", format, "Convert to a string according to format_spec."),
];

const GETSET: &[GetSetDef] = &[
    getter("real", get_real, "the real part of a complex number").member(),
    getter("imag", get_imag, "the imaginary part of a complex number").member(),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "complex",
    layout: Some(<Complex as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        hash: Some(arithmetic::hash),
        richcompare: Some(arithmetic::richcompare),
        add: Some(arithmetic::add),
        sub: Some(arithmetic::sub),
        mul: Some(arithmetic::mul),
        pow: Some(arithmetic::pow),
        neg: Some(arithmetic::neg),
        pos: Some(arithmetic::pos),
        abs: Some(arithmetic::abs),
        bool: Some(arithmetic::bool),
        truediv: Some(arithmetic::truediv),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "complex(real=0, imag=0)\n--\n\nCreate a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single number is given, convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex number\nwith the specified real and imaginary components.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
