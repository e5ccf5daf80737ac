//! `_SimpleCData` and its metaclass: numbers, characters, pointers to text, `void *`, Python objects.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, class_method, getset, method};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::descriptor;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::instance_check::is_instance;
use taipan_vm::types::type_::new::type_new;
use taipan_vm::types::type_::{Type, attributes, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::class::{self, CTYPE_TYPE, FROM_ADDRESS, FROM_BUFFER, FROM_BUFFER_COPY, FROM_PARAM_DOC, IN_DLL};
use super::code::{self, Code, Extent};
use super::data::{self, CData};
use super::info::{self, IS_POINTER, Kind, StgInfo};
use super::param::CArg;
use super::{array, function, pointer};

/// Whether a class is of this kind, but not one of the fundamental types themselves.
pub fn is_derived(vm: &mut Vm, class: Value) -> Result<bool, Raised> {
    if !info::is_made_by(vm, class, &METATYPE)? {
        return Ok(false);
    }
    let own = class_of_spec(vm, &TYPE)?;
    Ok(class.downcast::<Type>(vm).is_some_and(|class| class.get(vm).base != Some(own)))
}

// ---- the metaclass ----

fn init_class(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    if args.len() != 3 {
        return Err(vm.raise(Exc::TypeError, "type.__init__() takes 1 or 3 arguments"));
    }
    let key = Str::intern(vm, "_type_")?;
    let Some(proto) = vm.get_attr_opt(this, key)? else {
        return Err(vm.raise(Exc::AttributeError, "class must define a '_type_' attribute"));
    };
    let Some(text) = proto.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "class must define a '_type_' string attribute"));
    };
    let letter = match text.get(vm).to_string_lossy().as_bytes() {
        [letter] => *letter,
        _ => {
            let message = "class must define a '_type_' attribute which must be a string of length 1";
            return Err(vm.raise(Exc::ValueError, message));
        }
    };
    // `s` and `U`, of fields that are arrays of characters, are accepted as well.
    if !code::SUPPORTED.as_bytes().contains(&letter) && !matches!(letter, b's' | b'U') {
        let message = format!(
            "class must define a '_type_' attribute which must be\na single character string containing one of the\nsupported types: '{}'.",
            code::SUPPORTED
        );
        return Err(vm.raise(Exc::AttributeError, message));
    }
    let code = Code::native(letter);
    let info = info::init(vm, this, Kind::Simple)?;
    fill_info(vm, info, code, proto, '<')?;
    let fundamental = class_of_spec(vm, &TYPE)?;
    let Some(class) = this.downcast::<Type>(vm) else { return Ok(()) };
    if class.get(vm).base == Some(fundamental) {
        let row: Option<&'static [MethodDef]> = match letter {
            b'z' => Some(TEXT_METHODS),
            b'Z' => Some(WIDE_TEXT_METHODS),
            b'P' => Some(ADDRESS_METHODS),
            _ => None,
        };
        if matches!(letter, b'z' | b'Z' | b'P' | b'O') {
            info.get_mut(vm).flags |= IS_POINTER;
        }
        if let Some([row]) = row {
            let value = descriptor::from_method_row(vm, class, row)?;
            let key = Str::intern(vm, "from_param")?;
            attributes::set(vm, class, key, Some(value))?;
        }
    }
    let metaclass = class_of_spec(vm, &METATYPE)?;
    if vm.type_of(this) == metaclass && code.can_swap() {
        let swapped = swapped_class(vm, metaclass, args, Code { swapped: true, ..code }, proto)?;
        for (class, attribute, value) in [
            (this, "__ctype_be__", swapped),
            (this, "__ctype_le__", this),
            (swapped, "__ctype_le__", this),
            (swapped, "__ctype_be__", swapped),
        ] {
            let key = Str::intern(vm, attribute)?;
            vm.set_attr(class, key, Some(value))?;
        }
    }
    Ok(())
}

fn fill_info(vm: &mut Vm, info: Gc<StgInfo>, code: Code, proto: Value, order: char) -> Result<(), Raised> {
    let format = Str::new(vm, &format!("{order}{}", code.format()))?;
    let info = info.get_mut(vm);
    info.size = code.size();
    info.align = code.align();
    info.proto = Some(proto);
    info.format = Some(format);
    info.set_code(code);
    Ok(())
}

