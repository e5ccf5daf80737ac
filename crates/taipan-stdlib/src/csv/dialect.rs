//! `_csv.Dialect`: the settings of a reader or writer.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::Builtin;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// The constants of `quoting`, by number.
pub const QUOTING: [&str; 6] =
    ["QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"];
pub const ALL: u8 = 1;
pub const NONNUMERIC: u8 = 2;
pub const NONE: u8 = 3;
pub const STRINGS: u8 = 4;
pub const NOTNULL: u8 = 5;

/// A character that is not set: no code point equals it.
pub const NOT_SET: u32 = u32::MAX;

heap_object! {
    /// Settings.
    pub struct Dialect {
        line_terminator: Value,
        delimiter: u32,
        quote: u32,
        escape: u32,
        quoting: u8,
        double_quote: bool,
        skip_space: bool,
        strict: bool,
    }
}

/// The settings as plain data.
#[derive(Clone, Copy)]
pub struct Settings {
    pub delimiter: u32,
    pub quote: u32,
    pub escape: u32,
    pub quoting: u8,
    pub double_quote: bool,
    pub skip_space: bool,
    pub strict: bool,
}

impl Dialect {
    /// The plain settings.
    pub fn settings(&self) -> Settings {
        let Dialect { delimiter, quote, escape, quoting, double_quote, skip_space, strict, .. } = *self;
        Settings { delimiter, quote, escape, quoting, double_quote, skip_space, strict }
    }

    /// The text behind each row.
    pub fn line_terminator(&self) -> Value {
        self.line_terminator
    }
}

/// A setting of one character.
fn character(vm: &mut Vm, name: &str, value: Value, default: u32, may_be_none: bool) -> Result<u32, Raised> {
    let Some(value) = value.given() else { return Ok(default) };
    if value.is_none() && may_be_none {
        return Ok(NOT_SET);
    }
    let or_none = if may_be_none { " or None" } else { "" };
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        let message = format!("\"{name}\" must be a unicode character{or_none}, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let len = text.get(vm).len();
    let first = text.get(vm).text().iter().next();
    match first {
        Some(point) if len == 1 => Ok(point),
        _ => {
            let message = format!("\"{name}\" must be a unicode character{or_none}, not a string of length {len}");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

fn flag(vm: &mut Vm, value: Value, default: bool) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(default),
    }
}

fn quoting_style(vm: &mut Vm, value: Value) -> Result<u8, Raised> {
    let Some(value) = value.given() else { return Ok(0) };
    if !vm.is_exact(value, Builtin::Int) {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("\"quoting\" must be an integer, not {got}")));
    }
    match vm.as_i64(value).and_then(|value| i32::try_from(value).ok()) {
        Some(style @ 0..6) => Ok(style as u8),
        Some(_) => Err(vm.raise(Exc::TypeError, "bad \"quoting\" value")),
        None => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C int")),
    }
}

fn check_character(vm: &mut Vm, name: &str, point: u32, allow_space: bool, end: Gc<Str>) -> Result<(), Raised> {
    if point == 13 || point == 10 || (point == 32 && !allow_space) {
        return Err(vm.raise(Exc::ValueError, format!("bad {name} value")));
    }
    if end.get(vm).text().iter().any(|other| other == point) {
        return Err(vm.raise(Exc::ValueError, format!("bad {name} or lineterminator value")));
    }
    Ok(())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "Dialect(dialect=None, delimiter=None, doublequote=None, escapechar=None, lineterminator=None, quotechar=None, quoting=None, skipinitialspace=None, strict=None)",
    );
    args.bind(vm, &SIGNATURE, |vm, args| build(vm, class, args.all()))
}

