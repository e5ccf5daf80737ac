//! Calling: the one door through which native code calls Python objects.

use crate::args::Args;
use crate::attr::Method;
use crate::gc::Gc;
use crate::names::Atom;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::builtin_method::BuiltinMethod;
use crate::types::descriptor::{MethodWrapper, WrapperDescriptor};
use crate::types::dict::Dict;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// `callable(*args)`.
    pub fn call(&mut self, callable: Value, args: &[Value]) -> Result<Value, Raised> {
        self.with_scratch(args.len(), |vm, slots| {
            for (to, from) in slots.iter().zip(args) {
                to.set(*from);
            }
            vm.call_args(callable, Args::from_cells(slots))
        })
    }

    /// `callable(first, *args)`.
    pub fn call_with_first(&mut self, callable: Value, first: Value, args: &[Value]) -> Result<Value, Raised> {
        self.with_scratch(args.len() + 1, |vm, slots| {
            slots[0].set(first);
            for (to, from) in slots[1..].iter().zip(args) {
                to.set(*from);
            }
            vm.call_args(callable, Args::from_cells(slots))
        })
    }

    /// Calls with arguments as they are.
    pub fn call_args(&mut self, callable: Value, args: Args<'_>) -> Result<Value, Raised> {
        match self.slots(callable).call {
            Some(call) => call(self, callable, args),
            None => Err(self.not_callable(callable)),
        }
    }

    /// The error of a call of what cannot be called; of a module it hints at what has its name.
    #[cold]
    fn not_callable(&mut self, callable: Value) -> Raised {
        let class = self.type_name(callable);
        let mut hint = String::new();
        if callable.downcast::<Module>(self).is_some() {
            let named = self.get_attr_str(callable, "__name__").and_then(|name| {
                let Some(text) = name.downcast::<Str>(self) else { return Ok(None) };
                let found = self.get_attr_opt(callable, text)?;
                Ok(found.filter(|found| self.slots(*found).call.is_some()).map(|_| text.get(self).to_string_lossy()))
            });
            match named {
                Ok(Some(name)) => hint = format!(". Did you mean: '{name}.{name}(...)'?"),
                Ok(None) => {}
                Err(raised) => {
                    let _ = self.take_raised(raised);
                }
            }
        }
        self.raise(Exc::TypeError, format!("'{class}' object is not callable{hint}"))
    }

    /// `callable(*args, **{names: values})`.
    pub fn call_keywords(
        &mut self,
        callable: Value,
        args: &[Value],
        keywords: &[(&str, Value)],
    ) -> Result<Value, Raised> {
        let names = Tuple::new_uninit(self, crate::types::Builtin::Tuple as u32, keywords.len())?;
        for (i, (name, _)) in keywords.iter().enumerate() {
            let name = Str::intern(self, name)?;
            names.get_mut(self).items_mut()[i] = name.value();
        }
        self.with_scratch(args.len() + keywords.len(), |vm, slots| {
            for (to, from) in slots.iter().zip(args.iter().chain(keywords.iter().map(|(_, value)| value))) {
                to.set(*from);
            }
            let args = Args::from_slots(vm, slots, Some(names));
            vm.call_args(callable, args)
        })
    }

    /// `callable(*args, **kwargs)` with a tuple and an optional dict. Other keys than strs are a TypeError here or of what is
    /// called, as with CPython: see `judges_keys`.
    pub fn call_tuple(&mut self, callable: Value, args: Gc<Tuple>, kwargs: Option<Gc<Dict>>) -> Result<Value, Raised> {
        let n = args.get(self).len();
        let kwargs = kwargs.filter(|kwargs| !kwargs.get(self).is_empty());
        let kwcount = kwargs.map_or(0, |kwargs| kwargs.get(self).len());
        self.with_scratch(n + kwcount, |vm, slots| {
            for (i, slot) in slots[..n].iter().enumerate() {
                slot.set(args.get(vm).at(i));
            }
            let Some(kwargs) = kwargs else { return vm.call_args(callable, Args::from_cells(slots)) };
            let any_keys = judges_keys(vm, callable);
            let names = Tuple::new_uninit(vm, crate::types::Builtin::Tuple as u32, kwcount)?;
            let (mut at, mut i) = (0, 0);
            while let Some((number, entry)) = kwargs.get(vm).next_entry(vm, at) {
                if !any_keys && entry.key.downcast::<Str>(vm).is_none() {
                    return Err(vm.raise(Exc::TypeError, "keywords must be strings"));
                }
                names.get_mut(vm).items_mut()[i] = entry.key;
                slots[n + i].set(entry.value);
                (at, i) = (number + 1, i + 1);
            }
            let args = Args::from_slots(vm, slots, Some(names));
            vm.call_args(callable, args)
        })
    }

    /// `object.name(*args)`.
    pub fn call_method(&mut self, object: Value, name: &str, args: &[Value]) -> Result<Value, Raised> {
        let name = Str::intern(self, name)?;
        self.call_attr(object, name, args)
    }

    /// `object.name(*args)` by a name known at compile time.
    pub fn call_method_name(&mut self, object: Value, name: Atom, args: &[Value]) -> Result<Value, Raised> {
        let name = self.name(name);
        self.call_attr(object, name, args)
    }

    fn call_attr(&mut self, object: Value, name: Gc<Str>, args: &[Value]) -> Result<Value, Raised> {
        match self.method_to_call(object, name)? {
            Method::Unbound(function) => self.call_with_first(function, object, args),
            Method::Bound(method) => self.call(method, args),
        }
    }

    /// Whether a value can be called.
    pub fn is_callable(&mut self, value: Value) -> bool {
        self.slots(value).call.is_some()
    }
}

/// Built-in classes that CPython calls with a vector of arguments.
const VECTOR_CALLED: &[Builtin] = &[
    Builtin::Bool,
    Builtin::Dict,
    Builtin::Enumerate,
    Builtin::Filter,
    Builtin::Float,
    Builtin::FrozenSet,
    Builtin::Int,
    Builtin::List,
    Builtin::Map,
    Builtin::Range,
    Builtin::Reversed,
    Builtin::Set,
    Builtin::Str,
    Builtin::Super,
    Builtin::Tuple,
    Builtin::Type,
    Builtin::Zip,
];

/// Whether what is called gets the keys of `**kwargs` as they are and decides itself what to do with those that are no strs:
/// with CPython, what takes its arguments as a tuple and a dict. Everything else is called with a vector of names, and who
/// makes the vector rejects the others.
fn judges_keys(vm: &mut Vm, callable: Value) -> bool {
    if let Some(class) = callable.downcast::<Type>(vm) {
        return !VECTOR_CALLED.iter().any(|builtin| class == vm.class(*builtin));
    }
    if let Some(method) = callable.exact::<BuiltinMethod>() {
        return method.get(vm).def.takes_any_keys;
    }
    callable.exact::<WrapperDescriptor>().is_some() || callable.exact::<MethodWrapper>().is_some()
}
