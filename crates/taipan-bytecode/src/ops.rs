//! THE opcode table of CPython 3.14: one row per operation, from which the enum, names, effects and
//! metadata derive.
//!
//! Invariants: numbers equal CPython 3.14.10's `_opcode_metadata`; numbers below 256 appear in code,
//! numbers from 256 (pseudo operations) live in the compiler only. `tests.rs` compares every row with
//! recorded facts of that release.

mod effect;

use self::flags::*;

/// What an operation's argument means, as bits of a row.
mod flags {
    pub const ARG: u8 = 1;
    pub const CONST: u8 = 2;
    pub const NAME: u8 = 4;
    pub const JUMP: u8 = 8;
    pub const FREE: u8 = 16;
    pub const LOCAL: u8 = 32;
    pub const EXC: u8 = 64;
}

/// The first opcode that has an argument is `HAVE_ARGUMENT + 1` among the plain ones.
pub const HAVE_ARGUMENT: u8 = 43;
/// The first instrumented opcode.
pub const MIN_INSTRUMENTED_OPCODE: u8 = 234;
/// The first pseudo operation.
pub const MIN_PSEUDO_OPCODE: u16 = 256;

macro_rules! opcode_table {
    (
        real { $($name:ident = $num:literal, $text:literal, [$($flag:ident)*], $cache:literal, |$n:ident| ($pop:expr, $push:expr);)* }
        instrumented { $($iname:ident = $inum:literal, $itext:literal, [$($iflag:ident)*], $icache:literal, |$in:ident| ($ipop:expr, $ipush:expr);)* }
        pseudo { $($pname:ident = $pnum:literal, $ptext:literal, [$($pflag:ident)*], $pcache:literal, |$pn:ident| ($ppop:expr, $ppush:expr);)* }
        specialized { $($sname:ident = $snum:literal, $stext:literal, $sbase:ident, [$($sflag:ident)*];)* }
    ) => {
        /// An operation of CPython 3.14; the variant's value is its number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Opcode {
            $(#[doc = $text] $name = $num,)*
            $(#[doc = $itext] $iname = $inum,)*
            $(#[doc = $ptext] $pname = $pnum,)*
            $(#[doc = $stext] $sname = $snum,)*
        }

        impl Opcode {
            /// Every plain opcode, ascending but for CPython's order of the first five rows.
            pub const REAL: &[Opcode] = &[$(Opcode::$name,)*];
            /// The opcodes the monitoring machinery writes into code.
            pub const INSTRUMENTED: &[Opcode] = &[$(Opcode::$iname,)*];
            /// The operations that exist only inside the compiler.
            pub const PSEUDO: &[Opcode] = &[$(Opcode::$pname,)*];
            /// The adaptive forms the specialising interpreter writes over a base opcode.
            pub const SPECIALIZED: &[Opcode] = &[$(Opcode::$sname,)*];

            /// The operation of this number, if there is one.
            pub const fn from_u16(number: u16) -> Option<Opcode> {
                Some(match number {
                    $($num => Opcode::$name,)*
                    $($inum => Opcode::$iname,)*
                    $($pnum => Opcode::$pname,)*
                    $($snum => Opcode::$sname,)*
                    _ => return None,
                })
            }

            /// CPython's name, such as `LOAD_FAST`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Opcode::$name => $text,)*
                    $(Opcode::$iname => $itext,)*
                    $(Opcode::$pname => $ptext,)*
                    $(Opcode::$sname => $stext,)*
                }
            }

            /// The opcode a specialised form stands for; any other opcode itself.
            #[inline]
            pub const fn base(self) -> Opcode {
                if self as u16 <= LAST_PLAIN_OPCODE && self as u16 != Opcode::BinaryOpInplaceAddUnicode as u16 {
                    return self;
                }
                self.base_of_specialized()
            }

            const fn base_of_specialized(self) -> Opcode {
                match self {
                    $(Opcode::$sname => Opcode::$sbase,)*
                    other => other,
                }
            }

            const fn flags_of_row(self) -> u8 {
                match self {
                    $(Opcode::$name => 0 $(| $flag)*,)*
                    $(Opcode::$iname => 0 $(| $iflag)*,)*
                    $(Opcode::$pname => 0 $(| $pflag)*,)*
                    $(Opcode::$sname => 0 $(| $sflag)*,)*
                }
            }

            /// Number of 16-bit cache entries that follow the instruction.
            #[inline]
            pub const fn cache_entries(self) -> usize {
                FACTS[self as usize & 511].1 as usize
            }

            const fn cache_entries_of_row(self) -> usize {
                match self.base() {
                    $(Opcode::$name => $cache,)*
                    $(Opcode::$iname => $icache,)*
                    $(Opcode::$pname => $pcache,)*
                    _ => 0,
                }
            }

            pub const fn pops_and_pushes_of_row(self, oparg: u32) -> (i64, i64) {
                let oparg = oparg as i64;
                match self.base() {
                    $(Opcode::$name => { let $n = oparg; ($pop, $push) })*
                    $(Opcode::$iname => { let $in = oparg; ($ipop, $ipush) })*
                    $(Opcode::$pname => { let $pn = oparg; ($ppop, $ppush) })*
                    _ => (0, 0),
                }
            }
        }
    };
}

/// The last plain opcode; specialised ones follow, but for one.
const LAST_PLAIN_OPCODE: u16 = 128;

/// Flags and number of cache entries by opcode number, looked up instead of matched.
static FACTS: [(u8, u8); 512] = {
    let mut facts = [(0, 0); 512];
    let mut number = 0;
    while number < 512 {
        if let Some(op) = Opcode::from_u16(number as u16) {
            facts[number] = (op.flags_of_row(), op.cache_entries_of_row() as u8);
        }
        number += 1;
    }
    facts
};

impl Opcode {
    #[inline]
    const fn flags(self) -> u8 {
        FACTS[self as usize & 511].0
    }

    /// The opcode a code byte stands for, if it is one.
    pub const fn from_u8(byte: u8) -> Option<Opcode> {
        Opcode::from_u16(byte as u16)
    }

    /// The operation of this CPython name.
    pub fn from_name(name: &str) -> Option<Opcode> {
        [Opcode::REAL, Opcode::INSTRUMENTED, Opcode::PSEUDO, Opcode::SPECIALIZED]
            .into_iter()
            .flatten()
            .copied()
            .find(|op| op.name() == name)
    }

    /// The number, pseudo operations included.
    #[inline]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The byte written into code, or `None` for a pseudo operation.
    #[inline]
    pub const fn byte(self) -> Option<u8> {
        let number = self as u16;
        if number < MIN_PSEUDO_OPCODE { Some(number as u8) } else { None }
    }

    /// Whether this operation exists only inside the compiler.
    #[inline]
    pub const fn is_pseudo(self) -> bool {
        self as u16 >= MIN_PSEUDO_OPCODE
    }

    /// Whether the argument is used.
    #[inline]
    pub const fn has_arg(self) -> bool {
        self.flags() & ARG != 0
    }

    /// Whether the argument indexes `co_consts`.
    #[inline]
    pub const fn has_const(self) -> bool {
        self.flags() & CONST != 0
    }

    /// Whether the argument indexes `co_names` (perhaps shifted).
    #[inline]
    pub const fn has_name(self) -> bool {
        self.flags() & NAME != 0
    }

    /// Whether the argument is a jump distance (a label inside the compiler).
    #[inline]
    pub const fn has_jump(self) -> bool {
        self.flags() & JUMP != 0
    }

    /// Whether the argument names a cell or free variable.
    #[inline]
    pub const fn has_free(self) -> bool {
        self.flags() & FREE != 0
    }

    /// Whether the argument names a local variable.
    #[inline]
    pub const fn has_local(self) -> bool {
        self.flags() & LOCAL != 0
    }

    /// Whether the operation opens an exception-handling block (`SETUP_*`).
    #[inline]
    pub const fn is_block_push(self) -> bool {
        self.flags() & EXC != 0
    }

    /// Whether the argument is a label in the compiler: a jump or a block push.
    #[inline]
    pub const fn has_target(self) -> bool {
        self.flags() & (JUMP | EXC) != 0
    }
}

opcode_table! {
real {
    Cache = 0, "CACHE", [], 0, |_n| (0, 0);
    BinarySlice = 1, "BINARY_SLICE", [], 0, |_n| (3, 1);
    BuildTemplate = 2, "BUILD_TEMPLATE", [], 0, |_n| (2, 1);
    CallFunctionEx = 4, "CALL_FUNCTION_EX", [], 0, |_n| (4, 1);
    CheckEgMatch = 5, "CHECK_EG_MATCH", [], 0, |_n| (2, 2);
    CheckExcMatch = 6, "CHECK_EXC_MATCH", [], 0, |_n| (2, 2);
    CleanupThrow = 7, "CLEANUP_THROW", [], 0, |_n| (3, 2);
    DeleteSubscr = 8, "DELETE_SUBSCR", [], 0, |_n| (2, 0);
    EndFor = 9, "END_FOR", [], 0, |_n| (1, 0);
    EndSend = 10, "END_SEND", [], 0, |_n| (2, 1);
    ExitInitCheck = 11, "EXIT_INIT_CHECK", [], 0, |_n| (1, 0);
    FormatSimple = 12, "FORMAT_SIMPLE", [], 0, |_n| (1, 1);
    FormatWithSpec = 13, "FORMAT_WITH_SPEC", [], 0, |_n| (2, 1);
    GetAiter = 14, "GET_AITER", [], 0, |_n| (1, 1);
    GetAnext = 15, "GET_ANEXT", [], 0, |_n| (1, 2);
    GetIter = 16, "GET_ITER", [], 0, |_n| (1, 1);
    Reserved = 17, "RESERVED", [], 0, |_n| (0, 0);
    GetLen = 18, "GET_LEN", [], 0, |_n| (1, 2);
    GetYieldFromIter = 19, "GET_YIELD_FROM_ITER", [], 0, |_n| (1, 1);
    InterpreterExit = 20, "INTERPRETER_EXIT", [], 0, |_n| (1, 0);
    LoadBuildClass = 21, "LOAD_BUILD_CLASS", [], 0, |_n| (0, 1);
    LoadLocals = 22, "LOAD_LOCALS", [], 0, |_n| (0, 1);
    MakeFunction = 23, "MAKE_FUNCTION", [], 0, |_n| (1, 1);
    MatchKeys = 24, "MATCH_KEYS", [], 0, |_n| (2, 3);
    MatchMapping = 25, "MATCH_MAPPING", [], 0, |_n| (1, 2);
    MatchSequence = 26, "MATCH_SEQUENCE", [], 0, |_n| (1, 2);
    Nop = 27, "NOP", [], 0, |_n| (0, 0);
    NotTaken = 28, "NOT_TAKEN", [], 0, |_n| (0, 0);
    PopExcept = 29, "POP_EXCEPT", [], 0, |_n| (1, 0);
    PopIter = 30, "POP_ITER", [], 0, |_n| (1, 0);
    PopTop = 31, "POP_TOP", [], 0, |_n| (1, 0);
    PushExcInfo = 32, "PUSH_EXC_INFO", [], 0, |_n| (1, 2);
    PushNull = 33, "PUSH_NULL", [], 0, |_n| (0, 1);
    ReturnGenerator = 34, "RETURN_GENERATOR", [], 0, |_n| (0, 1);
    ReturnValue = 35, "RETURN_VALUE", [], 0, |_n| (1, 1);
    SetupAnnotations = 36, "SETUP_ANNOTATIONS", [], 0, |_n| (0, 0);
    StoreSlice = 37, "STORE_SLICE", [], 0, |_n| (4, 0);
    StoreSubscr = 38, "STORE_SUBSCR", [], 1, |_n| (3, 0);
    ToBool = 39, "TO_BOOL", [], 3, |_n| (1, 1);
    UnaryInvert = 40, "UNARY_INVERT", [], 0, |_n| (1, 1);
    UnaryNegative = 41, "UNARY_NEGATIVE", [], 0, |_n| (1, 1);
    UnaryNot = 42, "UNARY_NOT", [], 0, |_n| (1, 1);
    WithExceptStart = 43, "WITH_EXCEPT_START", [], 0, |_n| (5, 6);
    BinaryOp = 44, "BINARY_OP", [ARG], 5, |_n| (2, 1);
    BuildInterpolation = 45, "BUILD_INTERPOLATION", [ARG], 0, |n| (2 + (n & 1), 1);
    BuildList = 46, "BUILD_LIST", [ARG], 0, |n| (n, 1);
    BuildMap = 47, "BUILD_MAP", [ARG], 0, |n| (2 * n, 1);
    BuildSet = 48, "BUILD_SET", [ARG], 0, |n| (n, 1);
    BuildSlice = 49, "BUILD_SLICE", [ARG], 0, |n| (n, 1);
    BuildString = 50, "BUILD_STRING", [ARG], 0, |n| (n, 1);
    BuildTuple = 51, "BUILD_TUPLE", [ARG], 0, |n| (n, 1);
    Call = 52, "CALL", [ARG], 3, |n| (n + 2, 1);
    CallIntrinsic1 = 53, "CALL_INTRINSIC_1", [ARG], 0, |_n| (1, 1);
    CallIntrinsic2 = 54, "CALL_INTRINSIC_2", [ARG], 0, |_n| (2, 1);
    CallKw = 55, "CALL_KW", [ARG], 3, |n| (n + 3, 1);
    CompareOp = 56, "COMPARE_OP", [ARG], 1, |_n| (2, 1);
    ContainsOp = 57, "CONTAINS_OP", [ARG], 1, |_n| (2, 1);
    ConvertValue = 58, "CONVERT_VALUE", [ARG], 0, |_n| (1, 1);
    Copy = 59, "COPY", [ARG], 0, |n| (n, n + 1);
    CopyFreeVars = 60, "COPY_FREE_VARS", [ARG], 0, |_n| (0, 0);
    DeleteAttr = 61, "DELETE_ATTR", [ARG NAME], 0, |_n| (1, 0);
    DeleteDeref = 62, "DELETE_DEREF", [ARG FREE], 0, |_n| (0, 0);
    DeleteFast = 63, "DELETE_FAST", [ARG LOCAL], 0, |_n| (0, 0);
    DeleteGlobal = 64, "DELETE_GLOBAL", [ARG NAME], 0, |_n| (0, 0);
    DeleteName = 65, "DELETE_NAME", [ARG NAME], 0, |_n| (0, 0);
    DictMerge = 66, "DICT_MERGE", [ARG], 0, |n| (n + 4, n + 3);
    DictUpdate = 67, "DICT_UPDATE", [ARG], 0, |n| (n + 1, n);
    EndAsyncFor = 68, "END_ASYNC_FOR", [ARG JUMP], 0, |_n| (2, 0);
    ExtendedArg = 69, "EXTENDED_ARG", [ARG], 0, |_n| (0, 0);
    ForIter = 70, "FOR_ITER", [ARG JUMP], 1, |_n| (1, 2);
    GetAwaitable = 71, "GET_AWAITABLE", [ARG], 0, |_n| (1, 1);
    ImportFrom = 72, "IMPORT_FROM", [ARG NAME], 0, |_n| (1, 2);
    ImportName = 73, "IMPORT_NAME", [ARG NAME], 0, |_n| (2, 1);
    IsOp = 74, "IS_OP", [ARG], 0, |_n| (2, 1);
    JumpBackward = 75, "JUMP_BACKWARD", [ARG JUMP], 1, |_n| (0, 0);
    JumpBackwardNoInterrupt = 76, "JUMP_BACKWARD_NO_INTERRUPT", [ARG JUMP], 0, |_n| (0, 0);
    JumpForward = 77, "JUMP_FORWARD", [ARG JUMP], 0, |_n| (0, 0);
    ListAppend = 78, "LIST_APPEND", [ARG], 0, |n| (n + 1, n);
    ListExtend = 79, "LIST_EXTEND", [ARG], 0, |n| (n + 1, n);
    LoadAttr = 80, "LOAD_ATTR", [ARG NAME], 9, |n| (1, 1 + (n & 1));
    LoadCommonConstant = 81, "LOAD_COMMON_CONSTANT", [ARG], 0, |_n| (0, 1);
    LoadConst = 82, "LOAD_CONST", [ARG CONST], 0, |_n| (0, 1);
    LoadDeref = 83, "LOAD_DEREF", [ARG LOCAL], 0, |_n| (0, 1);
    LoadFast = 84, "LOAD_FAST", [ARG LOCAL], 0, |_n| (0, 1);
    LoadFastAndClear = 85, "LOAD_FAST_AND_CLEAR", [ARG LOCAL], 0, |_n| (0, 1);
    LoadFastBorrow = 86, "LOAD_FAST_BORROW", [ARG LOCAL], 0, |_n| (0, 1);
    LoadFastBorrowLoadFastBorrow = 87, "LOAD_FAST_BORROW_LOAD_FAST_BORROW", [ARG LOCAL], 0, |_n| (0, 2);
    LoadFastCheck = 88, "LOAD_FAST_CHECK", [ARG LOCAL], 0, |_n| (0, 1);
    LoadFastLoadFast = 89, "LOAD_FAST_LOAD_FAST", [ARG LOCAL], 0, |_n| (0, 2);
    LoadFromDictOrDeref = 90, "LOAD_FROM_DICT_OR_DEREF", [ARG FREE], 0, |_n| (1, 1);
    LoadFromDictOrGlobals = 91, "LOAD_FROM_DICT_OR_GLOBALS", [ARG NAME], 0, |_n| (1, 1);
    LoadGlobal = 92, "LOAD_GLOBAL", [ARG NAME], 4, |n| (0, 1 + (n & 1));
    LoadName = 93, "LOAD_NAME", [ARG NAME], 0, |_n| (0, 1);
    LoadSmallInt = 94, "LOAD_SMALL_INT", [ARG], 0, |_n| (0, 1);
    LoadSpecial = 95, "LOAD_SPECIAL", [ARG], 0, |_n| (1, 2);
    LoadSuperAttr = 96, "LOAD_SUPER_ATTR", [ARG NAME], 1, |n| (3, 1 + (n & 1));
    MakeCell = 97, "MAKE_CELL", [ARG FREE], 0, |_n| (0, 0);
    MapAdd = 98, "MAP_ADD", [ARG], 0, |n| (n + 2, n);
    MatchClass = 99, "MATCH_CLASS", [ARG], 0, |_n| (3, 1);
    PopJumpIfFalse = 100, "POP_JUMP_IF_FALSE", [ARG JUMP], 1, |_n| (1, 0);
    PopJumpIfNone = 101, "POP_JUMP_IF_NONE", [ARG JUMP], 1, |_n| (1, 0);
    PopJumpIfNotNone = 102, "POP_JUMP_IF_NOT_NONE", [ARG JUMP], 1, |_n| (1, 0);
    PopJumpIfTrue = 103, "POP_JUMP_IF_TRUE", [ARG JUMP], 1, |_n| (1, 0);
    RaiseVarargs = 104, "RAISE_VARARGS", [ARG], 0, |n| (n, 0);
    Reraise = 105, "RERAISE", [ARG], 0, |n| (n + 1, n);
    Send = 106, "SEND", [ARG JUMP], 1, |_n| (2, 2);
    SetAdd = 107, "SET_ADD", [ARG], 0, |n| (n + 1, n);
    SetFunctionAttribute = 108, "SET_FUNCTION_ATTRIBUTE", [ARG], 0, |_n| (2, 1);
    SetUpdate = 109, "SET_UPDATE", [ARG], 0, |n| (n + 1, n);
    StoreAttr = 110, "STORE_ATTR", [ARG NAME], 4, |_n| (2, 0);
    StoreDeref = 111, "STORE_DEREF", [ARG FREE], 0, |_n| (1, 0);
    StoreFast = 112, "STORE_FAST", [ARG LOCAL], 0, |_n| (1, 0);
    StoreFastLoadFast = 113, "STORE_FAST_LOAD_FAST", [ARG LOCAL], 0, |_n| (1, 1);
    StoreFastStoreFast = 114, "STORE_FAST_STORE_FAST", [ARG LOCAL], 0, |_n| (2, 0);
    StoreGlobal = 115, "STORE_GLOBAL", [ARG NAME], 0, |_n| (1, 0);
    StoreName = 116, "STORE_NAME", [ARG NAME], 0, |_n| (1, 0);
    Swap = 117, "SWAP", [ARG], 0, |n| (n, n);
    UnpackEx = 118, "UNPACK_EX", [ARG], 0, |n| (1, 1 + (n & 0xff) + (n >> 8));
    UnpackSequence = 119, "UNPACK_SEQUENCE", [ARG], 1, |n| (1, n);
    YieldValue = 120, "YIELD_VALUE", [ARG], 0, |_n| (1, 1);
    Resume = 128, "RESUME", [ARG], 0, |_n| (0, 0);
}
instrumented {
    InstrumentedEndFor = 234, "INSTRUMENTED_END_FOR", [], 0, |_n| (1, 0);
    InstrumentedPopIter = 235, "INSTRUMENTED_POP_ITER", [], 0, |_n| (1, 0);
    InstrumentedEndSend = 236, "INSTRUMENTED_END_SEND", [], 0, |_n| (2, 1);
    InstrumentedForIter = 237, "INSTRUMENTED_FOR_ITER", [ARG JUMP], 0, |_n| (1, 2);
    InstrumentedInstruction = 238, "INSTRUMENTED_INSTRUCTION", [], 0, |_n| (0, 0);
    InstrumentedJumpForward = 239, "INSTRUMENTED_JUMP_FORWARD", [ARG], 0, |_n| (0, 0);
    InstrumentedNotTaken = 240, "INSTRUMENTED_NOT_TAKEN", [], 0, |_n| (0, 0);
    InstrumentedPopJumpIfTrue = 241, "INSTRUMENTED_POP_JUMP_IF_TRUE", [ARG], 0, |_n| (1, 0);
    InstrumentedPopJumpIfFalse = 242, "INSTRUMENTED_POP_JUMP_IF_FALSE", [ARG], 0, |_n| (1, 0);
    InstrumentedPopJumpIfNone = 243, "INSTRUMENTED_POP_JUMP_IF_NONE", [ARG], 0, |_n| (1, 0);
    InstrumentedPopJumpIfNotNone = 244, "INSTRUMENTED_POP_JUMP_IF_NOT_NONE", [ARG], 0, |_n| (1, 0);
    InstrumentedResume = 245, "INSTRUMENTED_RESUME", [ARG], 0, |_n| (0, 0);
    InstrumentedReturnValue = 246, "INSTRUMENTED_RETURN_VALUE", [], 0, |_n| (1, 1);
    InstrumentedYieldValue = 247, "INSTRUMENTED_YIELD_VALUE", [ARG], 0, |_n| (1, 1);
    InstrumentedEndAsyncFor = 248, "INSTRUMENTED_END_ASYNC_FOR", [ARG JUMP], 0, |_n| (2, 0);
    InstrumentedLoadSuperAttr = 249, "INSTRUMENTED_LOAD_SUPER_ATTR", [ARG NAME], 0, |n| (3, 1 + (n & 1));
    InstrumentedCall = 250, "INSTRUMENTED_CALL", [ARG], 0, |n| (n + 2, 1);
    InstrumentedCallKw = 251, "INSTRUMENTED_CALL_KW", [ARG], 0, |n| (n + 3, 1);
    InstrumentedCallFunctionEx = 252, "INSTRUMENTED_CALL_FUNCTION_EX", [], 0, |_n| (4, 1);
    InstrumentedJumpBackward = 253, "INSTRUMENTED_JUMP_BACKWARD", [ARG], 0, |_n| (0, 0);
    InstrumentedLine = 254, "INSTRUMENTED_LINE", [], 0, |_n| (0, 0);
    EnterExecutor = 255, "ENTER_EXECUTOR", [ARG], 0, |_n| (0, 0);
}
pseudo {
    AnnotationsPlaceholder = 256, "ANNOTATIONS_PLACEHOLDER", [], 0, |_n| (0, 0);
    Jump = 257, "JUMP", [ARG JUMP], 0, |_n| (0, 0);
    JumpIfFalse = 258, "JUMP_IF_FALSE", [ARG JUMP], 0, |_n| (1, 1);
    JumpIfTrue = 259, "JUMP_IF_TRUE", [ARG JUMP], 0, |_n| (1, 1);
    JumpNoInterrupt = 260, "JUMP_NO_INTERRUPT", [ARG JUMP], 0, |_n| (0, 0);
    LoadClosure = 261, "LOAD_CLOSURE", [ARG LOCAL], 0, |_n| (0, 1);
    PopBlock = 262, "POP_BLOCK", [], 0, |_n| (0, 0);
    SetupCleanup = 263, "SETUP_CLEANUP", [ARG EXC], 0, |_n| (0, 2);
    SetupFinally = 264, "SETUP_FINALLY", [ARG EXC], 0, |_n| (0, 1);
    SetupWith = 265, "SETUP_WITH", [ARG EXC], 0, |_n| (0, 1);
    StoreFastMaybeNull = 266, "STORE_FAST_MAYBE_NULL", [ARG LOCAL], 0, |_n| (1, 0);
}
specialized {
    BinaryOpInplaceAddUnicode = 3, "BINARY_OP_INPLACE_ADD_UNICODE", BinaryOp, [LOCAL];
    BinaryOpAddFloat = 129, "BINARY_OP_ADD_FLOAT", BinaryOp, [];
    BinaryOpAddInt = 130, "BINARY_OP_ADD_INT", BinaryOp, [];
    BinaryOpAddUnicode = 131, "BINARY_OP_ADD_UNICODE", BinaryOp, [];
    BinaryOpExtend = 132, "BINARY_OP_EXTEND", BinaryOp, [];
    BinaryOpMultiplyFloat = 133, "BINARY_OP_MULTIPLY_FLOAT", BinaryOp, [];
    BinaryOpMultiplyInt = 134, "BINARY_OP_MULTIPLY_INT", BinaryOp, [];
    BinaryOpSubscrDict = 135, "BINARY_OP_SUBSCR_DICT", BinaryOp, [];
    BinaryOpSubscrGetitem = 136, "BINARY_OP_SUBSCR_GETITEM", BinaryOp, [];
    BinaryOpSubscrListInt = 137, "BINARY_OP_SUBSCR_LIST_INT", BinaryOp, [];
    BinaryOpSubscrListSlice = 138, "BINARY_OP_SUBSCR_LIST_SLICE", BinaryOp, [];
    BinaryOpSubscrStrInt = 139, "BINARY_OP_SUBSCR_STR_INT", BinaryOp, [];
    BinaryOpSubscrTupleInt = 140, "BINARY_OP_SUBSCR_TUPLE_INT", BinaryOp, [];
    BinaryOpSubtractFloat = 141, "BINARY_OP_SUBTRACT_FLOAT", BinaryOp, [];
    BinaryOpSubtractInt = 142, "BINARY_OP_SUBTRACT_INT", BinaryOp, [];
    CallAllocAndEnterInit = 143, "CALL_ALLOC_AND_ENTER_INIT", Call, [ARG];
    CallBoundMethodExactArgs = 144, "CALL_BOUND_METHOD_EXACT_ARGS", Call, [ARG];
    CallBoundMethodGeneral = 145, "CALL_BOUND_METHOD_GENERAL", Call, [ARG];
    CallBuiltinClass = 146, "CALL_BUILTIN_CLASS", Call, [ARG];
    CallBuiltinFast = 147, "CALL_BUILTIN_FAST", Call, [ARG];
    CallBuiltinFastWithKeywords = 148, "CALL_BUILTIN_FAST_WITH_KEYWORDS", Call, [ARG];
    CallBuiltinO = 149, "CALL_BUILTIN_O", Call, [ARG];
    CallIsinstance = 150, "CALL_ISINSTANCE", Call, [ARG];
    CallKwBoundMethod = 151, "CALL_KW_BOUND_METHOD", CallKw, [ARG];
    CallKwNonPy = 152, "CALL_KW_NON_PY", CallKw, [ARG];
    CallKwPy = 153, "CALL_KW_PY", CallKw, [ARG];
    CallLen = 154, "CALL_LEN", Call, [];
    CallListAppend = 155, "CALL_LIST_APPEND", Call, [ARG];
    CallMethodDescriptorFast = 156, "CALL_METHOD_DESCRIPTOR_FAST", Call, [ARG];
    CallMethodDescriptorFastWithKeywords = 157, "CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS", Call, [ARG];
    CallMethodDescriptorNoargs = 158, "CALL_METHOD_DESCRIPTOR_NOARGS", Call, [ARG];
    CallMethodDescriptorO = 159, "CALL_METHOD_DESCRIPTOR_O", Call, [ARG];
    CallNonPyGeneral = 160, "CALL_NON_PY_GENERAL", Call, [ARG];
    CallPyExactArgs = 161, "CALL_PY_EXACT_ARGS", Call, [ARG];
    CallPyGeneral = 162, "CALL_PY_GENERAL", Call, [ARG];
    CallStr1 = 163, "CALL_STR_1", Call, [ARG];
    CallTuple1 = 164, "CALL_TUPLE_1", Call, [ARG];
    CallType1 = 165, "CALL_TYPE_1", Call, [ARG];
    CompareOpFloat = 166, "COMPARE_OP_FLOAT", CompareOp, [ARG];
    CompareOpInt = 167, "COMPARE_OP_INT", CompareOp, [ARG];
    CompareOpStr = 168, "COMPARE_OP_STR", CompareOp, [ARG];
    ContainsOpDict = 169, "CONTAINS_OP_DICT", ContainsOp, [ARG];
    ContainsOpSet = 170, "CONTAINS_OP_SET", ContainsOp, [ARG];
    ForIterGen = 171, "FOR_ITER_GEN", ForIter, [ARG];
    ForIterList = 172, "FOR_ITER_LIST", ForIter, [ARG JUMP];
    ForIterRange = 173, "FOR_ITER_RANGE", ForIter, [ARG JUMP];
    ForIterTuple = 174, "FOR_ITER_TUPLE", ForIter, [ARG JUMP];
    JumpBackwardJit = 175, "JUMP_BACKWARD_JIT", JumpBackward, [ARG JUMP];
    JumpBackwardNoJit = 176, "JUMP_BACKWARD_NO_JIT", JumpBackward, [ARG JUMP];
    LoadAttrClass = 177, "LOAD_ATTR_CLASS", LoadAttr, [ARG];
    LoadAttrClassWithMetaclassCheck = 178, "LOAD_ATTR_CLASS_WITH_METACLASS_CHECK", LoadAttr, [ARG];
    LoadAttrGetattributeOverridden = 179, "LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN", LoadAttr, [ARG NAME];
    LoadAttrInstanceValue = 180, "LOAD_ATTR_INSTANCE_VALUE", LoadAttr, [ARG];
    LoadAttrMethodLazyDict = 181, "LOAD_ATTR_METHOD_LAZY_DICT", LoadAttr, [ARG];
    LoadAttrMethodNoDict = 182, "LOAD_ATTR_METHOD_NO_DICT", LoadAttr, [ARG];
    LoadAttrMethodWithValues = 183, "LOAD_ATTR_METHOD_WITH_VALUES", LoadAttr, [ARG];
    LoadAttrModule = 184, "LOAD_ATTR_MODULE", LoadAttr, [ARG];
    LoadAttrNondescriptorNoDict = 185, "LOAD_ATTR_NONDESCRIPTOR_NO_DICT", LoadAttr, [ARG];
    LoadAttrNondescriptorWithValues = 186, "LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES", LoadAttr, [ARG];
    LoadAttrProperty = 187, "LOAD_ATTR_PROPERTY", LoadAttr, [ARG];
    LoadAttrSlot = 188, "LOAD_ATTR_SLOT", LoadAttr, [ARG];
    LoadAttrWithHint = 189, "LOAD_ATTR_WITH_HINT", LoadAttr, [ARG NAME];
    LoadConstImmortal = 190, "LOAD_CONST_IMMORTAL", LoadConst, [ARG CONST];
    LoadConstMortal = 191, "LOAD_CONST_MORTAL", LoadConst, [ARG CONST];
    LoadGlobalBuiltin = 192, "LOAD_GLOBAL_BUILTIN", LoadGlobal, [ARG];
    LoadGlobalModule = 193, "LOAD_GLOBAL_MODULE", LoadGlobal, [ARG];
    LoadSuperAttrAttr = 194, "LOAD_SUPER_ATTR_ATTR", LoadSuperAttr, [ARG NAME];
    LoadSuperAttrMethod = 195, "LOAD_SUPER_ATTR_METHOD", LoadSuperAttr, [ARG NAME];
    ResumeCheck = 196, "RESUME_CHECK", Resume, [];
    SendGen = 197, "SEND_GEN", Send, [ARG];
    StoreAttrInstanceValue = 198, "STORE_ATTR_INSTANCE_VALUE", StoreAttr, [];
    StoreAttrSlot = 199, "STORE_ATTR_SLOT", StoreAttr, [];
    StoreAttrWithHint = 200, "STORE_ATTR_WITH_HINT", StoreAttr, [ARG NAME];
    StoreSubscrDict = 201, "STORE_SUBSCR_DICT", StoreSubscr, [];
    StoreSubscrListInt = 202, "STORE_SUBSCR_LIST_INT", StoreSubscr, [];
    ToBoolAlwaysTrue = 203, "TO_BOOL_ALWAYS_TRUE", ToBool, [];
    ToBoolBool = 204, "TO_BOOL_BOOL", ToBool, [];
    ToBoolInt = 205, "TO_BOOL_INT", ToBool, [];
    ToBoolList = 206, "TO_BOOL_LIST", ToBool, [];
    ToBoolNone = 207, "TO_BOOL_NONE", ToBool, [];
    ToBoolStr = 208, "TO_BOOL_STR", ToBool, [];
    UnpackSequenceList = 209, "UNPACK_SEQUENCE_LIST", UnpackSequence, [ARG];
    UnpackSequenceTuple = 210, "UNPACK_SEQUENCE_TUPLE", UnpackSequence, [ARG];
    UnpackSequenceTwoTuple = 211, "UNPACK_SEQUENCE_TWO_TUPLE", UnpackSequence, [ARG];
}
}

#[cfg(test)]
mod tests;
