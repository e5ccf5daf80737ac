//! When and what to collect, and the order of the parts of a collection.
//!
//! Each collection begins with a minor one, so that marking sees old objects only. Marking starts when old space has
//! grown by `next_major` and proceeds in slices after the following minor collections; it ends in a pause that looks
//! at the roots again. Explicit major collections, and those forced by the limit, do everything in one pause.

use crate::alloc::reserve_of;
use crate::block::BLOCK;
use crate::config::Policy;
use crate::heap::Heap;
use crate::large::PAGE;
use crate::page_source::monotonic;
use crate::roots::{Roots, StackRange};
use crate::stack_scan::{for_each_word, with_spilled_registers};
use crate::stats::{Cause, CollectStats, Collection};
use crate::verify::expect_sound;

/// Old space grows by at least this much between major collections.
const MIN_GROWTH: usize = 4 << 20;
/// A heap of fewer bytes is cheap to mark: once garbage was found, it may grow by a half only.
const SMALL: usize = 32 << 20;
/// After more markings in a row that found hardly any garbage a heap may grow to four times its size before the next,
const FUTILE: u32 = 3;
/// one of this size to two and a half times.
const GROWING_LARGE: usize = 256 << 20;
/// A heap with so many bytes in its blocks that nothing lives in may be condensed;
const SPARSE: usize = 4 << 20;
/// within the program's allocations only if no more than so many bytes live.
const CONDENSED: usize = 8 << 20;
/// A heap that does not grow is marked when so many times its size was allocated since the last time,
pub(crate) const IDLE_RATE: u64 = 2;
/// and up to so many times while that finds hardly any garbage.
const MAX_IDLE_RATE: u64 = 256;
/// Bytes scanned by a marking slice; twice as many after a minor collection that followed references, which takes more
/// time the more it promotes.
pub(crate) const SLICE: usize = 1 << 20;
/// Bytes scanned by a slice for each byte adopted: marking must end before old space has grown much.
pub(crate) const SLICE_RATE: usize = 3;
/// Where the last marking met no more objects than this,
const FEW: usize = 128 << 10;
/// the first slice of the next scans so many bytes, which ends it as a rule: what the program takes out of weak references
/// while slices follow each other lives on until the next marking, and caches full of such objects never get empty.
const WHOLE: usize = 8 << 20;
/// Slices are so many times as long once as much has become old during the marking as was to start it;
const HURRY: usize = 2;
/// once it is so many times as much, marking runs to its end.
const LATE: usize = 3;
/// Bytes of free memory given back to the system in a pause within the program's allocations.
const TRIMMED: usize = 4 << 20;
/// Bytes that might be scanned in the time that an old object takes which was written to.
const WRITTEN: usize = 160;

impl Heap {
    /// Collects now. A major collection frees all garbage, in one pause.
    pub fn collect(&mut self, kind: Collection, roots: &mut dyn Roots) -> CollectStats {
        with_spilled_registers(|sp| {
            self.limit = self.eden.hidden_limit;
            let stats = self.collect_at(kind, Cause::Request, roots, sp);
            if self.every_allocation_is_slow {
                self.limit = self.cursor;
            }
            stats
        })
    }

    /// Collects the nursery, or everything in one pause. `sp`: the stack is scanned from there up.
    pub(crate) fn collect_at(
        &mut self,
        kind: Collection,
        cause: Cause,
        roots: &mut dyn Roots,
        sp: usize,
    ) -> CollectStats {
        let major = kind == Collection::Major || self.config.policy != Policy::Generational;
        self.pause(cause, roots, sp, |heap, roots, candidates, out| {
            if major {
                heap.abort_marking();
            }
            heap.minor(roots, candidates, out);
            if major {
                heap.begin_marking(!matches!(heap.config.policy, Policy::MarkSweep(_)));
                if heap.finalizers.early {
                    heap.queue_lax(roots, candidates, out);
                }
                heap.mark_roots(roots, candidates);
                heap.finish_marking(roots, out);
                heap.condense(roots, candidates, out, usize::MAX);
                heap.trim(usize::MAX);
            }
        })
    }

    /// The collection that is due when the nursery is full: minor, with a slice of marking if that is on its way.
    pub(crate) fn collect_due(&mut self, roots: &mut dyn Roots, sp: usize) {
        let cause = if self.urgent { Cause::Charge } else { Cause::Allocation };
        if self.config.policy != Policy::Generational {
            self.collect_at(Collection::Major, cause, roots, sp);
            return;
        }
        self.pause(cause, roots, sp, |heap, roots, candidates, out| {
            let adopting = heap.may_adopt();
            let mut whole = false;
            let written = heap.remembered.len() + std::mem::take(&mut heap.large.logged_cards);
            heap.eden.written = written;
            if adopting {
                heap.adopt_nursery(out);
            } else {
                heap.minor(roots, candidates, out);
            }
            let growth = heap.old_growth.saturating_add(heap.charged.saturating_sub(heap.charged_at_major));
            if !heap.marker.active {
                heap.idle = growth < heap.next_major;
                if heap.idle && !heap.is_idle() {
                    heap.trim(TRIMMED);
                    return;
                }
                heap.begin_marking(false);
                heap.growth_before = growth;
                heap.mark_roots(roots, candidates);
                whole = heap.marker.last_marked <= FEW;
            }
            out.slice = true;
            // How much has become old since the marking began says how urgent it is.
            let growth = growth.saturating_sub(heap.growth_before);
            let slice = if adopting {
                heap.slice_bytes.saturating_add(out.promoted_bytes.saturating_mul(heap.slice_rate))
            } else {
                heap.slice_bytes.saturating_mul(2)
            };
            // What was written to was looked at, and is to be scanned again.
            let budget = match growth / heap.next_major.max(1) {
                0 if whole => WHOLE,
                0 => slice.saturating_sub(written.saturating_mul(WRITTEN)).max(slice / 4),
                1..LATE => slice.saturating_mul(HURRY),
                _ => usize::MAX,
            };
            if heap.drain_marks(budget) {
                heap.mark_roots(roots, candidates);
                heap.finish_marking(roots, out);
                heap.condense(roots, candidates, out, CONDENSED);
            }
            heap.trim(TRIMMED);
            out.marked_objects = heap.marker.marked;
        });
    }

