//! Annotations: `__annotate__` functions (PEP 649) and strings (PEP 563).

use std::sync::Arc;

use taipan_bytecode::operands::{CommonConstant, make_function};
use taipan_bytecode::{Constant, Opcode, Wtf8Buf};
use taipan_syntax::ast::{self, CmpOp, ExprContext, ExprKind, unescape_surrogates};
use taipan_syntax::unparse_expr;

use super::unit::{DeferredAnnotation, ScopeType, UnitStart};
use super::{Compiler, Done, constants, place};
use crate::error::CompileError;
use crate::instruction_sequence::{InstructionSequence, SourceLocation};
use crate::symtable::{BlockType, ScopeKey};

/// `annotationlib.Format.VALUE_WITH_FAKE_GLOBALS`, the greatest format generated code handles itself.
const VALUE_WITH_FAKE_GLOBALS: usize = 2;

impl<'a> Compiler<'a> {
    /// Enters a function that gets a format and refuses those it does not know.
    pub(super) fn enter_annotations_scope(&mut self, key: ScopeKey, name: &str, loc: SourceLocation) -> Done {
        let name = self.table.add_name(name);
        let mut start = UnitStart::new(name, ScopeType::Annotations, key, loc.lineno);
        start.posonlyargcount = 1;
        self.enter_scope(start)?;
        self.op_i(Opcode::LoadFast, 0, loc);
        self.load_int(VALUE_WITH_FAKE_GLOBALS, loc)?;
        self.compare_op(CmpOp::Gt, loc);
        let body = self.new_label();
        self.jump(Opcode::PopJumpIfFalse, body, loc);
        self.op_i(Opcode::LoadCommonConstant, CommonConstant::NotImplementedError.oparg(), loc);
        self.op_i(Opcode::RaiseVarargs, 1, loc);
        self.use_label(body);
        Ok(())
    }

    fn leave_annotations_scope(&mut self, loc: SourceLocation) -> Done {
        self.op(Opcode::ReturnValue, loc);
        let mut code = self.finish_scope(true)?;
        // Annotations may use a global named "format", so the parameter gets its proper name only now.
        if let Some(first) = Arc::make_mut(&mut code).localsplusnames.first_mut() {
            *first = Wtf8Buf::from("format");
        }
        self.make_closure(code, 0, loc)
    }

    /// Pushes `__annotate__` of a function that has annotations.
    pub(super) fn function_annotations(
        &mut self,
        args: &'a ast::Arguments<'a>,
        returns: Option<&'a ast::Expr<'a>>,
        loc: SourceLocation,
    ) -> Result<u32, CompileError> {
        let key = ScopeKey::function_annotations(args);
        let scope = self.table.scope(self.table.lookup(key)?);
        if !scope.annotations_used {
            return Ok(0);
        }
        let name = scope.name;
        self.enter_annotations_scope(key, name, loc)?;
        let mut count = 0;
        let positional = args.args.iter().chain(args.posonlyargs.iter());
        let rest = args.vararg.iter().map(|arg| &**arg).chain(args.kwonlyargs.iter());
        let kwarg = args.kwarg.iter().map(|arg| &**arg);
        for arg in positional.chain(rest).chain(kwarg) {
            if let Some(annotation) = &arg.annotation {
                self.argument_annotation(&arg.arg, annotation, loc)?;
                count += 1;
            }
        }
        if let Some(returns) = returns {
            self.argument_annotation("return", returns, loc)?;
            count += 1;
        }
        self.op_i(Opcode::BuildMap, count, loc);
        self.leave_annotations_scope(loc)?;
        Ok(make_function::ANNOTATE)
    }

    fn argument_annotation(&mut self, name: &str, annotation: &'a ast::Expr<'a>, loc: SourceLocation) -> Done {
        let mangled = self.mangled_id(name);
        self.load_name_text(mangled, loc)?;
        if self.options.future.annotations() {
            return self.annotation_text(annotation);
        }
        match &annotation.kind {
            // *args: *Ts
            ExprKind::Starred { value, .. } => {
                self.expr(value)?;
                self.op_i(Opcode::UnpackSequence, 1, loc);
                Ok(())
            }
            _ => self.expr(annotation),
        }
    }

    pub(super) fn annotation_text(&mut self, annotation: &'a ast::Expr<'a>) -> Done {
        let text = unparse_expr(annotation).map_err(|_| CompileError::TooDeep)?;
        let text = unescape_surrogates(&text).unwrap_or(text);
        self.load_const(constants::text(text)?, place(annotation.location))
    }

    /// Makes `__annotate__` of a module or class from the annotations met in its body.
    pub(super) fn deferred_annotations(&mut self, loc: SourceLocation) -> Done {
        let deferred = std::mem::take(&mut self.unit.deferred_annotations);
        if deferred.is_empty() {
            return Ok(());
        }
        // A module sets __annotate__ before its first statement runs.
        let at_start = self.unit.kind == ScopeType::Module;
        let stashed = at_start.then(|| std::mem::replace(&mut self.unit.seq, InstructionSequence::new()));
        let id = self.unit.scope;
        let in_class = self.unit.kind == ScopeType::Class;
        let block = self.scope().annotation_block;
        let block = block.ok_or(CompileError::Internal("annotations without their block"))?;
        let name = self.table.scope(block).name;
        self.enter_annotations_scope(ScopeKey::Annotations(id), name, loc)?;
        self.op_i(Opcode::BuildMap, 0, loc);
        for annotation in deferred {
            self.deferred_annotation(&annotation, in_class, loc)?;
        }
        self.leave_annotations_scope(loc)?;
        let target = if self.scope().block == BlockType::Class { "__annotate_func__" } else { "__annotate__" };
        self.name_op(target, ExprContext::Store, loc)?;
        if let Some(stashed) = stashed {
            let code = std::mem::replace(&mut self.unit.seq, stashed);
            self.unit.seq.set_annotations_code(code);
        }
        Ok(())
    }

    fn deferred_annotation(&mut self, deferred: &DeferredAnnotation<'a>, in_class: bool, loc: SourceLocation) -> Done {
        let mangled = crate::symtable::mangle(self.unit.private, deferred.name);
        let own = deferred.loc;
        let not_set = self.new_label();
        if let Some(index) = deferred.index {
            self.load_int(index, own)?;
            if in_class {
                let name = self.table.add_name("__conditional_annotations__");
                let number = self.free_number(name);
                self.op_i(Opcode::LoadDeref, number, own);
            } else {
                let number = self.name_number("__conditional_annotations__");
                self.op_i(Opcode::LoadGlobal, number << 1, own);
            }
            self.op_i(Opcode::ContainsOp, 0, own);
            self.jump(Opcode::PopJumpIfFalse, not_set, own);
        }
        self.expr(deferred.annotation)?;
        self.op_i(Opcode::Copy, 2, own);
        self.load_const(Constant::str(&mangled), own)?;
        self.op(Opcode::StoreSubscr, loc);
        self.use_label(not_set);
        Ok(())
    }
}
