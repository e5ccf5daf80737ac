//! `Args`: the arguments of one native call, and their binding to a signature.

use std::cell::Cell;

use crate::gc::{Gc, HeapObject};
use crate::interp::bind::closest;
use crate::raise::{Exc, Raised};
use crate::signature::{MAX_PARAMETERS, ParameterKind, Signature};
use crate::types::builtin_method::NativeCallee;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// Parameters of most functions; these are bound by position with less work.
const FEW: usize = 4;

/// Arguments as called: positional ones, then the values of the keywords named by `kwnames`.
///
/// The slots lie on the VM stack or in native locals and outlive the call; the collector may update them.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    slots: &'a [Cell<Value>],
    kwnames: Option<Gc<Tuple>>,
    kwcount: usize,
}

impl<'a> Args<'a> {
    /// No arguments.
    pub const EMPTY: Args<'static> = Args { slots: &[], kwnames: None, kwcount: 0 };

    /// Positional arguments from native locals.
    #[inline]
    pub fn new(values: &'a mut [Value]) -> Args<'a> {
        Args { slots: Cell::from_mut(values).as_slice_of_cells(), kwnames: None, kwcount: 0 }
    }

    /// Slots as they lie on the VM stack; the last `kwnames.len()` are keyword values.
    #[inline]
    pub fn from_slots(vm: &Vm, slots: &'a [Cell<Value>], kwnames: Option<Gc<Tuple>>) -> Args<'a> {
        let kwcount = kwnames.map_or(0, |names| names.get(vm).len());
        Args { slots, kwnames, kwcount }
    }

    /// The same slots without keyword names.
    #[inline]
    pub fn from_cells(slots: &'a [Cell<Value>]) -> Args<'a> {
        Args { slots, kwnames: None, kwcount: 0 }
    }

    /// How many positional arguments there are (for bound arguments: all slots).
    #[inline]
    pub fn len(&self) -> usize {
        self.slots.len() - self.kwcount
    }

    /// Whether there is no positional argument.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether keywords were given.
    #[inline]
    pub fn has_keywords(&self) -> bool {
        self.kwcount != 0
    }

    /// How many keywords were given.
    #[inline]
    pub fn keyword_count(&self) -> usize {
        self.kwcount
    }

    /// The names of the keywords.
    #[inline]
    pub fn kwnames(&self) -> Option<Gc<Tuple>> {
        self.kwnames
    }

    /// All slots: positional, then keyword values.
    #[inline]
    pub fn slots(&self) -> &'a [Cell<Value>] {
        self.slots
    }

    /// The i-th positional (or bound) argument.
    #[inline]
    pub fn get(&self, i: usize) -> Value {
        self.slots[i].get()
    }

    /// The i-th bound argument, `None` when it is absent.
    #[inline]
    pub fn opt(&self, i: usize) -> Option<Value> {
        self.slots.get(i).and_then(|slot| slot.get().given())
    }

    /// The i-th keyword: name and value.
    pub fn keyword(&self, vm: &Vm, i: usize) -> Option<(Value, Value)> {
        let names = self.kwnames?;
        if i >= self.kwcount {
            return None;
        }
        Some((names.get(vm).at(i), self.slots[self.len() + i].get()))
    }

    /// The value of a keyword by name.
    pub fn keyword_named(&self, vm: &Vm, name: &str) -> Option<Value> {
        (0..self.kwcount).find_map(|i| {
            let (key, value) = self.keyword(vm, i)?;
            let key: Gc<Str> = key.downcast(vm)?;
            key.get(vm).equals(name).then_some(value)
        })
    }

    /// All bound arguments as an array; absent ones are `Value::UNBOUND`.
    #[inline]
    pub fn all<const N: usize>(&self) -> [Value; N] {
        std::array::from_fn(|i| self.slots.get(i).map_or(Value::UNBOUND, Cell::get))
    }

    /// The receiver and the other bound arguments. The receiver's layout was checked by the descriptor.
    #[inline]
    pub fn method<T: HeapObject, const N: usize>(&self, vm: &Vm) -> (Gc<T>, [Value; N]) {
        (self.receiver(vm), std::array::from_fn(|i| self.slots.get(i + 1).map_or(Value::UNBOUND, Cell::get)))
    }

    /// The receiver, whose layout was checked by the descriptor.
    #[inline]
    pub fn receiver<T: HeapObject>(&self, vm: &Vm) -> Gc<T> {
        self.slots[0].get().expect(vm)
    }

    /// Without the first positional argument.
    #[inline]
    pub fn skip(&self, n: usize) -> Args<'a> {
        Args { slots: &self.slots[n..], ..*self }
    }

    /// The positional arguments from `start` on as a tuple.
    pub fn tuple_from(&self, vm: &mut Vm, start: usize) -> Result<Gc<Tuple>, Raised> {
        let positional = &self.slots[..self.len()];
        Tuple::from_cells(vm, positional.get(start..).unwrap_or(&[]))
    }

    /// Calls `body` with `first` put before the arguments.
    pub fn with_first<R>(
        &self,
        vm: &mut Vm,
        first: Value,
        body: impl FnOnce(&mut Vm, Args<'_>) -> Result<R, Raised>,
    ) -> Result<R, Raised> {
        let n = self.slots.len() + 1;
        let (kwnames, kwcount) = (self.kwnames, self.kwcount);
        let slots = self.slots;
        vm.with_scratch(n, |vm, scratch| {
            scratch[0].set(first);
            for (to, from) in scratch[1..].iter().zip(slots) {
                to.set(from.get());
            }
            body(vm, Args { slots: scratch, kwnames, kwcount })
        })
    }

    /// The arguments for the constructor of a native class that takes no keywords: those given to a subclass with an
    /// `__init__` of its own are that method's.
    pub fn for_constructor(self, vm: &mut Vm, class: Gc<crate::types::type_::Type>) -> Args<'a> {
        if self.kwcount != 0 && crate::types::set::methods::overrides_init(vm, class) {
            return Args::from_cells(&self.slots[..self.len()]);
        }
        self
    }

    /// Raises TypeError for a keyword whose name is no str: for what is called with any keys.
    pub fn check_keys(&self, vm: &mut Vm) -> Result<(), Raised> {
        for i in 0..self.kwcount {
            if self.keyword(vm, i).is_some_and(|(key, _)| key.downcast::<Str>(vm).is_none()) {
                return Err(vm.raise(Exc::TypeError, "keywords must be strings"));
            }
        }
        Ok(())
    }

    /// Raises TypeError when keywords were given to a function that takes none.
    pub fn no_keywords(&self, vm: &mut Vm, name: &str) -> Result<(), Raised> {
        if self.kwcount == 0 { Ok(()) } else { Err(takes_no_keywords(vm, name)) }
    }

    /// Raises TypeError unless the number of positional arguments is within `min..=max`; no keywords.
    pub fn expect(&self, vm: &mut Vm, name: &str, min: usize, max: usize) -> Result<(), Raised> {
        self.no_keywords(vm, name)?;
        let n = self.len();
        if n >= min && n <= max { Ok(()) } else { Err(wrong_number(vm, name, min..=max, n)) }
    }

    /// Binds the arguments to a signature and calls `body` with one slot per parameter.
    pub fn bind<R>(
        &self,
        vm: &mut Vm,
        signature: &Signature,
        body: impl FnOnce(&mut Vm, Args<'_>) -> Result<R, Raised>,
    ) -> Result<R, Raised> {
        let n = self.len();
        if self.kwcount == 0
            && n == signature.slots()
            && !signature.varargs
            && !signature.varkw
            && signature.kwonly == 0
        {
            return body(vm, *self);
        }
        let slots = signature.slots();
        if self.kwcount == 0
            && slots <= FEW
            && (signature.required as usize..=signature.positional as usize).contains(&n)
            && !signature.varargs
            && !signature.varkw
            && signature.kwonly_required == 0
        {
            let mut bound = [Value::UNBOUND; FEW];
            for (to, from) in bound.iter_mut().zip(self.slots) {
                *to = from.get();
            }
            return body(vm, Args::new(&mut bound[..slots]));
        }
        self.bind_any(vm, signature, body)
    }

    /// As `bind`, of any arguments. Apart from it, so that the calls above leave no unused words on the native stack, in which
    /// the collector would find what earlier calls left there.
    #[inline(never)]
    fn bind_any<R>(
        &self,
        vm: &mut Vm,
        signature: &Signature,
        body: impl FnOnce(&mut Vm, Args<'_>) -> Result<R, Raised>,
    ) -> Result<R, Raised> {
        let mut bound = [Value::UNBOUND; MAX_PARAMETERS];
        self.fill(vm, signature, &mut bound)?;
        body(vm, Args::new(&mut bound[..signature.slots()]))
    }

    /// Whether a function of this signature takes as many arguments; keywords count as fitting where any is taken.
    pub fn fits(&self, signature: &Signature) -> bool {
        if self.kwcount != 0 {
            return signature.varkw || signature.kwonly != 0 || signature.posonly != signature.positional;
        }
        let n = self.len();
        n >= signature.required as usize && (signature.varargs || n <= signature.positional as usize)
    }

    /// Binds by `signature` and calls a native function.
    #[inline]
    pub fn call_bound(&self, vm: &mut Vm, signature: &Signature, callee: NativeCallee) -> Result<Value, Raised> {
        self.bind(vm, signature, callee)
    }

    fn fill(&self, vm: &mut Vm, signature: &Signature, bound: &mut [Value; MAX_PARAMETERS]) -> Result<(), Raised> {
        let n = self.len();
        let positional = signature.positional as usize;
        let receiver = signature.has_receiver as usize;
        for (to, from) in bound.iter_mut().zip(&self.slots[..n.min(positional)]) {
            *to = from.get();
        }
        let star = positional + signature.kwonly as usize;
        if self.kwcount != 0 {
            self.check_counts(vm, signature)?;
        }
        if signature.varargs {
            bound[star] = self.tuple_from(vm, positional)?.value();
        } else if n > positional {
            return Err(self.too_many(vm, signature, n - receiver));
        }
        let extra = star + signature.varargs as usize;
        if signature.varkw {
            bound[extra] = Dict::new(vm)?.value();
        }
        if self.kwcount != 0 {
            self.fill_keywords(vm, signature, bound, extra)?;
        }
        let missing = bound[..signature.required as usize].iter().any(|v| v.is_unbound());
        if missing || (signature.kwonly_required > 0 && bound[positional..star].iter().any(|v| v.is_unbound())) {
            return self.check_missing(vm, signature, bound);
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn fill_keywords(
        &self,
        vm: &mut Vm,
        signature: &Signature,
        bound: &mut [Value; MAX_PARAMETERS],
        extra: usize,
    ) -> Result<(), Raised> {
        let receiver = signature.has_receiver as usize;
        // The first keyword that is no parameter, and whether one is a parameter given by position, too.
        let (mut unexpected, mut is_double) = (None, false);
        for i in 0..self.kwcount {
            let Some((key, value)) = self.keyword(vm, i) else { break };
            let Some(name) = key.downcast::<Str>(vm) else {
                return Err(vm.raise(Exc::TypeError, "keywords must be strings"));
            };
            let slot = signature.keyword_slot(|parameter| name.get(vm).equals(parameter));
            match slot {
                Some(slot) if !bound[slot].is_unbound() => is_double = true,
                Some(slot) => bound[slot] = value,
                None if signature.varkw => {
                    let Some(dict) = bound[extra].downcast::<Dict>(vm) else { break };
                    Dict::set(dict, vm, key, value)?;
                }
                None => unexpected = unexpected.or(Some(name)),
            }
        }
        if !is_double && unexpected.is_none() {
            return Ok(());
        }
        // What is missing is told first, then what was given twice.
        self.check_missing(vm, signature, bound)?;
        let function = signature.name();
        for (slot, parameter) in signature.parameters().enumerate().take(self.len().min(signature.positional as usize))
        {
            if slot >= signature.posonly as usize && self.keyword_named(vm, parameter.name).is_some() {
                let (name, position) = (parameter.name, slot + 1 - receiver);
                let message = format!("argument for {function}() given by name ('{name}') and position ({position})");
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
        let Some(name) = unexpected else { return Ok(()) };
        let name = name.get(vm).to_string_lossy();
        let mut message = format!("{function}() got an unexpected keyword argument '{name}'");
        let plain = signature.parameters().skip(receiver).filter(|parameter| {
            matches!(parameter.kind, ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly)
        });
        let names = plain.map(|parameter| parameter.name);
        if let Some(close) = closest(&name, names) {
            message.push_str(&format!(". Did you mean '{close}'?"));
        }
        Err(vm.raise(Exc::TypeError, message))
    }

    /// Raises TypeError for keywords given to a function without, and for more arguments than there are parameters: what
    /// CPython looks at first.
    #[cold]
    #[inline(never)]
    fn check_counts(&self, vm: &mut Vm, signature: &Signature) -> Result<(), Raised> {
        if signature.varkw {
            return Ok(());
        }
        if signature.posonly == signature.positional && signature.kwonly == 0 {
            let name = self.qualified(vm, signature);
            return Err(vm.raise(Exc::TypeError, format!("{name}() takes no keyword arguments")));
        }
        let given = self.len() + self.kwcount;
        if !signature.varargs && given > signature.positional as usize + signature.kwonly as usize {
            return Err(self.too_many(vm, signature, self.len().saturating_sub(signature.has_receiver as usize)));
        }
        Ok(())
    }

    /// The name of a method with that of its receiver's class: how functions of fixed arity name themselves in errors.
    fn qualified(&self, vm: &mut Vm, signature: &Signature) -> String {
        let name = signature.name();
        let receiver = if signature.has_receiver { self.slots.first().map(Cell::get) } else { None };
        match receiver {
            Some(receiver) => match receiver.downcast::<crate::types::type_::Type>(vm) {
                Some(class) => format!("{}.{name}", crate::types::type_::Type::name(class, vm)),
                None => format!("{}.{name}", vm.class_name(receiver)),
            },
            None => name.to_owned(),
        }
    }

    #[cold]
    #[inline(never)]
    fn too_many(&self, vm: &mut Vm, signature: &Signature, given: usize) -> Raised {
        let receiver = signature.has_receiver as usize;
        let (max, min) =
            (signature.positional as usize - receiver, (signature.required as usize).saturating_sub(receiver));
        let name = signature.name();
        let plain = signature.posonly == signature.positional && signature.kwonly == 0;
        let s = |n: usize| if n == 1 { "" } else { "s" };
        let message = match (plain, max, min) {
            (true, 0, _) => format!("{}() takes no arguments ({given} given)", self.qualified(vm, signature)),
            (true, 1, 1) => {
                format!("{}() takes exactly one argument ({given} given)", self.qualified(vm, signature))
            }
            (true, _, _) if max == min => format!("{name} expected {max} argument{}, got {given}", s(max)),
            (true, _, _) => format!("{name} expected at most {max} argument{}, got {given}", s(max)),
            (false, 0, _) if given + self.kwcount <= signature.kwonly as usize => {
                format!("{name}() takes no positional arguments")
            }
            (false, _, _) => {
                let total = max + signature.kwonly as usize;
                let given = given + self.kwcount;
                if given > total {
                    let word = if self.kwcount == given { "keyword " } else { "" };
                    format!("{name}() takes at most {total} {word}argument{} ({given} given)", s(total))
                } else {
                    let bound = if min == max { "exactly" } else { "at most" };
                    format!(
                        "{name}() takes {bound} {max} positional argument{} ({} given)",
                        s(max),
                        given - self.kwcount
                    )
                }
            }
        };
        vm.raise(Exc::TypeError, message)
    }

    #[cold]
    #[inline(never)]
    fn check_missing(&self, vm: &mut Vm, signature: &Signature, bound: &[Value]) -> Result<(), Raised> {
        let receiver = signature.has_receiver as usize;
        let name = signature.name();
        let given = self.len().saturating_sub(receiver);
        let min = (signature.required as usize).saturating_sub(receiver);
        let max = signature.positional as usize - receiver;
        let plain = signature.posonly == signature.positional && signature.kwonly == 0;
        if plain && !signature.varkw {
            let message = if min == 1 && max == 1 {
                format!("{}() takes exactly one argument ({given} given)", self.qualified(vm, signature))
            } else {
                let bound = if min == max && !signature.varargs { "" } else { "at least " };
                format!("{name} expected {bound}{min} argument{}, got {given}", if min == 1 { "" } else { "s" })
            };
            return Err(vm.raise(Exc::TypeError, message));
        }
        for (i, parameter) in signature.parameters().enumerate() {
            let variadic = matches!(parameter.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword);
            if !variadic && parameter.default.is_none() && bound[i].is_unbound() {
                let message = if i < signature.posonly as usize {
                    let least = (signature.posonly.min(signature.required) as usize).saturating_sub(receiver);
                    let word = if least < max { "at least" } else { "exactly" };
                    let s = if least == 1 { "" } else { "s" };
                    format!("{name}() takes {word} {least} positional argument{s} ({given} given)")
                } else {
                    let position = i + 1 - receiver;
                    format!("{name}() missing required argument '{}' (pos {position})", parameter.name)
                };
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
        Ok(())
    }
}

// Messages are made apart: their buffers would leave unused words in the frames of the functions that are called after the check.

#[cold]
#[inline(never)]
fn takes_no_keywords(vm: &mut Vm, name: &str) -> Raised {
    vm.raise(Exc::TypeError, format!("{name}() takes no keyword arguments"))
}

#[cold]
#[inline(never)]
fn wrong_number(vm: &mut Vm, name: &str, range: std::ops::RangeInclusive<usize>, n: usize) -> Raised {
    let (min, max) = (*range.start(), *range.end());
    let (bound, word) = if n < min { (min, "at least") } else { (max, "at most") };
    let word = if min == max { "" } else { word };
    let space = if word.is_empty() { "" } else { " " };
    let s = if bound == 1 { "" } else { "s" };
    vm.raise(Exc::TypeError, format!("{name} expected {word}{space}{bound} argument{s}, got {n}"))
}
