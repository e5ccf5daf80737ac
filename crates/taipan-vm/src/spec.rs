//! Static descriptions of built-in types and modules: tables of rows from which each interpreter makes its own objects
//! at first use.

use crate::args::Args;
use crate::gc::{Gc, NativeLayout};
use crate::raise::Raised;
use crate::signature::Signature;
use crate::slots::Slots;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// A native function. With a signature its arguments arrive bound: one slot per parameter, `Value::UNBOUND` where
/// absent; without one they arrive as called.
pub type NativeFn = fn(&mut Vm, Args<'_>) -> Result<Value, Raised>;

/// How the receiver of a row is bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// A method: the first argument is the instance.
    Instance,
    /// A class method: the first argument is the class.
    Class,
    /// A static method or module function: no receiver.
    Static,
}

/// One method or function row.
pub struct MethodDef {
    /// The name when there is no signature.
    pub name: &'static str,
    pub signature: Option<Signature>,
    pub function: NativeFn,
    pub doc: &'static str,
    pub binding: Binding,
    /// `__text_signature__` is shown (CPython shows none for some functions).
    pub show_signature: bool,
    /// It calls `Vm::close_dropped_outputs`.
    pub looks_at_files: bool,
    /// It also gets keywords whose names are no strs.
    pub takes_any_keys: bool,
}

/// A method of a type: `"append($self, object, /)"`.
pub const fn method(signature: &'static str, function: NativeFn, doc: &'static str) -> MethodDef {
    MethodDef {
        name: "",
        signature: Some(Signature::parse(signature)),
        function,
        doc,
        binding: Binding::Instance,
        show_signature: true,
        looks_at_files: false,
        takes_any_keys: false,
    }
}

/// A class method: `"fromhex($type, string, /)"`.
pub const fn class_method(signature: &'static str, function: NativeFn, doc: &'static str) -> MethodDef {
    MethodDef { binding: Binding::Class, ..method(signature, function, doc) }
}

/// A static method: `"maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)"`.
pub const fn static_method(signature: &'static str, function: NativeFn, doc: &'static str) -> MethodDef {
    MethodDef { binding: Binding::Static, ..method(signature, function, doc) }
}

/// A function of a module: `"gcd(*integers)"`.
pub const fn function(signature: &'static str, function: NativeFn, doc: &'static str) -> MethodDef {
    MethodDef { binding: Binding::Static, ..method(signature, function, doc) }
}

impl MethodDef {
    /// The function takes its arguments as called (positional, then keyword values): no binding.
    pub const fn raw(name: &'static str, function: NativeFn, doc: &'static str) -> MethodDef {
        MethodDef {
            name,
            signature: None,
            function,
            doc,
            binding: Binding::Instance,
            show_signature: false,
            looks_at_files: false,
            takes_any_keys: false,
        }
    }

    /// A raw function of a module, or a raw static method.
    pub const fn raw_static(name: &'static str, function: NativeFn, doc: &'static str) -> MethodDef {
        MethodDef { binding: Binding::Static, ..MethodDef::raw(name, function, doc) }
    }

    /// The function looks at files by path, starts a process, or ends without cleaning up: what earlier calls left on the
    /// native stack is cleared for it.
    pub const fn looks_at_files(self) -> MethodDef {
        MethodDef { looks_at_files: true, ..self }
    }

    /// The function also gets keywords whose names are no strs.
    pub const fn any_keys(self) -> MethodDef {
        MethodDef { takes_any_keys: true, ..self }
    }

    /// Binds by the signature but shows none, as CPython does for this function.
    pub const fn hidden(self) -> MethodDef {
        MethodDef { show_signature: false, ..self }
    }

    /// The name of the function.
    pub fn name(&self) -> &'static str {
        match &self.signature {
            Some(signature) => signature.name(),
            None => self.name,
        }
    }
}

/// Reads an attribute of an instance: `fn(vm, self)`.
pub type Getter = fn(&mut Vm, Value) -> Result<Value, Raised>;
/// Writes (`Some`) or deletes (`None`) an attribute of an instance.
pub type Setter = fn(&mut Vm, Value, Option<Value>) -> Result<(), Raised>;

/// One computed attribute (`getset_descriptor`).
pub struct GetSetDef {
    pub name: &'static str,
    pub get: Getter,
    pub set: Option<Setter>,
    pub doc: &'static str,
    /// Shown as `member_descriptor`, as CPython's plain struct members are.
    pub is_member: bool,
}

