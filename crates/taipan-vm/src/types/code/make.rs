//! Making code objects from parts: `types.CodeType(...)`, `code.replace(...)`.
//!
//! The parts are checked in CPython's order and with its messages; instructions and tables are checked when the code first
//! runs.

use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant, co, fast};
use taipan_bytecode::wtf8::Wtf8Buf;

use super::Code;
use super::methods::this_code;
use super::tables::Table;
use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// The parts as they are given.
struct Parts {
    argcount: i32,
    posonlyargcount: i32,
    kwonlyargcount: i32,
    nlocals: i32,
    stacksize: i32,
    flags: i32,
    firstlineno: i32,
    code: taipan_bytecode::Bytes,
    consts: Box<[Constant]>,
    /// The constants as objects, and whether some are no constants of the compiler.
    objects: Gc<Tuple>,
    foreign: bool,
    /// The objects of other tuples and of tables that the code object has.
    kept: [(Table, Value); 3],
    names: Vec<Wtf8Buf>,
    varnames: Vec<Wtf8Buf>,
    freevars: Vec<Wtf8Buf>,
    cellvars: Vec<Wtf8Buf>,
    filename: Wtf8Buf,
    name: Wtf8Buf,
    qualname: Wtf8Buf,
    linetable: taipan_bytecode::Bytes,
    exceptiontable: taipan_bytecode::Bytes,
}

const BAD_NAMES: &str = "non-string found in code slot";
const BAD_CALL: &str = "../Objects/codeobject.c:465: bad argument to internal function";

impl Parts {
    fn make(self, vm: &mut Vm) -> Result<Value, Raised> {
        let wrong = |vm: &mut Vm, message: &str| Err(vm.raise(Exc::ValueError, message));
        let counts = [self.posonlyargcount, self.kwonlyargcount, self.stacksize, self.flags];
        if self.argcount < self.posonlyargcount || counts.iter().any(|count| *count < 0) {
            return Err(vm.raise(Exc::SystemError, BAD_CALL));
        }
        if !self.code.len().is_multiple_of(2) {
            return wrong(vm, "code: co_code is malformed");
        }
        let [argcount, posonlyargcount, kwonlyargcount, stacksize, flags] =
            [self.argcount, self.posonlyargcount, self.kwonlyargcount, self.stacksize, self.flags]
                .map(i32::cast_unsigned);
        let mut code = CodeObject {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize: stacksize.max(1),
            flags,
            code: self.code,
            consts: self.consts,
            names: self.names.into(),
            filename: self.filename,
            name: self.name,
            qualname: self.qualname,
            firstlineno: self.firstlineno,
            linetable: self.linetable,
            exceptiontable: self.exceptiontable,
            ..CodeObject::default()
        };
        if code.total_args() as usize > self.varnames.len() {
            return wrong(vm, "code: co_varnames is too small");
        }
        if self.nlocals.cast_unsigned() as usize != self.varnames.len() {
            return wrong(vm, "code: co_nlocals != len(co_varnames)");
        }
        set_variables(&mut code, self.varnames, self.cellvars, self.freevars);
        let code = Code::of_objects(vm, Arc::new(code), self.objects, self.foreign, &self.kept)?;
        Ok(code.value())
    }
}

/// Puts locals, cells and free variables in the order of their slots.
fn set_variables(code: &mut CodeObject, varnames: Vec<Wtf8Buf>, cellvars: Vec<Wtf8Buf>, freevars: Vec<Wtf8Buf>) {
    let total = code.total_args() as usize;
    let (posonly, positional) = (code.posonlyargcount as usize, code.argcount as usize);
    let named = positional + code.kwonlyargcount as usize;
    let mut kinds = Vec::new();
    for (i, name) in varnames.iter().enumerate() {
        let cell = if cellvars.contains(name) { fast::CELL } else { 0 };
        let argument = match i {
            i if i < posonly => fast::ARG_POS,
            i if i < positional => fast::ARG_POS | fast::ARG_KW,
            i if i < named => fast::ARG_KW,
            i if i == named && i < total && code.flags & co::VARARGS != 0 => fast::ARG_VAR | fast::ARG_POS,
            i if i < total => fast::ARG_VAR | fast::ARG_KW,
            _ => 0,
        };
        kinds.push(fast::LOCAL | cell | argument);
    }
    let extra: Vec<Wtf8Buf> = cellvars.iter().filter(|name| !varnames.contains(name)).cloned().collect();
    kinds.extend(std::iter::repeat_n(fast::CELL, extra.len()));
    kinds.extend(std::iter::repeat_n(fast::FREE, freevars.len()));
    code.localsplusnames = varnames.into_iter().chain(extra).chain(freevars).collect();
    code.localspluskinds = kinds.into();
}

// ---- reading the parts ----

