//! Functions and lambdas: defaults, decorators, bodies, closures.

use taipan_bytecode::operands::{Intrinsic1, Intrinsic2, make_function};
use taipan_bytecode::{CodeObject, Constant, Opcode};
use taipan_syntax::ast::{self, ExprContext};

use std::sync::Arc;

use super::blocks::BlockKind;
use super::unit::{ScopeType, UnitStart};
use super::{Compiler, Done, constants, place};
use crate::error::CompileError;
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};
use crate::symtable::ScopeKey;

impl<'a> Compiler<'a> {
    /// Pushes a function of the code object; `flags` tell which attributes lie on the stack.
    pub(super) fn make_closure(&mut self, code: Arc<CodeObject>, flags: u32, loc: SourceLocation) -> Done {
        let mut flags = flags;
        if self.load_closure(&code, loc)? {
            flags |= make_function::CLOSURE;
        }
        self.load_const(Constant::Code(code), loc)?;
        self.op(Opcode::MakeFunction, loc);
        use make_function::*;
        for attribute in [CLOSURE, ANNOTATIONS, ANNOTATE, KWDEFAULTS, DEFAULTS] {
            if flags & attribute != 0 {
                self.op_i(Opcode::SetFunctionAttribute, attribute, loc);
            }
        }
        Ok(())
    }

    pub(super) fn apply_decorators(&mut self, decorators: &'a [ast::ExprBox<'a>]) {
        for decorator in decorators.iter().rev() {
            self.op_i(Opcode::Call, 0, place(decorator.location));
        }
    }

    /// Pushes the defaults of parameters and tells which there are.
    fn default_arguments(&mut self, args: &'a ast::Arguments<'a>, loc: SourceLocation) -> Result<u32, CompileError> {
        let mut flags = 0;
        if !args.defaults.is_empty() {
            self.exprs(args.defaults)?;
            self.op_n(Opcode::BuildTuple, args.defaults.len(), loc);
            flags |= make_function::DEFAULTS;
        }
        let mut count = 0;
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults.iter()) {
            if let Some(default) = default {
                let name = self.mangled_id(&arg.arg);
                self.load_name_text(name, loc)?;
                self.expr(default)?;
                count += 1;
            }
        }
        if count > 0 {
            self.op_i(Opcode::BuildMap, count, loc);
            flags |= make_function::KWDEFAULTS;
        }
        Ok(flags)
    }

    pub(super) fn function(&mut self, node: &'a ast::FunctionDef<'a>, is_async: bool, loc: SourceLocation) -> Done {
        self.exprs(node.decorator_list)?;
        let firstlineno = node.decorator_list.first().map_or(loc.lineno, |first| place(first.location).lineno);
        let mut flags = self.default_arguments(&node.args, loc)?;
        let generic = !node.type_params.is_empty();
        let passed = (flags & make_function::DEFAULTS != 0) as u32 + (flags & make_function::KWDEFAULTS != 0) as u32;
        if generic {
            if passed == 2 {
                self.op_i(Opcode::Swap, 2, loc);
            }
            let key = ScopeKey::type_parameters(node.type_params);
            let name = self.table.add_name(&format!("<generic parameters of {}>", node.name));
            let start = UnitStart::new(name, ScopeType::Annotations, key, firstlineno);
            self.enter_scope(start.argcount(passed as usize))?;
            self.type_params(node.type_params)?;
            for number in 0..passed {
                self.op_i(Opcode::LoadFast, number, loc);
            }
        }
        flags |= self.function_annotations(&node.args, node.returns.as_deref(), loc)?;
        self.function_body(node, is_async, flags, firstlineno, loc)?;
        if generic {
            self.op_i(Opcode::Swap, 2, loc);
            self.intrinsic_2(Intrinsic2::SetFunctionTypeParams, loc);
            let code = self.finish_scope(false)?;
            self.make_closure(code, 0, loc)?;
            if passed > 0 {
                self.op_i(Opcode::Swap, passed + 1, loc);
                self.op_i(Opcode::Call, passed - 1, loc);
            } else {
                self.op(Opcode::PushNull, loc);
                self.op_i(Opcode::Call, 0, loc);
            }
        }
        self.apply_decorators(node.decorator_list);
        self.name_op(&node.name, ExprContext::Store, loc)
    }

    fn function_body(
        &mut self,
        node: &'a ast::FunctionDef<'a>,
        is_async: bool,
        flags: u32,
        firstlineno: i32,
        loc: SourceLocation,
    ) -> Done {
        let kind = if is_async { ScopeType::AsyncFunction } else { ScopeType::Function };
        let start = UnitStart::new((&node.name).into(), kind, ScopeKey::function(node), firstlineno);
        self.enter_scope(start.args(&node.args))?;
        let mut body = &node.body[..];
        if self.scope().has_docstring {
            self.unit.consts.add(constants::docstring(body)?)?;
            body = &body[1..];
        }
        let stop_iteration = self.scope().coroutine || self.scope().generator;
        let start = self.new_label();
        self.use_label(start);
        if stop_iteration {
            self.push_block(BlockKind::StopIteration, NO_LOCATION, Some(start), None)?;
        }
        self.stmts(body)?;
        if stop_iteration {
            self.wrap_in_stop_iteration_handler()?;
            self.pop_block();
        }
        let code = self.finish_scope(true)?;
        self.make_closure(code, flags, loc)
    }

    /// Turns a StopIteration that leaves a generator into RuntimeError (PEP 479).
    pub(super) fn wrap_in_stop_iteration_handler(&mut self) -> Done {
        let handler = self.new_label();
        self.unit.seq.insert(0, Opcode::SetupCleanup, handler.id(), NO_LOCATION);
        self.return_none()?;
        self.use_label(handler);
        self.intrinsic_1(Intrinsic1::StopIterationError, NO_LOCATION);
        self.op_i(Opcode::Reraise, 1, NO_LOCATION);
        Ok(())
    }

    pub(super) fn lambda(
        &mut self,
        expr: &'a ast::Expr<'a>,
        args: &'a ast::Arguments<'a>,
        body: &'a ast::Expr<'a>,
        loc: SourceLocation,
    ) -> Done {
        let flags = self.default_arguments(args, loc)?;
        let name = self.table.add_name("<lambda>");
        let start = UnitStart::new(name, ScopeType::Lambda, ScopeKey::lambda(expr), loc.lineno);
        self.enter_scope(start.args(args))?;
        self.expr(body)?;
        let code = if self.scope().generator {
            self.finish_scope(false)?
        } else {
            self.op(Opcode::ReturnValue, place(body.location));
            self.finish_scope(true)?
        };
        self.make_closure(code, flags, loc)
    }
}