/// A read-only computed attribute.
pub const fn getter(name: &'static str, get: Getter, doc: &'static str) -> GetSetDef {
    GetSetDef { name, get, set: None, doc, is_member: false }
}

/// A computed attribute that can be set (or deleted).
pub const fn getset(name: &'static str, get: Getter, set: Setter, doc: &'static str) -> GetSetDef {
    GetSetDef { name, get, set: Some(set), doc, is_member: false }
}

impl GetSetDef {
    /// Shows it as `member_descriptor`.
    pub const fn member(self) -> GetSetDef {
        GetSetDef { is_member: true, ..self }
    }
}

/// A built-in type.
pub struct TypeSpec {
    /// `__name__`.
    pub name: &'static str,
    /// `__module__` ("builtins" for the core types).
    pub module: &'static str,
    /// The base; `None` means `object` (and for `object` itself: none).
    pub base: Option<&'static TypeSpec>,
    /// The layout of instances; `None`: the base's.
    pub layout: Option<fn() -> &'static NativeLayout>,
    pub slots: Slots,
    pub methods: &'static [MethodDef],
    pub getset: &'static [GetSetDef],
    pub doc: &'static str,
    /// `TypeFlags` beyond what is derived: can be subclassed, has `__dict__`, mapping/sequence for `match`, ...
    pub flags: u32,
    /// The type of the class; `None`: `type`.
    pub metaclass: Option<&'static TypeSpec>,
    /// Value words of instances behind the fields of the layout (and before the words of bases' `__dict__`), for native code
    /// only: [`Vm::object_word`]. They begin at the first word behind the layout of the nearest base without such words.
    pub words: u16,
    /// Adds what rows cannot say (class attributes, aliases) after the class dict was filled.
    pub finish: Option<fn(&mut Vm, Gc<Type>) -> Result<(), Raised>>,
}

impl TypeSpec {
    /// A spec with everything empty, to be completed by `..TypeSpec::DEFAULT`.
    pub const DEFAULT: TypeSpec = TypeSpec {
        name: "",
        module: "builtins",
        base: None,
        layout: None,
        slots: Slots::DEFAULT,
        methods: &[],
        getset: &[],
        doc: "",
        flags: 0,
        metaclass: None,
        words: 0,
        finish: None,
    };
}

/// Can be a base class.
pub const BASETYPE: u32 = 1 << 0;
/// Instances have a `__dict__` (attributes beyond the native fields).
pub const HAS_DICT: u32 = 1 << 1;
/// Instances can be weakly referenced.
pub const WEAKREFABLE: u32 = 1 << 2;
/// `case {...}` matches.
pub const MAPPING: u32 = 1 << 3;
/// `case [...]` matches.
pub const SEQUENCE: u32 = 1 << 4;
/// `C(x)` as a class pattern matches the subject itself (int, str, ...).
pub const MATCH_SELF: u32 = 1 << 5;
/// The class cannot be changed from Python (all static types unless MUTABLE).
pub const MUTABLE: u32 = 1 << 6;
/// `C()` raises TypeError "cannot create 'C' instances".
pub const NO_NEW: u32 = 1 << 7;
/// A method descriptor: `LOAD_ATTR` may push function and self apart.
pub const METHOD_DESCRIPTOR: u32 = 1 << 8;
/// Set on classes made from Python.
pub const HEAP_TYPE: u32 = 1 << 9;
/// ABC: has unimplemented abstract methods.
pub const ABSTRACT: u32 = 1 << 10;

/// Finalised after the streams that refer to it: an outer stream still writes to the inner one when it is closed.
pub const FINALIZE_AFTER_HOLDERS: u32 = 1 << 11;
/// The inherited finaliser has nothing to do for exact instances.
pub const NO_FINALIZER: u32 = 1 << 12;

/// A native module.
pub struct ModuleSpec {
    pub name: &'static str,
    pub doc: &'static str,
    pub functions: &'static [MethodDef],
    /// Types that are attributes of the module under their own name.
    pub types: &'static [&'static TypeSpec],
    /// Fills in the rest (constants, exceptions, state); called once per import.
    pub exec: Option<fn(&mut Vm, Gc<crate::types::module::Module>) -> Result<(), Raised>>,
}

impl ModuleSpec {
    /// A module with everything empty, to be completed by `..ModuleSpec::DEFAULT`.
    pub const DEFAULT: ModuleSpec = ModuleSpec { name: "", doc: "", functions: &[], types: &[], exec: None };
}
