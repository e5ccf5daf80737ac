//! The System V convention of x86-64: which registers and stack words hold arguments and results.
//!
//! Invariant: the offsets in the assembly are those of the structures beside it, which the assertions check.

use std::arch::naked_asm;
use std::mem::offset_of;

use crate::closure::Context;
use crate::types::{Aggregate, Scalar, Type, extended, word_at};

pub const SUPPORTED: bool = true;

const INTS: usize = 6;
const FLOATS: usize = 8;

/// How eight bytes of a value are passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    /// Padding only.
    Empty,
    Integer,
    Float,
}

/// Where a value goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// Nowhere.
    Nothing,
    /// One or two registers.
    Registers([Class; 2]),
    /// The stack, or the memory whose address the caller gives.
    Memory,
    /// Results only: one or two registers of the x87.
    X87(u8),
}

fn place_of(ty: &Type, is_result: bool) -> Place {
    match ty {
        Type::Void => Place::Nothing,
        Type::Scalar(Scalar::LongDouble) if is_result => Place::X87(1),
        Type::Complex(Scalar::LongDouble) if is_result => Place::X87(2),
        Type::Scalar(Scalar::LongDouble) | Type::Complex(Scalar::LongDouble) => Place::Memory,
        Type::Scalar(scalar) if scalar.is_float() => Place::Registers([Class::Float, Class::Empty]),
        Type::Scalar(_) => Place::Registers([Class::Integer, Class::Empty]),
        Type::Complex(Scalar::F64) => Place::Registers([Class::Float, Class::Float]),
        Type::Complex(_) => Place::Registers([Class::Float, Class::Empty]),
        Type::Aggregate(aggregate) => place_of_aggregate(aggregate, is_result),
    }
}

fn place_of_aggregate(aggregate: &Aggregate, is_result: bool) -> Place {
    if aggregate.size == 0 {
        return Place::Nothing;
    }
    if aggregate.size > 16 {
        return Place::Memory;
    }
    if let [(0, Scalar::LongDouble)] = aggregate.leaves[..] {
        return if is_result { Place::X87(1) } else { Place::Memory };
    }
    let mut classes = [Class::Empty; 2];
    for (offset, scalar) in &aggregate.leaves {
        // What is not aligned lies in memory.
        if offset % scalar.size() != 0 || offset + scalar.size() > 16 || *scalar == Scalar::LongDouble {
            return Place::Memory;
        }
        let class = &mut classes[offset / 8];
        *class = match (*class, scalar.is_float()) {
            (Class::Empty | Class::Float, true) => Class::Float,
            _ => Class::Integer,
        };
    }
    // Bytes that no scalar describes.
    for (i, class) in classes.iter_mut().enumerate() {
        if *class == Class::Empty && i * 8 < aggregate.size {
            *class = Class::Float;
        }
    }
    Place::Registers(classes)
}

/// What the assembly loads before and stores after the call.
#[repr(C, align(16))]
struct Registers {
    ints: [u64; INTS],
    floats: [[u64; 2]; FLOATS],
    stack: *const u64,
    stack_words: u64,
    function: usize,
    float_count: u64,
    x87_count: u64,
    pad: u64,
    result_ints: [u64; 2],
    result_floats: [[u64; 2]; 2],
    result_x87: [[u64; 2]; 2],
}

const _: () = assert!(offset_of!(Registers, floats) == 48);
const _: () = assert!(offset_of!(Registers, stack) == 176);
const _: () = assert!(offset_of!(Registers, stack_words) == 184);
const _: () = assert!(offset_of!(Registers, function) == 192);
const _: () = assert!(offset_of!(Registers, float_count) == 200);
const _: () = assert!(offset_of!(Registers, x87_count) == 208);
const _: () = assert!(offset_of!(Registers, result_ints) == 224);
const _: () = assert!(offset_of!(Registers, result_floats) == 240);
const _: () = assert!(offset_of!(Registers, result_x87) == 272);

