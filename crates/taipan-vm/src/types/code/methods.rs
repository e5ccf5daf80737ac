//! The attributes and methods of `code`.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant};
use taipan_bytecode::line_table;

use super::Code;
use super::tables::Table;
use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, getter, method};
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn this_code(vm: &mut Vm, this: Value) -> Result<Gc<Code>, Raised> {
    match this.exact::<Code>() {
        Some(code) => Ok(code),
        None => Err(vm.raise(Exc::TypeError, "expected a code object")),
    }
}

fn data(vm: &mut Vm, this: Value) -> Result<Arc<CodeObject>, Raised> {
    let code = this_code(vm, this)?;
    Ok(code.get(vm).shared())
}

macro_rules! numbers {
    ($($function:ident $field:ident;)*) => {$(
        fn $function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            let code = data(vm, this)?;
            vm.new_int(i64::from(code.$field))
        }
    )*};
}

numbers! {
    get_argcount argcount; get_posonlyargcount posonlyargcount; get_kwonlyargcount kwonlyargcount;
    get_stacksize stacksize; get_flags flags; get_firstlineno firstlineno;
}

macro_rules! texts {
    ($($function:ident $field:ident;)*) => {$(
        fn $function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            let code = data(vm, this)?;
            let text = Str::from_wtf8(vm, &code.$field)?;
            Ok(Str::interned(text, vm).value())
        }
    )*};
}

texts! { get_filename filename; get_name name; get_qualname qualname; }

macro_rules! tables {
    ($($function:ident $table:ident;)*) => {$(
        fn $function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            let code = this_code(vm, this)?;
            Code::table(code, vm, Table::$table)
        }
    )*};
}

tables! {
    get_code Code; get_linetable Linetable; get_exceptiontable ExceptionTable; get_consts Consts; get_names Names;
    get_varnames Varnames; get_cellvars Cellvars; get_freevars Freevars;
}

/// `_co_code_adaptive`: new bytes each time.
fn get_code_adaptive(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = data(vm, this)?;
    vm.new_bytes(&code.code)
}

fn get_nlocals(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(data(vm, this)?.nlocals()))
}

fn get_lnotab(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = data(vm, this)?;
    let warning = vm.exception_class(Exc::DeprecationWarning);
    let warn = crate::import::import_module(vm, "warnings")?;
    let message = vm.new_str("co_lnotab is deprecated, use co_lines instead.")?;
    vm.call_method(warn, "warn", &[message, warning.value(), Value::int32(1)])?;
    let mut table = Vec::new();
    let (mut at, mut line) = (0u32, code.firstlineno);
    for (start, _, next) in line_table::lines(&code.linetable, code.firstlineno) {
        let Some(next) = next else { continue };
        if next == line {
            continue;
        }
        let mut bytes = start - at;
        let mut lines = next - line;
        while bytes > 255 {
            table.extend([255, 0]);
            bytes -= 255;
        }
        while !(-128..=127).contains(&lines) {
            let step = lines.clamp(-128, 127);
            table.extend([bytes as u8, step as i8 as u8]);
            bytes = 0;
            lines -= step;
        }
        table.extend([bytes as u8, lines as i8 as u8]);
        (at, line) = (start, next);
    }
    vm.new_bytes(&table)
}

fn optional(line: i32) -> Value {
    if line == -1 { Value::NONE } else { Value::int32(line) }
}

fn lines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = data(vm, args.get(0))?;
    let list = List::new(vm)?;
    for (start, end, line) in line_table::lines(&code.linetable, code.firstlineno) {
        let line = line.map_or(Value::NONE, Value::int32);
        let row = Tuple::from_values(vm, &[Value::int(start as usize), Value::int(end as usize), line])?;
        List::push(list, vm, row.value())?;
    }
    vm.iter(list.value())
}

fn positions(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = data(vm, args.get(0))?;
    let list = List::new(vm)?;
    for entry in line_table::entries(&code.linetable, code.firstlineno) {
        let p = entry.position;
        for _ in (entry.start..entry.end).step_by(2) {
            let row = [p.lineno, p.end_lineno, p.col_offset, p.end_col_offset].map(optional);
            let row = Tuple::from_values(vm, &row)?;
            List::push(list, vm, row.value())?;
        }
    }
    vm.iter(list.value())
}

fn branches(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    use taipan_bytecode::ops::Opcode;
    let code = data(vm, args.get(0))?;
    let list = List::new(vm)?;
    let (mut unit, mut oparg) = (0usize, 0usize);
    while let Some(&[byte, arg]) = code.code.get(unit * 2..unit * 2 + 2) {
        let Some(op) = Opcode::from_u8(byte) else { break };
        oparg = oparg << 8 | usize::from(arg);
        let next = unit + 1 + op.cache_entries();
        let conditional = matches!(
            op,
            Opcode::PopJumpIfTrue | Opcode::PopJumpIfFalse | Opcode::PopJumpIfNone | Opcode::PopJumpIfNotNone
        );
        let row = match op {
            // The side not taken begins behind its NOT_TAKEN.
            _ if conditional => Some([unit, next + 1, next + oparg]),
            // The end of a loop lies behind END_FOR and POP_ITER.
            Opcode::ForIter => Some([unit, next, next + oparg + 2]),
            // Named is the END_SEND of the loop, which NOT_TAKEN follows.
            Opcode::EndAsyncFor => next.checked_sub(oparg).map(|send| [send, send + 2, next]),
            _ => None,
        };
        if let Some(row) = row {
            let row = row.map(|unit| Value::int(unit * 2));
            let row = Tuple::from_values(vm, &row)?;
            List::push(list, vm, row.value())?;
        }
        if op != Opcode::ExtendedArg {
            oparg = 0;
        }
        unit = next;
    }
    vm.iter(list.value())
}

