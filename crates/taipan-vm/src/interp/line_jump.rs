//! Setting `frame.f_lineno`: where a traced frame may go on instead.
//!
//! A jump must find the operand stack it expects. Each instruction is given the kinds of its stack entries, found by walking the code
//! once; a jump may drop entries and keep others, but never needs one that is not there. Kinds are packed three bits each into one
//! number, so that deeper stacks compare greater.

use taipan_bytecode::ops::Opcode;
use taipan_bytecode::{exception_table, line_table};

use super::executable::Executable;
use super::frame::{Frame, Ret};
use super::line_starts::Place;
use super::monitoring::Event;
use super::register_code::{RegOp, Word};
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::frame::FrameObject;
use crate::value::Value;
use crate::vm::Vm;

const ITERATOR: i64 = 1;
const EXCEPT: i64 = 2;
const OBJECT: i64 = 3;
const NULL: i64 = 4;
const LASTI: i64 = 5;

const BITS: u32 = 3;
/// Kinds that fit into a number.
const MOST: u32 = 63 / BITS;
/// The stack has more entries than can be told.
const OVERFLOWED: i64 = -1;
/// No path leads to the instruction.
const UNREACHED: i64 = -2;

fn push(stack: i64, kind: i64) -> i64 {
    let fits = 0..1 << ((MOST - 1) * BITS);
    if fits.contains(&stack) { stack << BITS | kind } else { OVERFLOWED }
}

fn pop(stack: i64) -> i64 {
    stack >> BITS
}

fn top(stack: i64) -> i64 {
    stack & 7
}

fn depth_of(mut stack: i64) -> u32 {
    let mut depth = 0;
    while stack > 0 {
        stack = pop(stack);
        depth += 1;
    }
    depth
}

fn peek(stack: i64, below: u32) -> i64 {
    if stack < 0 { 0 } else { stack >> (BITS * below) & 7 }
}

fn swapped(stack: i64, below: u32) -> i64 {
    if stack < 0 {
        return stack;
    }
    let difference = peek(stack, below) ^ top(stack);
    stack ^ difference ^ difference << (BITS * below)
}

/// The stack on entry of each instruction, by index.
fn stacks(executable: &Executable, places: &[Place]) -> Vec<i64> {
    let mut stacks = vec![UNREACHED; places.len()];
    if let Some(first) = stacks.first_mut() {
        *first = 0;
    }
    let index_of = |offset: u32| places.binary_search_by_key(&offset, |place| place.start).ok();
    let at_target = |offset: u32| places.binary_search_by_key(&offset, |place| place.offset).ok();
    loop {
        let mut again = false;
        let mut reach = |stacks: &mut Vec<i64>, target: Option<usize>, stack: i64, from: usize| {
            if let Some(slot) = target.and_then(|target| stacks.get_mut(target))
                && *slot == UNREACHED
            {
                *slot = stack;
                again |= target.is_some_and(|target| target < from);
            }
        };
        for (index, place) in places.iter().enumerate() {
            let stack = stacks[index];
            if stack == UNREACHED {
                continue;
            }
            use Opcode as O;
            let target = at_target(place.target);
            let arg = place.oparg;
            let next = match place.op {
                O::PopJumpIfFalse | O::PopJumpIfTrue | O::PopJumpIfNone | O::PopJumpIfNotNone => {
                    reach(&mut stacks, target, pop(stack), index);
                    pop(stack)
                }
                O::Send => {
                    reach(&mut stacks, target, stack, index);
                    stack
                }
                O::JumpForward | O::JumpBackward | O::JumpBackwardNoInterrupt => {
                    reach(&mut stacks, target, stack, index);
                    continue;
                }
                O::GetIter | O::GetAiter => push(pop(stack), ITERATOR),
                O::ForIter => {
                    let both = push(stack, OBJECT);
                    reach(&mut stacks, target, both, index);
                    both
                }
                O::EndAsyncFor => pop(pop(stack)),
                O::PushExcInfo => push(stack, EXCEPT),
                O::PopExcept => pop(stack),
                O::ReturnValue | O::RaiseVarargs | O::Reraise => continue,
                O::PushNull => push(stack, NULL),
                O::LoadGlobal => {
                    let stack = push(stack, OBJECT);
                    if arg & 1 != 0 { push(stack, NULL) } else { stack }
                }
                O::LoadAttr => {
                    if arg & 1 != 0 {
                        push(push(pop(stack), OBJECT), NULL)
                    } else {
                        stack
                    }
                }
                O::Swap => swapped(stack, arg.saturating_sub(1)),
                O::Copy => push(stack, peek(stack, arg.saturating_sub(1))),
                _ => {
                    let (taken, given) = place.op.pops_and_pushes(arg);
                    let change = given - taken;
                    let mut stack = stack;
                    for _ in 0..-change {
                        stack = pop(stack);
                    }
                    for _ in 0..change {
                        stack = push(stack, OBJECT);
                    }
                    stack
                }
            };
            reach(&mut stacks, Some(index + 1), next, index);
        }
        for entry in exception_table::entries(&executable.code.exceptiontable) {
            let (Some(start), Some(target)) = (index_of(entry.start / 2), index_of(entry.target / 2)) else { continue };
            if stacks[start] == UNREACHED || stacks[target] != UNREACHED {
                continue;
            }
            let mut stack = stacks[start];
            while stack > 0 && depth_of(stack) > entry.depth {
                stack = pop(stack);
            }
            if entry.lasti {
                stack = push(stack, LASTI);
            }
            stacks[target] = push(stack, EXCEPT);
            again = true;
        }
        if !again {
            return stacks;
        }
    }
}

