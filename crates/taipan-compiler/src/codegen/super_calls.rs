//! Attributes, and `super().attr`, which needs no super object.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::{self, ExprContext, ExprKind, Identifier};

use super::unit::ScopeType;
use super::{Compiler, Done, place};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;
use crate::symtable::{NameScope, ScopeId};

impl<'a> Compiler<'a> {
    pub(super) fn attribute(
        &mut self,
        expr: &'a ast::Expr<'a>,
        value: &'a ast::Expr<'a>,
        attr: &'a Identifier<'a>,
        ctx: ExprContext,
        loc: SourceLocation,
    ) -> Done {
        if ctx == ExprContext::Load
            && let Some(call) = self.optimizable_super_call(value, attr)
        {
            let method_bit = 0;
            return self.super_attribute(expr, &call, attr, method_bit, loc).map(|_| ());
        }
        self.note_static_attribute(value, attr, ctx);
        self.expr(value)?;
        let loc = attr_location(loc, expr, attr);
        let number = self.name_number(attr);
        match ctx {
            ExprContext::Load => self.op_i(Opcode::LoadAttr, number << 1, loc),
            ExprContext::Store => self.op_i(Opcode::StoreAttr, number, loc),
            ExprContext::Del => self.op_i(Opcode::DeleteAttr, number, loc),
        }
        Ok(())
    }

    /// `super().attr` or `super(a, b).attr`; gives the place of the attribute's name.
    pub(super) fn super_attribute(
        &mut self,
        expr: &'a ast::Expr<'a>,
        call: &SuperCall<'a>,
        attr: &'a Identifier<'a>,
        method_bit: u32,
        loc: SourceLocation,
    ) -> Result<SourceLocation, CompileError> {
        let call_loc = place(call.call.location);
        self.name_op("super", ExprContext::Load, place(call.func.location))?;
        match call.args {
            [class, object] => {
                self.expr(class)?;
                self.expr(object)?;
            }
            _ => {
                self.name_op("__class__", ExprContext::Load, call_loc)?;
                let first = self.unit.metadata.varnames.iter().next();
                let first = first.ok_or(CompileError::Internal("super() without an argument"))?;
                let first = self.table.name(first).to_owned();
                self.name_op(&*first, ExprContext::Load, call_loc)?;
            }
        }
        let two_args = u32::from(!call.args.is_empty()) << 1;
        let number = self.name_number(attr);
        self.op_i(Opcode::LoadSuperAttr, number << 2 | two_args | method_bit, loc);
        let loc = attr_location(loc, expr, attr);
        self.op(Opcode::Nop, loc);
        Ok(loc)
    }

    /// The call of `super` whose attribute can be loaded without making the object.
    pub(super) fn optimizable_super_call(&self, value: &'a ast::Expr<'a>, attr: &str) -> Option<SuperCall<'a>> {
        let ExprKind::Call { func, args, keywords } = &value.kind else { return None };
        let ExprKind::Name { id, .. } = &func.kind else { return None };
        if &**id != "super" || attr == "__class__" || !keywords.is_empty() {
            return None;
        }
        // Nobody may have given the name another meaning.
        let top = NameScope::of(self.table.symbol(ScopeId::TOP, "super"));
        if self.name_scope("super") != NameScope::GlobalImplicit || top != NameScope::Unknown {
            return None;
        }
        let call = SuperCall { call: value, func, args };
        match &args[..] {
            [a, b] => {
                let starred = [a, b].iter().any(|arg| matches!(arg.kind, ExprKind::Starred { .. }));
                (!starred).then_some(call)
            }
            [] => {
                let metadata = &self.unit.metadata;
                let has_argument = metadata.argcount > 0 || metadata.posonlyargcount > 0;
                (has_argument && self.ref_type("__class__") == NameScope::Free).then_some(call)
            }
            _ => None,
        }
    }

    /// Notes `self.attr = ...` for `__static_attributes__` of the class around.
    fn note_static_attribute(&mut self, value: &'a ast::Expr<'a>, attr: &'a Identifier<'a>, ctx: ExprContext) {
        let on_self = matches!(&value.kind, ExprKind::Name { id, .. } if &**id == "self");
        if ctx != ExprContext::Store || !on_self {
            return;
        }
        if let Some(class) = self.stack.iter_mut().rev().find(|unit| unit.kind == ScopeType::Class) {
            class.static_attributes.insert(attr);
        }
    }
}

/// A call of `super` with two arguments or none.
pub(super) struct SuperCall<'a> {
    call: &'a ast::Expr<'a>,
    func: &'a ast::Expr<'a>,
    args: &'a [ast::ExprBox<'a>],
}

/// Moves the start of the place to the attribute's name if the access spans lines.
pub(super) fn attr_location(loc: SourceLocation, expr: &ast::Expr, attr: &str) -> SourceLocation {
    let end = place(expr.location);
    let mut loc = loc;
    if loc.lineno != end.end_lineno {
        loc.lineno = end.end_lineno;
        let length = i32::try_from(attr.chars().count()).unwrap_or(i32::MAX);
        if length <= end.end_col_offset {
            loc.col_offset = end.end_col_offset - length;
        } else {
            loc.col_offset = -1;
            loc.end_col_offset = -1;
        }
        loc.end_lineno = loc.end_lineno.max(loc.lineno);
        if loc.lineno == loc.end_lineno {
            loc.end_col_offset = loc.end_col_offset.max(loc.col_offset);
        }
    }
    loc
}
