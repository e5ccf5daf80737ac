//! `Decimal`: sign, coefficient and exponent, or a special value.
//!
//! Invariants: an infinity has coefficient 0 and exponent 0; the coefficient of a NaN is its payload (0: none), its
//! exponent is 0. Exponents stay within twice [`EXP_INF`](crate::context::EXP_INF), so sums of a few never wrap.

use crate::coefficient::Coefficient;
use crate::context::Context;
use crate::status::Status;

/// Finite, or which special value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    Finite,
    Infinite,
    QuietNan,
    SignalingNan,
}

/// A decimal number.
#[derive(Clone, Debug)]
pub struct Decimal {
    pub negative: bool,
    pub kind: Kind,
    pub exp: i64,
    pub coefficient: Coefficient,
}

impl Decimal {
    /// `±coefficient * 10^exp`.
    #[inline(always)]
    pub const fn new(negative: bool, coefficient: Coefficient, exp: i64) -> Decimal {
        Decimal { negative, kind: Kind::Finite, exp, coefficient }
    }

    /// A small number.
    #[inline]
    pub const fn small(negative: bool, coefficient: u64, exp: i64) -> Decimal {
        Decimal::new(negative, Coefficient::Small(coefficient as u128), exp)
    }

    /// An integer.
    pub const fn from_i64(number: i64) -> Decimal {
        Decimal::small(number < 0, number.unsigned_abs(), 0)
    }

    /// An infinity.
    pub const fn infinity(negative: bool) -> Decimal {
        Decimal { negative, kind: Kind::Infinite, exp: 0, coefficient: Coefficient::ZERO }
    }

    /// The positive quiet NaN without payload.
    pub const NAN: Decimal = Decimal { negative: false, kind: Kind::QuietNan, exp: 0, coefficient: Coefficient::ZERO };

    /// A number that is neither infinite nor a NaN.
    pub fn is_finite(&self) -> bool {
        !self.is_special()
    }

    /// A NaN that does not signal.
    pub fn is_quiet(&self) -> bool {
        self.is_nan() && !self.is_signaling()
    }

    /// Whether the sign is negative, of zeros and NaNs, too.
    pub fn is_signed(&self) -> bool {
        self.negative
    }

    /// The NaN of a failed operation.
    #[cold]
    pub(crate) fn error(condition: Status, status: &mut Status) -> Decimal {
        *status |= condition;
        Decimal::NAN
    }

    #[inline(always)]
    pub fn is_special(&self) -> bool {
        self.kind != Kind::Finite
    }

    #[inline(always)]
    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }

    #[inline(always)]
    pub fn is_nan(&self) -> bool {
        self.kind >= Kind::QuietNan
    }

    #[inline(always)]
    pub fn is_signaling(&self) -> bool {
        self.kind == Kind::SignalingNan
    }

    /// Whether this is a finite zero.
    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        !self.is_special() && self.coefficient.is_zero()
    }

    /// The exponent of the leading digit of a finite number.
    #[inline]
    pub fn adjusted(&self) -> i64 {
        self.exp + self.coefficient.digits() - 1
    }

    /// 1 or -1.
    pub(crate) fn unit(&self) -> i64 {
        if self.negative { -1 } else { 1 }
    }

    pub(crate) fn with_sign(mut self, negative: bool) -> Decimal {
        self.negative = negative;
        self
    }

    /// `abs` without rounding.
    pub fn copy_abs(&self) -> Decimal {
        self.clone().with_sign(false)
    }

    /// `-self` without rounding.
    pub fn copy_negate(&self) -> Decimal {
        self.clone().with_sign(!self.negative)
    }

    /// `self` with the sign of another number.
    pub fn copy_sign(&self, other: &Decimal) -> Decimal {
        self.clone().with_sign(other.negative)
    }

    /// Whether the number is finite, not zero and at least `10^emin`.
    pub fn is_normal(&self, context: &Context) -> bool {
        !self.is_special() && !self.is_zero() && self.adjusted() >= context.emin
    }

    /// Whether the number is finite, not zero and below `10^emin`.
    pub fn is_subnormal(&self, context: &Context) -> bool {
        !self.is_special() && !self.is_zero() && self.adjusted() < context.emin
    }

    /// Whether a finite number is an integer.
    pub(crate) fn is_integer(&self) -> bool {
        if self.is_special() {
            return false;
        }
        self.exp >= 0 || self.is_zero() || self.coefficient.clone().strip_zeros(-self.exp) == -self.exp
    }

    /// Whether a finite integer is odd.
    pub(crate) fn is_odd_integer(&self) -> bool {
        match self.exp {
            0 => self.coefficient.is_odd(),
            1.. => false,
            exp => {
                let (_, most) = self.coefficient.digit_bounds();
                -exp < most && self.coefficient.scale_down(-exp).0.is_odd()
            }
        }
    }

    /// The name of the number's class, as `number_class` gives it.
    pub fn class(&self, context: &Context) -> &'static str {
        match (self.kind, self.negative) {
            (Kind::QuietNan, _) => "NaN",
            (Kind::SignalingNan, _) => "sNaN",
            (Kind::Infinite, false) => "+Infinity",
            (Kind::Infinite, true) => "-Infinity",
            (Kind::Finite, negative) => match (self.is_zero(), self.is_normal(context), negative) {
                (true, _, false) => "+Zero",
                (true, _, true) => "-Zero",
                (_, true, false) => "+Normal",
                (_, true, true) => "-Normal",
                (_, false, false) => "+Subnormal",
                (_, false, true) => "-Subnormal",
            },
        }
    }

    /// The numeric hash of a finite number, equal to that of an equal int, float or fraction; -1 is not special here.
    pub fn finite_hash(&self) -> i64 {
        const MODULUS: u128 = (1 << 61) - 1;
        const INVERSE_OF_TEN: u128 = 2_075_258_708_292_324_556;
        let mut base = if self.exp >= 0 { 10 } else { INVERSE_OF_TEN };
        let (mut exponent, mut power) = (self.exp.unsigned_abs(), 1u128);
        while exponent != 0 {
            if exponent & 1 == 1 {
                power = power * base % MODULUS;
            }
            base = base * base % MODULUS;
            exponent >>= 1;
        }
        let hash = (u128::from(self.coefficient.hash_residue()) * power % MODULUS) as i64;
        if self.negative { -hash } else { hash }
    }

    /// The number as `i64` when it is an integer with exponent 0 and fits.
    pub(crate) fn to_i64(&self) -> Option<i64> {
        let magnitude = self.coefficient.to_u64()?;
        if self.negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
    }
}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Kind) -> Option<std::cmp::Ordering> {
        (*self as u8).partial_cmp(&(*other as u8))
    }
}
