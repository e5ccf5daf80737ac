//! The built-in exceptions: `Exc`, one row each, and how native code raises them.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::spec::TypeSpec;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, class_over_limit};
use crate::value::Value;
use crate::vm::Vm;

pub mod base;
pub mod fields;
pub mod group;
pub mod import_error;
pub mod os_error;

heap_object! {
    /// The fields of every exception.
    pub struct BaseException {
        pub args: Gc<Tuple>,
        pub traceback: Option<Value>,
        pub context: Option<Value>,
        pub cause: Option<Value>,
        /// `__suppress_context__`.
        pub suppress_context: bool,
        pub pad: [u8; 7],
    }
}

heap_object! {
    /// `StopIteration` and `SystemExit`: one value (`value`, `code`).
    pub struct ValueException : BaseException {
        pub payload: Option<Value>,
    }
}

heap_object! {
    /// `NameError` (`name`) and `AttributeError` (`name`, `obj`).
    pub struct NamedException : BaseException {
        pub name: Option<Value>,
        pub object: Option<Value>,
    }
}

macro_rules! exceptions {
    ($($name:ident : $base:ident $layout:ident,)*) => {
        /// A built-in exception class.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u16)]
        pub enum Exc { $($name,)* }

        /// The specs by `Exc`.
        pub static EXCEPTIONS: &[&TypeSpec] = &[$(&specs::$name,)*];

        impl Exc {
            /// How many built-in exceptions there are.
            pub const COUNT: usize = EXCEPTIONS.len();
            /// All of them.
            pub const ALL: &[Exc] = &[$(Exc::$name,)*];
        }
    };
}

pub mod specs;
pub mod syntax_error;
pub mod unicode_error;

exceptions! {
    BaseException: Object Base,
    BaseExceptionGroup: BaseException Group,
    GeneratorExit: BaseException Base,
    KeyboardInterrupt: BaseException Base,
    SystemExit: BaseException Value,
    Exception: BaseException Base,
    ArithmeticError: Exception Base,
    FloatingPointError: ArithmeticError Base,
    OverflowError: ArithmeticError Base,
    ZeroDivisionError: ArithmeticError Base,
    AssertionError: Exception Base,
    AttributeError: Exception Named,
    BufferError: Exception Base,
    EOFError: Exception Base,
    ExceptionGroup: BaseExceptionGroup Group,
    ImportError: Exception Import,
    ModuleNotFoundError: ImportError Import,
    LookupError: Exception Base,
    IndexError: LookupError Base,
    KeyError: LookupError Base,
    MemoryError: Exception Base,
    NameError: Exception Named,
    UnboundLocalError: NameError Named,
    OSError: Exception Os,
    BlockingIOError: OSError Os,
    ChildProcessError: OSError Os,
    ConnectionError: OSError Os,
    BrokenPipeError: ConnectionError Os,
    ConnectionAbortedError: ConnectionError Os,
    ConnectionRefusedError: ConnectionError Os,
    ConnectionResetError: ConnectionError Os,
    FileExistsError: OSError Os,
    FileNotFoundError: OSError Os,
    InterruptedError: OSError Os,
    IsADirectoryError: OSError Os,
    NotADirectoryError: OSError Os,
    PermissionError: OSError Os,
    ProcessLookupError: OSError Os,
    TimeoutError: OSError Os,
    ReferenceError: Exception Base,
    RuntimeError: Exception Base,
    NotImplementedError: RuntimeError Base,
    PythonFinalizationError: RuntimeError Base,
    RecursionError: RuntimeError Base,
    StopAsyncIteration: Exception Base,
    StopIteration: Exception Value,
    SyntaxError: Exception Syntax,
    IndentationError: SyntaxError Syntax,
    TabError: IndentationError Syntax,
    IncompleteInputError: SyntaxError Syntax,
    SystemError: Exception Base,
    TypeError: Exception Base,
    ValueError: Exception Base,
    UnicodeError: ValueError Base,
    UnicodeDecodeError: UnicodeError Unicode,
    UnicodeEncodeError: UnicodeError Unicode,
    UnicodeTranslateError: UnicodeError Unicode,
    Warning: Exception Base,
    BytesWarning: Warning Base,
    DeprecationWarning: Warning Base,
    EncodingWarning: Warning Base,
    FutureWarning: Warning Base,
    ImportWarning: Warning Base,
    PendingDeprecationWarning: Warning Base,
    ResourceWarning: Warning Base,
    RuntimeWarning: Warning Base,
    SyntaxWarning: Warning Base,
    UnicodeWarning: Warning Base,
    UserWarning: Warning Base,
}

impl BaseException {
    /// The fields of a fresh exception.
    pub fn fresh(args: Gc<Tuple>) -> BaseException {
        BaseException {
            header: HeaderWord::NEW,
            args,
            traceback: None,
            context: None,
            cause: None,
            suppress_context: false,
            pad: [0; 7],
        }
    }
}

impl Vm {
    /// The class of a built-in exception.
    pub fn exception_class(&mut self, exc: Exc) -> Gc<Type> {
        if let Some(class) = self.interp().exception_types[exc as usize] {
            return class;
        }
        let pending = self.pending.take();
        let made = class_over_limit(self, EXCEPTIONS[exc as usize]);
        let class = match made {
            Ok(class) => {
                self.interp_mut().exception_types[exc as usize] = Some(class);
                class
            }
            Err(raised) => {
                // The system has no memory either: the nearest class that exists stands in, this time.
                let _ = self.take_raised(raised);
                match self.interp().exception_types[Exc::MemoryError as usize] {
                    Some(class) => class,
                    None => self.class(crate::types::Builtin::Object),
                }
            }
        };
        self.pending = pending;
        class
    }

