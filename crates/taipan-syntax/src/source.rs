//! Source text: from bytes to UTF-8 with `\n` line ends (byte order mark, PEP 263 cookie, newline translation).
//!
//! Invariant: [`Source::text`] is UTF-8 without null bytes and without `\r`.

use crate::error::{Details, ErrorKind, ErrorLocation, SyntaxError};

/// Decodes bytes in an encoding other than UTF-8, Latin-1 and ASCII; gives the message of the failure otherwise.
pub type Decoder<'a> = dyn FnMut(&str, &[u8]) -> Result<String, String> + 'a;

/// Source text ready for the lexer.
#[derive(Clone, Debug)]
pub struct Source {
    /// UTF-8.
    pub(crate) text: Vec<u8>,
    /// The name of the declared encoding, normalised as CPython's tokenizer does, or "utf-8" for a byte order mark.
    pub(crate) encoding: Option<String>,
    /// Whether the final newline was added.
    pub(crate) implicit_newline: bool,
    /// Why the line behind the text cannot be read; what is wrong before goes first.
    pub(crate) ending: Option<Box<SyntaxError>>,
    /// CPython holds the first line while it reads the second: neither code nor a cookie told it the encoding of a file.
    pub(crate) keeps_first_line: bool,
}

/// How bytes become text.
pub(crate) struct Reading<'a, 'd> {
    /// The text is UTF-8 already and a cookie is ignored (`PyCF_IGNORE_COOKIE`).
    pub ignore_cookie: bool,
    /// Add a newline where the last line lacks one.
    pub final_newline: bool,
    /// Leave `\r\n` as it is.
    pub preserve_crlf: bool,
    /// The file that is read as a program.
    pub file_name: Option<&'a str>,
    pub decoder: Option<&'a mut Decoder<'d>>,
}

/// Reads `bytes`.
///
/// # Errors
/// The SyntaxErrors of CPython's tokenizer set-up: null bytes, unknown encodings, undecodable bytes.
pub(crate) fn read(bytes: &[u8], reading: Reading<'_, '_>) -> Result<Source, SyntaxError> {
    let file_name = reading.file_name;
    if file_name.is_none() && memchr::memchr(0, bytes).is_some() {
        return Err(SyntaxError::bare(ErrorKind::SyntaxError, "source code string cannot contain null bytes"));
    }
    let mut encoding = None;
    let text = if reading.ignore_cookie {
        translate_newlines(bytes, reading.final_newline, reading.preserve_crlf)
    } else {
        let (has_mark, body) = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (true, rest),
            _ => (false, bytes),
        };
        let mut text = translate_newlines(body, reading.final_newline, reading.preserve_crlf);
        if has_mark {
            encoding = Some("utf-8".to_owned());
        }
        match declared_encoding(&text.0) {
            Some((name, lineno)) if has_mark && name != "utf-8" => {
                let line = text.0.split(|byte| *byte == b'\n').nth(lineno - 1).unwrap_or_default();
                let line = String::from_utf8_lossy(line).into_owned();
                let end = line.chars().count();
                return Err(without_filename(format!("encoding problem: {name} with BOM"), lineno, line, (0, end)));
            }
            Some((name, _)) => {
                if name != "utf-8" {
                    text.0 = decode(&name, &text.0, reading.decoder)?.into_bytes();
                }
                encoding = Some(name);
            }
            None => {}
        }
        text
    };
    let (mut text, implicit_newline) = text;
    if let Some(file_name) = file_name {
        // A program is read line by line.
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let code = first.iter().find(|byte| !matches!(byte, b' ' | b'\t' | 0x0C));
        let keeps_first_line = code.is_none_or(|byte| *byte == b'#') && declared_encoding(first).is_none();
        let has_mark = !reading.ignore_cookie && bytes.starts_with(b"\xEF\xBB\xBF");
        let declared = if has_mark { Some(0) } else { declared_encoding(&text).map(|(_, lineno)| lineno) };
        let shown = text.len() - usize::from(implicit_newline);
        let ending = unreadable_line(&text, shown, Program { file_name, declared, keeps_first_line });
        if let Some((start, _)) = &ending {
            text.truncate(*start);
        }
        let ending = ending.map(|(_, error)| Box::new(error));
        return Ok(Source { text, encoding, implicit_newline, ending, keeps_first_line });
    }
    if !text.is_ascii()
        && let Err(error) = std::str::from_utf8(&text)
    {
        return Err(non_utf8(&text, error.valid_up_to(), file_name));
    }
    Ok(Source { text, encoding, implicit_newline, ending: None, keeps_first_line: false })
}

/// What the reader of a program knows of it.
#[derive(Clone, Copy)]
struct Program<'a> {
    file_name: &'a str,
    /// The line that declares its encoding; 0 for a byte order mark.
    declared: Option<usize>,
    keeps_first_line: bool,
}

