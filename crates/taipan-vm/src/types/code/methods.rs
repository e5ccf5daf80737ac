//! The attributes and methods of `code`.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant, fast};
use taipan_bytecode::line_table;
use taipan_bytecode::wtf8::Wtf8Buf;

use super::Code;
use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, getter, method};
use crate::types::bytes::Bytes;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn this_code(vm: &mut Vm, this: Value) -> Result<Gc<Code>, Raised> {
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

macro_rules! bytes {
    ($($function:ident $field:ident;)*) => {$(
        fn $function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            let code = data(vm, this)?;
            vm.new_bytes(&code.$field)
        }
    )*};
}

bytes! { get_code code; get_linetable linetable; get_exceptiontable exceptiontable; }

fn get_nlocals(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(data(vm, this)?.nlocals()))
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

fn get_names(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = data(vm, this)?;
    name_tuple(vm, code.names.iter())
}

fn get_varnames(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = data(vm, this)?;
    name_tuple(vm, code.varnames())
}

fn get_cellvars(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = data(vm, this)?;
    name_tuple(vm, code.cellvars())
}

fn get_freevars(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = data(vm, this)?;
    name_tuple(vm, code.freevars())
}

/// `co_consts`: the very objects the code runs with.
fn get_consts(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let code = this_code(vm, this)?;
    let executable = Code::executable(code, vm)?;
    let prepared = vm.prepare(executable);
    vm.catch(prepared, Exc::SystemError)?;
    Ok(Code::constants(code, vm)?.value())
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
    if line < 0 { Value::NONE } else { Value::int32(line) }
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
    let index = vm.index_isize(args.get(1))?;
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
    code.hash(&mut hasher);
    let hash = hasher.finish() as i64;
    Ok(if hash == -1 { -2 } else { hash })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(first), Some(second)) = (a.exact::<Code>(), b.exact::<Code>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (a, b) = (first.get(vm).data(), second.get(vm).data());
    // File names do not take part, as in CPython.
    let equal = std::ptr::eq(a, b) || {
        let plain =
            |code: &CodeObject| super::with_filename(Arc::new(code.clone()), &code.filename, &Wtf8Buf::default());
        plain(a) == plain(b)
    };
    let mut equal = equal;
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

// ---- making code objects ----

fn text_of(vm: &mut Vm, value: Value, what: &str) -> Result<Wtf8Buf, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text.get(vm).to_wtf8()),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{what} must be str, not {got}")))
        }
    }
}

fn bytes_of(vm: &mut Vm, value: Value, what: &str) -> Result<taipan_bytecode::Bytes, Raised> {
    match value.downcast::<Bytes>(vm) {
        Some(bytes) => Ok(bytes.get(vm).bytes().into()),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{what} must be bytes, not {got}")))
        }
    }
}

fn names_of(vm: &mut Vm, value: Value) -> Result<Vec<Wtf8Buf>, Raised> {
    let Some(tuple) = value.downcast::<Tuple>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("expected a tuple of names, not {got}")));
    };
    let mut names = Vec::new();
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        match item.downcast::<Str>(vm) {
            Some(name) => names.push(name.get(vm).to_wtf8()),
            None => {
                let got = vm.type_name(item);
                return Err(vm.raise(Exc::TypeError, format!("name tuples must contain only strings, not '{got}'")));
            }
        }
    }
    Ok(names)
}

/// The constants of a tuple; also the tuple, where an object is no constant of the compiler.
pub fn constants_of(vm: &mut Vm, tuple: Gc<Tuple>) -> Result<(Box<[Constant]>, Option<Gc<Tuple>>), Raised> {
    let n = tuple.get(vm).len();
    let mut constants = Vec::with_capacity(n);
    let mut objects = None;
    // A tuple may name the same parts again and again: what is copied is bounded.
    let mut budget = CONSTANTS_COPIED;
    for i in 0..n {
        let item = tuple.get(vm).at(i);
        constants.push(match crate::execute::constant_of(vm, item, &mut budget)? {
            Some(constant) => constant,
            None => {
                objects = Some(tuple);
                Constant::Ellipsis
            }
        });
    }
    Ok((constants.into(), objects))
}

