//! `CFuncPtr` and its metaclass: functions by address, by name in a library, or made from callables.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, TypeSpec, getset};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::call::{self, Called};
use super::class::{self, CTYPE_TYPE};
use super::code::Kept;
use super::data::{self, CData};
use super::info::{self, IS_POINTER, Kind, StgInfo};
use super::{MAX_ARGUMENTS, array, callback, libraries};

use param_flags::{PARAM_IN, PARAM_LCID, PARAM_OUT, check_paramflags, paramflag};

mod param_flags;

heap_object! {
    /// A function pointer.
    pub struct CFuncPtr : CData {
        callable: Option<Value>,
        argtypes: Option<Value>,
        converters: Option<Gc<Tuple>>,
        restype: Option<Value>,
        checker: Option<Value>,
        errcheck: Option<Value>,
        paramflags: Option<Value>,
    }
}

impl CFuncPtr {
    /// A function pointer about which nothing is known but its class.
    pub fn blank(base: CData) -> CFuncPtr {
        CFuncPtr {
            base,
            callable: None,
            argtypes: None,
            converters: None,
            restype: None,
            checker: None,
            errcheck: None,
            paramflags: None,
        }
    }
}

// ---- the metaclass ----

/// The `from_param` methods of argument types.
fn converters_of(vm: &mut Vm, argtypes: Value) -> Result<Gc<Tuple>, Raised> {
    let types = vm.tuple_of(argtypes);
    let Some(types) = vm.catch(types, Exc::TypeError)? else {
        return Err(vm.raise(Exc::TypeError, "_argtypes_ must be a sequence of types"));
    };
    let n = types.get(vm).len();
    if n > MAX_ARGUMENTS {
        let message = format!("_argtypes_ has too many arguments ({n}), maximum is {MAX_ARGUMENTS}");
        return Err(super::ARGUMENT_ERROR.raise(vm, &message));
    }
    let converters = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, n)?;
    let key = Str::intern(vm, "from_param")?;
    for i in 0..n {
        let ty = types.get(vm).at(i);
        match vm.get_attr_opt(ty, key)? {
            Some(converter) => converters.get_mut(vm).items_mut()[i] = converter,
            None => {
                let message = format!("item {} in _argtypes_ has no from_param method", i + 1);
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
    }
    Ok(converters)
}

/// The method of a type of results that checks them.
fn checker_of(vm: &mut Vm, restype: Value) -> Result<Option<Value>, Raised> {
    let key = Str::intern(vm, "_check_retval_")?;
    vm.get_attr_opt(restype, key)
}

fn init_class(vm: &mut Vm, this: Value, _: Args<'_>) -> Result<(), Raised> {
    let Some(class) = this.downcast::<Type>(vm) else { return Ok(()) };
    let own = info::init(vm, this, Kind::Function)?;
    let format = Str::new(vm, "X{}")?;
    {
        let own = own.get_mut(vm);
        own.format = Some(format);
        (own.size, own.align, own.length) = (8, 8, 1);
    }
    let dict = class.get(vm).dict;
    let key = Str::intern(vm, "_flags_")?;
    let flags = Dict::get_str(dict, vm, key).filter(|flags| vm.is_int(*flags));
    let Some(flags) = flags else {
        return Err(vm.raise(Exc::TypeError, "class must define _flags_ which must be an integer"));
    };
    let flags = super::code::masked(vm, flags)?;
    own.get_mut(vm).flags = flags | IS_POINTER;
    let key = Str::intern(vm, "_argtypes_")?;
    if let Some(argtypes) = Dict::get_str(dict, vm, key) {
        let converters = converters_of(vm, argtypes)?;
        let own = own.get_mut(vm);
        own.argtypes = Some(argtypes);
        own.converters = Some(converters);
    }
    let key = Str::intern(vm, "_restype_")?;
    if let Some(restype) = Dict::get_str(dict, vm, key) {
        check_restype(vm, restype, "_restype_")?;
        let checker = checker_of(vm, restype)?;
        let own = own.get_mut(vm);
        own.restype = Some(restype);
        own.checker = checker;
    }
    Ok(())
}

fn check_restype(vm: &mut Vm, restype: Value, what: &str) -> Result<(), Raised> {
    if restype.is_none() || info::info_of(vm, restype)?.is_some() || vm.is_callable(restype) {
        return Ok(());
    }
    Err(vm.raise(Exc::TypeError, format!("{what} must be a type, a callable, or None")))
}

/// The class `PyCFuncPtrType`.
pub static METATYPE: TypeSpec = TypeSpec {
    name: "PyCFuncPtrType",
    module: "_ctypes",
    base: Some(&CTYPE_TYPE),
    slots: Slots { init: Some(init_class), ..Slots::DEFAULT },
    methods: class::METHODS,
    doc: "metatype for C function pointers",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

// ---- construction ----

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let class_value = class.value();
    if args.is_empty() {
        return Ok(data::new_instance(vm, class_value)?.value());
    }
    let first = args.get(0);
    if first.downcast::<Tuple>(vm).is_some() {
        return from_library(vm, class_value, args);
    }
    if args.len() == 1 && vm.is_int(first) {
        let address = super::address_argument(vm, first)?;
        let own = data::new_instance(vm, class_value)?;
        data::set_pointer(vm, own, address);
        return Ok(own.value());
    }
    if args.len() != 1 {
        let n = args.len();
        return Err(vm.raise(Exc::TypeError, format!("function takes exactly 1 argument ({n} given)")));
    }
    if !vm.is_callable(first) {
        return Err(vm.raise(Exc::TypeError, "argument must be callable or integer function address"));
    }
    let info = info::info_of(vm, class_value)?;
    let Some((info, argtypes)) = info.and_then(|info| Some((info, info.get(vm).argtypes?))) else {
        return Err(vm.raise(Exc::TypeError, "cannot construct instance of this class: no argtypes"));
    };
    let StgInfo { restype, flags, .. } = *info.get(vm);
    let (thunk, address) = callback::new(vm, first, argtypes, restype.unwrap_or(Value::NONE), flags)?;
    let own = data::new_instance(vm, class_value)?;
    data::set_pointer(vm, own, address);
    own.value().expect::<CFuncPtr>(vm).get_mut(vm).callable = Some(first);
    data::keep(vm, own, 0, Kept { visible: thunk, hidden: None })?;
    Ok(own.value())
}

/// `CFuncPtr((name, library), paramflags)`.
fn from_library(vm: &mut Vm, class: Value, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() > 2 {
        let n = args.len();
        return Err(vm.raise(Exc::TypeError, format!("function takes at most 2 arguments ({n} given)")));
    }
    let paramflags = if args.len() > 1 { args.get(1).not_none() } else { None };
    let spec = args.get(0).expect::<Tuple>(vm);
    if spec.get(vm).len() != 2 {
        return Err(vm.raise(Exc::TypeError, "illegal func_spec argument"));
    }
    let (name_value, dll) = (spec.get(vm).at(0), spec.get(vm).at(1));
    let name = libraries::function_name(vm, name_value)?;
    vm.audit("ctypes.dlsym", &[dll, name_value])?;
    let handle = libraries::handle_of(vm, dll)?;
    let address = match libraries::symbol(vm, handle, &name, "function")? {
        Ok(address) => address,
        Err(message) => return Err(vm.raise(Exc::AttributeError, message)),
    };
    let info = info::concrete(vm, class)?;
    if let (Some(paramflags), Some(argtypes)) = (paramflags, info.get(vm).argtypes) {
        check_paramflags(vm, argtypes, paramflags)?;
    }
    let own = data::new_instance(vm, class)?;
    data::set_pointer(vm, own, address);
    let function = own.value().expect::<CFuncPtr>(vm).get_mut(vm);
    function.paramflags = paramflags;
    function.callable = Some(own.value());
    data::keep(vm, own, 0, Kept { visible: dll, hidden: None })?;
    Ok(own.value())
}

// ---- calls ----

/// The arguments of a call with parameter flags, and which of them are results.
struct CallArgs {
    args: Gc<Tuple>,
    out: u64,
    inout: u64,
    results: usize,
}

fn build_args(vm: &mut Vm, this: Gc<CFuncPtr>, argtypes: Option<Value>, args: Args<'_>) -> Result<CallArgs, Raised> {
    let flags = this.get(vm).paramflags.and_then(|flags| flags.downcast::<Tuple>(vm));
    let types = match argtypes {
        Some(argtypes) if flags.is_some() => Some(vm.tuple_of(argtypes)?),
        _ => None,
    };
    let (Some(flags), Some(types)) = (flags, types.filter(|types| !types.get(vm).is_empty())) else {
        return Ok(CallArgs { args: args.tuple_from(vm, 0)?, out: 0, inout: 0, results: 0 });
    };
    let n = types.get(vm).len().min(flags.get(vm).len());
    let built = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, n)?;
    let (mut out, mut inout, mut results, mut used) = (0, 0, 0, 0);
    for i in 0..n {
        let item = flags.get(vm).at(i);
        let (flag, name, default) = paramflag(vm, item)?;
        let bit = 1u64.checked_shl(i as u32).unwrap_or(0);
        let direction = flag & (PARAM_IN | PARAM_OUT | PARAM_LCID);
        let value = match direction {
            5 => default.unwrap_or(Value::int(0)),
            PARAM_OUT => {
                out |= bit;
                results += 1;
                match default {
                    Some(default) => default,
                    None => {
                        let ty = types.get(vm).at(i);
                        new_out_value(vm, ty)?
                    }
                }
            }
            0 | PARAM_IN | 3 => {
                if direction == 3 {
                    inout |= bit;
                    results += 1;
                }
                take_argument(vm, &mut used, name, default, args)?
            }
            _ => return Err(vm.raise(Exc::ValueError, format!("paramflag {flag} not yet implemented"))),
        };
        built.get_mut(vm).items_mut()[i] = value;
    }
    let given = args.len() + args.keyword_count();
    if given != used {
        return Err(vm.raise(Exc::TypeError, format!("call takes exactly {used} arguments ({given} given)")));
    }
    Ok(CallArgs { args: built, out, inout, results })
}

