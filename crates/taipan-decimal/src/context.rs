//! `Context`: precision, exponent limits and rounding of an operation.
//!
//! Invariants: `1 <= prec <= MAX_PREC + small`, `MIN_EMIN <= emin <= 0 <= emax <= MAX_EMAX` but for working contexts.

/// The largest precision.
pub const MAX_PREC: i64 = 999_999_999_999_999_999;
/// The largest `Emax`.
pub const MAX_EMAX: i64 = 999_999_999_999_999_999;
/// The smallest `Emin`.
pub const MIN_EMIN: i64 = -999_999_999_999_999_999;
/// The smallest exponent of a subnormal number.
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);
/// An exponent beyond every context: the number overflows.
pub(crate) const EXP_INF: i64 = 2_000_000_000_000_000_001;
/// An exponent below every context: the number underflows.
pub(crate) const EXP_CLAMP: i64 = -4_000_000_000_000_000_001;

/// How a coefficient that is too long is rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// Towards plus infinity.
    Ceiling,
    /// Towards minus infinity.
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    /// Away from zero if the last digit would be 0 or 5, else towards zero.
    ZeroFiveUp,
}

impl Rounding {
    /// All of them, in the order of their numbers.
    pub const ALL: [Rounding; 8] = [
        Rounding::Up,
        Rounding::Down,
        Rounding::Ceiling,
        Rounding::Floor,
        Rounding::HalfUp,
        Rounding::HalfDown,
        Rounding::HalfEven,
        Rounding::ZeroFiveUp,
    ];

    /// The value of the module's constant.
    pub const fn name(self) -> &'static str {
        match self {
            Rounding::Up => "ROUND_UP",
            Rounding::Down => "ROUND_DOWN",
            Rounding::Ceiling => "ROUND_CEILING",
            Rounding::Floor => "ROUND_FLOOR",
            Rounding::HalfUp => "ROUND_HALF_UP",
            Rounding::HalfDown => "ROUND_HALF_DOWN",
            Rounding::HalfEven => "ROUND_HALF_EVEN",
            Rounding::ZeroFiveUp => "ROUND_05UP",
        }
    }
}

/// What an operation is done under.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    pub prec: i64,
    pub emax: i64,
    pub emin: i64,
    pub rounding: Rounding,
    /// Exponents are at most `etop`.
    pub clamp: bool,
    /// The most digits that a coefficient may take in memory.
    pub max_digits: i64,
}

impl Context {
    /// The context under which every number is exact.
    pub const fn max(max_digits: i64) -> Context {
        Context {
            prec: MAX_PREC,
            emax: MAX_EMAX,
            emin: MIN_EMIN,
            rounding: Rounding::HalfEven,
            clamp: false,
            max_digits,
        }
    }

    /// [`Context::max`] with the memory of this context.
    pub(crate) const fn to_max(self) -> Context {
        Context::max(self.max_digits)
    }

    /// The same context with another rounding.
    pub const fn with_rounding(self, rounding: Rounding) -> Context {
        Context { rounding, ..self }
    }

    /// The smallest exponent of a subnormal number.
    #[inline(always)]
    pub const fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }

    /// The largest exponent of a number with a full coefficient.
    #[inline(always)]
    pub const fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }

    /// Digits that the payload of a NaN may have.
    pub(crate) const fn payload_digits(&self) -> i64 {
        self.prec - self.clamp as i64
    }

    /// The context of an IEEE 754 interchange format; `None` unless `bits` is a multiple of 32 up to 512.
    pub fn ieee(bits: i64, max_digits: i64) -> Option<Context> {
        if bits <= 0 || bits > IEEE_MAX_BITS || bits % 32 != 0 {
            return None;
        }
        let emax = 3 << (bits / 16 + 3);
        Some(Context {
            prec: 9 * (bits / 32) - 2,
            emax,
            emin: 1 - emax,
            rounding: Rounding::HalfEven,
            clamp: true,
            max_digits,
        })
    }
}

/// The widest interchange format of [`Context::ieee`].
pub const IEEE_MAX_BITS: i64 = 512;
