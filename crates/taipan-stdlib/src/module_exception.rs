//! Exception classes of native modules: made once per interpreter, raised with a message.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// An exception class of a module.
pub struct ModuleException {
    /// The key of the class in the interpreter's state.
    pub key: &'static str,
    pub module: &'static str,
    pub name: &'static str,
    pub base: Exc,
}

impl ModuleException {
    /// The class, made at first use.
    pub fn class(&self, vm: &mut Vm) -> Result<Value, Raised> {
        if let Some(class) = vm.state(self.key) {
            return Ok(class);
        }
        let base = vm.exception_class(self.base).value();
        let class = self.subclass(vm, self.name, base)?;
        vm.set_state(self.key, class);
        Ok(class)
    }

    /// A new class of the same module.
    pub fn subclass(&self, vm: &mut Vm, name: &str, base: Value) -> Result<Value, Raised> {
        let metaclass = vm.class(Builtin::Type);
        let (name, bases) = (vm.new_str(name)?, Tuple::from_values(vm, &[base])?.value());
        let dict = Dict::new(vm)?;
        let (key, module) = (vm.new_str("__module__")?, vm.new_str(self.module)?);
        Dict::set(dict, vm, key, module)?;
        vm.call(metaclass.value(), &[name, bases, dict.value()])
    }

    /// Makes the class an attribute of its module.
    pub fn define(&self, vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
        let class = self.class(vm)?;
        Module::set(module, vm, self.name, class)
    }

    /// Raises the exception with a message.
    #[cold]
    pub fn raise(&self, vm: &mut Vm, message: &str) -> Raised {
        let made = self.class(vm).and_then(|class| {
            let text = vm.new_str(message)?;
            vm.call(class, &[text])
        });
        match made {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        }
    }
}