fn compatible(mut from: i64, mut to: i64) -> bool {
    if from < 0 || to < 0 {
        return false;
    }
    while from > to {
        from = pop(from);
    }
    while from != 0 {
        let fits = match top(to) {
            0 => false,
            OBJECT => top(from) != NULL,
            NULL => true,
            kind => top(from) == kind,
        };
        if !fits {
            return false;
        }
        (from, to) = (pop(from), pop(to));
    }
    to == 0
}

fn explain(to: i64) -> &'static str {
    match to {
        OVERFLOWED => "stack is too deep to analyze",
        UNREACHED => "can't jump into an exception handler, or code may be unreachable",
        _ => match top(to) {
            EXCEPT => "can't jump into an 'except' block as there's no exception",
            LASTI => "can't jump into a re-raising block as there's no location",
            ITERATOR => "can't jump into the body of a for loop",
            _ => "incompatible stacks",
        },
    }
}

fn refuse(vm: &mut Vm, message: impl AsRef<str>) -> Raised {
    vm.raise(Exc::ValueError, message)
}

/// Whether the event that is being told allows a jump.
fn check_event(vm: &mut Vm) -> Result<(), Raised> {
    let message = match vm.exec.told {
        None => "f_lineno can only be set in a trace function",
        Some(event) => match event {
            Event::PyResume | Event::Jump | Event::PyYield | Event::Line => return Ok(()),
            Event::Branch | Event::BranchLeft | Event::BranchRight => return Ok(()),
            Event::PyStart => "can't jump from the 'call' trace event of a new frame",
            Event::Call | Event::CReturn => "can't jump during a call",
            _ => "can only jump from a 'line' trace event",
        },
    };
    Err(refuse(vm, message))
}

