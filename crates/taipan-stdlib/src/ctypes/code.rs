//! The codes of simple types: size, C type and buffer format, and conversion between memory and Python values.

use taipan_ffi::types::{Scalar, Type as CType};
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytearray::ByteArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::complex::Complex;
use taipan_vm::types::int::Number;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{handle, long_double, memory};

/// The codes that `_type_` can have, in CPython's order.
pub const SUPPORTED: &str = "cbBhHiIlLdDFGfuzZqQPOv?g";

/// A code, with bytes in the other order or not. `s` and `U` are the fields that are arrays of characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    pub letter: u8,
    pub swapped: bool,
}

/// How much memory a value takes: bytes, and for a bit field the number of bits and the lowest of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    pub size: usize,
    pub bits: u8,
    pub low: u8,
}

impl Extent {
    /// Whole bytes.
    pub const fn bytes(size: usize) -> Extent {
        Extent { size, bits: 0, low: 0 }
    }
}

/// What must live as long as the memory that was written: what programs see, and what they do not see.
#[derive(Clone, Copy)]
pub struct Kept {
    pub visible: Value,
    pub hidden: Option<Value>,
}

impl Kept {
    /// Nothing.
    pub const NOTHING: Kept = Kept { visible: Value::NONE, hidden: None };
}

impl Code {
    /// The code in the order of the machine.
    pub const fn native(letter: u8) -> Code {
        Code { letter, swapped: false }
    }

    /// The code in a plain word; never 0.
    pub const fn to_word(self) -> usize {
        self.letter as usize | (self.swapped as usize) << 8
    }

    /// What `to_word` gave; `None` for 0.
    pub const fn from_word(word: usize) -> Option<Code> {
        match word {
            0 => None,
            _ => Some(Code { letter: word as u8, swapped: word >> 8 != 0 }),
        }
    }

    /// Whether values can have their bytes in the other order.
    pub const fn can_swap(self) -> bool {
        matches!(
            self.letter,
            b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' | b'f' | b'd' | b'F' | b'D' | b'?'
        )
    }

    /// The C type.
    pub const fn c_type(self) -> CType {
        CType::Scalar(match self.letter {
            b'c' | b'b' => Scalar::I8,
            b'B' | b'?' => Scalar::U8,
            b'h' | b'v' => Scalar::I16,
            b'H' => Scalar::U16,
            b'i' | b'u' => Scalar::I32,
            b'I' => Scalar::U32,
            b'l' | b'q' => Scalar::I64,
            b'f' => Scalar::F32,
            b'd' => Scalar::F64,
            b'g' => Scalar::LongDouble,
            b'F' => return CType::Complex(Scalar::F32),
            b'D' => return CType::Complex(Scalar::F64),
            b'G' => return CType::Complex(Scalar::LongDouble),
            _ => Scalar::U64,
        })
    }

    /// Bytes of a value.
    pub fn size(self) -> usize {
        self.c_type().size()
    }

    /// Alignment of a value.
    pub fn align(self) -> usize {
        self.c_type().align()
    }

    /// The scalar if values are plain integers, which can be bit fields.
    pub fn integer(self) -> Option<Scalar> {
        match (self.letter, self.c_type()) {
            (b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q', CType::Scalar(scalar)) => {
                Some(scalar)
            }
            _ => None,
        }
    }

    /// The format in buffers, without the byte order.
    pub const fn format(self) -> char {
        match self.letter {
            // By size, as `struct` has them in standard sizes.
            b'l' => 'q',
            b'L' => 'Q',
            letter => letter as char,
        }
    }
}

fn read_bytes<const N: usize>(code: Code, address: usize) -> [u8; N] {
    let mut bytes = [0; N];
    memory::read(address, &mut bytes);
    if code.swapped {
        bytes.reverse();
    }
    bytes
}

fn write_bytes<const N: usize>(code: Code, address: usize, mut bytes: [u8; N]) {
    if code.swapped {
        bytes.reverse();
    }
    memory::write(address, &bytes);
}

/// The bits of an integer in memory, in the low bits of a word.
fn read_integer(code: Code, scalar: Scalar, address: usize) -> u64 {
    match scalar.size() {
        1 => u64::from(read_bytes::<1>(code, address)[0]),
        2 => u64::from(u16::from_ne_bytes(read_bytes(code, address))),
        4 => u64::from(u32::from_ne_bytes(read_bytes(code, address))),
        _ => u64::from_ne_bytes(read_bytes(code, address)),
    }
}

