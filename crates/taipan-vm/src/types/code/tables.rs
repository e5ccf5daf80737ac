//! The tuples and bytes of a code object: made when they are first asked for, then kept, and merged with equal ones of the
//! same compilation where CPython's compiler merges them.

use taipan_bytecode::code::sharing::{print_of_bytes, print_of_names, print_of_tuple};
use taipan_bytecode::wtf8::Wtf8Buf;

use super::Code;
use super::pool::{ConstantPool, Maker, sharing_of};
use crate::gc::Gc;
use crate::interp::executable::Executable;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// An attribute of code objects that is a tuple or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Consts,
    Names,
    Linetable,
    ExceptionTable,
    Code,
    Varnames,
    Cellvars,
    Freevars,
}

impl Table {
    /// How many there are.
    pub const COUNT: usize = 8;
}

impl Code {
    /// The tuple or bytes of an attribute: the same object each time.
    pub fn table(this: Gc<Code>, vm: &mut Vm, table: Table) -> Result<Value, Raised> {
        let executable = Code::executable(this, vm)?;
        if let Some(known) = executable.table(vm, table) {
            return Ok(known);
        }
        let code = executable.code.clone();
        let (made, print) = match table {
            Table::Consts => {
                let prepared = vm.prepare(executable);
                vm.catch(prepared, Exc::SystemError)?;
                (constants(vm, executable)?, Some(print_of_tuple(&code.consts)))
            }
            Table::Names => (name_tuple(vm, code.names.iter())?, Some(print_of_names(&code.names))),
            Table::Linetable => (vm.new_bytes(&code.linetable)?, Some(print_of_bytes(&code.linetable))),
            Table::ExceptionTable => (vm.new_bytes(&code.exceptiontable)?, Some(print_of_bytes(&code.exceptiontable))),
            Table::Code => (vm.new_bytes(&code.code)?, None),
            Table::Varnames => (name_tuple(vm, code.varnames())?, None),
            Table::Cellvars => (name_tuple(vm, code.cellvars())?, None),
            Table::Freevars => (name_tuple(vm, code.freevars())?, None),
        };
        let merged = match (print, executable.pool()) {
            (Some(print), Some(pool)) => ConstantPool::merged(pool, vm, print, made)?,
            _ => made,
        };
        executable.set_table(vm, table, merged)?;
        Ok(merged)
    }

    /// The constants as objects: the very ones the code runs with.
    pub fn constants(this: Gc<Code>, vm: &mut Vm) -> Result<Gc<Tuple>, Raised> {
        match Code::table(this, vm, Table::Consts)?.exact::<Tuple>() {
            Some(constants) => Ok(constants),
            None => Tuple::empty(vm),
        }
    }
}

fn constants(vm: &mut Vm, executable: &'static Executable) -> Result<Value, Raised> {
    let data = executable.code.clone();
    if data.consts.is_empty() {
        return Ok(Tuple::empty(vm)?.value());
    }
    let tuple = Tuple::new_uninit(vm, Builtin::Tuple as u32, data.consts.len())?;
    let sharing = sharing_of(vm, executable.pool());
    let mut maker = Maker::new(executable.pool(), sharing.as_deref(), data.unit.number);
    for (i, constant) in data.consts.iter().enumerate() {
        let value = match executable.reference(vm, i).or_else(|| executable.object_constant(vm, i)) {
            Some(known) => {
                maker.skip(constant);
                known
            }
            None => maker.make(vm, constant)?,
        };
        tuple.get_mut(vm).items_mut()[i] = value;
    }
    Ok(tuple.value())
}

fn name_tuple<'a>(vm: &mut Vm, names: impl Iterator<Item = &'a Wtf8Buf>) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for name in names {
        let name = Str::from_wtf8(vm, name)?;
        let name = Str::interned(name, vm);
        List::push(list, vm, name.value())?;
    }
    Ok(List::to_tuple(list, vm)?.value())
}
