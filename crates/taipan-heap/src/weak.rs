//! Weak references: words outside an owner's value words that are cleared when their referent dies.
//!
//! Invariants: an entry's `owner` is 0 once the owner is dead; the entries of one referent form a chain from
//! `heads`, newest first; entries whose owner or referent is young are on `young`. The word holds the referent, or 0
//! when the owner gave the reference up, in which case the entry goes at the next collection that sees it.

use std::collections::VecDeque;
use std::ptr::NonNull;

use crate::header::Header;
use crate::heap::Heap;
use crate::side_table::AddressMap;

const END: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry {
    owner: usize,
    referent: usize,
    word: u16,
    /// The next older reference to the same referent.
    next: u32,
}

impl Entry {
    /// The weak word of the owner, which lies at `owner`.
    fn slot(&self, owner: usize) -> *mut u64 {
        (owner as *mut u64).wrapping_add(self.word as usize)
    }
}

/// All weak references of a heap.
#[derive(Debug, Default)]
pub(crate) struct WeakTable {
    entries: Vec<Entry>,
    free: Vec<u32>,
    heads: AddressMap<u32>,
    young: Vec<u32>,
    /// Entries whose owner died, still in their chains.
    orphans: usize,
    /// Owners whose referent died; roots until taken.
    pub(crate) dead: VecDeque<u64>,
}

impl WeakTable {
    /// Cuts the references to dead referents, in two steps around the resurrection by finalisers. This is the first:
    /// references to unreached objects become 0, and their owners, if reached themselves, are queued.
    ///
    /// # Safety
    /// `fate` tells where the objects known to the table are now; memory of unreached ones is still intact.
    pub(crate) unsafe fn cut(&mut self, all: bool, fate: impl Fn(usize) -> Option<usize>) -> usize {
        let mut referents: Vec<(u32, usize)> = if all {
            let heads = self.heads.iter().map(|(&referent, &head)| (head, referent));
            heads.filter(|&(_, referent)| fate(referent) != Some(referent)).collect()
        } else {
            let referents = self.young.iter().map(|&i| self.entries[i as usize].referent);
            referents.filter_map(|referent| Some((*self.heads.get(&referent)?, referent))).collect()
        };
        // Oldest registrations first, so that the queue's order does not depend on addresses.
        referents.sort_unstable();
        referents.dedup();
        let before = self.dead.len();
        let mut moved = Vec::new();
        for (head, referent) in referents {
            match fate(referent) {
                Some(new) if new == referent => {}
                Some(new) => moved.push((referent, new)),
                None => {
                    self.heads.remove(&referent);
                    // SAFETY: by contract.
                    unsafe { self.cut_chain(head, &fate) };
                }
            }
        }
        // All removals come before the insertions: a new address may be another referent's old one.
        let moved: Vec<_> = moved.into_iter().map(|(old, new)| (new, self.heads.remove(&old))).collect();
        for (new, head) in moved {
            let Some(head) = head else { continue };
            self.heads.insert(new, head);
            let mut at = head;
            while at != END {
                let entry = &mut self.entries[at as usize];
                entry.referent = new;
                let (entry, next) = (*entry, entry.next);
                // Owners that do not move with the referent are not seen by `follow`.
                if entry.owner != 0 {
                    let owner = fate(entry.owner).unwrap_or(entry.owner);
                    // SAFETY: the owner is an object with that word; unreached ones are intact.
                    unsafe {
                        if *entry.slot(owner) != 0 {
                            *entry.slot(owner) = new as u64;
                        }
                    }
                }
                at = next;
            }
        }
        self.dead.len() - before
    }

    /// # Safety
    /// As for [`WeakTable::cut`].
    unsafe fn cut_chain(&mut self, head: u32, fate: &impl Fn(usize) -> Option<usize>) {
        let mut at = head;
        while at != END {
            let entry = self.entries[at as usize];
            if entry.owner != 0 {
                let reached = fate(entry.owner);
                let slot = entry.slot(reached.unwrap_or(entry.owner));
                // SAFETY: the owner is an object with that word; unreached ones are intact.
                let held = unsafe { std::mem::replace(&mut *slot, 0) };
                if let Some(owner) = reached
                    && held != 0
                {
                    self.dead.push_back(owner as u64);
                }
            }
            self.entries[at as usize].owner = 0;
            self.entries[at as usize].referent = 0;
            self.free.push(at);
            at = entry.next;
        }
    }

