//! Arguments of C functions: `CArgObject`, what `from_param` and `byref` give, and the conversion of any object.

use taipan_ffi::types::{Scalar, Type as CType};
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{TypeSpec, getter};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::class;
use super::code::{self, Code, Extent};
use super::data::{self, CData};
use super::info::{self, Kind, StgInfo};
use super::memory;

heap_object! {
    /// A converted argument: up to four words, and what must live until the call is over.
    pub struct CArg {
        /// The code, `P` for a plain address.
        pub tag: usize,
        words0: u64,
        words1: u64,
        words2: u64,
        words3: u64,
        /// The object wrapped, or kept alive.
        pub object: Option<Value>,
        hidden: Option<Value>,
    }
}

/// An argument as the function gets it.
pub struct Argument {
    pub ty: CType,
    pub bytes: Vec<u8>,
}

impl CArg {
    fn new(
        vm: &mut Vm,
        tag: u8,
        words: [u64; 4],
        object: Option<Value>,
        hidden: Option<Value>,
    ) -> Result<Value, Raised> {
        let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
        let [words0, words1, words2, words3] = words;
        let arg = CArg { header: HeaderWord::NEW, tag: tag as usize, words0, words1, words2, words3, object, hidden };
        Ok(vm.new_object(shape, arg)?.value())
    }

    /// An address.
    pub fn pointer(vm: &mut Vm, tag: u8, address: usize, object: Option<Value>) -> Result<Value, Raised> {
        CArg::new(vm, tag, [address as u64, 0, 0, 0], object, None)
    }

    /// A value converted as a simple type of this module converts it.
    pub fn converted(vm: &mut Vm, letter: u8, value: Value) -> Result<Value, Raised> {
        let code = Code::native(letter);
        let mut bytes = [0; 32];
        let address = memory::address_of(&mut bytes);
        let kept = code::set(vm, code, address, value, Extent::bytes(code.size()))?;
        memory::read(address, &mut bytes);
        let word = |i: usize| taipan_ffi::types::word_at(&bytes, i * 8);
        CArg::new(vm, letter, [word(0), word(1), word(2), word(3)], Some(kept.visible), kept.hidden)
    }

