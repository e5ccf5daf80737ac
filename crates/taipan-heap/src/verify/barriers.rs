//! Checking the remembered set: nothing old refers to a young object unknown to it.
//!
//! Without this a store that missed the barrier shows only when the collection moves or frees what was stored, and not at all
//! where that happens to be pinned.

use crate::block;
use crate::config::Policy;
use crate::header::Header;
use crate::heap::Heap;
use crate::is_pointer;
use crate::trace::for_each_slot;

impl Heap {
    /// Checks the remembered set and the cards against all old objects.
    pub(crate) fn verify_remembered(&self) -> Result<(), String> {
        if matches!(self.config.policy, Policy::MarkSweep(_)) {
            // Nothing is young, and nothing needs to be remembered.
            return Ok(());
        }
        let mut logged = 0;
        for object in self.objects_in_old_blocks() {
            logged += self.verify_barrier(object)?;
        }
        for large in self.large.objects.iter().flatten() {
            // SAFETY: the start of a large object.
            if unsafe { (*(large.start as *const Header)).bits } & Header::OLD == 0 {
                continue;
            }
            if large.cards.is_empty() {
                logged += self.verify_barrier(large.start)?;
            } else {
                logged += self.verify_cards(large.start)?;
            }
        }
        let known = self.remembered.len();
        if logged == known {
            return Ok(());
        }
        Err(format!("{logged} old objects say that they were written to, {known} are remembered"))
    }

    /// 1 for an object that is remembered, 0 for another, in which nothing young may stand.
    fn verify_barrier(&self, object: usize) -> Result<usize, String> {
        let header = object as *mut Header;
        let mut wrong = 0;
        // SAFETY: a complete object; `verify` has seen it after the last collection, or it was made since.
        unsafe {
            if (*header).bits & Header::LOGGED != 0 {
                return Ok(1);
            }
            for_each_slot(header, &self.layouts[(*header).shape as usize], |slot| {
                if self.is_young_word(*slot) {
                    wrong = *slot;
                }
            });
        }
        if wrong == 0 { Ok(0) } else { Err(missed(object, wrong)) }
    }

    /// As `verify_barrier`, for a large object with cards.
    fn verify_cards(&self, object: usize) -> Result<usize, String> {
        let header = object as *mut Header;
        let mut young = Vec::new();
        // SAFETY: as above.
        unsafe {
            if (*header).bits & Header::LOGGED != 0 {
                return Ok(1);
            }
            for_each_slot(header, &self.layouts[(*header).shape as usize], |slot| {
                if self.is_young_word(*slot) {
                    young.push(((slot as usize - object) / 8, *slot));
                }
            });
        }
        let Some(cards) = self.large.cards(object) else { return Ok(0) };
        for (from, to) in cards.ranges() {
            young.retain(|&(word, _)| word < from || word >= to);
        }
        match young.first() {
            None => Ok(0),
            Some(&(_, word)) => Err(missed(object, word)),
        }
    }

    #[inline(always)]
    fn is_young_word(&self, word: u64) -> bool {
        is_pointer(word)
            && match self.blocks.kind(word as usize) {
                block::EDEN => true,
                // SAFETY: a value word refers to the start of an object.
                block::LARGE => unsafe { (*(word as *const Header)).bits & Header::OLD == 0 },
                _ => false,
            }
    }
}

fn missed(object: usize, word: u64) -> String {
    format!("old object {object:#x} refers to young {word:#x} without being remembered")
}
