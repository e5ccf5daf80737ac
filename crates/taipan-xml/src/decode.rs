//! From the bytes of a document to UTF-8: the encoding is found by its first bytes, its declaration, or told.

/// How bytes become characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16 {
        big_endian: bool,
    },
    Latin1,
    Ascii,
    /// The characters of the 256 bytes; -1 for none.
    Table(Box<[i32]>),
}

impl Encoding {
    /// The encoding of a name, if it is one of those built in. UTF-16 comes in the byte order that is at hand.
    pub fn of_name(name: &str) -> Option<Encoding> {
        match name.to_ascii_uppercase().as_str() {
            "UTF-8" => Some(Encoding::Utf8),
            "UTF-16" | "UTF-16BE" => Some(Encoding::Utf16 { big_endian: true }),
            "UTF-16LE" => Some(Encoding::Utf16 { big_endian: false }),
            "ISO-8859-1" => Some(Encoding::Latin1),
            "US-ASCII" => Some(Encoding::Ascii),
            _ => None,
        }
    }

    /// How many bytes of the document a character takes.
    pub fn width(&self, c: char) -> usize {
        match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 { .. } => c.len_utf16() * 2,
            _ => 1,
        }
    }
}

/// How far bytes could be decoded.
pub enum Decoded {
    /// All of them.
    All,
    /// The bytes from here on are the beginning of a character.
    Partial(usize),
    /// What follows is no character.
    Invalid,
}

/// Appends the characters of `bytes` to `text`.
pub fn decode(encoding: &Encoding, bytes: &[u8], text: &mut String) -> Decoded {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(all) => {
                text.push_str(all);
                Decoded::All
            }
            Err(error) => {
                let valid = error.valid_up_to();
                text.push_str(std::str::from_utf8(&bytes[..valid]).unwrap_or_default());
                if error.error_len().is_none() { Decoded::Partial(valid) } else { Decoded::Invalid }
            }
        },
        Encoding::Utf16 { big_endian } => utf16(*big_endian, bytes, text),
        Encoding::Latin1 => {
            text.extend(bytes.iter().map(|byte| char::from(*byte)));
            Decoded::All
        }
        Encoding::Ascii => single(bytes, text, |byte| byte.is_ascii().then_some(char::from(byte))),
        Encoding::Table(table) => single(bytes, text, |byte| {
            table.get(usize::from(byte)).and_then(|point| u32::try_from(*point).ok()).and_then(char::from_u32)
        }),
    }
}

fn single(bytes: &[u8], text: &mut String, convert: impl Fn(u8) -> Option<char>) -> Decoded {
    for byte in bytes {
        match convert(*byte) {
            Some(c) => text.push(c),
            None => return Decoded::Invalid,
        }
    }
    Decoded::All
}

fn utf16(big_endian: bool, bytes: &[u8], text: &mut String) -> Decoded {
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    };
    let mut at = 0;
    while at < bytes.len() {
        let Some(first) = bytes.get(at..at + 2).map(unit) else { return Decoded::Partial(at) };
        if !(0xD800..0xE000).contains(&first) {
            text.extend(char::from_u32(u32::from(first)));
            at += 2;
            continue;
        }
        if first >= 0xDC00 {
            return Decoded::Invalid;
        }
        let Some(second) = bytes.get(at + 2..at + 4).map(unit) else { return Decoded::Partial(at) };
        if !(0xDC00..0xE000).contains(&second) {
            return Decoded::Invalid;
        }
        let point = 0x1_0000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(second) - 0xDC00);
        text.extend(char::from_u32(point));
        at += 4;
    }
    Decoded::All
}