    /// A new instance of a built-in exception, as `Class(*args)` makes it.
    pub fn new_exception(&mut self, exc: Exc, args: &[Value]) -> Result<Value, Raised> {
        let class = self.exception_class(exc);
        self.call(class.value(), args)
    }
}

pub(crate) fn raise_message(vm: &mut Vm, exc: Exc, message: &str) -> Raised {
    match Str::new(vm, message) {
        Ok(text) => raise_args(vm, exc, &[text.value()]),
        Err(raised) => raised,
    }
}

pub(crate) fn raise_args(vm: &mut Vm, exc: Exc, args: &[Value]) -> Raised {
    match make(vm, exc, args) {
        Ok(exception) => raise_value(vm, exception),
        Err(raised) => raised,
    }
}

/// Makes an instance without a Python frame, so that it works at the recursion limit.
fn make(vm: &mut Vm, exc: Exc, args: &[Value]) -> Result<Value, Raised> {
    let class = vm.exception_class(exc);
    let mut args: Vec8 = Vec8::from(args);
    let args = Args::new(args.as_mut());
    let slots = class.get(vm).slots;
    let exception = match slots.new {
        Some(new) => new(vm, class, args)?,
        None => return Err(vm.raise_no_memory()),
    };
    if let Some(init) = slots.init {
        init(vm, exception, args)?;
    }
    Ok(exception)
}

/// Up to eight argument values in native locals.
struct Vec8 {
    values: [Value; 8],
    len: usize,
}

impl Vec8 {
    fn from(args: &[Value]) -> Vec8 {
        let mut values = [Value::NONE; 8];
        let len = args.len().min(8);
        values[..len].copy_from_slice(&args[..len]);
        Vec8 { values, len }
    }

    fn as_mut(&mut self) -> &mut [Value] {
        &mut self.values[..self.len]
    }
}

/// The instance of MemoryError that is raised when there is no memory for another.
pub(crate) fn spare_memory_error(vm: &mut Vm) -> Option<Value> {
    make(vm, Exc::MemoryError, &[]).ok()
}

pub(crate) fn raise_no_memory(vm: &mut Vm) -> Raised {
    vm.exec.trim_due = true;
    vm.exec.budget.exhaust();
    let Some(spare) = vm.interp().singletons.memory_error else {
        return raise_args(vm, Exc::MemoryError, &[]);
    };
    // Most often there is room for an instance of its own: a single large request was refused, or the reserve serves.
    if !std::mem::replace(&mut vm.exec.without_memory, true) {
        let made = make(vm, Exc::MemoryError, &[]);
        vm.exec.without_memory = false;
        return match made {
            Ok(exception) => raise_value(vm, exception),
            Err(raised) => raised,
        };
    }
    // The instance that was made before memory ran out is used again.
    if let Some(base) = spare.downcast::<BaseException>(vm) {
        let base = base.get_mut(vm);
        (base.traceback, base.context, base.cause, base.suppress_context) = (None, None, None, false);
    }
    vm.pending = Some(spare);
    Raised(())
}

/// Makes `exception` pending; its context becomes the exception being handled.
pub(crate) fn raise_value(vm: &mut Vm, exception: Value) -> Raised {
    set_context(vm, exception);
    vm.pending = Some(exception);
    Raised(())
}

/// Chains the exception being handled as context, and breaks the cycle if there is one.
fn set_context(vm: &mut Vm, exception: Value) {
    let Some(handled) = vm.handled_exception() else { return };
    if handled == exception {
        return;
    }
    let Some(new) = exception.downcast::<BaseException>(vm) else { return };
    let (mut at, mut slow, mut step) = (handled, handled, false);
    while let Some(context) = at.downcast::<BaseException>(vm).and_then(|e| e.get(vm).context) {
        if context == exception {
            if let Some(link) = at.downcast::<BaseException>(vm) {
                link.get_mut(vm).context = None;
            }
            break;
        }
        at = context;
        if at == slow {
            break;
        }
        if step && let Some(next) = slow.downcast::<BaseException>(vm).and_then(|e| e.get(vm).context) {
            slow = next;
        }
        step = !step;
    }
    new.get_mut(vm).context = Some(handled);
}

/// Raises AttributeError with `name` and `obj`.
pub fn raise_attribute_error(vm: &mut Vm, message: &str, object: Value, name: Gc<Str>) -> Raised {
    let raised = raise_message(vm, Exc::AttributeError, message);
    if let Some(error) = vm.pending.and_then(|e| e.downcast::<NamedException>(vm)) {
        let error = error.get_mut(vm);
        error.name = Some(name.value());
        error.object = Some(object);
    }
    raised
}

/// Whether `exception` is an instance of a built-in exception class.
pub fn is_instance(vm: &Vm, exception: Value, exc: Exc) -> bool {
    let Some(class) = vm.interp().exception_types[exc as usize] else { return false };
    match vm.shape(exception.shape_id()).klass {
        Some(own) => Type::is_subtype(own, vm, class),
        None => false,
    }
}

impl Vm {
    /// `sys.exception()`: the exception being handled by the innermost `except` or `finally`.
    #[inline]
    pub fn handled_exception(&self) -> Option<Value> {
        self.handled.filter(|value| !value.is_none())
    }
}
