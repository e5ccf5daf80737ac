//! The first word of each object: shape id, collector bits, identity hash.
//!
//! The bits below [`Header::VM_FLAGS`] belong to the heap and are changed by it alone.

/// Alignment of objects and unit of their sizes, in bytes.
pub const GRANULE: usize = 16;

/// First word of each object. Objects are 16-byte aligned, their size is a multiple of 16 bytes, at least 16.
#[repr(C)]
#[derive(Debug)]
pub struct Header {
    /// Names the object's [`crate::Layout`] (and, above the heap, its class and slots).
    pub shape: u32,
    /// Collector bits, two flags for the VM, identity-hash bits.
    pub bits: u32,
}

impl Header {
    /// The object is outside the nursery.
    pub const OLD: u32 = 1 << 0;
    /// The object is in the remembered set.
    pub const LOGGED: u32 = 1 << 1;
    /// The object has moved; the word after the header holds its new address.
    pub const FORWARDED: u32 = 1 << 2;
    /// The object stays where it is during the running collection.
    pub const PINNED: u32 = 1 << 3;
    /// The object lies in the large-object space.
    pub const LARGE: u32 = 1 << 4;
    /// The object lies in metaspace and never moves.
    pub const IMMOVABLE: u32 = 1 << 5;
    /// A large object's mark; on a pinned young object: something besides native stacks refers to it.
    pub const MARKED: u32 = 1 << 6;
    /// The object has an entry in a side table (weak reference to it, finaliser, id).
    pub const SIDE: u32 = 1 << 7;
    /// Two flags free for the VM; copied when the object moves.
    pub const VM_FLAGS: u32 = 3 << 8;
    /// Lowest bit of the identity hash.
    pub const HASH_SHIFT: u32 = 10;
    /// Width of the identity hash. 0 means "not assigned yet".
    pub const HASH_BITS: u32 = 22;

    /// The identity-hash bits; 0 when none are assigned.
    #[inline(always)]
    pub fn identity_hash(&self) -> u32 {
        self.bits >> Self::HASH_SHIFT
    }

    /// Assigns the identity-hash bits (the low [`Self::HASH_BITS`] of `hash`).
    #[inline(always)]
    pub fn set_identity_hash(&mut self, hash: u32) {
        self.bits = (self.bits & ((1 << Self::HASH_SHIFT) - 1)) | (hash << Self::HASH_SHIFT);
    }

    /// Whether the object is outside the nursery.
    #[inline(always)]
    pub fn is_old(&self) -> bool {
        self.bits & Self::OLD != 0
    }

    /// Whether some side table has an entry for the object.
    #[inline(always)]
    pub fn has_side_entry(&self) -> bool {
        self.bits & Self::SIDE != 0
    }

    /// Whether one of the VM's flags (`mask` within [`Self::VM_FLAGS`]) is set.
    #[inline(always)]
    pub fn vm_flag(&self, mask: u32) -> bool {
        self.bits & mask & Self::VM_FLAGS != 0
    }

    /// Sets or clears the VM's flags in `mask`.
    #[inline(always)]
    pub fn set_vm_flag(&mut self, mask: u32, on: bool) {
        let mask = mask & Self::VM_FLAGS;
        self.bits = if on { self.bits | mask } else { self.bits & !mask };
    }
}
