//! Large objects: whole pages in the upper half of the reservation, never moved; cards for their value words.
//!
//! Invariants: `owners` has the object of each page in use (id + 1) and 0 for free ones; free runs never touch
//! (neighbours are joined); `runs` and `by_size` hold the same runs; an object on `young` has not survived a
//! collection yet and lacks the header's `OLD` bit.

use std::collections::{BTreeMap, BTreeSet};

use crate::block::{BLOCK, Blocks, LARGE, fill_poison};
use crate::header::Header;

/// Large objects are whole numbers of these.
pub(crate) const PAGE: usize = 4096;
const COMMIT: usize = 1 << 20;
/// Words per card.
pub(crate) const CARD_WORDS: usize = 8;

#[derive(Debug)]
pub(crate) struct LargeObject {
    pub(crate) start: usize,
    pub(crate) pages: usize,
    /// One bit per card, made at the first write recorded by word; empty when none is recorded.
    pub(crate) cards: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    pages: usize,
    dirty: bool,
    /// Pages at its end whose memory was given back, although it is dirty.
    clean: usize,
}

impl Run {
    /// What is left of it behind its first pages.
    fn rest(self, pages: usize) -> Run {
        let left = self.pages - pages;
        Run { pages: left, dirty: self.dirty, clean: self.clean.min(left) }
    }
}

/// The cards of an object that were written to.
#[derive(Debug)]
pub(crate) struct Cards(Vec<u64>);

impl Cards {
    /// The words of each card, from the first to one past the last.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.0.iter().enumerate().flat_map(|(index, &bits)| {
            let mut bits = bits;
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                let from = (index * 64 + bit) * CARD_WORDS;
                Some((from, from + CARD_WORDS))
            })
        })
    }
}

/// Words of card bits of an object of so many pages.
fn cards_of(pages: usize) -> usize {
    (pages * PAGE / 8).div_ceil(CARD_WORDS * 64)
}

/// The large-object space.
#[derive(Debug)]
pub(crate) struct LargeSpace {
    start: usize,
    end: usize,
    committed: usize,
    runs: BTreeMap<usize, Run>,
    /// Objects were swept since free runs were last given back to the system.
    pub(crate) surplus: bool,
    by_size: BTreeSet<(usize, usize)>,
    owners: Vec<u32>,
    pub(crate) objects: Vec<Option<LargeObject>>,
    free_ids: Vec<u32>,
    pub(crate) young: Vec<u32>,
    pub(crate) used_pages: usize,
    /// Bytes allocated since the last collection of any kind.
    pub(crate) allocated: usize,
    /// Cards written to since then.
    pub(crate) logged_cards: usize,
}

impl LargeSpace {
    pub(crate) fn new(start: usize, end: usize) -> LargeSpace {
        LargeSpace {
            start,
            end,
            committed: start,
            runs: BTreeMap::new(),
            surplus: false,
            by_size: BTreeSet::new(),
            owners: Vec::new(),
            objects: Vec::new(),
            free_ids: Vec::new(),
            young: Vec::new(),
            used_pages: 0,
            allocated: 0,
            logged_cards: 0,
        }
    }

    /// Pages needed for `bytes`; `None` on overflow.
    pub(crate) fn pages_for(bytes: usize) -> Option<usize> {
        Some(bytes.checked_add(PAGE - 1)? / PAGE)
    }

    /// Zero-filled room for a young object of `pages` pages. `None` when address space or memory is used up.
    pub(crate) fn alloc(&mut self, blocks: &mut Blocks, pages: usize) -> Option<usize> {
        let (start, run) = match self.by_size.range((pages, 0)..).next().copied() {
            Some((_, start)) => (start, self.remove_run(start)),
            None => self.extend(blocks, pages)?,
        };
        if run.pages > pages {
            self.insert_run(start + pages * PAGE, run.rest(pages));
        }
        if run.dirty {
            // SAFETY: the run is committed and free.
            unsafe { std::ptr::write_bytes(start as *mut u8, 0, pages * PAGE) };
        }
        let object = Some(LargeObject { start, pages, cards: Vec::new() });
        let id = match self.free_ids.pop() {
            Some(id) => {
                self.objects[id as usize] = object;
                id
            }
            None => {
                self.objects.push(object);
                (self.objects.len() - 1) as u32
            }
        };
        let first = (start - self.start) / PAGE;
        self.owners[first..first + pages].fill(id + 1);
        self.used_pages += pages;
        self.allocated += pages * PAGE;
        self.young.push(id);
        Some(start)
    }

