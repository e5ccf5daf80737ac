//! The Unicode 3.2.0 database, `unicodedata.ucd_3_2_0`, which internationalised domain names (RFC 3454) are defined by.
//!
//! Stored as differences from the current database. Names are those of today for what was assigned then.

use super::names;
use super::normalize::{Database, Form, normalize_by};
use super::old_tables::{OLD_CORRECTIONS, OLD_RANGES, OLD_RECORDS};
use crate::{TextBuf, TextRef};

/// The version of this database.
pub const UNIDATA_VERSION: &str = "3.2.0";

/// The properties of a range that differed.
#[derive(Debug)]
pub(super) struct OldRecord {
    pub category: &'static str,
    pub bidirectional: &'static str,
    pub combining: u8,
    pub mirrored: bool,
    pub east_asian_width: &'static str,
    pub decimal: Option<u8>,
    pub digit: Option<u8>,
    pub numeric: Option<f64>,
}

fn record(point: u32) -> Option<&'static OldRecord> {
    let after = OLD_RANGES.partition_point(|range| range.0 <= point);
    let (_, last, number) = *OLD_RANGES.get(after.checked_sub(1)?)?;
    if point <= last { OLD_RECORDS.get(usize::from(number)) } else { None }
}

macro_rules! properties {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $field:ident;)*) => {
        $($(#[$doc])* pub fn $name(point: u32) -> $type {
            record(point).map_or_else(|| super::$name(point), |record| record.$field)
        })*
    };
}

properties! {
    /// `category`.
    category: &'static str = category;
    /// `bidirectional`.
    bidirectional: &'static str = bidirectional;
    /// `combining`.
    combining: u8 = combining;
    /// `mirrored`.
    is_mirrored: bool = mirrored;
    /// `east_asian_width`.
    east_asian_width: &'static str = east_asian_width;
    /// `decimal`.
    decimal: Option<u8> = decimal;
    /// `digit`.
    digit: Option<u8> = digit;
    /// `numeric`.
    numeric: Option<f64> = numeric;
}

fn is_assigned(point: u32) -> bool {
    category(point) != "Cn"
}

/// `decomposition`.
pub fn decomposition(point: u32) -> String {
    if is_assigned(point) { super::normalize::decomposition(point) } else { String::new() }
}

/// `name`.
pub fn name(point: u32) -> Option<String> {
    if is_assigned(point) { names::name(point) } else { None }
}

/// `lookup`: names of today, no aliases and sequences.
pub fn lookup(name: &str) -> Option<u32> {
    names::lookup_name(name)
}

/// What a code point becomes in normalisation if that differs from today: itself if it was not assigned, else what a
/// later correction replaced.
pub(super) fn own_normal_form(point: u32) -> Option<u32> {
    if let Ok(at) = OLD_CORRECTIONS.binary_search_by_key(&point, |entry| entry.0) {
        return Some(OLD_CORRECTIONS[at].1);
    }
    (!is_assigned(point)).then_some(point)
}

/// `normalize`; `None` if the text is in that form already.
pub fn normalize(form: Form, text: TextRef<'_>) -> Option<TextBuf> {
    if text.is_ascii_kind() { None } else { normalize_by(Database::Unicode32, form, text) }
}
