//! `_bz2`: incremental compression and decompression in the format of bzip2.

use std::cell::RefCell;
use std::rc::Rc;

use libbz2_rs_sys as b;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, ModuleSpec, TypeSpec, getter, method};
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::compression::{FIRST, Step, fill};
use crate::zlib::with_input;

pub mod stream;

use stream::Stream;

/// Bytes of native memory per level of a compressing stream, and of a decompressing one at most.
const COMPRESS_BYTES: usize = 800_000;
const DECOMPRESS_BYTES: usize = 3_700_000;

heap_object! {
    /// A compressing stream, by the number of its resource.
    pub struct Compressor {
        stream: usize,
        flushed: bool,
        pad: [u8; 7],
    }
}

heap_object! {
    /// A decompressing stream, by the number of its resource.
    pub struct Decompressor {
        stream: usize,
        unused_data: Value,
        /// Input that was not consumed, as bytes.
        pending: Option<Value>,
        eof: bool,
        needs_input: bool,
        pad: [u8; 6],
    }
}

/// Raises the exception that stands for an error code.
#[cold]
fn raise_code(vm: &mut Vm, code: i32) -> Raised {
    match code {
        b::BZ_PARAM_ERROR => vm.raise(Exc::ValueError, "Internal error - invalid parameters passed to libbzip2"),
        b::BZ_MEM_ERROR => vm.raise_no_memory(),
        b::BZ_DATA_ERROR | b::BZ_DATA_ERROR_MAGIC => vm.raise(Exc::OSError, "Invalid data stream"),
        b::BZ_IO_ERROR => vm.raise(Exc::OSError, "Unknown I/O error"),
        b::BZ_UNEXPECTED_EOF => {
            vm.raise(Exc::EOFError, "Compressed file ended before the logical end-of-stream was detected")
        }
        b::BZ_SEQUENCE_ERROR => {
            vm.raise(Exc::RuntimeError, "Internal error - Invalid sequence of commands sent to libbzip2")
        }
        _ => vm.raise(Exc::OSError, format!("Unrecognized error from libbzip2: {code}")),
    }
}

// ---- compressor ----

fn new_compressor(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "BZ2Compressor", 0, 1)?;
    let level = match args.opt(0) {
        Some(level) => vm.index_i32(level)?,
        None => 9,
    };
    if !(1..=9).contains(&level) {
        return Err(vm.raise(Exc::ValueError, "compresslevel must be between 1 and 9"));
    }
    let bytes = COMPRESS_BYTES * level as usize;
    vm.check_native_bytes(bytes)?;
    let stream = match Stream::compressing(level) {
        Ok(stream) => stream,
        Err(code) => return Err(raise_code(vm, code)),
    };
    let shape = class.get(vm).root_shape;
    let object = Compressor { header: HeaderWord::NEW, stream: usize::MAX, flushed: false, pad: [0; 7] };
    let object = vm.new_object(shape, object)?;
    let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(stream)), bytes);
    object.get_mut(vm).stream = number;
    Ok(object.value())
}

fn run_compressor(vm: &mut Vm, this: Gc<Compressor>, data: Option<Value>, action: i32) -> Result<Value, Raised> {
    let Some(stream) = vm.resource::<RefCell<Stream>>(this.get(vm).stream) else {
        return Err(raise_code(vm, b::BZ_SEQUENCE_ERROR));
    };
    let mut stream = stream.borrow_mut();
    let mut failed = None;
    let mut work = |vm: &Vm, mut input: &[u8]| {
        fill(vm, FIRST, usize::MAX, |free| {
            // Without input and without an end to write, the codec calls a run an error.
            if input.is_empty() && action == b::BZ_RUN {
                return Step { written: 0, done: true };
            }
            let outcome = stream.run(input, free, action);
            input = &input[outcome.consumed..];
            if outcome.code < 0 {
                failed = Some(outcome.code);
            }
            let done = outcome.code < 0 || outcome.code == b::BZ_STREAM_END;
            Step { written: outcome.written, done }
        })
    };
    let out = match data {
        Some(data) => with_input(vm, data, work)?,
        None => work(vm, &[]),
    };
    if let Some(code) = failed {
        return Err(raise_code(vm, code));
    }
    match out {
        Some(out) => vm.new_bytes(&out),
        None => Err(vm.raise_no_memory()),
    }
}

fn compress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data]) = args.method::<Compressor, 1>(vm);
    if vm.slots(data).get_buffer.is_some() && this.get(vm).flushed {
        return Err(vm.raise(Exc::ValueError, "Compressor has been flushed"));
    }
    run_compressor(vm, this, Some(data), b::BZ_RUN)
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Compressor>(vm);
    if this.get(vm).flushed {
        return Err(vm.raise(Exc::ValueError, "Repeated call to flush()"));
    }
    this.get_mut(vm).flushed = true;
    run_compressor(vm, this, None, b::BZ_FINISH)
}

const COMPRESSOR_METHODS: &[MethodDef] = &[
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
];

