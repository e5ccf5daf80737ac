//! `format % values` of `str`.

use taipan_text::percent_format::{Amount, Conversion, Field, Piece, Pieces, float_field, int_field, text_field};
use taipan_text::{TextBuf, TextRef};

use crate::raise::{Exc, Raised};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The longest field that is laid out without asking for its memory first.
const MAX_FIELD: usize = 1 << 34;

/// The values of a format, taken in order or by key.
struct Source {
    args: Value,
    tuple: bool,
    len: isize,
    at: isize,
    /// The operand itself when it is a mapping.
    mapping: Option<Value>,
}

impl Source {
    fn next(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        if self.at >= self.len {
            return Err(vm.raise(Exc::TypeError, "not enough arguments for format string"));
        }
        let at = self.at;
        self.at += 1;
        match self.args.downcast::<Tuple>(vm) {
            Some(tuple) if self.tuple => Ok(tuple.get(vm).at(at as usize)),
            _ => Ok(self.args),
        }
    }

    /// Makes a single value the one to take.
    fn single(&mut self, value: Value) {
        (self.args, self.tuple, self.len, self.at) = (value, false, -1, -2);
    }

    fn star(&mut self, vm: &mut Vm, amount: Amount, is_width: bool) -> Result<i64, Raised> {
        if amount != Amount::Star {
            return Ok(0);
        }
        let value = self.next(vm)?;
        if !vm.is_int(value) {
            return Err(vm.raise(Exc::TypeError, "* wants int"));
        }
        let (limit, name) = if is_width { (i64::MAX, "ssize_t") } else { (i32::MAX.into(), "int") };
        match vm.as_i64(value).filter(|i| (-limit - 1..=limit).contains(i)) {
            Some(i64::MIN) => Err(vm.raise(Exc::OverflowError, "width too big")),
            Some(i) => Ok(i),
            None => Err(vm.raise(Exc::OverflowError, format!("Python int too large to convert to C {name}"))),
        }
    }
}

/// `%`: the format on the left, one value, a tuple of values or a mapping on the right.
pub(super) fn remainder(vm: &mut Vm, format: Value, values: Value) -> Result<Value, Raised> {
    let Some(format) = format.downcast::<Str>(vm) else { return Ok(Value::NOT_IMPLEMENTED) };
    let format = format.get(vm).text().to_buf();
    let mut source = Source { args: values, tuple: false, len: -1, at: -2, mapping: None };
    if let Some(tuple) = values.downcast::<Tuple>(vm) {
        (source.tuple, source.len, source.at) = (true, tuple.get(vm).len() as isize, 0);
    } else if values.downcast::<Str>(vm).is_none() && vm.slots(values).subscript.is_some() {
        source.mapping = Some(values);
    }
    let mut out = TextBuf::with_capacity(format.len());
    for piece in Pieces::new(format.as_text()) {
        match piece.map_err(|error| vm.raise_format_error(error))? {
            Piece::Literal(range) => out.push_text(format.as_text().slice(range)),
            Piece::Conversion(conversion) => convert(vm, format.as_text(), conversion, &mut source, &mut out)?,
        }
    }
    if source.at < source.len && source.mapping.is_none() {
        return Err(vm.raise(Exc::TypeError, "not all arguments converted during string formatting"));
    }
    Ok(Str::from_text(vm, out.as_text())?.value())
}

