//! Format strings of `struct`: byte order, sizes, alignment and repeat counts.

/// One group of equal items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    pub code: u8,
    /// Where the first item stands.
    pub offset: usize,
    /// Bytes of an item.
    pub size: usize,
    pub repeat: usize,
}

/// A format read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Format {
    pub groups: Vec<Group>,
    /// Bytes in all.
    pub size: usize,
    pub big_endian: bool,
    /// How many values.
    pub len: usize,
}

const TOO_LONG: &str = "total struct size too long";

/// Size and alignment of an item in native mode.
const fn native(code: u8) -> Option<(usize, usize)> {
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b's' | b'p' | b'?' => (1, 1),
        b'h' | b'H' | b'e' => (2, 2),
        b'i' | b'I' | b'f' => (4, 4),
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => (8, 8),
        b'F' => (8, 4),
        b'D' => (16, 8),
        _ => return None,
    })
}

/// Size of an item in standard mode.
const fn standard(code: u8) -> Option<usize> {
    Some(match code {
        b'l' | b'L' => 4,
        b'n' | b'N' | b'P' => return None,
        _ => match native(code) {
            Some((size, _)) => size,
            None => return None,
        },
    })
}

impl Format {
    /// Reads a format. The error is the message of `struct.error`.
    pub fn parse(text: &[u8]) -> Result<Format, &'static str> {
        if text.contains(&0) {
            return Err("embedded null character");
        }
        let (mut is_native, mut big_endian, mut at) = (true, cfg!(target_endian = "big"), 1);
        match text.first() {
            Some(b'@') => {}
            Some(b'=') => is_native = false,
            Some(b'<') => (is_native, big_endian) = (false, false),
            Some(b'>' | b'!') => (is_native, big_endian) = (false, true),
            _ => at = 0,
        }
        let mut format = Format { big_endian, ..Format::default() };
        while let Some(&byte) = text.get(at) {
            at += 1;
            if matches!(byte, b' ' | 9..=13) {
                continue;
            }
            let (mut code, mut count) = (byte, 1);
            if byte.is_ascii_digit() {
                count = usize::from(byte - b'0');
                loop {
                    let Some(&byte) = text.get(at) else { return Err("repeat count given without format specifier") };
                    at += 1;
                    if !byte.is_ascii_digit() {
                        code = byte;
                        break;
                    }
                    count = count
                        .checked_mul(10)
                        .and_then(|count| count.checked_add(usize::from(byte - b'0')))
                        .filter(|count| *count <= isize::MAX as usize)
                        .ok_or(TOO_LONG)?;
                }
            }
            format.push(code, count, is_native)?;
        }
        Ok(format)
    }

    fn push(&mut self, code: u8, count: usize, is_native: bool) -> Result<(), &'static str> {
        let known = if is_native { native(code) } else { standard(code).map(|size| (size, 1)) };
        let Some((size, align)) = known else { return Err("bad char in struct format") };
        let offset = self.size.checked_next_multiple_of(align).ok_or(TOO_LONG)?;
        let total = size.checked_mul(count).and_then(|total| offset.checked_add(total));
        self.size = total.filter(|total| *total <= isize::MAX as usize).ok_or(TOO_LONG)?;
        match code {
            b'x' => {}
            b's' | b'p' => {
                self.groups.push(Group { code, offset, size: count, repeat: 1 });
                self.len += 1;
            }
            _ if count == 0 => {}
            _ => {
                self.groups.push(Group { code, offset, size, repeat: count });
                self.len = self.len.checked_add(count).ok_or(TOO_LONG)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
