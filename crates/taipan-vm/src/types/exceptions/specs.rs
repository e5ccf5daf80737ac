//! The rows of the built-in exceptions, by name.
//!
//! Exceptions with fields of their own have files of their own beside this one.

#![allow(non_upper_case_globals)]

use crate::gc::HeapObject;
use crate::slots::Slots;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::exceptions::{
    NamedException, ValueException, base, group, import_error, os_error, syntax_error, unicode_error,
};

/// The row of an exception that adds nothing to its base but a name.
const fn plain(name: &'static str, base: &'static TypeSpec, doc: &'static str) -> TypeSpec {
    TypeSpec { name, base: Some(base), doc, flags: BASETYPE, ..TypeSpec::DEFAULT }
}

pub static BaseException: TypeSpec = base::BASE;
pub static BaseExceptionGroup: TypeSpec = group::BASE;
pub static GeneratorExit: TypeSpec = plain("GeneratorExit", &BaseException, "Request that a generator exit.");
pub static KeyboardInterrupt: TypeSpec = plain("KeyboardInterrupt", &BaseException, "Program interrupted by user.");
pub static SystemExit: TypeSpec = TypeSpec {
    name: "SystemExit",
    base: Some(&BaseException),
    layout: Some(<ValueException as HeapObject>::native),
    slots: Slots { init: Some(base::init_value), ..Slots::DEFAULT },
    getset: base::CODE_GETSET,
    doc: "Request to exit from the interpreter.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
pub static Exception: TypeSpec = plain("Exception", &BaseException, "Common base class for all non-exit exceptions.");
pub static ArithmeticError: TypeSpec = plain("ArithmeticError", &Exception, "Base class for arithmetic errors.");
pub static FloatingPointError: TypeSpec =
    plain("FloatingPointError", &ArithmeticError, "Floating-point operation failed.");
pub static OverflowError: TypeSpec = plain("OverflowError", &ArithmeticError, "Result too large to be represented.");
pub static ZeroDivisionError: TypeSpec =
    plain("ZeroDivisionError", &ArithmeticError, "Second argument to a division or modulo operation was zero.");
pub static AssertionError: TypeSpec = plain("AssertionError", &Exception, "Assertion failed.");
pub static AttributeError: TypeSpec = TypeSpec {
    name: "AttributeError",
    base: Some(&Exception),
    layout: Some(<NamedException as HeapObject>::native),
    slots: Slots { init: Some(base::init_named), ..Slots::DEFAULT },
    methods: base::ATTRIBUTE_ERROR_METHODS,
    getset: base::NAME_OBJECT_GETSET,
    doc: "Attribute not found.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
pub static BufferError: TypeSpec = plain("BufferError", &Exception, "Buffer error.");
pub static EOFError: TypeSpec = plain("EOFError", &Exception, "Read beyond end of file.");
pub static ExceptionGroup: TypeSpec = group::GROUP;
pub static ImportError: TypeSpec = import_error::TYPE;
pub static ModuleNotFoundError: TypeSpec = plain("ModuleNotFoundError", &ImportError, "Module not found.");
pub static LookupError: TypeSpec = plain("LookupError", &Exception, "Base class for lookup errors.");
pub static IndexError: TypeSpec = plain("IndexError", &LookupError, "Sequence index out of range.");
pub static KeyError: TypeSpec = TypeSpec {
    name: "KeyError",
    base: Some(&LookupError),
    slots: Slots { str: Some(base::str_key), ..Slots::DEFAULT },
    doc: "Mapping key not found.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
pub static MemoryError: TypeSpec = plain("MemoryError", &Exception, "Out of memory.");
pub static NameError: TypeSpec = TypeSpec {
    name: "NameError",
    base: Some(&Exception),
    layout: Some(<NamedException as HeapObject>::native),
    slots: Slots { init: Some(base::init_named), ..Slots::DEFAULT },
    getset: base::NAME_GETSET,
    doc: "Name not found globally.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
pub static UnboundLocalError: TypeSpec =
    plain("UnboundLocalError", &NameError, "Local name referenced but not bound to a value.");
pub static OSError: TypeSpec = os_error::TYPE;
pub static BlockingIOError: TypeSpec = plain("BlockingIOError", &OSError, "I/O operation would block.");
pub static ChildProcessError: TypeSpec = plain("ChildProcessError", &OSError, "Child process error.");
pub static ConnectionError: TypeSpec = plain("ConnectionError", &OSError, "Connection error.");
pub static BrokenPipeError: TypeSpec = plain("BrokenPipeError", &ConnectionError, "Broken pipe.");
pub static ConnectionAbortedError: TypeSpec = plain("ConnectionAbortedError", &ConnectionError, "Connection aborted.");
pub static ConnectionRefusedError: TypeSpec = plain("ConnectionRefusedError", &ConnectionError, "Connection refused.");
pub static ConnectionResetError: TypeSpec = plain("ConnectionResetError", &ConnectionError, "Connection reset.");
pub static FileExistsError: TypeSpec = plain("FileExistsError", &OSError, "File already exists.");
pub static FileNotFoundError: TypeSpec = plain("FileNotFoundError", &OSError, "File not found.");
pub static InterruptedError: TypeSpec = plain("InterruptedError", &OSError, "Interrupted by signal.");
pub static IsADirectoryError: TypeSpec = plain("IsADirectoryError", &OSError, "Operation doesn't work on directories.");
pub static NotADirectoryError: TypeSpec = plain("NotADirectoryError", &OSError, "Operation only works on directories.");
pub static PermissionError: TypeSpec = plain("PermissionError", &OSError, "Not enough permissions.");
pub static ProcessLookupError: TypeSpec = plain("ProcessLookupError", &OSError, "Process not found.");
pub static TimeoutError: TypeSpec = plain("TimeoutError", &OSError, "Timeout expired.");
pub static ReferenceError: TypeSpec =
    plain("ReferenceError", &Exception, "Weak ref proxy used after referent went away.");
pub static RuntimeError: TypeSpec = plain("RuntimeError", &Exception, "Unspecified run-time error.");
pub static NotImplementedError: TypeSpec =
    plain("NotImplementedError", &RuntimeError, "Method or function hasn't been implemented yet.");
pub static PythonFinalizationError: TypeSpec =
    plain("PythonFinalizationError", &RuntimeError, "Operation blocked during Python finalization.");
pub static RecursionError: TypeSpec = plain("RecursionError", &RuntimeError, "Recursion limit exceeded.");
pub static StopAsyncIteration: TypeSpec =
    plain("StopAsyncIteration", &Exception, "Signal the end from iterator.__anext__().");
pub static StopIteration: TypeSpec = TypeSpec {
    name: "StopIteration",
    base: Some(&Exception),
    layout: Some(<ValueException as HeapObject>::native),
    slots: Slots { init: Some(base::init_value), ..Slots::DEFAULT },
    getset: base::VALUE_GETSET,
    doc: "Signal the end from iterator.__next__().",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
pub static SyntaxError: TypeSpec = syntax_error::TYPE;
pub static IndentationError: TypeSpec = plain("IndentationError", &SyntaxError, "Improper indentation.");
pub static TabError: TypeSpec = plain("TabError", &IndentationError, "Improper mixture of spaces and tabs.");
pub static IncompleteInputError: TypeSpec = plain("_IncompleteInputError", &SyntaxError, "incomplete input.");
pub static SystemError: TypeSpec = plain(
    "SystemError",
    &Exception,
    "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the traceback,\nthe Python version, and the hardware/OS platform and version.",
);
pub static TypeError: TypeSpec = plain("TypeError", &Exception, "Inappropriate argument type.");
pub static ValueError: TypeSpec = plain("ValueError", &Exception, "Inappropriate argument value (of correct type).");
pub static UnicodeError: TypeSpec = plain("UnicodeError", &ValueError, "Unicode related error.");
pub static UnicodeDecodeError: TypeSpec = unicode_error::DECODE;
pub static UnicodeEncodeError: TypeSpec = unicode_error::ENCODE;
pub static UnicodeTranslateError: TypeSpec = unicode_error::TRANSLATE;
pub static Warning: TypeSpec = plain("Warning", &Exception, "Base class for warning categories.");
pub static BytesWarning: TypeSpec = plain(
    "BytesWarning",
    &Warning,
    "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str.",
);
pub static DeprecationWarning: TypeSpec =
    plain("DeprecationWarning", &Warning, "Base class for warnings about deprecated features.");
pub static EncodingWarning: TypeSpec = plain("EncodingWarning", &Warning, "Base class for warnings about encodings.");
pub static FutureWarning: TypeSpec = plain(
    "FutureWarning",
    &Warning,
    "Base class for warnings about constructs that will change semantically\nin the future.",
);
pub static ImportWarning: TypeSpec =
    plain("ImportWarning", &Warning, "Base class for warnings about probable mistakes in module imports");
pub static PendingDeprecationWarning: TypeSpec = plain(
    "PendingDeprecationWarning",
    &Warning,
    "Base class for warnings about features which will be deprecated\nin the future.",
);
pub static ResourceWarning: TypeSpec =
    plain("ResourceWarning", &Warning, "Base class for warnings about resource usage.");
pub static RuntimeWarning: TypeSpec =
    plain("RuntimeWarning", &Warning, "Base class for warnings about dubious runtime behavior.");
pub static SyntaxWarning: TypeSpec = plain("SyntaxWarning", &Warning, "Base class for warnings about dubious syntax.");
pub static UnicodeWarning: TypeSpec = plain(
    "UnicodeWarning",
    &Warning,
    "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.",
);
pub static UserWarning: TypeSpec = plain("UserWarning", &Warning, "Base class for warnings generated by user code.");
