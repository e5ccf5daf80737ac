use super::{HeaderError, Validation};

#[test]
fn headers_round_trip() {
    for validation in [
        Validation::Timestamp { mtime: 0x65432100, size: 4242 },
        Validation::Hash { hash: *b"abcdefgh", check_source: true },
        Validation::Hash { hash: *b"\0\x01\x02\x03\x04\x05\x06\x07", check_source: false },
    ] {
        assert_eq!(Validation::from_header(&validation.header()), Ok(validation));
    }
}

/// `importlib.util.MAGIC_NUMBER` of python3.14 is `b'+\x0e\r\n'`.
#[test]
fn bad_headers_are_told_apart() {
    assert_eq!(Validation::from_header(b"+\x0e\r"), Err(HeaderError::BadMagic));
    assert_eq!(Validation::from_header(b"+\x0e\r\n\0\0\0\0\0\0\0\0\0\0\0"), Err(HeaderError::Truncated));
    assert_eq!(Validation::from_header(b"+\x0e\r\n\x04\0\0\0\0\0\0\0\0\0\0\0"), Err(HeaderError::InvalidFlags(4)));
}