/// Loads registers and stack, calls, stores the registers of results.
#[unsafe(naked)]
unsafe extern "C" fn invoke(registers: *mut Registers) {
    naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "mov rbx, rdi",
        "mov rcx, [rbx + 184]",
        "lea rax, [rcx * 8]",
        "sub rsp, rax",
        "mov rsi, [rbx + 176]",
        "mov rdi, rsp",
        "cld",
        "rep movsq",
        "movups xmm0, [rbx + 48]",
        "movups xmm1, [rbx + 64]",
        "movups xmm2, [rbx + 80]",
        "movups xmm3, [rbx + 96]",
        "movups xmm4, [rbx + 112]",
        "movups xmm5, [rbx + 128]",
        "movups xmm6, [rbx + 144]",
        "movups xmm7, [rbx + 160]",
        "mov rdi, [rbx]",
        "mov rsi, [rbx + 8]",
        "mov rdx, [rbx + 16]",
        "mov rcx, [rbx + 24]",
        "mov r8, [rbx + 32]",
        "mov r9, [rbx + 40]",
        "mov rax, [rbx + 200]",
        "call [rbx + 192]",
        "mov [rbx + 224], rax",
        "mov [rbx + 232], rdx",
        "movups [rbx + 240], xmm0",
        "movups [rbx + 256], xmm1",
        "mov rcx, [rbx + 208]",
        "test rcx, rcx",
        "jz 2f",
        "fstp tbyte ptr [rbx + 272]",
        "cmp rcx, 2",
        "jne 2f",
        "fstp tbyte ptr [rbx + 288]",
        "2:",
        "lea rsp, [rbp - 16]",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// Registers and stack words as they fill up, or as they are read.
#[derive(Default)]
struct Cursor {
    ints: usize,
    floats: usize,
    stack: usize,
}

impl Cursor {
    /// Whether registers for the classes are left, which are then taken: the index of each.
    fn registers(&mut self, classes: [Class; 2]) -> Option<[usize; 2]> {
        let count = |class| classes.iter().filter(|own| **own == class).count();
        if self.ints + count(Class::Integer) > INTS || self.floats + count(Class::Float) > FLOATS {
            return None;
        }
        Some(classes.map(|class| match class {
            Class::Empty => 0,
            Class::Integer => {
                self.ints += 1;
                self.ints - 1
            }
            Class::Float => {
                self.floats += 1;
                self.floats - 1
            }
        }))
    }

    /// Words of the stack for a value: the first of them.
    fn words(&mut self, ty: &Type) -> usize {
        if ty.align() >= 16 {
            self.stack = self.stack.next_multiple_of(2);
        }
        let first = self.stack;
        self.stack += ty.size().div_ceil(8).max(1);
        first
    }
}

/// A call with its arguments in place.
pub struct Frame {
    registers: Box<Registers>,
    stack: Vec<u64>,
    result: Type,
    /// Where the function puts a result that goes to memory.
    memory: Vec<u128>,
}

impl Frame {
    pub fn new(function: usize, args: &[(&Type, &[u8])], result: &Type) -> Option<Frame> {
        let mut registers = Box::new(Registers {
            ints: [0; INTS],
            floats: [[0; 2]; FLOATS],
            stack: std::ptr::null(),
            stack_words: 0,
            function,
            float_count: 0,
            x87_count: 0,
            pad: 0,
            result_ints: [0; 2],
            result_floats: [[0; 2]; 2],
            result_x87: [[0; 2]; 2],
        });
        let (mut cursor, mut stack) = (Cursor::default(), Vec::new());
        let mut memory = Vec::new();
        match place_of(result, true) {
            Place::Memory => {
                memory = vec![0u128; result.size().div_ceil(16)];
                registers.ints[0] = memory.as_mut_ptr() as u64;
                cursor.ints = 1;
            }
            Place::X87(count) => registers.x87_count = u64::from(count),
            _ => {}
        }
        for (ty, bytes) in args {
            let word = |i: usize| match ty {
                Type::Scalar(scalar) if i == 0 && !scalar.is_float() => extended(*scalar, bytes),
                _ => word_at(bytes.get(..ty.size()).unwrap_or(bytes), i * 8),
            };
            let place = place_of(ty, false);
            if place == Place::Nothing {
                continue;
            }
            if let Place::Registers(classes) = place
                && let Some(places) = cursor.registers(classes)
            {
                for (i, (class, at)) in classes.into_iter().zip(places).enumerate() {
                    match class {
                        Class::Empty => {}
                        Class::Integer => registers.ints[at] = word(i),
                        Class::Float => registers.floats[at][0] = word(i),
                    }
                }
                continue;
            }
            let first = cursor.words(ty);
            stack.resize(cursor.stack, 0);
            for i in first..cursor.stack {
                stack[i] = word(i - first);
            }
        }
        stack.resize(stack.len().next_multiple_of(2), 0);
        registers.float_count = cursor.floats as u64;
        Some(Frame { registers, stack, result: result.clone(), memory })
    }

    /// # Safety
    /// As `Call::invoke`.
    pub unsafe fn invoke(&mut self) {
        self.registers.stack = self.stack.as_ptr();
        self.registers.stack_words = self.stack.len() as u64;
        // SAFETY: registers and stack are laid out for the function, whose types the caller vouches for.
        unsafe { invoke(&raw mut *self.registers) }
    }

    pub fn result(&self) -> Vec<u8> {
        let registers = &self.registers;
        let size = self.result.size();
        let mut words = Vec::new();
        match place_of(&self.result, true) {
            Place::Nothing => {}
            Place::Memory => words.extend(self.memory.iter().flat_map(|pair| [*pair as u64, (*pair >> 64) as u64])),
            Place::X87(count) => {
                for [low, high] in registers.result_x87.iter().take(count.into()) {
                    words.extend([*low, *high & 0xFFFF]);
                }
            }
            Place::Registers(classes) => {
                let (mut ints, mut floats) = (registers.result_ints.iter(), registers.result_floats.iter());
                for class in classes {
                    match class {
                        Class::Empty => {}
                        Class::Integer => words.extend(ints.next()),
                        Class::Float => words.extend(floats.next().map(|pair| pair[0])),
                    }
                }
            }
        }
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        if let Type::Scalar(scalar) = self.result
            && !scalar.is_float()
        {
            return extended(scalar, &bytes).to_le_bytes().to_vec();
        }
        bytes.resize(size.max(8), 0);
        bytes
    }
}

// ---- calls from C ----

pub const THUNK_BYTES: usize = 16;

/// `lea r10, [rip + distance - 7]; jmp [r10 + 8]`.
pub fn write_thunk(thunk: &mut [u8], distance: usize) {
    let offset = (distance as u32).wrapping_sub(7).to_le_bytes();
    let code = [0x4C, 0x8D, 0x15, offset[0], offset[1], offset[2], offset[3], 0x41, 0xFF, 0x62, 0x08];
    for (byte, code) in thunk.iter_mut().zip(code.into_iter().chain(std::iter::repeat(0xCC))) {
        *byte = code;
    }
}

/// Where thunks jump to.
pub fn entry() -> usize {
    enter as *const () as usize
}

pub fn supports(_: &Context) -> bool {
    true
}

/// The registers at the entry, and those of the result.
#[repr(C, align(16))]
struct Entry {
    ints: [u64; INTS],
    floats: [[u64; 2]; FLOATS],
    result_ints: [u64; 2],
    result_floats: [[u64; 2]; 2],
    result_x87: [[u64; 2]; 2],
}

const _: () = assert!(offset_of!(Entry, result_ints) == 176);
const _: () = assert!(offset_of!(Entry, result_floats) == 192);
const _: () = assert!(offset_of!(Entry, result_x87) == 224);
const _: () = assert!(size_of::<Entry>() == 256);

/// Entered with the address of a slot in `r10`: stores the registers of arguments, calls `dispatch`, loads those of results.
#[unsafe(naked)]
unsafe extern "C" fn enter() {
    naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "sub rsp, 256",
        "mov [rsp], rdi",
        "mov [rsp + 8], rsi",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], rcx",
        "mov [rsp + 32], r8",
        "mov [rsp + 40], r9",
        "movups [rsp + 48], xmm0",
        "movups [rsp + 64], xmm1",
        "movups [rsp + 80], xmm2",
        "movups [rsp + 96], xmm3",
        "movups [rsp + 112], xmm4",
        "movups [rsp + 128], xmm5",
        "movups [rsp + 144], xmm6",
        "movups [rsp + 160], xmm7",
        "mov rdi, [r10]",
        "mov rsi, rsp",
        "lea rdx, [rbp + 16]",
        "call {dispatch}",
        "cmp rax, 1",
        "jb 3f",
        "je 2f",
        "fld tbyte ptr [rsp + 240]",
        "2:",
        "fld tbyte ptr [rsp + 224]",
        "3:",
        "mov rax, [rsp + 176]",
        "mov rdx, [rsp + 184]",
        "movups xmm0, [rsp + 192]",
        "movups xmm1, [rsp + 208]",
        "leave",
        "ret",
        dispatch = sym dispatch,
    )
}

