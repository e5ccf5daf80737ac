//! Formatting against facts recorded from CPython 3.14 (tools/make_format_facts.py).

use super::*;

fn text_of(hexes: &str) -> TextBuf {
    hexes.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap()).collect()
}

fn hexes(text: TextRef<'_>) -> String {
    text.iter().map(|point| format!("{point:x}")).collect::<Vec<_>>().join(".")
}

fn show(result: Result<TextBuf, FormatError>) -> String {
    match result {
        Ok(text) => hexes(text.as_text()),
        Err(error) => {
            let message = TextBuf::from(format!("{:?}: {}", error.kind, error.message));
            format!("!{}", hexes(message.as_text()))
        }
    }
}

/// What `format % value` gives for one conversion of any kind.
fn run(format: TextRef<'_>, convert: impl Fn(&Field) -> Result<TextBuf, FormatError>) -> Result<TextBuf, FormatError> {
    let mut out = TextBuf::new();
    for piece in Pieces::new(format) {
        match piece? {
            Piece::Literal(range) => out.push_text(format.slice(range)),
            Piece::Conversion(conversion) => match conversion.code {
                None => return Err(Conversion::incomplete()),
                Some(code) if b"diuoxXeEfFgGsc".iter().any(|&known| u32::from(known) == code) => {
                    out.push_text(convert(&conversion.field(0, 0))?.as_text());
                }
                Some(_) => return Err(conversion.unsupported()),
            },
        }
    }
    Ok(out)
}

#[test]
fn facts_of_cpython_hold() {
    for line in include_str!("facts.txt").lines() {
        let fields = line.split('\t').collect::<Vec<_>>();
        let format = text_of(fields[1]);
        let value = fields[2];
        let got = run(format.as_text(), |field| match fields[0] {
            "int" | "error" => {
                let value = if fields[0] == "int" { value.parse().unwrap() } else { IBig::ONE };
                int_field(&value, field, 4300, 1 << 20).map(TextBuf::from)
            }
            "float" => {
                let value = f64::from_bits(u64::from_str_radix(value, 16).unwrap());
                float_field(value, field, 1 << 20).map(TextBuf::from)
            }
            _ => text_field(text_of(value).as_text(), field, 1 << 20),
        });
        assert_eq!(show(got), fields[fields.len() - 1], "{line}: {}", format.as_text().to_utf8_lossy());
    }
}

#[test]
fn stars_take_arguments() {
    let format = TextBuf::from("%(k(e)y)-*.*dx%%");
    let pieces: Vec<_> = Pieces::new(format.as_text()).collect::<Result<_, _>>().unwrap();
    let [Piece::Conversion(conversion), Piece::Literal(x), Piece::Literal(percent)] = &pieces[..] else {
        panic!("{pieces:?}")
    };
    assert_eq!(
        (conversion.key.clone(), conversion.width, conversion.precision),
        (Some(2..7), Amount::Star, Amount::Star)
    );
    assert_eq!((x.clone(), percent.clone()), (13..14, 15..16));
    let field = conversion.field(-6, -1);
    assert_eq!((field.flags.left, field.width, field.precision), (true, 6, Some(0)));
    let field = Field { width: 2000, ..field };
    assert!(int_field(&IBig::ONE, &field, 0, 1000).is_err());
}