fn varname_from_oparg(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = data(vm, args.get(0))?;
    let index = vm.index_i32(args.get(1))?;
    match usize::try_from(index).ok().and_then(|index| code.localsplusnames.get(index)) {
        Some(name) => Ok(Str::from_wtf8(vm, name)?.value()),
        None => Err(vm.raise(Exc::IndexError, "tuple index out of range")),
    }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = data(vm, this)?;
    let id = crate::types::object::id_number(vm, this);
    let (name, file, line) = (&code.name, &code.filename, code.firstlineno.max(-1));
    vm.new_str(&format!("<code object {name} at {id:#x}, file \"{file}\", line {line}>"))
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let code = data(vm, this)?;
    let mut hasher = rustc_hash::FxHasher::default();
    (&code.name, &code.consts, &code.names, &code.localsplusnames).hash(&mut hasher);
    (&code.linetable, &code.exceptiontable, &code.code).hash(&mut hasher);
    (code.argcount, code.posonlyargcount, code.kwonlyargcount, code.flags, code.firstlineno).hash(&mut hasher);
    let hash = hasher.finish() as i64;
    Ok(if hash == -1 { -2 } else { hash })
}

/// Whether two code objects do the same in the same lines: as in CPython the file, the qualified name, the kinds of the
/// variables and the size of the stack do not matter.
fn is_same(a: &CodeObject, b: &CodeObject) -> bool {
    std::ptr::eq(a, b)
        || (a.name == b.name
            && a.argcount == b.argcount
            && a.posonlyargcount == b.posonlyargcount
            && a.kwonlyargcount == b.kwonlyargcount
            && a.flags == b.flags
            && a.firstlineno == b.firstlineno
            && a.code == b.code
            && a.names == b.names
            && a.localsplusnames == b.localsplusnames
            && a.linetable == b.linetable
            && a.exceptiontable == b.exceptiontable
            && are_same(&a.consts, &b.consts))
}

fn are_same(a: &[Constant], b: &[Constant]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|pair| match pair {
            (Constant::Code(a), Constant::Code(b)) => is_same(a, b),
            (Constant::Tuple(a), Constant::Tuple(b)) => are_same(a, b),
            (a, b) => a == b,
        })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(first), Some(second)) = (a.exact::<Code>(), b.exact::<Code>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let mut equal = is_same(first.get(vm).data(), second.get(vm).data());
    let with_objects = [first, second].map(|code| code.get(vm).has_object_constants());
    if equal && first != second && with_objects.contains(&true) {
        let (first, second) = (Code::constants(first, vm)?, Code::constants(second, vm)?);
        equal = vm.is_equal(first.value(), second.value())?;
    }
    match op {
        Comparison::Eq => Ok(Value::bool(equal)),
        Comparison::Ne => Ok(Value::bool(!equal)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

const GETSET: &[GetSetDef] = &[
    getter("co_argcount", get_argcount, "").member(),
    getter("co_posonlyargcount", get_posonlyargcount, "").member(),
    getter("co_kwonlyargcount", get_kwonlyargcount, "").member(),
    getter("co_stacksize", get_stacksize, "").member(),
    getter("co_flags", get_flags, "").member(),
    getter("co_names", get_names, "").member(),
    getter("co_filename", get_filename, "").member(),
    getter("co_name", get_name, "").member(),
    getter("co_qualname", get_qualname, "").member(),
    getter("co_firstlineno", get_firstlineno, "").member(),
    getter("co_linetable", get_linetable, "").member(),
    getter("co_exceptiontable", get_exceptiontable, "").member(),
    getter("co_consts", get_consts, "").member(),
    getter("co_lnotab", get_lnotab, ""),
    getter("_co_code_adaptive", get_code_adaptive, ""),
    getter("co_nlocals", get_nlocals, ""),
    getter("co_varnames", get_varnames, ""),
    getter("co_cellvars", get_cellvars, ""),
    getter("co_freevars", get_freevars, ""),
    getter("co_code", get_code, ""),
];

const METHODS: &[MethodDef] = &[
    method("co_lines($self, /)", lines, ""),
    method("co_branches($self, /)", branches, ""),
    method("co_positions($self, /)", positions, ""),
    MethodDef::raw(
        "replace",
        super::make::replace,
        "replace($self, /, **changes)\n--\n\nReturn a copy of the code object with new values for the specified fields.",
    ),
    MethodDef::raw(
        "__replace__",
        super::make::replace,
        "__replace__($self, /, **changes)\n--\n\nThe same as replace().",
    ),
    method(
        "_varname_from_oparg($self, /, oparg)",
        varname_from_oparg,
        "(internal-only) Return the local variable name for the given oparg.\n\nWARNING: this method is for internal use only and may change or go\naway.",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "code",
    layout: Some(<Code as HeapObject>::native),
    slots: Slots {
        new: Some(super::make::new),
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    flags: WEAKREFABLE,
    doc: "code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)\n--\n\nCreate a code object.  Not for the faint of heart.",
    ..TypeSpec::DEFAULT
};
