use dashu_int::IBig;

use super::{ReadError, VERSION, WriteError, dump, load};
use crate::code::Constant;
use crate::wtf8::Wtf8Buf;

fn int(text: &str) -> Constant {
    Constant::Int(IBig::from_str_radix(text, 10).unwrap())
}

fn samples() -> Vec<Constant> {
    let tuple = |items: Vec<Constant>| Constant::Tuple(items.into());
    vec![
        Constant::None,
        tuple(vec![]),
        tuple(vec![Constant::True, Constant::False, Constant::Ellipsis, tuple(vec![Constant::None])]),
        tuple((0..300).map(|i| int(&(i * 7 - 9).to_string())).collect()),
        int("-2147483649"),
        int("123456789012345678901234567890"),
        int("-1152921504606846976"),
        Constant::Float(-0.0),
        Constant::Float(1e-5),
        Constant::Float(f64::INFINITY),
        Constant::Complex(1.5, -1e300),
        Constant::str("name"),
        Constant::str("not a name"),
        Constant::str("ünïcode"),
        Constant::Str(Wtf8Buf::from_code_points([0xD800, 0x61])),
        Constant::str(&"x".repeat(300)),
        Constant::Bytes(b"\0\xff".as_slice().into()),
        Constant::frozen_set([int("3"), Constant::str("a"), Constant::True, int("1")]),
        tuple(vec![Constant::str("shared one"), Constant::str("shared one"), Constant::str("shared one")]),
    ]
}

#[test]
fn constants_round_trip_in_every_version() {
    for version in 0..=VERSION {
        for value in samples() {
            let bytes = dump(&value, version).unwrap();
            assert_eq!(load(&bytes), Ok(value), "version {version}");
        }
    }
}

#[test]
fn slices_need_version_5() {
    let slice = Constant::Slice(Box::new([int("1"), Constant::None, int("-1")]));
    assert_eq!(load(&dump(&slice, 5).unwrap()), Ok(slice.clone()));
    assert_eq!(dump(&slice, 4), Err(WriteError::Unmarshallable));
}

/// `marshal.dumps(x, version)` of python3.14, written down.
#[test]
fn bytes_equal_cpythons() {
    assert_eq!(dump(&int("-1152921504606846977"), 2).unwrap(), b"l\xfb\xff\xff\xff\x01\0\0\0\0\0\0\0\x01\0");
    assert_eq!(dump(&Constant::Float(0.1), 1).unwrap(), b"f\x130.10000000000000001");
    assert_eq!(dump(&Constant::Float(1e22), 1).unwrap(), b"f\x051e+22");
    assert_eq!(dump(&Constant::Float(-123456.0), 1).unwrap(), b"f\x07-123456");
}

#[test]
fn cut_and_changed_bytes_never_panic() {
    let value = Constant::Tuple(samples().into());
    let bytes = dump(&value, VERSION).unwrap();
    for cut in 0..bytes.len() {
        assert!(load(&bytes[..cut]).is_err());
    }
    for at in 0..bytes.len() {
        for change in [1u8, 0x7F, 0x80, 0xFF] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let _ = load(&changed);
        }
    }
}

#[test]
fn hostile_input_is_refused() {
    assert_eq!(load(b""), Err(ReadError::Eof("EOF read where object expected")));
    assert_eq!(load(b"(\xff\xff\xff\x7f"), Err(ReadError::Eof("EOF read where object expected")));
    assert_eq!(load(b"(\xff\xff\xff\xff"), Err(ReadError::Value("bad marshal data (tuple size out of range)")));
    assert_eq!(load(b"s\xff\xff\xff\x7f"), Err(ReadError::Eof("marshal data too short")));
    assert_eq!(load(b"r\0\0\0\0"), Err(ReadError::Value("bad marshal data (invalid reference)")));
    assert_eq!(load(b"\xa9\x01r\0\0\0\0"), Err(ReadError::Value("bad marshal data (invalid reference)")));
    assert_eq!(load(b")\x010"), Err(ReadError::Type("NULL object in marshal data for tuple")));
    assert_eq!(load(b"l\x01\0\0\0\0\x80"), Err(ReadError::Value("bad marshal data (digit out of range in long)")));
    assert_eq!(load(b"l\x02\0\0\0\x01\0\0\0"), Err(ReadError::Value("bad marshal data (unnormalized long data)")));
    assert_eq!(load(&b")\x01".repeat(3000)), Err(ReadError::Value("recursion limit exceeded")));
    assert_eq!(load(b"?"), Err(ReadError::Value("bad marshal data (unknown type code)")));
}
