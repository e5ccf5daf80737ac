//! The bytes of a pickle being written, with the frames of protocol 4 (PEP 3154).
//!
//! A frame begins with nine placeholder bytes, which become its header when it is committed; a frame of fewer than four
//! bytes loses them again.

use super::opcodes::FRAME;

const HEADER: usize = 9;
const SMALLEST_FRAME: usize = 4;
/// A frame that has so many bytes ends at the next opcode; data of so many bytes lies outside of frames.
pub const FRAME_TARGET: usize = 64 * 1024;

/// The written bytes that have not gone to a file.
#[derive(Default)]
pub struct Output {
    bytes: Vec<u8>,
    /// Where the open frame begins.
    frame: Option<usize>,
    pub framing: bool,
}

impl Output {
    /// An empty output with room for a small pickle.
    pub fn new() -> Output {
        Output { bytes: Vec::with_capacity(256), ..Output::default() }
    }

    /// How many bytes wait.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    fn begin(&mut self) {
        if self.framing && self.frame.is_none() {
            self.frame = Some(self.bytes.len());
            self.bytes.extend_from_slice(&[0xFE; HEADER]);
        }
    }

    /// Writes bytes, in a frame if there shall be frames.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.begin();
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes one byte.
    #[inline]
    pub fn byte(&mut self, byte: u8) {
        self.begin();
        self.bytes.push(byte);
    }

    /// Ends the open frame, if there is one.
    pub fn commit_frame(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let length = self.bytes.len() - start - HEADER;
        if length >= SMALLEST_FRAME {
            self.bytes[start] = FRAME;
            self.bytes[start + 1..start + HEADER].copy_from_slice(&(length as u64).to_le_bytes());
        } else {
            self.bytes.drain(start..start + HEADER);
        }
    }

    /// Whether the open frame is long enough to end here.
    #[inline]
    pub fn frame_is_full(&self) -> bool {
        self.frame.is_some_and(|start| self.bytes.len() - start - HEADER >= FRAME_TARGET)
    }

    /// Ends the frame and gives the bytes, which are forgotten.
    pub fn take(&mut self) -> Vec<u8> {
        self.commit_frame();
        std::mem::take(&mut self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(parts: &[&[u8]]) -> Vec<u8> {
        let mut output = Output::new();
        output.framing = true;
        parts.iter().for_each(|part| output.put(part));
        output.take()
    }

    #[test]
    fn short_frames_have_no_header() {
        assert_eq!(framed(&[b"N."]), b"N.");
        assert_eq!(framed(&[b"K\x01."]), b"K\x01.");
    }

    #[test]
    fn frames_name_their_length() {
        assert_eq!(framed(&[b"ab", b"cd"]), b"\x95\x04\0\0\0\0\0\0\0abcd");
        let mut output = Output::new();
        output.put(b"x");
        output.framing = true;
        output.put(&[b'y'; FRAME_TARGET - 1]);
        assert!(!output.frame_is_full());
        output.byte(b'z');
        assert!(output.frame_is_full());
        output.commit_frame();
        output.framing = false;
        output.byte(b'.');
        let bytes = output.take();
        assert_eq!(bytes.len(), 1 + HEADER + FRAME_TARGET + 1);
        assert_eq!(bytes[..10], *b"x\x95\x00\x00\x01\0\0\0\0\0");
    }
}