/// How many constants beyond their number the constants of a code object may hold before they are kept as objects.
const CONSTANTS_COPIED: usize = 1 << 18;

fn constant_tuple(vm: &mut Vm, value: Value, what: &str) -> Result<Gc<Tuple>, Raised> {
    match value.downcast::<Tuple>(vm) {
        Some(tuple) => Ok(tuple),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{what} must be tuple, not {got}")))
        }
    }
}

/// The code object of checked data.
fn made(vm: &mut Vm, code: CodeObject, constants: Option<Gc<Tuple>>) -> Result<Value, Raised> {
    check(vm, &code)?;
    let code = match constants {
        Some(constants) => Code::with_constants(vm, Arc::new(code), constants)?,
        None => Code::new(vm, Arc::new(code))?,
    };
    Ok(code.value())
}

fn count_of(vm: &mut Vm, value: Value, what: &str) -> Result<u32, Raised> {
    match vm.index_i32(value)? {
        count if count < 0 => Err(vm.raise(Exc::ValueError, format!("code: {what} must not be negative"))),
        count => Ok(count as u32),
    }
}

/// Locals, cells and free variables in the order of their slots.
struct Variables {
    varnames: Vec<Wtf8Buf>,
    cellvars: Vec<Wtf8Buf>,
    freevars: Vec<Wtf8Buf>,
}

fn set_variables(vm: &mut Vm, code: &mut CodeObject, variables: Variables) -> Result<(), Raised> {
    let Variables { varnames, cellvars, freevars } = variables;
    let total = code.total_args() as usize;
    if total > varnames.len() {
        return Err(vm.raise(Exc::ValueError, "code: varnames is too small"));
    }
    let mut kinds = Vec::new();
    for (i, name) in varnames.iter().enumerate() {
        let mut kind = fast::LOCAL;
        if cellvars.contains(name) {
            kind |= fast::CELL;
        }
        let (positional, posonly) = (code.argcount as usize, code.posonlyargcount as usize);
        let named = positional + code.kwonlyargcount as usize;
        kind |= match i {
            i if i < posonly => fast::ARG_POS,
            i if i < positional => fast::ARG_POS | fast::ARG_KW,
            i if i < named => fast::ARG_KW,
            i if i == named && i < total && code.flags & taipan_bytecode::code::co::VARARGS != 0 => {
                fast::ARG_VAR | fast::ARG_POS
            }
            i if i < total => fast::ARG_VAR | fast::ARG_KW,
            _ => 0,
        };
        kinds.push(kind);
    }
    let extra: Vec<Wtf8Buf> = cellvars.iter().filter(|name| !varnames.contains(name)).cloned().collect();
    kinds.extend(std::iter::repeat_n(fast::CELL, extra.len()));
    kinds.extend(std::iter::repeat_n(fast::FREE, freevars.len()));
    code.localsplusnames = varnames.into_iter().chain(extra).chain(freevars).collect();
    code.localspluskinds = kinds.into();
    Ok(())
}

fn check(vm: &mut Vm, code: &CodeObject) -> Result<(), Raised> {
    if code.argcount < code.posonlyargcount {
        return Err(vm.raise(Exc::ValueError, "code: argcount < posonlyargcount"));
    }
    if !code.code.len().is_multiple_of(2) || code.code.is_empty() {
        return Err(vm.raise(Exc::ValueError, "code: co_code is malformed"));
    }
    Ok(())
}

