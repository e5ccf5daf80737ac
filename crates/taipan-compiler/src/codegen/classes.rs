//! Class definitions: the function of the body, and the call that builds the class.

use taipan_bytecode::operands::Intrinsic1;
use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, ExprContext};

use super::calls::Injected;
use super::unit::{ScopeType, UnitStart};
use super::{Compiler, Done, constants, place};
use crate::error::CompileError;
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};
use crate::symtable::ScopeKey;

impl<'a> Compiler<'a> {
    pub(super) fn class(&mut self, node: &'a ast::ClassDef<'a>, loc: SourceLocation) -> Done {
        self.exprs(node.decorator_list)?;
        let firstlineno = node.decorator_list.first().map_or(loc.lineno, |first| place(first.location).lineno);
        let generic = !node.type_params.is_empty();
        if generic {
            let key = ScopeKey::type_parameters(node.type_params);
            let name = self.table.add_name(&format!("<generic parameters of {}>", node.name));
            let start = UnitStart::new(name, ScopeType::Annotations, key, firstlineno);
            self.enter_scope(start.private(&node.name))?;
            self.type_params(node.type_params)?;
            self.name_op(".type_params", ExprContext::Store, loc)?;
        }
        self.class_body(node, firstlineno, loc)?;
        if generic {
            self.name_op(".type_params", ExprContext::Load, loc)?;
            self.intrinsic_1(Intrinsic1::SubscriptGeneric, loc);
            self.name_op(".generic_base", ExprContext::Store, loc)?;
            let injected = Some(Injected(".generic_base"));
            self.call_arguments(2, node.bases, injected, node.keywords, loc)?;
            let code = self.finish_scope(false)?;
            self.make_closure(code, 0, loc)?;
            self.op(Opcode::PushNull, loc);
            self.op_i(Opcode::Call, 0, loc);
        } else {
            self.call_arguments(2, node.bases, None, node.keywords, loc)?;
        }
        self.apply_decorators(node.decorator_list);
        self.name_op(&node.name, ExprContext::Store, loc)
    }

    /// Compiles the body and pushes `__build_class__`, NULL, the body's function and the name.
    fn class_body(&mut self, node: &'a ast::ClassDef<'a>, firstlineno: i32, outer_loc: SourceLocation) -> Done {
        let start = UnitStart::new((&node.name).into(), ScopeType::Class, ScopeKey::class(node), firstlineno);
        self.enter_scope(start.private(&node.name))?;
        let loc = SourceLocation::new(firstlineno, firstlineno, 0, 0);
        self.name_op("__name__", ExprContext::Load, loc)?;
        self.name_op("__module__", ExprContext::Store, loc)?;
        let qualname = self.unit.metadata.qualname.clone();
        self.load_const(Constant::Str(qualname), loc)?;
        self.name_op("__qualname__", ExprContext::Store, loc)?;
        self.load_const(Constant::Int(firstlineno.into()), loc)?;
        self.name_op("__firstlineno__", ExprContext::Store, loc)?;
        if !node.type_params.is_empty() {
            self.name_op(".type_params", ExprContext::Load, loc)?;
            self.name_op("__type_params__", ExprContext::Store, loc)?;
        }
        if self.scope().needs_classdict {
            self.op(Opcode::LoadLocals, loc);
            self.store_cell("__classdict__", loc);
        }
        if self.scope().has_conditional_annotations {
            self.op_i(Opcode::BuildSet, 0, loc);
            self.store_cell("__conditional_annotations__", loc);
        }
        self.body(loc, node.body, false)?;
        let attributes = constants::names(self.unit.static_attributes.iter().copied());
        self.load_const(attributes, NO_LOCATION)?;
        self.name_op("__static_attributes__", ExprContext::Store, NO_LOCATION)?;
        if self.scope().needs_classdict {
            self.load_own_cell("__classdict__")?;
            self.name_op("__classdictcell__", ExprContext::Store, NO_LOCATION)?;
        }
        if self.scope().needs_class_closure {
            self.load_own_cell("__class__")?;
            self.op_i(Opcode::Copy, 1, NO_LOCATION);
            self.name_op("__classcell__", ExprContext::Store, NO_LOCATION)?;
        } else {
            self.load_none(NO_LOCATION)?;
        }
        self.op(Opcode::ReturnValue, NO_LOCATION);
        let code = self.finish_scope(true)?;
        // The class line, not a decorator's.
        self.op(Opcode::LoadBuildClass, outer_loc);
        self.op(Opcode::PushNull, outer_loc);
        self.make_closure(code, 0, outer_loc)?;
        self.load_name_text((&node.name).into(), outer_loc)
    }

    /// Stores into a cell where the name itself would go into the namespace.
    fn store_cell(&mut self, name: &str, loc: SourceLocation) {
        let number = self.cell_number(name);
        self.op_i(Opcode::StoreDeref, number, loc);
    }

    fn load_own_cell(&mut self, name: &str) -> Done {
        let number = self.table.name_id(name).and_then(|name| self.unit.metadata.cellvars.get(name));
        let number = number.ok_or(CompileError::Internal("class without its implicit cell"))?;
        self.op_i(Opcode::LoadClosure, number, NO_LOCATION);
        Ok(())
    }
}