fn write_integer(code: Code, scalar: Scalar, address: usize, word: u64) {
    match scalar.size() {
        1 => write_bytes(code, address, [word as u8]),
        2 => write_bytes(code, address, (word as u16).to_ne_bytes()),
        4 => write_bytes(code, address, (word as u32).to_ne_bytes()),
        _ => write_bytes(code, address, word.to_ne_bytes()),
    }
}

/// The low 64 bits of an int, as C's conversions between integer types take them. TypeError for what is none.
pub fn masked(vm: &mut Vm, value: Value) -> Result<u64, Raised> {
    let index = vm.index(value)?;
    if let Some(small) = vm.as_i64(index) {
        return Ok(small as u64);
    }
    Ok(match vm.as_number(index) {
        Some(Number::Small(small)) => small as u64,
        Some(Number::Big(big)) => {
            let bytes = big.to_le_bytes();
            taipan_ffi::types::word_at(&bytes, 0)
        }
        None => 0,
    })
}

/// The str of wide characters. ValueError for what is no character.
pub fn wide_text(vm: &mut Vm, points: &[u32]) -> Result<Value, Raised> {
    if let Some(bad) = points.iter().find(|point| **point > 0x10_FFFF) {
        return Err(vm.raise(Exc::ValueError, format!("character U+{bad:x} is not in range [U+0000; U+10ffff]")));
    }
    Ok(Str::from_points(vm, points)?.value())
}

/// The code points of a str.
pub fn points_of(vm: &Vm, text: Gc<Str>) -> Vec<u32> {
    text.get(vm).text().iter().collect()
}

/// The Python value of what lies at an address.
pub fn get(vm: &mut Vm, code: Code, address: usize, extent: Extent) -> Result<Value, Raised> {
    if let Some(scalar) = code.integer() {
        let (width, mut word) = (scalar.size() as u32 * 8, read_integer(code, scalar, address));
        let (bits, low) = if extent.bits == 0 { (width, 0) } else { (u32::from(extent.bits), u32::from(extent.low)) };
        // To the top of the word, and down again with the sign.
        let up = 64u32.saturating_sub(low + bits);
        word = word.wrapping_shl(up);
        let down = 64 - bits.min(64);
        return match scalar.is_signed() {
            true => vm.new_int(word as i64 >> down.min(63)),
            false => vm.new_uint(word.checked_shr(down).unwrap_or(0)),
        };
    }
    match code.letter {
        b'c' => {
            let byte = read_bytes::<1>(code, address);
            vm.new_bytes(&byte)
        }
        b'?' => Ok(Value::bool(read_bytes::<1>(code, address) != [0])),
        b'v' => Ok(Value::bool(read_bytes::<2>(code, address) != [0, 0])),
        b'f' => vm.new_float(f64::from(f32::from_ne_bytes(read_bytes(code, address)))),
        b'd' => vm.new_float(f64::from_ne_bytes(read_bytes(code, address))),
        b'g' => vm.new_float(long_double::to_f64(read_bytes(code, address))),
        b'F' => {
            let part = |at| f64::from(f32::from_ne_bytes(read_bytes(code, at)));
            Ok(Complex::new(vm, part(address), part(address + 4))?.value())
        }
        b'D' => {
            let part = |at| f64::from_ne_bytes(read_bytes(code, at));
            Ok(Complex::new(vm, part(address), part(address + 8))?.value())
        }
        b'G' => {
            let part = |at| long_double::to_f64(read_bytes(code, at));
            Ok(Complex::new(vm, part(address), part(address + 16))?.value())
        }
        b'u' => wide_text(vm, &[u32::from_ne_bytes(read_bytes(code, address))]),
        b's' => {
            let len = memory::zero_at(address, extent.size);
            let bytes = memory::read_vec(vm, address, len)?;
            vm.new_bytes(&bytes)
        }
        b'U' => {
            let len = memory::wide_zero_at(address, extent.size / 4);
            let points = memory::read_wide(vm, address, len)?;
            wide_text(vm, &points)
        }
        b'z' => match memory::read_word(address) {
            0 => Ok(Value::NONE),
            text => {
                let len = memory::zero_at(text, usize::MAX);
                let bytes = memory::read_vec(vm, text, len)?;
                vm.new_bytes(&bytes)
            }
        },
        b'Z' => match memory::read_word(address) {
            0 => Ok(Value::NONE),
            text => {
                let len = memory::wide_zero_at(text, usize::MAX);
                let points = memory::read_wide(vm, text, len)?;
                wide_text(vm, &points)
            }
        },
        b'O' => match memory::read_word(address) {
            0 => Err(vm.raise(Exc::ValueError, "PyObject is NULL")),
            object => Ok(handle::object_at(vm, object)),
        },
        _ => match memory::read_word(address) {
            0 => Ok(Value::NONE),
            word => vm.new_uint(word as u64),
        },
    }
}

