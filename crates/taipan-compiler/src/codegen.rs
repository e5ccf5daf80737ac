//! Code generation: from the tree and its symbol table to instruction sequences, one code unit per block.
//!
//! Which instruction stands where is CPython 3.14's choice; whatever needs a view of more than one construct is left to
//! the flow graph. Invariants: the tree is the one the symbol table was built from; the current unit is
//! [`Compiler::unit`], the units around it lie on [`Compiler::stack`], outermost first.

use std::sync::Arc;

use taipan_bytecode::code::sharing::Sharing;
use taipan_bytecode::operands::{Intrinsic1, Intrinsic2};
use taipan_bytecode::{CodeObject, Constant, Opcode, Wtf8Buf};
use taipan_syntax::ast;

use crate::depth::Depth;
use crate::error::CompileError;
use crate::flowgraph::{Flowgraph, small_int};
use crate::future::FutureFeatures;
use crate::instruction_sequence::{Label, SourceLocation};
use crate::memory::Memory;
use crate::symtable::{ScopeKey, SymbolTable};
use crate::warning::Warning;

mod annotations;
mod assignments;
mod blocks;
mod calls;
mod checks;
mod classes;
mod comparisons;
mod comprehensions;
mod constants;
mod displays;
mod expressions;
mod functions;
mod imports;
mod loops;
mod names;
mod patterns;
mod statements;
mod strings;
mod subscripts;
mod super_calls;
mod try_except;
mod try_star;
mod type_params;
mod unit;
mod with;

pub(crate) use unit::UnitMemory;
use unit::{PlacedUnit, ScopeType, Unit};

type Done = Result<(), CompileError>;

/// So many values may lie on the stack for one construct before it is built piece by piece.
const STACK_USE_GUIDELINE: usize = 30;

/// What code generation needs besides the tree.
pub(crate) struct CodegenOptions {
    /// 0, 1 or 2.
    pub(crate) optimize: u8,
    /// `CO_FUTURE_*` bits every code object gets.
    pub(crate) code_flags: u32,
    pub(crate) future: FutureFeatures,
    pub(crate) filename: Wtf8Buf,
    /// Lowest address the native stack may reach, or 0.
    pub(crate) stack_limit: usize,
}

/// Generates the code of a whole tree.
pub(crate) fn generate<'a>(
    module: &'a ast::Mod<'a>,
    mut table: SymbolTable<'a>,
    options: CodegenOptions,
    warnings: &mut Vec<Warning>,
    memory: &mut Memory,
) -> Result<CodeObject, CompileError> {
    let stack_limit = options.stack_limit;
    let interactive = matches!(module, ast::Mod::Interactive { .. });
    let start = unit::UnitStart::new(table.add_name("<module>"), ScopeType::Module, ScopeKey::Module, 1);
    let top = table.lookup(ScopeKey::Module)?;
    let Memory { flowgraph, mut units } = std::mem::take(memory);
    let mut unit = Unit::new(&mut table, &start, top, Unit::empty(&start, top, units.pop()));
    unit.metadata.qualname = unit.metadata.name.clone();
    let mut compiler = Compiler {
        table,
        options,
        interactive,
        unit,
        stack: Vec::new(),
        warnings: Vec::new(),
        muted: 0,
        depth: Depth::new(stack_limit),
        flowgraph,
        spare_units: Vec::new(),
        units,
        assembled: 0,
    };
    let code = compiler.module(module).and_then(|()| compiler.assemble(!matches!(module, ast::Mod::Expression { .. })));
    warnings.append(&mut compiler.warnings);
    let mut code = code?;
    code.unit.sharing = Sharing::of_compiled(&code).map(Arc::new);
    let Compiler { unit, spare_units, mut units, flowgraph, .. } = compiler;
    units.extend(spare_units.into_iter().map(|unit| unit.into_memory()));
    units.push(unit.into_memory());
    *memory = Memory { flowgraph, units };
    memory.shrink();
    Ok(code)
}

pub(crate) struct Compiler<'a> {
    table: SymbolTable<'a>,
    options: CodegenOptions,
    interactive: bool,
    unit: PlacedUnit<'a>,
    stack: Vec<PlacedUnit<'a>>,
    warnings: Vec<Warning>,
    /// Above 0 in `finally` blocks for an exception: the statements have been warned about already.
    muted: u32,
    depth: Depth,
    /// Memory that serves one unit after the other.
    flowgraph: Flowgraph,
    spare_units: Vec<PlacedUnit<'a>>,
    /// Memory for more units.
    units: Vec<UnitMemory>,
    /// How many code objects were made.
    assembled: u32,
}

