//! THE table of register operations: name, meaning of the operands, data words, flags, the operation it specialises.
//!
//! The generic and specialised forms of an operation have the same length, so one is written over the other in place.

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
