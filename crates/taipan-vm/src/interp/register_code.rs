//! THE table of register operations, and `RegisterCode`, what a code object is translated to.
//!
//! Invariants: a `RegisterCode` was made by `translate`, which proved that every slot, index and target in it is in bounds;
//! the generic and specialised forms of an operation have the same length; `map` is sorted by pc and has an entry for
//! every operation marked `RAISE`, `CALL` or `POLL`.

use std::cell::Cell;

pub mod disassemble;
pub mod dump;

/// What an operand field of a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Not used.
    No,
    /// A slot that is read.
    In,
    /// A slot that is written, after all reads.
    Out,
    /// First of two slots that are written, after all reads.
    Out2,
    /// First slot of a window that is read; its length follows from the operation.
    Window,
    /// First slot of a window that is written.
    OutWindow,
    /// A signed 16-bit immediate integer.
    Imm,
    /// An unsigned 16-bit number.
    Num,
    /// A signed distance in words from this operation.
    Jump,
    /// With the next field: an unsigned 32-bit slot.
    Slot32,
    /// With the next field: an unsigned 32-bit index into `refs`.
    Const32,
    /// With the next field: a signed 32-bit immediate integer.
    Imm32,
    /// With the next field: a signed 32-bit distance in words from this operation.
    Jump32,
    /// With the next field: a bytecode offset in code units.
    Offset32,
    /// The upper half of the field before.
    Hi,
}

/// The operation may raise.
pub const RAISE: u8 = 1;
/// The operation may push a frame or run Python.
pub const CALL: u8 = 2;
/// The operation polls budget and requests.
pub const POLL: u8 = 4;
/// The first data word's low half is an index into the code's names.
pub const NAME: u8 = 8;
/// Control never passes to the next operation.
pub const END: u8 = 16;
/// The operation's `a` may be redirected to a local by a following STORE_FAST.
pub const PATCH: u8 = 32;
/// The first data word's high half is an index into `refs`, reserved for a cached object.
pub const CELL: u8 = 64;