impl<'a> Compiler<'a> {
    fn module(&mut self, module: &'a ast::Mod<'a>) -> Done {
        let resume = SourceLocation::new(0, 1, 0, 0);
        self.op_i(Opcode::Resume, 0, resume);
        self.op(Opcode::AnnotationsPlaceholder, resume);
        match module {
            ast::Mod::Module { body, .. } | ast::Mod::Interactive { body } => {
                let loc = body.first().map_or(SourceLocation::new(1, 1, 0, 0), |stmt| place(stmt.location));
                if self.scope().has_conditional_annotations {
                    self.op_i(Opcode::BuildSet, 0, loc);
                    let number = self.name_number("__conditional_annotations__");
                    self.op_i(Opcode::StoreName, number, loc);
                }
                self.body(loc, body, self.interactive)
            }
            ast::Mod::Expression { body } => self.expr(body),
            ast::Mod::FunctionType { .. } => Err(CompileError::Internal("this compiler does not handle FunctionTypes")),
        }
    }

    /// A body that may begin with a docstring, and the annotations collected in it.
    fn body(&mut self, loc: SourceLocation, body: &'a [ast::Stmt<'a>], interactive: bool) -> Done {
        if self.options.future.annotations() && self.scope().annotations_used {
            self.op(Opcode::SetupAnnotations, loc);
        }
        if body.is_empty() {
            return Ok(());
        }
        let mut rest = body;
        if !interactive
            && self.scope().has_docstring
            && let Some((first, tail)) = body.split_first()
            && let ast::StmtKind::Expr { value } = &first.kind
        {
            rest = tail;
            let doc = constants::docstring(body)?;
            self.load_const(doc, place(value.location))?;
            self.name_op("__doc__", ast::ExprContext::Store, crate::instruction_sequence::NO_LOCATION)?;
        }
        self.stmts(rest)?;
        if !self.options.future.annotations() {
            self.deferred_annotations(loc)?;
        }
        Ok(())
    }

    fn op(&mut self, op: Opcode, loc: SourceLocation) {
        self.unit.seq.add_op(op, 0, loc);
    }

    fn op_i(&mut self, op: Opcode, oparg: u32, loc: SourceLocation) {
        self.unit.seq.add_op(op, oparg, loc);
    }

    /// An operation whose argument counts something of the tree.
    fn op_n(&mut self, op: Opcode, count: usize, loc: SourceLocation) {
        self.unit.seq.add_op(op, u32::try_from(count).unwrap_or(u32::MAX >> 2), loc);
    }

    fn jump(&mut self, op: Opcode, target: Label, loc: SourceLocation) {
        self.unit.seq.add_jump(op, target, loc);
    }

    fn intrinsic_1(&mut self, intrinsic: Intrinsic1, loc: SourceLocation) {
        self.op_i(Opcode::CallIntrinsic1, intrinsic.oparg(), loc);
    }

    fn intrinsic_2(&mut self, intrinsic: Intrinsic2, loc: SourceLocation) {
        self.op_i(Opcode::CallIntrinsic2, intrinsic.oparg(), loc);
    }

    fn new_label(&mut self) -> Label {
        self.unit.seq.new_label()
    }

    fn use_label(&mut self, label: Label) {
        self.unit.seq.use_label(label);
    }

    fn load_const(&mut self, value: Constant, loc: SourceLocation) -> Done {
        if let Some(small) = small_int(&value) {
            // It needs no constant, but CPython keeps the first one of a unit in any case.
            if self.unit.consts.is_empty() {
                self.unit.consts.add(value)?;
            }
            self.op_i(Opcode::LoadSmallInt, small, loc);
            return Ok(());
        }
        let number = self.unit.consts.add(value)?;
        self.op_i(Opcode::LoadConst, number, loc);
        Ok(())
    }

    fn load_none(&mut self, loc: SourceLocation) -> Done {
        let number = self.unit.consts.add_none()?;
        self.op_i(Opcode::LoadConst, number, loc);
        Ok(())
    }

    fn load_int(&mut self, value: usize, loc: SourceLocation) -> Done {
        self.load_const(Constant::Int(value.into()), loc)
    }

    fn load_str(&mut self, text: &str, loc: SourceLocation) -> Done {
        self.load_const(Constant::str(text), loc)
    }

    fn warn(&mut self, message: String, location: SourceLocation) {
        if self.muted == 0 {
            self.warnings.push(Warning { message, location });
        }
    }
}

/// The place of a node.
fn place(location: ast::Location) -> SourceLocation {
    location.into()
}

fn error<T>(message: impl Into<String>, loc: SourceLocation) -> Result<T, CompileError> {
    Err(CompileError::syntax(message, loc))
}
