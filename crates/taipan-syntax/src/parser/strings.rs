//! String literals, f-strings and t-strings, and their concatenation.

use super::{Failure, Parser, Parsing};
use crate::ast::{Arena, AstString, Constant, Expr, ExprBox, ExprKind, Location};
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

impl<'a> Parser<'_, 'a> {
    /// `strings`: one literal or several that follow each other.
    pub(super) fn strings(&mut self) -> Parsing<ExprBox<'a>> {
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
            let values = fold(self.arena, parts);
            let kind = if seen.template { ExprKind::TemplateStr { values } } else { ExprKind::JoinedStr { values } };
            return Ok(self.arena.alloc(Expr::new(kind, location)));
        }
        if parts.len() == 1 {
            return parts.pop().ok_or(Failure::Invalid);
        }
        concatenate(self.arena, parts, location).ok_or(Failure::Invalid)
    }

    fn plain_string(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let token = self.expect(K::String)?;
        let string = literal::string(self.arena, self.text_of(token)).map_err(|_| Failure::Invalid)?;
        if let Some(escape) = &string.invalid {
            self.warn_escape(escape, token);
        }
        let kind = string.unicode_prefix.then_some(&AstString::U);
        Ok(self.expr(ExprKind::Constant { value: string.value, kind }, start))
    }

    /// The pieces of an f-string or t-string.
    fn formatted_string(&mut self, template: bool, parts: &mut Vec<ExprBox<'a>>) -> Parsing<()> {
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
                    if !is_empty_text(part) {
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
    fn middle(&mut self, raw: bool) -> Parsing<(ExprBox<'a>, Option<InvalidEscape>)> {
        let start = self.pos;
        let token = self.advance();
        let text = self.text_of(token);
        let (text, invalid) = if raw || !text.contains(&b'\\') {
            (&*self.arena.alloc_slice_copy(text), None)
        } else {
            let (text, invalid) = literal::text_escapes(text).map_err(|_| Failure::Invalid)?;
            (&*self.arena.alloc_slice_copy(&text), invalid)
        };
        Ok((self.expr(ExprKind::Constant { value: Constant::Str(text), kind: None }, start), invalid))
    }

    /// `{...}`. `template` says which tokens a format spec has, `interpolation` which node the field becomes: inside
    /// the format spec of a t-string fields are formatted values.
    fn replacement_field(
        &mut self,
        template: bool,
        interpolation: bool,
        raw: bool,
        parts: &mut Vec<ExprBox<'a>>,
    ) -> Parsing<()> {
        let start = self.pos;
        self.expect(K::LBrace)?;
        let value = self.annotated_rhs()?;
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
        let mut format_spec = None;
        if self.at(K::Colon) {
            let colon = self.peek();
            let spec = self.format_spec(template, raw)?;
            source = source.or(self.field_of(colon));
            debug_end = debug_end.or(Some((colon.lineno, colon.col_offset + 1)));
            format_spec = Some(spec);
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
            let text = Constant::text(self.arena.alloc_str(source));
            parts.push(self.arena.alloc(Expr::constant(text, text_location)));
        }
        let kind = if interpolation {
            // With `=` the expression ends before it; without, white space belongs to the text.
            let end = if debug { source.rfind('=').unwrap_or(source.len()) } else { source.len() };
            let str = Constant::text(self.arena.alloc_str(&source[..end]));
            ExprKind::Interpolation { value, str, conversion, format_spec }
        } else {
            ExprKind::FormattedValue { value, conversion, format_spec }
        };
        parts.push(self.arena.alloc(Expr::new(kind, location)));
        Ok(())
    }

    fn format_spec(&mut self, template: bool, raw: bool) -> Parsing<ExprBox<'a>> {
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
                    if !is_empty_text(part) {
                        parts.push(part);
                    }
                }
                K::LBrace => self.replacement_field(template, false, raw, &mut parts)?,
                _ => break,
            }
        }
        self.leave();
        let values = fold(self.arena, parts);
        Ok(self.expr(ExprKind::JoinedStr { values }, start))
    }
}

fn super_column(column: u32) -> i32 {
    i32::try_from(column).unwrap_or(i32::MAX)
}

fn is_empty_text(expr: &Expr<'_>) -> bool {
    matches!(&expr.kind, ExprKind::Constant { value: Constant::Str(text), .. } if text.is_empty())
}

/// Joins neighbouring text and drops what is empty.
fn fold<'a>(arena: &'a Arena, parts: Vec<ExprBox<'a>>) -> &'a mut [ExprBox<'a>] {
    let mut folded = Vec::with_capacity(parts.len());
    let mut run = Vec::new();
    let flush = |run: &mut Vec<ExprBox<'a>>, folded: &mut Vec<ExprBox<'a>>| {
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let location = first.location.to(last.location);
            let joined = if run.len() == 1 { run.pop() } else { concatenate(arena, std::mem::take(run), location) };
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
    arena.alloc_slice_fill_iter(folded)
}

/// One constant of several, which are all text or all bytes; its kind is that of the first.
fn concatenate<'a>(arena: &'a Arena, parts: Vec<ExprBox<'a>>, location: Location) -> Option<ExprBox<'a>> {
    let mut all = Vec::new();
    let mut first = None;
    for part in parts {
        let ExprKind::Constant { value, kind } = part.kind else { return None };
        let is_bytes = matches!(value, Constant::Bytes(_));
        let (Constant::Str(text) | Constant::Bytes(text)) = value else { return None };
        all.extend_from_slice(text);
        first.get_or_insert((is_bytes, kind));
    }
    let (is_bytes, kind) = first?;
    let all = arena.alloc_slice_copy(&all);
    let value = if is_bytes { Constant::Bytes(all) } else { Constant::Str(all) };
    Some(arena.alloc(Expr::new(ExprKind::Constant { value, kind }, location)))
}
