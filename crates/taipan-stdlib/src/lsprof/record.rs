//! What a profiler has measured, as plain data.
//!
//! Invariants: each context on the stack counts once in the level of its function, and (with sub-calls) once in the level
//! of the function within its caller; times are in the timer's unit.

use std::collections::{BTreeMap, HashMap};

/// What a function is recognised by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    /// Code, by the address of what runs it, which never moves.
    Code(usize),
    /// A native function, by the address of its row.
    Native(usize),
    /// Something else, by its identity.
    Object(u64),
}

/// The times of a function, or of a function within one caller.
#[derive(Clone, Default, Debug)]
pub struct Times {
    pub calls: u64,
    pub recursive_calls: u64,
    pub total: i64,
    pub inline: i64,
    level: i64,
}

impl Times {
    fn stop(&mut self, total: i64, inline: i64) {
        self.level -= 1;
        if self.level == 0 {
            self.total = self.total.wrapping_add(total);
        } else {
            self.recursive_calls += 1;
        }
        self.inline = self.inline.wrapping_add(inline);
        self.calls += 1;
    }
}

/// A function.
#[derive(Default, Debug)]
pub struct Entry {
    pub times: Times,
    /// Its calls of other functions, by their number.
    pub callees: BTreeMap<usize, Times>,
}

/// A call that has not ended.
struct Context {
    entry: usize,
    start: i64,
    /// Time spent in calls that it made.
    in_calls: i64,
}

/// All that was measured.
#[derive(Default)]
pub struct Record {
    pub entries: Vec<Entry>,
    numbers: HashMap<Key, usize>,
    contexts: Vec<Context>,
    /// Count calls by caller, too.
    pub subcalls: bool,
    /// Count native functions.
    pub builtins: bool,
    pub enabled: bool,
    /// The timer given from outside is running.
    pub in_timer: bool,
}

impl Record {
    /// The number of a function.
    pub fn number(&self, key: Key) -> Option<usize> {
        self.numbers.get(&key).copied()
    }

    /// A number for a new function.
    pub fn add(&mut self, key: Key) -> usize {
        let number = self.entries.len();
        self.entries.push(Entry::default());
        self.numbers.insert(key, number);
        number
    }

    /// A call begins; its start is still to be told.
    pub fn enter(&mut self, entry: usize) {
        let Some(called) = self.entries.get_mut(entry) else { return };
        called.times.level += 1;
        if self.subcalls
            && let Some(caller) = self.contexts.last()
        {
            self.entries[caller.entry].callees.entry(entry).or_default().level += 1;
        }
        self.contexts.push(Context { entry, start: 0, in_calls: 0 });
    }

    /// The innermost call began now.
    pub fn start(&mut self, now: i64) {
        if let Some(context) = self.contexts.last_mut() {
            context.start = now;
        }
    }

    /// Whether a call is under way.
    pub fn is_active(&self) -> bool {
        !self.contexts.is_empty()
    }

    /// The innermost call ends, as a call of a function, or (`None`) of the one that it is.
    pub fn leave(&mut self, entry: Option<usize>, now: i64) {
        let Some(context) = self.contexts.pop() else { return };
        let entry = entry.unwrap_or(context.entry);
        let total = now.wrapping_sub(context.start);
        let inline = total.wrapping_sub(context.in_calls);
        if let Some(called) = self.entries.get_mut(entry) {
            called.times.stop(total, inline);
        }
        let Some(caller) = self.contexts.last_mut() else { return };
        caller.in_calls = caller.in_calls.wrapping_add(total);
        if self.subcalls
            && let Some(times) = self.entries[caller.entry].callees.get_mut(&entry)
        {
            times.stop(total, inline);
        }
    }

    /// The innermost call ends and is not counted.
    pub fn drop_innermost(&mut self) {
        self.contexts.pop();
    }

    /// Forgets what was measured.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.numbers.clear();
        self.contexts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recursion_counts_its_total_once() {
        let mut record = Record { subcalls: true, ..Record::default() };
        let f = record.add(Key::Code(8));
        let g = record.add(Key::Native(8));
        assert_eq!((record.number(Key::Code(8)), record.number(Key::Object(8))), (Some(f), None));
        for (entry, now) in [(f, 0), (f, 10), (g, 15)] {
            record.enter(entry);
            record.start(now);
        }
        for (entry, now) in [(g, 25), (f, 30), (f, 50)] {
            record.leave(Some(entry), now);
        }
        assert!(!record.is_active());
        let times = &record.entries[f].times;
        assert_eq!((times.calls, times.recursive_calls, times.total, times.inline), (2, 1, 50, 40));
        let times = &record.entries[f].callees[&g];
        assert_eq!((times.calls, times.recursive_calls, times.total, times.inline), (1, 0, 10, 10));
        assert_eq!(record.entries[f].callees[&f].calls, 1);
    }
}
