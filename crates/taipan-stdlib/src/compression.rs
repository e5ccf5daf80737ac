//! What the compression modules share: outputs that grow while a codec fills them, and the objects around the codecs.

use taipan_vm::spec::{MethodDef, NativeFn, method};
use taipan_vm::vm::Vm;

pub mod decompressor;

/// The rows of `compress` and `flush` of a compressor object.
pub const fn compressor_rows(compress: NativeFn, flush: NativeFn) -> [MethodDef; 2] {
    [
        method(
            "compress($self, data, /)",
            compress,
            "Provide data to the compressor object.\n\nReturns a chunk of compressed data if possible, or b'' otherwise.\n\nWhen you have finished providing data to the compressor, call the\nflush() method to finish the compression process.",
        ),
        method(
            "flush($self, /)",
            flush,
            "Finish the compression process.\n\nReturns the compressed data left in internal buffers.\n\nThe compressor object may not be used after this method is called.",
        ),
    ]
}

/// What a codec did with the free part of an output.
pub struct Step {
    /// How many bytes it wrote.
    pub written: usize,
    /// It has nothing more to say, even if the output is full.
    pub done: bool,
}

/// The first size of an output.
pub const FIRST: usize = 16 << 10;

/// Lets `step` fill an output, which grows up to `most` bytes, until it leaves room or says that it is done.
/// `None`: the output would go over the memory limit.
pub fn fill(vm: &Vm, first: usize, most: usize, mut step: impl FnMut(&mut [u8]) -> Step) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::new();
    let mut filled = 0;
    loop {
        if filled == out.len() {
            if filled == most && filled > 0 {
                break;
            }
            let len = out.len().saturating_mul(2).max(first).max(1).min(most);
            if vm.interp().heap.would_exceed(len) || out.try_reserve_exact(len - filled).is_err() {
                return None;
            }
            out.resize(len, 0);
        }
        let Step { written, done } = step(&mut out[filled..]);
        filled += written;
        if done || filled < out.len() || most == 0 {
            break;
        }
    }
    out.truncate(filled);
    Some(out)
}
