//! One bzip2 stream: the only place that speaks to the C-shaped interface of the codec.
//!
//! Invariants: the box keeps the stream at one address (its state points back to it); the pointers to input and output
//! are set for the duration of one call only; the state is freed once, when the stream is dropped.

#![allow(unsafe_code)]

use libbz2_rs_sys as b;

/// A compressing or decompressing stream.
pub struct Stream {
    inner: Box<b::bz_stream>,
    compressing: bool,
}

/// What one call did.
pub struct Outcome {
    pub code: i32,
    pub consumed: usize,
    pub written: usize,
}

/// Sizes of a stream are 32 bits wide; longer buffers take several calls.
const MOST: usize = u32::MAX as usize;

impl Stream {
    /// A stream that compresses in blocks of `level` times 100 kB. The error is bzip2's code.
    pub fn compressing(level: i32) -> Result<Stream, i32> {
        let mut inner = Box::new(b::bz_stream::zeroed());
        // SAFETY: a fresh stream with the default allocator; the call checks the numbers.
        let code = unsafe { b::BZ2_bzCompressInit(&mut *inner, level, 0, 0) };
        if code == b::BZ_OK { Ok(Stream { inner, compressing: true }) } else { Err(code) }
    }

    /// A stream that decompresses. The error is bzip2's code.
    pub fn decompressing() -> Result<Stream, i32> {
        let mut inner = Box::new(b::bz_stream::zeroed());
        // SAFETY: as above.
        let code = unsafe { b::BZ2_bzDecompressInit(&mut *inner, 0, 0) };
        if code == b::BZ_OK { Ok(Stream { inner, compressing: false }) } else { Err(code) }
    }

    /// Runs the codec over input and output; `action` counts for compression only.
    pub fn run(&mut self, input: &[u8], output: &mut [u8], action: i32) -> Outcome {
        let (len_in, len_out) = (input.len().min(MOST), output.len().min(MOST));
        self.inner.next_in = input.as_ptr().cast();
        self.inner.avail_in = len_in as u32;
        self.inner.next_out = output.as_mut_ptr().cast();
        self.inner.avail_out = len_out as u32;
        // SAFETY: a live stream; `next_in` and `next_out` have as many bytes as said.
        let code = unsafe {
            if self.compressing {
                b::BZ2_bzCompress(&mut *self.inner, action)
            } else {
                b::BZ2_bzDecompress(&mut *self.inner)
            }
        };
        let consumed = len_in - self.inner.avail_in as usize;
        let written = len_out - self.inner.avail_out as usize;
        self.inner.next_in = std::ptr::null();
        self.inner.avail_in = 0;
        self.inner.next_out = std::ptr::null_mut();
        self.inner.avail_out = 0;
        Outcome { code, consumed, written }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: a live stream of the direction it was made for, ended once.
        unsafe {
            if self.compressing {
                b::BZ2_bzCompressEnd(&mut *self.inner);
            } else {
                b::BZ2_bzDecompressEnd(&mut *self.inner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_pack_and_unpack() {
        let data = b"abracadabra".repeat(200);
        let mut packed = vec![0; 4096];
        let outcome = Stream::compressing(1).unwrap().run(&data, &mut packed, b::BZ_FINISH);
        assert_eq!((outcome.code, outcome.consumed), (b::BZ_STREAM_END, data.len()));
        let mut out = vec![0; data.len()];
        let back = Stream::decompressing().unwrap().run(&packed[..outcome.written], &mut out, b::BZ_RUN);
        assert_eq!((back.code, back.written), (b::BZ_STREAM_END, data.len()));
        assert_eq!(out, data);
        assert!(Stream::compressing(10).is_err());
    }
}