/// The class `BZ2Compressor`.
pub static COMPRESSOR: TypeSpec = TypeSpec {
    name: "BZ2Compressor",
    module: "_bz2",
    layout: Some(<Compressor as HeapObject>::native),
    slots: Slots { new: Some(new_compressor), ..Slots::DEFAULT },
    methods: COMPRESSOR_METHODS,
    doc: "Create a compressor object for compressing data incrementally.\n\n  compresslevel\n    Compression level, as a number between 1 and 9.\n\nFor one-shot compression, use the compress() function instead.",
    ..TypeSpec::DEFAULT
};

// ---- decompressor ----

fn new_decompressor(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "BZ2Decompressor")?;
    if !args.is_empty() {
        return Err(vm.raise(Exc::TypeError, "BZ2Decompressor() takes no positional arguments"));
    }
    vm.check_native_bytes(DECOMPRESS_BYTES)?;
    let stream = match Stream::decompressing() {
        Ok(stream) => stream,
        Err(code) => return Err(raise_code(vm, code)),
    };
    let unused_data = vm.new_bytes(b"")?;
    let shape = class.get(vm).root_shape;
    let object = Decompressor {
        header: HeaderWord::NEW,
        stream: usize::MAX,
        unused_data,
        pending: None,
        eof: false,
        needs_input: true,
        pad: [0; 6],
    };
    let object = vm.new_object(shape, object)?;
    let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(stream)), DECOMPRESS_BYTES);
    object.get_mut(vm).stream = number;
    Ok(object.value())
}

fn decompress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data, max_length]) = args.method::<Decompressor, 2>(vm);
    let most = match max_length.given() {
        Some(max_length) => usize::try_from(vm.index_isize(max_length)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let more = vm.bytes_of(data)?;
    let stream = vm.resource::<RefCell<Stream>>(this.get(vm).stream);
    if this.get(vm).eof {
        return Err(vm.raise(Exc::EOFError, "End of stream already reached"));
    }
    let Some(stream) = stream else {
        return Err(vm.raise(Exc::ValueError, "Decompressor is unusable after a previous error"));
    };
    let mut input = match this.get(vm).pending {
        Some(pending) => vm.bytes_of(pending)?,
        None => Vec::new(),
    };
    input.extend_from_slice(&more);
    this.get_mut(vm).pending = None;
    let mut stream = stream.borrow_mut();
    let (mut consumed, mut code) = (0, b::BZ_OK);
    let out = fill(vm, FIRST.min(most), most, |free| {
        let outcome = stream.run(&input[consumed..], free, b::BZ_RUN);
        consumed += outcome.consumed;
        code = outcome.code;
        Step { written: outcome.written, done: code != b::BZ_OK }
    });
    if code != b::BZ_OK && code != b::BZ_STREAM_END {
        let object = this.get_mut(vm);
        (object.stream, object.needs_input) = (usize::MAX, false);
        return Err(raise_code(vm, code));
    }
    let Some(out) = out else { return Err(vm.raise_no_memory()) };
    let rest = &input[consumed..];
    let (eof, needs_input) = if code == b::BZ_STREAM_END {
        if !rest.is_empty() {
            let unused = vm.new_bytes(rest)?;
            this.get_mut(vm).unused_data = unused;
        }
        (true, false)
    } else if rest.is_empty() && out.len() < most {
        (false, true)
    } else {
        // The codec may hold more output than was asked for.
        let pending = vm.new_bytes(rest)?;
        this.get_mut(vm).pending = Some(pending);
        (false, false)
    };
    let object = this.get_mut(vm);
    (object.eof, object.needs_input) = (eof, needs_input);
    vm.new_bytes(&out)
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

const DECOMPRESSOR_METHODS: &[MethodDef] = &[method(
    "decompress($self, /, data, max_length=-1)",
    decompress,
    "Decompress *data*, returning uncompressed data as bytes.\n\nIf *max_length* is nonnegative, returns at most *max_length* bytes\nof decompressed data.  If this limit is reached and further output\ncan be produced, *self.needs_input* will be set to ``False``.  In\nthis case, the next call to *decompress()* may provide *data* as b''\nto obtain more of the output.\n\nIf all of the input data was decompressed and returned (either\nbecause this was less than *max_length* bytes, or because\n*max_length* was negative), *self.needs_input* will be set to True.\n\nAttempting to decompress data after the end of stream is reached\nraises an EOFError.  Any data found after the end of the stream is\nignored and saved in the unused_data attribute.",
)];

const GETSET: &[GetSetDef] = &[
    getter("eof", get_eof, "True if the end-of-stream marker has been reached.").member(),
    getter("unused_data", get_unused_data, "Data found after the end of the compressed stream.").member(),
    getter(
        "needs_input",
        get_needs_input,
        "True if more input is needed before more decompressed data can be produced.",
    )
    .member(),
];

/// The class `BZ2Decompressor`.
pub static DECOMPRESSOR: TypeSpec = TypeSpec {
    name: "BZ2Decompressor",
    module: "_bz2",
    layout: Some(<Decompressor as HeapObject>::native),
    slots: Slots { new: Some(new_decompressor), ..Slots::DEFAULT },
    methods: DECOMPRESSOR_METHODS,
    getset: GETSET,
    doc: "Create a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead.",
    ..TypeSpec::DEFAULT
};

/// The module `_bz2`.
pub static MODULE: ModuleSpec =
    ModuleSpec { name: "_bz2", types: &[&COMPRESSOR, &DECOMPRESSOR], ..ModuleSpec::DEFAULT };
