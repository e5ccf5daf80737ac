//! Decomposition and the four normalisation forms (UAX #15).
//!
//! Hangul is computed; everything else comes from the generated tables. All passes are linear but for the stable
//! sort of runs of combining marks.

use super::normal_tables::{COMPOSITIONS, DECOMPOSITION_KEYS, DECOMPOSITION_POINTS, DECOMPOSITION_SPANS, TAGS};
use super::ucd_3_2_0;
use super::{NFC_CHECK, NFD_CHANGES, NFKC_CHECK, NFKD_CHANGES, combining, record};
use crate::{TextBuf, TextRef};

/// A normalisation form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

impl Form {
    /// The form of that name; `None` is CPython's `ValueError("invalid normalization form")`.
    pub fn from_name(name: TextRef<'_>) -> Option<Form> {
        match name.as_ascii_str()? {
            "NFC" => Some(Form::Nfc),
            "NFD" => Some(Form::Nfd),
            "NFKC" => Some(Form::Nfkc),
            "NFKD" => Some(Form::Nfkd),
            _ => None,
        }
    }

    fn is_compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    /// Set for code points that may not stay as they are in this form.
    fn check_flag(self) -> u32 {
        match self {
            Form::Nfc => NFC_CHECK,
            Form::Nfd => NFD_CHANGES,
            Form::Nfkc => NFKC_CHECK,
            Form::Nfkd => NFKD_CHANGES,
        }
    }
}

const HANGUL: u32 = 0xac00;
const HANGUL_COUNT: u32 = 11172;
const LEADING: u32 = 0x1100;
const LEADING_COUNT: u32 = 19;
const VOWEL: u32 = 0x1161;
const VOWEL_COUNT: u32 = 21;
const TRAILING: u32 = 0x11a7;
const TRAILING_COUNT: u32 = 28;

fn hangul_parts(point: u32) -> Option<([u32; 3], usize)> {
    let index = point.checked_sub(HANGUL).filter(|&index| index < HANGUL_COUNT)?;
    let leading = LEADING + index / (VOWEL_COUNT * TRAILING_COUNT);
    let vowel = VOWEL + index / TRAILING_COUNT % VOWEL_COUNT;
    let trailing = TRAILING + index % TRAILING_COUNT;
    Some(([leading, vowel, trailing], if trailing == TRAILING { 2 } else { 3 }))
}

/// The tag (empty if canonical) and target of the decomposition in the table.
fn table_entry(point: u32) -> Option<(&'static str, &'static [u32])> {
    let at = DECOMPOSITION_KEYS.binary_search(&point).ok()?;
    let span = DECOMPOSITION_SPANS[at];
    let (start, len) = ((span & 0xffff) as usize, (span >> 16 & 0xff) as usize);
    Some((TAGS[(span >> 24) as usize], &DECOMPOSITION_POINTS[start..start + len]))
}

/// `unicodedata.decomposition`: tag and hexadecimal code points, empty if there is none.
pub fn decomposition(point: u32) -> String {
    let hangul = hangul_parts(point);
    let (tag, target) = match &hangul {
        Some((parts, len)) => ("", &parts[..*len]),
        None => match table_entry(point) {
            Some(entry) => entry,
            None => return String::new(),
        },
    };
    let mut out = String::from(tag);
    for part in target {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&format!("{part:04X}"));
    }
    out
}

/// Appends the full decomposition of `point`. The table nests at most a few levels deep.
fn push_decomposed(out: &mut Vec<u32>, point: u32, is_compatible: bool, database: Database) {
    if point < 0xa0 {
        return out.push(point);
    }
    if database == Database::Unicode32
        && let Some(point) = ucd_3_2_0::own_normal_form(point)
    {
        return out.push(point);
    }
    if let Some((parts, len)) = hangul_parts(point) {
        return out.extend_from_slice(&parts[..len]);
    }
    match table_entry(point) {
        Some((tag, target)) if tag.is_empty() || is_compatible => {
            target.iter().for_each(|&part| push_decomposed(out, part, is_compatible, database));
        }
        _ => out.push(point),
    }
}

/// Sorts each run of marks by combining class, equal classes staying in order.
fn reorder(points: &mut [u32]) {
    let mut at = 0;
    while at < points.len() {
        if combining(points[at]) == 0 {
            at += 1;
            continue;
        }
        let len = points[at..].iter().take_while(|&&point| combining(point) != 0).count();
        if len > 1 {
            points[at..at + len].sort_by_key(|&point| combining(point));
        }
        at += len;
    }
}

fn compose_pair(first: u32, second: u32) -> Option<u32> {
    if let (Some(leading), Some(vowel)) = (first.checked_sub(LEADING), second.checked_sub(VOWEL))
        && leading < LEADING_COUNT
        && vowel < VOWEL_COUNT
    {
        return Some(HANGUL + (leading * VOWEL_COUNT + vowel) * TRAILING_COUNT);
    }
    if let (Some(syllable), Some(trailing)) = (first.checked_sub(HANGUL), second.checked_sub(TRAILING))
        && syllable < HANGUL_COUNT
        && syllable % TRAILING_COUNT == 0
        && (1..TRAILING_COUNT).contains(&trailing)
    {
        return Some(first + trailing);
    }
    let at = COMPOSITIONS.binary_search_by_key(&(first, second), |entry| (entry.0, entry.1)).ok()?;
    Some(COMPOSITIONS[at].2)
}

/// Composes decomposed and ordered points in place.
fn compose(points: &mut Vec<u32>) {
    let mut starter = None;
    let mut last_class = 0;
    let mut kept = 0;
    for at in 0..points.len() {
        let point = points[at];
        let class = combining(point);
        if let Some(start) = starter {
            // A mark is blocked by a kept one of the same or a higher class, a starter by any kept mark.
            let is_free = kept == start + 1 || (last_class != 0 && last_class < class);
            if is_free && let Some(composed) = compose_pair(points[start], point) {
                points[start] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(kept);
        }
        last_class = class;
        points[kept] = point;
        kept += 1;
    }
    points.truncate(kept);
}

/// Whether a look at each code point already shows that the text is in `form`.
fn is_quickly_normal(form: Form, text: TextRef<'_>) -> bool {
    let (flag, mut last_class) = (form.check_flag(), 0);
    for point in text.iter() {
        if point < 0xa0 {
            last_class = 0;
            continue;
        }
        let record = record(point);
        if record.has(flag) || (record.combining != 0 && record.combining < last_class) {
            return false;
        }
        last_class = record.combining;
    }
    true
}

/// `unicodedata.normalize`; `None` if the text is in that form already.
pub fn normalize(form: Form, text: TextRef<'_>) -> Option<TextBuf> {
    if text.is_ascii_kind() || is_quickly_normal(form, text) {
        return None;
    }
    normalize_by(Database::Current, form, text)
}

/// Which database tells the decompositions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Database {
    Current,
    Unicode32,
}

/// [`normalize`] without a quick look, by either database.
pub(super) fn normalize_by(database: Database, form: Form, text: TextRef<'_>) -> Option<TextBuf> {
    let mut points = Vec::with_capacity(text.len());
    text.iter().for_each(|point| push_decomposed(&mut points, point, form.is_compatible(), database));
    reorder(&mut points);
    if form.composes() {
        compose(&mut points);
    }
    (!text.iter().eq(points.iter().copied())).then(|| points.into_iter().collect())
}

/// `unicodedata.is_normalized`.
pub fn is_normalized(form: Form, text: TextRef<'_>) -> bool {
    normalize(form, text).is_none()
}
