//! `Context`: precision, rounding, limits, flags and traps.

use taipan_decimal::{Context, MAX_EMAX, MAX_PREC, MIN_EMIN, Rounding, Status};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::shape::ShapeId;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, TypeSpec, getset};
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::signal_dict::{self, SignalDict};
use super::{arguments, context_methods, current, max_digits, number, signals};

heap_object! {
    /// A context. The views of its flags and traps are made when they are asked for.
    pub struct ContextObject {
        prec: i64,
        emax: i64,
        emin: i64,
        /// Flags, then traps.
        signals: [u32; 2],
        flags_view: Option<Value>,
        traps_view: Option<Value>,
        rounding: u8,
        clamp: bool,
        capitals: u8,
        pad: u8,
        /// The shape of plain decimals, the results of operations.
        number_shape: u32,
    }
}

const DEFAULT_TRAPS: Status =
    Status(Status::IEEE_INVALID_OPERATION.0 | Status::DIVISION_BY_ZERO.0 | Status::OVERFLOW.0);
const INVALID_ROUNDING: &str = "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]";

impl ContextObject {
    fn fresh(vm: &mut Vm, settings: &Context, capitals: u8, traps: Status) -> Result<ContextObject, Raised> {
        let number_shape = class_of_spec(vm, &number::TYPE)?.get(vm).root_shape;
        Ok(ContextObject {
            header: HeaderWord::NEW,
            prec: settings.prec,
            emax: settings.emax,
            emin: settings.emin,
            signals: [0, traps.0],
            flags_view: None,
            traps_view: None,
            rounding: settings.rounding as u8,
            clamp: settings.clamp,
            capitals,
            pad: 0,
            number_shape,
        })
    }

    /// A new context.
    pub fn make(vm: &mut Vm, settings: &Context, capitals: u8, traps: u32) -> Result<Gc<ContextObject>, Raised> {
        let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
        let context = ContextObject::fresh(vm, settings, capitals, Status(traps))?;
        vm.new_object(shape, context)
    }

    /// The context before any change to the template.
    pub fn make_default(vm: &mut Vm) -> Result<Gc<ContextObject>, Raised> {
        let settings = Context {
            prec: 28,
            emax: 999_999,
            emin: -999_999,
            rounding: Rounding::HalfEven,
            clamp: false,
            max_digits: 0,
        };
        ContextObject::make(vm, &settings, 1, DEFAULT_TRAPS.0)
    }

    /// A plain context with the same values.
    pub fn copy(this: Gc<ContextObject>, vm: &mut Vm) -> Result<Gc<ContextObject>, Raised> {
        let (settings, capitals, flags, traps) = {
            let fields = this.get(vm);
            (fields.settings(0), fields.capitals, fields.flags(), fields.traps())
        };
        let copy = ContextObject::make(vm, &settings, capitals, traps.0)?;
        copy.get_mut(vm).set_flags(flags);
        Ok(copy)
    }

    /// What operations are done under.
    #[inline]
    pub fn settings(&self, max_digits: i64) -> Context {
        let rounding = Rounding::ALL.get(self.rounding as usize).copied().unwrap_or(Rounding::HalfEven);
        Context { prec: self.prec, emax: self.emax, emin: self.emin, rounding, clamp: self.clamp, max_digits }
    }

    pub fn set_settings(&mut self, settings: &Context) {
        self.prec = settings.prec;
        self.emax = settings.emax;
        self.emin = settings.emin;
        self.rounding = settings.rounding as u8;
        self.clamp = settings.clamp;
    }

    #[inline]
    pub fn flags(&self) -> Status {
        Status(self.signals[0])
    }

    #[inline]
    pub fn traps(&self) -> Status {
        Status(self.signals[1])
    }

    pub fn set_flags(&mut self, flags: Status) {
        self.signals[0] = flags.0;
    }

    pub fn set_traps(&mut self, traps: Status) {
        self.signals[1] = traps.0;
    }

    /// The shape of plain decimals.
    #[inline]
    pub fn number_shape(&self) -> ShapeId {
        self.number_shape
    }

    /// Whether exponents are written with a capital letter.
    pub fn capitals(&self) -> bool {
        self.capitals != 0
    }
}

/// The settings of a context with the memory that is left.
#[inline]
pub fn settings(vm: &Vm, context: Gc<ContextObject>) -> Context {
    let memory = max_digits(vm);
    context.get(vm).settings(memory)
}

/// An optional argument that is a context.
pub fn optional(vm: &mut Vm, value: Value) -> Result<Gc<ContextObject>, Raised> {
    match value.downcast::<ContextObject>(vm) {
        Some(context) => Ok(context),
        None => Err(vm.raise(Exc::TypeError, "optional argument must be a context")),
    }
}

