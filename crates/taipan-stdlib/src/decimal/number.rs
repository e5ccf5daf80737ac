//! `Decimal`: the object and its constructor.
//!
//! A coefficient up to 128 bits lies in `low` and `high`; a longer one is the int `big`.

use taipan_decimal::{Coefficient, Decimal, Kind};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::shape::ShapeId;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, TypeSpec};
use taipan_vm::types::Builtin;
use taipan_vm::types::int::Int;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context;
use super::{arguments, conversion, number_methods, operators};

heap_object! {
    /// A decimal number. `hash` is -1 until asked for.
    pub struct DecimalObject {
        hash: i64,
        exp: i64,
        low: u64,
        high: u64,
        big: Option<Gc<Int>>,
        kind: u8,
        negative: bool,
        pad: [u8; 6],
    }
}

impl DecimalObject {
    /// The number.
    #[inline]
    pub fn number(&self, vm: &Vm) -> Decimal {
        let coefficient = match self.big {
            None => Coefficient::Small(u128::from(self.low) | u128::from(self.high) << 64),
            Some(big) => Coefficient::from_words(big.get(vm).limbs()),
        };
        let kind = match self.kind {
            0 => Kind::Finite,
            1 => Kind::Infinite,
            2 => Kind::QuietNan,
            _ => Kind::SignalingNan,
        };
        Decimal { negative: self.negative, kind, exp: self.exp, coefficient }
    }

    /// The cached hash, -1 if there is none.
    pub fn hash(&self) -> i64 {
        self.hash
    }

    pub fn set_hash(&mut self, hash: i64) {
        self.hash = hash;
    }

    /// An instance of a class whose shape is given.
    #[inline]
    pub fn with_shape(vm: &mut Vm, shape: ShapeId, number: &Decimal) -> Result<Value, Raised> {
        let (low, high, big) = match &number.coefficient {
            Coefficient::Small(small) => (*small as u64, (*small >> 64) as u64, None),
            Coefficient::Big(big) => (0, 0, Some(Int::from_limbs(vm, Builtin::Int as u32, false, big.as_words())?)),
        };
        let (exp, kind, negative) = (number.exp, number.kind as u8, number.negative);
        let object =
            DecimalObject { header: HeaderWord::NEW, hash: -1, exp, low, high, big, kind, negative, pad: [0; 6] };
        Ok(vm.new_object(shape, object)?.value())
    }
}

/// A plain `Decimal`.
#[inline]
pub fn make(vm: &mut Vm, number: &Decimal) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    DecimalObject::with_shape(vm, shape, number)
}

/// The number of a `Decimal`, instances of subclasses included.
#[inline]
pub fn of(vm: &Vm, value: Value) -> Option<Decimal> {
    Some(value.downcast::<DecimalObject>(vm)?.get(vm).number(vm))
}

/// The number of a receiver.
#[inline]
pub fn receiver(vm: &Vm, value: Value) -> Decimal {
    value.expect::<DecimalObject>(vm).get(vm).number(vm)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let [value, context] = arguments::bind(vm, args, ["value", "context"], 0)?;
    let context = context::optional_or_current(vm, context)?;
    match value.given() {
        None => {
            let shape = class.get(vm).root_shape;
            DecimalObject::with_shape(vm, shape, &Decimal::small(false, 0, 0))
        }
        Some(value) => conversion::exact_of_class(vm, class, value, context),
    }
}

/// The class `Decimal`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Decimal",
    module: "decimal",
    layout: Some(<DecimalObject as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(operators::repr),
        str: Some(operators::str),
        hash: Some(operators::hash),
        richcompare: Some(operators::richcompare),
        add: Some(operators::add),
        sub: Some(operators::sub),
        mul: Some(operators::mul),
        rem: Some(operators::rem),
        divmod: Some(operators::divmod),
        pow: Some(operators::pow),
        neg: Some(operators::neg),
        pos: Some(operators::pos),
        abs: Some(operators::abs),
        bool: Some(operators::bool),
        int: Some(operators::int),
        float: Some(operators::float),
        floordiv: Some(operators::floordiv),
        truediv: Some(operators::truediv),
        ..Slots::DEFAULT
    },
    methods: number_methods::METHODS,
    getset: number_methods::GETSET,
    doc: "Decimal(value='0', context=None)\n--\n\nConstruct a new Decimal object. 'value' can be an integer, string, tuple,\nor another Decimal object. If no value is given, return Decimal('0'). The\ncontext does not affect the conversion and is only passed to determine if\nthe InvalidOperation trap is active.\n\n",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