/// The class with the bytes of values in the other order.
fn swapped_class(vm: &mut Vm, metaclass: Gc<Type>, args: Args<'_>, code: Code, proto: Value) -> Result<Value, Raised> {
    let [class_name, bases, namespace] = args.all();
    let class_name = format!("{}_be", vm.text_of(class_name).unwrap_or_default());
    let class_name = vm.new_str(&class_name)?;
    let mut values = [class_name, bases, namespace];
    let class = type_new(vm, metaclass, Args::new(&mut values))?;
    let info = info::init(vm, class, Kind::Simple)?;
    fill_info(vm, info, code, proto, '>')?;
    Ok(class)
}

/// `from_param` of simple types: an instance, or what can be converted.
fn from_param(vm: &mut Vm, class: Value, value: Value) -> Result<Value, Raised> {
    if is_instance(vm, value, class)? {
        return Ok(value);
    }
    let info = info::concrete(vm, class)?;
    let letter = StgInfo::type_code(info, vm).unwrap_or(b'i');
    match CArg::converted(vm, letter, value) {
        Ok(arg) => Ok(arg),
        Err(raised) => {
            let exception = vm.take_raised(raised);
            match class::as_parameter(vm, value)? {
                Some(inner) => from_param(vm, class, inner),
                None => Err(vm.reraise(exception)),
            }
        }
    }
}

fn from_param_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    from_param(vm, args.get(0), args.get(1))
}

/// Whether an array, a pointer or `byref()` is one of items with a code.
fn has_items(vm: &mut Vm, value: Value, letter: u8) -> Result<bool, Raised> {
    let (array_class, pointer_class) = (class_of_spec(vm, &array::TYPE)?, class_of_spec(vm, &pointer::TYPE)?);
    let item = if vm.is_instance(value, array_class) || vm.is_instance(value, pointer_class) {
        match info::info_of_instance(vm, value)?.and_then(|info| info.get(vm).proto) {
            Some(proto) => info::info_of(vm, proto)?,
            None => None,
        }
    } else if let Some(arg) = value.downcast::<CArg>(vm) {
        match arg.get(vm).object {
            Some(object) => info::info_of_instance(vm, object)?,
            None => None,
        }
    } else {
        None
    };
    Ok(item.and_then(|item| item.get(vm).code()).is_some_and(|code| code.letter == letter))
}

fn cannot_interpret(vm: &mut Vm, value: Value, what: &str) -> Raised {
    let got = vm.type_name(value);
    vm.raise(Exc::TypeError, format!("'{got}' object cannot be interpreted as ctypes.{what}"))
}

fn text_from_param(vm: &mut Vm, class: Value, value: Value) -> Result<Value, Raised> {
    if value.is_none() {
        return Ok(value);
    }
    if value.downcast::<Bytes>(vm).is_some() {
        return CArg::converted(vm, b'z', value);
    }
    if is_instance(vm, value, class)? || has_items(vm, value, b'c')? {
        return Ok(value);
    }
    match class::as_parameter(vm, value)? {
        Some(inner) => text_from_param(vm, class, inner),
        None => Err(cannot_interpret(vm, value, "c_char_p")),
    }
}

fn wide_text_from_param(vm: &mut Vm, class: Value, value: Value) -> Result<Value, Raised> {
    if value.is_none() {
        return Ok(value);
    }
    if value.downcast::<Str>(vm).is_some() {
        return CArg::converted(vm, b'Z', value);
    }
    if is_instance(vm, value, class)? || has_items(vm, value, b'u')? {
        return Ok(value);
    }
    match class::as_parameter(vm, value)? {
        Some(inner) => wide_text_from_param(vm, class, inner),
        None => Err(cannot_interpret(vm, value, "c_wchar_p")),
    }
}

fn address_from_param(vm: &mut Vm, class: Value, value: Value) -> Result<Value, Raised> {
    if value.is_none() {
        return Ok(value);
    }
    if vm.is_int(value) {
        return CArg::converted(vm, b'P', value);
    }
    if value.downcast::<Bytes>(vm).is_some() {
        return CArg::converted(vm, b'z', value);
    }
    if value.downcast::<Str>(vm).is_some() {
        return CArg::converted(vm, b'Z', value);
    }
    if is_instance(vm, value, class)? {
        return Ok(value);
    }
    for spec in [&array::TYPE, &pointer::TYPE] {
        let class = class_of_spec(vm, spec)?;
        if vm.is_instance(value, class) {
            return Ok(value);
        }
    }
    if let Some(arg) = value.downcast::<CArg>(vm)
        && arg.get(vm).tag == b'P' as usize
    {
        return Ok(value);
    }
    if let Some(own) = value.downcast::<CData>(vm) {
        let word = data::pointer_of(vm, own);
        let function_class = class_of_spec(vm, &function::TYPE)?;
        if vm.is_instance(value, function_class) {
            return CArg::pointer(vm, b'P', word, Some(value));
        }
        let letter = info::info_of_instance(vm, value)?.and_then(|info| StgInfo::type_code(info, vm));
        if matches!(letter, Some(b'z' | b'Z')) {
            return CArg::pointer(vm, b'Z', word, Some(value));
        }
    }
    match class::as_parameter(vm, value)? {
        Some(inner) => address_from_param(vm, class, inner),
        None => Err(cannot_interpret(vm, value, "c_void_p")),
    }
}

