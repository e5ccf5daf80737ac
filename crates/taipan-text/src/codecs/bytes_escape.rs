//! The escapes of bytes literals: `codecs.escape_decode` and `codecs.escape_encode`.

/// Why escapes cannot be decoded; all are `ValueError`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EscapeError {
    TrailingBackslash,
    InvalidHex {
        position: usize,
    },
    /// An error handling name other than `strict`, `ignore`, `replace`.
    UnknownHandler(String),
}

impl EscapeError {
    /// The message of the `ValueError`.
    pub fn message(&self) -> String {
        match self {
            EscapeError::TrailingBackslash => "Trailing \\ in string".to_owned(),
            EscapeError::InvalidHex { position } => format!("invalid \\x escape at position {position}"),
            EscapeError::UnknownHandler(name) => {
                let name: String = name.chars().take(400).collect();
                format!("decoding error; unknown error handling code: {name}")
            }
        }
    }
}

/// Decodes the escapes of a bytes literal; also gives the message of the `DeprecationWarning` for the first escape that
/// means nothing. `handler` is `None`, `strict`, `replace` or `ignore`.
pub fn decode(input: &[u8], handler: Option<&str>) -> Result<(Vec<u8>, Option<String>), EscapeError> {
    let mut out = Vec::with_capacity(input.len());
    let mut invalid = None;
    let mut at = 0;
    while at < input.len() {
        let plain = memchr::memchr(b'\\', &input[at..]).unwrap_or(input.len() - at);
        out.extend_from_slice(&input[at..at + plain]);
        at += plain;
        if at == input.len() {
            break;
        }
        let start = at;
        let Some(&byte) = input.get(at + 1) else { return Err(EscapeError::TrailingBackslash) };
        at += 2;
        match byte {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(byte),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'v' => out.push(11),
            b'f' => out.push(12),
            b'r' => out.push(b'\r'),
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    if let Some(&digit @ b'0'..=b'7') = input.get(at) {
                        value = value * 8 + u32::from(digit - b'0');
                        at += 1;
                    }
                }
                if value > 0o377 {
                    invalid.get_or_insert(start + 1);
                }
                out.push(value as u8);
            }
            b'x' => {
                let digit = |at: usize| char::from(*input.get(at)?).to_digit(16);
                match (digit(at), digit(at + 1)) {
                    (Some(high), Some(low)) => {
                        out.push((high << 4 | low) as u8);
                        at += 2;
                    }
                    (high, _) => {
                        match handler {
                            None | Some("strict") => return Err(EscapeError::InvalidHex { position: start }),
                            Some("replace") => out.push(b'?'),
                            Some("ignore") => {}
                            Some(other) => return Err(EscapeError::UnknownHandler(other.to_owned())),
                        }
                        at += usize::from(high.is_some());
                    }
                }
            }
            _ => {
                invalid.get_or_insert(start + 1);
                out.extend_from_slice(&[b'\\', byte]);
            }
        }
    }
    Ok((out, invalid.map(|at| warning(&input[at..], "b"))))
}

/// The warning about the escape whose text after the backslash starts here.
pub(super) fn warning(escape: &[u8], prefix: &str) -> String {
    let octal = escape.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let (kind, len) = if octal > 0 { ("octal escape", octal) } else { ("escape", 1) };
    let shown: String = escape.iter().take(len).map(|&byte| char::from(byte)).collect();
    format!("{prefix}\"\\{shown}\" is an invalid {kind} sequence. Such sequences will not work in the future. ")
}

/// The bytes with escapes for quotes, backslashes and what is not printable ASCII.
pub fn encode(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    for &byte in input {
        match byte {
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b' '..=b'~' => out.push(byte),
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out
}
