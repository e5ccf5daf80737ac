//! The order in which abandoned streams are closed: who holds a stream comes before it, as where objects die with their last
//! reference. A text stream still writes into the stream of bytes it holds.

use rustc_hash::FxHashMap;

use crate::gc::Gc;
use crate::modules::gc::graph::for_each_referent;
use crate::raise::Raised;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::value::Value;
use crate::vm::Vm;

/// Streams that wait until everything else that a collection found has been finalised.
#[derive(Default)]
pub(super) struct Streams {
    /// Taken from its end.
    waiting: Option<Gc<List>>,
    /// Whether some were added since they were ordered.
    unordered: bool,
}

impl Streams {
    /// Keeps a stream for later.
    pub fn add(&mut self, vm: &mut Vm, stream: Value) -> Result<(), Raised> {
        let list = match self.waiting {
            Some(list) => list,
            None => *self.waiting.insert(List::new(vm)?),
        };
        self.unordered = true;
        List::push(list, vm, stream)
    }

    /// Takes the next one: of those no other refers to, and then of the others, what was made last.
    pub fn take(&mut self, vm: &mut Vm) -> Option<Value> {
        if std::mem::take(&mut self.unordered)
            && let Err(raised) = self.order(vm)
        {
            // Without memory they stay as they are.
            let _ = vm.take_raised(raised);
        }
        let list = self.waiting?;
        let last = list.get(vm).len().checked_sub(1)?;
        let stream = list.get(vm).get_at(vm, last);
        List::truncate(list, vm, last);
        stream
    }

    /// Puts those that another one refers to first.
    fn order(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let Some(list) = self.waiting.filter(|list| list.get(vm).len() > 1) else { return Ok(()) };
        let held = held_by_others(vm, list);
        let ordered = List::new(vm)?;
        for wanted in [true, false] {
            for (i, held) in held.iter().enumerate() {
                if *held == wanted
                    && let Some(stream) = list.get(vm).get_at(vm, i)
                {
                    List::push(ordered, vm, stream)?;
                }
            }
        }
        self.waiting = Some(ordered);
        Ok(())
    }
}

/// For each item whether another one refers to it, itself or through a dict of attributes. Allocates nothing in the heap.
fn held_by_others(vm: &Vm, list: Gc<List>) -> Vec<bool> {
    let count = list.get(vm).len();
    let mut held = vec![false; count];
    let items = || (0..count).filter_map(|i| Some((i, list.get(vm).get_at(vm, i)?)));
    let numbers: FxHashMap<u64, usize> = items().map(|(i, stream)| (stream.bits(), i)).collect();
    for (i, stream) in items() {
        let mut note = |value: Value| {
            if let Some(number) = numbers.get(&value.bits()).filter(|number| **number != i) {
                held[*number] = true;
            }
        };
        for_each_referent(vm, stream, &mut |value| match value.exact::<Dict>() {
            Some(_) => for_each_referent(vm, value, &mut note),
            None => note(value),
        });
    }
    held
}
