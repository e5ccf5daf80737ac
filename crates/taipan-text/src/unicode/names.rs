//! Names of code points and the way back, aliases and named sequences included.
//!
//! `names.bin` (written by `tools/make_unicode_tables.py`, all numbers little endian) starts with the byte lengths of
//! its sections. A name is a phrase of words split at spaces; a word number below 192 takes one byte, others take two.
//! Of phrases and words only the lengths and every sixteenth start are stored. CJK and Hangul names are computed.

use crate::TextBuf;

static DATA: &[u8] = include_bytes!("names.bin");
const STEP: usize = 16;

#[derive(Clone, Copy)]
enum Section {
    /// The number of phrases that name one code point; the rest are aliases and sequences.
    PlainCount,
    Words,
    WordLengths,
    WordStarts,
    Phrases,
    PhraseLengths,
    PhraseStarts,
    /// Code point, count and first phrase of each run of named code points.
    Runs,
    /// Phrase numbers in the order of the names.
    ByName,
    /// By alias or sequence: start in `Points` << 4 | length.
    ValueSpans,
    Points,
    /// First and last code point of ranges whose names end in the code point.
    Ranges,
    Prefixes,
}

fn section(which: Section) -> &'static [u8] {
    const COUNT: usize = Section::Prefixes as usize + 1;
    let which = which as usize;
    let start = COUNT * 4 + (0..which).map(|at| u32_at(DATA, at) as usize).sum::<usize>();
    &DATA[start..start + u32_at(DATA, which) as usize]
}

fn u32_at(bytes: &[u8], index: usize) -> u32 {
    match bytes.get(index * 4..index * 4 + 4) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}

/// Item `index` of a blob with stored lengths and every `STEP`th start.
fn item(blob: Section, lengths: Section, starts: Section, index: usize) -> &'static [u8] {
    let lengths = section(lengths);
    let base = index / STEP * STEP;
    let skipped: usize = lengths[base..index].iter().map(|&len| usize::from(len)).sum();
    let start = u32_at(section(starts), index / STEP) as usize + skipped;
    &section(blob)[start..start + usize::from(lengths[index])]
}

fn phrase_name(phrase: usize) -> String {
    let mut name = String::new();
    let mut bytes = item(Section::Phrases, Section::PhraseLengths, Section::PhraseStarts, phrase).iter();
    while let Some(&byte) = bytes.next() {
        let word = match byte {
            0..192 => usize::from(byte),
            _ => 192 + (usize::from(byte - 192) << 8) + bytes.next().map_or(0, |&low| usize::from(low)),
        };
        if !name.is_empty() {
            name.push(' ');
        }
        let word = item(Section::Words, Section::WordLengths, Section::WordStarts, word);
        name.extend(word.iter().map(|&byte| char::from(byte)));
    }
    name
}

fn find_run(point: u32) -> Option<usize> {
    let runs = section(Section::Runs);
    let (mut low, mut high) = (0, runs.len() / 12);
    while low < high {
        let middle = (low + high) / 2;
        if u32_at(runs, middle * 3) <= point {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let run = low.checked_sub(1)?;
    let offset = point - u32_at(runs, run * 3);
    (offset < u32_at(runs, run * 3 + 1)).then(|| (u32_at(runs, run * 3 + 2) + offset) as usize)
}

/// The ranges with computed names: prefix, first and last code point. A prefix that starts with `!` serves [`lookup`] only.
fn ranges() -> impl Iterator<Item = (&'static str, u32, u32)> {
    let bounds = section(Section::Ranges);
    let prefixes = std::str::from_utf8(section(Section::Prefixes)).unwrap_or("");
    prefixes.split('\n').enumerate().map(|(at, prefix)| (prefix, u32_at(bounds, at * 2), u32_at(bounds, at * 2 + 1)))
}

const HANGUL: u32 = 0xac00;
const HANGUL_PREFIX: &str = "HANGUL SYLLABLE ";
const LEADING: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU",
    "YI", "I",
];
const TRAILING: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S",
    "SS", "NG", "J", "C", "K", "T", "P", "H",
];

/// `unicodedata.name`: the name, `None` if there is none (aliases are not used).
pub fn name(point: u32) -> Option<String> {
    if let Some(index) = point.checked_sub(HANGUL).map(|index| index as usize).filter(|&index| index < 11172) {
        let (leading, vowel, trailing) = (LEADING[index / 588], VOWELS[index / 28 % 21], TRAILING[index % 28]);
        return Some(format!("{HANGUL_PREFIX}{leading}{vowel}{trailing}"));
    }
    if let Some(phrase) = find_run(point) {
        return Some(phrase_name(phrase));
    }
    let is_named = |prefix: &str| !prefix.starts_with('!');
    let (prefix, ..) = ranges().find(|&(prefix, first, last)| (first..=last).contains(&point) && is_named(prefix))?;
    Some(format!("{prefix}{point:04X}"))
}