macro_rules! register_ops {
    ($($(#[doc = $doc:literal])+ $name:ident ($a:ident $b:ident $c:ident) $data:literal [$($flag:ident)*] $(= $base:ident)?;)*) => {
        /// A register operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(non_camel_case_types)]
        pub enum RegOp {
            $($(#[doc = $doc])+ $name,)*
        }

        /// One row of the table.
        pub struct OpInfo {
            /// The operation.
            pub op: RegOp,
            /// Its name.
            pub name: &'static str,
            /// Meaning of `a`, `b`, `c`.
            pub operands: [Operand; 3],
            /// Data words after the first word.
            pub data: u8,
            /// `RAISE`, `CALL`, ...
            pub flags: u8,
            /// The generic operation this one is a specialised form of, or itself.
            pub base: RegOp,
        }

        /// The table, indexed by operation.
        pub static OPS: &[OpInfo] = &[
            $(OpInfo {
                op: RegOp::$name,
                name: stringify!($name),
                operands: [Operand::$a, Operand::$b, Operand::$c],
                data: $data,
                flags: 0 $(| $flag)*,
                base: register_ops!(@base $name $($base)?),
            },)*
        ];
    };
    (@base $name:ident) => { RegOp::$name };
    (@base $name:ident $base:ident) => { RegOp::$base };
}

register_ops! {
    // ---- moves ----
    /// a := b
    MOVE (Out In No) 0 [];
    /// a := slot bc
    LOAD_WIDE (Out Slot32 Hi) 0 [];
    /// slot bc := a
    STORE_WIDE (In Slot32 Hi) 0 [];
    /// a := constant bc
    LOAD_CONST (Out Const32 Hi) 0 [];
    /// a := integer bc
    LOAD_INT (Out Imm32 Hi) 0 [];
    /// slot bc := unbound
    LOAD_NULL (No Slot32 Hi) 0 [];
    /// a, b := b, a
    SWAP_SLOTS (Out Out No) 0 [];
    /// raise UnboundLocalError when local slot bc is unbound
    CHECK_BOUND (No Slot32 Hi) 0 [RAISE];
    /// a := common constant b (AssertionError, ...)
    LOAD_COMMON_CONSTANT (Out Num No) 0 [RAISE PATCH];

    // ---- cells ----
    /// slot bc := new cell holding slot bc
    MAKE_CELL (No Slot32 Hi) 0 [RAISE];
    /// slots bc.. := the function's closure, a cells
    COPY_FREE_VARS (Num Slot32 Hi) 0 [RAISE];
    /// a := contents of the cell in slot bc
    LOAD_DEREF (Out Slot32 Hi) 0 [RAISE PATCH];
    /// contents of the cell in slot bc := a
    STORE_DEREF (In Slot32 Hi) 0 [RAISE];
    /// empties the cell in slot bc
    DELETE_DEREF (No Slot32 Hi) 0 [RAISE];
    /// a := b[name of the cell], else contents of the cell; data: cell's slot
    LOAD_FROM_DICT_OR_DEREF (Out In No) 1 [RAISE CALL PATCH];

    // ---- names ----
    /// a := global or builtin; flags 1: a+1 := unbound. data: name and cached object, versions
    LOAD_GLOBAL (Out Num Num) 2 [RAISE CALL NAME CELL PATCH];
    /// as LOAD_GLOBAL: the module's globals are unchanged in keys, b is the entry's index
    LOAD_GLOBAL_MODULE (Out Num Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_GLOBAL;
    /// as LOAD_GLOBAL: found in builtins, keys of both unchanged, b is the entry's index
    LOAD_GLOBAL_BUILTIN (Out Num Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_GLOBAL;
    /// a := local, global or builtin
    LOAD_NAME (Out Num Num) 2 [RAISE CALL NAME CELL PATCH];
    /// as LOAD_NAME in a module's body: its globals are unchanged in keys, b is the entry's index
    LOAD_NAME_MODULE (Out Num Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_NAME;
    /// as LOAD_NAME in a module's body: found in builtins, keys of both unchanged, b is the entry's index
    LOAD_NAME_BUILTIN (Out Num Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_NAME;
    /// namespace[name] := a
    STORE_NAME (In Num Num) 2 [RAISE CALL NAME PATCH];
    /// as STORE_NAME in a module's body: its globals are unchanged in keys, b is the entry's index
    STORE_NAME_MODULE (In Num Num) 2 [RAISE CALL NAME PATCH] = STORE_NAME;
    /// del namespace[name]
    DELETE_NAME (No No No) 1 [RAISE CALL NAME];
    /// globals[name] := a
    STORE_GLOBAL (In Num Num) 2 [RAISE CALL NAME PATCH];
    /// as STORE_GLOBAL: the module's globals are unchanged in keys, b is the entry's index
    STORE_GLOBAL_MODULE (In Num Num) 2 [RAISE CALL NAME PATCH] = STORE_GLOBAL;
    /// del globals[name]
    DELETE_GLOBAL (No No No) 1 [RAISE CALL NAME];
    /// a := b[name], else global or builtin
    LOAD_FROM_DICT_OR_GLOBALS (Out In No) 1 [RAISE CALL NAME PATCH];
    /// a := the frame's namespace
    LOAD_LOCALS (Out No No) 0 [RAISE PATCH];
    /// a := builtins.__build_class__
    LOAD_BUILD_CLASS (Out No No) 0 [RAISE CALL PATCH];
    /// ensures __annotations__ in the namespace
    SETUP_ANNOTATIONS (No No No) 0 [RAISE CALL];

    // ---- attributes ----
    /// a := b.name. data: name and cached object, guard
    LOAD_ATTR (Out In Num) 2 [RAISE CALL NAME CELL PATCH];
    /// instance slot c
    LOAD_ATTR_SLOT (Out In Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_ATTR;
    /// entry of the array in a word of the instance; c: the word, and above it the index
    LOAD_ATTR_OVERFLOW (Out In Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_ATTR;
    /// attribute of the class kept in the cache cell
    LOAD_ATTR_CLASS (Out In Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_ATTR;
    /// attribute of a module, c is the entry's index
    LOAD_ATTR_MODULE (Out In Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_ATTR;
    /// property whose getter is the Python function kept in the cache cell
    LOAD_ATTR_PROPERTY (Out In Num) 2 [RAISE CALL NAME CELL PATCH] = LOAD_ATTR;
    /// a, a+1 := unbound method and self, or b.name and unbound. data as LOAD_ATTR
    LOAD_METHOD (Out2 In Num) 2 [RAISE CALL NAME CELL];
    /// plain function of the class kept in the cache cell
    LOAD_METHOD_CACHED (Out2 In Num) 2 [RAISE CALL NAME CELL] = LOAD_METHOD;
    /// plain function of the class kept in the cache cell, of an object that could have a dict but has none
    LOAD_METHOD_DICTLESS (Out2 In Num) 2 [RAISE CALL NAME CELL] = LOAD_METHOD;
    /// attribute of a module, c is the entry's index
    LOAD_METHOD_MODULE (Out2 In Num) 2 [RAISE CALL NAME CELL] = LOAD_METHOD;
    /// a.name := b. data: name and cached object, guard, shape
    STORE_ATTR (In In Num) 3 [RAISE CALL NAME CELL];
    /// instance slot c
    STORE_ATTR_SLOT (In In Num) 3 [RAISE CALL NAME CELL] = STORE_ATTR;
    /// new instance slot c, after which the instance has the shape in the third data word
    STORE_ATTR_ADD (In In Num) 3 [RAISE CALL NAME CELL] = STORE_ATTR;
    /// del a.name
    DELETE_ATTR (In No No) 1 [RAISE CALL NAME];
    /// a (a+1 with flags 1) := attribute of super(b, b+1) called with b+2; flags 2: two arguments were given
    LOAD_SUPER_ATTR (Out Window No) 1 [RAISE CALL NAME];
    /// a, a+1 := special method c of b and self
    LOAD_SPECIAL (Out2 In Num) 0 [RAISE CALL];

    // ---- unary and binary ----
    /// a := -b
    UNARY_NEGATIVE (Out In No) 0 [RAISE CALL PATCH];
    /// a := ~b
    UNARY_INVERT (Out In No) 0 [RAISE CALL PATCH];
    /// a := not b
    UNARY_NOT (Out In No) 0 [RAISE CALL PATCH];
    /// a := bool(b)
    TO_BOOL (Out In No) 0 [RAISE CALL PATCH];
    /// a := b OP c; flags: the operator (low 5 bits), failed specialisations (high 3)
    BINARY_OP (Out In In) 0 [RAISE CALL PATCH];
    /// small integers
    BINARY_OP_ADD_INT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// small integers
    BINARY_OP_SUBTRACT_INT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// small integers
    BINARY_OP_MULTIPLY_INT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// small integers, // and % with a positive divisor, &, |, ^, shifts
    BINARY_OP_ARITH_INT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// immediate floats
    BINARY_OP_ADD_FLOAT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// immediate floats
    BINARY_OP_SUBTRACT_FLOAT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// immediate floats
    BINARY_OP_MULTIPLY_FLOAT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// a float and a number
    BINARY_OP_ARITH_FLOAT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// two exact strs
    BINARY_OP_ADD_STR (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// list[small integer]
    BINARY_OP_SUBSCR_LIST_INT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// tuple[small integer]
    BINARY_OP_SUBSCR_TUPLE_INT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// str[small integer]
    BINARY_OP_SUBSCR_STR_INT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// exact dict[key]
    BINARY_OP_SUBSCR_DICT (Out In In) 0 [RAISE CALL PATCH] = BINARY_OP;
    /// a := b OP integer c; flags as BINARY_OP
    BINARY_OP_IMM (Out In Imm) 0 [RAISE CALL PATCH];
    /// small integer
    BINARY_OP_ADD_INT_IMM (Out In Imm) 0 [RAISE CALL PATCH] = BINARY_OP_IMM;
    /// small integer
    BINARY_OP_SUBTRACT_INT_IMM (Out In Imm) 0 [RAISE CALL PATCH] = BINARY_OP_IMM;
    /// small integer, any other operator
    BINARY_OP_ARITH_INT_IMM (Out In Imm) 0 [RAISE CALL PATCH] = BINARY_OP_IMM;
    /// list[c]
    BINARY_OP_SUBSCR_LIST_IMM (Out In Imm) 0 [RAISE CALL PATCH] = BINARY_OP_IMM;
    /// tuple[c]
    BINARY_OP_SUBSCR_TUPLE_IMM (Out In Imm) 0 [RAISE CALL PATCH] = BINARY_OP_IMM;
    /// a := b[b+1 : b+2]
    BINARY_SLICE (Out Window No) 0 [RAISE CALL PATCH];
    /// (b+1)[b+2 : b+3] := b
    STORE_SLICE (No Window No) 0 [RAISE CALL];
    /// b[c] := a
    STORE_SUBSCR (In In In) 0 [RAISE CALL];
    /// list[small integer] := a
    STORE_SUBSCR_LIST_INT (In In In) 0 [RAISE CALL] = STORE_SUBSCR;
    /// exact dict[key] := a
    STORE_SUBSCR_DICT (In In In) 0 [RAISE CALL] = STORE_SUBSCR;
    /// del a[b]
    DELETE_SUBSCR (In In No) 0 [RAISE CALL];

    // ---- comparisons and jumps ----
    /// a := b CMP c; flags: the comparison (low 3 bits), 16: as bool
    COMPARE_OP (Out In In) 0 [RAISE CALL PATCH];
    /// a := b CMP integer c
    COMPARE_OP_IMM (Out In Imm) 0 [RAISE CALL PATCH];
    /// a := b is c; flags 1: is not
    IS_OP (Out In In) 0 [PATCH];
    /// a := b in c; flags 1: not in
    CONTAINS_OP (Out In In) 0 [RAISE CALL PATCH];
    /// jump c when (a CMP b) is true (flags 8) or false; flags 16: failed specialisation
    COMPARE_JUMP (In In Jump) 0 [RAISE CALL];
    /// small integers
    COMPARE_JUMP_INT (In In Jump) 0 [RAISE CALL] = COMPARE_JUMP;
    /// immediate floats
    COMPARE_JUMP_FLOAT (In In Jump) 0 [RAISE CALL] = COMPARE_JUMP;
    /// exact strs, equality only
    COMPARE_JUMP_STR (In In Jump) 0 [RAISE CALL] = COMPARE_JUMP;
    /// jump c when (a CMP integer b) is true (flags 8) or false
    COMPARE_JUMP_IMM (In Imm Jump) 0 [RAISE CALL];
    /// small integer
    COMPARE_JUMP_INT_IMM (In Imm Jump) 0 [RAISE CALL] = COMPARE_JUMP_IMM;
    /// jump c when (a is b) is true (flags 8) or false
    IS_JUMP (In In Jump) 0 [];
    /// jump c when (a in b) is true (flags 8) or false
    CONTAINS_JUMP (In In Jump) 0 [RAISE CALL];
    /// jump c when bool(a)
    JUMP_IF_TRUE (In No Jump) 0 [RAISE CALL];
    /// jump c when not bool(a)
    JUMP_IF_FALSE (In No Jump) 0 [RAISE CALL];
    /// jump c when a is None
    JUMP_IF_NONE (In No Jump) 0 [];
    /// jump c when a is not None
    JUMP_IF_NOT_NONE (In No Jump) 0 [];
    /// jump bc
    JUMP (No Jump32 Hi) 0 [END];
    /// poll, jump bc
    JUMP_BACKWARD (No Jump32 Hi) 0 [RAISE CALL POLL END];

    // ---- building ----
    /// a := tuple of c values from b
    BUILD_TUPLE (Out Window Num) 0 [RAISE PATCH];
    /// a := list of c values from b
    BUILD_LIST (Out Window Num) 0 [RAISE PATCH];
    /// a := set of c values from b
    BUILD_SET (Out Window Num) 0 [RAISE CALL PATCH];
    /// a := str joined from c strs from b
    BUILD_STRING (Out Window Num) 0 [RAISE PATCH];
    /// a := dict of c pairs from b
    BUILD_MAP (Out Window Num) 0 [RAISE CALL PATCH];
    /// a := slice of c (2 or 3) values from b
    BUILD_SLICE (Out Window Num) 0 [RAISE PATCH];
    /// a := interpolation of b.., flags: CPython's argument
    BUILD_INTERPOLATION (Out Window Num) 0 [RAISE PATCH];
    /// a := template of strings b and interpolations b+1
    BUILD_TEMPLATE (Out Window No) 0 [RAISE PATCH];
    /// a := format(b, "")
    FORMAT_SIMPLE (Out In No) 0 [RAISE CALL PATCH];
    /// a := format(b, c)
    FORMAT_WITH_SPEC (Out In In) 0 [RAISE CALL PATCH];
    /// a := str, repr or ascii (c = 1, 2, 3) of b
    CONVERT_VALUE (Out In Num) 0 [RAISE CALL PATCH];
    /// a.append(b)
    LIST_APPEND (In In No) 0 [RAISE];
    /// a.extend(b)
    LIST_EXTEND (In In No) 0 [RAISE CALL];
    /// a.add(b)
    SET_ADD (In In No) 0 [RAISE CALL];
    /// a.update(b)
    SET_UPDATE (In In No) 0 [RAISE CALL];
    /// a[b] := c
    MAP_ADD (In In In) 0 [RAISE CALL];
    /// a.update(b)
    DICT_UPDATE (In In No) 0 [RAISE CALL];
    /// a.update(b) for a call of c; a key twice is an error
    DICT_MERGE (In In In) 0 [RAISE CALL];
    /// a.. (c slots, last first, with flags 1 in order) := items of b
    UNPACK_SEQUENCE (OutWindow In Num) 0 [RAISE CALL];
    /// a, c := both items of b
    UNPACK_TWO (Out In Out) 0 [RAISE CALL];
    /// a.. := items of b: flags of them before the starred one, c after it
    UNPACK_EX (OutWindow In Num) 0 [RAISE CALL];

    // ---- functions and calls ----
    /// a := function of code b
    MAKE_FUNCTION (Out In No) 0 [RAISE PATCH];
    /// attribute flags of function c := b; a := c
    SET_FUNCTION_ATTRIBUTE (Out In In) 0 [RAISE PATCH];
    /// a := b(self b+1, c arguments from b+2). data: version and cached object, spare
    CALL (Out Window Num) 2 [RAISE CALL POLL CELL PATCH];
    /// Python function, arguments fit its parameters exactly
    CALL_PY_EXACT (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// Python function, missing arguments have defaults
    CALL_PY_GENERAL (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// class whose `__init__` is a Python function
    CALL_CLASS_INIT (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// class whose `__init__` only stores its arguments
    CALL_CLASS_PLAIN (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// native function or method
    CALL_NATIVE (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// list.append of an exact list
    CALL_LIST_APPEND (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// len of one argument
    CALL_LEN (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// isinstance
    CALL_ISINSTANCE (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// type of one argument
    CALL_TYPE_1 (Out Window Num) 2 [RAISE CALL POLL CELL PATCH] = CALL;
    /// as CALL; c arguments, the last of them named by the tuple behind them
    CALL_KW (Out Window Num) 2 [RAISE CALL POLL CELL PATCH];
    /// a := b(*(b+2), **(b+3))
    CALL_FUNCTION_EX (Out Window No) 0 [RAISE CALL POLL PATCH];
    /// a := intrinsic c of b
    CALL_INTRINSIC_1 (Out In Num) 0 [RAISE CALL PATCH];
    /// a := intrinsic flags of b and c
    CALL_INTRINSIC_2 (Out In In) 0 [RAISE CALL PATCH];
    /// return a
    RETURN_VALUE (In No No) 0 [RAISE CALL END];
    /// return constant bc
    RETURN_CONST (No Const32 Hi) 0 [RAISE CALL END];

    // ---- iteration and generators ----
    /// a := iter(b)
    GET_ITER (Out In No) 0 [RAISE CALL];
    /// a := len(b)
    GET_LEN (Out In No) 0 [RAISE CALL];
    /// a := the iterator of `yield from b`
    GET_YIELD_FROM_ITER (Out In No) 0 [RAISE CALL];
    /// b := next(a), or jump c at its end
    FOR_ITER (In Out Jump) 0 [RAISE CALL];
    /// list iterator
    FOR_ITER_LIST (In Out Jump) 0 [RAISE CALL] = FOR_ITER;
    /// tuple iterator
    FOR_ITER_TUPLE (In Out Jump) 0 [RAISE CALL] = FOR_ITER;
    /// range iterator of small integers
    FOR_ITER_RANGE (In Out Jump) 0 [RAISE CALL] = FOR_ITER;
    /// generator
    FOR_ITER_GEN (In Out Jump) 0 [RAISE CALL] = FOR_ITER;
    /// a := the asynchronous iterator of b
    GET_AITER (Out In No) 0 [RAISE CALL];
    /// a := the awaitable of anext(b)
    GET_ANEXT (Out In No) 0 [RAISE CALL];
    /// a := the awaitable's iterator of b; c: CPython's argument
    GET_AWAITABLE (Out In Num) 0 [RAISE CALL];
    /// b := what a yields when sent b, or b := its result and jump c
    SEND (In Out Jump) 0 [RAISE CALL];
    /// exception b+2 is StopIteration: b, b+1 := None, its value; else raise it
    CLEANUP_THROW (No OutWindow No) 0 [RAISE];
    /// exception b+1 is StopAsyncIteration: go on; else raise it
    END_ASYNC_FOR (No Window No) 0 [RAISE];
    /// make the generator of this frame and return it; a: slot of the first value sent
    RETURN_GENERATOR (Out No No) 0 [RAISE CALL];
    /// suspend with b, a := the value sent; c: operand stack entries kept; flags: CPython's argument
    YIELD_VALUE (Out In Num) 0 [RAISE CALL];

    // ---- exceptions ----
    /// a := exception handled before, a+1 := the one raised; it becomes the one handled
    PUSH_EXC_INFO (OutWindow No No) 0 [];
    /// the exception handled is a again
    POP_EXCEPT (In No No) 0 [];
    /// a := exception b matches c
    CHECK_EXC_MATCH (Out In In) 0 [RAISE CALL];
    /// exception group b, type b+1: b, b+1 := rest, matched part
    CHECK_EG_MATCH (No OutWindow No) 0 [RAISE CALL];
    /// raise with c arguments from b
    RAISE_VARARGS (No Window Num) 0 [RAISE CALL END];
    /// raise a again; flags: the offset of its raising is in slot b
    RERAISE (In In No) 0 [RAISE END];
    /// a := exit function b with self b+1 called with exception b+4
    WITH_EXCEPT_START (Out Window No) 0 [RAISE CALL];

    // ---- import and match ----
    /// a := import of name with level b and names c
    IMPORT_NAME (Out In In) 1 [RAISE CALL NAME PATCH];
    /// a := attribute of module b
    IMPORT_FROM (Out In No) 1 [RAISE CALL NAME];
    /// a := attributes of b if it matches class b+1 with names b+2 and c positions, else None
    MATCH_CLASS (Out Window Num) 0 [RAISE CALL PATCH];
    /// a := values of b for keys c, or None
    MATCH_KEYS (Out In In) 0 [RAISE CALL];
    /// a := b is a mapping
    MATCH_MAPPING (Out In No) 0 [];
    /// a := b is a sequence
    MATCH_SEQUENCE (Out In No) 0 [];

    // ---- bookkeeping ----
    /// poll at function entry and after yields (instrumented code only)
    RESUME (Num No No) 0 [RAISE CALL POLL];
    /// the bytecode at offset bc begins (instrumented code only)
    TRACE (No Offset32 Hi) 0 [RAISE CALL POLL];
    /// go on in instrumented code: stands in the place of another operation, whose operands are kept
    SWITCH (No No No) 0 [];
    /// the only word of the entry of code that is to be instrumented at its next call
    ENTER (No No No) 0 [RAISE];
}

impl RegOp {
    /// The operation with this number, if there is one.
    #[inline]
    pub fn from_byte(byte: u8) -> Option<RegOp> {
        OPS.get(usize::from(byte)).map(|row| row.op)
    }

    /// The operation's row.
    #[inline]
    pub fn info(self) -> &'static OpInfo {
        &OPS[self as usize]
    }

    /// Length in words, data included.
    #[inline]
    pub fn words(self) -> usize {
        1 + usize::from(self.info().data)
    }
}

/// One word of register code.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Word(pub u64);

impl Word {
    /// A word of three 16-bit operands.
    #[inline(always)]
    pub const fn new(op: RegOp, flags: u8, a: u16, b: u16, c: u16) -> Word {
        Word(op as u64 | (flags as u64) << 8 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// A word of a 16-bit and a 32-bit operand.
    #[inline(always)]
    pub const fn new_wide(op: RegOp, flags: u8, a: u16, bc: u32) -> Word {
        Word(op as u64 | (flags as u64) << 8 | (a as u64) << 16 | (bc as u64) << 32)
    }

    /// The number of the operation.
    #[inline(always)]
    pub const fn op(self) -> u8 {
        self.0 as u8
    }

    /// The flags.
    #[inline(always)]
    pub const fn flags(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// Operand a.
    #[inline(always)]
    pub const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Operand b.
    #[inline(always)]
    pub const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Operand c.
    #[inline(always)]
    pub const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Operand b as a signed number.
    #[inline(always)]
    pub const fn sb(self) -> i16 {
        self.b() as i16
    }

    /// Operand c as a signed number.
    #[inline(always)]
    pub const fn sc(self) -> i16 {
        self.c() as i16
    }

    /// Operands b and c as one number.
    #[inline(always)]
    pub const fn bc(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Operands b and c as one signed number.
    #[inline(always)]
    pub const fn sbc(self) -> i32 {
        self.bc() as i32
    }

    /// The same word with another operation.
    #[inline(always)]
    pub const fn with_op(self, op: RegOp) -> Word {
        Word(self.0 & !0xFF | op as u64)
    }

    /// The same word with other flags.
    #[inline(always)]
    pub const fn with_flags(self, flags: u8) -> Word {
        Word(self.0 & !0xFF00 | (flags as u64) << 8)
    }

    /// The same word with another operand a.
    #[inline(always)]
    pub const fn with_a(self, a: u16) -> Word {
        Word(self.0 & !0xFFFF_0000 | (a as u64) << 16)
    }

    /// The same word with another operand b.
    #[inline(always)]
    pub const fn with_b(self, b: u16) -> Word {
        Word(self.0 & !0xFFFF_0000_0000 | (b as u64) << 32)
    }

    /// The same word with another operand c.
    #[inline(always)]
    pub const fn with_c(self, c: u16) -> Word {
        Word(self.0 & 0x0000_FFFF_FFFF_FFFF | (c as u64) << 48)
    }

    /// The same word with other operands b and c.
    #[inline(always)]
    pub const fn with_bc(self, bc: u32) -> Word {
        Word(self.0 & 0xFFFF_FFFF | (bc as u64) << 32)
    }
}

/// Where the value of an operand stack entry is when it is not in its canonical slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a local (index into localsplus).
    Local(u32),
    /// A constant (index into `consts`).
    Const(u32),
    /// A small integer.
    Int(i32),
    /// CPython's NULL.
    Null,
}

/// One operand stack entry that is not in its canonical slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// Index in the operand stack.
    pub index: u32,
    /// Where the value is.
    pub source: Source,
}

/// The normal form at an operation: the state before the bytecode it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapEntry {
    /// First word of the operation.
    pub pc: u32,
    /// Bytecode offset in code units.
    pub offset: u32,
    /// Depth of the operand stack.
    pub depth: u32,
    /// First of its entries in `deferred`, and their number.
    pub deferred: (u32, u32),
}

/// A protected range of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First word.
    pub start: u32,
    /// One past the last word.
    pub end: u32,
    /// First word of the handler.
    pub target: u32,
    /// Operand stack depth the handler begins with, before what is pushed.
    pub depth: u32,
    /// Whether the raising bytecode's offset is pushed under the exception.
    pub lasti: bool,
}

/// A code object in register form.
#[derive(Debug)]
pub struct RegisterCode {
    /// Operations and data; specialisation rewrites them in place.
    pub words: Box<[Cell<u64>]>,
    /// Slots of a frame.
    pub frame_slots: u32,
    /// First slot of the operand stack. Equal to the number of localsplus but in functions with very many of them, whose
    /// further locals lie behind the operand stack.
    pub stack_base: u32,
    /// Number of localsplus.
    pub locals: u32,
    /// Number of entries of `refs` behind constants and names, for cached objects.
    pub cells: u32,
    /// Normal forms, sorted by pc.
    pub map: Box<[MapEntry]>,
    /// Normal forms between instructions, sorted by pc; empty unless asked for.
    pub boundaries: Box<[MapEntry]>,
    /// Entries not in their slots, shared by the map.
    pub deferred: Box<[Deferred]>,
    /// Protected ranges, sorted by start, not overlapping.
    pub handlers: Box<[Handler]>,
    /// Bytecode offsets (code units) with the word where each begins, ascending: every reachable one when instrumented,
    /// jump targets otherwise.
    pub entries: Box<[(u32, u32)]>,
    /// Whether this is the instrumented form.
    pub instrumented: bool,
}

impl RegisterCode {
    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let maps = size_of_val(&*self.map) + size_of_val(&*self.boundaries) + size_of_val(&*self.deferred);
        size_of::<Self>()
            + size_of_val(&*self.words)
            + maps
            + size_of_val(&*self.handlers)
            + size_of_val(&*self.entries)
    }

    /// The normal form at the operation that contains word `pc`.
    pub fn position(&self, pc: u32) -> Option<&MapEntry> {
        let after = self.map.partition_point(|entry| entry.pc <= pc);
        self.map.get(after.checked_sub(1)?)
    }

    /// The index of a word of this code.
    #[inline]
    pub fn index_of(&self, pc: *const Cell<u64>) -> Option<u32> {
        let index = pc.addr().wrapping_sub(self.words.as_ptr().addr()) / 8;
        (index < self.words.len()).then_some(index as u32)
    }

    /// The normal form between instructions at word `pc` or behind it.
    pub fn boundary(&self, pc: u32) -> Option<&MapEntry> {
        self.boundaries.get(self.boundaries.partition_point(|entry| entry.pc < pc))
    }

    /// The stack entries of a normal form that are not in their slots, ascending by index.
    pub fn deferred(&self, entry: &MapEntry) -> &[Deferred] {
        let (start, count) = entry.deferred;
        self.deferred.get(start as usize..start as usize + count as usize).unwrap_or(&[])
    }

    /// The handler that protects word `pc`.
    pub fn handler(&self, pc: u32) -> Option<&Handler> {
        let after = self.handlers.partition_point(|handler| handler.start <= pc);
        self.handlers.get(after.checked_sub(1)?).filter(|handler| pc < handler.end)
    }

    /// Whether what is raised at a word reaches a handler that does more than the one around every generator, which only
    /// replaces a StopIteration.
    pub fn cleans_up(&self, pc: u32) -> bool {
        self.handler(pc).is_some_and(|handler| {
            let first = self.words.get(handler.target as usize).map(|word| Word(word.get()));
            !first.is_some_and(|word| word.op() == RegOp::CALL_INTRINSIC_1 as u8 && word.c() == STOPITERATION_ERROR)
        })
    }

    /// Whether there is a handler beyond the one around every generator.
    pub fn has_cleanup(&self) -> bool {
        self.handlers.iter().any(|handler| self.cleans_up(handler.start))
    }

    /// The slot of a local.
    #[inline]
    pub fn local_slot(&self, index: u32) -> u32 {
        local_slot(index, self.locals, self.stack_base, self.frame_slots)
    }

    /// The word where the bytecode at an offset begins, if it is known.
    pub fn entry(&self, offset: u32) -> Option<u32> {
        let at = self.entries.binary_search_by_key(&offset, |&(offset, _)| offset).ok()?;
        self.entries.get(at).map(|&(_, pc)| pc)
    }
}

/// Argument of CALL_INTRINSIC_1 that turns StopIteration into RuntimeError.
const STOPITERATION_ERROR: u16 = 3;

/// The slot of a local in a frame layout.
pub(crate) fn local_slot(index: u32, locals: u32, stack_base: u32, frame_slots: u32) -> u32 {
    if index < stack_base { index } else { index + (frame_slots - locals) }
}

const _: () = assert!(size_of::<Cell<u64>>() == 8);