fn convert(
    vm: &mut Vm,
    format: TextRef<'_>,
    conversion: Conversion,
    source: &mut Source,
    out: &mut TextBuf,
) -> Result<(), Raised> {
    if let Some(key) = conversion.key.clone() {
        let Some(mapping) = source.mapping else {
            return Err(vm.raise(Exc::TypeError, "format requires a mapping"));
        };
        let key = Str::from_text(vm, format.slice(key))?;
        let value = vm.get_item(mapping, key.value())?;
        source.single(value);
    }
    let width = source.star(vm, conversion.width, true)?;
    let precision = source.star(vm, conversion.precision, false)?;
    if conversion.code.is_none() {
        return Err(vm.raise_format_error(Conversion::incomplete()));
    }
    let value = source.next(vm)?;
    let field = conversion.field(width, precision);
    match field.code {
        b's' => {
            let text = vm.str(value)?;
            push_text(vm, out, &field, text)
        }
        b'r' => {
            let text = vm.repr(value)?;
            push_text(vm, out, &field, text)
        }
        b'a' => {
            let text = vm.ascii(value)?;
            push_text(vm, out, &field, text)
        }
        b'c' => {
            let text = character(vm, value)?;
            push_text(vm, out, &field, text)
        }
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => {
            let int = vm.percent_int(value, field.code)?;
            let Some(int) = vm.as_big(int) else { return Err(vm.raise(Exc::SystemError, "int expected")) };
            check_field(vm, &field)?;
            let digits = vm.interp().int_max_str_digits;
            let text = int_field(&int, &field, digits, MAX_FIELD);
            out.push_str(&text.map_err(|error| vm.raise_format_error(error))?);
            Ok(())
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            let float = vm.to_f64(value)?;
            check_field(vm, &field)?;
            let text = float_field(float, &field, MAX_FIELD);
            out.push_str(&text.map_err(|error| vm.raise_format_error(error))?);
            Ok(())
        }
        _ => Err(vm.raise_format_error(conversion.unsupported())),
    }
}

fn check_field(vm: &mut Vm, field: &Field) -> Result<(), Raised> {
    let longest = field.width.max(field.precision.unwrap_or(0));
    if longest > MAX_FIELD { Err(vm.raise_no_memory()) } else { vm.check_native_bytes(longest) }
}

fn push_text(vm: &mut Vm, out: &mut TextBuf, field: &Field, text: Value) -> Result<(), Raised> {
    if field.width == 0 && field.precision.is_none() {
        return vm.push_str_value(out, text);
    }
    if field.width > MAX_FIELD {
        return Err(vm.raise_no_memory());
    }
    vm.check_native_bytes(field.width)?;
    let Some(text) = text.downcast::<Str>(vm) else { return Ok(()) };
    match text_field(text.get(vm).text(), field, MAX_FIELD) {
        Ok(laid_out) => {
            out.push_text(laid_out.as_text());
            Ok(())
        }
        Err(error) => Err(vm.raise_format_error(error)),
    }
}

fn character(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    if let Some(text) = value.downcast::<Str>(vm) {
        let len = text.get(vm).len();
        if len == 1 {
            return Ok(value);
        }
        let message = format!("%c requires an int or a unicode character, not a string of length {len}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if !vm.is_int(value) && vm.slots(value).index.is_none() {
        let class = vm.type_of(value);
        let got = crate::types::object::full_class_name(vm, class)?;
        let message = format!("%c requires an int or a unicode character, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let int = vm.index(value)?;
    match vm.as_i64(int).and_then(|i| u32::try_from(i).ok()).filter(|i| *i <= 0x10ffff) {
        Some(point) => Ok(Str::from_char(vm, point)?.value()),
        None => Err(vm.raise(Exc::OverflowError, "%c arg not in range(0x110000)")),
    }
}

impl Vm {
    /// The int that `%d` and its like show: ints as they are, other numbers by `__int__` (`%x`, `%o`: `__index__`).
    ///
    /// # Errors
    /// TypeError "%d format: a real number is required, not X".
    pub fn percent_int(&mut self, value: Value, code: u8) -> Result<Value, Raised> {
        if self.is_int(value) {
            return Ok(value);
        }
        let strict = matches!(code, b'o' | b'x' | b'X');
        let slots = self.slots(value);
        let convert = if strict { slots.index } else { slots.int.or(slots.index) };
        if let Some(convert) = convert {
            let result = convert(self, value);
            if let Some(int) = self.catch(result, Exc::TypeError)?
                && self.is_int(int)
            {
                return Ok(int);
            }
        }
        let what = if strict { "an integer" } else { "a real number" };
        let (code, got) = (code as char, self.type_name(value));
        Err(self.raise(Exc::TypeError, format!("%{code} format: {what} is required, not {got}")))
    }
}