fn build(vm: &mut Vm, class: Gc<Type>, [dialect, settings @ ..]: [Value; 9]) -> Result<Value, Raised> {
    const NAMES: [&str; 8] = [
        "delimiter",
        "doublequote",
        "escapechar",
        "lineterminator",
        "quotechar",
        "quoting",
        "skipinitialspace",
        "strict",
    ];
    let mut settings = settings;
    if let Some(mut dialect) = dialect.given() {
        if dialect.downcast::<Str>(vm).is_some() {
            dialect = super::registered(vm, dialect)?;
        }
        if dialect.downcast::<Dialect>(vm).is_some() && settings.iter().all(|value| value.is_unbound()) {
            return Ok(dialect);
        }
        for (setting, name) in settings.iter_mut().zip(NAMES) {
            if setting.is_unbound() {
                match vm.get_attr_str(dialect, name) {
                    Ok(value) => *setting = value,
                    // Whatever hides a setting, the default holds.
                    Err(raised) => drop(vm.take_raised(raised)),
                }
            }
        }
    }
    let [delimiter, double_quote, escape, line_terminator, quote, quoting, skip_space, strict] = settings;
    let (quote_value, quoting_value) = (quote, quoting);
    let delimiter = character(vm, NAMES[0], delimiter, u32::from(b','), false)?;
    let double_quote = flag(vm, double_quote, true)?;
    let escape = character(vm, NAMES[2], escape, NOT_SET, true)?;
    let line_terminator = match line_terminator.given() {
        None => Str::new(vm, "\r\n")?,
        Some(text) => match text.downcast::<Str>(vm) {
            Some(text) => text,
            None => {
                let got = vm.type_name(text);
                return Err(vm.raise(Exc::TypeError, format!("\"lineterminator\" must be a string, not {got}")));
            }
        },
    };
    let quote = character(vm, NAMES[4], quote, u32::from(b'"'), true)?;
    let mut quoting = quoting_style(vm, quoting)?;
    let skip_space = flag(vm, skip_space, false)?;
    let strict = flag(vm, strict, false)?;
    if quote_value.is_none() && quoting_value.is_unbound() {
        quoting = NONE;
    }
    if quoting != NONE && quote == NOT_SET {
        return Err(vm.raise(Exc::TypeError, "quotechar must be set if quoting enabled"));
    }
    check_character(vm, "delimiter", delimiter, true, line_terminator)?;
    check_character(vm, "escapechar", escape, !skip_space, line_terminator)?;
    check_character(vm, "quotechar", quote, !skip_space, line_terminator)?;
    for (first, a, second, b) in [
        ("delimiter", delimiter, "escapechar", escape),
        ("delimiter", delimiter, "quotechar", quote),
        ("escapechar", escape, "quotechar", quote),
    ] {
        if a == b && a != NOT_SET {
            return Err(vm.raise(Exc::ValueError, format!("bad {first} or {second} value")));
        }
    }
    let shape = class.get(vm).root_shape;
    let line_terminator = line_terminator.value();
    let object = Dialect {
        header: HeaderWord::NEW,
        line_terminator,
        delimiter,
        quote,
        escape,
        quoting,
        double_quote,
        skip_space,
        strict,
    };
    Ok(vm.new_object(shape, object)?.value())
}

fn settings_of(vm: &Vm, this: Value) -> Settings {
    this.expect::<Dialect>(vm).get(vm).settings()
}

fn shown(vm: &mut Vm, point: u32) -> Result<Value, Raised> {
    if point == NOT_SET { Ok(Value::NONE) } else { Ok(Str::from_char(vm, point)?.value()) }
}

fn get_delimiter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let point = settings_of(vm, this).delimiter;
    shown(vm, point)
}

fn get_escape(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let point = settings_of(vm, this).escape;
    shown(vm, point)
}

fn get_quote(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let point = settings_of(vm, this).quote;
    shown(vm, point)
}

fn get_line_terminator(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Dialect>(vm).get(vm).line_terminator)
}

fn get_quoting(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(settings_of(vm, this).quoting.into()))
}

fn get_double_quote(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(settings_of(vm, this).double_quote))
}

fn get_skip_space(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(settings_of(vm, this).skip_space))
}

fn get_strict(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(settings_of(vm, this).strict))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.class_name(args.get(0));
    Err(vm.raise(Exc::TypeError, format!("cannot pickle '{name}' instances")))
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self)", reduce, "raises an exception to avoid pickling").hidden(),
    method("__reduce_ex__($self, protocol=0, /)", reduce, "raises an exception to avoid pickling").hidden(),
];

const GETSET: &[GetSetDef] = &[
    getter("skipinitialspace", get_skip_space, "").member(),
    getter("doublequote", get_double_quote, "").member(),
    getter("strict", get_strict, "").member(),
    getter("delimiter", get_delimiter, ""),
    getter("escapechar", get_escape, ""),
    getter("lineterminator", get_line_terminator, ""),
    getter("quotechar", get_quote, ""),
    getter("quoting", get_quoting, ""),
];

/// The class `Dialect`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Dialect",
    module: "_csv",
    layout: Some(<Dialect as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "CSV dialect\n\nThe Dialect type records CSV parsing and generation options.\n",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
