//! `builtin_function_or_method`: a native function, bound to its receiver if it has one.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::spec::{MethodDef, NativeFn};
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

pub mod methods;
pub mod refusal;

pub use methods::TYPE;

/// What `Args::call_bound` calls.
pub type NativeCallee = NativeFn;

heap_object! {
    /// A native function.
    pub struct BuiltinMethod = Builtin::BuiltinMethod {
        pub def: &'static MethodDef,
        /// The receiver: an instance, a class (class methods), a module (module functions) or nothing.
        pub receiver: Option<Value>,
        /// `__module__`.
        pub module: Option<Value>,
        /// Whether the receiver is passed as the first argument.
        pub passes_receiver: bool,
        pad: [u8; 7],
    }
}

impl BuiltinMethod {
    /// A native function object.
    pub fn new(
        vm: &mut Vm,
        def: &'static MethodDef,
        receiver: Option<Value>,
        module: Option<Value>,
        passes_receiver: bool,
    ) -> Result<Gc<BuiltinMethod>, Raised> {
        vm.new_exact(BuiltinMethod { header: HeaderWord::NEW, def, receiver, module, passes_receiver, pad: [0; 7] })
    }
}

/// Calls a row's function: binds by its signature if it has one.
#[inline]
pub fn call_def(vm: &mut Vm, def: &'static MethodDef, args: Args<'_>) -> Result<Value, Raised> {
    match &def.signature {
        Some(signature) => args.call_bound(vm, signature, def.function),
        None => (def.function)(vm, args),
    }
}

/// `builtin(*args)`.
pub fn call(vm: &mut Vm, callable: Value, args: Args<'_>) -> Result<Value, Raised> {
    let method = callable.expect::<BuiltinMethod>(vm);
    let (def, receiver, passes) = (method.get(vm).def, method.get(vm).receiver, method.get(vm).passes_receiver);
    vm.check_native_stack()?;
    match receiver {
        Some(receiver) if passes => args.with_first(vm, receiver, |vm, args| call_def(vm, def, args)),
        _ => call_def(vm, def, args).map_err(|raised| refusal::explain(vm, raised, def, args, callable)),
    }
}
