//! One multibyte encoding: its codes by number and by code point. `tables.py` describes the packed form.

/// What CPython's codecs map, written by `tables.py`.
static TABLES: &[u8] = include_bytes!("tables.bin");

/// Four-byte codes of GB 18030 for the Basic Multilingual Plane, and the number of the first beyond it.
const GB_BASIC: u32 = 39_420;
const GB_BEYOND: u32 = 189_000;

/// Why decoding stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    Incomplete,
    Illegal,
}

/// An encoding.
pub struct Charset {
    /// Code and code point, by code.
    decoding: Vec<(u32, u32)>,
    /// Code point and code, by code point.
    encoding: Vec<(u32, u32)>,
    /// How many bytes the codes of a lead byte have; 0: it is none.
    lengths: [u8; 256],
    /// The code points of four-byte codes in their order (GB 18030 only).
    four_bytes: Vec<u32>,
}

/// Reads packed numbers.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<i64> {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
            shift += 7;
        }
    }

    fn pairs(&mut self) -> Option<Vec<(u32, u32)>> {
        let count = usize::try_from(self.number()?).ok()?;
        let (mut a, mut b) = (0, 0);
        (0..count)
            .map(|_| {
                a += self.number()?;
                b += self.number()?;
                Some((u32::try_from(a).ok()?, u32::try_from(b).ok()?))
            })
            .collect()
    }
}

fn find(table: &[(u32, u32)], key: u32) -> Option<u32> {
    let at = table.binary_search_by_key(&key, |(key, _)| *key).ok()?;
    Some(table[at].1)
}

impl Charset {
    /// The encoding of a name.
    pub fn load(name: &str) -> Option<Charset> {
        let packed = miniz_oxide::inflate::decompress_to_vec(TABLES.get(4..)?).ok()?;
        let mut reader = Reader(&packed);
        loop {
            let (len, rest) = reader.0.split_first()?;
            let (found, rest) = rest.split_at_checked(usize::from(*len))?;
            reader.0 = rest;
            let (decoding, exceptions) = (reader.pairs()?, reader.pairs()?);
            if found == name.as_bytes() {
                return Some(Charset::new(decoding, &exceptions, name));
            }
        }
    }

    fn new(decoding: Vec<(u32, u32)>, exceptions: &[(u32, u32)], name: &str) -> Charset {
        let is_gb = name == "gb18030";
        let mut encoding: Vec<(u32, u32)> = decoding.iter().map(|(code, point)| (*point, *code)).collect();
        // Of several codes the lowest counts, but for the exceptions.
        encoding.sort_unstable();
        encoding.dedup_by_key(|(point, _)| *point);
        for (point, code) in exceptions {
            match encoding.binary_search_by_key(point, |(point, _)| *point) {
                Ok(at) if *code == 0 => drop(encoding.remove(at)),
                Ok(at) => encoding[at].1 = *code,
                Err(at) if *code != 0 => encoding.insert(at, (*point, *code)),
                Err(_) => {}
            }
        }
        let mut lengths = [0; 256];
        for (code, _) in &decoding {
            let (lead, len) = match code {
                0..0x100 => (*code, 1),
                0x100..0x1_0000 => (code >> 8, 2),
                _ => (code >> 16, 3),
            };
            if let Some(length) = lengths.get_mut(lead as usize) {
                *length = len;
            }
        }
        let has_short = |point: &u32| find(&encoding, *point).is_some();
        let basic = (0x80..0xD800).chain(0xE000..0x1_0000);
        let four_bytes = if is_gb { basic.filter(|point| !has_short(point)).collect() } else { Vec::new() };
        // Only the encodings with single bytes beyond ASCII refuse other bytes at once.
        if !matches!(name, "shift_jis" | "cp932") {
            lengths[0x80..].iter_mut().filter(|length| **length == 0).for_each(|length| *length = 2);
        }
        Charset { decoding, encoding, lengths, four_bytes }
    }

    /// The first character of bytes (at least one), and the length of its code.
    pub fn decode(&self, bytes: &[u8]) -> Result<(u32, usize), Stop> {
        let lead = bytes[0];
        let len = usize::from(self.lengths[usize::from(lead)]);
        if len == 0 {
            return Err(Stop::Illegal);
        }
        if len > 1 && !self.four_bytes.is_empty() && bytes.get(1).is_some_and(u8::is_ascii_digit) {
            return self.decode_four(bytes);
        }
        let Some(code) = bytes.get(..len) else { return Err(Stop::Incomplete) };
        let code = code.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
        match find(&self.decoding, code) {
            Some(point) => Ok((point, len)),
            None => Err(Stop::Illegal),
        }
    }

    fn decode_four(&self, bytes: &[u8]) -> Result<(u32, usize), Stop> {
        let Some(&[a, b, c, d]) = bytes.first_chunk::<4>() else { return Err(Stop::Incomplete) };
        if !(0x81..=0xFE).contains(&c) || !d.is_ascii_digit() {
            return Err(Stop::Illegal);
        }
        let digit = |byte: u8, base: u8| u32::from(byte - base);
        let number = ((digit(a, 0x81) * 10 + digit(b, b'0')) * 126 + digit(c, 0x81)) * 10 + digit(d, b'0');
        if number < GB_BASIC {
            return self.four_bytes.get(number as usize).map(|point| (*point, 4)).ok_or(Stop::Illegal);
        }
        match number.checked_sub(GB_BEYOND).map(|beyond| beyond + 0x1_0000) {
            Some(point) if point < 0x11_0000 => Ok((point, 4)),
            _ => Err(Stop::Illegal),
        }
    }

    /// Appends the code of a character. False: it has none.
    pub fn encode(&self, point: u32, out: &mut Vec<u8>) -> bool {
        if let Some(code) = find(&self.encoding, point) {
            let bytes = code.to_be_bytes();
            let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(3);
            out.extend_from_slice(&bytes[start..]);
            return true;
        }
        if self.four_bytes.is_empty() {
            return false;
        }
        let number = match point {
            0x1_0000.. => GB_BEYOND + (point - 0x1_0000),
            _ => match self.four_bytes.binary_search(&point) {
                Ok(number) => number as u32,
                Err(_) => return false,
            },
        };
        let (a, b, c, d) = (number / 12_600, number / 1260 % 10, number / 10 % 126, number % 10);
        out.extend([0x81 + a as u8, b'0' + b as u8, 0x81 + c as u8, b'0' + d as u8]);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_go_both_ways() {
        for (name, point, code) in [
            ("shift_jis", '東', &[0x93, 0x8C][..]),
            ("euc_jp", '丂', &[0x8F, 0xB0, 0xA1]),
            ("gb18030", '€', &[0xA2, 0xE3]),
            ("gb18030", 'é', &[0xA8, 0xA6]),
            ("gb18030", 'ß', &[0x81, 0x30, 0x89, 0x38]),
            ("gb18030", '😀', &[0x94, 0x39, 0xFC, 0x36]),
            ("big5", '中', &[0xA4, 0xA4]),
            ("euc_kr", '한', &[0xC7, 0xD1]),
        ] {
            let charset = Charset::load(name).unwrap();
            let mut out = Vec::new();
            assert!(charset.encode(point.into(), &mut out));
            assert_eq!(out, code, "{name} {point}");
            assert_eq!(charset.decode(code), Ok((point.into(), code.len())));
            assert_eq!(charset.decode(&code[..1]), Err(Stop::Incomplete));
        }
        assert_eq!(Charset::load("gb18030").unwrap().four_bytes.len(), GB_BASIC as usize);
        assert!(Charset::load("nothing").is_none());
    }
}
