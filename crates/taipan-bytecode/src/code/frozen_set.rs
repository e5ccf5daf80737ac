//! Frozenset constants: members that are equal in Python's sense appear once.

use dashu_int::IBig;

use super::Constant;

impl Constant {
    /// `frozenset(items)`: of members equal in Python's sense (`1`, `True`, `1.0`) the first one stays. The order of
    /// the members depends on their values only, so that equal sets are equal constants.
    pub fn frozen_set(items: impl IntoIterator<Item = Constant>) -> Constant {
        let mut members: Vec<Constant> = Vec::new();
        for item in items {
            if !members.iter().any(|member| member.py_eq(&item)) {
                members.push(item);
            }
        }
        members.sort_by_cached_key(|member| format!("{member:?}"));
        Constant::FrozenSet(members.into_boxed_slice())
    }

    /// Whether `self == other` holds in Python.
    pub fn py_eq(&self, other: &Constant) -> bool {
        use Constant::*;
        if let (Some(a), Some(b)) = (self.as_complex_parts(), other.as_complex_parts()) {
            return a.0.py_eq(&b.0) && a.1 == b.1;
        }
        match (self, other) {
            (Tuple(a), Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.py_eq(b)),
            (FrozenSet(a), FrozenSet(b)) => a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| a.py_eq(b))),
            (Slice(a), Slice(b)) => a.iter().zip(b.iter()).all(|(a, b)| a.py_eq(b)),
            (a, b) => a == b,
        }
    }

    fn as_complex_parts(&self) -> Option<(Real, f64)> {
        Some(match self {
            Constant::False => (Real::Int(IBig::ZERO), 0.0),
            Constant::True => (Real::Int(IBig::ONE), 0.0),
            Constant::Int(value) => (Real::Int(value.clone()), 0.0),
            Constant::Float(value) => (Real::Float(*value), 0.0),
            Constant::Complex(real, imag) => (Real::Float(*real), *imag),
            _ => return None,
        })
    }
}

enum Real {
    Int(IBig),
    Float(f64),
}

impl Real {
    fn py_eq(&self, other: &Real) -> bool {
        match (self, other) {
            (Real::Int(a), Real::Int(b)) => a == b,
            (Real::Float(a), Real::Float(b)) => a == b,
            (Real::Int(int), Real::Float(float)) | (Real::Float(float), Real::Int(int)) => {
                // The conversion drops a fraction instead of failing.
                float.fract() == 0.0 && IBig::try_from(*float).is_ok_and(|float| float == *int)
            }
        }
    }
}
