//! Writing tuples, lists, dicts and sets: items in batches, with a note about the part in which an error arose.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::set::Set;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::Saving;
use crate::pickle::opcodes::*;
use crate::pickle::{class_text, memo, note};

impl Saving {
    pub(super) fn save_tuple(&mut self, vm: &mut Vm, tuple: Gc<Tuple>) -> Result<(), Raised> {
        let len = tuple.get(vm).len();
        if len == 0 {
            self.output.put(if self.binary { &[EMPTY_TUPLE] } else { &[MARK, TUPLE] });
            return Ok(());
        }
        let short = len <= 3 && self.protocol >= 2;
        if !short {
            self.output.byte(MARK);
        }
        for i in 0..len {
            let item = tuple.get(vm).at(i);
            if let Err(raised) = self.save(vm, item) {
                return Err(self.note_item(vm, raised, tuple.value(), i));
            }
        }
        if let Some(number) = memo::get(vm, self.pickler, tuple.value())? {
            // A part has written the tuple: what was put on the stack goes again.
            let pops = if short { len } else { len + 1 };
            if self.binary && !short {
                self.output.byte(POP_MARK);
            } else {
                (0..pops).for_each(|_| self.output.byte(POP));
            }
            return self.put_get(vm, number);
        }
        self.output.byte(match (short, len) {
            (true, 1) => TUPLE1,
            (true, 2) => TUPLE2,
            (true, _) => TUPLE3,
            (false, _) => TUPLE,
        });
        self.memoize(vm, tuple.value())
    }

    pub fn note_item(&mut self, vm: &mut Vm, raised: Raised, container: Value, index: usize) -> Raised {
        note(vm, raised, |vm| Ok(format!("when serializing {} item {index}", class_text(vm, container)?)))
    }

    pub fn note_key(&mut self, vm: &mut Vm, raised: Raised, container: Value, key: Value) -> Raised {
        note(vm, raised, |vm| {
            Ok(format!("when serializing {} item {}", class_text(vm, container)?, vm.repr_string(key)?))
        })
    }

    /// Writes a list; the items of one of a subclass come from its iterator.
    pub(super) fn save_list(&mut self, vm: &mut Vm, list: Gc<List>, exact: bool) -> Result<(), Raised> {
        self.enter_fast(vm, list.value())?;
        self.output.put(if self.binary { &[EMPTY_LIST] } else { &[MARK, LIST] });
        let len = list.get(vm).len();
        self.memoize(vm, list.value())?;
        if len != 0 {
            if exact && self.binary {
                self.put_list(vm, list)?;
            } else {
                let iterator = vm.iter(list.value())?;
                self.put_items(vm, iterator, Some(list.value()))?;
            }
        }
        self.leave_fast(vm, list.value())
    }

    pub(super) fn put_list(&mut self, vm: &mut Vm, list: Gc<List>) -> Result<(), Raised> {
        let single = list.get(vm).len() == 1;
        let mut total = 0;
        loop {
            if !single {
                self.output.byte(MARK);
            }
            let end = if single { 1 } else { total + BATCH };
            while total < end
                && let Some(item) = list.get(vm).get_at(vm, total)
            {
                if let Err(raised) = self.save(vm, item) {
                    return Err(self.note_item(vm, raised, list.value(), total));
                }
                total += 1;
            }
            if single {
                self.output.byte(APPEND);
                return Ok(());
            }
            self.output.byte(APPENDS);
            if total >= list.get(vm).len() {
                return Ok(());
            }
        }
    }

