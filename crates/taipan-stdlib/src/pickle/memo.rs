//! The memo of a `Pickler`: which objects have been written, by identity, and their numbers.
//!
//! Objects move, so the table is no table of addresses: an object is found by the identity hash in its header. A str has
//! none; the first of several equal ones is found by its text, each further one by its serial number, which is slower to
//! get. A slot of the table holds a tag (from the hash) and the number of an entry plus 1; tags of texts are even and
//! unique, the others are odd.

use taipan_vm::gc::Gc;
use taipan_vm::raise::Raised;
use taipan_vm::types::array::RawArray;
use taipan_vm::types::list::List;
use taipan_vm::types::object;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::pickler::Pickler;

const FIRST_SLOTS: usize = 16;

/// Spreads a hash over 32 bits.
fn mix(hash: u64) -> u32 {
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

fn identity_tag(vm: &mut Vm, key: Value) -> Result<u32, Raised> {
    Ok(mix(object::hash(vm, key)? as u64) | 1)
}

/// The entry with a tag whose key is the object, or (`Err`) where such an entry is to be put. For the tag of a text also
/// gives whether another key has it.
struct Probe {
    entry: Option<usize>,
    slot: usize,
    taken: bool,
}

fn probe(vm: &Vm, table: Gc<RawArray>, keys: Gc<List>, tag: u32, key: Value) -> Probe {
    let (slots, keys) = (table.get(vm).words64(), keys.get(vm).slots(vm));
    let mask = slots.len().wrapping_sub(1);
    let mut slot = tag as usize & mask;
    loop {
        let word = slots.get(slot).copied().unwrap_or(0);
        if word == 0 {
            return Probe { entry: None, slot, taken: false };
        }
        if (word >> 32) as u32 == tag {
            let entry = (word as u32 as usize).wrapping_sub(1);
            if keys.get(entry).copied().flatten() == Some(key) {
                return Probe { entry: Some(entry), slot, taken: false };
            }
            if tag & 1 == 0 {
                return Probe { entry: None, slot, taken: true };
            }
        }
        slot = (slot + 1) & mask;
    }
}

/// The entry of an object, or its tag and the slot to put it into.
fn find(vm: &mut Vm, pickler: Gc<Pickler>, key: Value) -> Result<Result<usize, (u32, usize)>, Raised> {
    let Some(table) = pickler.get(vm).table else { return Ok(Err((0, 0))) };
    let keys = pickler.get(vm).keys;
    if let Some(text) = key.downcast::<Str>(vm) {
        let tag = mix(Str::hash(text, vm) as u64) & !1;
        let found = probe(vm, table, keys, tag, key);
        match found.entry {
            Some(entry) => return Ok(Ok(entry)),
            None if !found.taken => return Ok(Err((tag, found.slot))),
            None => {}
        }
    }
    let tag = identity_tag(vm, key)?;
    let found = probe(vm, table, keys, tag, key);
    Ok(found.entry.ok_or((tag, found.slot)))
}

/// The number of an object that has been written.
pub fn get(vm: &mut Vm, pickler: Gc<Pickler>, key: Value) -> Result<Option<i64>, Raised> {
    if pickler.get(vm).keys.get(vm).is_empty() {
        return Ok(None);
    }
    match find(vm, pickler, key)? {
        Ok(entry) => Ok(Some(number(vm, pickler, entry))),
        Err(_) => Ok(None),
    }
}

fn number(vm: &Vm, pickler: Gc<Pickler>, entry: usize) -> i64 {
    match pickler.get(vm).numbers {
        Some(numbers) => numbers.get(vm).get_at(vm, entry).and_then(Value::as_small_int).unwrap_or(entry as i64),
        None => entry as i64,
    }
}

/// How many objects have been written.
pub fn len(vm: &Vm, pickler: Gc<Pickler>) -> usize {
    pickler.get(vm).keys.get(vm).len()
}

/// Gives an object the next number, which is returned.
pub fn put(vm: &mut Vm, pickler: Gc<Pickler>, key: Value) -> Result<i64, Raised> {
    let next = len(vm, pickler) as i64;
    set(vm, pickler, key, next)?;
    Ok(next)
}

/// Gives an object a number.
pub fn set(vm: &mut Vm, pickler: Gc<Pickler>, key: Value, number: i64) -> Result<(), Raised> {
    make_room(vm, pickler)?;
    let keys = pickler.get(vm).keys;
    let next = keys.get(vm).len();
    let entry = match find(vm, pickler, key)? {
        Ok(entry) => entry,
        Err((tag, slot)) => {
            List::push(keys, vm, key)?;
            let Some(table) = pickler.get(vm).table else { return Ok(()) };
            if let Some(word) = table.get_mut(vm).words64_mut().get_mut(slot) {
                *word = u64::from(tag) << 32 | (next as u64 + 1);
            }
            next
        }
    };
    if number == entry as i64 && pickler.get(vm).numbers.is_none() {
        return Ok(());
    }
    // Numbers of the program's own choice: from now on all are kept.
    let numbers = match pickler.get(vm).numbers {
        Some(numbers) => numbers,
        None => {
            let numbers = List::new(vm)?;
            for i in 0..entry {
                List::push(numbers, vm, Value::int(i))?;
            }
            pickler.get_mut(vm).numbers = Some(numbers);
            numbers
        }
    };
    while numbers.get(vm).len() <= entry {
        let i = numbers.get(vm).len();
        List::push(numbers, vm, Value::int(i))?;
    }
    let number = vm.new_int(number)?;
    List::set_at(numbers, vm, entry, number);
    Ok(())
}

/// Makes sure that one more entry leaves a third of the table free.
fn make_room(vm: &mut Vm, pickler: Gc<Pickler>) -> Result<(), Raised> {
    let used = len(vm, pickler);
    let old = pickler.get(vm).table;
    let slots = old.map_or(0, |table| table.get(vm).words64().len());
    if (used + 1) * 3 <= slots * 2 {
        return Ok(());
    }
    if used >= u32::MAX as usize - 1 {
        return Err(vm.raise_no_memory());
    }
    let slots = if slots == 0 { FIRST_SLOTS } else { slots * if used > 50_000 { 2 } else { 4 } };
    let new = RawArray::new(vm, slots * 8)?;
    let words: Vec<u64> = match old {
        Some(old) => old.get(vm).words64().iter().copied().filter(|word| *word != 0).collect(),
        None => Vec::new(),
    };
    let target = new.get_mut(vm).words64_mut();
    let mask = target.len() - 1;
    for word in words {
        let mut slot = (word >> 32) as usize & mask;
        while target[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        target[slot] = word;
    }
    pickler.get_mut(vm).table = Some(new);
    Ok(())
}

/// Forgets all objects.
pub fn clear(vm: &mut Vm, pickler: Gc<Pickler>) -> Result<(), Raised> {
    let keys = List::new(vm)?;
    let state = pickler.get_mut(vm);
    (state.keys, state.table, state.numbers) = (keys, None, None);
    Ok(())
}

/// The objects and their numbers, in the order in which they were written.
pub fn entry(vm: &Vm, pickler: Gc<Pickler>, at: usize) -> Option<(Value, i64)> {
    let key = pickler.get(vm).keys.get(vm).get_at(vm, at)?;
    Some((key, number(vm, pickler, at)))
}
