use super::Format;

fn size(text: &str) -> Result<usize, &'static str> {
    Format::parse(text.as_bytes()).map(|format| format.size)
}

#[test]
fn sizes_and_alignment() {
    assert_eq!(size("@bi"), Ok(8));
    assert_eq!(size("<bi"), Ok(5));
    assert_eq!(size("i0q"), Ok(8));
    assert_eq!(size("bil?e3sPnN"), Ok(48));
    assert_eq!(size(" 2h 3x "), Ok(7));
}

#[test]
fn errors() {
    assert_eq!(size("<n"), Err("bad char in struct format"));
    assert_eq!(size("3"), Err("repeat count given without format specifier"));
    assert_eq!(size("99999999999999999999i"), Err("total struct size too long"));
}

#[test]
fn values() {
    let format = Format::parse(b">2h0s3p").expect("a good format");
    assert_eq!((format.len, format.groups.len(), format.big_endian), (4, 3, true));
}
