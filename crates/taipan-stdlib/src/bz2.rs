//! `_bz2`: incremental compression and decompression in the format of bzip2.

use std::cell::RefCell;
use std::rc::Rc;

use libbz2_rs_sys as b;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, ModuleSpec, TypeSpec};
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::compression::decompressor::{self, Codec, Decompressor, Run};
use crate::compression::{FIRST, Step, compressor_rows, fill};
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
            let outcome = Stream::run(&mut stream, input, free, action);
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

const COMPRESSOR_METHODS: &[MethodDef] = &compressor_rows(compress, flush);

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

/// Why a stream cannot be decompressed further.
pub enum Failure {
    NoMemory,
    Code(i32),
}

impl Codec for Stream {
    type Error = Failure;
    const ENDED: &str = "End of stream already reached";
    const UNUSABLE: Option<&str> = Some("Decompressor is unusable after a previous error");

    fn run(&mut self, vm: &Vm, input: &[u8], most: usize) -> Result<Run, Failure> {
        let (mut consumed, mut code) = (0, b::BZ_OK);
        let out = fill(vm, FIRST.min(most), most, |free| {
            let outcome = Stream::run(self, &input[consumed..], free, b::BZ_RUN);
            consumed += outcome.consumed;
            code = outcome.code;
            Step { written: outcome.written, done: code != b::BZ_OK }
        });
        if code != b::BZ_OK && code != b::BZ_STREAM_END {
            return Err(Failure::Code(code));
        }
        let out = out.ok_or(Failure::NoMemory)?;
        // The codec may hold more output than was asked for.
        let needs_input = consumed == input.len() && out.len() < most;
        Ok(Run { out, consumed, ended: code == b::BZ_STREAM_END, unused: Vec::new(), needs_input })
    }

    fn raise(&self, vm: &mut Vm, failure: Failure) -> Raised {
        match failure {
            Failure::NoMemory => vm.raise_no_memory(),
            Failure::Code(code) => raise_code(vm, code),
        }
    }
}

fn new_decompressor(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "BZ2Decompressor")?;
    if !args.is_empty() {
        return Err(vm.raise(Exc::TypeError, "BZ2Decompressor() takes no positional arguments"));
    }
    vm.check_native_bytes(DECOMPRESS_BYTES)?;
    match Stream::decompressing() {
        Ok(stream) => decompressor::make(vm, class, stream, DECOMPRESS_BYTES),
        Err(code) => Err(raise_code(vm, code)),
    }
}

/// The class `BZ2Decompressor`.
pub static DECOMPRESSOR: TypeSpec = TypeSpec {
    name: "BZ2Decompressor",
    module: "_bz2",
    layout: Some(<Decompressor as HeapObject>::native),
    slots: Slots { new: Some(new_decompressor), ..Slots::DEFAULT },
    methods: &[decompressor::decompress_row(decompressor::decompress::<Stream>)],
    getset: &[decompressor::EOF, decompressor::UNUSED_DATA, decompressor::NEEDS_INPUT],
    doc: "Create a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead.",
    ..TypeSpec::DEFAULT
};

/// The module `_bz2`.
pub static MODULE: ModuleSpec =
    ModuleSpec { name: "_bz2", types: &[&COMPRESSOR, &DECOMPRESSOR], ..ModuleSpec::DEFAULT };