fn take_argument(
    vm: &mut Vm,
    used: &mut usize,
    name: Option<Value>,
    default: Option<Value>,
    args: Args<'_>,
) -> Result<Value, Raised> {
    if *used < args.len() {
        *used += 1;
        return Ok(args.get(*used - 1));
    }
    let text = name.and_then(|name| vm.text_of(name));
    if let Some(text) = &text
        && let Some(value) = args.keyword_named(vm, text)
    {
        *used += 1;
        return Ok(value);
    }
    match (default, text) {
        (Some(default), _) => Ok(default),
        (None, Some(text)) => Err(vm.raise(Exc::TypeError, format!("required argument '{text}' missing"))),
        (None, None) => Err(vm.raise(Exc::TypeError, "not enough arguments")),
    }
}

/// An instance for the function to fill in.
fn new_out_value(vm: &mut Vm, ty: Value) -> Result<Value, Raised> {
    let Some(info) = info::info_of(vm, ty)? else {
        return Err(vm.raise(Exc::RuntimeError, "NULL stginfo unexpected"));
    };
    if StgInfo::type_code(info, vm).is_some() {
        let name = info::name_of(vm, ty);
        let message = format!("{name} 'out' parameter must be passed as default value");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if info::is_made_by(vm, ty, &array::METATYPE)? {
        return vm.call(ty, &[]);
    }
    let proto = info.get(vm).proto.unwrap_or(Value::NONE);
    vm.call(proto, &[])
}

fn build_result(vm: &mut Vm, result: Value, call: &CallArgs) -> Result<Value, Raised> {
    if call.results == 0 {
        return Ok(result);
    }
    let results = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, call.results)?;
    let mut at = 0;
    for i in 0..call.args.get(vm).len().min(64) {
        let (bit, value) = (1u64 << i, call.args.get(vm).at(i));
        let value = match (call.inout & bit != 0, call.out & bit != 0) {
            (true, _) => value,
            (_, true) => vm.call_method(value, "__ctypes_from_outparam__", &[])?,
            _ => continue,
        };
        if call.results == 1 {
            return Ok(value);
        }
        if let Some(slot) = results.get_mut(vm).items_mut().get_mut(at) {
            *slot = value;
        }
        at += 1;
    }
    Ok(results.value())
}

