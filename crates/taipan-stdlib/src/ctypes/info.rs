//! What a class of this module knows about its C type: size, code, item type, fields.
//!
//! Invariant: the word for native code of a class whose metaclass derives from `CType_Type` holds its `StgInfo`, or nothing
//! as long as the class is abstract.

use taipan_ffi::types::{Aggregate, Scalar, Type as CType};
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::Code;
use super::field::CField;

/// Instances are addresses.
pub const IS_POINTER: u64 = 0x100;
/// Instances contain addresses.
pub const HAS_POINTER: u64 = 0x200;
/// The fields can no longer be set.
pub const FINAL: u64 = 0x1000;

/// The kinds of C types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Simple,
    Aggregate,
    Pointer,
    Array,
    Function,
}

const KINDS: [Kind; 5] = [Kind::Simple, Kind::Aggregate, Kind::Pointer, Kind::Array, Kind::Function];

heap_object! {
    /// Facts about a class.
    pub struct StgInfo {
        pub size: usize,
        pub align: usize,
        pub length: usize,
        pub flags: u64,
        kind: usize,
        /// How values are read and written, as `Code::to_word`; 0: as instances.
        code: usize,
        /// The type of items, or the code of a simple type as a str.
        pub proto: Option<Value>,
        pub argtypes: Option<Value>,
        pub converters: Option<Gc<Tuple>>,
        pub restype: Option<Value>,
        pub checker: Option<Value>,
        pub pointer_type: Option<Value>,
        pub format: Option<Gc<Str>>,
        /// Lengths of the dimensions of an array.
        pub shape: Option<Gc<Tuple>>,
        /// All fields, those of the bases first.
        pub fields: Option<Gc<Tuple>>,
    }
}

static INFO: TypeSpec =
    TypeSpec { name: "StgInfo", module: "_ctypes", layout: Some(<StgInfo as HeapObject>::native), ..TypeSpec::DEFAULT };

/// The word of a class behind its fields.
const WORD: u16 = (size_of::<Type>() / 8) as u16;

impl StgInfo {
    /// The kind of C type.
    pub fn kind(&self) -> Kind {
        KINDS.get(self.kind).copied().unwrap_or(Kind::Simple)
    }

    /// How values are read and written; `None`: as instances.
    pub fn code(&self) -> Option<Code> {
        Code::from_word(self.code)
    }

    /// Sets how values are read and written.
    pub fn set_code(&mut self, code: Code) {
        self.code = code.to_word();
    }

    /// The character of a simple type.
    pub fn type_code(this: Gc<StgInfo>, vm: &Vm) -> Option<u8> {
        this.get(vm).proto?.downcast::<Str>(vm)?.get(vm).as_ascii()?.bytes().next()
    }
}

/// Whether a value is a class of this module's kinds.
fn has_word(vm: &mut Vm, class: Gc<Type>) -> Result<bool, Raised> {
    let metaclass = vm.type_of(class.value());
    let base = class_of_spec(vm, &super::class::CTYPE_TYPE)?;
    Ok(Type::is_subtype(metaclass, vm, base))
}

/// What a class knows; `None` for abstract ones and all others.
pub fn info_of(vm: &mut Vm, class: Value) -> Result<Option<Gc<StgInfo>>, Raised> {
    let Some(class) = class.downcast::<Type>(vm) else { return Ok(None) };
    if !has_word(vm, class)? {
        return Ok(None);
    }
    Ok(vm.object_word(class.value(), WORD).and_then(|info| info.downcast(vm)))
}

/// What the class of an instance knows.
pub fn info_of_instance(vm: &mut Vm, object: Value) -> Result<Option<Gc<StgInfo>>, Raised> {
    let class = vm.type_of(object);
    info_of(vm, class.value())
}

/// What a class knows. TypeError "abstract class" if it knows nothing.
pub fn concrete(vm: &mut Vm, class: Value) -> Result<Gc<StgInfo>, Raised> {
    match info_of(vm, class)? {
        Some(info) => Ok(info),
        None => Err(vm.raise(Exc::TypeError, "abstract class")),
    }
}

