//! Calls: methods, keyword and starred arguments, and generator expressions handed to `all`, `any` and `tuple`.

use taipan_bytecode::operands::{CommonConstant, Intrinsic1};
use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, CmpOp, ExprContext, ExprKind};

use super::displays::Sequence;
use super::super_calls::attr_location;
use super::{Compiler, Done, STACK_USE_GUIDELINE, error, place};
use crate::error::CompileError;
use crate::instruction_sequence::{Label, NO_LOCATION, SourceLocation};
use crate::symtable::{ScopeId, ScopeKey, flags};

/// A hidden local passed as last positional argument.
#[derive(Clone, Copy)]
pub(super) struct Injected(pub(super) &'static str);

impl<'a> Compiler<'a> {
    pub(super) fn call(
        &mut self,
        expr: &'a ast::Expr<'a>,
        func: &'a ast::Expr<'a>,
        args: &'a [ast::ExprBox<'a>],
        keywords: &'a [ast::Keyword<'a>],
    ) -> Done {
        validate_keywords(keywords)?;
        if self.method_call(expr, func, args, keywords)? {
            return Ok(());
        }
        self.check_caller(func);
        self.expr(func)?;
        let skip_normal_call = self.builtin_call(func, args, keywords)?;
        self.op(Opcode::PushNull, place(func.location));
        self.call_arguments(0, args, None, keywords, place(expr.location))?;
        if let Some(skip_normal_call) = skip_normal_call {
            self.use_label(skip_normal_call);
        }
        Ok(())
    }

    /// `value.attr(...)` without a bound method in between; false if that does not apply.
    fn method_call(
        &mut self,
        expr: &'a ast::Expr<'a>,
        func: &'a ast::Expr<'a>,
        args: &'a [ast::ExprBox<'a>],
        keywords: &'a [ast::Keyword<'a>],
    ) -> Result<bool, CompileError> {
        let ExprKind::Attribute { value, attr, ctx: ExprContext::Load } = &func.kind else { return Ok(false) };
        if self.is_import_originated(value)
            || args.len() + keywords.len() + usize::from(!keywords.is_empty()) >= STACK_USE_GUIDELINE
            || args.iter().any(|elt| is_starred(elt))
            || keywords.iter().any(|keyword| keyword.arg.is_none())
        {
            return Ok(false);
        }
        let loc = place(func.location);
        let loc = match self.optimizable_super_call(value, attr) {
            Some(call) => self.super_attribute(func, &call, attr, 1, loc)?,
            None => {
                self.expr(value)?;
                let loc = attr_location(loc, func, attr);
                let number = self.name_number(attr);
                self.op_i(Opcode::LoadAttr, number << 1 | 1, loc);
                loc
            }
        };
        self.exprs(args)?;
        let call_loc = attr_location(place(expr.location), func, attr);
        if keywords.is_empty() {
            self.op_n(Opcode::Call, args.len(), call_loc);
        } else {
            self.keyword_values_and_names(keywords, loc)?;
            self.op_n(Opcode::CallKw, args.len() + keywords.len(), call_loc);
        }
        Ok(true)
    }

    /// Functions of imported modules are looked up as plain attributes.
    fn is_import_originated(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Name { id, .. } => self.table.scope(ScopeId::TOP).symbol(id.into()) & flags::DEF_IMPORT != 0,
            _ => false,
        }
    }

    /// `all(x for ...)` and its like as a loop here, if the name still means the builtin at run time.
    fn builtin_call(
        &mut self,
        func: &'a ast::Expr<'a>,
        args: &'a [ast::ExprBox<'a>],
        keywords: &'a [ast::Keyword<'a>],
    ) -> Result<Option<Label>, CompileError> {
        let (ExprKind::Name { id, .. }, [generator], []) = (&func.kind, args, keywords) else { return Ok(None) };
        if !matches!(generator.kind, ExprKind::GeneratorExp { .. }) {
            return Ok(None);
        }
        let builtin = match &**id {
            "all" => CommonConstant::BuiltinAll,
            "any" => CommonConstant::BuiltinAny,
            "tuple" => CommonConstant::BuiltinTuple,
            _ => return Ok(None),
        };
        if self.table.scope(self.table.lookup(ScopeKey::comprehension(generator))?).coroutine {
            return Ok(None);
        }
        let is_tuple = builtin == CommonConstant::BuiltinTuple;
        let is_all = builtin == CommonConstant::BuiltinAll;
        let loc = place(func.location);
        let (end, skip) = (self.new_label(), self.new_label());
        self.op_i(Opcode::Copy, 1, loc);
        self.op_i(Opcode::LoadCommonConstant, builtin.oparg(), loc);
        self.compare_op(CmpOp::Is, loc);
        self.jump(Opcode::PopJumpIfFalse, skip, loc);
        self.op(Opcode::PopTop, loc);
        if is_tuple {
            self.op_i(Opcode::BuildList, 0, loc);
        }
        self.expr(generator)?;
        let start = self.new_label();
        let cleanup = self.new_label();
        self.use_label(start);
        self.jump(Opcode::ForIter, cleanup, loc);
        if is_tuple {
            self.op_i(Opcode::ListAppend, 2, loc);
            self.jump(Opcode::Jump, start, loc);
        } else {
            self.op(Opcode::ToBool, loc);
            self.jump(if is_all { Opcode::PopJumpIfTrue } else { Opcode::PopJumpIfFalse }, start, loc);
        }
        self.op(Opcode::PopIter, NO_LOCATION);
        if !is_tuple {
            self.load_const(Constant::bool(!is_all), loc)?;
        }
        self.jump(Opcode::Jump, end, loc);
        self.use_label(cleanup);
        self.op(Opcode::EndFor, NO_LOCATION);
        self.op(Opcode::PopIter, NO_LOCATION);
        if is_tuple {
            self.intrinsic_1(Intrinsic1::ListToTuple, loc);
        } else {
            self.load_const(Constant::bool(is_all), loc)?;
        }
        self.jump(Opcode::Jump, end, loc);
        self.use_label(skip);
        Ok(Some(end))
    }

    fn keyword_values_and_names(&mut self, keywords: &'a [ast::Keyword<'a>], loc: SourceLocation) -> Done {
        keywords.iter().try_for_each(|keyword| self.expr(keyword.value))?;
        let names = keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
        let names = Constant::Tuple(names.map(|name| self.name_constant(name.into())).collect());
        self.load_const(names, loc)
    }

    /// Arguments and the call itself; `pushed` arguments lie on the stack already.
    pub(super) fn call_arguments(
        &mut self,
        pushed: usize,
        args: &'a [ast::ExprBox<'a>],
        injected: Option<Injected>,
        keywords: &'a [ast::Keyword<'a>],
        loc: SourceLocation,
    ) -> Done {
        validate_keywords(keywords)?;
        let unpacking = args.iter().any(|elt| is_starred(elt)) || keywords.iter().any(|keyword| keyword.arg.is_none());
        if unpacking || args.len() + keywords.len() * 2 > STACK_USE_GUIDELINE {
            return self.call_function_ex(pushed, args, injected, keywords, loc);
        }
        self.exprs(args)?;
        let mut count = pushed + args.len();
        if let Some(Injected(name)) = injected {
            self.name_op(name, ExprContext::Load, loc)?;
            count += 1;
        }
        if keywords.is_empty() {
            self.op_n(Opcode::Call, count, loc);
        } else {
            self.keyword_values_and_names(keywords, loc)?;
            self.op_n(Opcode::CallKw, count + keywords.len(), loc);
        }
        Ok(())
    }

    fn call_function_ex(
        &mut self,
        pushed: usize,
        args: &'a [ast::ExprBox<'a>],
        injected: Option<Injected>,
        keywords: &'a [ast::Keyword<'a>],
        loc: SourceLocation,
    ) -> Done {
        match args {
            [ast::Expr { kind: ExprKind::Starred { value, .. }, .. }] if pushed == 0 => self.expr(value)?,
            _ => self.star_unpack(args, injected, pushed, Sequence::TUPLE, loc)?,
        }
        if keywords.is_empty() {
            self.op(Opcode::PushNull, loc);
            self.op(Opcode::CallFunctionEx, loc);
            return Ok(());
        }
        let mut have_dict = false;
        let mut from = 0;
        for (index, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_some() {
                continue;
            }
            if from < index {
                self.keyword_dict(&keywords[from..index], loc)?;
                self.merge_dict(have_dict, loc);
                have_dict = true;
            }
            from = index + 1;
            if !have_dict {
                self.op_i(Opcode::BuildMap, 0, loc);
                have_dict = true;
            }
            self.expr(keyword.value)?;
            self.op_i(Opcode::DictMerge, 1, loc);
        }
        if from < keywords.len() {
            self.keyword_dict(&keywords[from..], loc)?;
            self.merge_dict(have_dict, loc);
        }
        self.op(Opcode::CallFunctionEx, loc);
        Ok(())
    }

    fn merge_dict(&mut self, have_dict: bool, loc: SourceLocation) {
        if have_dict {
            self.op_i(Opcode::DictMerge, 1, loc);
        }
    }

    fn keyword_dict(&mut self, keywords: &'a [ast::Keyword<'a>], loc: SourceLocation) -> Done {
        let big = keywords.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_i(Opcode::BuildMap, 0, NO_LOCATION);
        }
        for keyword in keywords {
            self.load_str(keyword.arg.as_deref().unwrap_or_default(), loc)?;
            self.expr(keyword.value)?;
            if big {
                self.op_i(Opcode::MapAdd, 1, NO_LOCATION);
            }
        }
        if !big {
            self.op_n(Opcode::BuildMap, keywords.len(), loc);
        }
        Ok(())
    }
}

pub(super) fn is_starred(expr: &ast::Expr) -> bool {
    matches!(expr.kind, ExprKind::Starred { .. })
}

fn validate_keywords(keywords: &[ast::Keyword]) -> Done {
    for (index, keyword) in keywords.iter().enumerate() {
        let Some(name) = &keyword.arg else { continue };
        if let Some(other) = keywords[index + 1..].iter().find(|other| other.arg.as_ref() == Some(name)) {
            return error(format!("keyword argument repeated: {name}"), place(other.location));
        }
    }
    Ok(())
}
