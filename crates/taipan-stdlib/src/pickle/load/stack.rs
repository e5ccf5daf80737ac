//! The stack of the machine that reads a pickle, and its marks.
//!
//! Each mark is the height it was set at; nothing below the newest one (the fence) can be taken.

use taipan_vm::gc::Gc;
use taipan_vm::raise::Raised;
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::super::UNPICKLING_ERROR;
use super::super::unpickler::tuple_of_stack;
use super::Loading;

impl Loading {
    /// How many objects lie on it.
    pub fn height(&self, vm: &Vm) -> usize {
        self.stack.get(vm).len()
    }

    /// Puts an object on top.
    #[inline]
    pub fn push(&mut self, vm: &mut Vm, value: Value) -> Result<(), Raised> {
        List::push(self.stack, vm, value)
    }

    /// Raises UnpicklingError for a stack that ends too early.
    #[cold]
    pub fn underflow(&mut self, vm: &mut Vm) -> Raised {
        let message = if self.marks.is_empty() { "unpickling stack underflow" } else { "unexpected MARK found" };
        UNPICKLING_ERROR.raise(vm, message)
    }

    /// Takes the top of the stack.
    #[inline]
    pub fn pop(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        let height = self.height(vm);
        if height <= self.fence {
            return Err(self.underflow(vm));
        }
        match self.stack.get(vm).get_at(vm, height - 1) {
            Some(value) => {
                List::truncate(self.stack, vm, height - 1);
                Ok(value)
            }
            None => Err(self.underflow(vm)),
        }
    }

    /// The top of the stack.
    #[inline]
    pub fn top(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        let height = self.height(vm);
        match self.stack.get(vm).get_at(vm, height.wrapping_sub(1)) {
            Some(value) if height > self.fence => Ok(value),
            _ => Err(self.underflow(vm)),
        }
    }

    pub(super) fn mark(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        if self.marks.len() & 0xFFFF == 0xFFFF {
            vm.check_native_bytes(self.marks.len() * 16)?;
        }
        self.fence = self.height(vm);
        self.marks.push(self.fence);
        Ok(())
    }

    /// Takes the newest mark: its height.
    pub fn pop_mark(&mut self, vm: &mut Vm) -> Result<usize, Raised> {
        match self.marks.pop() {
            Some(mark) => {
                self.fence = self.marks.last().copied().unwrap_or(0);
                Ok(mark)
            }
            None => Err(UNPICKLING_ERROR.raise(vm, "could not find MARK")),
        }
    }

    /// Takes what lies above a height as a tuple.
    pub fn pop_tuple(&mut self, vm: &mut Vm, start: usize) -> Result<Gc<Tuple>, Raised> {
        if start < self.fence {
            return Err(self.underflow(vm));
        }
        let tuple = tuple_of_stack(vm, self.stack, start)?;
        List::truncate(self.stack, vm, start);
        Ok(tuple)
    }
}
