//! `match` statements (PEP 634).
//!
//! Invariants: code for a pattern consumes the subject on top of the stack and jumps to a `fail_pop` label if it does
//! not match. [`Context::on_top`] counts what a pattern keeps on top; captures lie below that, in the order of
//! [`Context::stores`], and are stored only when the whole pattern has matched.

use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, CmpOp, ExprContext, ExprKind, Operator, Pattern, PatternKind};
use taipan_syntax::unparse_expr;

use super::{Compiler, Done, constants, error, place};
use crate::error::CompileError;
use crate::instruction_sequence::{Label, NEXT_LOCATION, NO_LOCATION, SourceLocation};

/// The state of one `case`.
#[derive(Default)]
struct Context<'a> {
    /// Captured names, in the order of their values on the stack.
    stores: Vec<&'a str>,
    /// Whether a pattern that always matches is in order.
    allow_irrefutable: bool,
    /// Entry `i` is where to jump to with `i` values to pop.
    fail_pop: Vec<Label>,
    on_top: usize,
}

impl<'a> Compiler<'a> {
    pub(super) fn match_(&mut self, subject: &'a ast::Expr<'a>, cases: &'a [ast::MatchCase<'a>]) -> Done {
        self.expr(subject)?;
        let end = self.new_label();
        let default = cases.last().filter(|case| cases.len() > 1 && is_wildcard(&case.pattern));
        let tested = cases.len() - usize::from(default.is_some());
        for (index, case) in cases.iter().enumerate().take(tested) {
            let loc = place(case.pattern.location);
            let last = index + 1 == tested;
            if !last {
                self.op_i(Opcode::Copy, 1, loc);
            }
            let mut context =
                Context { allow_irrefutable: case.guard.is_some() || index + 1 == cases.len(), ..Context::default() };
            self.pattern(&case.pattern, &mut context)?;
            for name in &context.stores {
                self.name_op(*name, ExprContext::Store, loc)?;
            }
            if let Some(guard) = &case.guard {
                let fail = self.fail_label(&mut context, 0);
                self.jump_if(loc, guard, fail, false)?;
            }
            if !last {
                self.op(Opcode::PopTop, NEXT_LOCATION);
            }
            self.stmts(case.body)?;
            self.jump(Opcode::Jump, end, NO_LOCATION);
            self.emit_fail_pop(&mut context, loc);
        }
        if let Some(case) = default {
            let loc = place(case.pattern.location);
            self.op(Opcode::Nop, loc);
            if let Some(guard) = &case.guard {
                self.jump_if(loc, guard, end, false)?;
            }
            self.stmts(case.body)?;
        }
        self.use_label(end);
        Ok(())
    }

    fn fail_label(&mut self, context: &mut Context<'a>, pops: usize) -> Label {
        while context.fail_pop.len() <= pops {
            context.fail_pop.push(self.new_label());
        }
        context.fail_pop[pops]
    }

    fn jump_to_fail_pop(&mut self, op: Opcode, context: &mut Context<'a>, loc: SourceLocation) {
        let pops = context.on_top + context.stores.len();
        let label = self.fail_label(context, pops);
        self.jump(op, label, loc);
    }

    fn emit_fail_pop(&mut self, context: &mut Context<'a>, loc: SourceLocation) {
        let labels = std::mem::take(&mut context.fail_pop);
        for (pops, label) in labels.into_iter().enumerate().rev() {
            self.use_label(label);
            if pops > 0 {
                self.op(Opcode::PopTop, loc);
            }
        }
    }

    /// Moves the top of the stack `count - 1` places down.
    fn rotate(&mut self, count: usize, loc: SourceLocation) {
        for depth in (2..=count).rev() {
            self.op_n(Opcode::Swap, depth, loc);
        }
    }

    fn store_name(&mut self, name: Option<&'a str>, context: &mut Context<'a>, loc: SourceLocation) -> Done {
        let Some(name) = name else {
            self.op(Opcode::PopTop, loc);
            return Ok(());
        };
        refuse_duplicate(name, context, loc)?;
        self.rotate(context.on_top + context.stores.len() + 1, loc);
        context.stores.push(name);
        Ok(())
    }

    fn pattern(&mut self, pattern: &'a Pattern<'a>, context: &mut Context<'a>) -> Done {
        self.depth.enter()?;
        let loc = place(pattern.location);
        match &pattern.kind {
            PatternKind::MatchValue { value } => self.pattern_value(value, context, loc)?,
            PatternKind::MatchSingleton { value } => {
                self.load_const(constants::constant(value)?, loc)?;
                self.compare_op(CmpOp::Is, loc);
                self.jump_to_fail_pop(Opcode::PopJumpIfFalse, context, loc);
            }
            PatternKind::MatchSequence { patterns } => self.pattern_sequence(patterns, context, loc)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.pattern_mapping(keys, patterns, rest.as_deref(), context, loc)?
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.pattern_class(cls, patterns, kwd_attrs, kwd_patterns, context, loc)?
            }
            PatternKind::MatchStar { name } => self.store_name(name.as_deref(), context, loc)?,
            PatternKind::MatchAs { pattern, name } => {
                self.pattern_as(pattern.as_deref(), name.as_deref(), context, loc)?
            }
            PatternKind::MatchOr { patterns } => self.pattern_or(patterns, context, loc)?,
        }
        self.depth.leave();
        Ok(())
    }

    /// A pattern inside another one may match always.
    fn subpattern(&mut self, pattern: &'a Pattern<'a>, context: &mut Context<'a>) -> Done {
        let before = std::mem::replace(&mut context.allow_irrefutable, true);
        self.pattern(pattern, context)?;
        context.allow_irrefutable = before;
        Ok(())
    }

    fn pattern_value(&mut self, value: &'a ast::Expr<'a>, context: &mut Context<'a>, loc: SourceLocation) -> Done {
        if !matches!(value.kind, ExprKind::Constant { .. } | ExprKind::Attribute { .. }) {
            return error("patterns may only match literals and attribute lookups", loc);
        }
        self.expr(value)?;
        self.compare_op(CmpOp::Eq, loc);
        self.op(Opcode::ToBool, loc);
        self.jump_to_fail_pop(Opcode::PopJumpIfFalse, context, loc);
        Ok(())
    }

    fn pattern_as(
        &mut self,
        pattern: Option<&'a Pattern<'a>>,
        name: Option<&'a str>,
        context: &mut Context<'a>,
        loc: SourceLocation,
    ) -> Done {
        let Some(pattern) = pattern else {
            if !context.allow_irrefutable {
                return match name {
                    Some(name) => error(format!("name capture '{name}' makes remaining patterns unreachable"), loc),
                    None => error("wildcard makes remaining patterns unreachable", loc),
                };
            }
            return self.store_name(name, context, loc);
        };
        context.on_top += 1;
        self.op_i(Opcode::Copy, 1, loc);
        self.pattern(pattern, context)?;
        context.on_top -= 1;
        self.store_name(name, context, loc)
    }

    fn pattern_sequence(
        &mut self,
        patterns: &'a [Pattern<'a>],
        context: &mut Context<'a>,
        loc: SourceLocation,
    ) -> Done {
        let mut star = None;
        let mut only_wildcard = true;
        let mut star_wildcard = false;
        for (index, pattern) in patterns.iter().enumerate() {
            if let PatternKind::MatchStar { name } = &pattern.kind {
                if star.is_some() {
                    return error("multiple starred names in sequence pattern", loc);
                }
                star_wildcard = name.is_none();
                only_wildcard &= star_wildcard;
                star = Some(index);
            } else {
                only_wildcard &= is_wildcard(pattern);
            }
        }
        context.on_top += 1;
        self.op(Opcode::MatchSequence, loc);
        self.jump_to_fail_pop(Opcode::PopJumpIfFalse, context, loc);
        let length = match star {
            None => Some((patterns.len(), CmpOp::Eq)),
            Some(_) if patterns.len() > 1 => Some((patterns.len() - 1, CmpOp::GtE)),
            Some(_) => None,
        };
        if let Some((length, op)) = length {
            self.op(Opcode::GetLen, loc);
            self.load_int(length, loc)?;
            self.compare_op(op, loc);
            self.jump_to_fail_pop(Opcode::PopJumpIfFalse, context, loc);
        }
        context.on_top -= 1;
        match star {
            _ if only_wildcard => {
                self.op(Opcode::PopTop, loc);
                Ok(())
            }
            Some(star) if star_wildcard => self.sequence_subscr(patterns, star, context, loc),
            _ => self.sequence_unpack(patterns, context, loc),
        }
    }

    fn sequence_unpack(&mut self, patterns: &'a [Pattern<'a>], context: &mut Context<'a>, loc: SourceLocation) -> Done {
        let is_star = patterns.iter().map(|pattern| matches!(pattern.kind, PatternKind::MatchStar { .. }));
        self.unpack(is_star, loc, "sequence pattern", "sequence pattern")?;
        self.unpacked(patterns.iter(), context)
    }

    /// Matches each of the values just unpacked.
    fn unpacked(
        &mut self,
        patterns: impl ExactSizeIterator<Item = &'a Pattern<'a>>,
        context: &mut Context<'a>,
    ) -> Done {
        context.on_top += patterns.len();
        for pattern in patterns {
            context.on_top -= 1;
            self.subpattern(pattern, context)?;
        }
        Ok(())
    }

    /// Matches elements by index where a starred wildcard makes unpacking the rest a waste.
    fn sequence_subscr(
        &mut self,
        patterns: &'a [Pattern<'a>],
        star: usize,
        context: &mut Context<'a>,
        loc: SourceLocation,
    ) -> Done {
        context.on_top += 1;
        for (index, pattern) in patterns.iter().enumerate() {
            if index == star || is_wildcard(pattern) {
                continue;
            }
            self.op_i(Opcode::Copy, 1, loc);
            if index < star {
                self.load_int(index, loc)?;
            } else {
                // The subject need not know negative indexes.
                self.op(Opcode::GetLen, loc);
                self.load_int(patterns.len() - index, loc)?;
                self.binary_op(Operator::Sub, loc);
            }
            self.subscr(loc);
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 1;
        self.op(Opcode::PopTop, loc);
        Ok(())
    }

    fn pattern_class(
        &mut self,
        cls: &'a ast::Expr<'a>,
        patterns: &'a [Pattern<'a>],
        kwd_attrs: &'a [ast::Identifier<'a>],
        kwd_patterns: &'a [Pattern<'a>],
        context: &mut Context<'a>,
        loc: SourceLocation,
    ) -> Done {
        if kwd_attrs.len() != kwd_patterns.len() {
            let (attrs, patterns) = (kwd_attrs.len(), kwd_patterns.len());
            return error(
                format!("kwd_attrs ({attrs}) / kwd_patterns ({patterns}) length mismatch in class pattern"),
                loc,
            );
        }
        for (index, attr) in kwd_attrs.iter().enumerate() {
            if let Some(other) = (index + 1..kwd_attrs.len()).find(|&other| kwd_attrs[other] == *attr) {
                return error(
                    format!("attribute name repeated in class pattern: {attr}"),
                    place(kwd_patterns[other].location),
                );
            }
        }
        self.expr(cls)?;
        self.load_const(constants::names(kwd_attrs.iter().map(|attr| &**attr)), loc)?;
        self.op_n(Opcode::MatchClass, patterns.len(), loc);
        self.jump_if_none(context, 1, loc)?;
        let count = patterns.len() + kwd_attrs.len();
        self.op_n(Opcode::UnpackSequence, count, loc);
        // The tuple counted as one value so far.
        context.on_top += count;
        context.on_top -= 1;
        for pattern in patterns.iter().chain(kwd_patterns) {
            context.on_top -= 1;
            if is_wildcard(pattern) {
                self.op(Opcode::PopTop, loc);
            } else {
                self.subpattern(pattern, context)?;
            }
        }
        Ok(())
    }

    /// Fails if the top of the stack, the last of `more` new values, is None.
    fn jump_if_none(&mut self, context: &mut Context<'a>, more: usize, loc: SourceLocation) -> Done {
        context.on_top += more;
        self.op_i(Opcode::Copy, 1, loc);
        self.load_none(loc)?;
        self.op_i(Opcode::IsOp, 1, loc);
        self.jump_to_fail_pop(Opcode::PopJumpIfFalse, context, loc);
        Ok(())
    }

    fn pattern_mapping(
        &mut self,
        keys: &'a [ast::ExprBox<'a>],
        patterns: &'a [Pattern<'a>],
        rest: Option<&'a str>,
        context: &mut Context<'a>,
        loc: SourceLocation,
    ) -> Done {
        let size = keys.len();
        if size != patterns.len() {
            let patterns = patterns.len();
            return error(format!("keys ({size}) / patterns ({patterns}) length mismatch in mapping pattern"), loc);
        }
        context.on_top += 1;
        self.op(Opcode::MatchMapping, loc);
        self.jump_to_fail_pop(Opcode::PopJumpIfFalse, context, loc);
        if size == 0 && rest.is_none() {
            context.on_top -= 1;
            self.op(Opcode::PopTop, loc);
            return Ok(());
        }
        if size > 0 {
            self.op(Opcode::GetLen, loc);
            self.load_int(size, loc)?;
            self.compare_op(CmpOp::GtE, loc);
            self.jump_to_fail_pop(Opcode::PopJumpIfFalse, context, loc);
        }
        self.mapping_keys(keys, loc)?;
        self.op_n(Opcode::BuildTuple, size, loc);
        self.op(Opcode::MatchKeys, loc);
        self.jump_if_none(context, 2, loc)?;
        self.op_n(Opcode::UnpackSequence, size, loc);
        context.on_top -= 1;
        self.unpacked(patterns.iter(), context)?;
        // What follows consumes the keys and the subject.
        context.on_top -= 2;
        let Some(rest) = rest else {
            self.op(Opcode::PopTop, loc);
            self.op(Opcode::PopTop, loc);
            return Ok(());
        };
        // A copy of the subject without the keys.
        self.op_i(Opcode::BuildMap, 0, loc);
        self.op_i(Opcode::Swap, 3, loc);
        self.op_i(Opcode::DictUpdate, 2, loc);
        self.op_n(Opcode::UnpackSequence, size, loc);
        for left in (1..=size).rev() {
            self.op_n(Opcode::Copy, 1 + left, loc);
            self.op_i(Opcode::Swap, 2, loc);
            self.op(Opcode::DeleteSubscr, loc);
        }
        self.store_name(Some(rest), context, loc)
    }

    fn mapping_keys(&mut self, keys: &'a [ast::ExprBox<'a>], loc: SourceLocation) -> Done {
        let mut seen: Vec<Constant> = Vec::new();
        for key in keys.iter() {
            match &key.kind {
                ExprKind::Constant { value, .. } => {
                    let value = constants::constant(value)?;
                    if seen.iter().any(|other| other.py_eq(&value)) {
                        let shown = unparse_expr(key).map_err(|_| CompileError::TooDeep)?;
                        let shown = String::from_utf8_lossy(&shown);
                        return error(format!("mapping pattern checks duplicate key ({shown})"), loc);
                    }
                    seen.push(value);
                }
                ExprKind::Attribute { .. } => {}
                _ => return error("mapping pattern keys may only match literals and attribute lookups", loc),
            }
            self.expr(key)?;
        }
        Ok(())
    }

    fn pattern_or(&mut self, patterns: &'a [Pattern<'a>], context: &mut Context<'a>, loc: SourceLocation) -> Done {
        let end = self.new_label();
        // The names the first alternative binds; the others must bind the same, and are rotated into their order.
        let mut control: Vec<&'a str> = Vec::new();
        for (index, alternative) in patterns.iter().enumerate() {
            let alt_loc = place(alternative.location);
            let mut alt = Context {
                allow_irrefutable: index + 1 == patterns.len() && context.allow_irrefutable,
                ..Context::default()
            };
            self.op_i(Opcode::Copy, 1, alt_loc);
            self.pattern(alternative, &mut alt)?;
            if index == 0 {
                control.clone_from(&alt.stores);
            } else if !self.reorder_stores(&mut alt.stores, &control, alt_loc) {
                return error("alternative patterns bind different names", loc);
            }
            self.jump(Opcode::Jump, end, alt_loc);
            self.emit_fail_pop(&mut alt, alt_loc);
        }
        self.op(Opcode::PopTop, loc);
        self.jump_to_fail_pop(Opcode::Jump, context, loc);
        self.use_label(end);
        // Other stores, the copy of the subject, what is on top and stores of before lie in between.
        let rotations = control.len() + 1 + context.on_top + context.stores.len();
        for name in control {
            self.rotate(rotations, loc);
            refuse_duplicate(name, context, loc)?;
            context.stores.push(name);
        }
        self.op(Opcode::PopTop, loc);
        Ok(())
    }

    /// Brings captures into the order of `control`; false if they are not the same names.
    fn reorder_stores(&mut self, stores: &mut Vec<&'a str>, control: &[&'a str], loc: SourceLocation) -> bool {
        if stores.len() != control.len() {
            return false;
        }
        for wanted in (0..control.len()).rev() {
            let Some(found) = stores.iter().position(|name| *name == control[wanted]) else { return false };
            if found == wanted {
                continue;
            }
            let rotations = found + 1;
            let rotated: Vec<&'a str> = stores.drain(..rotations).collect();
            let at = wanted - found;
            stores.splice(at..at, rotated);
            for _ in 0..rotations {
                self.rotate(wanted + 1, loc);
            }
        }
        true
    }
}

fn refuse_duplicate(name: &str, context: &Context<'_>, loc: SourceLocation) -> Done {
    if context.stores.contains(&name) {
        return error(format!("multiple assignments to name '{name}' in pattern"), loc);
    }
    Ok(())
}

/// `_`
fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::MatchAs { name: None, .. })
}
