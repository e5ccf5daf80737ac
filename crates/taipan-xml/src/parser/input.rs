//! The input of the parser: bytes come in pieces, their encoding is found out, text is what events are made from.

use super::{Parser, State};
use crate::decode::{Decoded, Encoding, decode};
use crate::{Code, Event};

impl Parser {
    /// Tells the characters of the 256 bytes of an encoding that was asked for.
    pub fn set_table(&mut self, table: Vec<i32>) {
        self.encoding = Some(Encoding::Table(table.into_boxed_slice()));
        self.forced = true;
    }

    /// From now on the document is UTF-8, whatever it says.
    pub fn force_utf8(&mut self) {
        if self.raw.is_empty() && self.sources.first().is_some_and(|source| source.text.is_empty()) {
            self.encoding = Some(Encoding::Utf8);
            self.forced = true;
        }
    }

    /// Whether anything has been fed.
    pub fn has_begun(&self) -> bool {
        self.direct > 0 || self.is_final
    }

    /// Whether the last piece has been read to its end.
    pub fn is_finished(&self) -> bool {
        self.state == State::Finished
    }

    /// Gives the parser the next piece of the document.
    pub fn feed(&mut self, piece: &[u8], is_final: bool) {
        self.direct += piece.len() as u64;
        self.raw.extend_from_slice(piece);
        self.is_final |= is_final;
        self.progress = false;
        // What has been read goes; the place is counted first.
        if self.sources.len() == 1 {
            let at = self.sources[0].at;
            self.move_to(at);
            self.sources[0].text.drain(..at);
            self.sources[0].at = 0;
            self.mark = 0;
        }
    }

    /// Whether the bytes of the document are its text.
    pub(crate) fn is_utf8(&self) -> bool {
        matches!(self.encoding, None | Some(Encoding::Utf8))
    }

    /// Whether a token that was not whole is to be looked at only when there is much more of it.
    pub(super) fn waits(&self) -> bool {
        let (text, at) = self.rest();
        self.settings.deferral
            && self.partial > 0
            && self.may_grow()
            && !self.is_final
            && text.len() - at < self.partial * 2
    }

    /// Decodes what has been fed, once the encoding is known.
    pub(super) fn take_bytes(&mut self) -> Result<(), Code> {
        if self.raw.is_empty() || self.broken {
            return Ok(());
        }
        if self.encoding.is_none() && !self.detect()? {
            return Ok(());
        }
        let Some(encoding) = &self.encoding else { return Ok(()) };
        let source = &mut self.sources[0];
        match decode(encoding, &self.raw, &mut source.text) {
            Decoded::All => self.raw.clear(),
            Decoded::Partial(at) => {
                self.raw.drain(..at);
                if self.is_final && self.is_utf8() && self.sources[0].at == self.sources[0].text.len() {
                    return Err(Code::PartialChar);
                }
            }
            Decoded::Invalid => self.broken = true,
        }
        let text = &mut self.sources[0].text;
        if self.index == 0 && self.mark == 0 && text.starts_with('\u{FEFF}') {
            text.remove(0);
            self.index = self.encoding.as_ref().map_or(0, |encoding| encoding.width('\u{FEFF}') as u64);
        }
        Ok(())
    }

    /// Finds the encoding by the first bytes and the declaration; false when more of them are needed.
    fn detect(&mut self) -> Result<bool, Code> {
        let raw = &self.raw;
        if raw.len() < 2 && !self.is_final {
            return Ok(false);
        }
        let by_bytes = match raw.as_slice() {
            [0xFE, 0xFF, ..] | [0, _, ..] => Some(Encoding::Utf16 { big_endian: true }),
            [0xFF, 0xFE, ..] | [_, 0, ..] => Some(Encoding::Utf16 { big_endian: false }),
            _ if self.utf16_told => Some(Encoding::Utf16 { big_endian: true }),
            [0xEF, 0xBB, 0xBF, ..] => Some(Encoding::Utf8),
            _ => None,
        };
        if by_bytes.is_some() {
            self.encoding = by_bytes;
            return Ok(true);
        }
        let common = raw.len().min(5);
        if raw[..common] != b"<?xml"[..common] {
            self.encoding = Some(Encoding::Utf8);
            return Ok(true);
        }
        let Some(end) = raw.windows(2).position(|pair| pair == b"?>") else {
            if self.is_final || raw.len() > 4096 {
                self.encoding = Some(Encoding::Utf8);
                return Ok(true);
            }
            return Ok(false);
        };
        let declaration = String::from_utf8_lossy(&raw[..end]);
        let named = declaration.find("encoding").and_then(|at| {
            let rest = declaration[at + 8..].trim_start().strip_prefix('=')?.trim_start();
            let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
            rest[1..].split(quote).next()
        });
        match named {
            None => self.encoding = Some(Encoding::Utf8),
            Some(name) => match Encoding::of_name(name) {
                Some(Encoding::Utf16 { .. }) => return Err(Code::IncorrectEncoding),
                Some(encoding) => self.encoding = Some(encoding),
                // Asked once and not told.
                None if self.asked => return Err(Code::UnknownEncoding),
                None => {
                    let name = name.to_owned();
                    self.asked = true;
                    self.queue.push_back(Event::UnknownEncoding(name));
                    return Ok(false);
                }
            },
        }
        Ok(true)
    }
}
