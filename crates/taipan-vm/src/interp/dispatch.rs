//! The evaluation loop: one `match` over the register operations.
//!
//! Fast paths stand here: guard, act, next. Everything else is a call of an out-of-line function in `ops` or `unwind`, before
//! which the frame's `pc` is brought up to date (`sync`). State: `pc`, `fp` and `vm` by value, nothing else.

use std::cell::Cell;

use super::call::PUSHED;
use super::executable::Executable;
use super::frame::{Frame, Kind, Ret};
use super::op::Op;
use super::ops::{
    attr, binary, build, call, compare, exception, function, generator, import, iter, matching, name, plain_init,
    unpack,
};
use super::register_code::{RegOp, Word};
use super::unwind::{self, Leave};
use super::{instrument, tracing};
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::cell::Cell as PyCell;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::list::List;
use crate::types::list::iterator::ListIterator;
use crate::types::range::iterator::RangeIterator;
use crate::types::tuple::Tuple;
use crate::types::tuple::iterator::TupleIterator;
use crate::value::Value;
use crate::vm::Vm;

/// For each comparison, which orders (1 less, 2 equal, 4 greater) satisfy it; from 8 on the same (jump when true), below
/// its negation (jump when false).
const JUMP_MASK: [u8; 16] = {
    let holds = [0b001, 0b011, 0b010, 0b101, 0b100, 0b110, 0, 0];
    let mut masks = [0; 16];
    let mut i = 0;
    while i < 8 {
        masks[i] = !holds[i] & 7;
        masks[i + 8] = holds[i];
        i += 1;
    }
    masks
};

/// Runs the top frame until it returns to native code.
pub fn run(vm: &mut Vm) -> Result<Value, Raised> {
    let outer = vm.exec.loop_stack;
    vm.exec.outer_loops.push(outer);
    // The registers of the callers are saved above the frame of the loop, where they keep alive what they refer to.
    let result = taipan_heap::with_spilled_registers(|high| {
        vm.exec.loop_stack.high = high;
        // SAFETY: the top frame is prepared and entered from native code; everything the handlers rely on was proved by
        // the translator (see `Op`), and `vm` is borrowed exclusively for as long as the loop runs.
        unsafe { run_loop(vm) }
    });
    vm.exec.outer_loops.pop();
    vm.exec.loop_stack = outer;
    result
}

#[inline(always)]
unsafe fn raw(bits: u64) -> Value {
    // SAFETY: callers pass the bits of a tagged value.
    unsafe { std::mem::transmute::<u64, Value>(bits) }
}