/// The context of an optional argument, by default the current one.
#[inline]
pub fn optional_or_current(vm: &mut Vm, value: Value) -> Result<Gc<ContextObject>, Raised> {
    match value.not_none() {
        Some(value) => optional(vm, value),
        None => current::get(vm),
    }
}

/// The rounding that a str names.
pub fn rounding_of(vm: &mut Vm, value: Value) -> Result<Rounding, Raised> {
    let found = value
        .downcast::<Str>(vm)
        .and_then(|text| Rounding::ALL.into_iter().find(|rounding| text.get(vm).equals(rounding.name())));
    match found {
        Some(rounding) => Ok(rounding),
        None => Err(vm.raise(Exc::TypeError, INVALID_ROUNDING)),
    }
}

/// The arguments of `Context()`, absent or None where a setting is to stay.
pub struct Settings {
    prec: Value,
    rounding: Value,
    emin: Value,
    emax: Value,
    capitals: Value,
    clamp: Value,
    flags: Value,
    traps: Value,
}

impl Settings {
    /// In the order of the parameters.
    pub fn from_array([prec, rounding, emin, emax, capitals, clamp, flags, traps]: [Value; 8]) -> Settings {
        Settings { prec, rounding, emin, emax, capitals, clamp, flags, traps }
    }
}

/// Sets what is given.
pub fn apply_settings(vm: &mut Vm, this: Gc<ContextObject>, settings: Settings) -> Result<(), Raised> {
    let rows: [(Value, fn(&mut Vm, Value, Option<Value>) -> Result<(), Raised>); 6] = [
        (settings.prec, set_prec),
        (settings.rounding, set_rounding),
        (settings.emin, set_emin),
        (settings.emax, set_emax),
        (settings.capitals, set_capitals),
        (settings.clamp, set_clamp),
    ];
    for (value, set) in rows {
        if let Some(value) = value.not_none() {
            set(vm, this.value(), Some(value))?;
        }
    }
    if let Some(traps) = settings.traps.not_none() {
        let traps = status_from(vm, traps)?;
        this.get_mut(vm).set_traps(traps);
    }
    if let Some(flags) = settings.flags.not_none() {
        let flags = status_from(vm, flags)?;
        this.get_mut(vm).set_flags(flags);
    }
    Ok(())
}

/// Signals as a list of their classes or as a mapping.
fn status_from(vm: &mut Vm, value: Value) -> Result<Status, Raised> {
    let Some(list) = value.downcast::<List>(vm) else { return signal_dict::status_from(vm, value) };
    let (mut status, mut i) = (Status::NONE, 0);
    while let Some(class) = list.get(vm).get_at(vm, i) {
        status |= signals::flag_of(vm, class)?;
        i += 1;
    }
    Ok(status)
}

fn get_prec(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let number = this.expect::<ContextObject>(vm).get(vm).prec;
    vm.new_int(number)
}

fn get_emax(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let number = this.expect::<ContextObject>(vm).get(vm).emax;
    vm.new_int(number)
}

fn get_emin(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let number = this.expect::<ContextObject>(vm).get(vm).emin;
    vm.new_int(number)
}

fn get_rounding(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let rounding = this.expect::<ContextObject>(vm).get(vm).settings(0).rounding;
    Ok(Str::intern(vm, rounding.name())?.value())
}

fn get_capitals(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(this.expect::<ContextObject>(vm).get(vm).capitals.into()))
}

fn get_clamp(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(this.expect::<ContextObject>(vm).get(vm).clamp.into()))
}

/// The number to set a field to, within bounds.
fn bounded(vm: &mut Vm, value: Option<Value>, least: i64, most: i64, message: &str) -> Result<i64, Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::AttributeError, "context attributes cannot be deleted"));
    };
    let number = vm.ssize(value)? as i64;
    if number < least || number > most { Err(vm.raise(Exc::ValueError, message)) } else { Ok(number) }
}

fn set_prec(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let number = bounded(vm, value, 1, MAX_PREC, "valid range for prec is [1, MAX_PREC]")?;
    this.expect::<ContextObject>(vm).get_mut(vm).prec = number;
    Ok(())
}

fn set_emax(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let number = bounded(vm, value, 0, MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]")?;
    this.expect::<ContextObject>(vm).get_mut(vm).emax = number;
    Ok(())
}

fn set_emin(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let number = bounded(vm, value, MIN_EMIN, 0, "valid range for Emin is [MIN_EMIN, 0]")?;
    this.expect::<ContextObject>(vm).get_mut(vm).emin = number;
    Ok(())
}

fn set_rounding(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::AttributeError, "context attributes cannot be deleted"));
    };
    let rounding = rounding_of(vm, value)?;
    this.expect::<ContextObject>(vm).get_mut(vm).rounding = rounding as u8;
    Ok(())
}

fn set_capitals(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let number = bounded(vm, value, 0, 1, "valid values for capitals are 0 or 1")?;
    this.expect::<ContextObject>(vm).get_mut(vm).capitals = number as u8;
    Ok(())
}

