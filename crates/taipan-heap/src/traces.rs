//! Which allocation made an object: a size and the owner's number of a stack, for objects allocated while tracing.
//!
//! Invariant: while tracing, each allocation takes the slow path, so that the owner of the heap sees it.

use std::ptr::NonNull;

use crate::header::Header;
use crate::heap::Heap;
use crate::side_table::SideTable;

/// What is known of the objects allocated since tracing began.
#[derive(Debug)]
pub(crate) struct Traces {
    /// Bytes and number.
    pub(crate) table: SideTable<(usize, u32)>,
    current: usize,
    peak: usize,
}

impl Traces {
    /// Counts anew what lives, after a collection.
    pub(crate) fn recount(&mut self) {
        self.current = self.table.map.values().map(|(bytes, _)| bytes).sum();
    }
}

impl Heap {
    /// Begins to trace, if that is not so already.
    pub fn start_tracing(&mut self) {
        if self.traces.is_none() {
            self.traces = Some(Traces { table: SideTable::new(), current: 0, peak: 0 });
        }
        self.every_allocation_is_slow = true;
        self.limit = self.cursor;
    }

    /// Ends tracing and forgets all traces.
    pub fn stop_tracing(&mut self) {
        self.traces = None;
        self.settle_speed();
    }

    /// Whether allocations are traced.
    #[inline(always)]
    pub fn is_tracing(&self) -> bool {
        self.traces.is_some()
    }

    /// Notes that `object` of `bytes` bytes was allocated by the stack number `stack`.
    pub fn trace_allocation(&mut self, object: NonNull<Header>, bytes: usize, stack: u32) {
        let address = object.as_ptr() as usize;
        let young = self.is_young_address(address);
        let Some(traces) = &mut self.traces else { return };
        traces.table.insert(address, young, (bytes, stack));
        traces.current += bytes;
        traces.peak = traces.peak.max(traces.current);
    }

    /// Bytes and stack number of a traced object.
    pub fn trace_of(&self, object: NonNull<Header>) -> Option<(usize, u32)> {
        self.traces.as_ref()?.table.map.get(&(object.as_ptr() as usize)).copied()
    }

    /// Bytes and stack number of each traced object that was not found dead yet.
    pub fn traces(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.traces.iter().flat_map(|traces| traces.table.map.values().copied())
    }

    /// Bytes of the traced objects now, and the most they ever were.
    pub fn traced_bytes(&self) -> (usize, usize) {
        self.traces.as_ref().map_or((0, 0), |traces| (traces.current, traces.peak))
    }

    /// Makes the peak the present size.
    pub fn reset_traced_peak(&mut self) {
        if let Some(traces) = &mut self.traces {
            traces.peak = traces.current;
        }
    }

    /// Forgets the traces so far.
    pub fn clear_traces(&mut self) {
        if let Some(traces) = &mut self.traces {
            *traces = Traces { table: SideTable::new(), current: 0, peak: 0 };
        }
    }

    /// Lets allocations be fast again unless something asks for slow ones.
    pub(crate) fn settle_speed(&mut self) {
        self.every_allocation_is_slow =
            self.config.stress_every.is_some() || self.config.fail_at.is_some() || self.traces.is_some();
        if !self.every_allocation_is_slow {
            self.limit = self.eden.hidden_limit;
        }
    }
}