    /// Adds zero-filled pages behind the object at `start` until it has `pages`; false when they are in use.
    pub(crate) fn grow(&mut self, blocks: &mut Blocks, start: usize, pages: usize) -> bool {
        let Some(id) = self.id_at(start) else { return false };
        let Some(have) = self.objects[id as usize].as_ref().map(|object| object.pages) else { return false };
        let Some(more) = pages.checked_sub(have).filter(|more| *more > 0) else { return false };
        let end = start + have * PAGE;
        let mut run = match self.runs.get(&end) {
            Some(run) => *run,
            None if end == self.committed => Run { pages: 0, dirty: false, clean: 0 },
            None => return false,
        };
        if run.pages < more {
            if end + run.pages * PAGE != self.committed {
                return false;
            }
            let Some((at, extended)) = self.extend(blocks, more) else { return false };
            run = extended;
            debug_assert_eq!(at, end);
        } else {
            self.remove_run(end);
        }
        if run.pages > more {
            self.insert_run(end + more * PAGE, run.rest(more));
        }
        if run.dirty {
            // SAFETY: the run is committed and free.
            unsafe { std::ptr::write_bytes(end as *mut u8, 0, more * PAGE) };
        }
        let first = (end - self.start) / PAGE;
        self.owners[first..first + more].fill(id + 1);
        self.used_pages += more;
        if let Some(object) = self.objects[id as usize].as_mut() {
            object.pages = pages;
            if !object.cards.is_empty() {
                object.cards.resize(cards_of(pages), 0);
            }
        }
        true
    }

    fn extend(&mut self, blocks: &mut Blocks, pages: usize) -> Option<(usize, Run)> {
        // A free run that ends where the committed part ends is used up first.
        let tail =
            self.runs.last_key_value().map(|(&s, &r)| (s, r)).filter(|(s, r)| s + r.pages * PAGE == self.committed);
        let have = tail.map_or(0, |(_, r)| r.pages * PAGE);
        let need = pages.checked_mul(PAGE)? - have;
        let end = self.committed.checked_add(need)?;
        let grow = end.checked_next_multiple_of(COMMIT)? - self.committed;
        if grow > self.end - self.committed || !blocks.pages.commit(self.committed, grow) {
            return None;
        }
        for at in (self.committed..self.committed + grow).step_by(BLOCK) {
            blocks.set_kind(at, LARGE);
        }
        let (mut start, mut run) = (self.committed, Run { pages: grow / PAGE, dirty: false, clean: 0 });
        if let Some((tail_start, tail_run)) = tail {
            self.remove_run(tail_start);
            start = tail_start;
            run = Run { pages: run.pages + tail_run.pages, dirty: tail_run.dirty, clean: 0 };
        }
        self.committed += grow;
        self.owners.resize((self.committed - self.start) / PAGE, 0);
        Some((start, run))
    }

    fn remove_run(&mut self, start: usize) -> Run {
        let run = self.runs.remove(&start).unwrap_or(Run { pages: 0, dirty: true, clean: 0 });
        self.by_size.remove(&(run.pages, start));
        run
    }

    fn insert_run(&mut self, start: usize, run: Run) {
        self.runs.insert(start, run);
        self.by_size.insert((run.pages, start));
    }

    /// Frees object `id`.
    pub(crate) fn free(&mut self, id: u32, poison: bool) {
        let Some(object) = self.objects[id as usize].take() else { return };
        self.free_ids.push(id);
        self.free_pages(object.start, object.pages, poison);
    }

