//! String literals, f-strings and t-strings, and their concatenation.

use super::{Failure, Parser, Parsing};
use crate::ast::{Constant, Expr, ExprBox, ExprKind, Location};
use crate::literal::{self, InvalidEscape};
use crate::token::TokenKind as K;

/// The kinds of literal that may stand side by side.
#[derive(Clone, Copy, Default)]
struct Seen {
    bytes: bool,
    text: bool,
    formatted: bool,
    template: bool,
}

impl Parser<'_> {
    /// `strings`: one literal or several that follow each other.
    pub(super) fn strings(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let more = |kind| matches!(kind, K::String | K::FStringStart | K::TStringStart);
        if self.at(K::String) && !more(self.kind_at(1)) {
            return self.plain_string();
        }
        let mut seen = Seen::default();
        let mut parts = Vec::new();
        loop {
            match self.kind() {
                K::String => {
                    let part = self.plain_string()?;
                    let bytes = matches!(part.kind, ExprKind::Constant { value: Constant::Bytes(_), .. });
                    seen.bytes |= bytes;
                    seen.text |= !bytes;
                    parts.push(part);
                }
                K::FStringStart => {
                    seen.formatted = true;
                    self.formatted_string(false, &mut parts)?;
                }
                K::TStringStart => {
                    self.require(14)?;
                    seen.template = true;
                    self.formatted_string(true, &mut parts)?;
                }
                _ => break,
            }
        }
        let plain = seen.bytes || seen.text || seen.formatted;
        if (seen.bytes && (seen.text || seen.formatted)) || (seen.template && plain) {
            return Err(Failure::Invalid);
        }
        let location = self.location(start);
        if seen.formatted || seen.template {
            let values = fold(parts);
            let kind = if seen.template { ExprKind::TemplateStr { values } } else { ExprKind::JoinedStr { values } };
            return Ok(Expr::new(kind, location));
        }
        if parts.len() == 1 {
            return parts.pop().ok_or(Failure::Invalid);
        }
        concatenate(parts, location).ok_or(Failure::Invalid)
    }

    fn plain_string(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let token = self.expect(K::String)?;
        let string = literal::string(self.text_of(token)).map_err(|_| Failure::Invalid)?;
        if let Some(escape) = &string.invalid {
            self.warn_escape(escape, token);
        }
        let kind = string.unicode_prefix.then(|| "u".into());
        Ok(Expr::new(ExprKind::Constant { value: string.value, kind }, self.location(start)))
    }

    /// The pieces of an f-string or t-string.
    fn formatted_string(&mut self, template: bool, parts: &mut Vec<Expr>) -> Parsing<()> {
        self.enter()?;
        let (middle, end) =
            if template { (K::TStringMiddle, K::TStringEnd) } else { (K::FStringMiddle, K::FStringEnd) };
        let open = self.advance();
        let raw = self.text_of(open).iter().any(|byte| byte.eq_ignore_ascii_case(&b'r'));
        let mut invalid = Vec::new();
        loop {
            match self.kind() {
                kind if kind == middle => {
                    let (part, escape) = self.middle(raw)?;
                    invalid.extend(escape);
                    if !is_empty_text(&part) {
                        parts.push(part);
                    }
                }
                K::LBrace => self.replacement_field(template, template, raw, parts)?,
                kind if kind == end => break,
                _ => return Err(Failure::Invalid),
            }
        }
        // CPython evaluates the text only here, and counts lines from here.
        let end = self.advance();
        for escape in &invalid {
            self.warn_escape(escape, end);
        }
        self.leave();
        Ok(())
    }

    /// Text between fields, and its first escape without meaning.
    fn middle(&mut self, raw: bool) -> Parsing<(Expr, Option<InvalidEscape>)> {
        let start = self.pos;
        let token = self.advance();
        let text = self.text_of(token);
        let (text, invalid) = if raw || !text.contains(&b'\\') {
            (text.to_vec(), None)
        } else {
            literal::text_escapes(text).map_err(|_| Failure::Invalid)?
        };
        Ok((Expr::constant(Constant::Str(text.into()), self.location(start)), invalid))
    }

    /// `{...}`. `template` says which tokens a format spec has, `interpolation` which node the field becomes: inside
    /// the format spec of a t-string fields are formatted values.
    fn replacement_field(
        &mut self,
        template: bool,
        interpolation: bool,
        raw: bool,
        parts: &mut Vec<Expr>,
    ) -> Parsing<()> {
        let start = self.pos;
        self.expect(K::LBrace)?;
        let value: ExprBox = self.annotated_rhs()?.into();
        let debug = self.eat(K::Equal);
        let mut conversion = -1;
        let mut source = None;
        let mut debug_end = None;
        if self.at(K::Exclamation) {
            let mark = self.advance();
            let name = self.expect(K::Name)?;
            if mark.lineno != name.lineno || mark.end_col_offset != name.col_offset {
                return Err(Failure::Invalid);
            }
            conversion = match self.text_of(name) {
                b"s" => i32::from(b's'),
                b"r" => i32::from(b'r'),
                b"a" => i32::from(b'a'),
                _ => return Err(Failure::Invalid),
            };
            source = self.field_of(mark);
            debug_end = Some((name.lineno, name.col_offset));
        }
        let mut format_spec: Option<ExprBox> = None;
        if self.at(K::Colon) {
            let colon = self.peek();
            let spec = self.format_spec(template, raw)?;
            source = source.or(self.field_of(colon));
            debug_end = debug_end.or(Some((colon.lineno, colon.col_offset + 1)));
            format_spec = Some(spec.into());
        }
        let brace = self.expect(K::RBrace)?;
        let source = source.or(self.field_of(brace)).unwrap_or_default();
        if debug && conversion == -1 && format_spec.is_none() {
            conversion = i32::from(b'r');
        }
        let location = self.location(start);
        if debug {
            let (end_lineno, end_col) =
                debug_end.unwrap_or((location.end_lineno, super_column(location.end_col_offset)));
            let text_location = Location {
                col_offset: location.col_offset + 1,
                end_lineno,
                end_col_offset: super::unsigned(end_col - 1),
                ..location
            };
            parts.push(Expr::constant(Constant::text(source), text_location));
        }
        let kind = if interpolation {
            // With `=` the expression ends before it; without, white space belongs to the text.
            let end = if debug { source.rfind('=').unwrap_or(source.len()) } else { source.len() };
            let text = &source[..end];
            let str = Box::new(Constant::text(text));
            ExprKind::Interpolation { value, str, conversion, format_spec }
        } else {
            ExprKind::FormattedValue { value, conversion, format_spec }
        };
        parts.push(Expr::new(kind, location));
        Ok(())
    }

    fn format_spec(&mut self, template: bool, raw: bool) -> Parsing<Expr> {
        let start = self.pos;
        self.expect(K::Colon)?;
        let middle = if template { K::TStringMiddle } else { K::FStringMiddle };
        let mut parts = Vec::new();
        self.enter()?;
        loop {
            match self.kind() {
                kind if kind == middle => {
                    let token = self.peek();
                    let (part, escape) = self.middle(raw)?;
                    if let Some(escape) = escape {
                        self.warn_escape(&escape, token);
                    }
                    if !is_empty_text(&part) {
                        parts.push(part);
                    }
                }
                K::LBrace => self.replacement_field(template, false, raw, &mut parts)?,
                _ => break,
            }
        }
        self.leave();
        Ok(Expr::new(ExprKind::JoinedStr { values: fold(parts) }, self.location(start)))
    }
}

