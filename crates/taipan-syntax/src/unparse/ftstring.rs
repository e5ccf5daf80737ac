//! f-strings and t-strings back to text.

use super::{Level, MAX_DEPTH, TooDeep, Writer, Writing, repr};
use crate::ast::{Constant, ExprBox, ExprKind};

impl Writer {
    pub(super) fn string_with_fields(&mut self, prefix: &str, values: &[ExprBox]) -> Writing {
        let mut body = Writer { out: Vec::new(), depth: self.depth };
        body.elements(values)?;
        self.text(prefix);
        repr::text(&mut self.out, &body.out);
        Ok(())
    }

    /// The text between the quotes.
    fn elements(&mut self, values: &[ExprBox]) -> Writing {
        for value in values {
            match &value.kind {
                ExprKind::Constant { value: Constant::Str(text), .. } => {
                    for byte in text.iter() {
                        self.out.push(*byte);
                        if matches!(byte, b'{' | b'}') {
                            self.out.push(*byte);
                        }
                    }
                }
                ExprKind::JoinedStr { values } => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(TooDeep);
                    }
                    self.elements(values)?;
                    self.depth -= 1;
                }
                _ => self.expr(value, Level::Atom)?,
            }
        }
        Ok(())
    }

    /// A replacement field.
    pub(super) fn field(&mut self, kind: &ExprKind) -> Writing {
        let (ExprKind::FormattedValue { value, conversion, format_spec }
        | ExprKind::Interpolation { value, conversion, format_spec, .. }) = kind
        else {
            return Ok(());
        };
        let mut inner = Writer { out: Vec::new(), depth: self.depth };
        match kind {
            ExprKind::Interpolation { str, .. } if matches!(*str, Constant::Str(_)) => {
                if let Constant::Str(text) = str {
                    inner.out.extend_from_slice(text);
                }
            }
            _ => inner.expr(value, Level::Or)?,
        }
        self.text(if inner.out.first() == Some(&b'{') { "{ " } else { "{" });
        self.out.append(&mut inner.out);
        match u8::try_from(*conversion) {
            Ok(code) if code > 0 => {
                self.out.push(b'!');
                self.out.push(code);
            }
            _ => {}
        }
        if let Some(spec) = format_spec {
            self.text(":");
            self.elements(std::slice::from_ref(spec))?;
        }
        self.text("}");
        Ok(())
    }
}
