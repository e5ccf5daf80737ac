//! f-strings and t-strings.

use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, ExprKind};

use super::{Compiler, Done, STACK_USE_GUIDELINE, constants};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;

impl<'a> Compiler<'a> {
    pub(super) fn joined_str(&mut self, values: &'a [ast::ExprBox<'a>], loc: SourceLocation) -> Done {
        if values.len() > STACK_USE_GUIDELINE {
            self.load_str("", loc)?;
            let number = self.name_number("join");
            self.op_i(Opcode::LoadAttr, number << 1 | 1, loc);
            self.op_i(Opcode::BuildList, 0, loc);
            for value in values {
                self.expr(value)?;
                self.op_i(Opcode::ListAppend, 1, loc);
            }
            self.op_i(Opcode::Call, 1, loc);
            return Ok(());
        }
        self.exprs(values)?;
        match values.len() {
            0 => self.load_str("", loc)?,
            1 => {}
            count => self.op_n(Opcode::BuildString, count, loc),
        }
        Ok(())
    }

    /// Strings and interpolations alternate; an empty string stands where two interpolations meet or at an end.
    pub(super) fn template_str(&mut self, values: &'a [ast::ExprBox<'a>], loc: SourceLocation) -> Done {
        let is_interpolation = |value: &ast::Expr| matches!(value.kind, ExprKind::Interpolation { .. });
        let mut last_was_interpolation = true;
        let mut strings = 0;
        for value in values {
            if is_interpolation(value) {
                if last_was_interpolation {
                    self.load_str("", loc)?;
                    strings += 1;
                }
                last_was_interpolation = true;
            } else {
                self.expr(value)?;
                strings += 1;
                last_was_interpolation = false;
            }
        }
        if last_was_interpolation {
            self.load_str("", loc)?;
            strings += 1;
        }
        self.op_i(Opcode::BuildTuple, strings, loc);
        let mut interpolations = 0;
        for value in values.iter().filter(|value| is_interpolation(value)) {
            self.expr(value)?;
            interpolations += 1;
        }
        self.op_i(Opcode::BuildTuple, interpolations, loc);
        self.op(Opcode::BuildTemplate, loc);
        Ok(())
    }

    pub(super) fn interpolation(
        &mut self,
        value: &'a ast::Expr<'a>,
        text: &'a ast::Constant<'a>,
        conversion: i32,
        format_spec: Option<&'a ast::Expr<'a>>,
        loc: SourceLocation,
    ) -> Done {
        self.expr(value)?;
        let text: Constant = constants::constant(text)?;
        self.load_const(text, loc)?;
        let mut arg = 2;
        if let Some(spec) = format_spec {
            arg += 1;
            self.expr(spec)?;
        }
        if let Some(conversion) = conversion_number(conversion)? {
            arg |= conversion << 2;
        }
        self.op_i(Opcode::BuildInterpolation, arg, loc);
        Ok(())
    }

    pub(super) fn formatted_value(
        &mut self,
        value: &'a ast::Expr<'a>,
        conversion: i32,
        format_spec: Option<&'a ast::Expr<'a>>,
        loc: SourceLocation,
    ) -> Done {
        self.expr(value)?;
        if let Some(conversion) = conversion_number(conversion)? {
            self.op_i(Opcode::ConvertValue, conversion, loc);
        }
        match format_spec {
            Some(spec) => {
                self.expr(spec)?;
                self.op(Opcode::FormatWithSpec, loc);
            }
            None => self.op(Opcode::FormatSimple, loc),
        }
        Ok(())
    }
}

/// The number of `!s`, `!r` or `!a` in instructions.
fn conversion_number(conversion: i32) -> Result<Option<u32>, CompileError> {
    match u8::try_from(conversion) {
        Err(_) if conversion == -1 => Ok(None),
        Ok(b's') => Ok(Some(1)),
        Ok(b'r') => Ok(Some(2)),
        Ok(b'a') => Ok(Some(3)),
        _ => Err(CompileError::Conversion(conversion)),
    }
}
