//! Events, places and errors of whole documents, and of the same documents byte by byte.

use super::*;

fn settings() -> Settings {
    Settings {
        separator: None,
        triplets: false,
        expand_entities: true,
        parameter_entities: 0,
        foreign_dtd: false,
        deferral: false,
        maximum_amplification: 100.0,
        activation_threshold: 8 << 20,
        allocation_factor: 100.0,
        allocation_threshold: 64 << 20,
    }
}

/// The elements and texts of a document, or its error and place.
fn outline(pieces: &[&[u8]], settings: Settings) -> Result<String, (Code, u64, u64)> {
    let mut parser = Parser::new(None, settings);
    let mut text = String::new();
    for (i, piece) in pieces.iter().enumerate() {
        parser.feed(piece, i + 1 == pieces.len());
        loop {
            match parser.next_event() {
                Ok(None) => break,
                Ok(Some(Event::StartElement { name, attributes, .. })) => {
                    text.push_str(&format!("<{name}"));
                    attributes.iter().for_each(|(name, value)| text.push_str(&format!(" {name}={value}")));
                    text.push('>');
                }
                Ok(Some(Event::EndElement { name })) => text.push_str(&format!("</{name}>")),
                Ok(Some(Event::Text(part))) => text.push_str(&part),
                Ok(Some(Event::StartNamespace { prefix, uri })) => text.push_str(&format!("[{prefix:?}={uri:?}]")),
                Ok(Some(_)) => {}
                Err(code) => {
                    let (line, column, _) = parser.place();
                    return Err((code, line, column));
                }
            }
        }
    }
    Ok(text)
}

#[test]
fn documents_in_one_piece_and_in_many() {
    let cases: &[(&str, &str)] = &[
        ("<a x='1' y=\"2&lt;\">t<b/>&amp;&#65;\r\nu</a>", "<a x=1 y=2<>t<b></b>&A\nu</a>"),
        ("<?xml version='1.0'?><!-- c --><a><![CDATA[<x>]]]]></a>", "<a><x>]]</a>"),
        ("<!DOCTYPE a [<!ENTITY e 'x<b/>y'><!ATTLIST a k CDATA 'd'>]><a>&e;</a>", "<a k=d>x<b></b>y</a>"),
        ("<a>\u{e9}\u{20ac}\u{1f600}</a>\n", "<a>\u{e9}\u{20ac}\u{1f600}</a>"),
    ];
    for (document, expected) in cases {
        assert_eq!(outline(&[document.as_bytes()], settings()).as_deref(), Ok(*expected), "{document}");
        let bytes: Vec<&[u8]> = document.as_bytes().chunks(1).collect();
        assert_eq!(outline(&bytes, settings()).as_deref(), Ok(*expected), "{document} by bytes");
    }
}

#[test]
fn errors_and_their_places() {
    let cases: &[(&str, Code, u64, u64)] = &[
        ("", Code::NoElements, 1, 0),
        ("<a>", Code::NoElements, 1, 3),
        ("<a></b>", Code::TagMismatch, 1, 5),
        ("<a/>x", Code::JunkAfterDocElement, 1, 4),
        ("<a>&u;</a>", Code::UndefinedEntity, 1, 3),
        ("<a x='1' x='2'/>", Code::DuplicateAttribute, 1, 9),
        ("<a>\n<", Code::UnclosedToken, 2, 0),
        ("<a>]]></a>", Code::InvalidToken, 1, 5),
        ("foobar<ata>", Code::InvalidToken, 1, 6),
        ("<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", Code::RecursiveEntityRef, 1, 35),
    ];
    for (document, code, line, column) in cases {
        assert_eq!(outline(&[document.as_bytes()], settings()), Err((*code, *line, *column)), "{document}");
    }
}

#[test]
fn namespaces_expand_names() {
    let settings = Settings { separator: Some(Some('}')), ..settings() };
    let document = b"<a xmlns='u' xmlns:p='v'><p:b p:k='1' k='2'/></a>";
    let expected = "[None=Some(\"u\")][Some(\"p\")=Some(\"v\")]<u}a><v}b v}k=1 k=2></v}b></u}a>";
    assert_eq!(outline(&[document], settings.clone()).as_deref(), Ok(expected));
    assert_eq!(outline(&[b"<p:a/>"], settings), Err((Code::UnboundPrefix, 1, 0)));
}

#[test]
fn entities_cannot_blow_up() {
    let mut document = String::from("<!DOCTYPE a [<!ENTITY e0 'xxxxxxxxxx'>");
    for i in 1..12 {
        let previous = format!("&e{};", i - 1).repeat(10);
        document.push_str(&format!("<!ENTITY e{i} '{previous}'>"));
    }
    document.push_str("]><a>&e11;</a>");
    let settings = Settings { activation_threshold: 1 << 16, ..settings() };
    let result = outline(&[document.as_bytes()], settings);
    assert!(matches!(result, Err((Code::AmplificationLimitBreach | Code::NoMemory, ..))), "{:?}", result.err());
}

#[test]
fn no_mutation_panics() {
    let seed = "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE a SYSTEM 's' [<!ELEMENT a (b|c)*><!ENTITY % p 'q'>%p;\
                <!ENTITY e 'v'><!NOTATION n PUBLIC 'x'><!ATTLIST a k (x|y) 'x'>]><a k='y' z='&e;'>t<b/><![CDATA[c]]></a>";
    let mut state = 12345u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    for _ in 0..2000 {
        let mut bytes = seed.as_bytes().to_vec();
        for _ in 0..1 + random() % 4 {
            let at = random() % bytes.len();
            match random() % 3 {
                0 => bytes[at] = random() as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"<>&;'\"[]!%\0\xff"[random() % 12]),
            }
        }
        let cut = random() % bytes.len();
        let _ = outline(&[&bytes[..cut], &bytes[cut..]], Settings { parameter_entities: 2, ..settings() });
    }
}
