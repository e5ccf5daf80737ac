//! `_symtable`: the compiler's symbol tables for the module `symtable`.
//!
//! An entry is a finished picture of one block: it holds plain ints, strings and lists, and lives on without the table.

use taipan_compiler::symtable::{BlockType, NameScope, ScopeId, SymbolTable, flags};
use taipan_compiler::{CompileOptions, symbol_table};
use taipan_syntax::Mode;
use taipan_syntax::ast::Arena;

use crate::args::Args;
use crate::compile::{SourceOptions, flag, parse_source, raise_compile_error};
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::modules::builtins::evaluate::{check_nulls, file_name, mode_text, source_bytes};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{GetSetDef, ModuleSpec, NO_NEW, TypeSpec, function, getter};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::object::id_number;
use crate::types::str::Str;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// One block of a symbol table.
    pub struct Entry {
        pub id: Value,
        pub name: Value,
        pub symbols: Value,
        pub varnames: Value,
        pub children: Value,
        pub nested: Value,
        pub kind: Value,
        pub lineno: Value,
    }
}

macro_rules! members {
    ($($name:literal $field:ident)*) => {
        &[$(getter($name, |vm, this| Ok(this.expect::<Entry>(vm).get(vm).$field), "").member(),)*]
    };
}

const MEMBERS: &[GetSetDef] = members! {
    "id" id "name" name "symbols" symbols "varnames" varnames "children" children "nested" nested "type" kind
    "lineno" lineno
};

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Entry { id, name, lineno, .. } = *this.expect::<Entry>(vm).get(vm);
    let (id, name, lineno) = (vm.str_string(id)?, vm.str_string(name)?, vm.str_string(lineno)?);
    vm.new_str(&format!("<symtable entry {name}({id}), line {lineno}>"))
}

pub static ENTRY: TypeSpec = TypeSpec {
    name: "symtable entry",
    layout: Some(<Entry as HeapObject>::native),
    slots: Slots { repr: Some(repr), ..Slots::DEFAULT },
    getset: MEMBERS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

/// The entries of a block and of those inside it.
fn make_entry(vm: &mut Vm, table: &SymbolTable<'_>, id: ScopeId) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    let scope = table.scope(id);
    let symbols = Dict::new(vm)?;
    for (name, bits) in scope.symbols.iter() {
        let name = Str::intern(vm, table.name(name))?;
        Dict::set_str(symbols, vm, name, Value::int(bits as usize))?;
    }
    let varnames = List::new(vm)?;
    for name in &scope.varnames {
        let name = Str::intern(vm, table.name(*name))?;
        List::push(varnames, vm, name.value())?;
    }
    let children = List::new(vm)?;
    for child in &scope.children {
        let child = make_entry(vm, table, *child)?;
        List::push(children, vm, child)?;
    }
    let entry = Entry {
        header: HeaderWord::NEW,
        id: Value::NONE,
        name: vm.new_str(scope.name)?,
        symbols: symbols.value(),
        varnames: varnames.value(),
        children: children.value(),
        nested: Value::int32(i32::from(scope.nested)),
        kind: Value::int(scope.block as usize),
        lineno: Value::int32(scope.location.lineno),
    };
    let shape = class_of_spec(vm, &ENTRY)?.get(vm).root_shape;
    let entry = vm.new_object(shape, entry)?;
    let number = id_number(vm, entry.value());
    let number = vm.new_uint(number)?;
    entry.get_mut(vm).id = number;
    Ok(entry.value())
}

fn symtable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [source, filename, mode] = args.all();
    let filename = file_name(vm, filename)?;
    let mode = mode_text(vm, mode, "symtable() argument 3")?;
    let (bytes, is_text) = source_bytes(vm, source, "symtable", "string or bytes")?;
    check_nulls(vm, &bytes)?;
    let mode = match mode.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(vm.raise(Exc::ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
    };
    let mut options = SourceOptions { mode, ..SourceOptions::EXEC };
    if is_text {
        options.flags |= flag::IGNORE_COOKIE;
    }
    let arena = Arena::new();
    let tree = parse_source(vm, &arena, &bytes, filename, options)?;
    let compile_options = CompileOptions { optimize: 0, flags: options.flags, stack_limit: vm.native_limit };
    match symbol_table(tree, compile_options) {
        Ok(table) => make_entry(vm, &table, ScopeId::TOP),
        Err(error) => Err(raise_compile_error(vm, &error, filename)),
    }
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let bits = [
        ("USE", flags::USE),
        ("DEF_GLOBAL", flags::DEF_GLOBAL),
        ("DEF_NONLOCAL", flags::DEF_NONLOCAL),
        ("DEF_LOCAL", flags::DEF_LOCAL),
        ("DEF_PARAM", flags::DEF_PARAM),
        ("DEF_TYPE_PARAM", flags::DEF_TYPE_PARAM),
        ("DEF_FREE_CLASS", flags::DEF_FREE_CLASS),
        ("DEF_IMPORT", flags::DEF_IMPORT),
        // Type parameters are not among the bound names this module shows.
        ("DEF_BOUND", flags::DEF_LOCAL | flags::DEF_PARAM | flags::DEF_IMPORT),
        ("DEF_ANNOT", flags::DEF_ANNOT),
        ("DEF_COMP_ITER", flags::DEF_COMP_ITER),
        ("DEF_COMP_CELL", flags::DEF_COMP_CELL),
        ("TYPE_FUNCTION", BlockType::Function as u32),
        ("TYPE_CLASS", BlockType::Class as u32),
        ("TYPE_MODULE", BlockType::Module as u32),
        ("TYPE_ANNOTATION", BlockType::Annotation as u32),
        ("TYPE_TYPE_ALIAS", BlockType::TypeAlias as u32),
        ("TYPE_TYPE_PARAMETERS", BlockType::TypeParameters as u32),
        ("TYPE_TYPE_VARIABLE", BlockType::TypeVariable as u32),
        ("LOCAL", NameScope::Local as u32),
        ("GLOBAL_EXPLICIT", NameScope::GlobalExplicit as u32),
        ("GLOBAL_IMPLICIT", NameScope::GlobalImplicit as u32),
        ("FREE", NameScope::Free as u32),
        ("CELL", NameScope::Cell as u32),
        ("SCOPE_OFF", flags::SCOPE_OFFSET),
        ("SCOPE_MASK", flags::SCOPE_MASK),
    ];
    for (name, number) in bits {
        Module::set_int(module, vm, name, i64::from(number))?;
    }
    Ok(())
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_symtable",
    functions: &[function(
        "symtable(source, filename, startstr, /)",
        symtable,
        "Return symbol and scope dictionaries used internally by compiler.",
    )],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
