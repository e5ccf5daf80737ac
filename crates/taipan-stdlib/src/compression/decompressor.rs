//! `BZ2Decompressor`, `LZMADecompressor`, `ZstdDecompressor` and `zlib._ZlibDecompressor` but for their codecs:
//! objects that keep the input which was not consumed yet.
//!
//! Invariant: kept input is a bytes object, shared with the caller where it gave one; only the place in it moves, so
//! that taking a long input out in small pieces takes time in proportion to its length.

use std::cell::RefCell;
use std::rc::Rc;

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{GetSetDef, MethodDef, NativeFn, getter, method};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::zlib::with_input;

heap_object! {
    /// A decompressing stream, by the number of its codec's resource.
    pub struct Decompressor {
        codec: usize,
        unused_data: Value,
        /// Input that was not consumed, as bytes from `place` on.
        pending: Option<Value>,
        place: usize,
        eof: bool,
        needs_input: bool,
        pad: [u8; 6],
    }
}

/// What one run of a codec gave.
pub struct Run {
    pub out: Vec<u8>,
    /// How much of the input was consumed.
    pub consumed: usize,
    /// The end of the stream was reached; `unused` was taken in by the codec but lies behind it.
    pub ended: bool,
    pub unused: Vec<u8>,
    /// Nothing more can come without more input.
    pub needs_input: bool,
}

/// A format that can be decompressed piece by piece.
pub trait Codec: Sized + 'static {
    type Error;
    /// What EOFError says when data comes after the end.
    const ENDED: &str;
    /// What ValueError says after an error, for codecs that cannot go on then.
    const UNUSABLE: Option<&str> = None;
    /// Whether new input is taken after an error.
    const STARTS_AFRESH: bool = false;

    /// Decompresses `input` into at most `most` bytes.
    ///
    /// # Errors
    /// What [`Codec::raise`] turns into an exception.
    fn run(&mut self, vm: &Vm, input: &[u8], most: usize) -> Result<Run, Self::Error>;

    /// The exception for an error.
    fn raise(&self, vm: &mut Vm, error: Self::Error) -> Raised;
}

/// A new object around a codec that takes about `bytes` of native memory.
pub fn make<C: Codec>(vm: &mut Vm, class: Gc<Type>, codec: C, bytes: usize) -> Result<Value, Raised> {
    let unused_data = vm.new_bytes(b"")?;
    let shape = class.get(vm).root_shape;
    let object = Decompressor {
        header: HeaderWord::NEW,
        codec: usize::MAX,
        unused_data,
        pending: None,
        place: 0,
        eof: false,
        needs_input: true,
        pad: [0; 6],
    };
    let object = vm.new_object(shape, object)?;
    let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(codec)), bytes);
    object.get_mut(vm).codec = number;
    Ok(object.value())
}

/// The codec of an object, while it is usable.
pub fn codec_of<C: Codec>(vm: &Vm, this: Gc<Decompressor>) -> Option<Rc<RefCell<C>>> {
    vm.resource(this.get(vm).codec)
}

/// The input that is due, as bytes, with the place of its first byte.
fn input(vm: &mut Vm, this: Gc<Decompressor>, data: Value) -> Result<(Value, usize), Raised> {
    let (pending, place) = (this.get(vm).pending, this.get(vm).place);
    let Some(pending) = pending else {
        if data.exact::<Bytes>().is_some() {
            return Ok((data, 0));
        }
        let copy = vm.bytes_of(data)?;
        return Ok((vm.new_bytes(&copy)?, 0));
    };
    let more = vm.bytes_of(data)?;
    if more.is_empty() {
        return Ok((pending, place));
    }
    let mut joined = vm.bytes_of(pending)?.split_off(place);
    joined.extend_from_slice(&more);
    Ok((vm.new_bytes(&joined)?, 0))
}

/// `decompress(data, max_length=-1)`.
pub fn decompress<C: Codec>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data, max_length]) = args.method::<Decompressor, 2>(vm);
    let most = match max_length.given() {
        Some(max_length) => usize::try_from(vm.index_isize(max_length)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let (input, place) = input(vm, this, data)?;
    if this.get(vm).eof {
        return Err(vm.raise(Exc::EOFError, C::ENDED));
    }
    let Some(codec) = codec_of::<C>(vm, this) else {
        return Err(vm.raise(Exc::ValueError, C::UNUSABLE.unwrap_or(C::ENDED)));
    };
    this.get_mut(vm).pending = None;
    let mut codec = codec.borrow_mut();
    let (run, len) = with_input(vm, input, |vm, bytes| (codec.run(vm, &bytes[place..], most), bytes.len()))?;
    let run = match run {
        Ok(run) => run,
        Err(error) => {
            if C::UNUSABLE.is_some() {
                let object = this.get_mut(vm);
                (object.codec, object.needs_input) = (usize::MAX, false);
            } else if C::STARTS_AFRESH {
                this.get_mut(vm).needs_input = true;
            }
            return Err(codec.raise(vm, error));
        }
    };
    let place = place + run.consumed;
    if run.ended {
        let rest = with_input(vm, input, |_, bytes| [&run.unused, &bytes[place..]].concat())?;
        let unused = vm.new_bytes(&rest)?;
        this.get_mut(vm).unused_data = unused;
    } else if place < len || !run.needs_input {
        let object = this.get_mut(vm);
        (object.pending, object.place) = (Some(input), place);
    }
    let object = this.get_mut(vm);
    (object.eof, object.needs_input) = (run.ended, run.needs_input && !run.ended);
    vm.new_bytes(&run.out)
}

/// The row of `decompress`.
pub const fn decompress_row(function: NativeFn) -> MethodDef {
    method(
        "decompress($self, /, data, max_length=-1)",
        function,
        "Decompress *data*, returning uncompressed data as bytes.\n\nIf *max_length* is nonnegative, returns at most *max_length* bytes\nof decompressed data.  If this limit is reached and further output\ncan be produced, *self.needs_input* will be set to ``False``.  In\nthis case, the next call to *decompress()* may provide *data* as b''\nto obtain more of the output.\n\nIf all of the input data was decompressed and returned (either\nbecause this was less than *max_length* bytes, or because\n*max_length* was negative), *self.needs_input* will be set to True.\n\nAttempting to decompress data after the end of stream is reached\nraises an EOFError.  Any data found after the end of the stream is\nignored and saved in the unused_data attribute.",
    )
}

fn get_eof(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.expect::<Decompressor>(vm).get(vm).eof))
}

fn get_unused_data(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Decompressor>(vm).get(vm).unused_data)
}

fn get_needs_input(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.expect::<Decompressor>(vm).get(vm).needs_input))
}

/// The row of `eof`.
pub const EOF: GetSetDef = getter("eof", get_eof, "True if the end-of-stream marker has been reached.").member();
/// The row of `unused_data`.
pub const UNUSED_DATA: GetSetDef =
    getter("unused_data", get_unused_data, "Data found after the end of the compressed stream.").member();
/// The row of `needs_input`.
pub const NEEDS_INPUT: GetSetDef = getter(
    "needs_input",
    get_needs_input,
    "True if more input is needed before more decompressed data can be produced.",
)
.member();