/// The first line with a null byte or with bytes that are no UTF-8: where it starts, and its error, which shows the text
/// up to `shown`.
fn unreadable_line(text: &[u8], shown: usize, program: Program<'_>) -> Option<(usize, SyntaxError)> {
    let null = memchr::memchr(0, text);
    let broken = std::str::from_utf8(text).err().map(|error| error.valid_up_to());
    let (at, error) = match (null, broken) {
        (Some(null), broken) if broken.is_none_or(|broken| null < broken) => (null, null_byte(text, 0)),
        (_, Some(broken)) => (broken, undecodable_line(text, broken, shown, program)),
        _ => return None,
    };
    Some((text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1), error))
}

/// The error for the bytes at `at`, which are no UTF-8: where the program says that it is UTF-8 it is the decoder's.
fn undecodable_line(text: &[u8], at: usize, shown: usize, program: Program<'_>) -> SyntaxError {
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').take(2).collect();
    let lineno = 1 + text[..at].iter().filter(|byte| **byte == b'\n').count();
    // The first line that is kept is decoded with the second.
    let with_first = program.keeps_first_line && lineno <= 2 && lines.len() == 2;
    let reported = if with_first { 2 } else { lineno };
    if program.declared.is_none_or(|declared| declared > reported) {
        return non_utf8(text, at, Some(program.file_name));
    }
    let start = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let start = if with_first { lines.first().map_or(0, |line| line.len()) } else { start };
    let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |end| start + end + 1);
    let decoded = &text[if with_first { 0 } else { start }..end];
    let msg = match std::str::from_utf8(decoded) {
        Err(error) => format!("(unicode error) {}", undecodable_utf8(decoded, &error)),
        Ok(_) => return non_utf8(text, at, Some(program.file_name)),
    };
    let line = String::from_utf8_lossy(&text[start..end.min(shown).max(start)]).into_owned();
    let mut error = without_filename(msg, reported, line, (0, 0));
    if let Some(location) = &mut error.location {
        location.has_filename = true;
        location.end_offset = -1;
    }
    error
}

fn translate_newlines(bytes: &[u8], final_newline: bool, preserve_crlf: bool) -> (Vec<u8>, bool) {
    let mut text = Vec::with_capacity(bytes.len() + 1);
    if preserve_crlf || memchr::memchr(b'\r', bytes).is_none() {
        text.extend_from_slice(bytes);
    } else {
        let mut rest = bytes.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            if byte == b'\r' {
                if rest.peek() == Some(&b'\n') {
                    rest.next();
                }
                text.push(b'\n');
            } else {
                text.push(byte);
            }
        }
    }
    let add = final_newline && text.last().is_some_and(|last| *last != b'\n');
    if add {
        text.push(b'\n');
    }
    (text, add)
}

/// The encoding that a comment in the first two lines declares, and the line of the comment.
pub(crate) fn declared_encoding(text: &[u8]) -> Option<(String, usize)> {
    for (index, line) in text.split(|byte| *byte == b'\n').take(2).enumerate() {
        let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | 0x0C | b'\r'));
        let Some(start) = start else { continue };
        if line[start] != b'#' {
            return None;
        }
        if let Some(name) = coding_spec(&line[start..]) {
            return Some((name, index + 1));
        }
    }
    None
}

fn coding_spec(comment: &[u8]) -> Option<String> {
    let mut from = 0;
    while let Some(found) = comment[from..].windows(6).position(|window| window == b"coding") {
        let after = &comment[from + found + 6..];
        from += found + 1;
        let Some((b':' | b'=', mut name)) = after.split_first() else { continue };
        while let Some((b' ' | b'\t', rest)) = name.split_first() {
            name = rest;
        }
        let end = name.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')));
        let name = &name[..end.unwrap_or(name.len())];
        if !name.is_empty() {
            return Some(normal_name(&String::from_utf8_lossy(name)));
        }
    }
    None
}

fn normal_name(name: &str) -> String {
    let short: String = name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    if short == "utf-8" || short.starts_with("utf-8-") {
        return "utf-8".to_owned();
    }
    for latin in ["latin-1", "iso-8859-1", "iso-latin-1"] {
        if short == latin || short.strip_prefix(latin).is_some_and(|rest| rest.starts_with('-')) {
            return "iso-8859-1".to_owned();
        }
    }
    name.to_owned()
}

