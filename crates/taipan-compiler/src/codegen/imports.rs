//! `import` and `from ... import`.

use taipan_bytecode::operands::Intrinsic1;
use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, ExprContext};

use super::{Compiler, Done};
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    pub(super) fn import(&mut self, names: &'a [ast::Alias<'a>], loc: SourceLocation) -> Done {
        for alias in names.iter() {
            self.load_int(0, loc)?;
            self.load_none(loc)?;
            let number = self.name_number(&alias.name);
            self.op_i(Opcode::ImportName, number, loc);
            match &alias.asname {
                Some(asname) => self.import_as(&alias.name, asname, loc)?,
                None => {
                    let top = alias.name.split('.').next().unwrap_or(&alias.name);
                    self.name_op(top, ExprContext::Store, loc)?;
                }
            }
        }
        Ok(())
    }

    /// `import a.b.c as d`: walks from `a` to `c`.
    fn import_as(&mut self, name: &str, asname: &str, loc: SourceLocation) -> Done {
        let mut attrs = name.split('.').skip(1).peekable();
        let dotted = attrs.peek().is_some();
        while let Some(attr) = attrs.next() {
            let number = self.plain_name_number(attr);
            self.op_i(Opcode::ImportFrom, number, loc);
            if attrs.peek().is_some() {
                self.op_i(Opcode::Swap, 2, loc);
                self.op(Opcode::PopTop, loc);
            }
        }
        self.name_op(asname, ExprContext::Store, loc)?;
        if dotted {
            self.op(Opcode::PopTop, loc);
        }
        Ok(())
    }

    pub(super) fn import_from(
        &mut self,
        module: Option<&str>,
        names: &'a [ast::Alias<'a>],
        level: u32,
        loc: SourceLocation,
    ) -> Done {
        self.load_const(Constant::Int(level.into()), loc)?;
        let from = names.iter().map(|alias| self.name_constant((&alias.name).into())).collect();
        self.load_const(Constant::Tuple(from), loc)?;
        let number = self.name_number(module.unwrap_or(""));
        self.op_i(Opcode::ImportName, number, loc);
        for alias in names.iter() {
            if &*alias.name == "*" {
                self.intrinsic_1(Intrinsic1::ImportStar, loc);
                self.op(Opcode::PopTop, NO_LOCATION);
                return Ok(());
            }
            let number = self.name_number(&alias.name);
            self.op_i(Opcode::ImportFrom, number, loc);
            let store = alias.asname.as_ref().unwrap_or(&alias.name);
            self.name_op(store, ExprContext::Store, loc)?;
        }
        self.op(Opcode::PopTop, loc);
        Ok(())
    }
}
