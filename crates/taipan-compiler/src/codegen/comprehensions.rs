//! Comprehensions: inlined into the block around them (PEP 709), or functions for generator expressions.

use std::borrow::Cow;

use taipan_bytecode::Opcode;
use taipan_syntax::ast::{self, ExprKind};

use super::blocks::BlockKind;
use super::unit::{ScopeType, UnitStart};
use super::{Compiler, Done, place};
use crate::error::CompileError;
use crate::instruction_sequence::{Label, NO_LOCATION, SourceLocation};
use crate::symtable::{BlockType, NameId, NameScope, ScopeId, ScopeKey, flags};

/// What a comprehension makes of its elements.
#[derive(Clone, Copy)]
enum Output<'a> {
    Generator(&'a ast::Expr<'a>),
    List(&'a ast::Expr<'a>),
    Set(&'a ast::Expr<'a>),
    Dict(&'a ast::Expr<'a>, &'a ast::Expr<'a>),
}

/// What to undo after an inlined comprehension.
#[derive(Default)]
struct Inlined {
    /// Names whose outer value waits on the stack.
    pushed_locals: Vec<NameId>,
    /// Names that were fast locals meanwhile.
    fast_hidden: Vec<NameId>,
    /// Symbols of the block as they were.
    symbols: Vec<(NameId, u32)>,
    cleanup: Option<Label>,
}

impl<'a> Compiler<'a> {
    pub(super) fn comprehension(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        let (name, generators, output) = match &expr.kind {
            ExprKind::GeneratorExp { elt, generators } => ("<genexpr>", generators, Output::Generator(elt)),
            ExprKind::ListComp { elt, generators } => ("<listcomp>", generators, Output::List(elt)),
            ExprKind::SetComp { elt, generators } => ("<setcomp>", generators, Output::Set(elt)),
            ExprKind::DictComp { key, value, generators } => ("<dictcomp>", generators, Output::Dict(key, value)),
            _ => return Err(CompileError::Internal("not a comprehension")),
        };
        let loc = place(expr.location);
        let outermost = generators.first().ok_or(CompileError::Internal("comprehension with no generators"))?;
        let key = ScopeKey::comprehension(expr);
        let id = self.table.lookup(key)?;
        let inline = self.table.scope(id).comp_inlined;
        let is_async = self.table.scope(id).coroutine;
        let mut state = Inlined::default();
        if inline {
            self.comprehension_iter(outermost)?;
            self.tweak_scopes(id, &mut state);
            self.push_locals(id, loc, &mut state)?;
        } else {
            let name = self.table.add_name(name);
            let start = UnitStart::new(name, ScopeType::Comprehension, key, loc.lineno);
            self.enter_scope(start.argcount(1))?;
        }
        let build = match output {
            Output::Generator(_) => None,
            Output::List(_) => Some(Opcode::BuildList),
            Output::Set(_) => Some(Opcode::BuildSet),
            Output::Dict(..) => Some(Opcode::BuildMap),
        };
        if let Some(build) = build {
            self.op_i(build, 0, loc);
            if inline {
                self.op_i(Opcode::Swap, 2, loc);
            }
        }
        self.generator(loc, generators, 0, 0, output, inline)?;
        if inline {
            self.pop_locals(loc, &state)?;
            self.revert_scopes(state);
            return Ok(());
        }
        match build {
            Some(_) => self.op(Opcode::ReturnValue, loc),
            None => self.wrap_in_stop_iteration_handler()?,
        }
        let code = self.finish_scope(true)?;
        self.make_closure(code, 0, loc)?;
        self.comprehension_iter(outermost)?;
        self.op_i(Opcode::Call, 0, loc);
        if is_async && build.is_some() {
            self.await_value(0, loc)?;
        }
        Ok(())
    }

    fn comprehension_iter(&mut self, generator: &'a ast::Comprehension<'a>) -> Done {
        self.expr(generator.iter)?;
        let op = if generator.is_async != 0 { Opcode::GetAiter } else { Opcode::GetIter };
        self.op(op, place(generator.iter.location));
        Ok(())
    }

