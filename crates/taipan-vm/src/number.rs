//! The arithmetic protocol: binary operators with reflected and in-place forms, as CPython's `abstract.c` orders them.

use crate::raise::{Exc, Raised};
use crate::slots::{Binary, Slots};
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Operator {
    Add,
    And,
    FloorDiv,
    LShift,
    MatMul,
    Mul,
    Rem,
    Or,
    Pow,
    RShift,
    Sub,
    TrueDiv,
    Xor,
    DivMod,
}

impl Operator {
    /// The operator's text in messages.
    pub const fn symbol(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::And => "&",
            Operator::FloorDiv => "//",
            Operator::LShift => "<<",
            Operator::MatMul => "@",
            Operator::Mul => "*",
            Operator::Rem => "%",
            Operator::Or => "|",
            Operator::Pow => "** or pow()",
            Operator::RShift => ">>",
            Operator::Sub => "-",
            Operator::TrueDiv => "/",
            Operator::Xor => "^",
            Operator::DivMod => "divmod()",
        }
    }

    const fn in_place_symbol(self) -> &'static str {
        match self {
            Operator::Add => "+=",
            Operator::And => "&=",
            Operator::FloorDiv => "//=",
            Operator::LShift => "<<=",
            Operator::MatMul => "@=",
            Operator::Mul => "*=",
            Operator::Rem => "%=",
            Operator::Or => "|=",
            Operator::Pow => "**=",
            Operator::RShift => ">>=",
            Operator::Sub => "-=",
            Operator::TrueDiv => "/=",
            Operator::Xor => "^=",
            Operator::DivMod => "divmod()",
        }
    }

    fn slot(self, slots: &Slots) -> Option<Binary> {
        match self {
            Operator::Add => slots.add,
            Operator::And => slots.and,
            Operator::FloorDiv => slots.floordiv,
            Operator::LShift => slots.lshift,
            Operator::MatMul => slots.matmul,
            Operator::Mul => slots.mul,
            Operator::Rem => slots.rem,
            Operator::Or => slots.or,
            Operator::Pow => None,
            Operator::RShift => slots.rshift,
            Operator::Sub => slots.sub,
            Operator::TrueDiv => slots.truediv,
            Operator::Xor => slots.xor,
            Operator::DivMod => slots.divmod,
        }
    }

    fn in_place_slot(self, slots: &Slots) -> Option<Binary> {
        match self {
            Operator::Add => slots.iadd,
            Operator::And => slots.iand,
            Operator::FloorDiv => slots.ifloordiv,
            Operator::LShift => slots.ilshift,
            Operator::MatMul => slots.imatmul,
            Operator::Mul => slots.imul,
            Operator::Rem => slots.irem,
            Operator::Or => slots.ior,
            Operator::RShift => slots.irshift,
            Operator::Sub => slots.isub,
            Operator::TrueDiv => slots.itruediv,
            Operator::Xor => slots.ixor,
            Operator::Pow | Operator::DivMod => None,
        }
    }
}

impl Vm {
    /// `a op b`.
    pub fn binary(&mut self, op: Operator, a: Value, b: Value) -> Result<Value, Raised> {
        if op == Operator::Pow {
            return self.power(a, b, Value::NONE);
        }
        let result = self.binary_slots(op, a, b)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        self.binary_sequence(op, a, b, false)
    }