fn super_column(column: u32) -> i32 {
    i32::try_from(column).unwrap_or(i32::MAX)
}

fn is_empty_text(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Constant { value: Constant::Str(text), .. } if text.is_empty())
}

/// Joins neighbouring text and drops what is empty.
fn fold(parts: Vec<Expr>) -> Vec<Expr> {
    let mut folded: Vec<Expr> = Vec::with_capacity(parts.len());
    let mut run: Vec<Expr> = Vec::new();
    let flush = |run: &mut Vec<Expr>, folded: &mut Vec<Expr>| {
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let location = first.location.to(last.location);
            let joined = if run.len() == 1 { run.pop() } else { concatenate(std::mem::take(run), location) };
            folded.extend(joined.filter(|expr| !is_empty_text(expr)));
        }
    };
    for part in parts {
        if matches!(part.kind, ExprKind::Constant { .. }) {
            run.push(part);
        } else {
            flush(&mut run, &mut folded);
            folded.push(part);
        }
    }
    flush(&mut run, &mut folded);
    folded
}

/// One constant of several, which are all text or all bytes; its kind is that of the first.
fn concatenate(parts: Vec<Expr>, location: Location) -> Option<Expr> {
    let mut all = Vec::new();
    let mut first = None;
    for part in parts {
        let ExprKind::Constant { value, kind } = part.kind else { return None };
        let is_bytes = matches!(value, Constant::Bytes(_));
        let (Constant::Str(text) | Constant::Bytes(text)) = value else { return None };
        all.extend_from_slice(&text);
        first.get_or_insert((is_bytes, kind));
    }
    let (is_bytes, kind) = first?;
    let value = if is_bytes { Constant::Bytes(all.into()) } else { Constant::Str(all.into()) };
    Some(Expr::new(ExprKind::Constant { value, kind }, location))
}