    /// The second step: owners that are dead for good lose their entries, the others are followed.
    ///
    /// # Safety
    /// As for [`WeakTable::cut`].
    pub(crate) unsafe fn follow(&mut self, all: bool, fate: impl Fn(usize) -> Option<usize>) {
        if all {
            for entry in &mut self.entries {
                if entry.owner != 0 {
                    entry.owner = fate(entry.owner).unwrap_or(0);
                }
            }
            self.unlink_dead();
        } else {
            for index in std::mem::take(&mut self.young) {
                let entry = &mut self.entries[index as usize];
                if entry.owner != 0 {
                    entry.owner = fate(entry.owner).unwrap_or(0);
                    self.orphans += usize::from(entry.owner == 0);
                }
            }
            if self.orphans > 1024 + (self.entries.len() - self.free.len()) / 2 {
                self.unlink_dead();
            }
        }
    }

    /// Removes the entries without an owner, or given up by it, from their chains.
    fn unlink_dead(&mut self) {
        self.orphans = 0;
        let WeakTable { entries, free, heads, .. } = self;
        heads.retain(|_, head| {
            let (mut first, mut last, mut at) = (END, END, *head);
            while at != END {
                let entry = entries[at as usize];
                // SAFETY: owners that are not 0 are live objects with that word.
                if entry.owner == 0 || unsafe { *entry.slot(entry.owner) } == 0 {
                    entries[at as usize].owner = 0;
                    entries[at as usize].referent = 0;
                    free.push(at);
                } else if last == END {
                    (first, last) = (at, at);
                } else {
                    entries[last as usize].next = at;
                    last = at;
                }
                at = entry.next;
            }
            if last != END {
                entries[last as usize].next = END;
            }
            *head = first;
            first != END
        });
    }
}

impl Heap {
    /// Makes word `word` of `owner`, which holds a heap pointer but is no value word of the owner's layout, a weak
    /// reference. When the referent dies the word becomes 0 and `owner` is queued for [`Heap::take_dead_weak`].
    /// Writing 0 into the word ends the registration. A word that is 0 already is not registered.
    pub fn register_weak(&mut self, owner: NonNull<Header>, word: u16) {
        let address = owner.as_ptr() as usize;
        // SAFETY: the owner is a live object with that word.
        let referent = unsafe { *(address as *const u64).add(word as usize) } as usize;
        if referent == 0 {
            return;
        }
        self.set_side_flag(referent);
        let young = self.is_young_address(address) || self.is_young_address(referent);
        let table = &mut self.weak;
        let index = match table.free.pop() {
            Some(index) => index,
            None => {
                table.entries.push(Entry { owner: 0, referent: 0, word: 0, next: END });
                (table.entries.len() - 1) as u32
            }
        };
        let next = table.heads.insert(referent, index).unwrap_or(END);
        table.entries[index as usize] = Entry { owner: address, referent, word, next };
        if young {
            table.young.push(index);
        }
    }

    /// The owners of weak references to `referent`, newest first. An owner that is dead but not yet collected may be
    /// among them.
    pub fn weak_owners(&self, referent: NonNull<Header>) -> Vec<NonNull<Header>> {
        let mut owners = Vec::new();
        let mut at = self.weak.heads.get(&(referent.as_ptr() as usize)).copied().unwrap_or(END);
        while at != END {
            let entry = self.weak.entries[at as usize];
            // SAFETY: owners that are not 0 are objects with that word, not freed since the last collection.
            if entry.owner != 0 && unsafe { *entry.slot(entry.owner) } != 0 {
                owners.extend(NonNull::new(entry.owner as *mut Header));
            }
            at = entry.next;
        }
        owners
    }

    /// The newest owner of a weak reference to `referent` that a test accepts; dead owners as in `weak_owners`.
    pub fn find_weak_owner(
        &self,
        referent: NonNull<Header>,
        mut accepts: impl FnMut(NonNull<Header>) -> bool,
    ) -> Option<NonNull<Header>> {
        let mut at = self.weak.heads.get(&(referent.as_ptr() as usize)).copied().unwrap_or(END);
        while at != END {
            let entry = self.weak.entries[at as usize];
            if entry.owner != 0
                // SAFETY: as in `weak_owners`.
                && unsafe { *entry.slot(entry.owner) } != 0
                && let Some(owner) = NonNull::new(entry.owner as *mut Header)
                && accepts(owner)
            {
                return Some(owner);
            }
            at = entry.next;
        }
        None
    }

    /// The next owner of a weak reference whose referent died; those of one referent come newest first.
    pub fn take_dead_weak(&mut self) -> Option<NonNull<Header>> {
        let owner = self.weak.dead.pop_front()?;
        NonNull::new(owner as *mut Header)
    }

    /// Number of registered weak references, dead ones that no collection has seen yet included.
    pub fn weak_count(&self) -> usize {
        self.weak.entries.len() - self.weak.free.len()
    }
}
