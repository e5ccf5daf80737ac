//! The bytes of a pickle being read: from memory or from a file, in pieces.
//!
//! What is read next lies in `piece`, outside of the heap, so that objects can be made from it where it lies. No room is
//! made for what a pickle only claims to have: a piece is as long as the data there is.

use taipan_vm::buffer::Buffer;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytearray::ByteArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::UNPICKLING_ERROR;

/// How much is copied from memory at a time.
const WINDOW: usize = 256 << 10;
/// How much a file with `peek()` is asked for.
const PREFETCH: usize = 128 << 10;

/// Where the bytes come from.
pub enum Source {
    /// A bytes-like object, and how much of it has been copied.
    Memory { buffer: Buffer, copied: usize },
    /// The methods of a file. `peek` is given up when it is not implemented.
    File { read: Value, readline: Value, readinto: Option<Value>, peek: Option<Value> },
}

/// The input of an unpickler.
pub struct Input {
    pub source: Source,
    /// The bytes at hand.
    pub piece: Vec<u8>,
    /// What has been read of them.
    pub position: usize,
    /// How many of them the file has passed: with `peek()` they still lie before it.
    pub passed: usize,
    /// How many of them can be read at once: all, or those up to the end of the frame.
    bound: usize,
    /// `bound` is the end of a frame: nothing that is read may lie across it.
    in_frame: bool,
}

