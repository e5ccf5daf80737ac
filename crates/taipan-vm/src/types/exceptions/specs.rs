//! The rows of the built-in exceptions, by name.
//!
//! Exceptions with fields of their own have files of their own beside this one.

use crate::gc::HeapObject;
use crate::slots::Slots;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::exceptions::{
    NamedException, ValueException, base, group, import_error, os_error, syntax_error, unicode_error,
};

#[allow(non_upper_case_globals)]
pub static BaseException: TypeSpec = base::BASE;
#[allow(non_upper_case_globals)]
pub static BaseExceptionGroup: TypeSpec = group::BASE;
#[allow(non_upper_case_globals)]
pub static GeneratorExit: TypeSpec = TypeSpec {
    name: "GeneratorExit",
    base: Some(&BaseException),
    doc: "Request that a generator exit.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static KeyboardInterrupt: TypeSpec = TypeSpec {
    name: "KeyboardInterrupt",
    base: Some(&BaseException),
    doc: "Program interrupted by user.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
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
#[allow(non_upper_case_globals)]
pub static Exception: TypeSpec = TypeSpec {
    name: "Exception",
    base: Some(&BaseException),
    doc: "Common base class for all non-exit exceptions.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ArithmeticError: TypeSpec = TypeSpec {
    name: "ArithmeticError",
    base: Some(&Exception),
    doc: "Base class for arithmetic errors.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static FloatingPointError: TypeSpec = TypeSpec {
    name: "FloatingPointError",
    base: Some(&ArithmeticError),
    doc: "Floating-point operation failed.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static OverflowError: TypeSpec = TypeSpec {
    name: "OverflowError",
    base: Some(&ArithmeticError),
    doc: "Result too large to be represented.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ZeroDivisionError: TypeSpec = TypeSpec {
    name: "ZeroDivisionError",
    base: Some(&ArithmeticError),
    doc: "Second argument to a division or modulo operation was zero.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static AssertionError: TypeSpec = TypeSpec {
    name: "AssertionError",
    base: Some(&Exception),
    doc: "Assertion failed.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
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
#[allow(non_upper_case_globals)]
pub static BufferError: TypeSpec = TypeSpec {
    name: "BufferError",
    base: Some(&Exception),
    doc: "Buffer error.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static EOFError: TypeSpec = TypeSpec {
    name: "EOFError",
    base: Some(&Exception),
    doc: "Read beyond end of file.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ExceptionGroup: TypeSpec = group::GROUP;
#[allow(non_upper_case_globals)]
pub static ImportError: TypeSpec = import_error::TYPE;
#[allow(non_upper_case_globals)]
pub static ModuleNotFoundError: TypeSpec = TypeSpec {
    name: "ModuleNotFoundError",
    base: Some(&ImportError),
    doc: "Module not found.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static LookupError: TypeSpec = TypeSpec {
    name: "LookupError",
    base: Some(&Exception),
    doc: "Base class for lookup errors.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static IndexError: TypeSpec = TypeSpec {
    name: "IndexError",
    base: Some(&LookupError),
    doc: "Sequence index out of range.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static KeyError: TypeSpec = TypeSpec {
    name: "KeyError",
    base: Some(&LookupError),
    slots: Slots { str: Some(base::str_key), ..Slots::DEFAULT },
    doc: "Mapping key not found.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static MemoryError: TypeSpec = TypeSpec {
    name: "MemoryError",
    base: Some(&Exception),
    doc: "Out of memory.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
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
#[allow(non_upper_case_globals)]
pub static UnboundLocalError: TypeSpec = TypeSpec {
    name: "UnboundLocalError",
    base: Some(&NameError),
    doc: "Local name referenced but not bound to a value.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static OSError: TypeSpec = os_error::TYPE;
#[allow(non_upper_case_globals)]
pub static BlockingIOError: TypeSpec = TypeSpec {
    name: "BlockingIOError",
    base: Some(&OSError),
    doc: "I/O operation would block.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ChildProcessError: TypeSpec = TypeSpec {
    name: "ChildProcessError",
    base: Some(&OSError),
    doc: "Child process error.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ConnectionError: TypeSpec = TypeSpec {
    name: "ConnectionError",
    base: Some(&OSError),
    doc: "Connection error.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static BrokenPipeError: TypeSpec = TypeSpec {
    name: "BrokenPipeError",
    base: Some(&ConnectionError),
    doc: "Broken pipe.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ConnectionAbortedError: TypeSpec = TypeSpec {
    name: "ConnectionAbortedError",
    base: Some(&ConnectionError),
    doc: "Connection aborted.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ConnectionRefusedError: TypeSpec = TypeSpec {
    name: "ConnectionRefusedError",
    base: Some(&ConnectionError),
    doc: "Connection refused.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ConnectionResetError: TypeSpec = TypeSpec {
    name: "ConnectionResetError",
    base: Some(&ConnectionError),
    doc: "Connection reset.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static FileExistsError: TypeSpec = TypeSpec {
    name: "FileExistsError",
    base: Some(&OSError),
    doc: "File already exists.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static FileNotFoundError: TypeSpec = TypeSpec {
    name: "FileNotFoundError",
    base: Some(&OSError),
    doc: "File not found.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static InterruptedError: TypeSpec = TypeSpec {
    name: "InterruptedError",
    base: Some(&OSError),
    doc: "Interrupted by signal.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static IsADirectoryError: TypeSpec = TypeSpec {
    name: "IsADirectoryError",
    base: Some(&OSError),
    doc: "Operation doesn't work on directories.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static NotADirectoryError: TypeSpec = TypeSpec {
    name: "NotADirectoryError",
    base: Some(&OSError),
    doc: "Operation only works on directories.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static PermissionError: TypeSpec = TypeSpec {
    name: "PermissionError",
    base: Some(&OSError),
    doc: "Not enough permissions.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ProcessLookupError: TypeSpec = TypeSpec {
    name: "ProcessLookupError",
    base: Some(&OSError),
    doc: "Process not found.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static TimeoutError: TypeSpec = TypeSpec {
    name: "TimeoutError",
    base: Some(&OSError),
    doc: "Timeout expired.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ReferenceError: TypeSpec = TypeSpec {
    name: "ReferenceError",
    base: Some(&Exception),
    doc: "Weak ref proxy used after referent went away.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static RuntimeError: TypeSpec = TypeSpec {
    name: "RuntimeError",
    base: Some(&Exception),
    doc: "Unspecified run-time error.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static NotImplementedError: TypeSpec = TypeSpec {
    name: "NotImplementedError",
    base: Some(&RuntimeError),
    doc: "Method or function hasn't been implemented yet.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static PythonFinalizationError: TypeSpec = TypeSpec {
    name: "PythonFinalizationError",
    base: Some(&RuntimeError),
    doc: "Operation blocked during Python finalization.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static RecursionError: TypeSpec = TypeSpec {
    name: "RecursionError",
    base: Some(&RuntimeError),
    doc: "Recursion limit exceeded.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static StopAsyncIteration: TypeSpec = TypeSpec {
    name: "StopAsyncIteration",
    base: Some(&Exception),
    doc: "Signal the end from iterator.__anext__().",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
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
#[allow(non_upper_case_globals)]
pub static SyntaxError: TypeSpec = syntax_error::TYPE;
#[allow(non_upper_case_globals)]
pub static IndentationError: TypeSpec = TypeSpec {
    name: "IndentationError",
    base: Some(&SyntaxError),
    doc: "Improper indentation.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static TabError: TypeSpec = TypeSpec {
    name: "TabError",
    base: Some(&IndentationError),
    doc: "Improper mixture of spaces and tabs.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static IncompleteInputError: TypeSpec = TypeSpec {
    name: "_IncompleteInputError",
    base: Some(&SyntaxError),
    doc: "incomplete input.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static SystemError: TypeSpec = TypeSpec {
    name: "SystemError",
    base: Some(&Exception),
    doc: "Internal error in the Python interpreter.\n\nPlease report this to the Python maintainer, along with the traceback,\nthe Python version, and the hardware/OS platform and version.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static TypeError: TypeSpec = TypeSpec {
    name: "TypeError",
    base: Some(&Exception),
    doc: "Inappropriate argument type.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ValueError: TypeSpec = TypeSpec {
    name: "ValueError",
    base: Some(&Exception),
    doc: "Inappropriate argument value (of correct type).",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static UnicodeError: TypeSpec = TypeSpec {
    name: "UnicodeError",
    base: Some(&ValueError),
    doc: "Unicode related error.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static UnicodeDecodeError: TypeSpec = unicode_error::DECODE;
#[allow(non_upper_case_globals)]
pub static UnicodeEncodeError: TypeSpec = unicode_error::ENCODE;
#[allow(non_upper_case_globals)]
pub static UnicodeTranslateError: TypeSpec = unicode_error::TRANSLATE;
#[allow(non_upper_case_globals)]
pub static Warning: TypeSpec = TypeSpec {
    name: "Warning",
    base: Some(&Exception),
    doc: "Base class for warning categories.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static BytesWarning: TypeSpec = TypeSpec {
    name: "BytesWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static DeprecationWarning: TypeSpec = TypeSpec {
    name: "DeprecationWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about deprecated features.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static EncodingWarning: TypeSpec = TypeSpec {
    name: "EncodingWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about encodings.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static FutureWarning: TypeSpec = TypeSpec {
    name: "FutureWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about constructs that will change semantically\nin the future.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ImportWarning: TypeSpec = TypeSpec {
    name: "ImportWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about probable mistakes in module imports",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static PendingDeprecationWarning: TypeSpec = TypeSpec {
    name: "PendingDeprecationWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about features which will be deprecated\nin the future.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static ResourceWarning: TypeSpec = TypeSpec {
    name: "ResourceWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about resource usage.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static RuntimeWarning: TypeSpec = TypeSpec {
    name: "RuntimeWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about dubious runtime behavior.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static SyntaxWarning: TypeSpec = TypeSpec {
    name: "SyntaxWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about dubious syntax.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static UnicodeWarning: TypeSpec = TypeSpec {
    name: "UnicodeWarning",
    base: Some(&Warning),
    doc: "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
#[allow(non_upper_case_globals)]
pub static UserWarning: TypeSpec = TypeSpec {
    name: "UserWarning",
    base: Some(&Warning),
    doc: "Base class for warnings generated by user code.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
