//! `string.templatelib.Template` and its iterator: what a t-string evaluates to (PEP 750).
//!
//! Invariant: there is one string more than there are interpolations.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{GetSetDef, MethodDef, NO_NEW, TypeSpec, class_method, getter, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::list::List;
use crate::types::list::methods::class_getitem;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

pub mod interpolation;

use interpolation::Interpolation;

heap_object! {
    /// A template string.
    pub struct Template = Builtin::Template {
        pub strings: Gc<Tuple>,
        pub interpolations: Gc<Tuple>,
    }
}

heap_object! {
    /// Strings and interpolations in turn; empty strings are left out.
    pub struct TemplateIterator = Builtin::TemplateIterator {
        pub template: Gc<Template>,
        /// Twice the number of the next string, plus one when the next part is an interpolation.
        pub position: usize,
    }
}

impl Template {
    /// A template of its parts.
    pub fn from_parts(vm: &mut Vm, strings: Gc<Tuple>, interpolations: Gc<Tuple>) -> Result<Gc<Template>, Raised> {
        vm.new_exact(Template { header: HeaderWord::NEW, strings, interpolations })
    }
}

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if args.has_keywords() {
        return Err(vm.raise(Exc::TypeError, "Template.__new__ only accepts *args arguments"));
    }
    let (strings, interpolations) = (List::new(vm)?, List::new(vm)?);
    let mut last: Option<Gc<Str>> = None;
    for slot in args.slots() {
        let part = slot.get();
        if let Some(text) = part.downcast::<Str>(vm) {
            last = Some(match last {
                Some(last) => Str::concat(vm, last, text)?,
                None => text,
            });
        } else if part.exact::<Interpolation>().is_some() {
            let text = match last.take() {
                Some(text) => text,
                None => Str::empty(vm)?,
            };
            List::push(strings, vm, text.value())?;
            List::push(interpolations, vm, part)?;
        } else {
            let got = vm.type_name(part);
            let message = format!("Template.__new__ *args need to be of type 'str' or 'Interpolation', got {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
    }
    let text = match last {
        Some(text) => text,
        None => Str::empty(vm)?,
    };
    List::push(strings, vm, text.value())?;
    let (strings, interpolations) = (List::to_tuple(strings, vm)?, List::to_tuple(interpolations, vm)?);
    Ok(Template::from_parts(vm, strings, interpolations)?.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Template { strings, interpolations, .. } = *this.expect::<Template>(vm).get(vm);
    let mut out = taipan_text::TextBuf::from("Template(strings=");
    vm.push_repr(&mut out, strings.value())?;
    out.push_str(", interpolations=");
    vm.push_repr(&mut out, interpolations.value())?;
    out.push_str(")");
    Ok(Str::from_text(vm, out.as_text())?.value())
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.exact::<Template>(), b.exact::<Template>()) else {
        let got = vm.type_name(b);
        let message =
            format!("can only concatenate string.templatelib.Template (not \"{got}\") to string.templatelib.Template");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let (first, second) = (x.get(vm).strings, y.get(vm).strings);
    let (m, n) = (first.get(vm).len(), second.get(vm).len());
    let strings = List::with_capacity(vm, m + n)?;
    for i in 0..m.saturating_sub(1) {
        let text = first.get(vm).at(i);
        List::push(strings, vm, text)?;
    }
    let last = first.get(vm).items().last().copied().and_then(|text| text.downcast::<Str>(vm));
    let next = second.get(vm).items().first().copied().and_then(|text| text.downcast::<Str>(vm));
    if let (Some(last), Some(next)) = (last, next) {
        let joined = Str::concat(vm, last, next)?;
        List::push(strings, vm, joined.value())?;
    }
    for i in 1..n {
        let text = second.get(vm).at(i);
        List::push(strings, vm, text)?;
    }
    let (first, second) = (x.get(vm).interpolations, y.get(vm).interpolations);
    let interpolations = List::new(vm)?;
    vm.extend_list(interpolations, first.value())?;
    vm.extend_list(interpolations, second.value())?;
    let (strings, interpolations) = (List::to_tuple(strings, vm)?, List::to_tuple(interpolations, vm)?);
    Ok(Template::from_parts(vm, strings, interpolations)?.value())
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let template = this.expect::<Template>(vm);
    Ok(vm.new_exact(TemplateIterator { header: HeaderWord::NEW, template, position: 0 })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<TemplateIterator>(vm);
    let TemplateIterator { template, mut position, .. } = *iterator.get(vm);
    let Template { strings, interpolations, .. } = *template.get(vm);
    loop {
        let parts = if position.is_multiple_of(2) { strings } else { interpolations };
        let Some(part) = parts.get(vm).items().get(position / 2).copied() else { return Ok(None) };
        position += 1;
        iterator.get_mut(vm).position = position;
        if part.downcast::<Str>(vm).is_none_or(|text| !text.get(vm).is_empty()) {
            return Ok(Some(part));
        }
    }
}

fn strings(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Template>(vm).get(vm).strings.value())
}

fn interpolations(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Template>(vm).get(vm).interpolations.value())
}

fn values(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let interpolations = this.expect::<Template>(vm).get(vm).interpolations;
    let values = List::new(vm)?;
    for i in 0..interpolations.get(vm).len() {
        let item = interpolations.get(vm).at(i);
        let Some(interpolation) = item.exact::<Interpolation>() else { continue };
        let value = interpolation.get(vm).value;
        List::push(values, vm, value)?;
    }
    Ok(List::to_tuple(values, vm)?.value())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Template { strings, interpolations, .. } = *args.receiver::<Template>(vm).get(vm);
    let module = crate::import::import_module(vm, "string.templatelib")?;
    let function = vm.get_attr_str(module, "_template_unpickle")?;
    let parts = Tuple::from_values(vm, &[strings.value(), interpolations.value()])?;
    Ok(Tuple::from_values(vm, &[function, parts.value()])?.value())
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, ""),
    class_method("__class_getitem__($type, object, /)", class_getitem, "Template supports [] for generic usage"),
];

const GETSET: &[GetSetDef] = &[
    getter("strings", strings, "Strings").member(),
    getter("interpolations", interpolations, "Interpolations").member(),
    getter("values", values, "Values of interpolations"),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "Template",
    module: "string.templatelib",
    layout: Some(<Template as HeapObject>::native),
    slots: Slots { new: Some(new), repr: Some(repr), iter: Some(iter), concat: Some(concat), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Template object",
    ..TypeSpec::DEFAULT
};

pub static ITERATOR: TypeSpec = TypeSpec {
    name: "TemplateIter",
    module: "string.templatelib",
    layout: Some(<TemplateIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    doc: "Template iterator object",
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