const TEXT_METHODS: &[MethodDef] =
    &[class_method("from_param($self, value, /)", |vm, args| text_from_param(vm, args.get(0), args.get(1)), "")];
const WIDE_TEXT_METHODS: &[MethodDef] =
    &[class_method("from_param($self, value, /)", |vm, args| wide_text_from_param(vm, args.get(0), args.get(1)), "")];
const ADDRESS_METHODS: &[MethodDef] =
    &[class_method("from_param($self, value, /)", |vm, args| address_from_param(vm, args.get(0), args.get(1)), "")];

/// The class `PyCSimpleType`.
pub static METATYPE: TypeSpec = TypeSpec {
    name: "PyCSimpleType",
    module: "_ctypes",
    base: Some(&CTYPE_TYPE),
    slots: Slots { init: Some(init_class), ..Slots::DEFAULT },
    methods: &[
        method("from_param($self, value, /)", from_param_method, FROM_PARAM_DOC),
        FROM_ADDRESS,
        FROM_BUFFER,
        FROM_BUFFER_COPY,
        IN_DLL,
    ],
    doc: "metatype for the PyCSimpleType Objects",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

// ---- instances ----

/// The code of an instance, if its memory has room for such a value: it may have been given another class.
fn own_code(vm: &mut Vm, this: Value) -> Result<Code, Raised> {
    let info = info::info_of_instance(vm, this)?;
    let size = this.expect::<CData>(vm).get(vm).size;
    match info.and_then(|info| info.get(vm).code()).filter(|code| code.size() <= size) {
        Some(code) => Ok(code),
        None => Err(vm.raise(Exc::TypeError, "abstract class")),
    }
}

/// The value of an instance.
pub fn get_value(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (code, own) = (own_code(vm, this)?, this.expect::<CData>(vm));
    let CData { address, size, .. } = *own.get(vm);
    code::get(vm, code, address, Extent::bytes(size))
}

fn set_value(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "can't delete attribute")) };
    let (code, own) = (own_code(vm, this)?, this.expect::<CData>(vm));
    let address = own.get(vm).address;
    let kept = code::set(vm, code, address, value, Extent::bytes(code.size()))?;
    data::keep(vm, own, 0, kept)
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    match args.len() {
        0 => Ok(()),
        1 => set_value(vm, this, Some(args.get(0))),
        n => Err(vm.raise(Exc::TypeError, format!("__init__ expected at most 1 argument, got {n}"))),
    }
}

fn from_outparam(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this).value();
    if is_derived(vm, class)? { Ok(this) } else { get_value(vm, this) }
}

fn bool(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    let own = this.expect::<CData>(vm);
    let bytes = data::bytes_of(vm, own)?;
    Ok(bytes.iter().any(|byte| *byte != 0))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    if is_derived(vm, class.value())? {
        let (name, id) = (Type::full_name(class, vm), taipan_vm::types::object::id_number(vm, this));
        return vm.new_str(&format!("<{name} object at {id:#x}>"));
    }
    let value = get_value(vm, this)?;
    let (name, value) = (Type::name(class, vm), vm.repr_string(value)?);
    vm.new_str(&format!("{name}({value})"))
}

const GETSET: &[GetSetDef] = &[getset("value", get_value, set_value, "current value")];

/// The class `_SimpleCData`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "_SimpleCData",
    module: "_ctypes",
    base: Some(&data::TYPE),
    metaclass: Some(&METATYPE),
    slots: Slots {
        new: Some(data::new),
        init: Some(init),
        repr: Some(repr),
        bool: Some(bool),
        get_buffer: Some(data::get_buffer),
        ..Slots::DEFAULT
    },
    methods: &[method("__ctypes_from_outparam__($self, /)", from_outparam, "")],
    getset: GETSET,
    doc: "XXX to be provided",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
