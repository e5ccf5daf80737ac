//! Checks of patterns in trees that programs made.

use taipan_syntax::ast::{Constant, Expr, ExprKind, Operator, Pattern, PatternKind, UnaryOp};

use super::{Done, Validator, check, check_name, check_place, is_number, value_error};

impl Validator {
    fn patterns(&mut self, patterns: &[Pattern], star_ok: bool) -> Done {
        patterns.iter().try_for_each(|pattern| self.pattern(pattern, star_ok))
    }

    /// `star_ok` tells whether a starred pattern may stand here.
    pub(super) fn pattern(&mut self, pattern: &Pattern, star_ok: bool) -> Done {
        check_place(pattern.location)?;
        self.depth.enter()?;
        match &pattern.kind {
            PatternKind::MatchValue { value } => self.match_value(value)?,
            PatternKind::MatchSingleton { value } => check(
                matches!(value, Constant::None | Constant::True | Constant::False),
                "MatchSingleton can only contain True, False and None",
            )?,
            PatternKind::MatchSequence { patterns } => self.patterns(patterns, true)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                check(keys.len() == patterns.len(), "MatchMapping doesn't have the same number of keys as patterns")?;
                check_capture(rest.as_deref())?;
                for key in keys.iter() {
                    if !is_singleton(key) {
                        self.match_value(key)?;
                    }
                }
                self.patterns(patterns, false)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                check(
                    kwd_attrs.len() == kwd_patterns.len(),
                    "MatchClass doesn't have the same number of keyword attributes as patterns",
                )?;
                self.load(cls)?;
                check_class(cls)?;
                kwd_attrs.iter().try_for_each(|attr| check_name(attr))?;
                self.patterns(patterns, false)?;
                self.patterns(kwd_patterns, false)?;
            }
            PatternKind::MatchStar { name } => {
                check(star_ok, "can't use MatchStar here")?;
                check_capture(name.as_deref())?;
            }
            PatternKind::MatchAs { pattern, name } => {
                check_capture(name.as_deref())?;
                if let Some(pattern) = pattern {
                    check(name.is_some(), "MatchAs must specify a target name if a pattern is given")?;
                    self.pattern(pattern, false)?;
                }
            }
            PatternKind::MatchOr { patterns } => {
                check(patterns.len() >= 2, "MatchOr requires at least 2 patterns")?;
                self.patterns(patterns, false)?;
            }
        }
        self.depth.leave();
        Ok(())
    }

    fn match_value(&mut self, value: &Expr) -> Done {
        self.load(value)?;
        let allowed = match &value.kind {
            ExprKind::Constant { value, .. } => {
                let literal = is_number(value, true, true) || matches!(value, Constant::Str(_) | Constant::Bytes(_));
                return check(literal, "unexpected constant inside of a literal pattern");
            }
            // Strings with replacement fields are refused later.
            ExprKind::Attribute { .. } | ExprKind::JoinedStr { .. } | ExprKind::TemplateStr { .. } => true,
            ExprKind::UnaryOp { .. } => is_negative(value, true),
            ExprKind::BinOp { left, op: Operator::Add | Operator::Sub, right } => {
                (is_plain(left, true, false) || is_negative(left, false)) && is_plain(right, false, true)
            }
            _ => false,
        };
        check(allowed, "patterns may only match literals and attribute lookups")
    }
}

/// A number without a sign.
fn is_plain(expr: &Expr, real: bool, imaginary: bool) -> bool {
    matches!(&expr.kind, ExprKind::Constant { value, .. } if is_number(value, real, imaginary))
}

/// A real number, or an imaginary one where allowed, with a minus.
fn is_negative(expr: &Expr, imaginary: bool) -> bool {
    matches!(&expr.kind, ExprKind::UnaryOp { op: UnaryOp::USub, operand } if is_plain(operand, true, imaginary))
}

fn is_singleton(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Constant { value: Constant::None | Constant::True | Constant::False, .. })
}

fn check_capture(name: Option<&str>) -> Done {
    match name {
        Some("_") => value_error("can't capture name '_' in patterns"),
        Some(name) => check_name(name),
        None => Ok(()),
    }
}

fn check_class(cls: &Expr) -> Done {
    let mut cls = cls;
    while let ExprKind::Attribute { value, .. } = &cls.kind {
        cls = value;
    }
    check(matches!(cls.kind, ExprKind::Name { .. }), "MatchClass cls field can only contain Name or Attribute nodes.")
}
