//! The `paramflags` of a prototype: direction, name and default of each parameter, checked when the function is made.

use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::super::info::{self, StgInfo};
use super::super::{array, pointer};

/// Directions of parameters.
pub(super) const PARAM_IN: u64 = 1;

pub(super) const PARAM_OUT: u64 = 2;

pub(super) const PARAM_LCID: u64 = 4;

fn raise_paramflags(vm: &mut Vm) -> Raised {
    let message = "paramflags must be a sequence of (int [,string [,value]]) tuples";
    vm.raise(Exc::TypeError, message)
}

/// The flags, the name and the default value of a parameter.
pub(super) fn paramflag(vm: &mut Vm, item: Value) -> Result<(u64, Option<Value>, Option<Value>), Raised> {
    let Some(item) = item.downcast::<Tuple>(vm) else { return Err(raise_paramflags(vm)) };
    let items = item.get(vm).items();
    let (flag, name, default) = match *items {
        [flag] => (flag, None, None),
        [flag, name] => (flag, Some(name), None),
        [flag, name, default] => (flag, Some(name), Some(default)),
        _ => return Err(raise_paramflags(vm)),
    };
    let name = name.filter(|name| !name.is_none());
    let is_text = name.is_none_or(|name| name.downcast::<Str>(vm).is_some());
    if !is_text || !vm.is_int(flag) {
        return Err(raise_paramflags(vm));
    }
    let flag = super::super::code::masked(vm, flag)?;
    Ok((flag, name, default))
}

pub(super) fn check_paramflags(vm: &mut Vm, argtypes: Value, paramflags: Value) -> Result<(), Raised> {
    let Some(flags) = paramflags.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, "paramflags must be a tuple or None"));
    };
    let types = vm.tuple_of(argtypes)?;
    if flags.get(vm).len() != types.get(vm).len() {
        return Err(vm.raise(Exc::ValueError, "paramflags must have the same length as argtypes"));
    }
    for i in 0..flags.get(vm).len() {
        let item = flags.get(vm).at(i);
        let (flag, _, _) = paramflag(vm, item)?;
        let ty = types.get(vm).at(i);
        match flag & (PARAM_IN | PARAM_OUT | PARAM_LCID) {
            PARAM_OUT => check_out_type(vm, ty, i + 1)?,
            0 | PARAM_IN | 3 | 5 => {}
            _ => return Err(vm.raise(Exc::TypeError, format!("paramflag value {flag} not supported"))),
        }
    }
    Ok(())
}

fn check_out_type(vm: &mut Vm, ty: Value, index: usize) -> Result<(), Raised> {
    if info::is_made_by(vm, ty, &pointer::METATYPE)? || info::is_made_by(vm, ty, &array::METATYPE)? {
        return Ok(());
    }
    let letter = info::info_of(vm, ty)?.and_then(|info| StgInfo::type_code(info, vm));
    if matches!(letter, Some(b'P' | b'z' | b'Z')) {
        return Ok(());
    }
    let name = info::name_of(vm, ty);
    Err(vm.raise(Exc::TypeError, format!("'out' parameter {index} must be a pointer type, not {name}")))
}