/// Runs the body of a closure. Gives how many registers of the x87 the result takes.
///
/// # Safety
/// `context` is that of a living closure; `entry` and `stack` are the registers and stack words of a call of its types.
unsafe extern "C" fn dispatch(context: *const Context, entry: *mut Entry, stack: *const u64) -> u64 {
    // SAFETY: the caller's promise.
    let (context, entry) = unsafe { (&*context, &mut *entry) };
    let mut cursor = Cursor::default();
    let result_place = place_of(&context.result, true);
    if result_place == Place::Memory {
        cursor.ints = 1;
    }
    let mut args = Vec::with_capacity(context.args.len());
    for ty in &context.args {
        let mut words = Vec::with_capacity(2);
        let place = place_of(ty, false);
        let registers = match place {
            Place::Registers(classes) => cursor.registers(classes).map(|places| (classes, places)),
            _ => None,
        };
        match (place, registers) {
            (Place::Nothing, _) => {}
            (_, Some((classes, places))) => {
                for (class, at) in classes.into_iter().zip(places) {
                    match class {
                        Class::Empty => {}
                        Class::Integer => words.push(entry.ints[at]),
                        Class::Float => words.push(entry.floats[at][0]),
                    }
                }
            }
            _ => {
                let first = cursor.words(ty);
                for i in first..cursor.stack {
                    // SAFETY: the caller has put as many words there as the types need.
                    words.push(unsafe { stack.add(i).read() });
                }
            }
        }
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.resize(ty.size(), 0);
        args.push(bytes);
    }
    let mut result = vec![0; context.result.size().next_multiple_of(8).max(16)];
    (context.body)(&args, &mut result);
    let word = |i: usize| word_at(&result, i * 8);
    match result_place {
        Place::Nothing => 0,
        Place::Memory => {
            let target = entry.ints[0];
            // SAFETY: the caller has given the address of memory for the result.
            unsafe { std::ptr::copy_nonoverlapping(result.as_ptr(), target as *mut u8, context.result.size()) };
            entry.result_ints[0] = target;
            0
        }
        Place::X87(count) => {
            entry.result_x87 = [[word(0), word(1)], [word(2), word(3)]];
            u64::from(count)
        }
        Place::Registers(classes) => {
            let (mut ints, mut floats) = (0, 0);
            for (i, class) in classes.into_iter().enumerate() {
                match class {
                    Class::Empty => {}
                    Class::Integer => {
                        // What calls may rely on the whole register.
                        entry.result_ints[ints] = match context.result {
                            Type::Scalar(scalar) => extended(scalar, &result),
                            _ => word(i),
                        };
                        ints += 1;
                    }
                    Class::Float => {
                        entry.result_floats[floats] = [word(i), 0];
                        floats += 1;
                    }
                }
            }
            0
        }
    }
}
