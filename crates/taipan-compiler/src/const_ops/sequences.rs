//! Concatenation, repetition and subscripts of str, bytes and tuple constants.

use dashu_int::{IBig, Sign};
use taipan_bytecode::{Constant, Wtf8Buf};

/// Greatest length of a tuple made by repetition.
const MAX_COLLECTION_SIZE: usize = 256;
/// Greatest length of a str or bytes made by repetition.
const MAX_STR_SIZE: usize = 4096;
/// Greatest number of items in a repeated tuple, those of nested tuples included.
const MAX_TOTAL_ITEMS: usize = 1024;

pub fn concat(left: &Constant, right: &Constant) -> Option<Constant> {
    Some(match (left, right) {
        (Constant::Str(a), Constant::Str(b)) => {
            let mut text = a.clone();
            text.push_wtf8(b);
            Constant::Str(text)
        }
        (Constant::Bytes(a), Constant::Bytes(b)) => Constant::Bytes([&a[..], b].concat().into()),
        (Constant::Tuple(a), Constant::Tuple(b)) => Constant::Tuple([&a[..], b].concat().into()),
        _ => return None,
    })
}

fn as_int(constant: &Constant) -> Option<IBig> {
    match constant {
        Constant::False => Some(IBig::ZERO),
        Constant::True => Some(IBig::ONE),
        Constant::Int(value) => Some(value.clone()),
        _ => None,
    }
}

fn total_items(items: &[Constant]) -> usize {
    let nested = items.iter().map(|item| match item {
        Constant::Tuple(inner) => total_items(inner),
        _ => 0,
    });
    nested.fold(items.len(), usize::saturating_add)
}

pub fn repeat(sequence: &Constant, count: &Constant) -> Option<Constant> {
    let count = as_int(count)?;
    let times = |len: usize, limit: usize| {
        // An empty sequence may be repeated as often as an index can count.
        if len == 0 {
            return isize::try_from(&count).ok().map(|_| 0);
        }
        usize::try_from(&count).ok().filter(|&count| count <= limit / len)
    };
    Some(match sequence {
        Constant::Str(text) => {
            let count = times(text.char_count(), MAX_STR_SIZE)?;
            Constant::Str(Wtf8Buf::from_bytes(text.as_bytes().repeat(count)).ok()?)
        }
        Constant::Bytes(bytes) => Constant::Bytes(bytes.repeat(times(bytes.len(), MAX_STR_SIZE)?).into()),
        Constant::Tuple(items) => {
            let count = times(items.len(), MAX_COLLECTION_SIZE)?;
            if count > 0 && total_items(items) > MAX_TOTAL_ITEMS / count {
                return None;
            }
            Constant::Tuple(std::iter::repeat_n(items, count).flatten().cloned().collect())
        }
        _ => return None,
    })
}

pub fn subscript(sequence: &Constant, key: &Constant) -> Option<Constant> {
    let len = match sequence {
        Constant::Str(text) => text.char_count(),
        Constant::Bytes(bytes) => bytes.len(),
        Constant::Tuple(items) => items.len(),
        _ => return None,
    };
    if let Constant::Slice(parts) = key {
        let indexes = slice_indexes(parts, len)?;
        return Some(match sequence {
            Constant::Str(text) => {
                let points: Vec<u32> = text.code_points().collect();
                Constant::Str(Wtf8Buf::from_code_points(indexes.into_iter().map(|i| points[i])))
            }
            Constant::Bytes(bytes) => Constant::Bytes(indexes.into_iter().map(|i| bytes[i]).collect()),
            Constant::Tuple(items) => Constant::Tuple(indexes.into_iter().map(|i| items[i].clone()).collect()),
            _ => return None,
        });
    }
    let index = as_int(key)?;
    let index = if index.sign() == Sign::Negative { index + len } else { index };
    let index = usize::try_from(index).ok()?;
    match sequence {
        Constant::Str(text) => {
            text.code_points().nth(index).map(|point| Constant::Str(Wtf8Buf::from_code_points([point])))
        }
        Constant::Bytes(bytes) => bytes.get(index).map(|&byte| Constant::Int(byte.into())),
        Constant::Tuple(items) => items.get(index).cloned(),
        _ => None,
    }
}

/// The indexes a slice selects from a sequence of this length.
fn slice_indexes(parts: &[Constant; 3], len: usize) -> Option<Vec<usize>> {
    let part = |at: usize| match &parts[at] {
        Constant::None => Some(None),
        other => {
            let value = as_int(other)?;
            let limit = i64::MAX / 4;
            let clamped = i64::try_from(&value).unwrap_or(if value.sign() == Sign::Negative { -limit } else { limit });
            Some(Some(clamped.clamp(-limit, limit)))
        }
    };
    let (start, stop, step) = (part(0)?, part(1)?, part(2)?.unwrap_or(1));
    if step == 0 {
        return None;
    }
    let len = i64::try_from(len).ok()?;
    let (lowest, highest) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let place = |index: i64| (if index < 0 { index + len } else { index }).clamp(lowest, highest);
    let mut at = start.map_or(if step > 0 { lowest } else { highest }, place);
    let end = stop.map_or(if step > 0 { highest } else { lowest }, place);
    let mut indexes = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        indexes.push(usize::try_from(at).ok()?);
        at += step;
    }
    Some(indexes)
}