    /// Writes dicts.
    pub(super) fn save_dict(&mut self, vm: &mut Vm, dict: Gc<Dict>, exact: bool) -> Result<(), Raised> {
        self.enter_fast(vm, dict.value())?;
        self.output.put(if self.binary { &[EMPTY_DICT] } else { &[MARK, DICT] });
        self.memoize(vm, dict.value())?;
        if !dict.get(vm).is_empty() {
            if exact && self.binary {
                self.put_dict(vm, dict)?;
            } else {
                let items = vm.call_method_name(dict.value(), taipan_vm::names::name::ITEMS, &[])?;
                let iterator = vm.iter(items)?;
                self.put_pairs(vm, iterator, Some(dict.value()))?;
            }
        }
        self.leave_fast(vm, dict.value())
    }

    pub(super) fn put_dict(&mut self, vm: &mut Vm, dict: Gc<Dict>) -> Result<(), Raised> {
        let size = dict.get(vm).len();
        let single = size == 1;
        let mut at = 0;
        loop {
            let mut batch = 0;
            if !single {
                self.output.byte(MARK);
            }
            while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
                at = number + 1;
                self.save(vm, entry.key)?;
                if let Err(raised) = self.save(vm, entry.value) {
                    return Err(self.note_key(vm, raised, dict.value(), entry.key));
                }
                batch += 1;
                if batch == BATCH || single {
                    break;
                }
            }
            if single {
                self.output.byte(SETITEM);
                return Ok(());
            }
            self.output.byte(SETITEMS);
            if dict.get(vm).len() != size {
                return Err(vm.raise(Exc::RuntimeError, "dictionary changed size during iteration"));
            }
            if batch != BATCH {
                return Ok(());
            }
        }
    }

    pub(super) fn save_set(&mut self, vm: &mut Vm, set: Gc<Set>) -> Result<(), Raised> {
        if self.protocol < 4 {
            return self.save_as_list(vm, set.value(), Builtin::Set);
        }
        self.output.byte(EMPTY_SET);
        self.memoize(vm, set.value())?;
        let size = set.get(vm).len();
        if size == 0 {
            return Ok(());
        }
        let mut at = 0;
        loop {
            let mut batch = 0;
            self.output.byte(MARK);
            while batch < BATCH
                && let Some((slot, element, _)) = set.get(vm).next_element(vm, at)
            {
                at = slot + 1;
                if let Err(raised) = self.save(vm, element) {
                    return Err(self.note_part(vm, raised, set.value(), "element"));
                }
                batch += 1;
            }
            self.output.byte(ADDITEMS);
            if set.get(vm).len() != size {
                return Err(vm.raise(Exc::RuntimeError, "set changed size during iteration"));
            }
            if batch != BATCH {
                return Ok(());
            }
        }
    }

    /// Adds a note that says of which part of an object the error is.
    pub fn note_part(&mut self, vm: &mut Vm, raised: Raised, object: Value, part: &str) -> Raised {
        note(vm, raised, |vm| Ok(format!("when serializing {} {part}", class_text(vm, object)?)))
    }

    pub(super) fn save_as_list(&mut self, vm: &mut Vm, set: Value, class: Builtin) -> Result<(), Raised> {
        let items = vm.list_of(set)?.value();
        let arguments = Tuple::from_values(vm, &[items])?.value();
        let class = vm.class(class).value();
        let reduction = Tuple::from_values(vm, &[class, arguments])?;
        self.save_reduction(vm, reduction, Some(set))
    }

    pub(super) fn save_frozenset(&mut self, vm: &mut Vm, set: Value) -> Result<(), Raised> {
        self.enter_fast(vm, set)?;
        if self.protocol < 4 {
            return self.save_as_list(vm, set, Builtin::FrozenSet);
        }
        self.output.byte(MARK);
        let iterator = vm.iter(set)?;
        while let Some(item) = vm.next(iterator)? {
            if let Err(raised) = self.save(vm, item) {
                return Err(self.note_part(vm, raised, set, "element"));
            }
        }
        if let Some(number) = memo::get(vm, self.pickler, set)? {
            self.output.byte(POP_MARK);
            return self.put_get(vm, number);
        }
        self.output.byte(FROZENSET);
        self.memoize(vm, set)
    }
}