/// `frame.f_lineno = value`.
pub fn set_line(vm: &mut Vm, frame: Gc<FrameObject>, value: Value) -> Result<(), Raised> {
    if value.shape_id() != crate::types::Builtin::Int as u32 && value.as_small_int().is_none() {
        return Err(refuse(vm, "lineno must be an integer"));
    }
    check_event(vm)?;
    let Some(line) = value.as_small_int().and_then(|line| i32::try_from(line).ok()) else {
        return Err(refuse(vm, "lineno out of range"));
    };
    let executable = frame.get(vm).executable.get();
    let code = &executable.code;
    if line < code.firstlineno {
        return Err(refuse(vm, format!("line {line} comes before the current code block")));
    }
    // The first offset of each run of a line, as `co_lines` gives them.
    let starts = || {
        let mut last = -1;
        line_table::lines(&code.linetable, code.firstlineno).filter_map(move |(start, _, line)| {
            let line = line?;
            let new = line != last;
            last = line;
            new.then_some((start / 2, line))
        })
    };
    let Some(wanted) = starts().map(|(_, start)| start).filter(|start| *start >= line).min() else {
        return Err(refuse(vm, format!("line {line} comes after the current code block")));
    };
    let instrumentation = vm.instrumentation(executable)?;
    let places = instrumentation.lines.places();
    // Only the thread that runs a frame is told of its lines.
    let depth = if frame.get(vm).owner == vm.address() { frame.get(vm).depth } else { 0 };
    let record = FrameObject::record(frame, vm).filter(|_| depth > 0);
    let traced = record.and_then(|record| {
        let (register, index) = executable.locate(record.pc)?;
        let at_trace = Word(register.words.get(index as usize)?.get()).op() == RegOp::TRACE as u8;
        Some((record, register, register.position(index)?.offset)).filter(|_| at_trace)
    });
    let Some((record, register, here)) = traced else { return Err(refuse(vm, "can't jump during a call")) };
    let stacks = stacks(executable, places);
    let stack_at = |offset: u32, start: bool| {
        let index = places.binary_search_by_key(&offset, |place| if start { place.start } else { place.offset });
        index.ok().and_then(|index| stacks.get(index).copied()).unwrap_or(UNREACHED)
    };
    let from = stack_at(here, false);
    let mut best: Option<(i64, u32)> = None;
    let mut message = None;
    for (offset, _) in starts().filter(|(_, start)| *start == wanted) {
        let to = stack_at(offset, true);
        if compatible(from, to) {
            if best.is_none_or(|(stack, _)| to > stack) {
                best = Some((to, offset));
            }
        } else if message.is_none() {
            message = Some(match from {
                OVERFLOWED => "stack to deep to analyze",
                UNREACHED => "can't jump from unreachable code",
                _ => explain(to),
            });
        }
    }
    let place = best.and_then(|(stack, start)| Some((stack, places.iter().find(|place| place.start == start)?)));
    let Some((to, place)) = place else {
        return Err(refuse(vm, message.unwrap_or("cannot find bytecode for specified line")));
    };
    bind_locals(vm, depth, executable.locals)?;
    drop_entries(vm, &record, register.stack_base, from, to);
    let Some(entry) = register.entry(place.offset) else {
        return Err(refuse(vm, "cannot find bytecode for specified line"));
    };
    if let Some(record) = vm.exec.frame_mut(depth) {
        // SAFETY: entries are words of the code; the kinds of the operand stack there were compared.
        record.pc = unsafe { register.words.as_ptr().add(entry as usize) };
    }
    frame.get_mut(vm).previous = place.offset + 1;
    Ok(())
}

/// The compiler may have proved that a local is bound where the jump leads: unbound ones become None, with a warning.
fn bind_locals(vm: &mut Vm, depth: usize, locals: u32) -> Result<(), Raised> {
    let Some(record) = vm.exec.frame(depth).copied() else { return Ok(()) };
    // SAFETY: locals of a running frame have been written.
    let unbound = |index: u32| unsafe { (*record.local(index)).is_unbound() };
    let count = (0..locals).filter(|index| unbound(*index)).count();
    if count == 0 {
        return Ok(());
    }
    let plural = if count == 1 { "" } else { "s" };
    vm.warn(Exc::RuntimeWarning, &format!("assigning None to {count} unbound local{plural}"), 0)?;
    for index in (0..locals).filter(|index| unbound(*index)) {
        // SAFETY: as above.
        unsafe { *record.local(index) = Value::NONE };
    }
    Ok(())
}

/// Drops entries of the operand stack; one that holds the exception handled before makes it the one handled again.
fn drop_entries(vm: &mut Vm, record: &Frame, stack_base: u32, mut from: i64, to: i64) {
    while from > to {
        let depth = depth_of(from);
        if top(from) == EXCEPT {
            // SAFETY: the entry is live in the normal form of the frame, whose stack is in its slots.
            let value = unsafe { *record.fp.add((stack_base + depth - 1) as usize) };
            // In a generator None stands for what its resumer handles.
            let running = vm.exec.depth();
            let outer = match vm.exec.frame_mut(running) {
                Some(running) if value.is_none() && record.generator.is_some() => {
                    running.ret = Ret(running.ret.0 & !Ret::HANDLES);
                    record.handled
                }
                _ => None,
            };
            vm.handled = value.not_none().or(outer);
        }
        from = pop(from);
    }
}