/// Writes a Python value to an address. Gives what must be kept alive for it.
pub fn set(vm: &mut Vm, code: Code, address: usize, value: Value, extent: Extent) -> Result<Kept, Raised> {
    if let Some(scalar) = code.integer() {
        let word = masked(vm, value)?;
        let word = match extent.bits {
            0 => word,
            bits => {
                let mask = u64::MAX.checked_shr(64 - u32::from(bits.min(64))).unwrap_or(0);
                let low = u32::from(extent.low).min(63);
                read_integer(code, scalar, address) & !(mask << low) | (word & mask) << low
            }
        };
        write_integer(code, scalar, address, word);
        return Ok(Kept::NOTHING);
    }
    match code.letter {
        b'c' => {
            let byte = one_byte(vm, value)?;
            write_bytes(code, address, [byte]);
        }
        b'?' => {
            let truth = vm.is_true(value)?;
            write_bytes(code, address, [u8::from(truth)]);
        }
        b'v' => {
            let truth = vm.is_true(value)?;
            write_bytes(code, address, if truth { [0xFF, 0xFF] } else { [0, 0] });
        }
        b'f' => {
            let number = vm.to_f64(value)?;
            write_bytes(code, address, (number as f32).to_ne_bytes());
        }
        b'd' => {
            let number = vm.to_f64(value)?;
            write_bytes(code, address, number.to_ne_bytes());
        }
        b'g' => {
            let number = vm.to_f64(value)?;
            write_bytes(code, address, long_double::from_f64(number));
        }
        b'F' => {
            let (real, imag) = vm.to_complex(value)?;
            write_bytes(code, address, (real as f32).to_ne_bytes());
            write_bytes(code, address + 4, (imag as f32).to_ne_bytes());
        }
        b'D' => {
            let (real, imag) = vm.to_complex(value)?;
            write_bytes(code, address, real.to_ne_bytes());
            write_bytes(code, address + 8, imag.to_ne_bytes());
        }
        b'G' => {
            let (real, imag) = vm.to_complex(value)?;
            write_bytes(code, address, long_double::from_f64(real));
            write_bytes(code, address + 16, long_double::from_f64(imag));
        }
        b'u' => {
            let point = one_character(vm, value)?;
            write_bytes(code, address, point.to_ne_bytes());
        }
        b's' => set_bytes_field(vm, address, value, extent.size)?,
        b'U' => return set_wide_field(vm, address, value, extent.size),
        b'z' => return set_text(vm, address, value),
        b'Z' => return set_wide_text(vm, address, value),
        b'O' => {
            let object = handle::of(vm, value)?;
            memory::write(address, &handle::address(object).to_ne_bytes());
            return Ok(Kept { visible: value, hidden: Some(object.value()) });
        }
        _ => {
            if !value.is_none() && !vm.is_int(value) {
                return Err(vm.raise(Exc::TypeError, "cannot be converted to pointer"));
            }
            let word = if value.is_none() { 0 } else { masked(vm, value)? };
            memory::write(address, &word.to_ne_bytes());
        }
    }
    Ok(Kept::NOTHING)
}

