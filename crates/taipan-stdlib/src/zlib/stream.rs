//! One zlib stream: the only place that speaks to the C-shaped interface of the codec.
//!
//! Invariants: the box keeps the stream at one address (its state points back to it); the pointers to input and output
//! are set for the duration of one call only; `state` is that of the direction in `inflating`, or null once ended.

#![allow(unsafe_code)]

use std::ffi::CStr;

use libz_rs_sys as z;

/// A compressing or decompressing stream.
pub struct Stream {
    inner: Box<z::z_stream>,
    inflating: bool,
    ended: bool,
}

/// What one call did.
pub struct Outcome {
    pub code: i32,
    pub consumed: usize,
    pub written: usize,
}

/// Sizes of a stream are 32 bits wide; longer buffers take several calls.
const MOST: usize = u32::MAX as usize;

fn size() -> i32 {
    size_of::<z::z_stream>() as i32
}

impl Stream {
    /// A stream that compresses. The error is zlib's code.
    pub fn deflating(level: i32, method: i32, wbits: i32, mem_level: i32, strategy: i32) -> Result<Stream, i32> {
        let mut inner = Box::new(z::z_stream::default());
        // SAFETY: a fresh stream with the default allocator; the call checks the numbers.
        let code = unsafe {
            z::deflateInit2_(&mut *inner, level, method, wbits, mem_level, strategy, z::zlibVersion(), size())
        };
        if code == z::Z_OK { Ok(Stream { inner, inflating: false, ended: false }) } else { Err(code) }
    }

    /// A stream that decompresses. The error is zlib's code.
    pub fn inflating(wbits: i32) -> Result<Stream, i32> {
        let mut inner = Box::new(z::z_stream::default());
        // SAFETY: as above.
        let code = unsafe { z::inflateInit2_(&mut *inner, wbits, z::zlibVersion(), size()) };
        if code == z::Z_OK { Ok(Stream { inner, inflating: true, ended: false }) } else { Err(code) }
    }

    /// Sets the preset dictionary. Gives zlib's code.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> i32 {
        let Ok(len) = u32::try_from(dictionary.len()) else { return z::Z_STREAM_ERROR };
        // SAFETY: a live stream of the direction asked for, and `len` readable bytes.
        unsafe {
            if self.inflating {
                z::inflateSetDictionary(&mut *self.inner, dictionary.as_ptr(), len)
            } else {
                z::deflateSetDictionary(&mut *self.inner, dictionary.as_ptr(), len)
            }
        }
    }

    /// Runs the codec over input and output.
    pub fn run(&mut self, input: &[u8], output: &mut [u8], flush: i32) -> Outcome {
        if self.ended {
            return Outcome { code: z::Z_STREAM_ERROR, consumed: 0, written: 0 };
        }
        let (len_in, len_out) = (input.len().min(MOST), output.len().min(MOST));
        self.inner.next_in = input.as_ptr();
        self.inner.avail_in = len_in as u32;
        self.inner.next_out = output.as_mut_ptr();
        self.inner.avail_out = len_out as u32;
        // SAFETY: a live stream; `next_in` and `next_out` have as many bytes as said.
        let code = unsafe {
            if self.inflating { z::inflate(&mut *self.inner, flush) } else { z::deflate(&mut *self.inner, flush) }
        };
        let consumed = len_in - self.inner.avail_in as usize;
        let written = len_out - self.inner.avail_out as usize;
        self.inner.next_in = std::ptr::null();
        self.inner.avail_in = 0;
        self.inner.next_out = std::ptr::null_mut();
        self.inner.avail_out = 0;
        Outcome { code, consumed, written }
    }

    /// An independent stream in the same state. The error is zlib's code.
    pub fn copy(&mut self) -> Result<Stream, i32> {
        if self.ended {
            return Err(z::Z_STREAM_ERROR);
        }
        let mut inner = Box::new(z::z_stream::default());
        // The codec refuses to copy a stream without an output; it writes nothing to it here.
        self.inner.next_out = std::ptr::NonNull::dangling().as_ptr();
        // SAFETY: source and target are live streams, the target without a state of its own.
        let code = unsafe {
            if self.inflating {
                z::inflateCopy(&mut *inner, &*self.inner)
            } else {
                z::deflateCopy(&mut *inner, &mut *self.inner)
            }
        };
        self.inner.next_out = std::ptr::null_mut();
        inner.next_out = std::ptr::null_mut();
        if code == z::Z_OK { Ok(Stream { inner, inflating: self.inflating, ended: false }) } else { Err(code) }
    }

    /// Frees the state; later calls give Z_STREAM_ERROR.
    pub fn end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        // SAFETY: a live stream, ended once.
        unsafe {
            if self.inflating {
                z::inflateEnd(&mut *self.inner);
            } else {
                z::deflateEnd(&mut *self.inner);
            }
        }
        self.inner.msg = std::ptr::null_mut();
    }

    /// Whether `end` was called.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// What the codec says about its last error.
    pub fn message(&self) -> Option<&'static str> {
        if self.inner.msg.is_null() {
            return None;
        }
        // SAFETY: the codec sets `msg` to static texts that end in a zero only.
        unsafe { CStr::from_ptr(self.inner.msg) }.to_str().ok()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_pack_and_unpack_with_a_dictionary() {
        let data: Vec<u8> = (0..5000u32).flat_map(|i| (i * i % 251).to_le_bytes()).collect();
        let mut packer = Stream::deflating(6, z::Z_DEFLATED, -12, 8, 0).unwrap();
        assert_eq!(packer.set_dictionary(&data[..100]), z::Z_OK);
        let mut packed = vec![0; data.len()];
        let outcome = packer.run(&data, &mut packed, z::Z_FINISH);
        assert_eq!((outcome.code, outcome.consumed), (z::Z_STREAM_END, data.len()));
        let mut unpacker = Stream::inflating(-12).unwrap();
        assert_eq!(unpacker.set_dictionary(&data[..100]), z::Z_OK);
        let mut first = vec![0; 300];
        let head = unpacker.run(&packed[..outcome.written], &mut first, z::Z_SYNC_FLUSH);
        let mut twin = unpacker.copy().unwrap();
        drop(unpacker);
        let mut rest = vec![0; data.len()];
        let tail = twin.run(&packed[head.consumed..outcome.written], &mut rest, z::Z_SYNC_FLUSH);
        assert_eq!(tail.code, z::Z_STREAM_END);
        assert_eq!([&first[..head.written], &rest[..tail.written]].concat(), data);
        assert!(Stream::inflating(99).is_err());
        assert_eq!(twin.message(), None);
    }
}
