//! Hashes against those recorded from CPython 3.14 (tools/make_hash_facts.py).

use super::*;
use crate::TextBuf;

fn points(value: &str) -> impl Iterator<Item = u32> {
    value.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap())
}

fn int_hashes(value: &str) -> impl Iterator<Item = i64> {
    value.split(',').filter(|part| !part.is_empty()).map(|part| int(part.parse().unwrap()))
}

#[test]
fn hashes_equal_cpython() {
    for line in include_str!("facts.txt").lines() {
        let [seed, kind, value, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let key = HashKey::from_seed(seed.parse().unwrap());
        let float = |value: &str| float(value.parse().unwrap()).unwrap();
        let hash = match kind {
            "str" => key.text(points(value).collect::<TextBuf>().as_text()),
            "bytes" => key.bytes(&points(value).map(|byte| byte as u8).collect::<Vec<_>>()),
            "int" => {
                let big: IBig = value.parse().unwrap();
                if let Ok(small) = i64::try_from(&big) {
                    assert_eq!(int(small), big_int(&big));
                }
                big_int(&big)
            }
            "float" => float(value),
            "complex" => {
                let (real, imaginary) = value.split_once(',').unwrap();
                complex(float(real), float(imaginary))
            }
            "tuple" => tuple(int_hashes(value)),
            "frozenset" => frozenset(int_hashes(value)),
            "slice" => {
                let mut hasher = TupleHasher::new();
                int_hashes(value).for_each(|hash| hasher.item(hash));
                hasher.finish_slice()
            }
            _ => panic!("{line}"),
        };
        assert_eq!(hash.to_string(), expected, "{line}");
    }
    assert_eq!(float(f64::NAN), None);
}
