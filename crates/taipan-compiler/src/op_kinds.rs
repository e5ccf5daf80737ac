//! What kinds of operations a stretch of instructions has, collected while it is written: passes over the graph skip
//! the blocks, or the units, that have nothing for them.
//!
//! Invariant: a bit that is set may say too much, a bit that is not set never lies.

use taipan_bytecode::Opcode;

/// A set of kinds of operations, and of neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    pub const NONE: Kinds = Kinds(0);
    /// An instruction without line number.
    pub const NO_LINE: Kinds = Kinds(1);
    /// `NOP`.
    pub const NOP: Kinds = Kinds(1 << 1);
    /// An operation the peephole pass looks at, whatever stands beside it.
    pub const REWRITTEN: Kinds = Kinds(1 << 2);
    /// `LOAD_CONST`.
    pub const CONST: Kinds = Kinds(1 << 3);
    /// `POP_TOP`.
    pub const POP_TOP: Kinds = Kinds(1 << 4);
    /// `LOAD_FAST`, `LOAD_FAST_CHECK`, `STORE_FAST`.
    pub const FAST: Kinds = Kinds(1 << 5);
    /// `LOAD_FAST`, also joined, and what becomes it.
    pub const LOAD_FAST: Kinds = Kinds(1 << 6);
    /// What may leave a local unset.
    pub const UNSETS: Kinds = Kinds(1 << 7);
    /// `SETUP_*`.
    pub const BLOCK_PUSH: Kinds = Kinds(1 << 8);
    /// `POP_BLOCK`.
    pub const POP_BLOCK: Kinds = Kinds(1 << 9);
    /// A pseudo operation that is no jump.
    pub const PSEUDO: Kinds = Kinds(1 << 10);
    /// An operation on a cell by its number.
    pub const CELL: Kinds = Kinds(1 << 11);
    /// An unconditional jump.
    pub const JUMP: Kinds = Kinds(1 << 12);
    /// `JUMP_IF_TRUE`, `JUMP_IF_FALSE`.
    pub const JUMP_IF: Kinds = Kinds(1 << 13);
    /// `ANNOTATIONS_PLACEHOLDER`.
    pub const PLACEHOLDER: Kinds = Kinds(1 << 14);
    /// Nothing may follow in the block.
    pub const TERMINATOR: Kinds = Kinds(1 << 15);
    /// A jump or block push.
    pub const TARGET: Kinds = Kinds(1 << 16);
    /// A conditional jump that pops.
    pub const POP_JUMP: Kinds = Kinds(1 << 17);
    /// What leaves the code unit.
    pub const EXIT: Kinds = Kinds(1 << 18);
    /// What does more with the stack than to take its inputs from there and to put new values there: see `load_fast`.
    pub const UNUSUAL: Kinds = Kinds(1 << 19);

    /// A load of a constant and a test of it.
    pub const CONST_TEST: Kinds = Kinds(1 << PAIRS);
    /// Neighbours the peephole pass looks at.
    pub const PAIR: Kinds = Kinds(0b11_1110 << PAIRS);

    /// What makes the peephole pass look.
    pub const PEEPHOLE: Kinds = Kinds(Kinds::REWRITTEN.0 | Kinds::PAIR.0);
    /// What has to do with handlers of exceptions.
    pub const HANDLERS: Kinds = Kinds(Kinds::BLOCK_PUSH.0 | Kinds::POP_BLOCK.0);
    /// All that may be true of instructions put together by a pass.
    pub const REARRANGED: Kinds = Kinds(Kinds::NOP.0 | Kinds::PEEPHOLE.0 | Kinds::CONST_TEST.0);

    /// The kinds of one operation.
    #[inline(always)]
    pub fn of(op: Opcode) -> Kinds {
        Kinds(ROWS[op as usize & 511].kinds)
    }

    /// The kinds of one instruction.
    #[inline]
    pub fn of_instruction(op: Opcode, lineno: i32) -> Kinds {
        Kinds::of(op).or(Kinds(u32::from(lineno < 0)))
    }

    #[inline(always)]
    pub fn has(self, any: Kinds) -> bool {
        self.0 & any.0 != 0
    }

    #[inline(always)]
    pub const fn or(self, more: Kinds) -> Kinds {
        Kinds(self.0 | more.0)
    }

    #[inline(always)]
    pub fn add(&mut self, more: Kinds) {
        self.0 |= more.0;
    }

    #[inline(always)]
    pub fn remove(&mut self, kinds: Kinds) {
        self.0 &= !kinds.0;
    }
}

/// Where the bits of pairs begin.
const PAIRS: u32 = 20;

/// What is known of an operation: its kinds, and its places in pairs.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    kinds: u32,
    first: u8,
    second: u8,
}

/// Collects the kinds of instructions that are written one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Collector {
    kinds: u32,
    /// The pairs the last operation may be first of.
    first: u8,
}

impl Collector {
    /// Takes note of the next instruction; gives its own kinds.
    #[inline(always)]
    pub fn note(&mut self, op: Opcode, lineno: i32) -> Kinds {
        let row = ROWS[op as usize & 511];
        let pairs = u32::from(self.first & row.second);
        self.first = row.first;
        self.kinds |= row.kinds | pairs << PAIRS | u32::from(lineno < 0);
        Kinds(row.kinds)
    }