impl Input {
    /// The input from a source, of which nothing has been read.
    pub fn new(source: Source) -> Input {
        Input { source, piece: Vec::new(), position: 0, passed: 0, bound: 0, in_frame: false }
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self, vm: &mut Vm) -> Result<u8, Raised> {
        if self.position < self.bound
            && let Some(byte) = self.piece.get(self.position)
        {
            self.position += 1;
            return Ok(*byte);
        }
        Ok(self.read(vm, 1)?.first().copied().unwrap_or(0))
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// UnpicklingError when there are fewer.
    #[inline]
    pub fn read(&mut self, vm: &mut Vm, n: usize) -> Result<&[u8], Raised> {
        if n > self.bound - self.position {
            self.leave_frame(vm)?;
            if n > self.bound - self.position {
                self.fetch(vm, n)?;
            }
        }
        let start = self.position;
        self.position += n;
        Ok(&self.piece[start..self.position])
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self, vm: &mut Vm) -> Result<[u8; N], Raised> {
        let mut array = [0; N];
        array.copy_from_slice(self.read(vm, N)?);
        Ok(array)
    }

    /// Puts the unread bytes of a file's last load first.
    pub fn begin_with(&mut self, bytes: &[u8]) {
        self.piece = bytes.to_vec();
        self.bound = self.piece.len();
    }

    /// Begins a frame of so many bytes.
    ///
    /// # Errors
    /// UnpicklingError when they are not there, or the last frame has not ended.
    pub fn enter_frame(&mut self, vm: &mut Vm, length: usize) -> Result<(), Raised> {
        if self.in_frame && self.position < self.bound {
            return Err(UNPICKLING_ERROR.raise(vm, "beginning of a new frame before end of current frame"));
        }
        self.read(vm, length)?;
        self.in_frame = true;
        self.bound = self.position;
        self.position -= length;
        Ok(())
    }

    /// Forgets a frame that has been read to its end.
    #[cold]
    fn leave_frame(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        if self.in_frame {
            if self.position < self.bound {
                return Err(UNPICKLING_ERROR.raise(vm, "pickle exhausted before end of frame"));
            }
            self.in_frame = false;
            self.bound = self.piece.len();
        }
        Ok(())
    }

    /// Makes the next `n` bytes lie in the piece.
    #[cold]
    fn fetch(&mut self, vm: &mut Vm, n: usize) -> Result<(), Raised> {
        if n > isize::MAX as usize - self.position {
            return Err(UNPICKLING_ERROR.raise(vm, "read would overflow (invalid bytecode)"));
        }
        match &mut self.source {
            Source::Memory { buffer, copied } => {
                let rest = self.piece.len() - self.position;
                let left = buffer.len.saturating_sub(*copied);
                if n > rest + left {
                    return Err(truncated(vm));
                }
                let more = left.min(WINDOW.max(n - rest));
                if more > WINDOW {
                    vm.check_native_bytes(more)?;
                }
                self.piece.drain(..self.position);
                self.position = 0;
                let bytes = buffer.bytes(vm);
                self.piece.extend_from_slice(bytes.get(*copied..*copied + more).unwrap_or(&[]));
                *copied += more;
                self.bound = self.piece.len();
                if self.piece.len() < n { Err(truncated(vm)) } else { Ok(()) }
            }
            Source::File { .. } => {
                if self.fetch_from_file(vm, n)? < n {
                    return Err(truncated(vm));
                }
                Ok(())
            }
        }
    }

    /// Takes a new piece of at least `n` bytes from the file, if it has them; gives its length.
    fn fetch_from_file(&mut self, vm: &mut Vm, n: usize) -> Result<usize, Raised> {
        self.skip_consumed(vm)?;
        let Source::File { read, peek, .. } = &self.source else { return Ok(0) };
        let (read, peek) = (*read, *peek);
        if let Some(peek) = peek
            && n < PREFETCH
        {
            let data = vm.call(peek, &[Value::int(PREFETCH)]);
            match vm.catch(data, Exc::NotImplementedError)? {
                Some(data) => {
                    self.set_piece(vm, data)?;
                    self.passed = 0;
                    if self.piece.len() >= n {
                        return Ok(self.piece.len());
                    }
                }
                None => {
                    if let Source::File { peek, .. } = &mut self.source {
                        *peek = None;
                    }
                }
            }
        }
        let wanted = vm.new_uint(n as u64)?;
        let data = vm.call(read, &[wanted])?;
        self.set_piece(vm, data)?;
        Ok(self.piece.len())
    }

    /// Replaces the piece by the contents of what a method of the file gave.
    fn set_piece(&mut self, vm: &mut Vm, data: Value) -> Result<(), Raised> {
        self.piece = vm.bytes_of(data)?;
        self.position = 0;
        self.passed = self.piece.len();
        self.bound = self.piece.len();
        Ok(())
    }

    /// Lets the file pass what was read after a `peek()`.
    pub fn skip_consumed(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let Source::File { read, .. } = &self.source else { return Ok(()) };
        if self.position > self.passed {
            vm.call(*read, &[Value::int(self.position - self.passed)])?;
            self.passed = self.position;
        }
        Ok(())
    }

    /// The next line, with its end.
    ///
    /// # Errors
    /// UnpicklingError when it has none.
    pub fn line(&mut self, vm: &mut Vm) -> Result<Vec<u8>, Raised> {
        loop {
            let rest = &self.piece[self.position..self.bound];
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line = rest[..=end].to_vec();
                self.position += line.len();
                return Ok(line);
            }
            self.leave_frame(vm)?;
            if self.position < self.bound && self.piece[self.position..self.bound].contains(&b'\n') {
                continue;
            }
            match &self.source {
                Source::Memory { .. } => {
                    let wanted = self.piece.len() - self.position + 1;
                    self.fetch(vm, wanted)?;
                }
                Source::File { readline, .. } => {
                    let readline = *readline;
                    self.skip_consumed(vm)?;
                    let data = vm.call(readline, &[])?;
                    self.set_piece(vm, data)?;
                    if self.piece.last() != Some(&b'\n') {
                        return Err(truncated(vm));
                    }
                    self.position = self.piece.len();
                    return Ok(self.piece.clone());
                }
            }
        }
    }

