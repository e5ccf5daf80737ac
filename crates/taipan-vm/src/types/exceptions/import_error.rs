//! `ImportError`: what could not be imported, and from where.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, method};
use crate::types::dict::Dict;
use crate::types::exceptions::fields::value_field;
use crate::types::exceptions::{BaseException, base, specs};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The fields of `ImportError`.
    pub struct ImportFailure : BaseException {
        pub message: Option<Value>,
        pub name: Option<Value>,
        pub path: Option<Value>,
        pub name_from: Option<Value>,
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<ImportFailure> {
    this.expect(vm)
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let positional = args.tuple_from(vm, 0)?;
    let error = expect(vm, this);
    let fields = error.get_mut(vm);
    fields.base.args = positional;
    (fields.name, fields.path, fields.name_from) = (None, None, None);
    fields.message = if args.len() == 1 { Some(args.get(0)) } else { None };
    args.check_keys(vm)?;
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        let key = vm.text_of(key).unwrap_or_default();
        let fields = error.get_mut(vm);
        match key.as_str() {
            "name" => fields.name = Some(value),
            "path" => fields.path = Some(value),
            "name_from" => fields.name_from = Some(value),
            _ => {
                let message = format!("ImportError() got an unexpected keyword argument '{key}'");
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
    }
    Ok(())
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match expect(vm, this).get(vm).message {
        Some(message) if message.exact::<Str>().is_some() => Ok(message),
        _ => base::str(vm, this),
    }
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let ImportFailure { name, path, name_from, .. } = *expect(vm, this).get(vm);
    let own = vm.instance_dict(this)?.filter(|dict| !dict.get(vm).is_empty());
    let class = vm.type_of(this).value();
    let arguments = expect(vm, this).get(vm).base.args.value();
    if name.is_none() && path.is_none() && name_from.is_none() && own.is_none() {
        return Ok(Tuple::from_values(vm, &[class, arguments])?.value());
    }
    let state = Dict::new(vm)?;
    if let Some(own) = own {
        let mut at = 0;
        while let Some((number, entry)) = own.get(vm).next_entry(vm, at) {
            Dict::set(state, vm, entry.key, entry.value)?;
            at = number + 1;
        }
    }
    for (key, value) in [("name", name), ("path", path), ("name_from", name_from)] {
        if let Some(value) = value {
            let key = Str::intern(vm, key)?;
            Dict::set_str(state, vm, key, value)?;
        }
    }
    Ok(Tuple::from_values(vm, &[class, arguments, state.value()])?.value())
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

const GETSET: &[GetSetDef] = &[
    value_field!(ImportFailure, message, "msg", "exception message"),
    value_field!(ImportFailure, name, "name", "module name"),
    value_field!(ImportFailure, path, "path", "module path"),
    value_field!(ImportFailure, name_from, "name_from", "name imported from module"),
];

/// The spec of `ImportError`.
pub const TYPE: TypeSpec = TypeSpec {
    name: "ImportError",
    base: Some(&specs::Exception),
    layout: Some(<ImportFailure as HeapObject>::native),
    slots: Slots { init: Some(init), str: Some(str), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Import can't find module, or can't find name in module.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