fn call_function(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let own = this.expect::<CFuncPtr>(vm);
    let info = info::concrete_instance(vm, this)?;
    let CFuncPtr { argtypes, converters, restype, checker, errcheck, .. } = *own.get(vm);
    let facts = info.get(vm);
    let (argtypes, converters) = (argtypes.or(facts.argtypes), converters.or(facts.converters));
    let (restype, checker, flags) = (restype.or(facts.restype), checker.or(facts.checker), facts.flags);
    let address = data::pointer_of(vm, own.upcast());
    let built = build_args(vm, own, argtypes, args)?;
    if let Some(converters) = converters {
        let (required, actual) = (converters.get(vm).len(), built.args.get(vm).len());
        let cdecl = flags & super::FUNCFLAG_CDECL != 0;
        if required > actual || !cdecl && required != actual {
            let (bound, s) = (if cdecl { "at least " } else { "" }, if required == 1 { "" } else { "s" });
            let message = format!("this function takes {bound}{required} argument{s} ({actual} given)");
            return Err(vm.raise(Exc::TypeError, message));
        }
    }
    let result = call::call(vm, Called { address, args: built.args, flags, converters, restype, checker })?;
    if let Some(errcheck) = errcheck {
        let checked = vm.call(errcheck, &[result, this, built.args.value()])?;
        if checked != built.args.value() {
            return Ok(checked);
        }
    }
    build_result(vm, result, &built)
}

