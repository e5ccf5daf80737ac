//! `itertools.islice`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `islice`: the iterator is dropped when the slice is exhausted.
    pub struct Islice {
        iterator: Option<Value>,
        /// The number of the next item to give out.
        next: usize,
        /// The number to stop at; `usize::MAX`: none.
        stop: usize,
        step: usize,
        /// Items read so far.
        count: usize,
    }
}

const NO_STOP: usize = usize::MAX;

/// An argument as a number; -1 when it is no index or too large.
fn number(vm: &mut Vm, value: Value) -> Result<isize, Raised> {
    let result = vm.index_isize(value);
    match result {
        Ok(number) => Ok(number),
        Err(raised) if vm.raised_is(Exc::Exception) => {
            let _ = vm.take_raised(raised);
            Ok(-1)
        }
        Err(raised) => Err(raised),
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let args = args.for_constructor(vm, class);
    args.no_keywords(vm, "islice")?;
    let n = args.len();
    if !(2..=4).contains(&n) {
        let bound = if n < 2 { "at least 2" } else { "at most 4" };
        return Err(vm.raise(Exc::TypeError, format!("islice expected {bound} arguments, got {n}")));
    }
    let (start, stop) = if n == 2 { (Value::NONE, args.get(1)) } else { (args.get(1), args.get(2)) };
    let start = if start.is_none() { 0 } else { number(vm, start)? };
    let stop = if stop.is_none() {
        NO_STOP
    } else {
        match number(vm, stop)? {
            -1 => {
                let message = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
                return Err(vm.raise(Exc::ValueError, message));
            }
            stop => usize::try_from(stop).unwrap_or(NO_STOP - 1),
        }
    };
    if start < 0 || stop == NO_STOP - 1 {
        let message = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
        return Err(vm.raise(Exc::ValueError, message));
    }
    let step = match n {
        4 if !args.get(3).is_none() => number(vm, args.get(3))?,
        _ => 1,
    };
    if step < 1 {
        return Err(vm.raise(Exc::ValueError, "Step for islice() must be a positive integer or None."));
    }
    let iterator = Some(vm.iter(args.get(0))?);
    let shape = class.get(vm).root_shape;
    let header = HeaderWord::NEW;
    let object = Islice { header, iterator, next: start as usize, stop, step: step as usize, count: 0 };
    Ok(vm.new_object(shape, object)?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Islice>(vm);
    let Some(iterator) = this.get(vm).iterator else { return Ok(None) };
    while this.get(vm).count < this.get(vm).next {
        if vm.next(iterator)?.is_none() {
            this.get_mut(vm).iterator = None;
            return Ok(None);
        }
        this.get_mut(vm).count += 1;
    }
    let Islice { stop, count, .. } = *this.get(vm);
    let item = if count >= stop { None } else { vm.next(iterator)? };
    let this = this.get_mut(vm);
    match item {
        Some(_) => {
            this.count += 1;
            this.next = this.next.saturating_add(this.step).min(stop);
        }
        None => this.iterator = None,
    }
    Ok(item)
}

pub static TYPE: TypeSpec = super::iterator_type(
    "islice",
    <Islice as HeapObject>::native,
    new,
    next,
    "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator whose next() method returns selected values from an\niterable.  If start is specified, will skip all preceding elements;\notherwise, start defaults to zero.  Step defaults to one.  If\nspecified as another value, step determines how many values are\nskipped between successive calls.  Works like a slice() on a list\nbut returns an iterator.",
);
