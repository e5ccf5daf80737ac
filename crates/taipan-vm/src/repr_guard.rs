//! The guard of recursive reprs: a container that contains itself shows `[...]` instead of recursing.

use taipan_text::TextBuf;

use crate::raise::Raised;
use crate::types::list::List;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Whether the system gives so many bytes, which it gets back.
fn system_has(bytes: usize) -> bool {
    let mut buffer = Vec::<u8>::new();
    let given = buffer.try_reserve_exact(bytes).is_ok();
    // Asking must not be optimised away.
    std::hint::black_box(&buffer);
    given
}

impl Vm {
    /// Notes that the repr of a container begins. False: it is under way already (the caller shows dots).
    /// After true the caller must call `repr_leave`, also on errors.
    pub fn repr_enter(&mut self, container: Value) -> Result<bool, Raised> {
        let list = match self.repr_active.and_then(|active| active.downcast::<List>(self)) {
            Some(list) => list,
            None => {
                let list = List::new(self)?;
                self.repr_active = Some(list.value());
                list
            }
        };
        let n = list.get(self).len();
        if (0..n).any(|i| list.get(self).get_at(self, i) == Some(container)) {
            return Ok(false);
        }
        List::push(list, self, container)?;
        Ok(true)
    }

    /// Notes that the repr of a container has ended.
    pub fn repr_leave(&mut self, container: Value) {
        let Some(list) = self.repr_active.and_then(|active| active.downcast::<List>(self)) else { return };
        let n = list.get(self).len();
        let found = (0..n).rev().find(|i| list.get(self).get_at(self, *i) == Some(container));
        if let Some(i) = found {
            List::truncate(list, self, i);
        }
    }

    /// The repr that `body` builds, or `dots` when the container is being shown already.
    pub fn guarded_repr(
        &mut self,
        container: Value,
        dots: &str,
        body: impl FnOnce(&mut Vm, &mut TextBuf) -> Result<(), Raised>,
    ) -> Result<Value, Raised> {
        if !self.repr_enter(container)? {
            return self.new_str(dots);
        }
        let mut out = TextBuf::new();
        let result = body(self, &mut out);
        self.repr_leave(container);
        result?;
        Ok(Str::from_text(self, out.as_text())?.value())
    }

    /// Appends `repr(value)` to a text.
    pub fn push_repr(&mut self, out: &mut TextBuf, value: Value) -> Result<(), Raised> {
        let repr = self.repr(value)?;
        self.push_str_value(out, repr)
    }

    /// Appends a str to a text. MemoryError when the text would outgrow the limit.
    pub fn push_str_value(&mut self, out: &mut TextBuf, text: Value) -> Result<(), Raised> {
        if let Some(text) = text.downcast::<Str>(self) {
            let text_ref = text.get(self).text();
            let (more, kind) = (text_ref.len(), text_ref.kind());
            self.check_growth(out, more, kind)?;
            out.push_text(text.get(self).text());
        }
        Ok(())
    }

    /// Appends a code point to a text. MemoryError when the text would outgrow the limit.
    pub fn push_point(&mut self, out: &mut TextBuf, point: u32) -> Result<(), Raised> {
        let kind = match point {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            _ => 4,
        };
        self.check_growth(out, 1, kind)?;
        out.push(point);
        Ok(())
    }

    /// Raises MemoryError when there is no room for a text and so many more code points of a width; asks only when its storage
    /// has to grow.
    #[inline]
    fn check_growth(&mut self, out: &TextBuf, more: usize, kind: usize) -> Result<(), Raised> {
        let kind = kind.max(out.as_text().kind());
        let needed = out.len().saturating_add(more).saturating_mul(kind);
        if needed <= out.byte_capacity() && kind == out.as_text().kind() {
            return Ok(());
        }
        self.check_native_bytes(needed.max(out.byte_capacity()))
    }

    /// Raises MemoryError when a native buffer of so many bytes would go over the memory limit even after a collection.
    pub fn check_native_bytes(&mut self, bytes: usize) -> Result<(), Raised> {
        if self.has_native_room(bytes) {
            return Ok(());
        }
        self.collect(taipan_heap::Collection::Major);
        if self.has_native_room(bytes) { Ok(()) } else { Err(self.raise_no_memory()) }
    }

    fn has_native_room(&self, bytes: usize) -> bool {
        /// From so many bytes on the system is asked as well; less is served in any case.
        const ASK: usize = 256 << 10;
        !self.interp().heap.would_exceed(bytes) && (bytes < ASK || system_has(bytes))
    }
}
