//! `_csv`: reading and writing of comma separated values (PEP 305).

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::module_exception::ModuleException;

pub mod dialect;
pub mod parser;
pub mod reader;
pub mod writer;

pub(crate) static ERROR: ModuleException =
    ModuleException { key: "_csv.Error", module: "_csv", name: "Error", base: Exc::Exception };

const DIALECTS: &str = "_csv.dialects";
const FIELD_LIMIT: &str = "_csv.field_limit";

/// The registered dialects by name.
fn registry(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    if let Some(dict) = vm.state(DIALECTS).and_then(|dict| dict.downcast::<Dict>(vm)) {
        return Ok(dict);
    }
    let dict = Dict::new(vm)?;
    vm.set_state(DIALECTS, dict.value());
    Ok(dict)
}

/// The registered dialect of a name.
fn registered(vm: &mut Vm, name: Value) -> Result<Value, Raised> {
    let dialects = registry(vm)?;
    match Dict::get_item(dialects, vm, name)? {
        Some(dialect) => Ok(dialect),
        None => Err(ERROR.raise(vm, "unknown dialect")),
    }
}

/// The most characters of a field.
fn field_limit(vm: &Vm) -> i64 {
    vm.state(FIELD_LIMIT).and_then(|limit| vm.as_i64(limit)).unwrap_or(128 << 10)
}

/// `Dialect(dialect, **fmtparams)`.
fn dialect_of(vm: &mut Vm, dialect: Value, parameters: Value) -> Result<Gc<dialect::Dialect>, Raised> {
    let class = class_of_spec(vm, &dialect::TYPE)?.value();
    let args = match dialect.given() {
        Some(dialect) => taipan_vm::types::tuple::Tuple::from_values(vm, &[dialect])?,
        None => taipan_vm::types::tuple::Tuple::empty(vm)?,
    };
    let parameters = parameters.downcast::<Dict>(vm);
    let made = vm.call_tuple(class, args, parameters)?;
    Ok(made.expect(vm))
}

fn list_dialects(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let dialects = registry(vm)?;
    Ok(vm.list_of(dialects.value())?.value())
}

fn register_dialect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [name, dialect, parameters] = args.all();
    if name.downcast::<Str>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "dialect name must be a string"));
    }
    let dialect = dialect_of(vm, dialect, parameters)?;
    let dialects = registry(vm)?;
    Dict::set(dialects, vm, name, dialect.value())?;
    Ok(Value::NONE)
}

fn unregister_dialect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dialects = registry(vm)?;
    let removed = Dict::remove(dialects, vm, args.get(0));
    match vm.catch(removed, Exc::TypeError)?.flatten() {
        Some(_) => Ok(Value::NONE),
        None => Err(ERROR.raise(vm, "unknown dialect")),
    }
}

fn get_dialect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    registered(vm, args.get(0))
}

fn field_size_limit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let old = field_limit(vm);
    if let Some(new) = args.get(0).given() {
        if !vm.is_exact(new, taipan_vm::types::Builtin::Int) {
            return Err(vm.raise(Exc::TypeError, "limit must be an integer"));
        }
        if vm.as_i64(new).is_none() {
            return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C ssize_t"));
        }
        vm.set_state(FIELD_LIMIT, new);
    }
    vm.new_int(old)
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("field_size_limit(new_limit=<unrepresentable>)", field_size_limit, "Sets an upper limit on parsed fields.\n\nReturns old limit. If limit is not given, no new limit is set and\nthe old limit is returned"),
    function("get_dialect(name)", get_dialect, "Return the dialect instance associated with name."),
    function("list_dialects()", list_dialects, "Return a list of all known dialect names."),
    function("reader(iterable, /, dialect='excel', **fmtparams)", reader::reader, "Return a reader object that will process lines from the given iterable.\n\nThe \"iterable\" argument can be any object that returns a line\nof input for each iteration, such as a file object or a list.  The\noptional \"dialect\" argument defines a CSV dialect.  The function\nalso accepts optional keyword arguments which override settings\nprovided by the dialect.\n\nThe returned object is an iterator.  Each iteration returns a row\nof the CSV file (which can span multiple input lines).\n"),
    function("register_dialect(name, /, dialect='excel', **fmtparams)", register_dialect, "Create a mapping from a string name to a CVS dialect.\n\nThe optional \"dialect\" argument specifies the base dialect instance\nor the name of the registered dialect.  The function also accepts\noptional keyword arguments which override settings provided by the\ndialect.\n"),
    function("unregister_dialect(name)", unregister_dialect, "Delete the name/dialect mapping associated with a string name."),
    function("writer(fileobj, /, dialect='excel', **fmtparams)", writer::writer, "Return a writer object that will write user data on the given file object.\n\nThe \"fileobj\" argument can be any object that supports the file API.\nThe optional \"dialect\" argument defines a CSV dialect.  The function\nalso accepts optional keyword arguments which override settings\nprovided by the dialect.\n"),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    ERROR.define(vm, module)?;
    let dialects = registry(vm)?.value();
    Module::set(module, vm, "_dialects", dialects)?;
    let reader = class_of_spec(vm, &reader::TYPE)?.value();
    Module::set(module, vm, "Reader", reader)?;
    let writer = class_of_spec(vm, &writer::TYPE)?.value();
    Module::set(module, vm, "Writer", writer)?;
    for (number, name) in dialect::QUOTING.iter().enumerate() {
        Module::set_int(module, vm, name, number as i64)?;
    }
    Ok(())
}

/// The module `_csv`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_csv",
    doc: "CSV parsing and writing.\n",
    functions: FUNCTIONS,
    types: &[&dialect::TYPE],
    exec: Some(exec),
};