    /// Moves what lives together if that takes less than half of the blocks in use, and no more than `most` bytes: which
    /// blocks are sparse is known only after a sweep.
    fn condense(&mut self, roots: &mut dyn Roots, candidates: &[usize], out: &mut CollectStats, most: usize) {
        let used = self.blocks.used * BLOCK + self.large.used_pages * PAGE;
        let (kept, evacuated) = (self.marker.kept, out.evacuated_objects);
        let sparse = kept < used / 2 && used - kept > SPARSE && kept <= most;
        if self.config.policy == Policy::Generational && sparse {
            self.begin_marking(true);
            self.mark_roots(roots, candidates);
            self.finish_marking(roots, out);
            out.evacuated_objects += evacuated;
        }
    }

    /// Whether so much was allocated since old space was marked that what it has may have died unnoticed.
    fn is_idle(&self) -> bool {
        let allocated = self.stats.allocated_bytes - self.allocated_at_major;
        allocated / self.idle_rate > self.used_bytes() as u64
    }

    fn pause(
        &mut self,
        cause: Cause,
        roots: &mut dyn Roots,
        sp: usize,
        body: impl FnOnce(&mut Heap, &mut dyn Roots, &[usize], &mut CollectStats),
    ) -> CollectStats {
        let start = monotonic();
        self.note_peak();
        let mut out = CollectStats { cause, bytes_before: self.used_bytes() - self.charged, ..CollectStats::default() };
        let whole = self.config.verify && self.is_verified_whole();
        if self.config.verify {
            expect_sound("before a collection", self.verify_before(whole));
        }
        let candidates = self.native_candidates(roots, sp);
        body(self, roots, &candidates, &mut out);
        self.candidates = candidates;
        self.candidates.clear();
        self.loose.clear();
        self.eden.set_target(&self.config, self.stats.allocated_bytes, out.promoted_bytes, self.used_bytes());
        self.urgent = false;
        if self.in_reserve && self.used_bytes().saturating_add(self.reserve) <= self.config.limit - self.reserve {
            self.in_reserve = false;
        }
        if self.config.verify {
            expect_sound("after a collection", self.verify_after(roots, whole || out.major));
        } else {
            self.old.touched.clear();
            self.meta.touched.clear();
        }
        out.bytes_after = self.used_bytes() - self.charged;
        out.pause = monotonic().saturating_sub(start);
        self.stats.pause_total += out.pause;
        self.stats.pause_max = self.stats.pause_max.max(out.pause);
        if self.config.log {
            self.log.push(out);
        }
        self.last = out;
        out
    }

    /// All words on native stacks that lie in the heap's range.
    fn native_candidates(&mut self, roots: &mut dyn Roots, sp: usize) -> Vec<usize> {
        let mut found = std::mem::take(&mut self.candidates);
        let mut loose = std::mem::take(&mut self.loose);
        let ranges = self.census.as_ref().map_or(&[][..], |census| &census.loose);
        for StackRange { low, high } in roots.stack_ranges() {
            let low = if low == 0 { sp } else { low };
            // SAFETY: the owner of the heap vouches for its stack ranges.
            unsafe {
                for_each_word(low, high, |at, word| {
                    if self.blocks.contains(word) {
                        let below = ranges.partition_point(|range| range.high <= at);
                        let strict = ranges.get(below).is_none_or(|range| at < range.low);
                        if strict { &mut found } else { &mut loose }.push(word);
                    }
                });
            }
        }
        found.sort_unstable();
        found.dedup();
        self.loose = loose;
        found
    }

    /// Notes the result of a major collection: `live` bytes are in use. `growing`: hardly any garbage was found, so
    /// that the next one may wait longer.
    pub(crate) fn note_major(&mut self, live: usize, growing: bool) {
        self.old_growth = 0;
        self.minors_at_major = self.stats.minors;
        self.allocated_at_major = self.stats.allocated_bytes;
        if !growing {
            self.idle_rate = IDLE_RATE;
        } else if self.idle {
            self.idle_rate = (self.idle_rate * 2).min(MAX_IDLE_RATE);
        }
        self.charged_at_major = self.charged;
        let room = self.config.limit.saturating_sub(self.used_bytes()) / 2;
        self.futile = if growing { self.futile.saturating_add(1) } else { 0 };
        let growth = match self.futile {
            0 if live < SMALL => live / 2,
            0..=FUTILE => live / 4 * 3,
            _ if live < GROWING_LARGE => live.saturating_mul(3),
            _ => live / 2 * 3,
        };
        self.next_major = growth.max(MIN_GROWTH).min(room.max(1 << 20));
    }

    pub(crate) fn first_major(config: &crate::HeapConfig) -> usize {
        MIN_GROWTH.min(((config.limit - reserve_of(config)) / 2).max(1 << 20))
    }
}
