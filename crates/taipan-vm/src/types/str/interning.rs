//! The hash of a `str`, and its interning: one exact str for each name, known by its atom.

use taipan_heap::Header;

use super::Str;
use crate::gc::Gc;
use crate::names::{Atom, KNOWN_NAMES};
use crate::raise::Raised;
use crate::vm::Vm;

impl Str {
    /// The hash if it was computed before, else 0.
    #[inline(always)]
    pub fn cached_hash(&self) -> i64 {
        self.hash
    }

    /// `hash(this)` of the text.
    #[inline(always)]
    pub fn hash(this: Gc<Str>, vm: &mut Vm) -> i64 {
        let hash = this.get(vm).hash;
        if hash != 0 { hash } else { Str::compute_hash(this, vm) }
    }

    #[inline(never)]
    fn compute_hash(this: Gc<Str>, vm: &mut Vm) -> i64 {
        let hash = vm.interp().hash_key.bytes(this.get(vm).bytes());
        this.get_mut(vm).hash = hash;
        hash
    }

    /// The atom of an interned str; interns an exact str. `None` only when there are too many names.
    #[inline]
    pub fn atom(this: Gc<Str>, vm: &mut Vm) -> Option<Atom> {
        // SAFETY: a live object's header.
        let stored = unsafe { (*this.header().as_ptr()).identity_hash() };
        if stored != 0 { Some(Atom(stored - 1)) } else { Str::intern_atom(this, vm).map(|(atom, _)| atom) }
    }

    /// The atom of a text if some equal str is interned.
    pub fn known_atom(this: Gc<Str>, vm: &mut Vm) -> Option<Atom> {
        // SAFETY: a live object's header.
        let stored = unsafe { (*this.header().as_ptr()).identity_hash() };
        if stored != 0 {
            return Some(Atom(stored - 1));
        }
        let hash = Str::hash(this, vm);
        let (vm, text) = (&*vm, this.get(vm));
        vm.interp().interned.find(hash as u64, |atom| same_as_atom(vm, *atom, text)).copied()
    }

    /// Whether the str is the interned one of its text.
    #[inline]
    pub fn is_interned(this: Gc<Str>) -> bool {
        // SAFETY: a live object's header.
        unsafe { (*this.header().as_ptr()).identity_hash() != 0 }
    }

    fn intern_atom(this: Gc<Str>, vm: &mut Vm) -> Option<(Atom, Gc<Str>)> {
        if let Some(atom) = Str::known_atom(this, vm) {
            let interned = vm.name(atom);
            return Some((atom, interned));
        }
        let exact = if this.value().exact::<Str>().is_some() { this } else { Str::exact_copy(this, vm).ok()? };
        let number = vm.interp().names.len();
        if number + 1 >= 1 << Header::HASH_BITS {
            return None;
        }
        let atom = Atom(number as u32);
        vm.interp_mut().names.push(Some(exact));
        Str::register(vm, exact, atom);
        Some((atom, exact))
    }

    /// Enters an exact str that is in `names` into the table of interned texts.
    fn register(vm: &mut Vm, text: Gc<Str>, atom: Atom) {
        let hash = Str::hash(text, vm);
        let mut header = text.header();
        // SAFETY: a live object's header; no reference to the object is held.
        unsafe { header.as_mut() }.set_identity_hash(atom.0 + 1);
        let mut table = std::mem::take(&mut vm.interp_mut().interned);
        let names = |atom: &Atom| {
            let name = vm.interp().names.get(atom.0 as usize).copied().flatten();
            match name {
                Some(name) => name.get(vm).cached_hash() as u64,
                None => known_hash(vm, *atom),
            }
        };
        table.insert_unique(hash as u64, atom, names);
        vm.interp_mut().interned = table;
    }

    /// The interned str equal to a text.
    pub fn intern(vm: &mut Vm, text: &str) -> Result<Gc<Str>, Raised> {
        let new = Str::new(vm, text)?;
        Ok(Str::interned(new, vm))
    }

    /// The interned str equal to this one (itself when there are too many names).
    pub fn interned(this: Gc<Str>, vm: &mut Vm) -> Gc<Str> {
        // SAFETY: a live object's header.
        if unsafe { (*this.header().as_ptr()).identity_hash() } != 0 {
            return this;
        }
        Str::intern_atom(this, vm).map_or(this, |(_, interned)| interned)
    }

    /// Makes the interned str of a name known at compile time.
    pub(crate) fn intern_known(vm: &mut Vm, text: &str, atom: Atom) -> Gc<Str> {
        // The first names are made with the interpreter, before any limit applies; see `intern_all_known`.
        let Ok(new) = Str::from_ascii_fresh(vm, text.as_bytes()) else { unreachable!("known names fit any heap") };
        vm.interp_mut().names[atom.0 as usize] = Some(new);
        Str::register(vm, new, atom);
        new
    }

    /// Interns all names known at compile time; called once when an interpreter starts.
    pub fn intern_all_known(vm: &mut Vm) {
        for number in 0..KNOWN_NAMES.len() {
            vm.name(Atom(number as u32));
        }
    }

    fn from_ascii_fresh(vm: &mut Vm, bytes: &[u8]) -> Result<Gc<Str>, Raised> {
        if bytes.len() < 2 {
            return if bytes.is_empty() { Str::empty(vm) } else { Str::latin1_char(vm, bytes[0]) };
        }
        Str::from_ascii(vm, bytes)
    }
}

fn same_as_atom(vm: &Vm, atom: Atom, text: &Str) -> bool {
    match vm.interp().names.get(atom.0 as usize).copied().flatten() {
        Some(name) => name.get(vm).same_text(text),
        None => KNOWN_NAMES.get(atom.0 as usize).is_some_and(|known| text.equals(known)),
    }
}

fn known_hash(vm: &Vm, atom: Atom) -> u64 {
    let text = KNOWN_NAMES.get(atom.0 as usize).copied().unwrap_or("");
    vm.interp().hash_key.bytes(text.as_bytes()) as u64
}