#[inline(never)]
unsafe fn run_loop(vm: *mut Vm) -> Result<Value, Raised> {
    // SAFETY: see `run`.
    unsafe {
        (*vm).exec.loop_stack.low = taipan_heap::stack_pointer();
        let mut pc: *const Cell<u64> = (*(*vm).exec.top).pc;
        let mut fp: *mut Value = (*(*vm).exec.top).fp;

        macro_rules! reg {
            ($slot:expr) => {
                *fp.add($slot as usize)
            };
        }
        macro_rules! sync {
            () => {
                (*(*vm).exec.top).pc = pc
            };
        }
        macro_rules! reload {
            () => {{
                let frame: *mut Frame = (*vm).exec.top;
                pc = (*frame).pc;
                fp = (*frame).fp;
            }};
        }
        macro_rules! next {
            ($words:expr) => {{
                pc = pc.add($words);
                continue;
            }};
        }
        macro_rules! jump {
            ($distance:expr) => {{
                pc = pc.offset($distance as isize);
                continue;
            }};
        }
        macro_rules! leave {
            ($leave:expr) => {
                match $leave {
                    Leave::Continue => {
                        reload!();
                        continue;
                    }
                    Leave::Exit(Some(value)) => return Ok(value),
                    Leave::Exit(None) => return Err(Raised(())),
                }
            };
        }
        macro_rules! unwind {
            () => {
                leave!(unwind::unwind(&mut *vm))
            };
        }
        // Calls an out-of-line function that gives a value for a slot.
        macro_rules! out {
            ($f:expr, $slot:expr, $words:expr) => {{
                sync!();
                match $f(&mut *vm, Op::new(pc, fp)) {
                    Ok(value) => {
                        if value == PUSHED {
                            reload!();
                            continue;
                        }
                        reg!($slot) = value;
                        next!($words)
                    }
                    Err(_) => unwind!(),
                }
            }};
        }
        // Calls an out-of-line function that gives nothing.
        macro_rules! act {
            ($f:expr, $words:expr) => {{
                sync!();
                match $f(&mut *vm, Op::new(pc, fp)) {
                    Ok(()) => next!($words),
                    Err(_) => unwind!(),
                }
            }};
        }
        // Calls an out-of-line function that decides about a jump.
        macro_rules! branch {
            ($f:expr, $word:expr) => {{
                sync!();
                match $f(&mut *vm, Op::new(pc, fp)) {
                    Ok(true) => jump!($word.sc()),
                    Ok(false) => next!(1),
                    Err(_) => unwind!(),
                }
            }};
        }
        macro_rules! order_jump {
            ($word:expr, $less:expr, $equal:expr) => {{
                let order = if $less {
                    1
                } else if $equal {
                    2
                } else {
                    4
                };
                if JUMP_MASK[($word.flags() & 15) as usize] & order != 0 { jump!($word.sc()) } else { next!(1) }
            }};
        }
        macro_rules! for_iter {
            ($word:expr) => {{
                sync!();
                match iter::for_iter(&mut *vm, Op::new(pc, fp)) {
                    Ok(Some(value)) => {
                        if value == PUSHED {
                            reload!();
                            continue;
                        }
                        reg!($word.b()) = value;
                        next!(1)
                    }
                    Ok(None) => jump!($word.sc()),
                    Err(_) => unwind!(),
                }
            }};
        }
        macro_rules! float_op {
            ($word:expr, $op:tt) => {{
                let (a, b) = (reg!($word.b()), reg!($word.c()));
                if let (Some(x), Some(y)) = (a.as_immediate_float(), b.as_immediate_float())
                    && let Some(result) = Value::immediate_float(x $op y)
                {
                    reg!($word.a()) = result;
                    next!(1)
                }
                out!(binary::binary_op, $word.a(), 1)
            }};
        }

        loop {
            let word = Word((*pc).get());
            // SAFETY: code words hold numbers of the table.
            match std::mem::transmute::<u8, RegOp>(word.op()) {
                RegOp::MOVE => {
                    reg!(word.a()) = reg!(word.b());
                    next!(1)
                }
                RegOp::LOAD_WIDE => {
                    reg!(word.a()) = reg!(word.bc());
                    next!(1)
                }
                RegOp::STORE_WIDE => {
                    reg!(word.bc()) = reg!(word.a());
                    next!(1)
                }
                RegOp::LOAD_CONST => {
                    let refs = (*(*vm).exec.top).executable.refs.get();
                    reg!(word.a()) = (*refs.add(word.bc() as usize)).unwrap_unchecked();
                    next!(1)
                }
                RegOp::LOAD_INT => {
                    reg!(word.a()) = Value::int32(word.sbc());
                    next!(1)
                }
                RegOp::LOAD_NULL => {
                    reg!(word.bc()) = Value::UNBOUND;
                    next!(1)
                }
                RegOp::SWAP_SLOTS => {
                    let a = reg!(word.a());
                    reg!(word.a()) = reg!(word.b());
                    reg!(word.b()) = a;
                    next!(1)
                }
                RegOp::CHECK_BOUND => {
                    if !reg!(word.bc()).is_unbound() {
                        next!(1)
                    }
                    act!(name::raise_unbound_local, 1)
                }
                RegOp::LOAD_COMMON_CONSTANT => out!(name::load_common_constant, word.a(), 1),

                RegOp::MAKE_CELL => act!(name::make_cell, 1),
                RegOp::COPY_FREE_VARS => act!(name::copy_free_var, 1),
                RegOp::LOAD_DEREF => {
                    if let Some(cell) = reg!(word.bc()).exact::<PyCell>()
                        && let Some(value) = cell.get(&*vm).contents
                    {
                        reg!(word.a()) = value;
                        next!(1)
                    }
                    out!(name::load_deref, word.a(), 1)
                }
                RegOp::STORE_DEREF => act!(name::store_deref, 1),
                RegOp::DELETE_DEREF => act!(name::delete_deref, 1),
                RegOp::LOAD_FROM_DICT_OR_DEREF => out!(name::load_from_dict_or_deref, word.a(), 2),

                RegOp::LOAD_GLOBAL => out!(name::load_global, word.a(), 3),
                RegOp::LOAD_GLOBAL_MODULE => {
                    let globals = (*(*vm).exec.top).globals.get(&*vm);
                    let version = (*pc.add(2)).get() as u32;
                    if let Some(value) = globals.value_in_version(&*vm, version, word.bc() as usize) {
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(name::load_global, word.a(), 3)
                }
                RegOp::LOAD_GLOBAL_BUILTIN => {
                    let frame = (*vm).exec.top;
                    let versions = (*pc.add(2)).get();
                    let builtins = (*frame).function.get(&*vm).builtins.get(&*vm);
                    let (own, outer) = (versions as u32, (versions >> 32) as u32);
                    if (*frame).globals.get(&*vm).current_keys_version(&*vm) == own
                        && let Some(value) = builtins.value_in_version(&*vm, outer, word.bc() as usize)
                    {
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(name::load_global, word.a(), 3)
                }
                RegOp::LOAD_NAME => out!(name::load_name, word.a(), 3),
                RegOp::LOAD_NAME_MODULE => {
                    let frame = (*vm).exec.top;
                    let (version, globals) = ((*pc.add(2)).get() as u32, (*frame).globals);
                    if (*frame).locals == Some(globals.value())
                        && let Some(value) = globals.get(&*vm).value_in_version(&*vm, version, word.bc() as usize)
                    {
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(name::load_name, word.a(), 3)
                }
                RegOp::LOAD_NAME_BUILTIN => {
                    let frame = (*vm).exec.top;
                    let (versions, globals) = ((*pc.add(2)).get(), (*frame).globals);
                    let builtins = (*frame).function.get(&*vm).builtins.get(&*vm);
                    if (*frame).locals == Some(globals.value())
                        && globals.get(&*vm).current_keys_version(&*vm) == versions as u32
                        && let Some(value) =
                            builtins.value_in_version(&*vm, (versions >> 32) as u32, word.bc() as usize)
                    {
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(name::load_name, word.a(), 3)
                }
                RegOp::STORE_NAME => act!(name::store_name, 3),
                RegOp::STORE_NAME_MODULE => {
                    let frame = (*vm).exec.top;
                    let globals = (*frame).globals;
                    if (*frame).locals == Some(globals.value())
                        && globals.get(&*vm).current_keys_version(&*vm) == (*pc.add(2)).get() as u32
                    {
                        Dict::set_value_at(globals, &mut *vm, word.bc() as usize, reg!(word.a()));
                        next!(3)
                    }
                    act!(name::store_name, 3)
                }
                RegOp::DELETE_NAME => act!(name::delete_name, 2),
                RegOp::STORE_GLOBAL => act!(name::store_global, 3),
                RegOp::STORE_GLOBAL_MODULE => {
                    let globals = (*(*vm).exec.top).globals;
                    if globals.get(&*vm).current_keys_version(&*vm) == (*pc.add(2)).get() as u32 {
                        Dict::set_value_at(globals, &mut *vm, word.bc() as usize, reg!(word.a()));
                        next!(3)
                    }
                    act!(name::store_global, 3)
                }
                RegOp::DELETE_GLOBAL => act!(name::delete_global, 2),
                RegOp::LOAD_FROM_DICT_OR_GLOBALS => out!(name::load_from_dict_or_globals, word.a(), 2),
                RegOp::LOAD_LOCALS => out!(name::load_locals, word.a(), 1),
                RegOp::LOAD_BUILD_CLASS => out!(name::load_build_class, word.a(), 1),
                RegOp::SETUP_ANNOTATIONS => act!(name::setup_annotations, 1),

                RegOp::LOAD_ATTR | RegOp::LOAD_ATTR_PROPERTY => out!(attr::load_attr, word.a(), 3),
                RegOp::LOAD_ATTR_SLOT => {
                    let object = reg!(word.b());
                    if object.is_heap()
                        && attr::guard(&*vm, object, (*pc.add(2)).get())
                        && let Some(value) = (&*vm).object_word(object, word.c())
                    {
                        // What is loaded from an object is often looked into soon.
                        taipan_heap::prefetch(value.bits() as usize);
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(attr::load_attr, word.a(), 3)
                }
                RegOp::LOAD_ATTR_OVERFLOW => {
                    let object = reg!(word.b());
                    let [at, index] = word.c().to_le_bytes();
                    if object.is_heap()
                        && attr::guard(&*vm, object, (*pc.add(2)).get())
                        && let Some(value) = (&*vm).overflow_word(object, at, index)
                    {
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(attr::load_attr, word.a(), 3)
                }
                RegOp::LOAD_ATTR_CLASS => {
                    let object = reg!(word.b());
                    if object.is_heap()
                        && attr::guard(&*vm, object, (*pc.add(2)).get())
                        && let Some(value) = Op::new(pc, fp).cached(&*vm)
                    {
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(attr::load_attr, word.a(), 3)
                }
                RegOp::LOAD_ATTR_MODULE => {
                    if let Some(value) = attr::module_value(&*vm, reg!(word.b()), (*pc.add(2)).get(), word.c()) {
                        reg!(word.a()) = value;
                        next!(3)
                    }
                    out!(attr::load_attr, word.a(), 3)
                }
                RegOp::LOAD_METHOD => act!(attr::load_method, 3),
                RegOp::LOAD_METHOD_CACHED => {
                    let object = reg!(word.b());
                    if object.is_heap()
                        && attr::guard(&*vm, object, (*pc.add(2)).get())
                        && let Some(method) = Op::new(pc, fp).cached(&*vm)
                    {
                        reg!(word.a() + 1) = object;
                        reg!(word.a()) = method;
                        next!(3)
                    }
                    act!(attr::load_method, 3)
                }
                RegOp::LOAD_METHOD_DICTLESS => act!(attr::load_method_dictless, 3),
                RegOp::LOAD_METHOD_MODULE => {
                    if let Some(value) = attr::module_value(&*vm, reg!(word.b()), (*pc.add(2)).get(), word.c()) {
                        reg!(word.a()) = value;
                        reg!(word.a() + 1) = Value::UNBOUND;
                        next!(3)
                    }
                    act!(attr::load_method, 3)
                }
                RegOp::STORE_ATTR => act!(attr::store_attr, 4),
                RegOp::STORE_ATTR_SLOT => {
                    let object = reg!(word.a());
                    if object.is_heap() && attr::guard(&*vm, object, (*pc.add(2)).get()) {
                        let value = reg!(word.b());
                        (&mut *vm).set_object_word(object, word.c(), Some(value));
                        next!(4)
                    }
                    act!(attr::store_attr, 4)
                }
                RegOp::STORE_ATTR_ADD => {
                    let object = reg!(word.a());
                    if object.is_heap() && attr::guard(&*vm, object, (*pc.add(2)).get()) {
                        let value = reg!(word.b());
                        (&mut *vm).set_shape(object, (*pc.add(3)).get() as u32);
                        (&mut *vm).set_object_word(object, word.c(), Some(value));
                        next!(4)
                    }
                    act!(attr::store_attr, 4)
                }
                RegOp::DELETE_ATTR => act!(attr::delete_attr, 2),
                RegOp::LOAD_SUPER_ATTR => act!(attr::load_super_attr, 2),
                RegOp::LOAD_SPECIAL => act!(attr::load_special, 1),

                RegOp::UNARY_NEGATIVE => out!(binary::unary_negative, word.a(), 1),
                RegOp::UNARY_INVERT => out!(binary::unary_invert, word.a(), 1),
                RegOp::UNARY_NOT => {
                    let value = reg!(word.b());
                    if value.is_bool() {
                        reg!(word.a()) = Value::bool(value == Value::FALSE);
                        next!(1)
                    }
                    out!(compare::unary_not, word.a(), 1)
                }
                RegOp::TO_BOOL => {
                    let value = reg!(word.b());
                    if value.is_bool() {
                        reg!(word.a()) = value;
                        next!(1)
                    }
                    out!(compare::to_bool, word.a(), 1)
                }
                RegOp::BINARY_OP => out!(binary::binary_op, word.a(), 1),
                RegOp::BINARY_OP_ADD_INT => {
                    let (a, b) = (reg!(word.b()).bits(), reg!(word.c()).bits());
                    if a & b & 1 != 0
                        && let Some(sum) = (a as i64).checked_add(b as i64 - 1)
                    {
                        reg!(word.a()) = raw(sum as u64);
                        next!(1)
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_SUBTRACT_INT => {
                    let (a, b) = (reg!(word.b()).bits(), reg!(word.c()).bits());
                    if a & b & 1 != 0
                        && let Some(difference) = (a as i64).checked_sub(b as i64 - 1)
                    {
                        reg!(word.a()) = raw(difference as u64);
                        next!(1)
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_MULTIPLY_INT => {
                    let (a, b) = (reg!(word.b()).bits(), reg!(word.c()).bits());
                    if a & b & 1 != 0
                        && let Some(product) = ((a as i64) >> 1).checked_mul(b as i64 - 1)
                    {
                        reg!(word.a()) = raw(product as u64 | 1);
                        next!(1)
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_ARITH_INT => {
                    if let (Some(a), Some(b)) = (reg!(word.b()).as_small_int(), reg!(word.c()).as_small_int())
                        && let Some(result) = binary::small_int_op(word.flags() & 31, a, b)
                    {
                        reg!(word.a()) = result;
                        next!(1)
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_ADD_FLOAT => float_op!(word, +),
                RegOp::BINARY_OP_SUBTRACT_FLOAT => float_op!(word, -),
                RegOp::BINARY_OP_MULTIPLY_FLOAT => float_op!(word, *),
                RegOp::BINARY_OP_ARITH_FLOAT => out!(binary::float_arith, word.a(), 1),
                RegOp::BINARY_OP_ADD_STR => out!(binary::add_str, word.a(), 1),
                RegOp::BINARY_OP_SUBSCR_LIST_INT => {
                    if let Some(list) = reg!(word.b()).exact::<List>()
                        && let Some(i) = reg!(word.c()).as_small_int()
                    {
                        let list = list.get(&*vm);
                        let i = if i < 0 { i + list.len() as i64 } else { i };
                        if i >= 0
                            && let Some(value) = list.get_at(&*vm, i as usize)
                        {
                            reg!(word.a()) = value;
                            next!(1)
                        }
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_SUBSCR_TUPLE_INT => {
                    if let Some(tuple) = reg!(word.b()).exact::<Tuple>()
                        && let Some(i) = reg!(word.c()).as_small_int()
                    {
                        let items = tuple.get(&*vm).items();
                        let i = if i < 0 { i + items.len() as i64 } else { i };
                        if let Some(value) = usize::try_from(i).ok().and_then(|i| items.get(i)) {
                            reg!(word.a()) = *value;
                            next!(1)
                        }
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_SUBSCR_STR_INT => out!(binary::subscr_str, word.a(), 1),
                RegOp::BINARY_OP_SUBSCR_DICT => out!(binary::subscr_dict, word.a(), 1),
                RegOp::BINARY_OP_IMM => out!(binary::binary_op, word.a(), 1),
                RegOp::BINARY_OP_ADD_INT_IMM => {
                    let a = reg!(word.b()).bits();
                    if a & 1 != 0
                        && let Some(sum) = (a as i64).checked_add(word.sc() as i64 * 2)
                    {
                        reg!(word.a()) = raw(sum as u64);
                        next!(1)
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_SUBTRACT_INT_IMM => {
                    let a = reg!(word.b()).bits();
                    if a & 1 != 0
                        && let Some(difference) = (a as i64).checked_sub(word.sc() as i64 * 2)
                    {
                        reg!(word.a()) = raw(difference as u64);
                        next!(1)
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_ARITH_INT_IMM => {
                    if let Some(a) = reg!(word.b()).as_small_int()
                        && let Some(result) = binary::small_int_op(word.flags() & 31, a, word.sc() as i64)
                    {
                        reg!(word.a()) = result;
                        next!(1)
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_SUBSCR_LIST_IMM => {
                    if let Some(list) = reg!(word.b()).exact::<List>() {
                        let list = list.get(&*vm);
                        let i = word.sc() as i64;
                        let i = if i < 0 { i + list.len() as i64 } else { i };
                        if i >= 0
                            && let Some(value) = list.get_at(&*vm, i as usize)
                        {
                            reg!(word.a()) = value;
                            next!(1)
                        }
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_OP_SUBSCR_TUPLE_IMM => {
                    if let Some(tuple) = reg!(word.b()).exact::<Tuple>() {
                        let items = tuple.get(&*vm).items();
                        let i = word.sc() as i64;
                        let i = if i < 0 { i + items.len() as i64 } else { i };
                        if let Some(value) = usize::try_from(i).ok().and_then(|i| items.get(i)) {
                            reg!(word.a()) = *value;
                            next!(1)
                        }
                    }
                    out!(binary::binary_op, word.a(), 1)
                }
                RegOp::BINARY_SLICE => out!(binary::binary_slice, word.a(), 1),
                RegOp::STORE_SLICE => act!(binary::store_slice, 1),
                RegOp::STORE_SUBSCR => act!(binary::store_subscr, 1),
                RegOp::STORE_SUBSCR_LIST_INT => {
                    if let Some(list) = reg!(word.b()).exact::<List>()
                        && let Some(i) = reg!(word.c()).as_small_int()
                    {
                        let len = list.get(&*vm).len() as i64;
                        let i = if i < 0 { i + len } else { i };
                        if i >= 0 && i < len {
                            List::set_at(list, &mut *vm, i as usize, reg!(word.a()));
                            next!(1)
                        }
                    }
                    act!(binary::store_subscr, 1)
                }
                RegOp::STORE_SUBSCR_DICT => act!(binary::store_subscr_dict, 1),
                RegOp::DELETE_SUBSCR => act!(binary::delete_subscr, 1),

                RegOp::COMPARE_OP | RegOp::COMPARE_OP_IMM => out!(compare::compare_op, word.a(), 1),
                RegOp::IS_OP => {
                    let same = compare::identical(&*vm, reg!(word.b()), reg!(word.c()));
                    reg!(word.a()) = Value::bool(same != (word.flags() != 0));
                    next!(1)
                }
                RegOp::CONTAINS_OP => out!(compare::contains_op, word.a(), 1),
                RegOp::COMPARE_JUMP => branch!(compare::compare_jump, word),
                RegOp::COMPARE_JUMP_INT => {
                    let (a, b) = (reg!(word.a()).bits(), reg!(word.b()).bits());
                    if a & b & 1 != 0 {
                        order_jump!(word, (a as i64) < b as i64, a == b)
                    }
                    branch!(compare::compare_jump, word)
                }
                RegOp::COMPARE_JUMP_FLOAT => {
                    if let (Some(a), Some(b)) =
                        (reg!(word.a()).as_immediate_float(), reg!(word.b()).as_immediate_float())
                        && !a.is_nan()
                        && !b.is_nan()
                    {
                        order_jump!(word, a < b, a == b)
                    }
                    branch!(compare::compare_jump, word)
                }
                RegOp::COMPARE_JUMP_STR => {
                    if let Some(equal) = compare::str_equal(&*vm, reg!(word.a()), reg!(word.b())) {
                        order_jump!(word, false, equal)
                    }
                    branch!(compare::compare_jump, word)
                }
                RegOp::COMPARE_JUMP_IMM => branch!(compare::compare_jump, word),
                RegOp::COMPARE_JUMP_INT_IMM => {
                    let (a, b) = (reg!(word.a()).bits(), word.sb() as i64 * 2 + 1);
                    if a & 1 != 0 {
                        order_jump!(word, (a as i64) < b, a as i64 == b)
                    }
                    branch!(compare::compare_jump, word)
                }
                RegOp::IS_JUMP => {
                    let same = compare::identical(&*vm, reg!(word.a()), reg!(word.b()));
                    if same == (word.flags() & 8 != 0) { jump!(word.sc()) } else { next!(1) }
                }
                RegOp::CONTAINS_JUMP => branch!(compare::contains_jump, word),
                RegOp::JUMP_IF_TRUE => {
                    let value = reg!(word.a());
                    if value == Value::TRUE {
                        jump!(word.sc())
                    }
                    if value == Value::FALSE || value.is_none() {
                        next!(1)
                    }
                    branch!(compare::is_true, word)
                }
                RegOp::JUMP_IF_FALSE => {
                    let value = reg!(word.a());
                    if value == Value::FALSE || value.is_none() {
                        jump!(word.sc())
                    }
                    if value == Value::TRUE {
                        next!(1)
                    }
                    branch!(compare::is_false, word)
                }
                RegOp::JUMP_IF_NONE => {
                    if reg!(word.a()).is_none() {
                        jump!(word.sc())
                    } else {
                        next!(1)
                    }
                }
                RegOp::JUMP_IF_NOT_NONE => {
                    if reg!(word.a()).is_none() {
                        next!(1)
                    } else {
                        jump!(word.sc())
                    }
                }
                RegOp::JUMP => jump!(word.sbc()),
                RegOp::JUMP_BACKWARD => {
                    if (*vm).exec.budget.take_one() {
                        jump!(word.sbc())
                    }
                    sync!();
                    match (&mut *vm).poll() {
                        Ok(()) => jump!(word.sbc()),
                        Err(_) => unwind!(),
                    }
                }

                RegOp::BUILD_TUPLE => out!(build::build_tuple, word.a(), 1),
                RegOp::BUILD_LIST => out!(build::build_list, word.a(), 1),
                RegOp::BUILD_SET => out!(build::build_set, word.a(), 1),
                RegOp::BUILD_STRING => out!(build::build_string, word.a(), 1),
                RegOp::BUILD_MAP => out!(build::build_map, word.a(), 1),
                RegOp::BUILD_SLICE => out!(build::build_slice, word.a(), 1),
                RegOp::BUILD_INTERPOLATION => out!(build::build_interpolation, word.a(), 1),
                RegOp::BUILD_TEMPLATE => out!(build::build_template, word.a(), 1),
                RegOp::FORMAT_SIMPLE => out!(build::format_simple, word.a(), 1),
                RegOp::FORMAT_WITH_SPEC => out!(build::format_with_spec, word.a(), 1),
                RegOp::CONVERT_VALUE => out!(build::convert_value, word.a(), 1),
                RegOp::LIST_APPEND => act!(build::list_append, 1),
                RegOp::LIST_EXTEND => act!(build::list_extend, 1),
                RegOp::SET_ADD => act!(build::set_add, 1),
                RegOp::SET_UPDATE => act!(build::set_update, 1),
                RegOp::MAP_ADD => act!(build::map_add, 1),
                RegOp::DICT_UPDATE => act!(build::dict_update, 1),
                RegOp::DICT_MERGE => act!(build::dict_merge, 1),
                RegOp::UNPACK_SEQUENCE => {
                    let n = word.c() as usize;
                    if word.flags() & 1 != 0
                        && let Some(tuple) = reg!(word.b()).exact::<Tuple>()
                        && tuple.get(&*vm).items().len() == n
                    {
                        std::ptr::copy_nonoverlapping(tuple.get(&*vm).items().as_ptr(), fp.add(word.a() as usize), n);
                        next!(1)
                    }
                    act!(unpack::unpack_sequence, 1)
                }
                RegOp::UNPACK_TWO => {
                    if let Some(tuple) = reg!(word.b()).exact::<Tuple>()
                        && let [first, second] = tuple.get(&*vm).items()
                    {
                        let (first, second) = (*first, *second);
                        reg!(word.a()) = first;
                        reg!(word.c()) = second;
                        next!(1)
                    }
                    act!(unpack::unpack_two, 1)
                }
                RegOp::UNPACK_EX => act!(unpack::unpack_ex, 1),

                RegOp::MAKE_FUNCTION => out!(function::make_function, word.a(), 1),
                RegOp::SET_FUNCTION_ATTRIBUTE => out!(function::set_function_attribute, word.a(), 1),
                RegOp::CALL => out!(call::call, word.a(), 3),
                RegOp::CALL_PY_EXACT => {
                    let base = word.b() as usize;
                    if let Some(function) = reg!(base).exact::<Function>()
                        && function.get(&*vm).version == (*pc.add(1)).get() as u32
                    {
                        let mut argc = word.c() as usize;
                        let mut start = fp.add(base + 2);
                        if word.flags() & 1 == 0 && !reg!(base + 1).is_unbound() {
                            start = start.sub(1);
                            argc += 1;
                        }
                        // SAFETY: executables live as long as the interpreter.
                        let executable: &'static Executable = &*((*pc.add(2)).get() as *const Executable);
                        let slots = executable.frame_slots.get() as usize;
                        let top = (*vm).exec.top.add(1);
                        let room = (*vm).stack.limit().offset_from(start) as usize;
                        let unasked = (*vm).exec.budget.take_one();
                        if argc == executable.argcount as usize && top <= (*vm).exec.limit && slots <= room && unasked {
                            sync!();
                            let globals = function.get(&*vm).globals;
                            top.write(Frame {
                                pc: executable.entry.get(),
                                fp: start,
                                executable,
                                function,
                                globals,
                                ret: Ret::new(Kind::Plain, word.a(), 3),
                                locals: None,
                                object: None,
                                generator: None,
                                handled: None,
                            });
                            (*vm).exec.top = top;
                            (*vm).stack.set_top(start.add(slots));
                            for i in argc..executable.locals as usize {
                                start.add(i).write(Value::UNBOUND);
                            }
                            fp = start;
                            pc = executable.entry.get();
                            continue;
                        }
                    }
                    out!(call::call, word.a(), 3)
                }
                RegOp::CALL_PY_GENERAL => out!(call::call_py_general, word.a(), 3),
                RegOp::CALL_CLASS_INIT => out!(call::call_class_init, word.a(), 3),
                RegOp::CALL_CLASS_PLAIN => out!(plain_init::call_class_plain, word.a(), 3),
                RegOp::CALL_NATIVE | RegOp::CALL_LEN | RegOp::CALL_ISINSTANCE | RegOp::CALL_LIST_APPEND => {
                    out!(call::call_native, word.a(), 3)
                }
                RegOp::CALL_TYPE_1 => out!(call::call_type_1, word.a(), 3),
                RegOp::CALL_KW => out!(call::call_kw, word.a(), 3),
                RegOp::CALL_FUNCTION_EX => out!(call::call_function_ex, word.a(), 1),
                RegOp::CALL_INTRINSIC_1 => out!(function::call_intrinsic_1, word.a(), 1),
                RegOp::CALL_INTRINSIC_2 => out!(function::call_intrinsic_2, word.a(), 1),
                RegOp::RETURN_VALUE | RegOp::RETURN_CONST => {
                    let value = if word.op() == RegOp::RETURN_VALUE as u8 {
                        reg!(word.a())
                    } else {
                        let refs = (*(*vm).exec.top).executable.refs.get();
                        (*refs.add(word.bc() as usize)).unwrap_unchecked()
                    };
                    let frame = (*vm).exec.top;
                    let ret = (*frame).ret;
                    if ret.0 & Ret::SPECIAL == 0 {
                        let caller = frame.sub(1);
                        (*vm).exec.top = caller;
                        (*vm).stack.set_top((*caller).end());
                        fp = (*caller).fp;
                        pc = (*caller).pc.add(ret.words());
                        reg!(ret.slot()) = value;
                        continue;
                    }
                    if ret.0 & Ret::SPECIAL == (Kind::Init as u32) << 16 && value.is_none() {
                        // The result is the object, which lies at the start of the call's window.
                        let caller = frame.sub(1);
                        (*vm).exec.top = caller;
                        (*vm).stack.set_top((*caller).end());
                        fp = (*caller).fp;
                        pc = (*caller).pc;
                        reg!(ret.slot()) = reg!(Word((*pc).get()).b());
                        pc = pc.add(ret.words());
                        continue;
                    }
                    sync!();
                    match unwind::return_special(&mut *vm, value) {
                        Ok(next) => leave!(next),
                        Err(_) => unwind!(),
                    }
                }

                RegOp::GET_ITER => out!(iter::get_iter, word.a(), 1),
                RegOp::GET_LEN => out!(iter::get_len, word.a(), 1),
                RegOp::GET_YIELD_FROM_ITER => out!(iter::get_yield_from_iter, word.a(), 1),
                RegOp::FOR_ITER_LIST => {
                    if let Some(iterator) = reg!(word.a()).exact::<ListIterator>() {
                        match iter::next_of_list(&mut *vm, iterator) {
                            Some(value) => {
                                reg!(word.b()) = value;
                                next!(1)
                            }
                            None => jump!(word.sc()),
                        }
                    }
                    for_iter!(word)
                }
                RegOp::FOR_ITER_TUPLE => {
                    if let Some(iterator) = reg!(word.a()).exact::<TupleIterator>() {
                        match iter::next_of_tuple(&mut *vm, iterator) {
                            Some(value) => {
                                reg!(word.b()) = value;
                                next!(1)
                            }
                            None => jump!(word.sc()),
                        }
                    }
                    for_iter!(word)
                }
                RegOp::FOR_ITER_RANGE => {
                    if let Some(iterator) = reg!(word.a()).exact::<RangeIterator>() {
                        let RangeIterator { next, step, left, .. } = *iterator.get(&*vm);
                        if left <= 0 {
                            jump!(word.sc())
                        }
                        if let Some(value) = Value::small_int(next) {
                            let iterator = iterator.get_mut(&mut *vm);
                            iterator.left = left - 1;
                            iterator.next = next.wrapping_add(step);
                            reg!(word.b()) = value;
                            next!(1)
                        }
                    }
                    for_iter!(word)
                }
                RegOp::FOR_ITER | RegOp::FOR_ITER_GEN => for_iter!(word),
                RegOp::GET_AITER => out!(iter::get_aiter, word.a(), 1),
                RegOp::GET_ANEXT => out!(iter::get_anext, word.a(), 1),
                RegOp::GET_AWAITABLE => out!(iter::get_awaitable, word.a(), 1),
                RegOp::SEND => {
                    sync!();
                    match generator::send_op(&mut *vm, Op::new(pc, fp)) {
                        Ok(generator::Sent::Pushed) => {
                            reload!();
                            continue;
                        }
                        Ok(generator::Sent::Yielded(value)) => {
                            reg!(word.b()) = value;
                            next!(1)
                        }
                        Ok(generator::Sent::Returned(value)) => {
                            reg!(word.b()) = value;
                            jump!(word.sc())
                        }
                        Err(_) => unwind!(),
                    }
                }
                RegOp::CLEANUP_THROW => act!(exception::cleanup_throw, 1),
                RegOp::END_ASYNC_FOR => act!(exception::end_async_for, 1),
                RegOp::RETURN_GENERATOR => {
                    sync!();
                    match generator::return_generator(&mut *vm, Op::new(pc, fp)) {
                        Ok(next) => leave!(next),
                        Err(_) => unwind!(),
                    }
                }
                RegOp::YIELD_VALUE => {
                    sync!();
                    match generator::yield_value(&mut *vm, Op::new(pc, fp)) {
                        Ok(next) => leave!(next),
                        Err(_) => unwind!(),
                    }
                }

                RegOp::PUSH_EXC_INFO => {
                    exception::push_exc_info(&mut *vm, Op::new(pc, fp));
                    next!(1)
                }
                RegOp::POP_EXCEPT => {
                    exception::pop_except(&mut *vm, Op::new(pc, fp));
                    next!(1)
                }
                RegOp::CHECK_EXC_MATCH => out!(exception::check_exc_match, word.a(), 1),
                RegOp::CHECK_EG_MATCH => act!(exception::check_eg_match, 1),
                RegOp::RAISE_VARARGS => {
                    sync!();
                    let _ = exception::raise_varargs(&mut *vm, Op::new(pc, fp));
                    unwind!()
                }
                RegOp::RERAISE => {
                    sync!();
                    let _ = exception::reraise(&mut *vm, Op::new(pc, fp));
                    unwind!()
                }
                RegOp::WITH_EXCEPT_START => out!(exception::with_except_start, word.a(), 1),

                RegOp::IMPORT_NAME => out!(import::import_name, word.a(), 2),
                RegOp::IMPORT_FROM => out!(import::import_from, word.a(), 2),
                RegOp::MATCH_CLASS => out!(matching::match_class, word.a(), 1),
                RegOp::MATCH_KEYS => out!(matching::match_keys, word.a(), 1),
                RegOp::MATCH_MAPPING => out!(matching::match_mapping, word.a(), 1),
                RegOp::MATCH_SEQUENCE => out!(matching::match_sequence, word.a(), 1),

                RegOp::RESUME => {
                    sync!();
                    match (&mut *vm).count() {
                        Ok(()) => next!(1),
                        Err(_) => unwind!(),
                    }
                }
                RegOp::TRACE => {
                    sync!();
                    match tracing::trace(&mut *vm, Op::new(pc, fp)) {
                        Ok(true) => next!(1),
                        Ok(false) => {
                            reload!();
                            continue;
                        }
                        Err(_) => unwind!(),
                    }
                }
                RegOp::SWITCH => {
                    sync!();
                    instrument::switch(&mut *vm);
                    reload!();
                    continue;
                }
                RegOp::ENTER => {
                    sync!();
                    match instrument::enter(&mut *vm) {
                        Ok(()) => {
                            reload!();
                            continue;
                        }
                        Err(_) => unwind!(),
                    }
                }
            }
        }
    }
}

/// The running function, for operations that need it.
pub fn running_function(vm: &Vm) -> Gc<Function> {
    // SAFETY: called from operations, with a frame on top.
    unsafe { (*vm.exec.top).function }
}
