//! Interned names: `Atom`, the index of an interned string used by shapes, and `Name`, the atoms known at compile time.

/// The index of an interned name in the interpreter's name table; equal atoms are equal names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Atom(pub u32);

macro_rules! names {
    ($($const_name:ident = $text:literal,)*) => {
        /// Names that the VM itself looks up, as atoms.
        pub mod name {
            use super::Atom;
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            enum Index { $($const_name,)* }
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $const_name: Atom = Atom(Index::$const_name as u32);
            )*
        }

        /// The texts of the names known at compile time, by atom.
        pub const KNOWN_NAMES: &[&str] = &[$($text,)*];
    };
}

names! {
    INIT = "__init__", NEW = "__new__", DEL = "__del__", REPR = "__repr__", STR = "__str__", HASH = "__hash__",
    CALL = "__call__", GETATTRIBUTE = "__getattribute__", GETATTR = "__getattr__", SETATTR = "__setattr__",
    DELATTR = "__delattr__", LT = "__lt__", LE = "__le__", EQ = "__eq__", NE = "__ne__", GT = "__gt__", GE = "__ge__",
    ITER = "__iter__", NEXT = "__next__", GET = "__get__", SET = "__set__", DELETE = "__delete__",
    AWAIT = "__await__", AITER = "__aiter__", ANEXT = "__anext__", AENTER = "__aenter__", AEXIT = "__aexit__",
    ENTER = "__enter__", EXIT = "__exit__",
    ADD = "__add__", RADD = "__radd__", IADD = "__iadd__", SUB = "__sub__", RSUB = "__rsub__", ISUB = "__isub__",
    MUL = "__mul__", RMUL = "__rmul__", IMUL = "__imul__", MOD = "__mod__", RMOD = "__rmod__", IMOD = "__imod__",
    DIVMOD = "__divmod__", RDIVMOD = "__rdivmod__", POW = "__pow__", RPOW = "__rpow__", IPOW = "__ipow__",
    NEG = "__neg__", POS = "__pos__", ABS = "__abs__", BOOL = "__bool__", INVERT = "__invert__",
    LSHIFT = "__lshift__", RLSHIFT = "__rlshift__", ILSHIFT = "__ilshift__", RSHIFT = "__rshift__",
    RRSHIFT = "__rrshift__", IRSHIFT = "__irshift__", AND = "__and__", RAND = "__rand__", IAND = "__iand__",
    XOR = "__xor__", RXOR = "__rxor__", IXOR = "__ixor__", OR = "__or__", ROR = "__ror__", IOR = "__ior__",
    INT = "__int__", FLOAT = "__float__", COMPLEX = "__complex__", INDEX = "__index__",
    FLOORDIV = "__floordiv__", RFLOORDIV = "__rfloordiv__", IFLOORDIV = "__ifloordiv__",
    TRUEDIV = "__truediv__", RTRUEDIV = "__rtruediv__", ITRUEDIV = "__itruediv__",
    MATMUL = "__matmul__", RMATMUL = "__rmatmul__", IMATMUL = "__imatmul__",
    LEN = "__len__", GETITEM = "__getitem__", SETITEM = "__setitem__", DELITEM = "__delitem__",
    CONTAINS = "__contains__", MISSING = "__missing__", LENGTH_HINT = "__length_hint__", REVERSED = "__reversed__",
    BUFFER = "__buffer__", RELEASE_BUFFER = "__release_buffer__",
    FORMAT = "__format__", BYTES = "__bytes__", DIR = "__dir__", SIZEOF = "__sizeof__", FSPATH = "__fspath__",
    ROUND = "__round__", TRUNC = "__trunc__", FLOOR = "__floor__", CEIL = "__ceil__",
    CLASS = "__class__", DICT = "__dict__", DOC = "__doc__", NAME = "__name__", QUALNAME = "__qualname__",
    MODULE = "__module__", BASES = "__bases__", MRO_ATTR = "__mro__", MRO = "mro", SLOTS = "__slots__",
    WEAKREF = "__weakref__", CLASSCELL = "__classcell__", CLASSDICTCELL = "__classdictcell__",
    SET_NAME = "__set_name__", INIT_SUBCLASS = "__init_subclass__",
    PREPARE = "__prepare__", CLASS_GETITEM = "__class_getitem__", INSTANCECHECK = "__instancecheck__",
    SUBCLASSCHECK = "__subclasscheck__", SUBCLASSHOOK = "__subclasshook__", MRO_ENTRIES = "__mro_entries__",
    ABSTRACTMETHODS = "__abstractmethods__", ISABSTRACTMETHOD = "__isabstractmethod__", WRAPPED = "__wrapped__",
    ANNOTATIONS = "__annotations__", ANNOTATE = "__annotate__", ANNOTATE_FUNC = "__annotate_func__",
    ANNOTATIONS_CACHE = "__annotations_cache__",
    TYPE_PARAMS = "__type_params__", CLOSURE = "__closure__", CODE = "__code__", DEFAULTS = "__defaults__",
    KWDEFAULTS = "__kwdefaults__", GLOBALS = "__globals__", BUILTINS_ATTR = "__builtins__", SELF = "__self__",
    FUNC = "__func__", OBJCLASS = "__objclass__", TEXT_SIGNATURE = "__text_signature__",
    STATIC_ATTRIBUTES = "__static_attributes__", FIRSTLINENO = "__firstlineno__", MATCH_ARGS = "__match_args__",
    REDUCE = "__reduce__", REDUCE_EX = "__reduce_ex__", GETSTATE = "__getstate__", SETSTATE = "__setstate__",
    GETNEWARGS = "__getnewargs__", GETNEWARGS_EX = "__getnewargs_ex__", COPY = "__copy__", DEEPCOPY = "__deepcopy__",
    FILE = "__file__", PATH = "__path__", LOADER = "__loader__", SPEC = "__spec__", PACKAGE = "__package__",
    CACHED = "__cached__", ALL = "__all__", MAIN = "__main__", IMPORT = "__import__", BUILD_CLASS = "__build_class__",
    DEBUG = "__debug__", ORIG_CLASS = "__orig_class__", ORIG_BASES = "__orig_bases__", ORIGIN = "__origin__",
    ARGS = "__args__", PARAMETERS = "__parameters__", UNPACKED = "__typing_unpacked_tuple_args__",
    TYPING_SUBST = "__typing_subst__", TYPING_PREPARE_SUBST = "__typing_prepare_subst__",
    NOTES = "__notes__", CAUSE = "__cause__", CONTEXT = "__context__", TRACEBACK = "__traceback__",
    SUPPRESS_CONTEXT = "__suppress_context__",
    BUILTINS = "builtins", SYS = "sys", MODULES = "modules", PRINT = "print", STDOUT = "stdout", STDERR = "stderr",
    STDIN = "stdin", WRITE = "write", READ = "read", READLINE = "readline", FLUSH = "flush", CLOSE = "close",
    ENCODING = "encoding", ERRORS = "errors", KEYS = "keys", VALUES = "values", ITEMS = "items", GET_METHOD = "get",
    APPEND = "append", ADD_METHOD = "add", POP = "pop", UPDATE = "update", SEND = "send", THROW = "throw", ARGS_ATTR = "args",
    VALUE = "value", MESSAGE = "msg", FILENAME = "filename", LINENO = "lineno", OFFSET = "offset", TEXT = "text",
    END_LINENO = "end_lineno", END_OFFSET = "end_offset", ERRNO = "errno", STRERROR = "strerror", KEY = "key",
    REVERSE = "reverse", METACLASS = "metaclass", LASTI = "__lasti__", CLASSDICT = "__classdict__",
    CONDITIONAL_ANNOTATIONS = "__conditional_annotations__", WARN = "warn", IMPL = "_", EMPTY = "",
    DISPLAYHOOK = "displayhook", EXCEPTHOOK = "excepthook", LAMBDA = "<lambda>", MODULE_NAME = "<module>",
    THREAD_NAME = "name", OBJ = "obj", ISATTY = "isatty", FILENO = "fileno", CLOSED = "closed", MODE = "mode",
    N_FIELDS = "n_fields", N_SEQUENCE_FIELDS = "n_sequence_fields", N_UNNAMED_FIELDS = "n_unnamed_fields",
}