    fn bytes(&self) -> Vec<u8> {
        [self.words0, self.words1, self.words2, self.words3].iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn argument(&self) -> Argument {
        let ty = match self.tag as u8 {
            b'P' | b'z' | b'Z' | b'O' => CType::POINTER,
            letter => Code::native(letter).c_type(),
        };
        let mut bytes = self.bytes();
        bytes.truncate(ty.size());
        Argument { ty, bytes }
    }
}

/// An instance as argument.
fn of_instance(vm: &mut Vm, own: Gc<CData>, info: Gc<StgInfo>) -> Result<Argument, Raised> {
    let CData { address, size, .. } = *own.get(vm);
    match info.get(vm).kind() {
        Kind::Array => Ok(Argument { ty: CType::POINTER, bytes: address.to_ne_bytes().to_vec() }),
        Kind::Pointer | Kind::Function => {
            Ok(Argument { ty: CType::POINTER, bytes: data::pointer_of(vm, own).to_ne_bytes().to_vec() })
        }
        Kind::Simple => {
            let letter = StgInfo::type_code(info, vm).unwrap_or(b'i');
            let ty = Code::native(letter).c_type();
            let bytes = memory::read_vec(vm, address, ty.size().min(size))?;
            Ok(Argument { ty, bytes })
        }
        Kind::Aggregate => {
            let ty = info::c_type(vm, info)?;
            let bytes = memory::read_vec(vm, address, ty.size().min(size))?;
            Ok(Argument { ty, bytes })
        }
    }
}

/// Converts any object to an argument; what must live until the call is over goes to `keep`.
pub fn convert(vm: &mut Vm, value: Value, index: usize, keep: Gc<List>) -> Result<Argument, Raised> {
    if let Some(own) = value.downcast::<CData>(vm)
        && let Some(info) = info::info_of_instance(vm, value)?
    {
        List::push(keep, vm, value)?;
        return of_instance(vm, own, info);
    }
    if let Some(arg) = value.downcast::<CArg>(vm) {
        List::push(keep, vm, value)?;
        return Ok(arg.get(vm).argument());
    }
    if value.is_none() {
        return Ok(Argument { ty: CType::POINTER, bytes: vec![0; 8] });
    }
    if vm.is_int(value) {
        // As C's long, of which an int is taken.
        let fits = match vm.as_i64(value) {
            Some(number) => Some(number as u64),
            None => vm.as_big(value).and_then(|big| u64::try_from(&big).ok()),
        };
        let Some(word) = fits else { return Err(vm.raise(Exc::OverflowError, "int too long to convert")) };
        return Ok(Argument { ty: CType::Scalar(Scalar::I32), bytes: (word as u32).to_ne_bytes().to_vec() });
    }
    for letter in [b'z', b'Z'] {
        let is_text = match letter {
            b'z' => value.downcast::<Bytes>(vm).is_some(),
            _ => value.downcast::<Str>(vm).is_some(),
        };
        if is_text {
            let arg = CArg::converted(vm, letter, value)?;
            return convert(vm, arg, index, keep);
        }
    }
    match class::as_parameter(vm, value)? {
        Some(inner) => convert(vm, inner, index, keep),
        None => Err(vm.raise(Exc::TypeError, format!("Don't know how to convert parameter {index}"))),
    }
}

/// `byref`.
pub fn byref(vm: &mut Vm, value: Value, offset: isize) -> Result<Value, Raised> {
    let Some(own) = value.downcast::<CData>(vm) else {
        let got = vm.type_name(value);
        let message = format!("byref() argument 1 must be _ctypes._CData, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let address = own.get(vm).address.wrapping_add_signed(offset);
    CArg::pointer(vm, b'P', address, Some(value))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let arg = this.expect::<CArg>(vm);
    let (tag, mut bytes) = (arg.get(vm).tag as u8, arg.get(vm).bytes());
    let code = Code::native(tag);
    let shown = match tag {
        b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' | b'd' | b'f' => {
            let address = memory::address_of(&mut bytes);
            let value = code::get(vm, code, address, Extent::bytes(code.size()))?;
            drop(bytes);
            Some(format!("({})", vm.repr_string(value)?))
        }
        b'c' => match bytes.first() {
            Some(byte @ 0x20..0x7F) if !matches!(byte, b'\\' | b'\'') => Some(format!("('{}')", *byte as char)),
            byte => Some(format!("('\\x{:02x}')", byte.copied().unwrap_or(0))),
        },
        b'z' | b'Z' | b'P' => Some(format!("({:#x})", taipan_ffi::types::word_at(&bytes, 0))),
        _ => None,
    };
    let letter = tag as char;
    let text = match shown {
        Some(shown) => format!("<cparam '{letter}' {shown}>"),
        None => {
            let id = taipan_vm::types::object::id_number(vm, this);
            format!("<cparam '{letter}' at {id:#x}>")
        }
    };
    vm.new_str(&text)
}

/// The class `CArgObject`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "CArgObject",
    module: "_ctypes",
    layout: Some(<CArg as HeapObject>::native),
    slots: Slots { repr: Some(repr), ..Slots::DEFAULT },
    getset: &[getter(
        "_obj",
        |vm, this| Ok(this.expect::<CArg>(vm).get(vm).object.unwrap_or(Value::NONE)),
        "the wrapped object",
    )
    .member()],
    ..TypeSpec::DEFAULT
};

/// What a function without a class of results gives: C's int.
pub fn int_result(vm: &mut Vm, bytes: &[u8]) -> Result<Value, Raised> {
    vm.new_int(i64::from(taipan_ffi::types::word_at(bytes, 0) as i32))
}
