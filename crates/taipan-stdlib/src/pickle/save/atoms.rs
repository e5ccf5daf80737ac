//! Writing bools, ints and floats.

use taipan_text::int_math;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::Saving;
use crate::pickle::opcodes::*;

impl Saving {
    pub(super) fn save_bool(&mut self, truth: bool) {
        match (self.protocol, truth) {
            (2.., true) => self.output.byte(NEWTRUE),
            (2.., false) => self.output.byte(NEWFALSE),
            (_, true) => self.output.put(b"I01\n"),
            (_, false) => self.output.put(b"I00\n"),
        }
    }

    pub(super) fn save_small_int(&mut self, i: i64) {
        let Ok(short) = i32::try_from(i) else {
            if self.protocol < 2 {
                self.output.put(format!("{}{i}L\n", LONG as char).as_bytes());
                return;
            }
            let all = i.to_le_bytes();
            let len = signed_length(&all);
            let mut bytes = [0; 10];
            bytes[..2].copy_from_slice(&[LONG1, len as u8]);
            bytes[2..2 + len].copy_from_slice(&all[..len]);
            self.output.put(&bytes[..2 + len]);
            return;
        };
        if !self.binary {
            self.output.put(format!("{}{short}\n", INT as char).as_bytes());
            return;
        }
        match short.to_le_bytes() {
            [a, 0, 0, 0] => self.output.put(&[BININT1, a]),
            [a, b, 0, 0] => self.output.put(&[BININT2, a, b]),
            [a, b, c, d] => self.output.put(&[BININT, a, b, c, d]),
        }
    }

    pub(super) fn save_int(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        let Some(big) = vm.as_big(object) else { return Ok(()) };
        if self.protocol < 2 {
            let digits = vm.repr_string(object)?;
            self.output.put(format!("{}{digits}L\n", LONG as char).as_bytes());
            return Ok(());
        }
        let length = int_math::bit_length(&big) / 8 + 1;
        if length > i32::MAX as usize {
            return Err(vm.raise(Exc::OverflowError, "int too large to pickle"));
        }
        vm.check_native_bytes(length)?;
        let mut bytes = match int_math::to_bytes(&big, length, false, true) {
            Ok(bytes) => bytes,
            Err(error) => return Err(vm.raise(Exc::OverflowError, error.message())),
        };
        bytes.truncate(signed_length(&bytes));
        match u8::try_from(bytes.len()) {
            Ok(length) => self.output.put(&[LONG1, length]),
            Err(_) => self.put_u32(LONG4, bytes.len() as u32),
        }
        self.output.put(&bytes);
        Ok(())
    }

    pub(super) fn save_float(&mut self, f: f64) {
        if self.binary {
            let mut bytes = [BINFLOAT; 9];
            bytes[1..].copy_from_slice(&f.to_be_bytes());
            self.output.put(&bytes);
        } else {
            self.output.byte(FLOAT);
            self.output.put(taipan_text::float_text::repr(f).as_bytes());
            self.output.byte(b'\n');
        }
    }
}

/// How many bytes of a little-endian two's complement number tell it.
fn signed_length(bytes: &[u8]) -> usize {
    let mut len = bytes.len();
    while len > 1 {
        let (last, before) = (bytes[len - 1], bytes[len - 2]);
        if (last == 0 && before < 0x80) || (last == 0xFF && before >= 0x80) {
            len -= 1;
        } else {
            break;
        }
    }
    len
}

#[cfg(test)]
mod tests {
    use super::signed_length;

    #[test]
    fn lengths_of_signed_numbers() {
        for (number, length) in [(0, 1), (127, 1), (128, 2), (-128, 1), (-129, 2), (1 << 31, 5), (-(1 << 31), 4)] {
            assert_eq!(signed_length(&i64::to_le_bytes(number)), length, "{number}");
        }
        assert_eq!(signed_length(&i64::MIN.to_le_bytes()), 8);
    }
}
