//! Checksums that `binascii` and `zlib` share: CRC-32, Adler-32 and the CRC of BinHex.

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let (mut word, mut bit) = (i as u32, 0);
        while bit < 8 {
            word = if word & 1 == 1 { word >> 1 ^ 0xEDB8_8320 } else { word >> 1 };
            bit += 1;
        }
        table[i] = word;
        i += 1;
    }
    table
}

static CRC: [u32; 256] = crc_table();

/// CRC-32 of bytes, going on from an earlier one (0 to start).
pub fn crc32(start: u32, bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!start, |crc, byte| CRC[usize::from(crc as u8 ^ byte)] ^ crc >> 8)
}

/// Adler-32 of bytes, going on from an earlier one (1 to start).
pub fn adler32(start: u32, bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (start & 0xFFFF, start >> 16);
    // So many sums fit 32 bits before they must be reduced.
    for chunk in bytes.chunks(5552) {
        for byte in chunk {
            a += u32::from(*byte);
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    b << 16 | a
}

/// The CRC-CCITT of BinHex.
pub fn crc_hqx(start: u16, bytes: &[u8]) -> u16 {
    let mut crc = start;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 };
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    #[test]
    fn known_sums() {
        assert_eq!(super::crc32(0, b"123456789"), 0xCBF4_3926);
        assert_eq!(super::crc32(super::crc32(0, b"1234"), b"56789"), 0xCBF4_3926);
        assert_eq!(super::adler32(1, b"Wikipedia"), 0x11E6_0398);
        assert_eq!(super::crc_hqx(0, b"123456789"), 0x31C3);
    }
}