    fn free_pages(&mut self, start: usize, pages: usize, poison: bool) {
        if poison {
            // SAFETY: nothing lives in these pages any more.
            unsafe { fill_poison(start, pages * PAGE) };
        }
        let first = (start - self.start) / PAGE;
        self.owners[first..first + pages].fill(0);
        self.used_pages -= pages;
        let (mut at, mut run) = (start, Run { pages, dirty: true, clean: 0 });
        if let Some((&before, &left)) = self.runs.range(..start).next_back()
            && before + left.pages * PAGE == start
        {
            self.remove_run(before);
            at = before;
            run.pages += left.pages;
        }
        let after = start + pages * PAGE;
        if self.runs.contains_key(&after) {
            run.pages += self.remove_run(after).pages;
        }
        self.insert_run(at, run);
    }

    /// Frees the pages of the object at `start` that are not needed for `bytes`.
    pub(crate) fn shrink(&mut self, start: usize, bytes: usize, poison: bool) {
        let Some(id) = self.id_at(start) else { return };
        let Some(object) = self.objects[id as usize].as_mut() else { return };
        let pages = bytes.div_ceil(PAGE).max(1);
        if pages >= object.pages {
            return;
        }
        let surplus = object.pages - pages;
        object.pages = pages;
        self.free_pages(start + pages * PAGE, surplus, poison);
    }

    /// Id of the object around `address` (which lies in the large area).
    #[inline(always)]
    pub(crate) fn id_at(&self, address: usize) -> Option<u32> {
        self.owners.get((address - self.start) / PAGE)?.checked_sub(1)
    }

    /// Pages of the object at `start`.
    pub(crate) fn pages_at(&self, start: usize) -> Option<usize> {
        self.objects[self.id_at(start)? as usize].as_ref().map(|object| object.pages)
    }

    /// Start of the object around `address`.
    pub(crate) fn find(&self, address: usize) -> Option<usize> {
        let id = self.id_at(address)?;
        self.objects[id as usize].as_ref().map(|o| o.start)
    }

    /// Records a write to word `word` of the object at `start`; true if it is the object's first since the last
    /// collection.
    pub(crate) fn log_card(&mut self, start: usize, word: usize) -> bool {
        let Some(id) = self.id_at(start) else { return false };
        let Some(object) = self.objects[id as usize].as_mut() else { return false };
        let first = object.cards.is_empty();
        if first {
            object.cards = vec![0; cards_of(object.pages)];
        }
        let card = word / CARD_WORDS;
        if let Some(bits) = object.cards.get_mut(card / 64) {
            self.logged_cards += usize::from(*bits >> (card % 64) & 1 == 0);
            *bits |= 1 << (card % 64);
        }
        first
    }

    /// The cards of the object at `start` written to since this was last asked; `None` if no object starts there.
    pub(crate) fn take_cards(&mut self, start: usize) -> Option<Cards> {
        let id = self.id_at(start)?;
        let object = self.objects.get_mut(id as usize)?.as_mut()?;
        Some(Cards(std::mem::take(&mut object.cards)))
    }

    /// The cards of the object at `start` written to so far.
    pub(crate) fn cards(&self, start: usize) -> Option<Cards> {
        let object = self.objects.get(self.id_at(start)? as usize)?.as_ref()?;
        Some(Cards(object.cards.clone()))
    }

    /// Gives the memory of free runs back to the system, but for `keep` bytes: at most about `most` bytes at a time, after
    /// a sweep.
    pub(crate) fn trim(&mut self, blocks: &Blocks, keep: usize, most: usize) {
        if !self.surplus {
            return;
        }
        let (mut kept, mut left) = (0, most / PAGE);
        for (&start, run) in &mut self.runs {
            if !run.dirty {
                continue;
            }
            kept += run.pages * PAGE;
            if kept > keep {
                let part = left.min(run.pages - run.clean);
                let from = start + (run.pages - run.clean - part) * PAGE;
                // SAFETY: free runs hold nothing.
                unsafe { blocks.pages.discard(from, part * PAGE) };
                run.clean += part;
                run.dirty = run.clean < run.pages;
                left -= part;
                if left == 0 {
                    return;
                }
            }
        }
        self.surplus = false;
    }

    /// Header of each object.
    pub(crate) fn headers(&self) -> impl Iterator<Item = *mut Header> + '_ {
        self.objects.iter().flatten().map(|o| o.start as *mut Header)
    }
}
