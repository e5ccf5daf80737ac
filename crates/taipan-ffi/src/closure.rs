//! C functions made from Rust closures.
//!
//! Invariants: the context of a closure is boxed and outlives its thunk, which refers to it; a thunk belongs to one closure
//! at a time and is given back when that is dropped. C code must not call it afterwards, as with any function that is gone.

use std::cell::RefCell;
use std::rc::Rc;

use crate::abi;
use crate::thunks::Thunks;
use crate::types::Type;

/// What runs when the function is called: it gets the bytes of each argument and fills in those of the result.
pub type Body = Box<dyn Fn(&[Vec<u8>], &mut [u8])>;

/// What a thunk refers to.
pub struct Context {
    pub(crate) args: Vec<Type>,
    pub(crate) result: Type,
    pub(crate) body: Body,
}

/// Executable memory from which closures take their thunks.
#[derive(Clone, Default)]
pub struct Pool {
    thunks: Rc<RefCell<Thunks>>,
}

/// A C function.
pub struct Closure {
    pool: Pool,
    place: (usize, usize),
    address: usize,
    _context: Box<Context>,
}

impl Closure {
    /// A function of the given types. `None` where there are none, or no memory.
    pub fn new(pool: &Pool, args: Vec<Type>, result: Type, body: Body) -> Option<Closure> {
        let context = Box::new(Context { args, result, body });
        if !abi::supports(&context) {
            return None;
        }
        let (place, address) = pool.thunks.borrow_mut().take(&raw const *context as usize, abi::entry())?;
        Some(Closure { pool: pool.clone(), place, address, _context: context })
    }

    /// The address of the function.
    pub fn address(&self) -> usize {
        self.address
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        self.pool.thunks.borrow_mut().give_back(self.place);
    }
}