    /// Gives what was collected, and begins anew; the last operation stays the neighbour of the next one.
    #[inline(always)]
    pub fn take(&mut self) -> Kinds {
        Kinds(std::mem::take(&mut self.kinds))
    }

    pub fn kinds(&self) -> Kinds {
        Kinds(self.kinds)
    }

    pub fn add(&mut self, kinds: Kinds) {
        self.kinds |= kinds.0;
    }
}

static ROWS: [Row; 512] = {
    let mut rows = [Row { kinds: 0, first: 0, second: 0 }; 512];
    let mut number = 0;
    while number < 512 {
        if let Some(op) = Opcode::from_u16(number as u16) {
            rows[number] = row(op);
        }
        number += 1;
    }
    rows
};

const CONST_TEST: u8 = 1;
const GLOBAL_NULL: u8 = 1 << 1;
const TWO_STORES: u8 = 1 << 2;
const BOOLS: u8 = 1 << 3;
const FOLDS: u8 = 1 << 4;
const DISPLAY: u8 = 1 << 5;

const fn row(op: Opcode) -> Row {
    use Opcode::*;
    let mut kinds = match op {
        Nop => Kinds::NOP.0,
        BuildTuple | BuildList | BuildSet | Swap | CallIntrinsic1 => Kinds::REWRITTEN.0,
        LoadConst => Kinds::CONST.0,
        PopTop => Kinds::POP_TOP.0,
        LoadFast => Kinds::FAST.0 | Kinds::LOAD_FAST.0,
        StoreFast | LoadFastCheck => Kinds::FAST.0,
        LoadFastLoadFast | StoreFastLoadFast => Kinds::LOAD_FAST.0,
        DeleteFast | LoadFastAndClear => Kinds::UNSETS.0,
        StoreFastMaybeNull => Kinds::UNSETS.0 | Kinds::PSEUDO.0,
        SetupFinally | SetupCleanup | SetupWith => Kinds::BLOCK_PUSH.0 | Kinds::PSEUDO.0,
        PopBlock => Kinds::POP_BLOCK.0,
        LoadClosure => Kinds::PSEUDO.0 | Kinds::LOAD_FAST.0 | Kinds::CELL.0,
        MakeCell | LoadDeref | StoreDeref | DeleteDeref | LoadFromDictOrDeref => Kinds::CELL.0,
        Jump | JumpNoInterrupt | JumpForward | JumpBackward | JumpBackwardNoInterrupt => Kinds::JUMP.0,
        JumpIfFalse | JumpIfTrue => Kinds::JUMP_IF.0,
        PopJumpIfFalse | PopJumpIfTrue | PopJumpIfNone | PopJumpIfNotNone => Kinds::POP_JUMP.0,
        AnnotationsPlaceholder => Kinds::PLACEHOLDER.0,
        ReturnValue | RaiseVarargs | Reraise => Kinds::TERMINATOR.0 | Kinds::EXIT.0,
        _ => 0,
    };
    if is_unusual(op) {
        kinds |= Kinds::UNUSUAL.0;
    }
    if op.has_jump() {
        kinds |= Kinds::TERMINATOR.0;
    }
    if op.has_target() {
        kinds |= Kinds::TARGET.0;
    }
    let first = match op {
        // Folding leaves constants, and NOPs before them.
        Nop | BuildTuple | BuildList | BuildSet | BinaryOp | UnaryNegative | UnaryInvert | CallIntrinsic1 => FOLDS,
        LoadConst | LoadSmallInt => CONST_TEST | FOLDS,
        Copy => CONST_TEST,
        LoadGlobal => GLOBAL_NULL,
        StoreFast => TWO_STORES,
        CompareOp | ContainsOp | IsOp => BOOLS,
        UnaryNot | ToBool => BOOLS | FOLDS,
        ListAppend | SetAdd => DISPLAY,
        _ => 0,
    };
    let second = match op {
        PopJumpIfFalse | PopJumpIfTrue | JumpIfFalse | JumpIfTrue => CONST_TEST,
        IsOp => CONST_TEST,
        ToBool => CONST_TEST | BOOLS,
        UnaryNot => BOOLS | FOLDS,
        PushNull => GLOBAL_NULL,
        StoreFast => TWO_STORES,
        UnaryInvert | UnaryNegative | BinaryOp => FOLDS,
        GetIter | ContainsOp => DISPLAY,
        _ => 0,
    };
    Row { kinds, first, second }
}

/// Whether `load_fast` treats the operation by itself.
const fn is_unusual(op: Opcode) -> bool {
    use Opcode::*;
    op.is_block_push()
        || matches!(op, DeleteFast | LoadFastAndClear | StoreFast | StoreFastLoadFast | StoreFastStoreFast)
        || matches!(op, Copy | Swap | FormatSimple | GetAnext | GetLen | GetYieldFromIter | ImportFrom | MatchKeys)
        || matches!(op, MatchMapping | MatchSequence | WithExceptStart | DictMerge | DictUpdate | ListAppend)
        || matches!(op, ListExtend | MapAdd | Reraise | SetAdd | SetUpdate | EndSend | SetFunctionAttribute)
        || matches!(op, CheckExcMatch | ForIter | LoadAttr | LoadSuperAttr | LoadSpecial | PushExcInfo | Send)
}