    /// Gives the next `n` bytes to `make` as a new `bytes` or `bytearray`; long ones go there without a detour.
    pub fn object(&mut self, vm: &mut Vm, n: usize, is_bytearray: bool) -> Result<Value, Raised> {
        if n > self.bound - self.position {
            self.leave_frame(vm)?;
        }
        if n <= self.bound - self.position {
            let start = self.position;
            self.position += n;
            return make(vm, &self.piece[start..start + n], is_bytearray);
        }
        match &mut self.source {
            Source::Memory { buffer, copied } => {
                let rest = self.piece.len() - self.position;
                let left = buffer.len.saturating_sub(*copied);
                if n > rest + left {
                    // CPython asks for the memory first.
                    vm.check_native_bytes(n)?;
                    return Err(truncated(vm));
                }
                vm.check_native_bytes(n.saturating_mul(2))?;
                let mut data = Vec::with_capacity(n);
                data.extend_from_slice(&self.piece[self.position..]);
                data.extend_from_slice(buffer.bytes(vm).get(*copied..*copied + (n - rest)).unwrap_or(&[]));
                *copied += n - rest;
                self.piece.clear();
                (self.position, self.bound) = (0, 0);
                make(vm, &data, is_bytearray)
            }
            Source::File { .. } => self.object_from_file(vm, n, is_bytearray),
        }
    }

    fn object_from_file(&mut self, vm: &mut Vm, n: usize, is_bytearray: bool) -> Result<Value, Raised> {
        vm.check_native_bytes(n)?;
        let mut data = self.piece[self.position..].to_vec();
        self.position = self.piece.len();
        self.skip_consumed(vm)?;
        let Source::File { read, readinto, .. } = &self.source else { return Err(truncated(vm)) };
        let (read, readinto) = (*read, *readinto);
        let wanted = n - data.len();
        let Some(readinto) = readinto else {
            let size = vm.new_uint(wanted as u64)?;
            let more = vm.call(read, &[size])?;
            if more.downcast::<Bytes>(vm).is_none() {
                let class = vm.type_of(more).value();
                let shown = vm.repr_string(class)?;
                return Err(vm.raise(Exc::ValueError, format!("read() returned non-bytes object ({shown})")));
            }
            let more = vm.bytes_of(more)?;
            if more.len() < wanted {
                return Err(truncated(vm));
            }
            data.extend_from_slice(&more[..wanted]);
            return make(vm, &data, is_bytearray);
        };
        let target = ByteArray::new(vm, &[])?;
        ByteArray::resize(target, vm, n)?;
        let bytes = ByteArray::bytes_mut(target, vm);
        if let Some(start) = bytes.get_mut(..data.len()) {
            start.copy_from_slice(&data);
        }
        let view = MemoryView::of_object(vm, target.value())?;
        let part = if data.is_empty() {
            view.value()
        } else {
            let layout = taipan_vm::types::memoryview::Layout::contiguous(vec![wanted], 1);
            MemoryView::derive(view, vm, data.len(), &layout)?.value()
        };
        let size = vm.call(readinto, &[part])?;
        let size = vm.index_isize(size)?;
        if size < 0 {
            return Err(vm.raise(Exc::ValueError, "readinto() returned negative size"));
        }
        if (size as usize) < wanted {
            return Err(truncated(vm));
        }
        if is_bytearray {
            // The views go with the object that held them: nobody else can resize the bytearray before that.
            for view in [part, view.value()] {
                if let Some(view) = view.downcast::<MemoryView>(vm) {
                    MemoryView::release(view, vm)?;
                }
            }
            return Ok(target.value());
        }
        let all = target.get(vm).bytes(vm).to_vec();
        vm.new_bytes(&all)
    }

    /// Ends the export of the memory.
    pub fn close(self, vm: &mut Vm) {
        if let Source::Memory { buffer, .. } = self.source {
            buffer.release(vm);
        }
    }
}

fn make(vm: &mut Vm, bytes: &[u8], is_bytearray: bool) -> Result<Value, Raised> {
    if is_bytearray { Ok(ByteArray::new(vm, bytes)?.value()) } else { vm.new_bytes(bytes) }
}

/// UnpicklingError: the pickle ends too early.
#[cold]
pub fn truncated(vm: &mut Vm) -> Raised {
    UNPICKLING_ERROR.raise(vm, "pickle data was truncated")
}