fn new(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "code")?;
    args.expect(vm, "code", 16, 18)?;
    let constants = constant_tuple(vm, args.get(7), "code() argument 8")?;
    let (consts, objects) = constants_of(vm, constants)?;
    let mut code = CodeObject {
        argcount: count_of(vm, args.get(0), "argcount")?,
        posonlyargcount: count_of(vm, args.get(1), "posonlyargcount")?,
        kwonlyargcount: count_of(vm, args.get(2), "kwonlyargcount")?,
        stacksize: count_of(vm, args.get(4), "stacksize")?,
        flags: count_of(vm, args.get(5), "flags")?,
        code: bytes_of(vm, args.get(6), "codestring")?,
        consts,
        names: names_of(vm, args.get(8))?.into(),
        filename: text_of(vm, args.get(10), "filename")?,
        name: text_of(vm, args.get(11), "name")?,
        qualname: text_of(vm, args.get(12), "qualname")?,
        firstlineno: vm.index_i32(args.get(13))?,
        linetable: bytes_of(vm, args.get(14), "linetable")?,
        exceptiontable: bytes_of(vm, args.get(15), "exceptiontable")?,
        ..CodeObject::default()
    };
    let nlocals = count_of(vm, args.get(3), "nlocals")?;
    let varnames = names_of(vm, args.get(9))?;
    if varnames.len() != nlocals as usize {
        return Err(vm.raise(Exc::ValueError, "code: co_nlocals != len(co_varnames)"));
    }
    let freevars = if args.len() > 16 { names_of(vm, args.get(16))? } else { Vec::new() };
    let cellvars = if args.len() > 17 { names_of(vm, args.get(17))? } else { Vec::new() };
    set_variables(vm, &mut code, Variables { varnames, cellvars, freevars })?;
    made(vm, code, objects)
}

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() != 1 {
        let n = args.len() - 1;
        return Err(vm.raise(Exc::TypeError, format!("replace() takes no positional arguments ({n} given)")));
    }
    let this = this_code(vm, args.get(0))?;
    let mut code = this.get(vm).data().clone();
    let mut objects = match this.get(vm).has_object_constants() {
        true => Some(Code::constants(this, vm)?),
        false => None,
    };
    let mut variables = Variables {
        varnames: code.varnames().cloned().collect(),
        cellvars: code.cellvars().cloned().collect(),
        freevars: code.freevars().cloned().collect(),
    };
    let mut nlocals = None;
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        let key = vm.text_of(key).unwrap_or_default();
        match key.as_str() {
            "co_argcount" => code.argcount = count_of(vm, value, "argcount")?,
            "co_posonlyargcount" => code.posonlyargcount = count_of(vm, value, "posonlyargcount")?,
            "co_kwonlyargcount" => code.kwonlyargcount = count_of(vm, value, "kwonlyargcount")?,
            "co_nlocals" => nlocals = Some(count_of(vm, value, "nlocals")?),
            "co_stacksize" => code.stacksize = count_of(vm, value, "stacksize")?,
            "co_flags" => code.flags = count_of(vm, value, "flags")?,
            "co_firstlineno" => code.firstlineno = vm.index_i32(value)?,
            "co_code" => code.code = bytes_of(vm, value, "replace() argument 'co_code'")?,
            "co_consts" => {
                let constants = constant_tuple(vm, value, "replace() argument 'co_consts'")?;
                (code.consts, objects) = constants_of(vm, constants)?;
            }
            "co_names" => code.names = names_of(vm, value)?.into(),
            "co_varnames" => variables.varnames = names_of(vm, value)?,
            "co_freevars" => variables.freevars = names_of(vm, value)?,
            "co_cellvars" => variables.cellvars = names_of(vm, value)?,
            "co_filename" => code.filename = text_of(vm, value, "replace() argument 'co_filename'")?,
            "co_name" => code.name = text_of(vm, value, "replace() argument 'co_name'")?,
            "co_qualname" => code.qualname = text_of(vm, value, "replace() argument 'co_qualname'")?,
            "co_linetable" => code.linetable = bytes_of(vm, value, "replace() argument 'co_linetable'")?,
            "co_exceptiontable" => code.exceptiontable = bytes_of(vm, value, "replace() argument 'co_exceptiontable'")?,
            _ => {
                let message = format!("replace() got an unexpected keyword argument '{key}'");
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
    }
    if nlocals.is_some_and(|nlocals| nlocals as usize != variables.varnames.len()) {
        return Err(vm.raise(Exc::ValueError, "code: co_nlocals != len(co_varnames)"));
    }
    set_variables(vm, &mut code, variables)?;
    made(vm, code, objects)
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
    getter("_co_code_adaptive", get_code, ""),
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
        replace,
        "replace($self, /, **changes)\n--\n\nReturn a copy of the code object with new values for the specified fields.",
    ),
    MethodDef::raw("__replace__", replace, "__replace__($self, /, **changes)\n--\n\nThe same as replace()."),
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
        new: Some(new),
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
