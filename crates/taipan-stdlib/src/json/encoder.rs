//! `_json.Encoder`: writes a value as JSON.
//!
//! Recursion over nested containers is bounded by the native stack.

use taipan_text::{TextBuf, TextRef, float_text};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, NativeFn, TypeSpec, getter};
use taipan_vm::types::Builtin;
use taipan_vm::types::builtin_method::BuiltinMethod;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::{List, sort};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{encode_basestring, encode_basestring_ascii, escape};

heap_object! {
    /// The settings of an encoder.
    pub struct Encoder {
        markers: Value,
        default: Value,
        encoder: Value,
        indent: Value,
        key_separator: Value,
        item_separator: Value,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
        /// How strings are written: by `ESCAPE_ASCII`, `ESCAPE`, or by calling `encoder`.
        strings: u8,
        pad: [u8; 4],
    }
}

const BY_CALL: u8 = 0;
const ESCAPE: u8 = 1;
const ESCAPE_ASCII: u8 = 2;

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    );
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [markers, default, encoder, indent, key_separator, item_separator, ..] = args.all::<9>();
        for (number, value) in [(5, key_separator), (6, item_separator)] {
            if value.downcast::<Str>(vm).is_none() {
                let got = vm.type_name(value);
                let message = format!("make_encoder() argument {number} must be str, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
        let (sort_keys, skipkeys) = (vm.is_true(args.get(6))?, vm.is_true(args.get(7))?);
        let allow_nan = vm.is_true(args.get(8))?;
        if !markers.is_none() && markers.downcast::<Dict>(vm).is_none() {
            let got = vm.type_name(markers);
            let message = format!("make_encoder() argument 1 must be dict or None, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
        if !indent.is_none() && indent.downcast::<Str>(vm).is_none() {
            let got = vm.type_name(indent);
            let message = format!("make_encoder() argument 4 must be str or None, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let strings = match encoder.downcast::<BuiltinMethod>(vm) {
            Some(function) => {
                let function = function.get(vm).def.function;
                if std::ptr::fn_addr_eq(function, encode_basestring_ascii as NativeFn) {
                    ESCAPE_ASCII
                } else if std::ptr::fn_addr_eq(function, encode_basestring as NativeFn) {
                    ESCAPE
                } else {
                    BY_CALL
                }
            }
            None => BY_CALL,
        };
        let shape = class.get(vm).root_shape;
        let object = Encoder {
            header: HeaderWord::NEW,
            markers,
            default,
            encoder,
            indent,
            key_separator,
            item_separator,
            sort_keys,
            skipkeys,
            allow_nan,
            strings,
            pad: [0; 4],
        };
        Ok(vm.new_object(shape, object)?.value())
    })
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("_iterencode(obj, _current_indent_level)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let level = vm.index_isize(args.get(1))?.max(0) as usize;
        let encoder = this.expect::<Encoder>(vm);
        let Encoder { default, encoder: by_call, indent, key_separator, item_separator, .. } = *encoder.get(vm);
        let Encoder { sort_keys, skipkeys, allow_nan, strings, markers, .. } = *encoder.get(vm);
        let mut run = Run {
            out: TextBuf::new(),
            path: List::new(vm)?,
            default,
            by_call,
            indent: indent.downcast(vm),
            key_separator: key_separator.expect(vm),
            item_separator: item_separator.expect(vm),
            sort_keys,
            skipkeys,
            allow_nan,
            strings,
            check_circular: !markers.is_none(),
        };
        run.value(vm, args.get(0), level)?;
        let text = Str::from_text(vm, run.out.as_text())?.value();
        Ok(Tuple::from_values(vm, &[text])?.value())
    })
}

/// One run of an encoder. It lives in a native local only: its pointers are found on the stack.
struct Run {
    out: TextBuf,
    /// The containers that are being written.
    path: Gc<List>,
    default: Value,
    by_call: Value,
    indent: Option<Gc<Str>>,
    key_separator: Gc<Str>,
    item_separator: Gc<Str>,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
    strings: u8,
    check_circular: bool,
}

/// Adds a note to the pending exception.
#[cold]
fn with_note(vm: &mut Vm, raised: Raised, note: impl FnOnce(&mut Vm) -> Result<String, Raised>) -> Raised {
    let exception = vm.take_raised(raised);
    let result = note(vm).and_then(|note| {
        let note = vm.new_str(&note)?;
        vm.call_method(exception, "add_note", &[note])
    });
    if let Err(raised) = result {
        // The first error matters more than a note that could not be made.
        let _ = vm.take_raised(raised);
    }
    vm.reraise(exception)
}

impl Run {
    fn value(&mut self, vm: &mut Vm, value: Value, level: usize) -> Result<(), Raised> {
        vm.work(1)?;
        if let Some(number) = value.as_small_int() {
            push_int(&mut self.out, number);
            return Ok(());
        }
        if value.is_none() || value.is_bool() {
            self.out.push_str(constant(value));
            return Ok(());
        }
        if let Some(text) = value.downcast::<Str>(vm) {
            return self.string(vm, text);
        }
        if vm.is_int(value) {
            let text = int_text(vm, value)?;
            return vm.push_str_value(&mut self.out, text);
        }
        if let Some(number) = vm.as_float(value) {
            let text = self.float(vm, value, number)?;
            self.out.push_str(&text);
            return Ok(());
        }
        vm.check_native_stack()?;
        if value.downcast::<List>(vm).is_some() || value.downcast::<Tuple>(vm).is_some() {
            return self.sequence(vm, value, level);
        }
        if let Some(dict) = value.downcast::<Dict>(vm) {
            return self.mapping(vm, dict, level);
        }
        self.enter(vm, value)?;
        let other = vm.call(self.default, &[value])?;
        match self.value(vm, other, level) {
            Ok(()) => {}
            Err(raised) => {
                return Err(with_note(vm, raised, |vm| Ok(format!("when serializing {} object", vm.type_name(value)))));
            }
        }
        self.leave(vm);
        Ok(())
    }

    /// Notes that a container is being written. ValueError: it is already.
    fn enter(&mut self, vm: &mut Vm, container: Value) -> Result<(), Raised> {
        if !self.check_circular {
            return Ok(());
        }
        let n = self.path.get(vm).len();
        if (0..n).any(|i| self.path.get(vm).get_at(vm, i) == Some(container)) {
            return Err(vm.raise(Exc::ValueError, "Circular reference detected"));
        }
        List::push(self.path, vm, container)
    }

    fn leave(&mut self, vm: &mut Vm) {
        if self.check_circular {
            let n = self.path.get(vm).len();
            List::truncate(self.path, vm, n.saturating_sub(1));
        }
    }

    fn string(&mut self, vm: &mut Vm, text: Gc<Str>) -> Result<(), Raised> {
        if self.strings == BY_CALL {
            let encoded = vm.call(self.by_call, &[text.value()])?;
            if encoded.downcast::<Str>(vm).is_none() {
                let got = vm.type_name(encoded);
                return Err(vm.raise(Exc::TypeError, format!("encoder() must return a string, not {got}")));
            }
            return vm.push_str_value(&mut self.out, encoded);
        }
        let ascii = self.strings == ESCAPE_ASCII;
        let more = escape::most_bytes(text.get(vm).text(), ascii);
        vm.check_native_bytes(self.out.byte_len().saturating_add(more))?;
        escape::push_quoted(&mut self.out, text.get(vm).text(), ascii);
        Ok(())
    }

    fn float(&mut self, vm: &mut Vm, value: Value, number: f64) -> Result<String, Raised> {
        if number.is_finite() {
            return Ok(float_text::repr(number));
        }
        if !self.allow_nan {
            let shown = vm.repr_string(value)?;
            let message = format!("Out of range float values are not JSON compliant: {shown}");
            return Err(vm.raise(Exc::ValueError, message));
        }
        let name = if number > 0.0 {
            "Infinity"
        } else if number < 0.0 {
            "-Infinity"
        } else {
            "NaN"
        };
        Ok(name.to_owned())
    }

    fn push(&mut self, vm: &mut Vm, text: Gc<Str>) -> Result<(), Raised> {
        vm.push_str_value(&mut self.out, text.value())
    }

    /// A line break and the indentation of a level, if there is one.
    fn new_line(&mut self, vm: &mut Vm, level: usize) -> Result<(), Raised> {
        let Some(indent) = self.indent else { return Ok(()) };
        let more = indent.get(vm).bytes().len().saturating_mul(level);
        vm.check_native_bytes(self.out.byte_len().saturating_add(more))?;
        self.out.push(10);
        for _ in 0..level {
            self.out.push_text(indent.get(vm).text());
        }
        Ok(())
    }

    fn sequence(&mut self, vm: &mut Vm, sequence: Value, level: usize) -> Result<(), Raised> {
        // Items are asked for one by one: writing one may change the list.
        let item = |vm: &Vm, i: usize| match sequence.downcast::<List>(vm) {
            Some(list) => list.get(vm).get_at(vm, i),
            None => sequence.downcast::<Tuple>(vm)?.get(vm).items().get(i).copied(),
        };
        if item(vm, 0).is_none() {
            self.out.push_str("[]");
            return Ok(());
        }
        self.enter(vm, sequence)?;
        self.out.push_str("[");
        self.new_line(vm, level + 1)?;
        let mut i = 0;
        while let Some(value) = item(vm, i) {
            if i > 0 {
                self.push(vm, self.item_separator)?;
                self.new_line(vm, level + 1)?;
            }
            if let Err(raised) = self.value(vm, value, level + 1) {
                return Err(with_note(vm, raised, |vm| {
                    Ok(format!("when serializing {} item {i}", vm.type_name(sequence)))
                }));
            }
            i += 1;
        }
        self.leave(vm);
        self.new_line(vm, level)?;
        self.out.push_str("]");
        Ok(())
    }

    fn mapping(&mut self, vm: &mut Vm, dict: Gc<Dict>, level: usize) -> Result<(), Raised> {
        if dict.get(vm).is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        self.enter(vm, dict.value())?;
        self.out.push_str("{");
        let mut first = true;
        if self.sort_keys || dict.value().exact::<Dict>().is_none() {
            let items = vm.call_method(dict.value(), "items", &[])?;
            let items = vm.list_of(items)?;
            if self.sort_keys {
                sort::sort(vm, items, None, false)?;
            }
            let mut i = 0;
            while let Some(item) = items.get(vm).get_at(vm, i) {
                let pair = item.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2);
                let Some(pair) = pair else {
                    return Err(vm.raise(Exc::ValueError, "items must return 2-tuples"));
                };
                let (key, value) = (pair.get(vm).at(0), pair.get(vm).at(1));
                self.entry(vm, dict, key, value, &mut first, level + 1)?;
                i += 1;
            }
        } else {
            let mut at = 0;
            while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
                self.entry(vm, dict, entry.key, entry.value, &mut first, level + 1)?;
                at = number + 1;
            }
        }
        self.leave(vm);
        if !first {
            self.new_line(vm, level)?;
        }
        self.out.push_str("}");
        Ok(())
    }

    fn entry(
        &mut self,
        vm: &mut Vm,
        dict: Gc<Dict>,
        key: Value,
        value: Value,
        first: &mut bool,
        level: usize,
    ) -> Result<(), Raised> {
        let name = if let Some(text) = key.downcast::<Str>(vm) {
            text
        } else if let Some(number) = vm.as_float(key) {
            let text = self.float(vm, key, number)?;
            Str::new(vm, &text)?
        } else if key.is_none() || key.is_bool() {
            Str::new(vm, constant(key))?
        } else if vm.is_int(key) {
            int_text(vm, key)?.expect(vm)
        } else if self.skipkeys {
            return Ok(());
        } else {
            let got = vm.type_name(key);
            let message = format!("keys must be str, int, float, bool or None, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        };
        if !std::mem::replace(first, false) {
            self.push(vm, self.item_separator)?;
        }
        self.new_line(vm, level)?;
        self.string(vm, name)?;
        self.push(vm, self.key_separator)?;
        match self.value(vm, value, level) {
            Ok(()) => Ok(()),
            Err(raised) => Err(with_note(vm, raised, |vm| {
                Ok(format!("when serializing {} item {}", vm.type_name(dict.value()), vm.repr_string(key)?))
            })),
        }
    }
}

/// JSON's name of `None`, `True` and `False`.
fn constant(value: Value) -> &'static str {
    match value {
        Value::TRUE => "true",
        Value::FALSE => "false",
        _ => "null",
    }
}

/// Appends the digits of a number.
fn push_int(out: &mut TextBuf, number: impl Into<i64>) {
    let number = number.into();
    let mut digits = [0; 20];
    let (mut at, mut rest) = (digits.len(), number.unsigned_abs());
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.push_text(TextRef::Ascii(&digits[at..]));
}

/// The digits of an int, whatever a subclass says.
fn int_text(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let repr = vm.class(Builtin::Int).get(vm).slots.repr;
    match repr {
        Some(repr) => repr(vm, value),
        None => vm.repr(value),
    }
}

macro_rules! member {
    ($function:ident, $field:ident) => {
        fn $function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            Ok(this.expect::<Encoder>(vm).get(vm).$field)
        }
    };
}

member!(get_markers, markers);
member!(get_default, default);
member!(get_encoder, encoder);
member!(get_indent, indent);
member!(get_key_separator, key_separator);
member!(get_item_separator, item_separator);

fn get_sort_keys(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.expect::<Encoder>(vm).get(vm).sort_keys))
}

fn get_skipkeys(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.expect::<Encoder>(vm).get(vm).skipkeys))
}

const GETSET: &[GetSetDef] = &[
    getter("markers", get_markers, "markers").member(),
    getter("default", get_default, "default").member(),
    getter("encoder", get_encoder, "encoder").member(),
    getter("indent", get_indent, "indent").member(),
    getter("key_separator", get_key_separator, "key_separator").member(),
    getter("item_separator", get_item_separator, "item_separator").member(),
    getter("sort_keys", get_sort_keys, "sort_keys").member(),
    getter("skipkeys", get_skipkeys, "skipkeys").member(),
];

/// The class of encoders.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Encoder",
    module: "_json",
    layout: Some(<Encoder as HeapObject>::native),
    slots: Slots { new: Some(new), call: Some(call), ..Slots::DEFAULT },
    getset: GETSET,
    doc: "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    ..TypeSpec::DEFAULT
};
