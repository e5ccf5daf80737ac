//! First pass over annotations and type parameters (PEP 649, 695, 696).

use taipan_syntax::ast::{self, ExprKind, TypeParamKind};

use super::build::{Builder, Done};
use super::{BlockType, ScopeKey, flags::*};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;

impl<'a> Builder<'_, 'a> {
    /// Enters the block of the type parameters of a function (`args` given), class or alias.
    pub(super) fn enter_type_param_block(
        &mut self,
        name: &'a str,
        type_params: &'a [ast::TypeParam<'a>],
        args: Option<&'a ast::Arguments<'a>>,
        is_class: bool,
        location: SourceLocation,
    ) -> Done {
        let in_class = self.cur().block == BlockType::Class;
        self.enter_block(name, BlockType::TypeParameters, ScopeKey::type_parameters(type_params), location)?;
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add_def(&self.table.known.classdict.clone(), USE, location)?;
        }
        if is_class {
            for hidden in [".type_params", ".generic_base"] {
                self.add_def(hidden, DEF_LOCAL, location)?;
                self.add_def(hidden, USE, location)?;
            }
        }
        if let Some(args) = args {
            // A slot of its own even without defaults, as in CPython.
            self.add_def(".defaults", DEF_PARAM, location)?;
            if args.kw_defaults.iter().any(Option::is_some) {
                self.add_def(".kwdefaults", DEF_PARAM, location)?;
            }
        }
        Ok(())
    }

    pub(super) fn visit_type_params(&mut self, params: &'a [ast::TypeParam<'a>]) -> Done {
        params.iter().try_for_each(|param| self.visit_type_param(param))
    }

    fn visit_type_param(&mut self, param: &'a ast::TypeParam<'a>) -> Done {
        self.depth.enter()?;
        let location = param.location.into();
        let key = ScopeKey::type_variable(param);
        match &param.kind {
            TypeParamKind::TypeVar { name, bound, default_value } => {
                self.add_def(name, DEF_TYPE_PARAM | DEF_LOCAL, location)?;
                let bound = bound.as_deref();
                let is_tuple = bound.is_some_and(|bound| matches!(bound.kind, ExprKind::Tuple { .. }));
                let info = if is_tuple { "a TypeVar constraint" } else { "a TypeVar bound" };
                self.visit_bound_or_default(bound, name, param, key, info)?;
                let key = ScopeKey::type_variable_default(param);
                self.visit_bound_or_default(default_value.as_deref(), name, param, key, "a TypeVar default")?;
            }
            TypeParamKind::TypeVarTuple { name, default_value } => {
                self.add_def(name, DEF_TYPE_PARAM | DEF_LOCAL, location)?;
                self.visit_bound_or_default(default_value.as_deref(), name, param, key, "a TypeVarTuple default")?;
            }
            TypeParamKind::ParamSpec { name, default_value } => {
                self.add_def(name, DEF_TYPE_PARAM | DEF_LOCAL, location)?;
                self.visit_bound_or_default(default_value.as_deref(), name, param, key, "a ParamSpec default")?;
            }
        }
        self.depth.leave();
        Ok(())
    }

    fn visit_bound_or_default(
        &mut self,
        expr: Option<&'a ast::Expr<'a>>,
        name: &'a str,
        param: &'a ast::TypeParam<'a>,
        key: ScopeKey,
        info: &'static str,
    ) -> Done {
        if name == "__classdict__" {
            return Err(CompileError::syntax(
                format!("reserved name '{name}' cannot be used for type parameter"),
                param.location.into(),
            ));
        }
        let Some(expr) = expr else { return Ok(()) };
        let in_class = self.cur().can_see_class_scope;
        let location = expr.location.into();
        self.enter_block(name, BlockType::TypeVariable, key, location)?;
        self.cur().can_see_class_scope = in_class;
        if in_class {
            self.add_def(&self.table.known.classdict.clone(), USE, location)?;
        }
        self.cur().scope_info = Some(info);
        self.visit_expr(expr)?;
        self.exit_block();
        Ok(())
    }

    /// The annotation of a variable; all of one block share one annotation block.
    pub(super) fn visit_variable_annotation(&mut self, annotation: &'a ast::Expr<'a>) -> Done {
        let location = annotation.location.into();
        let parent = self.cur_id();
        let block = self.cur().block;
        // Annotations of locals are never evaluated.
        let unevaluated = block == BlockType::Function;
        // A module may be executed in part, so all its annotations count as conditional.
        let conditional = block == BlockType::Module || block == BlockType::Class && self.cur().in_conditional_block;
        if conditional && !self.cur().has_conditional_annotations {
            self.cur().has_conditional_annotations = true;
            self.add_def(&self.table.known.conditional_annotations.clone(), USE, location)?;
        }
        match self.cur().annotation_block {
            Some(existing) => self.enter_existing_block(existing, false),
            None => {
                self.enter_block("__annotate__", BlockType::Annotation, ScopeKey::Annotations(parent), location)?;
                self.table.scope_mut(parent).annotation_block = Some(self.cur_id());
                if block == BlockType::Class && !self.future.annotations() {
                    self.cur().can_see_class_scope = true;
                    self.add_def(&self.table.known.classdict.clone(), USE, location)?;
                }
            }
        }
        if unevaluated {
            self.cur().in_unevaluated_annotation = true;
        }
        self.visit_expr(annotation)?;
        if unevaluated {
            self.cur().in_unevaluated_annotation = false;
        }
        self.exit_block();
        Ok(())
    }

    /// The annotations of a function's parameters and result.
    pub(super) fn visit_function_annotations(
        &mut self,
        args: &'a ast::Arguments<'a>,
        returns: Option<&'a ast::Expr<'a>>,
        location: SourceLocation,
    ) -> Done {
        let in_class = self.cur().can_see_class_scope || self.cur().block == BlockType::Class;
        self.enter_block("__annotate__", BlockType::Annotation, ScopeKey::function_annotations(args), location)?;
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add_def(&self.table.known.classdict.clone(), USE, location)?;
        }
        let positional = args.posonlyargs.iter().chain(args.args.iter());
        let variadic = args.vararg.iter().chain(args.kwarg.iter()).map(|arg| &**arg);
        for arg in positional.chain(variadic).chain(args.kwonlyargs.iter()) {
            if let Some(annotation) = &arg.annotation {
                self.cur().annotations_used = true;
                self.visit_expr(annotation)?;
            }
        }
        if let Some(returns) = returns {
            self.cur().annotations_used = true;
            self.visit_expr(returns)?;
        }
        self.exit_block();
        Ok(())
    }
}