    /// The loops from number `index` on; `depth` iterators lie between the result and the top of the stack.
    fn generator(
        &mut self,
        loc: SourceLocation,
        generators: &'a [ast::Comprehension<'a>],
        index: usize,
        depth: u32,
        output: Output<'a>,
        iter_on_stack: bool,
    ) -> Done {
        let Some(generator) = generators.get(index) else { return Ok(()) };
        self.depth.enter()?;
        if generator.is_async != 0 {
            self.async_generator(loc, generators, index, depth, output, iter_on_stack)?;
        } else {
            self.sync_generator(loc, generators, index, depth, output, iter_on_stack)?;
        }
        self.depth.leave();
        Ok(())
    }

    fn sync_generator(
        &mut self,
        loc: SourceLocation,
        generators: &'a [ast::Comprehension<'a>],
        index: usize,
        mut depth: u32,
        output: Output<'a>,
        iter_on_stack: bool,
    ) -> Done {
        let generator = &generators[index];
        let iter_loc = place(generator.iter.location);
        let start = self.new_label();
        let if_cleanup = self.new_label();
        let anchor = self.new_label();
        let mut is_loop = true;
        if !iter_on_stack {
            if index == 0 {
                self.op_i(Opcode::LoadFast, 0, loc);
            } else if let Some(single) = single_element(generator.iter) {
                // `for y in [f(x)]` is an assignment.
                self.expr(single)?;
                is_loop = false;
            } else {
                self.expr(generator.iter)?;
                self.op(Opcode::GetIter, iter_loc);
            }
        }
        if is_loop {
            depth += 1;
            self.use_label(start);
            self.jump(Opcode::ForIter, anchor, iter_loc);
        }
        self.expr(generator.target)?;
        for condition in generator.ifs.iter() {
            self.jump_if(loc, condition, if_cleanup, false)?;
        }
        let elt_loc = self.inner(loc, generators, index, depth, output)?;
        self.use_label(if_cleanup);
        if is_loop {
            self.jump(Opcode::Jump, start, elt_loc);
            self.use_label(anchor);
            self.op(Opcode::EndFor, NO_LOCATION);
            self.op(Opcode::PopIter, NO_LOCATION);
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        loc: SourceLocation,
        generators: &'a [ast::Comprehension<'a>],
        index: usize,
        depth: u32,
        output: Output<'a>,
        iter_on_stack: bool,
    ) -> Done {
        let generator = &generators[index];
        let start = self.new_label();
        let send = self.new_label();
        let except = self.new_label();
        let if_cleanup = self.new_label();
        if !iter_on_stack {
            if index == 0 {
                self.op_i(Opcode::LoadFast, 0, loc);
            } else {
                self.comprehension_iter(generator)?;
            }
        }
        self.use_label(start);
        self.push_block(BlockKind::AsyncComprehensionGenerator, loc, Some(start), None)?;
        self.jump(Opcode::SetupFinally, except, loc);
        self.op(Opcode::GetAnext, loc);
        self.load_none(loc)?;
        self.use_label(send);
        self.yield_from(true, loc);
        self.op(Opcode::PopBlock, loc);
        self.expr(generator.target)?;
        for condition in generator.ifs.iter() {
            self.jump_if(loc, condition, if_cleanup, false)?;
        }
        let elt_loc = self.inner(loc, generators, index, depth + 1, output)?;
        self.use_label(if_cleanup);
        self.jump(Opcode::Jump, start, elt_loc);
        self.pop_block();
        self.use_label(except);
        self.jump(Opcode::EndAsyncFor, send, loc);
        Ok(())
    }

    /// The next loop, or the element in the innermost one; gives the place of the element.
    fn inner(
        &mut self,
        loc: SourceLocation,
        generators: &'a [ast::Comprehension<'a>],
        index: usize,
        depth: u32,
        output: Output<'a>,
    ) -> Result<SourceLocation, CompileError> {
        let elt = match output {
            Output::Generator(elt) | Output::List(elt) | Output::Set(elt) | Output::Dict(elt, _) => elt,
        };
        let elt_loc = place(elt.location);
        if index + 1 < generators.len() {
            self.generator(loc, generators, index + 1, depth, output, false)?;
            return Ok(elt_loc);
        }
        self.expr(elt)?;
        match output {
            Output::Generator(_) => {
                self.yield_value(elt_loc);
                self.op(Opcode::PopTop, elt_loc);
            }
            Output::List(_) => self.op_i(Opcode::ListAppend, depth + 1, elt_loc),
            Output::Set(_) => self.op_i(Opcode::SetAdd, depth + 1, elt_loc),
            Output::Dict(_, value) => {
                self.expr(value)?;
                let end = place(value.location);
                let both = SourceLocation { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..elt_loc };
                self.op_i(Opcode::MapAdd, depth + 1, both);
                return Ok(both);
            }
        }
        Ok(elt_loc)
    }

    fn symbols_of(&self, comp: ScopeId) -> Vec<(NameId, u32)> {
        self.table.scope(comp).symbols.iter().collect()
    }

    fn in_class_block(&self) -> bool {
        self.scope().block == BlockType::Class && self.unit.in_inlined_comp == 0
    }

    /// Gives names the scope they have inside the comprehension.
    fn tweak_scopes(&mut self, comp: ScopeId, state: &mut Inlined) {
        let in_class_block = self.in_class_block();
        self.unit.in_inlined_comp += 1;
        let function_like = self.scope().is_function_like();
        for (name, symbol) in self.symbols_of(comp) {
            let scope = NameScope::of(symbol);
            let outer = self.scope().symbol(name);
            let outer_scope = NameScope::of(outer);
            let differs = scope != outer_scope
                && scope != NameScope::Free
                && !(scope == NameScope::Cell && outer_scope == NameScope::Free);
            if differs || in_class_block {
                self.table.scope_mut(self.unit.scope).symbols.insert(name, symbol);
                state.symbols.push((name, outer));
            }
            let hides = is_bound_inside(symbol, in_class_block) && !function_like;
            if hides && !self.unit.metadata.set_hidden(name, true) {
                state.fast_hidden.push(name);
            }
        }
    }

    /// Puts outer values of names the comprehension binds on the stack, below its iterator.
    fn push_locals(&mut self, comp: ScopeId, loc: SourceLocation, state: &mut Inlined) -> Done {
        // The count of inlined comprehensions has been raised already.
        let in_class_block = self.scope().block == BlockType::Class && self.unit.in_inlined_comp == 0;
        for (name, symbol) in self.symbols_of(comp) {
            if !is_bound_inside(symbol, in_class_block) {
                continue;
            }
            let outer_scope = NameScope::of(self.scope().symbol(name));
            let mangled = self.mangled_again(name);
            let number = self.unit.metadata.varnames.add(mangled);
            self.op_i(Opcode::LoadFastAndClear, number, loc);
            if NameScope::of(symbol) == NameScope::Cell {
                let number = match outer_scope {
                    NameScope::Free => self.free_number(mangled),
                    _ => self.unit.metadata.cellvars.add(mangled),
                };
                self.op_i(Opcode::MakeCell, number, loc);
            }
            state.pushed_locals.push(name);
        }
        if !state.pushed_locals.is_empty() {
            self.op_n(Opcode::Swap, state.pushed_locals.len() + 1, loc);
            let cleanup = self.new_label();
            state.cleanup = Some(cleanup);
            // No statement leaves it; it counts towards the nesting of blocks.
            self.push_block(BlockKind::TryExcept, loc, None, None)?;
            self.jump(Opcode::SetupFinally, cleanup, loc);
        }
        Ok(())
    }

    /// The name of a symbol, mangled as a name of the source would be.
    fn mangled_again(&mut self, name: NameId) -> NameId {
        match self.mangled(self.table.name(name)) {
            Cow::Borrowed(_) => name,
            Cow::Owned(mangled) => self.table.add_name(&mangled),
        }
    }

    fn restore_locals(&mut self, loc: SourceLocation, state: &Inlined) {
        self.op_n(Opcode::Swap, state.pushed_locals.len() + 1, loc);
        for &name in state.pushed_locals.iter().rev() {
            let mangled = self.mangled_again(name);
            let number = self.unit.metadata.varnames.add(mangled);
            self.op_i(Opcode::StoreFastMaybeNull, number, loc);
        }
    }

    fn pop_locals(&mut self, loc: SourceLocation, state: &Inlined) -> Done {
        let Some(cleanup) = state.cleanup else { return Ok(()) };
        self.pop_block();
        self.op(Opcode::PopBlock, NO_LOCATION);
        let end = self.new_label();
        self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
        self.use_label(cleanup);
        // The unfinished result lies below the exception.
        self.op_i(Opcode::Swap, 2, NO_LOCATION);
        self.op(Opcode::PopTop, NO_LOCATION);
        self.restore_locals(loc, state);
        self.op_i(Opcode::Reraise, 0, NO_LOCATION);
        self.use_label(end);
        self.restore_locals(loc, state);
        Ok(())
    }

    fn revert_scopes(&mut self, state: Inlined) {
        self.unit.in_inlined_comp -= 1;
        let scope = self.table.scope_mut(self.unit.scope);
        for (name, symbol) in state.symbols {
            scope.symbols.insert(name, symbol);
        }
        for name in state.fast_hidden {
            self.unit.metadata.set_hidden(name, false);
        }
    }
}

/// Whether the comprehension binds the name itself; in a class all its names are kept from the class's own.
fn is_bound_inside(symbol: u32, in_class_block: bool) -> bool {
    symbol & flags::DEF_LOCAL != 0 && symbol & flags::DEF_NONLOCAL == 0 || in_class_block
}

fn single_element<'a>(iter: &'a ast::Expr<'a>) -> Option<&'a ast::Expr<'a>> {
    match &iter.kind {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => match &elts[..] {
            [single] if !super::calls::is_starred(single) => Some(single),
            _ => None,
        },
        _ => None,
    }
}
