//! Augmented and annotated assignment.

use taipan_bytecode::Opcode;
use taipan_bytecode::operands::BinaryOp;
use taipan_syntax::ast::{self, ExprContext, ExprKind, Operator};

use super::subscripts::two_part_slice;
use super::super_calls::attr_location;
use super::unit::{DeferredAnnotation, ScopeType};
use super::{Compiler, Done, place};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;

impl<'a> Compiler<'a> {
    pub(super) fn aug_assign(
        &mut self,
        target: &'a ast::Expr<'a>,
        op: Operator,
        value: &'a ast::Expr<'a>,
        loc: SourceLocation,
    ) -> Done {
        let own = place(target.location);
        match &target.kind {
            ExprKind::Attribute { value: object, attr, .. } => {
                self.expr(object)?;
                self.op_i(Opcode::Copy, 1, own);
                let number = self.name_number(attr);
                self.op_i(Opcode::LoadAttr, number << 1, attr_location(own, target, attr));
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.expr(object)?;
                if let Some((lower, upper)) = two_part_slice(slice) {
                    self.slice_parts(lower, upper, place(slice.location))?;
                    for _ in 0..3 {
                        self.op_i(Opcode::Copy, 3, own);
                    }
                    self.op(Opcode::BinarySlice, own);
                } else {
                    self.expr(slice)?;
                    self.op_i(Opcode::Copy, 2, own);
                    self.op_i(Opcode::Copy, 2, own);
                    self.subscr(own);
                }
            }
            ExprKind::Name { id, .. } => self.name_op(id, ExprContext::Load, own)?,
            _ => return Err(CompileError::Internal("invalid node type for augmented assignment")),
        }
        self.expr(value)?;
        self.inplace_op(op, loc);
        match &target.kind {
            ExprKind::Attribute { attr, .. } => {
                let own = attr_location(own, target, attr);
                self.op_i(Opcode::Swap, 2, own);
                let number = self.name_number(attr);
                self.op_i(Opcode::StoreAttr, number, own);
            }
            ExprKind::Subscript { slice, .. } => {
                let store = if two_part_slice(slice).is_some() {
                    self.op_i(Opcode::Swap, 4, own);
                    Opcode::StoreSlice
                } else {
                    Opcode::StoreSubscr
                };
                self.op_i(Opcode::Swap, 3, own);
                self.op_i(Opcode::Swap, 2, own);
                self.op(store, own);
            }
            ExprKind::Name { id, .. } => self.name_op(id, ExprContext::Store, own)?,
            _ => {}
        }
        Ok(())
    }

    fn inplace_op(&mut self, op: Operator, loc: SourceLocation) {
        let op = match op {
            Operator::Add => BinaryOp::InplaceAdd,
            Operator::Sub => BinaryOp::InplaceSubtract,
            Operator::Mult => BinaryOp::InplaceMultiply,
            Operator::MatMult => BinaryOp::InplaceMatrixMultiply,
            Operator::Div => BinaryOp::InplaceTrueDivide,
            Operator::Mod => BinaryOp::InplaceRemainder,
            Operator::Pow => BinaryOp::InplacePower,
            Operator::LShift => BinaryOp::InplaceLshift,
            Operator::RShift => BinaryOp::InplaceRshift,
            Operator::BitOr => BinaryOp::InplaceOr,
            Operator::BitXor => BinaryOp::InplaceXor,
            Operator::BitAnd => BinaryOp::InplaceAnd,
            Operator::FloorDiv => BinaryOp::InplaceFloorDivide,
        };
        self.op_i(Opcode::BinaryOp, op.oparg(), loc);
    }

    pub(super) fn ann_assign(
        &mut self,
        target: &'a ast::Expr<'a>,
        annotation: &'a ast::Expr<'a>,
        value: Option<&'a ast::Expr<'a>>,
        simple: bool,
        loc: SourceLocation,
    ) -> Done {
        if let Some(value) = value {
            self.expr(value)?;
            self.expr(target)?;
        }
        match &target.kind {
            ExprKind::Name { id, .. } => {
                if simple && matches!(self.unit.kind, ScopeType::Module | ScopeType::Class) {
                    self.simple_annotation(id, annotation, loc)?;
                }
            }
            ExprKind::Attribute { value: object, .. } => {
                if value.is_none() {
                    self.check_ann_expr(object)?;
                }
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                if value.is_none() {
                    self.check_ann_expr(object)?;
                    self.check_ann_subscr(slice)?;
                }
            }
            _ => return Err(CompileError::Internal("invalid node type for annotated assignment")),
        }
        Ok(())
    }

    fn simple_annotation(&mut self, name: &'a str, annotation: &'a ast::Expr<'a>, loc: SourceLocation) -> Done {
        if self.options.future.annotations() {
            self.annotation_text(annotation)?;
            let number = self.name_number("__annotations__");
            self.op_i(Opcode::LoadName, number, loc);
            let mangled = self.mangled_id(name);
            self.load_name_text(mangled, loc)?;
            self.op(Opcode::StoreSubscr, loc);
            return Ok(());
        }
        let in_class = self.unit.kind == ScopeType::Class;
        let conditional = !in_class || self.unit.in_conditional_block > 0;
        let index = conditional.then_some(self.unit.conditional_annotations);
        self.unit.deferred_annotations.push(DeferredAnnotation { name, annotation, loc, index });
        if let Some(index) = index {
            self.unit.conditional_annotations += 1;
            let name = "__conditional_annotations__";
            if in_class {
                let number = self.cell_number(name);
                self.op_i(Opcode::LoadDeref, number, loc);
            } else {
                let number = self.name_number(name);
                self.op_i(Opcode::LoadName, number, loc);
            }
            self.load_int(index, loc)?;
            self.op_i(Opcode::SetAdd, 1, loc);
            self.op(Opcode::PopTop, loc);
        }
        Ok(())
    }

    /// What an annotated target is made of must exist.
    fn check_ann_expr(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        self.expr(expr)?;
        self.op(Opcode::PopTop, place(expr.location));
        Ok(())
    }

    fn check_ann_subscr(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        match &expr.kind {
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().try_for_each(|part| self.check_ann_expr(part))
            }
            ExprKind::Tuple { elts, .. } => {
                self.depth.enter()?;
                elts.iter().try_for_each(|elt| self.check_ann_subscr(elt))?;
                self.depth.leave();
                Ok(())
            }
            _ => self.check_ann_expr(expr),
        }
    }
}
