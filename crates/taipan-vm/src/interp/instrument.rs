//! Changing code over to its instrumented form and back, while frames run it.
//!
//! Both forms of a code object lay frames out alike, so a frame changes over at any place where its operand stack is in its
//! canonical slots. New calls enter through `Executable::entry`; a suspended generator changes over when it is resumed; a running
//! frame does so behind the operation it waits in, where a SWITCH replaces the opcode of a word for as long as the code is
//! watched. Operands stay in the word, so that whoever waits there still finds them.

use std::cell::{Cell, OnceCell, RefCell};

use rustc_hash::FxHashMap;

use super::executable::Executable;
use super::line_starts::LineStarts;
use super::monitoring::LOCAL_EVENTS;
use super::register_code::{END, MapEntry, Operand, RegOp, RegisterCode, Source, Word};
use super::translate::{Form, Request, decode, translate_as};
use crate::raise::{Exc, Raised};
use crate::value::Value;
use crate::vm::Vm;

/// Marks a saved place of the instrumented form.
const INSTRUMENTED: u32 = 1 << 31;

/// What watching a code object needs.
pub struct Instrumentation {
    /// The instrumented form, once it ran.
    register: OnceCell<Box<RegisterCode>>,
    /// The fused form again, with the normal form between all instructions; made when a running frame changes over.
    boundaries: OnceCell<Box<RegisterCode>>,
    pub lines: LineStarts,
    /// Tools that watch an event of this code only.
    pub local: [Cell<u8>; LOCAL_EVENTS],
    /// Tools that returned DISABLE, by offset and event.
    pub disabled: RefCell<FxHashMap<(u32, u8), u8>>,
    /// Words replaced by SWITCH, and their opcodes.
    patches: RefCell<Vec<(u32, u8)>>,
}

impl Instrumentation {
    /// The instrumented form, if it was made.
    pub fn register(&self) -> Option<&RegisterCode> {
        self.register.get().map(|register| &**register)
    }

    /// Whether a tool watches this code in particular.
    pub fn watches(&self) -> bool {
        self.local.iter().any(|tools| tools.get() != 0)
    }

    fn original(&self, index: u32) -> Option<u8> {
        self.patches.borrow().iter().find(|(word, _)| *word == index).map(|(_, op)| *op)
    }
}

impl Executable {
    /// The place of an operation, to be kept by a suspended generator.
    pub fn save_place(&self, pc: *const Cell<u64>) -> u32 {
        match self.locate(pc) {
            Some((register, index)) if register.instrumented => index | INSTRUMENTED,
            Some((_, index)) => index,
            None => 0,
        }
    }

    /// The form and word of a saved place.
    pub fn saved_place(&self, saved: u32) -> Option<(&RegisterCode, u32)> {
        let register = if saved & INSTRUMENTED != 0 { self.instrumentation()?.register()? } else { self.register()? };
        Some((register, saved & !INSTRUMENTED))
    }

    /// The address where a generator that was suspended at a place is resumed: in the form that is wanted now.
    #[inline]
    pub fn resume_at(&self, saved: u32) -> *const Cell<u64> {
        if saved & INSTRUMENTED == 0 && !self.watched.get() {
            // SAFETY: a saved place is a word of the code that saved it.
            return unsafe { self.entry.get().add(saved as usize) };
        }
        self.resume_changed(saved)
    }

    #[cold]
    fn resume_changed(&self, saved: u32) -> *const Cell<u64> {
        let Some((register, index)) = self.saved_place(saved) else { return self.entry.get() };
        // SAFETY: as above.
        let same = unsafe { register.words.as_ptr().add(index as usize) };
        let offset = register.position(index).map_or(0, |entry| entry.offset);
        let wanted = if self.watched.get() {
            self.instrumentation().and_then(Instrumentation::register)
        } else {
            self.register()
        };
        match wanted {
            Some(wanted) if wanted.instrumented != register.instrumented => {
                // A yield is the last operation of its instruction.
                match wanted.map.iter().rev().find(|entry| entry.offset == offset) {
                    // SAFETY: entries of the map are words of the code.
                    Some(entry) => unsafe { wanted.words.as_ptr().add(entry.pc as usize) },
                    None => same,
                }
            }
            _ => same,
        }
    }