/// The longest of `parts` that `text` starts with, and its position.
fn longest_prefix(parts: &[&str], text: &str) -> Option<(usize, usize)> {
    let fitting = parts.iter().enumerate().filter(|(_, part)| text.starts_with(**part));
    fitting.max_by_key(|(_, part)| part.len()).map(|(at, part)| (at, part.len()))
}

fn hangul_from_name(name: &str) -> Option<u32> {
    let rest = name.strip_prefix(HANGUL_PREFIX)?;
    let (leading, len) = longest_prefix(&LEADING, rest)?;
    let rest = &rest[len..];
    let (vowel, len) = longest_prefix(&VOWELS, rest)?;
    let trailing = TRAILING.iter().position(|part| *part == &rest[len..])?;
    Some(HANGUL + (leading * 588 + vowel * 28 + trailing) as u32)
}

fn range_from_name(name: &str) -> Option<u32> {
    ranges().find_map(|(prefix, first, last)| {
        let digits =
            name.strip_prefix(prefix.trim_start_matches('!')).filter(|digits| matches!(digits.len(), 4 | 5))?;
        if !digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'))
            || digits.len() == 5 && digits.starts_with('0')
        {
            return None;
        }
        let point = u32::from_str_radix(digits, 16).ok()?;
        (first..=last).contains(&point).then_some(point)
    })
}

fn find_phrase(name: &str) -> Option<usize> {
    let order = section(Section::ByName);
    let phrase_at = |at: usize| usize::from(u16::from_le_bytes([order[at * 2], order[at * 2 + 1]]));
    let (mut low, mut high) = (0, order.len() / 2);
    while low < high {
        let middle = (low + high) / 2;
        let phrase = phrase_at(middle);
        match phrase_name(phrase).as_str().cmp(name) {
            std::cmp::Ordering::Equal => return Some(phrase),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

fn code_point_of_phrase(phrase: usize) -> Option<u32> {
    let runs = section(Section::Runs);
    let (mut low, mut high) = (0, runs.len() / 12);
    while low < high {
        let middle = (low + high) / 2;
        if u32_at(runs, middle * 3 + 2) as usize <= phrase {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let run = low.checked_sub(1)?;
    Some(u32_at(runs, run * 3) + phrase as u32 - u32_at(runs, run * 3 + 2))
}

/// `unicodedata.lookup`: the text of that name; names, aliases and named sequences, in any ASCII case.
///
/// `None` is CPython's `KeyError("undefined character name 'NAME'")`.
pub fn lookup(name: &str) -> Option<TextBuf> {
    match find(name)? {
        Found::Point(point) => Some([point].into_iter().collect()),
        Found::Extra(extra) => {
            let span = u32_at(section(Section::ValueSpans), extra) as usize;
            let points = section(Section::Points);
            Some((span >> 4..(span >> 4) + (span & 15)).map(|at| u32_at(points, at)).collect())
        }
    }
}

/// The code point of that name, no aliases and sequences.
pub fn lookup_name(name: &str) -> Option<u32> {
    match find(name)? {
        Found::Point(point) => Some(point),
        Found::Extra(_) => None,
    }
}

enum Found {
    Point(u32),
    /// The number of an alias or sequence.
    Extra(usize),
}

fn find(name: &str) -> Option<Found> {
    if name.len() > 256 {
        return None;
    }
    let name = name.to_ascii_uppercase();
    if let Some(point) = hangul_from_name(&name).or_else(|| range_from_name(&name)) {
        return Some(Found::Point(point));
    }
    let phrase = find_phrase(&name)?;
    let plain_count = u32_at(section(Section::PlainCount), 0) as usize;
    match phrase.checked_sub(plain_count) {
        None => code_point_of_phrase(phrase).map(Found::Point),
        Some(extra) => Some(Found::Extra(extra)),
    }
}

/// The code point of that name or alias, no sequences: what `\N{...}` in literals looks up.
pub fn lookup_code_point(name: &str) -> Option<u32> {
    let text = lookup(name)?;
    (text.len() == 1).then(|| text.as_text().code_point(0))
}
