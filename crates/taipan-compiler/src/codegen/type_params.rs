//! Type parameters and `type` statements (PEP 695, 696).

use taipan_bytecode::operands::{Intrinsic1, Intrinsic2, make_function};
use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, ExprContext, ExprKind, TypeParamKind};

use super::unit::{ScopeType, UnitStart};
use super::{Compiler, Done, error, place};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;
use crate::symtable::ScopeKey;

impl<'a> Compiler<'a> {
    /// Pushes the tuple of type parameters, each bound to its name.
    pub(super) fn type_params(&mut self, params: &'a [ast::TypeParam<'a>]) -> Done {
        let mut seen_default = false;
        for param in params {
            let loc = place(param.location);
            let key = ScopeKey::type_variable(param);
            let (name, default, default_key, starred) = match &param.kind {
                TypeParamKind::TypeVar { name, bound, default_value } => {
                    self.load_str(name, loc)?;
                    match bound.as_deref() {
                        Some(bound) => {
                            self.bound_or_default(bound, name, key, false)?;
                            let is_tuple = matches!(bound.kind, ExprKind::Tuple { .. });
                            let intrinsic = match is_tuple {
                                true => Intrinsic2::TypeVarWithConstraints,
                                false => Intrinsic2::TypeVarWithBound,
                            };
                            self.intrinsic_2(intrinsic, loc);
                        }
                        None => self.intrinsic_1(Intrinsic1::TypeVar, loc),
                    }
                    (name, default_value, ScopeKey::type_variable_default(param), false)
                }
                TypeParamKind::TypeVarTuple { name, default_value } => {
                    self.load_str(name, loc)?;
                    self.intrinsic_1(Intrinsic1::TypeVarTuple, loc);
                    (name, default_value, key, true)
                }
                TypeParamKind::ParamSpec { name, default_value } => {
                    self.load_str(name, loc)?;
                    self.intrinsic_1(Intrinsic1::ParamSpec, loc);
                    (name, default_value, key, false)
                }
            };
            if let Some(default) = default {
                seen_default = true;
                self.bound_or_default(default, name, default_key, starred)?;
                self.intrinsic_2(Intrinsic2::SetTypeParamDefault, loc);
            } else if seen_default {
                return error(format!("non-default type parameter '{name}' follows default type parameter"), loc);
            }
            self.op_i(Opcode::Copy, 1, loc);
            self.name_op(name, ExprContext::Store, loc)?;
        }
        if let Some(first) = params.first() {
            self.op_n(Opcode::BuildTuple, params.len(), place(first.location));
        }
        Ok(())
    }

    /// Pushes the function that evaluates a bound or default.
    fn bound_or_default(&mut self, expr: &'a ast::Expr<'a>, name: &str, key: ScopeKey, allow_starred: bool) -> Done {
        let loc = place(expr.location);
        self.load_format_default(loc)?;
        self.enter_annotations_scope(key, name, loc)?;
        match &expr.kind {
            ExprKind::Starred { value, .. } if allow_starred => {
                self.expr(value)?;
                self.op_i(Opcode::UnpackSequence, 1, loc);
            }
            _ => self.expr(expr)?,
        }
        self.op(Opcode::ReturnValue, loc);
        let code = self.finish_scope(true)?;
        self.make_closure(code, make_function::DEFAULTS, loc)
    }

    /// The format defaults to `VALUE`.
    fn load_format_default(&mut self, loc: SourceLocation) -> Done {
        self.load_const(Constant::Tuple([Constant::Int(1.into())].into()), loc)
    }

    pub(super) fn type_alias(
        &mut self,
        stmt: &'a ast::Stmt<'a>,
        name: &'a ast::Expr<'a>,
        type_params: &'a [ast::TypeParam<'a>],
        value: &'a ast::Expr<'a>,
    ) -> Done {
        let ExprKind::Name { id: name, .. } = &name.kind else {
            return Err(CompileError::Internal("TypeAlias with non-Name name"));
        };
        let loc = place(stmt.location);
        let generic = !type_params.is_empty();
        if generic {
            let key = ScopeKey::type_parameters(type_params);
            let title = self.table.add_name(&format!("<generic parameters of {name}>"));
            self.enter_scope(UnitStart::new(title, ScopeType::Annotations, key, loc.lineno))?;
            self.load_str(name, loc)?;
            self.type_params(type_params)?;
        } else {
            self.load_str(name, loc)?;
            self.load_none(loc)?;
        }
        self.load_format_default(loc)?;
        self.enter_annotations_scope(ScopeKey::type_alias(stmt), name, loc)?;
        self.expr(value)?;
        self.op(Opcode::ReturnValue, loc);
        let code = self.finish_scope(false)?;
        self.make_closure(code, make_function::DEFAULTS, loc)?;
        self.op_i(Opcode::BuildTuple, 3, loc);
        self.intrinsic_1(Intrinsic1::TypeAlias, loc);
        if generic {
            let code = self.finish_scope(false)?;
            self.make_closure(code, 0, loc)?;
            self.op(Opcode::PushNull, loc);
            self.op_i(Opcode::Call, 0, loc);
        }
        self.name_op(name, ExprContext::Store, loc)
    }
}