    /// `a op= b`.
    pub fn binary_in_place(&mut self, op: Operator, a: Value, b: Value) -> Result<Value, Raised> {
        if op == Operator::Pow {
            if let Some(pow) = self.slots(a).ipow {
                let result = pow(self, a, b, Value::NONE)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
            }
            return self.power_slots(a, b, Value::NONE, "**=");
        }
        if let Some(in_place) = op.in_place_slot(self.slots(a)) {
            let result = in_place(self, a, b)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        let result = self.binary_slots(op, a, b)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        self.binary_sequence(op, a, b, true)
    }

    /// The number slots of both operands; NotImplemented when none applies.
    fn binary_slots(&mut self, op: Operator, a: Value, b: Value) -> Result<Value, Raised> {
        let (class_a, class_b) = (self.type_of(a), self.type_of(b));
        let slot_a = op.slot(&class_a.get(self).slots);
        let mut slot_b = op.slot(&class_b.get(self).slots);
        if class_a == class_b || same_slot(slot_a, slot_b) {
            slot_b = None;
        }
        if let Some(slot_a) = slot_a {
            if let Some(reflected) = slot_b
                && Type::is_subtype(class_b, self, class_a)
            {
                let result = reflected(self, a, b)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
                slot_b = None;
            }
            let result = slot_a(self, a, b)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        match slot_b {
            Some(slot_b) => slot_b(self, a, b),
            None => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// Concatenation and repetition of sequences, or TypeError.
    fn binary_sequence(&mut self, op: Operator, a: Value, b: Value, in_place: bool) -> Result<Value, Raised> {
        match op {
            Operator::Add => {
                let slots = self.slots(a);
                let (concat, iconcat) = (slots.concat, slots.iconcat);
                if let Some(concat) = if in_place { iconcat.or(concat) } else { concat } {
                    return concat(self, a, b);
                }
            }
            Operator::Mul => {
                let slots = self.slots(a);
                let (repeat, irepeat) = (slots.repeat, slots.irepeat);
                if let Some(repeat) = if in_place { irepeat.or(repeat) } else { repeat } {
                    let count = self.repeat_count(b)?;
                    return repeat(self, a, count);
                }
                if let Some(repeat) = self.slots(b).repeat {
                    let count = self.repeat_count(a)?;
                    return repeat(self, b, count);
                }
            }
            _ => {}
        }
        let symbol = if in_place { op.in_place_symbol() } else { op.symbol() };
        Err(self.raise_unsupported(symbol, a, b, op == Operator::RShift && !in_place))
    }

    fn repeat_count(&mut self, count: Value) -> Result<isize, Raised> {
        if !self.is_int(count) && self.slots(count).index.is_none() {
            let name = self.type_name(count);
            return Err(self.raise(Exc::TypeError, format!("can't multiply sequence by non-int of type '{name}'")));
        }
        self.index_isize(count)
    }

    #[cold]
    fn raise_unsupported(&mut self, symbol: &str, a: Value, b: Value, shift: bool) -> Raised {
        let (left, right) = (self.type_name(a), self.type_name(b));
        let mut message = format!("unsupported operand type(s) for {symbol}: '{left}' and '{right}'");
        if shift
            && left == "builtin_function_or_method"
            && self.get_attr_str(a, "__name__").is_ok_and(|name| self.text_of(name).as_deref() == Some("print"))
        {
            message.push_str(". Did you mean \"print(<message>, file=<output_stream>)\"?");
        }
        self.raise(Exc::TypeError, message)
    }

    /// `pow(a, b, modulus)`; `None` for no modulus.
    pub fn power(&mut self, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
        self.power_slots(a, b, modulus, "** or pow()")
    }

    fn power_slots(&mut self, a: Value, b: Value, modulus: Value, symbol: &str) -> Result<Value, Raised> {
        let (class_a, class_b) = (self.type_of(a), self.type_of(b));
        let slot_a = class_a.get(self).slots.pow;
        let mut slot_b = class_b.get(self).slots.pow;
        let same = match (slot_a, slot_b) {
            (Some(x), Some(y)) => std::ptr::fn_addr_eq(x, y),
            _ => false,
        };
        if class_a == class_b || same {
            slot_b = None;
        }
        if let Some(slot_a) = slot_a {
            if let Some(reflected) = slot_b
                && Type::is_subtype(class_b, self, class_a)
            {
                let result = reflected(self, a, b, modulus)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
                slot_b = None;
            }
            let result = slot_a(self, a, b, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if let Some(slot_b) = slot_b {
            let result = slot_b(self, a, b, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        if modulus.is_none() {
            return Err(self.raise_unsupported(symbol, a, b, false));
        }
        if let Some(slot_m) = self.slots(modulus).pow {
            let already = slot_a.is_some_and(|x| std::ptr::fn_addr_eq(x, slot_m))
                || class_b.get(self).slots.pow.is_some_and(|x| std::ptr::fn_addr_eq(x, slot_m));
            if !already {
                let result = slot_m(self, a, b, modulus)?;
                if !result.is_not_implemented() {
                    return Ok(result);
                }
            }
        }
        let (x, y, z) = (self.type_name(a), self.type_name(b), self.type_name(modulus));
        Err(self.raise(Exc::TypeError, format!("unsupported operand type(s) for {symbol}: '{x}', '{y}', '{z}'")))
    }

    /// `-a`, `+a`, `~a`: a unary operator by its slot.
    pub fn unary(&mut self, op: UnaryOperator, a: Value) -> Result<Value, Raised> {
        let slots = self.slots(a);
        let (slot, symbol) = match op {
            UnaryOperator::Negative => (slots.neg, "-"),
            UnaryOperator::Positive => (slots.pos, "+"),
            UnaryOperator::Invert => (slots.invert, "~"),
        };
        match slot {
            Some(slot) => slot(self, a),
            None => {
                let name = self.type_name(a);
                Err(self.raise(Exc::TypeError, format!("bad operand type for unary {symbol}: '{name}'")))
            }
        }
    }
}

/// A unary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOperator {
    Negative,
    Positive,
    Invert,
}

fn same_slot(a: Option<Binary>, b: Option<Binary>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => std::ptr::fn_addr_eq(a, b),
        _ => false,
    }
}