fn one_byte(vm: &mut Vm, value: Value) -> Result<u8, Raised> {
    const EXPECTED: &str = "one character bytes, bytearray, or an integer in range(256) expected, not";
    let (bytes, what) = match (value.downcast::<Bytes>(vm), value.downcast::<ByteArray>(vm)) {
        (Some(bytes), _) => (bytes.get(vm).bytes(), "bytes"),
        (_, Some(bytes)) => (bytes.get(vm).bytes(vm), "bytearray"),
        _ if vm.is_int(value) => {
            return match vm.as_i64(value).map(u8::try_from) {
                Some(Ok(byte)) => Ok(byte),
                _ => Err(vm.raise(Exc::TypeError, "integer not in range(256)")),
            };
        }
        _ => {
            let got = vm.type_name(value);
            return Err(vm.raise(Exc::TypeError, format!("{EXPECTED} {got}")));
        }
    };
    match *bytes {
        [byte] => Ok(byte),
        _ => {
            let len = bytes.len();
            Err(vm.raise(Exc::TypeError, format!("{EXPECTED} {what} of length {len}")))
        }
    }
}

fn one_character(vm: &mut Vm, value: Value) -> Result<u32, Raised> {
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("a unicode character expected, not instance of {got}")));
    };
    let mut points = text.get(vm).text().iter();
    match (points.next(), points.next()) {
        (Some(point), None) => Ok(point),
        _ => {
            let len = text.get(vm).len();
            Err(vm.raise(Exc::TypeError, format!("a unicode character expected, not a string of length {len}")))
        }
    }
}

fn set_bytes_field(vm: &mut Vm, address: usize, value: Value, room: usize) -> Result<(), Raised> {
    let Some(bytes) = value.downcast::<Bytes>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("expected bytes, {got} found")));
    };
    let bytes = bytes.get(vm).bytes();
    let mut text = bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
    if text.len() > room {
        let len = text.len();
        return Err(vm.raise(Exc::ValueError, format!("bytes too long ({len}, maximum length {room})")));
    }
    if text.len() < room {
        text.push(0);
    }
    memory::write(address, &text);
    Ok(())
}

/// The bytes of wide characters.
pub fn wide_bytes(points: &[u32]) -> Vec<u8> {
    points.iter().flat_map(|point| point.to_ne_bytes()).collect()
}

fn set_wide_field(vm: &mut Vm, address: usize, value: Value, size: usize) -> Result<Kept, Raised> {
    let room = size / 4;
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("unicode string expected instead of {got} instance")));
    };
    let mut points = points_of(vm, text);
    if points.len() > room {
        let len = points.len();
        return Err(vm.raise(Exc::ValueError, format!("string too long ({len}, maximum length {room})")));
    }
    if points.len() < room {
        points.push(0);
    }
    memory::write(address, &wide_bytes(&points));
    Ok(Kept { visible: value, hidden: None })
}

fn set_text(vm: &mut Vm, address: usize, value: Value) -> Result<Kept, Raised> {
    if value.is_none() {
        memory::write(address, &0usize.to_ne_bytes());
        return Ok(Kept::NOTHING);
    }
    if let Some(bytes) = value.downcast::<Bytes>(vm) {
        // Objects move: C code sees a copy.
        let mut text = bytes.get(vm).bytes().to_vec();
        text.push(0);
        let copy = memory::allocate_copy(vm, &text)?;
        memory::write(address, &copy.get(vm).address().to_ne_bytes());
        return Ok(Kept { visible: value, hidden: Some(copy.value()) });
    }
    if vm.is_int(value) {
        let word = masked(vm, value)?;
        memory::write(address, &word.to_ne_bytes());
        return Ok(Kept::NOTHING);
    }
    let got = vm.type_name(value);
    Err(vm.raise(Exc::TypeError, format!("bytes or integer address expected instead of {got} instance")))
}

fn set_wide_text(vm: &mut Vm, address: usize, value: Value) -> Result<Kept, Raised> {
    if value.is_none() {
        memory::write(address, &0usize.to_ne_bytes());
        return Ok(Kept::NOTHING);
    }
    if vm.is_int(value) {
        let word = masked(vm, value)?;
        memory::write(address, &word.to_ne_bytes());
        return Ok(Kept::NOTHING);
    }
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        let message = format!("unicode string or integer address expected instead of {got} instance");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let mut points = points_of(vm, text);
    points.push(0);
    let copy = memory::allocate_copy(vm, &wide_bytes(&points))?;
    memory::write(address, &copy.get(vm).address().to_ne_bytes());
    Ok(Kept { visible: value, hidden: Some(copy.value()) })
}
