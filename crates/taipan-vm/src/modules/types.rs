//! The module `_types`: the built-in types that have no name in `builtins`.

use crate::gc::Gc;
use crate::raise::Raised;
use crate::spec::ModuleSpec;
use crate::types::module::Module;
use crate::types::type_::class_of_spec;
use crate::types::{Builtin, capsule};
use crate::vm::Vm;

pub static MODULE: ModuleSpec =
    ModuleSpec { name: "_types", doc: "Define names for built-in types.", exec: Some(exec), ..ModuleSpec::DEFAULT };

const TYPES: &[(&str, Builtin)] = &[
    ("AsyncGeneratorType", Builtin::AsyncGenerator),
    ("BuiltinFunctionType", Builtin::BuiltinMethod),
    ("BuiltinMethodType", Builtin::BuiltinMethod),
    ("CellType", Builtin::Cell),
    ("ClassMethodDescriptorType", Builtin::ClassMethodDescriptor),
    ("CodeType", Builtin::Code),
    ("CoroutineType", Builtin::Coroutine),
    ("EllipsisType", Builtin::Ellipsis),
    ("FrameType", Builtin::Frame),
    ("FunctionType", Builtin::Function),
    ("GeneratorType", Builtin::Generator),
    ("GenericAlias", Builtin::GenericAlias),
    ("GetSetDescriptorType", Builtin::GetSetDescriptor),
    ("LambdaType", Builtin::Function),
    ("MappingProxyType", Builtin::MappingProxy),
    ("MemberDescriptorType", Builtin::MemberDescriptor),
    ("MethodDescriptorType", Builtin::MethodDescriptor),
    ("MethodType", Builtin::Method),
    ("MethodWrapperType", Builtin::MethodWrapper),
    ("ModuleType", Builtin::Module),
    ("NoneType", Builtin::NoneType),
    ("NotImplementedType", Builtin::NotImplemented),
    ("SimpleNamespace", Builtin::SimpleNamespace),
    ("TracebackType", Builtin::Traceback),
    ("UnionType", Builtin::Union),
    ("WrapperDescriptorType", Builtin::WrapperDescriptor),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, builtin) in TYPES {
        let class = vm.class(*builtin).value();
        Module::set(module, vm, name, class)?;
    }
    let capsule = class_of_spec(vm, &capsule::TYPE)?.value();
    Module::set(module, vm, "CapsuleType", capsule)
}
