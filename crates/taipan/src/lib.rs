//! Embedding API of Taipan.

use std::ptr::NonNull;

pub use taipan_stdlib as stdlib;
pub use taipan_vm as vm;

use taipan_stdlib::library::PackedLibrary;
use taipan_vm::interpreter::{Config, Interpreter};
use taipan_vm::raise::Raised;
use taipan_vm::vm::{Stacks, Vm};

static LIBRARY: PackedLibrary = PackedLibrary;

/// An interpreter with the standard library, and the context of the thread that made it.
pub struct Runtime {
    // Dropped first: the context refers to the interpreter.
    vm: Box<Vm>,
    _interpreter: Box<Interpreter>,
}

impl Runtime {
    /// A new interpreter whose first thread is the calling one. `None` when there is no memory for its heap and stacks.
    pub fn new(mut config: Config) -> Option<Runtime> {
        config.library.get_or_insert(&LIBRARY);
        let mut interpreter = Interpreter::new(config).ok()?;
        let stacks = Stacks::new()?;
        // SAFETY: the interpreter is boxed and lives as long as the context, which this thread alone uses.
        let mut vm = unsafe { Vm::attach(NonNull::from(&mut *interpreter), stacks) };
        vm.start();
        Some(Runtime { vm, _interpreter: interpreter })
    }

    /// Makes programs runnable.
    ///
    /// # Errors
    /// What the library's start-up code raises.
    pub fn initialize(&mut self) -> Result<(), Raised> {
        self.vm.initialize(taipan_stdlib::MODULES)
    }

    /// The context of the thread.
    pub fn vm(&mut self) -> &mut Vm {
        &mut self.vm
    }
}