    /// Lets new calls run the instrumented form, or the fused one again.
    pub(super) fn set_watched(&self, watched: bool, enter_word: *const Cell<u64>) {
        self.watched.set(watched);
        let Some(register) = self.register() else { return };
        if watched {
            let instrumented = self.instrumentation().and_then(Instrumentation::register);
            self.entry.set(instrumented.map_or(enter_word, |register| register.words.as_ptr()));
            return;
        }
        self.entry.set(register.words.as_ptr());
        if let Some(instrumentation) = self.instrumentation() {
            for (index, op) in instrumentation.patches.borrow_mut().drain(..) {
                restore(register, index, op);
            }
        }
    }
}

fn restore(register: &RegisterCode, index: u32, op: u8) {
    if let (Some(word), Some(op)) = (register.words.get(index as usize), RegOp::from_byte(op))
        && Word(word.get()).op() == RegOp::SWITCH as u8
    {
        word.set(Word(word.get()).with_op(op).0);
    }
}

impl Vm {
    /// The word that frames begin at whose code is to be instrumented.
    pub(crate) fn enter_word(&self) -> *const Cell<u64> {
        std::ptr::from_ref(&*self.interp().monitoring.enter_word)
    }

    /// What watching a code object needs, made if need be.
    pub(crate) fn instrumentation(
        &mut self,
        executable: &'static Executable,
    ) -> Result<&'static Instrumentation, Raised> {
        if let Some(instrumentation) = executable.instrumentation() {
            return Ok(instrumentation);
        }
        match decode::decode(&executable.code) {
            Ok(decoded) => Ok(executable.set_instrumentation(Instrumentation {
                register: OnceCell::new(),
                boundaries: OnceCell::new(),
                lines: LineStarts::new(&executable.code, &decoded),
                local: Default::default(),
                disabled: RefCell::default(),
                patches: RefCell::default(),
            })),
            Err(error) => Err(self.raise(Exc::SystemError, error.to_string())),
        }
    }

    /// Makes the instrumented form of a code object.
    pub(crate) fn instrument(&mut self, executable: &'static Executable) -> Result<(), Raised> {
        self.prepare(executable)?;
        let instrumentation = self.instrumentation(executable)?;
        if instrumentation.register.get().is_none() {
            let first_cell = executable.register().map_or(0, |register| register.cells);
            let request = Request { form: Form::Instrumented, first_cell, boundaries: false };
            let register = match translate_as(&executable.code, request) {
                Ok(register) => register,
                Err(error) => return Err(self.raise(Exc::SystemError, error.to_string())),
            };
            executable.grow_references(self, register.cells as usize)?;
            instrumentation.register.get_or_init(|| Box::new(register));
        }
        if executable.watched.get() {
            executable.set_watched(true, self.enter_word());
        }
        Ok(())
    }

    /// Brings all code in line with what is watched now, running frames included.
    pub(crate) fn refresh_instrumentation(&mut self) -> Result<(), Raised> {
        let all = self.interp().monitoring.watches_all();
        let enter = self.enter_word();
        let mut any = false;
        for executable in self.executables() {
            let watched = all || executable.instrumentation().is_some_and(Instrumentation::watches);
            any |= watched;
            if watched != executable.watched.get() {
                executable.set_watched(watched, enter);
            }
        }
        if any { self.change_running_frames() } else { Ok(()) }
    }

    /// Makes every running frame of watched code go on in the instrumented form.
    fn change_running_frames(&mut self) -> Result<(), Raised> {
        let mut thread = 0;
        while let Some(&context) = self.interp().threads.get(thread) {
            let mut depth = 1;
            // SAFETY: contexts of the table are alive; the GIL is held, so the others do not run.
            while let Some(frame) = unsafe { context.as_ref() }.exec.frame(depth).copied() {
                depth += 1;
                if !frame.executable.watched.get() {
                    continue;
                }
                let Some((register, index)) = frame.executable.locate(frame.pc) else { continue };
                if !register.instrumented {
                    self.instrument(frame.executable)?;
                    self.change_behind(frame.executable, index)?;
                }
            }
            thread += 1;
        }
        Ok(())
    }

    /// Makes a frame that waits in an operation of fused code change over when it goes on.
    fn change_behind(&mut self, executable: &'static Executable, index: u32) -> Result<(), Raised> {
        let instrumentation = self.instrumentation(executable)?;
        if instrumentation.boundaries.get().is_none() {
            let request = Request { form: Form::Fused, first_cell: 0, boundaries: true };
            match translate_as(&executable.code, request) {
                Ok(register) => instrumentation.boundaries.get_or_init(|| Box::new(register)),
                Err(error) => return Err(self.raise(Exc::SystemError, error.to_string())),
            };
        }
        let (Some(register), Some(boundaries)) = (executable.register(), instrumentation.boundaries.get()) else {
            return Ok(());
        };
        let Some(word) = register.words.get(index as usize).map(|word| Word(word.get())) else { return Ok(()) };
        let op = instrumentation.original(index).unwrap_or(word.op());
        let Some(op) = RegOp::from_byte(op) else { return Ok(()) };
        let info = op.info();
        let change_at = |from: u32| {
            let Some(at) = boundaries.boundary(from).map(|boundary| boundary.pc) else { return };
            let Some(word) = register.words.get(at as usize) else { return };
            let old = Word(word.get());
            if old.op() != RegOp::SWITCH as u8 {
                let mut patches = instrumentation.patches.borrow_mut();
                patches.retain(|(word, _)| *word != at);
                patches.push((at, old.op()));
                word.set(old.with_op(RegOp::SWITCH).0);
            }
        };
        if info.flags & END == 0 {
            change_at(index + op.words() as u32);
        }
        if info.operands.contains(&Operand::Jump) {
            change_at(index.wrapping_add_signed(i32::from(word.sc())));
        }
        if info.operands.contains(&Operand::Jump32) {
            change_at(index.wrapping_add_signed(word.sbc()));
        }
        Ok(())
    }
}

