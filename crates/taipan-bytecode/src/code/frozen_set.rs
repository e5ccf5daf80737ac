//! Frozenset constants: members that are equal in Python's sense appear once.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use dashu_int::IBig;

use super::Constant;

impl Constant {
    /// `frozenset(items)`: of members equal in Python's sense (`1`, `True`, `1.0`) the first one stays.
    pub fn frozen_set(items: impl IntoIterator<Item = Constant>) -> Constant {
        let mut members: Vec<Constant> = Vec::new();
        let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
        for item in items {
            let mut hasher = DefaultHasher::new();
            item.py_hash(&mut hasher);
            let same_hash = places.entry(hasher.finish()).or_default();
            if !same_hash.iter().any(|&place| members[place].py_eq(&item)) {
                same_hash.push(members.len());
                members.push(item);
            }
        }
        Constant::FrozenSet(members.into_boxed_slice())
    }

    /// Feeds what is the same for constants that are equal in Python.
    fn py_hash(&self, hasher: &mut DefaultHasher) {
        use Constant::*;
        if let Some((real, imaginary)) = self.as_complex_parts() {
            let real = match real {
                Real::Int(value) => Ok(value),
                Real::Float(value) if value.fract() == 0.0 => IBig::try_from(value).map_err(|_| value),
                Real::Float(value) => Err(value),
            };
            match real {
                Ok(value) => value.hash(hasher),
                Err(value) => value.to_bits().hash(hasher),
            }
            return (imaginary + 0.0).to_bits().hash(hasher);
        }
        match self {
            Tuple(items) => items.iter().for_each(|item| item.py_hash(hasher)),
            // The order says nothing.
            FrozenSet(items) => items.len().hash(hasher),
            Slice(parts) => parts.iter().for_each(|part| part.py_hash(hasher)),
            other => other.hash(hasher),
        }
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

/// Whether two sets without equal members have the same ones.
pub(super) fn same_members(a: &[Constant], b: &[Constant]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let in_order = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let rest: HashSet<&Constant> = a[in_order..].iter().collect();
    b[in_order..].iter().all(|member| rest.contains(member))
}

/// A number that is the same in every order.
pub(super) fn hash_of_members(members: &[Constant]) -> u64 {
    members.iter().fold(0, |sum: u64, member| {
        let mut hasher = DefaultHasher::new();
        member.hash(&mut hasher);
        sum.wrapping_add(hasher.finish())
    })
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
