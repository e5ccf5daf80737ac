//! Comparisons, single and chained.

use taipan_bytecode::Opcode;
use taipan_bytecode::operands::CompareOp;
use taipan_syntax::ast::{self, CmpOp};

use super::{Compiler, Done, place};
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    /// One comparison of the two values on the stack.
    pub(super) fn compare_op(&mut self, op: CmpOp, loc: SourceLocation) {
        // Masks of what may hold: unordered 1, less 2, greater 4, equal 8.
        let (compare, mask) = match op {
            CmpOp::Is => return self.op_i(Opcode::IsOp, 0, loc),
            CmpOp::IsNot => return self.op_i(Opcode::IsOp, 1, loc),
            CmpOp::In => return self.op_i(Opcode::ContainsOp, 0, loc),
            CmpOp::NotIn => return self.op_i(Opcode::ContainsOp, 1, loc),
            CmpOp::Lt => (CompareOp::Lt, 2),
            CmpOp::LtE => (CompareOp::Le, 2 | 8),
            CmpOp::Eq => (CompareOp::Eq, 8),
            CmpOp::NotEq => (CompareOp::Ne, 1 | 2 | 4),
            CmpOp::Gt => (CompareOp::Gt, 4),
            CmpOp::GtE => (CompareOp::Ge, 4 | 8),
        };
        self.op_i(Opcode::CompareOp, compare.oparg() << 5 | mask, loc);
    }

    pub(super) fn compare(
        &mut self,
        expr: &'a ast::Expr<'a>,
        left: &'a ast::Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [ast::ExprBox<'a>],
    ) -> Done {
        let loc = place(expr.location);
        self.check_compare(expr);
        self.expr(left)?;
        let (Some((last_op, ops)), Some((last, comparators))) = (ops.split_last(), comparators.split_last()) else {
            return Ok(());
        };
        if ops.is_empty() {
            self.expr(last)?;
            self.compare_op(*last_op, loc);
            return Ok(());
        }
        let cleanup = self.new_label();
        for (op, comparator) in ops.iter().zip(comparators.iter()) {
            self.expr(comparator)?;
            self.op_i(Opcode::Swap, 2, loc);
            self.op_i(Opcode::Copy, 2, loc);
            self.compare_op(*op, loc);
            self.op_i(Opcode::Copy, 1, loc);
            self.op(Opcode::ToBool, loc);
            self.jump(Opcode::PopJumpIfFalse, cleanup, loc);
            self.op(Opcode::PopTop, loc);
        }
        self.expr(last)?;
        self.compare_op(*last_op, loc);
        let end = self.new_label();
        self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
        self.use_label(cleanup);
        self.op_i(Opcode::Swap, 2, loc);
        self.op(Opcode::PopTop, loc);
        self.use_label(end);
        Ok(())
    }
}