/// SWITCH: the running frame goes on in the instrumented form. Allocates nothing: at this word no normal form is recorded.
pub fn switch(vm: &mut Vm) {
    // SAFETY: a frame runs; its slots below the depth of the boundary are written or named by it.
    unsafe {
        let frame = vm.exec.top;
        let executable = (*frame).executable;
        let (Some(instrumentation), Some(register)) = (executable.instrumentation(), executable.register()) else {
            return;
        };
        let Some(index) = register.index_of((*frame).pc) else { return };
        let change = || -> Option<(&RegisterCode, &MapEntry, u32)> {
            let boundaries = instrumentation.boundaries.get()?;
            let boundary = boundaries.boundary(index).filter(|boundary| boundary.pc == index)?;
            Some((boundaries, boundary, instrumentation.register()?.entry(boundary.offset)?))
        };
        match (change(), instrumentation.register()) {
            (Some((boundaries, boundary, target)), Some(instrumented)) if executable.watched.get() => {
                for deferred in boundaries.deferred(boundary) {
                    let value = match deferred.source {
                        Source::Local(local) => *(*frame).local(local),
                        Source::Const(constant) => {
                            (*executable.refs.get().add(constant as usize)).unwrap_or(Value::NONE)
                        }
                        Source::Int(i) => Value::int32(i),
                        Source::Null => Value::UNBOUND,
                    };
                    *(*frame).fp.add((register.stack_base + deferred.index) as usize) = value;
                }
                (*frame).pc = instrumented.words.as_ptr().add(target as usize);
            }
            _ => {
                let original = instrumentation.original(index).unwrap_or(RegOp::JUMP as u8);
                restore(register, index, original);
            }
        }
    }
}

/// ENTER: makes the instrumented form of the code that was called, and begins it.
pub fn enter(vm: &mut Vm) -> Result<(), Raised> {
    let Some(executable) = vm.exec.current().map(|frame| frame.executable) else { return Ok(()) };
    vm.instrument(executable)?;
    let register = executable.instrumentation().and_then(Instrumentation::register).or(executable.register());
    if let Some(register) = register {
        // SAFETY: a frame runs.
        unsafe { (*vm.exec.top).pc = register.words.as_ptr() };
    }
    Ok(())
}

/// The place in the instrumented form where a frame goes on that is about to go on at a jump target of the fused form.
pub fn instrumented_target(executable: &Executable, register: &RegisterCode, target: u32) -> Option<*const Cell<u64>> {
    if register.instrumented || !executable.watched.get() {
        return None;
    }
    let instrumented = executable.instrumentation()?.register()?;
    let &(offset, _) = register.entries.iter().find(|(_, pc)| *pc == target)?;
    let entry = instrumented.entry(offset)?;
    // SAFETY: entries are words of the code.
    Some(unsafe { instrumented.words.as_ptr().add(entry as usize) })
}

/// The place in the fused form that corresponds to a bytecode offset, if the operand stack is in its slots there.
pub fn fused_target(executable: &Executable, offset: u32) -> Option<*const Cell<u64>> {
    let register = executable.register()?;
    let entry = register.entry(offset)?;
    // SAFETY: entries are words of the code.
    Some(unsafe { register.words.as_ptr().add(entry as usize) })
}