// ---- attributes ----

fn get_errcheck(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<CFuncPtr>(vm).get(vm).errcheck.unwrap_or(Value::NONE))
}

fn set_errcheck(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    if let Some(value) = value
        && !vm.is_callable(value)
    {
        return Err(vm.raise(Exc::TypeError, "the errcheck attribute must be callable"));
    }
    this.expect::<CFuncPtr>(vm).get_mut(vm).errcheck = value;
    Ok(())
}

fn get_restype(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if let Some(restype) = this.expect::<CFuncPtr>(vm).get(vm).restype {
        return Ok(restype);
    }
    let info = info::concrete_instance(vm, this)?;
    Ok(info.get(vm).restype.unwrap_or(Value::NONE))
}

fn set_restype(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let checker = match value {
        Some(value) => {
            check_restype(vm, value, "restype")?;
            checker_of(vm, value)?
        }
        None => None,
    };
    let own = this.expect::<CFuncPtr>(vm).get_mut(vm);
    (own.restype, own.checker) = (value, checker);
    Ok(())
}

fn get_argtypes(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if let Some(argtypes) = this.expect::<CFuncPtr>(vm).get(vm).argtypes {
        return Ok(argtypes);
    }
    let info = info::concrete_instance(vm, this)?;
    Ok(info.get(vm).argtypes.unwrap_or(Value::NONE))
}

fn set_argtypes(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = value.filter(|value| !value.is_none());
    let converters = match value {
        Some(value) => {
            let converters = converters_of(vm, value)?;
            if let Some(paramflags) = this.expect::<CFuncPtr>(vm).get(vm).paramflags {
                check_paramflags(vm, value, paramflags)?;
            }
            Some(converters)
        }
        None => None,
    };
    let own = this.expect::<CFuncPtr>(vm).get_mut(vm);
    (own.argtypes, own.converters) = (value, converters);
    Ok(())
}

fn bool(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    Ok(data::pointer_of(vm, this.expect(vm)) != 0)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (name, id) = (vm.type_name(this), taipan_vm::types::object::id_number(vm, this));
    vm.new_str(&format!("<{name} object at {id:#x}>"))
}

const GETSET: &[GetSetDef] = &[
    getset("errcheck", get_errcheck, set_errcheck, "a function to check for errors"),
    getset("restype", get_restype, set_restype, "specify the result type"),
    getset("argtypes", get_argtypes, set_argtypes, "specify the argument types"),
];

/// The class `CFuncPtr`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "CFuncPtr",
    module: "_ctypes",
    base: Some(&data::TYPE),
    metaclass: Some(&METATYPE),
    layout: Some(<CFuncPtr as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        call: Some(call_function),
        bool: Some(bool),
        get_buffer: Some(data::get_buffer),
        ..Slots::DEFAULT
    },
    getset: GETSET,
    doc: "Function Pointer",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