/// TypeError for an argument that is of another type than `expected`; `what` names it.
fn wrong_type(vm: &mut Vm, what: &str, expected: &str, value: Value) -> Raised {
    let got = if value.is_none() { "None".to_owned() } else { vm.type_name(value) };
    vm.raise(Exc::TypeError, format!("{what} must be {expected}, not {got}"))
}

fn text_of(vm: &mut Vm, value: Value, what: &str) -> Result<Wtf8Buf, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text.get(vm).to_wtf8()),
        None => Err(wrong_type(vm, what, "str", value)),
    }
}

fn bytes_of(vm: &mut Vm, value: Value, what: &str) -> Result<taipan_bytecode::Bytes, Raised> {
    match value.downcast::<Bytes>(vm) {
        Some(bytes) => Ok(bytes.get(vm).bytes().into()),
        None => Err(wrong_type(vm, what, "bytes", value)),
    }
}

fn tuple_of(vm: &mut Vm, value: Value, what: &str) -> Result<Gc<Tuple>, Raised> {
    match value.downcast::<Tuple>(vm) {
        Some(tuple) => Ok(tuple),
        None => Err(wrong_type(vm, what, "tuple", value)),
    }
}

/// The texts of a tuple, or its first item that is none; `exact` refuses subclasses of `str`.
fn names_of(vm: &mut Vm, tuple: Gc<Tuple>, exact: bool) -> Result<Vec<Wtf8Buf>, Value> {
    let mut names = Vec::new();
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        let text = if exact { item.exact::<Str>() } else { item.downcast::<Str>(vm) };
        names.push(text.ok_or(item)?.get(vm).to_wtf8());
    }
    Ok(names)
}

/// The constants of a tuple, and whether an object is no constant of the compiler.
pub fn constants_of(vm: &mut Vm, tuple: Gc<Tuple>) -> Result<(Box<[Constant]>, bool), Raised> {
    let n = tuple.get(vm).len();
    let mut constants = Vec::with_capacity(n);
    let mut foreign = false;
    // A tuple may name the same parts again and again: what is copied is bounded.
    let mut budget = CONSTANTS_COPIED;
    for i in 0..n {
        let item = tuple.get(vm).at(i);
        constants.push(match crate::execute::constant_of(vm, item, &mut budget)? {
            Some(constant) => constant,
            None => {
                foreign = true;
                Constant::Ellipsis
            }
        });
    }
    Ok((constants.into(), foreign))
}

/// How many constants beyond their number the constants of a code object may hold before they are kept as objects.
const CONSTANTS_COPIED: usize = 1 << 18;

// ---- the two ways to make code ----

/// `types.CodeType(...)`.
pub(super) fn new(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "code")?;
    args.expect(vm, "code", 16, 18)?;
    let argument = |i: usize| format!("code() argument {}", i + 1);
    let mut numbers = [0; 6];
    for (i, number) in numbers.iter_mut().enumerate() {
        *number = vm.index_i32(args.get(i))?;
    }
    let code = bytes_of(vm, args.get(6), &argument(6))?;
    let [constants, names, varnames] = [7, 8, 9].map(|i| tuple_of(vm, args.get(i), &argument(i)));
    let (constants, names, varnames) = (constants?, names?, varnames?);
    let filename = text_of(vm, args.get(10), &argument(10))?;
    let name = text_of(vm, args.get(11), &argument(11))?;
    let qualname = text_of(vm, args.get(12), &argument(12))?;
    let firstlineno = vm.index_i32(args.get(13))?;
    let linetable = bytes_of(vm, args.get(14), &argument(14))?;
    let exceptiontable = bytes_of(vm, args.get(15), &argument(15))?;
    let empty = Tuple::from_values(vm, &[])?;
    let freevars = if args.len() > 16 { tuple_of(vm, args.get(16), &argument(16))? } else { empty };
    let cellvars = if args.len() > 17 { tuple_of(vm, args.get(17), &argument(17))? } else { empty };
    let [argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags] = numbers;
    for (number, what) in numbers.into_iter().zip(["argcount", "posonlyargcount", "kwonlyargcount", "nlocals"]) {
        if number < 0 {
            return Err(vm.raise(Exc::ValueError, format!("code: {what} must not be negative")));
        }
    }
    let mut texts = [const { Vec::new() }; 4];
    for (texts, tuple) in texts.iter_mut().zip([names, varnames, freevars, cellvars]) {
        *texts = match names_of(vm, tuple, false) {
            Ok(names) => names,
            Err(item) => {
                let got = vm.type_name(item);
                return Err(vm.raise(Exc::TypeError, format!("name tuples must contain only strings, not '{got}'")));
            }
        };
    }
    let [names, varnames, freevars, cellvars] = texts;
    let (consts, foreign) = constants_of(vm, constants)?;
    let parts = Parts {
        argcount,
        posonlyargcount,
        kwonlyargcount,
        nlocals,
        stacksize,
        flags,
        firstlineno,
        code,
        consts,
        objects: constants,
        foreign,
        // The names are copied.
        kept: [
            (Table::Consts, constants.value()),
            (Table::Linetable, args.get(14)),
            (Table::ExceptionTable, args.get(15)),
        ],
        names,
        varnames,
        freevars,
        cellvars,
        filename,
        name,
        qualname,
        linetable,
        exceptiontable,
    };
    parts.make(vm)
}

