//! The descriptors of built-in types: method, class method, slot wrapper, getset and member descriptors.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::spec::{Binding, GetSetDef, MethodDef};
use crate::types::Builtin;
use crate::types::builtin_method::{BuiltinMethod, call_def, refusal};
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::types::type_::slotdefs::SlotDef;
use crate::value::Value;
use crate::vm::Vm;

pub mod attributes;
pub mod specs;

pub use specs::{
    CLASSMETHOD_DESCRIPTOR, GETSET_DESCRIPTOR, MEMBER_DESCRIPTOR, METHOD_DESCRIPTOR, METHOD_WRAPPER, WRAPPER_DESCRIPTOR,
};

heap_object! {
    /// A method of a built-in type (`method_descriptor`, `classmethod_descriptor`).
    pub struct MethodDescriptor = Builtin::MethodDescriptor {
        pub def: &'static MethodDef,
        pub class: Gc<Type>,
    }
}

heap_object! {
    /// A special method of a built-in type (`wrapper_descriptor`).
    pub struct WrapperDescriptor = Builtin::WrapperDescriptor {
        pub def: &'static SlotDef,
        pub class: Gc<Type>,
    }
}

heap_object! {
    /// A slot wrapper bound to its receiver (`method-wrapper`).
    pub struct MethodWrapper = Builtin::MethodWrapper {
        pub descriptor: Gc<WrapperDescriptor>,
        pub receiver: Value,
    }
}

heap_object! {
    /// A computed attribute (`getset_descriptor`, `member_descriptor`).
    pub struct GetSetDescriptor = Builtin::GetSetDescriptor {
        pub def: &'static GetSetDef,
        pub class: Gc<Type>,
    }
}

heap_object! {
    /// A plain field (`member_descriptor`): an entry of `__slots__`, that is, a word of the instance, or a native field.
    pub struct MemberDescriptor = Builtin::MemberDescriptor {
        pub name: Gc<Str>,
        pub class: Gc<Type>,
        /// The row of a native field; `None` for an entry of `__slots__`, which is the word `word`.
        pub def: Option<&'static GetSetDef>,
        pub word: usize,
    }
}

/// The object in the class dict for a method row.
pub fn from_method_row(vm: &mut Vm, class: Gc<Type>, def: &'static MethodDef) -> Result<Value, Raised> {
    match def.binding {
        Binding::Instance => {
            let descriptor = MethodDescriptor { header: HeaderWord::NEW, def, class };
            Ok(vm.new_exact(descriptor)?.value())
        }
        Binding::Class => {
            let descriptor = MethodDescriptor { header: HeaderWord::NEW, def, class };
            Ok(vm.new_object(Builtin::ClassMethodDescriptor as u32, descriptor)?.value())
        }
        Binding::Static => {
            let function = BuiltinMethod::new(vm, def, Some(class.value()), None, false)?;
            crate::types::staticmethod::wrap(vm, function.value())
        }
    }
}

/// The object in the class dict for an attribute row.
pub fn from_getset_row(vm: &mut Vm, class: Gc<Type>, def: &'static GetSetDef) -> Result<Value, Raised> {
    if def.is_member {
        let name = Str::intern(vm, def.name)?;
        let member = MemberDescriptor { header: HeaderWord::NEW, name, class, def: Some(def), word: 0 };
        return Ok(vm.new_exact(member)?.value());
    }
    Ok(vm.new_exact(GetSetDescriptor { header: HeaderWord::NEW, def, class })?.value())
}

/// Raises TypeError when a descriptor is applied to an object of another class.
pub fn check_receiver(vm: &mut Vm, name: &str, class: Gc<Type>, object: Value) -> Result<(), Raised> {
    if vm.is_instance(object, class) {
        return Ok(());
    }
    let (owner, got) = (Type::full_name(class, vm), vm.type_name(object));
    Err(vm
        .raise(Exc::TypeError, format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{got}' object")))
}

/// `descriptor(self, *args)` of a method descriptor.
pub fn call_method_descriptor(vm: &mut Vm, callable: Value, args: Args<'_>) -> Result<Value, Raised> {
    let descriptor = callable.expect::<MethodDescriptor>(vm);
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    if args.is_empty() {
        let owner = Type::name(class, vm);
        let message = format!("unbound method {owner}.{}() needs an argument", def.name());
        return Err(vm.raise(Exc::TypeError, message));
    }
    check_receiver(vm, def.name(), class, args.get(0))?;
    vm.check_native_stack()?;
    call_def(vm, def, args).map_err(|raised| refusal::explain(vm, raised, def, args, callable))
}
