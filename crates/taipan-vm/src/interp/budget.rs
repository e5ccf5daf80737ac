//! What a thread may do before it looks at the requests of others, who can take the rest of it away.
//!
//! One call or back-edge may be a native operation that takes long. Whoever waits for the thread (for the GIL, or for the
//! handler of a signal) therefore does not wait for a slice of many thousand of them, but takes the budget away. The thread
//! counts without locking: it may overwrite that, so who takes it away does so again while nothing happens.

use std::sync::atomic::{AtomicI32, Ordering};

/// Back-edges and calls between two looks at the requests.
const SLICE: i32 = 20_000;

/// Back-edges and calls left to a thread.
pub struct Budget(AtomicI32);

impl Budget {
    /// A whole slice.
    pub fn full() -> Budget {
        Budget(AtomicI32::new(SLICE))
    }

    /// Counts one call or back-edge; false: the requests are to be looked at.
    #[inline(always)]
    pub fn take_one(&self) -> bool {
        let left = self.0.load(Ordering::Relaxed).wrapping_sub(1);
        self.0.store(left, Ordering::Relaxed);
        left > 0
    }

    /// Counts so many.
    #[inline]
    pub fn take(&self, steps: usize) {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(steps.min(SLICE as usize) as i32);
        self.0.store(left, Ordering::Relaxed);
    }

    /// The requests were looked at.
    pub fn refill(&self) {
        self.0.store(SLICE, Ordering::Relaxed);
    }

    /// Takes all of it away: the thread looks at the requests at its next call or back-edge.
    pub fn exhaust(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