const SIGNATURE: Signature = Signature::parse(
    "replace($self, /, *, co_argcount=None, co_posonlyargcount=None, co_kwonlyargcount=None, co_nlocals=None, \
     co_stacksize=None, co_flags=None, co_firstlineno=None, co_code=None, co_consts=None, co_names=None, \
     co_varnames=None, co_freevars=None, co_cellvars=None, co_filename=None, co_name=None, co_qualname=None, \
     co_linetable=None, co_exceptiontable=None)",
);

/// `code.replace(...)`.
pub(super) fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.bind(vm, &SIGNATURE, changed)
}

fn changed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = this_code(vm, args.get(0))?;
    let code = this.get(vm).shared();
    let old = [
        code.argcount,
        code.posonlyargcount,
        code.kwonlyargcount,
        code.varnames().count() as u32,
        code.stacksize,
        code.flags,
        code.firstlineno.cast_unsigned(),
    ];
    let mut numbers = old.map(u32::cast_signed);
    for (i, number) in numbers.iter_mut().enumerate() {
        if let Some(value) = args.get(1 + i).given() {
            *number = vm.index_i32(value)?;
        }
    }
    let what = |i: usize| format!("replace() argument '{}'", SIGNATURE.parameters().nth(i).map_or("", |p| p.name));
    let instructions = match args.get(8).given() {
        Some(value) => bytes_of(vm, value, &what(8))?,
        None => code.code.clone(),
    };
    let mut tuples = [None; 5];
    for (i, tuple) in tuples.iter_mut().enumerate() {
        if let Some(value) = args.get(9 + i).given() {
            *tuple = Some(tuple_of(vm, value, &what(9 + i))?);
        }
    }
    let mut texts = [&code.filename, &code.name, &code.qualname].map(Clone::clone);
    for (i, text) in texts.iter_mut().enumerate() {
        if let Some(value) = args.get(14 + i).given() {
            *text = text_of(vm, value, &what(14 + i))?;
        }
    }
    let mut tables = [code.linetable.clone(), code.exceptiontable.clone()];
    for (i, table) in tables.iter_mut().enumerate() {
        if let Some(value) = args.get(17 + i).given() {
            *table = bytes_of(vm, value, &what(17 + i))?;
        }
    }
    for (i, number) in numbers.iter().enumerate() {
        if *number < 0 && args.get(1 + i).given().is_some() {
            let name = SIGNATURE.parameters().nth(1 + i).map_or("", |p| p.name);
            return Err(vm.raise(Exc::ValueError, format!("{name} must be a positive integer")));
        }
    }
    let [constants, names, varnames, freevars, cellvars] = tuples;
    let (consts, objects, foreign) = match constants {
        Some(constants) => {
            let (consts, foreign) = constants_of(vm, constants)?;
            (consts, constants, foreign)
        }
        None => (code.consts.clone(), Code::constants(this, vm)?, this.get(vm).has_object_constants()),
    };
    let mut kept = [Table::Names, Table::Linetable, Table::ExceptionTable].map(|table| (table, Value::NONE));
    for ((table, object), i) in kept.iter_mut().zip([10, 17, 18]) {
        *object = match args.get(i).given() {
            Some(given) => given,
            None => Code::table(this, vm, *table)?,
        };
    }
    let names = [
        (names, code.names.to_vec()),
        (varnames, code.varnames().cloned().collect()),
        (freevars, code.freevars().cloned().collect()),
        (cellvars, code.cellvars().cloned().collect()),
    ];
    let mut read = [const { Vec::new() }; 4];
    let mut bad_name = false;
    for (read, (given, old)) in read.iter_mut().zip(names) {
        *read = match given {
            Some(tuple) => names_of(vm, tuple, true).unwrap_or_else(|_| {
                bad_name = true;
                vec![Wtf8Buf::default(); tuple.get(vm).len()]
            }),
            None => old,
        };
    }
    let [names, varnames, freevars, cellvars] = read;
    let [argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, firstlineno] = numbers;
    let [filename, name, qualname] = texts;
    let [linetable, exceptiontable] = tables;
    let parts = Parts {
        argcount,
        posonlyargcount,
        kwonlyargcount,
        nlocals,
        stacksize,
        flags,
        firstlineno,
        code: instructions,
        consts,
        objects,
        foreign,
        kept,
        names,
        varnames,
        freevars,
        cellvars,
        filename,
        name,
        qualname,
        linetable,
        exceptiontable,
    };
    let made = parts.make(vm)?;
    // CPython looks at the names after everything else.
    if bad_name { Err(vm.raise(Exc::SystemError, BAD_NAMES)) } else { Ok(made) }
}