fn set_clamp(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let number = bounded(vm, value, 0, 1, "valid values for clamp are 0 or 1")?;
    this.expect::<ContextObject>(vm).get_mut(vm).clamp = number == 1;
    Ok(())
}

/// Which view a name asks for: `Some(true)` for the traps.
fn view_of(vm: &Vm, name: Gc<Str>) -> Option<bool> {
    let name = name.get(vm);
    if name.equals("traps") {
        Some(true)
    } else if name.equals("flags") {
        Some(false)
    } else {
        None
    }
}

fn getattro(vm: &mut Vm, this: Value, name: Gc<Str>) -> Result<Value, Raised> {
    let Some(is_traps) = view_of(vm, name) else { return vm.generic_get_attr(this, name) };
    let context = this.expect::<ContextObject>(vm);
    let fields = context.get(vm);
    if let Some(view) = if is_traps { fields.traps_view } else { fields.flags_view } {
        return Ok(view);
    }
    let view = SignalDict::make(vm, context, is_traps)?;
    let fields = context.get_mut(vm);
    if is_traps {
        fields.traps_view = Some(view);
    } else {
        fields.flags_view = Some(view);
    }
    Ok(view)
}

fn setattro(vm: &mut Vm, this: Value, name: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    let Some(new) = value else {
        return Err(vm.raise(Exc::AttributeError, "context attributes cannot be deleted"));
    };
    let Some(is_traps) = view_of(vm, name) else { return vm.generic_set_attr(this, name, value) };
    let status = signal_dict::status_from(vm, new)?;
    let fields = this.expect::<ContextObject>(vm).get_mut(vm);
    if is_traps {
        fields.set_traps(status);
    } else {
        fields.set_flags(status);
    }
    Ok(())
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let template = current::default_template(vm)?;
    let fields = template.get(vm);
    let (settings, traps, flags) = (fields.settings(0), fields.traps(), fields.flags());
    let mut context = ContextObject::fresh(vm, &settings, 1, traps)?;
    context.set_flags(flags);
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, context)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let names = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
    let settings = arguments::bind(vm, args, names, 0)?;
    let this = this.expect::<ContextObject>(vm);
    apply_settings(vm, this, Settings::from_array(settings))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let fields = this.expect::<ContextObject>(vm).get(vm);
    let settings = fields.settings(0);
    let text = format!(
        "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags=[{}], traps=[{}])",
        settings.prec,
        settings.rounding.name(),
        settings.emin,
        settings.emax,
        fields.capitals,
        u8::from(settings.clamp),
        signals::names(fields.flags()),
        signals::names(fields.traps()),
    );
    vm.new_str(&text)
}

/// `(class, (prec, rounding, Emin, Emax, capitals, clamp, flags, traps))`.
pub fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<ContextObject>(vm);
    let fields = this.get(vm);
    let (settings, capitals, flags, traps) = (fields.settings(0), fields.capitals, fields.flags(), fields.traps());
    let (prec, rounding) = (vm.new_int(settings.prec)?, vm.new_str(settings.rounding.name())?);
    let (emin, emax) = (vm.new_int(settings.emin)?, vm.new_int(settings.emax)?);
    let (capitals, clamp) = (Value::int32(capitals.into()), Value::int32(settings.clamp.into()));
    let flags = signals::list_of(vm, flags)?.value();
    let traps = signals::list_of(vm, traps)?.value();
    let state = Tuple::from_values(vm, &[prec, rounding, emin, emax, capitals, clamp, flags, traps])?.value();
    let class = vm.type_of(this.value()).value();
    super::pair(vm, class, state)
}

const GETSET: &[GetSetDef] = &[
    getset("prec", get_prec, set_prec, ""),
    getset("Emax", get_emax, set_emax, ""),
    getset("Emin", get_emin, set_emin, ""),
    getset("rounding", get_rounding, set_rounding, ""),
    getset("capitals", get_capitals, set_capitals, ""),
    getset("clamp", get_clamp, set_clamp, ""),
];

/// The class `Context`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Context",
    module: "decimal",
    layout: Some(<ContextObject as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        getattro: Some(getattro),
        setattro: Some(setattro),
        ..Slots::DEFAULT
    },
    methods: context_methods::METHODS,
    getset: GETSET,
    doc: "Context(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)\n--\n\nThe context affects almost all operations and controls rounding,\nOver/Underflow, raising of exceptions and much more.  A new context\ncan be constructed as follows:\n\n    >>> c = Context(prec=28, Emin=-425000000, Emax=425000000,\n    ...             rounding=ROUND_HALF_EVEN, capitals=1, clamp=1,\n    ...             traps=[InvalidOperation, DivisionByZero, Overflow],\n    ...             flags=[])\n    >>>\n\n\n",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