fn decode(name: &str, bytes: &[u8], decoder: Option<&mut Decoder<'_>>) -> Result<String, SyntaxError> {
    let plain = name.to_ascii_lowercase();
    match plain.as_str() {
        "iso-8859-1" | "latin1" | "latin_1" | "iso8859-1" | "l1" => {
            return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
        }
        "ascii" | "us-ascii" => {
            if let Some(at) = bytes.iter().position(|byte| !byte.is_ascii()) {
                return Err(without_line(format!(
                    "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
                    bytes[at]
                )));
            }
            return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
        }
        _ => {}
    }
    if plain == "utf8" {
        let text = std::str::from_utf8(bytes).map_err(|error| without_line(undecodable_utf8(bytes, &error)))?;
        return Ok(text.to_owned());
    }
    match decoder {
        Some(decoder) => decoder(name, bytes).map_err(without_line),
        None => Err(without_line(format!("unknown encoding: {name}"))),
    }
}

fn undecodable_utf8(bytes: &[u8], error: &std::str::Utf8Error) -> String {
    let at = error.valid_up_to();
    let first = bytes.get(at).copied().unwrap_or_default();
    let (length, reason) = match error.error_len() {
        None => (bytes.len() - at, "unexpected end of data"),
        Some(length) if matches!(first, 0xC2..=0xF4) => (length, "invalid continuation byte"),
        Some(_) => (1, "invalid start byte"),
    };
    let range = match length {
        0 | 1 => format!("byte 0x{first:02x} in position {at}"),
        _ => format!("bytes in position {at}-{}", at + length - 1),
    };
    format!("'utf-8' codec can't decode {range}: {reason}")
}

/// An error of the tokenizer's set-up: line 0, no text.
fn without_line(msg: String) -> SyntaxError {
    SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg,
        location: Some(ErrorLocation {
            lineno: 0,
            offset: -1,
            end_lineno: 0,
            end_offset: 0,
            text: None,
            prefers_file: false,
            details: Details::WithoutEnd,
            has_filename: true,
        }),
        last_statement: None,
    }
}

/// A null byte in a program: the place is its line, which is shown up to it. `lines` stand before the bytes.
pub(crate) fn null_byte(bytes: &[u8], lines: usize) -> SyntaxError {
    let before = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let lineno = 1 + lines + before.iter().filter(|byte| **byte == b'\n').count();
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line).into_owned();
    let mut error = without_filename("source code cannot contain null bytes".to_owned(), lineno, line, (0, 0));
    if let Some(location) = &mut error.location {
        location.has_filename = true;
    }
    error
}

/// The error for bytes that are no UTF-8; CPython gives it no file name.
fn non_utf8(text: &[u8], at: usize, file_name: Option<&str>) -> SyntaxError {
    let byte = text[at];
    let line_start = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let lineno = 1 + text[..at].iter().filter(|byte| **byte == b'\n').count();
    let line_end = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| at + end);
    let offset = String::from_utf8_lossy(&text[line_start..=at]).chars().count();
    let file = file_name.map_or_else(String::new, |name| format!("in file {name} "));
    let msg = format!(
        "Non-UTF-8 code starting with '\\x{byte:02x}' {file}on line {lineno}, but no encoding declared; see \
         https://peps.python.org/pep-0263/ for details"
    );
    let line = String::from_utf8_lossy(&text[line_start..line_end]).into_owned();
    let mut error = without_filename(msg, lineno, line, (offset, offset));
    if let (Some(location), Some(_)) = (&mut error.location, file_name) {
        location.has_filename = true;
    }
    error
}

fn without_filename(msg: String, lineno: usize, line: String, offsets: (usize, usize)) -> SyntaxError {
    let number = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg,
        location: Some(ErrorLocation {
            lineno: number(lineno),
            offset: number(offsets.0),
            end_lineno: number(lineno),
            end_offset: number(offsets.1),
            text: Some(line),
            prefers_file: false,
            details: Details::Full,
            has_filename: false,
        }),
        last_statement: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_in_the_first_two_lines() {
        let found = |text: &[u8]| declared_encoding(text).map(|(name, lineno)| format!("{name}:{lineno}"));
        assert_eq!(found(b"# -*- coding: utf_8 -*-\n").as_deref(), Some("utf-8:1"));
        assert_eq!(found(b"#!/x\n# vim: set fileencoding=Latin-1 :\n").as_deref(), Some("iso-8859-1:2"));
        assert_eq!(found(b"\n# coding: cp1252").as_deref(), Some("cp1252:2"));
        assert_eq!(found(b"x = 1\n# coding: cp1252"), None);
        assert_eq!(found(b"\n\n# coding: cp1252"), None);
        assert_eq!(found(b"# coding - cp1252"), None);
    }

    #[test]
    fn newlines_are_translated() {
        assert_eq!(translate_newlines(b"a\r\nb\rc", true, false), (b"a\nb\nc\n".to_vec(), true));
        assert_eq!(translate_newlines(b"a\r\n", true, true), (b"a\r\n".to_vec(), false));
        assert_eq!(translate_newlines(b"", true, false), (Vec::new(), false));
    }
}
