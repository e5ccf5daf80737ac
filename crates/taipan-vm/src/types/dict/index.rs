//! The index of a dict: an open-addressed table of entry numbers + 1, probed in CPython's order.
//!
//! 0 marks a place never used, all ones a deleted entry. The last word counts the places that are not 0; at least one place
//! is 0, else a search would not end.

/// The place of a deleted entry: a search goes on behind it.
pub(super) const DELETED: u32 = u32::MAX;

/// Bytes of an index for so many entries.
pub(super) fn index_bytes(capacity: usize) -> usize {
    ((capacity * 3 / 2).next_power_of_two() + 1) * 4
}

/// The places of an index: all its words but the last.
#[inline(always)]
pub(super) fn places(index: &[u32]) -> &[u32] {
    match index {
        [places @ .., _] => places,
        [] => &[],
    }
}

/// Whether fewer than an eighth of the places were never used.
#[inline]
pub(super) fn is_crowded(index: &[u32]) -> bool {
    index.split_last().is_some_and(|(fill, places)| *fill as usize * 8 >= places.len() * 7)
}

/// Puts an entry number into an index that has a free place.
#[inline]
pub(super) fn index_insert(index: &mut [u32], hash: i64, number: usize) {
    let Some((fill, table)) = index.split_last_mut() else { return };
    let mut probe = Probe::new(hash, table.len());
    while table[probe.at] != 0 && table[probe.at] != DELETED {
        probe.next();
    }
    if table[probe.at] == 0 {
        *fill += 1;
    }
    table[probe.at] = number as u32 + 1;
}

/// CPython's probe order: `5 * i + perturb + 1`.
pub(super) struct Probe {
    pub(super) at: usize,
    perturb: u64,
    mask: usize,
}

impl Probe {
    #[inline]
    pub(super) fn new(hash: i64, slots: usize) -> Probe {
        let mask = slots - 1;
        Probe { at: hash as usize & mask, perturb: hash as u64, mask }
    }

    #[inline]
    pub(super) fn next(&mut self) {
        self.perturb >>= 5;
        self.at = self.at.wrapping_mul(5).wrapping_add(self.perturb as usize).wrapping_add(1) & self.mask;
    }
}