/// Gives a class its facts, which are empty. SystemError if it has them already.
pub fn init(vm: &mut Vm, class: Value, kind: Kind) -> Result<Gc<StgInfo>, Raised> {
    if info_of(vm, class)?.is_some() {
        let name = class.downcast::<Type>(vm).map_or_else(String::new, |class| Type::full_name(class, vm));
        return Err(vm.raise(Exc::SystemError, format!("StgInfo of '{name}' is already initialized.")));
    }
    let shape = class_of_spec(vm, &INFO)?.get(vm).root_shape;
    let info = StgInfo {
        header: HeaderWord::NEW,
        size: 0,
        align: 0,
        length: 0,
        flags: 0,
        kind: KINDS.iter().position(|other| *other == kind).unwrap_or(0),
        code: 0,
        proto: None,
        argtypes: None,
        converters: None,
        restype: None,
        checker: None,
        pointer_type: None,
        format: None,
        shape: None,
        fields: None,
    };
    let info = vm.new_object(shape, info)?;
    if let Some(own) = class.downcast::<Type>(vm)
        && has_word(vm, own)?
    {
        vm.set_object_word(class, WORD, Some(info.value()));
    }
    Ok(info)
}

/// Whether a class is of a kind made by a metaclass.
pub fn is_made_by(vm: &mut Vm, class: Value, metaclass: &'static TypeSpec) -> Result<bool, Raised> {
    let metaclass = class_of_spec(vm, metaclass)?;
    Ok(vm.is_instance(class, metaclass))
}

/// `type(value).__name__` of a class, or of the class of what is none: how messages name it.
pub fn name_of(vm: &mut Vm, class: Value) -> String {
    match class.downcast::<Type>(vm) {
        Some(class) => Type::full_name(class, vm),
        None => vm.type_name(class),
    }
}

/// Aggregates beyond this size are never passed in registers: their scalars do not matter.
const SMALL: usize = 64;

/// The C type of arguments and results of a class.
pub fn c_type(vm: &mut Vm, info: Gc<StgInfo>) -> Result<CType, Raised> {
    match info.get(vm).kind() {
        Kind::Simple => Ok(info.get(vm).code().map_or(CType::Scalar(Scalar::I32), |code| code.c_type())),
        Kind::Aggregate => {
            let StgInfo { size, align, .. } = *info.get(vm);
            let mut leaves = Vec::new();
            if size <= SMALL {
                add_leaves(vm, info, 0, &mut leaves)?;
            }
            Ok(CType::Aggregate(Aggregate { size, align, leaves }))
        }
        Kind::Pointer | Kind::Array | Kind::Function => Ok(CType::POINTER),
    }
}

fn add_leaves(vm: &mut Vm, info: Gc<StgInfo>, at: usize, leaves: &mut Vec<(usize, Scalar)>) -> Result<(), Raised> {
    vm.check_native_stack()?;
    match info.get(vm).kind() {
        Kind::Simple => match info.get(vm).code().map(|code| code.c_type()) {
            Some(CType::Scalar(scalar)) => leaves.push((at, scalar)),
            Some(CType::Complex(part)) => leaves.extend([(at, part), (at + part.size(), part)]),
            _ => {}
        },
        Kind::Pointer | Kind::Function => leaves.push((at, Scalar::U64)),
        Kind::Array => {
            let (Some(item), length) = (info.get(vm).proto, info.get(vm).length) else { return Ok(()) };
            let Some(item) = info_of(vm, item)? else { return Ok(()) };
            let size = item.get(vm).size;
            if size > 0 {
                for i in 0..length.min(SMALL) {
                    add_leaves(vm, item, at + i * size, leaves)?;
                }
            }
        }
        Kind::Aggregate => {
            let Some(fields) = info.get(vm).fields else { return Ok(()) };
            for i in 0..fields.get(vm).len() {
                let Some(field) = fields.get(vm).at(i).downcast::<CField>(vm) else { continue };
                let (proto, offset) = (field.get(vm).proto, field.get(vm).byte_offset);
                if let Some(own) = info_of(vm, proto)? {
                    add_leaves(vm, own, at + offset, leaves)?;
                }
            }
        }
    }
    Ok(())
}

/// What the class of an instance knows. TypeError "abstract class" if it knows nothing.
pub fn concrete_instance(vm: &mut Vm, object: Value) -> Result<Gc<StgInfo>, Raised> {
    let class = vm.type_of(object);
    concrete(vm, class.value())
}
