//! The managed heap of one interpreter: spaces, collector, barriers, side tables.
//!
//! It knows no Python. An object is a [`Header`] followed by plain words; a [`Layout`] per shape id says how large
//! the object is and which of its words are value words. A *value word* refers to a heap object iff it is not 0
//! and its low four bits are 0; everything else is an immediate that the collector skips.
//!
//! New objects come from the nursery (`eden`, `alloc`), large ones from pages of their own (`large`), classes and
//! code from metaspace (`metaspace`). A collection (`collect`) empties the nursery into old space (`minor`, `old`);
//! old space is marked in slices or at once (`mark`), swept block by block (`sweep`, `block`), and evacuated where
//! sparse. Beside the objects: the remembered set (`barrier`), weak references (`weak`), finalisers (`finalize`),
//! identities and pins (`identity`).
//!
//! Contract of every function taking a `NonNull<Header>`: the pointer was returned by the same heap and its object
//! has not been freed, that is, it was reachable from the roots at every collection since.

mod address_space;
mod adopt;
mod alloc;
mod barrier;
mod bitmap;
mod block;
mod census;
mod collect;
mod config;
mod eden;
mod finalize;
mod free_list;
mod grey;
mod header;
mod heap;
mod identity;
mod large;
mod layout;
mod map;
mod mark;
mod metaspace;
mod minor;
mod old;
mod owned;
mod page_source;
mod plan;
mod roots;
mod side_table;
mod stack_scan;
mod stats;
mod sweep;
mod trace;
mod traces;
mod verify;
mod weak;

#[cfg(test)]
mod tests;

pub use address_space::{address_space_left, share_of_address_space};
pub use config::{Fit, HeapConfig, HeapError, OutOfMemory, Policy};
pub use header::{GRANULE, Header};
pub use heap::Heap;
pub use layout::{Layout, Tail, ValueWords, size_in_granules};
pub use owned::Release;
pub use page_source::trim_native_allocator;
pub use roots::{Roots, StackRange};
pub use stack_scan::{
    StackBounds, claim_stack, clear_unused_stack, current_stack_bounds, stack_pointer, with_spilled_registers,
};
pub use stats::{Cause, CollectStats, Collection, HeapStats};
pub use trace::prefetch;

/// Objects of more than this many bytes live in the large-object space and never move.
pub const LARGE_BYTES: usize = 8 * 1024;

/// Whether a value word refers to a heap object.
#[inline(always)]
pub const fn is_pointer(word: u64) -> bool {
    word != 0 && word & 15 == 0
}
