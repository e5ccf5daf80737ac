//! `OSError`: the error number chooses the subclass (PEP 3151).
//!
//! `args` hold two items once a file name was taken from them.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::{Init, New, Slots};
use crate::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getset, method};
use crate::types::dict::Dict;
use crate::types::exceptions::fields::value_field;
use crate::types::exceptions::{BaseException, base, specs};
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The fields of `OSError`.
    pub struct OsError : BaseException {
        pub errno: Option<Value>,
        pub strerror: Option<Value>,
        pub filename: Option<Value>,
        pub filename2: Option<Value>,
        /// `BlockingIOError.characters_written`, an int.
        pub written: Option<Value>,
    }
}

/// The class of an error number of Linux.
fn class_of_errno(number: i64) -> Option<Exc> {
    Some(match number {
        11 | 114 | 115 => Exc::BlockingIOError,
        32 | 108 => Exc::BrokenPipeError,
        10 => Exc::ChildProcessError,
        103 => Exc::ConnectionAbortedError,
        111 => Exc::ConnectionRefusedError,
        104 => Exc::ConnectionResetError,
        17 => Exc::FileExistsError,
        2 => Exc::FileNotFoundError,
        4 => Exc::InterruptedError,
        21 => Exc::IsADirectoryError,
        20 => Exc::NotADirectoryError,
        1 | 13 => Exc::PermissionError,
        3 => Exc::ProcessLookupError,
        110 => Exc::TimeoutError,
        _ => return None,
    })
}

/// Whether a class overrides `__init__` but not `__new__`: then `__init__` takes the arguments.
fn uses_init(vm: &Vm, class: Gc<Type>) -> bool {
    let slots = &class.get(vm).slots;
    let own_init = slots.init.is_none_or(|f| !std::ptr::fn_addr_eq(f, init as Init));
    let plain_new = slots.new.is_some_and(|f| std::ptr::fn_addr_eq(f, new as New));
    own_init && plain_new
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if uses_init(vm, class) {
        let exception = base::new(vm, class, Args::EMPTY)?;
        return Ok(exception);
    }
    let mut class = class;
    if args.has_keywords() {
        let name = Type::name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("{name}() takes no keyword arguments")));
    }
    if class == vm.exception_class(Exc::OSError)
        && (2..=5).contains(&args.len())
        && let Some(number) = vm.as_i64(args.get(0))
        && let Some(exc) = class_of_errno(number)
    {
        class = vm.exception_class(exc);
    }
    let exception = base::new(vm, class, args)?;
    fill(vm, exception, args)?;
    Ok(exception)
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let class = vm.type_of(this);
    if !uses_init(vm, class) {
        return Ok(());
    }
    if args.has_keywords() {
        let name = vm.type_name(this);
        return Err(vm.raise(Exc::TypeError, format!("{name}() takes no keyword arguments")));
    }
    fill(vm, this, args)
}

fn expect(vm: &Vm, this: Value) -> Gc<OsError> {
    this.expect(vm)
}

fn fill(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let error = expect(vm, this);
    let mut kept = args.len();
    if (2..=5).contains(&args.len()) {
        let (errno, strerror) = (args.get(0), args.get(1));
        let at = |i: usize| if i < args.len() { args.get(i).not_none() } else { None };
        let (filename, filename2) = (at(2), at(4));
        let fields = error.get_mut(vm);
        (fields.errno, fields.strerror) = (Some(errno), Some(strerror));
        if let Some(filename) = filename {
            let blocking = crate::types::exceptions::is_instance(vm, this, Exc::BlockingIOError);
            if blocking && vm.slots(filename).index.is_some() {
                let written = vm.index_isize(filename)?;
                let written = vm.new_int(written as i64)?;
                error.get_mut(vm).written = Some(written);
            } else {
                let fields = error.get_mut(vm);
                (fields.filename, fields.filename2) = (Some(filename), filename2);
                kept = 2;
            }
        }
    }
    let all = args.tuple_from(vm, 0)?;
    let args = Tuple::slice(all, vm, 0, kept)?;
    error.get_mut(vm).base.args = args;
    Ok(())
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let OsError { errno, strerror, filename, filename2, .. } = *expect(vm, this).get(vm);
    if filename.is_none() && (errno.is_none() || strerror.is_none()) {
        return base::str(vm, this);
    }
    let errno = vm.str_string(errno.unwrap_or(Value::NONE))?;
    let strerror = vm.str_string(strerror.unwrap_or(Value::NONE))?;
    let mut text = format!("[Errno {errno}] {strerror}");
    if let Some(filename) = filename {
        text.push_str(": ");
        text.push_str(&vm.repr_string(filename)?);
        if let Some(filename2) = filename2 {
            text.push_str(" -> ");
            text.push_str(&vm.repr_string(filename2)?);
        }
    }
    vm.new_str(&text)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let error = expect(vm, this);
    let OsError { filename, filename2, .. } = *error.get(vm);
    let mut arguments = error.get(vm).base.args;
    if arguments.get(vm).len() == 2
        && let Some(filename) = filename
    {
        let (a, b) = (arguments.get(vm).at(0), arguments.get(vm).at(1));
        arguments = match filename2 {
            Some(filename2) => Tuple::from_values(vm, &[a, b, filename, Value::NONE, filename2])?,
            None => Tuple::from_values(vm, &[a, b, filename])?,
        };
    }
    let class = vm.type_of(this).value();
    let state: Option<Gc<Dict>> = vm.instance_dict(this)?.filter(|dict| !dict.get(vm).is_empty());
    let tuple = match state {
        Some(state) => Tuple::from_values(vm, &[class, arguments.value(), state.value()])?,
        None => Tuple::from_values(vm, &[class, arguments.value()])?,
    };
    Ok(tuple.value())
}

fn get_written(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match expect(vm, this).get(vm).written {
        Some(written) => Ok(written),
        None => Err(vm.raise(Exc::AttributeError, "characters_written")),
    }
}

fn set_written(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let error = expect(vm, this);
    let written = match value {
        Some(value) => {
            let number = vm.index_isize(value)?;
            Some(vm.new_int(number as i64)?)
        }
        None if error.get(vm).written.is_none() => return Err(vm.raise(Exc::AttributeError, "characters_written")),
        None => None,
    };
    error.get_mut(vm).written = written;
    Ok(())
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

const GETSET: &[GetSetDef] = &[
    value_field!(OsError, errno, "errno", "POSIX exception code"),
    value_field!(OsError, strerror, "strerror", "exception strerror"),
    value_field!(OsError, filename, "filename", "exception filename"),
    value_field!(OsError, filename2, "filename2", "second exception filename"),
    getset("characters_written", get_written, set_written, ""),
];

/// The spec of `OSError`.
pub const TYPE: TypeSpec = TypeSpec {
    name: "OSError",
    base: Some(&specs::Exception),
    layout: Some(<OsError as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), str: Some(str), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Base class for I/O related errors.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
