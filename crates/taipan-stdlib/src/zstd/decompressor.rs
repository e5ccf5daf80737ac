//! `ZstdDecompressor`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::raise::Raised;
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::{Decompressing, DictFailure, Failure, Kind, NO_MEMORY};
use super::{ERROR, dictionary, for_each_option, raise, raise_parameter};
use crate::compression::decompressor::{self, Codec, Decompressor, Run};
use crate::compression::{FIRST, Step, fill};

/// Bytes counted for a context: its tables and a window of common size.
const BYTES: usize = 256 << 10;

impl Codec for Decompressing {
    type Error = Failure;
    const ENDED: &str = "Already at the end of a Zstandard frame.";
    const STARTS_AFRESH: bool = true;

    fn run(&mut self, vm: &Vm, input: &[u8], most: usize) -> Result<Run, Failure> {
        let (mut consumed, mut ended, mut failed) = (0, false, None);
        let out = fill(vm, FIRST.min(most), most, |free| {
            let mut written = 0;
            loop {
                match Decompressing::run(self, &input[consumed..], &mut free[written..]) {
                    Ok(outcome) => {
                        consumed += outcome.consumed;
                        written += outcome.written;
                        ended = outcome.rest == 0;
                    }
                    Err(failure) => failed = Some(failure),
                }
                if ended || failed.is_some() || written == free.len() || consumed == input.len() {
                    return Step { written, done: ended || failed.is_some() };
                }
            }
        });
        let out = match (failed, out) {
            (None, Some(out)) => out,
            (failed, _) => {
                self.reset();
                return Err(failed.unwrap_or(NO_MEMORY));
            }
        };
        let needs_input = consumed == input.len() && out.len() < most;
        Ok(Run { out, consumed, ended, unused: Vec::new(), needs_input })
    }

    fn raise(&self, vm: &mut Vm, failure: Failure) -> Raised {
        raise(vm, "decompress Zstandard data", failure)
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("ZstdDecompressor(zstd_dict=None, options=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        vm.check_native_bytes(BYTES)?;
        let Some(mut context) = Decompressing::new() else {
            return Err(ERROR.raise(vm, "Unable to create ZSTD_DCtx instance."));
        };
        if let Some(zstd_dict) = args.get(0).not_none() {
            let (dictionary, kind) = dictionary::argument(vm, zstd_dict, Kind::Digested)?;
            match context.load(dictionary, kind) {
                Ok(()) => {}
                Err(DictFailure::Digest) => {
                    let message = "Failed to create a ZSTD_DDict instance from Zstandard dictionary content.";
                    return Err(ERROR.raise(vm, message));
                }
                Err(DictFailure::Load(failure)) => {
                    return Err(raise(vm, "load Zstandard dictionary or prefix for decompression", failure));
                }
            }
        }
        if let Some(options) = args.get(1).not_none() {
            for_each_option(vm, options, false, |vm, key, value| {
                context.set(key, value).map_err(|_| raise_parameter(vm, false, key, value))
            })?;
        }
        decompressor::make(vm, class, context, BYTES)
    })
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("decompress($self, /, data, max_length=-1)", decompressor::decompress::<Decompressing>, "Decompress *data*, returning uncompressed bytes if possible, or b'' otherwise.\n\n  data\n    A bytes-like object, Zstandard data to be decompressed.\n  max_length\n    Maximum size of returned data. When it is negative, the size of\n    output buffer is unlimited. When it is nonnegative, returns at\n    most max_length bytes of decompressed data.\n\nIf *max_length* is nonnegative, returns at most *max_length* bytes\nof decompressed data.  If this limit is reached and further output\ncan be produced, *self.needs_input* will be set to ``False``.  In\nthis case, the next call to *decompress()* may provide *data* as b''\nto obtain more of the output.\n\nIf all of the input data was decompressed and returned (either\nbecause this was less than *max_length* bytes, or because\n*max_length* was negative), *self.needs_input* will be set to True.\n\nAttempting to decompress data after the end of a frame is reached\nraises an EOFError.  Any data found after the end of the frame is\nignored and saved in the self.unused_data attribute."),
];

#[rustfmt::skip]
const GETSET: &[GetSetDef] = &[
    GetSetDef { doc: "True means the end of the first frame has been reached. If decompress data\nafter that, an EOFError exception will be raised.", ..decompressor::EOF },
    GetSetDef { doc: "If the max_length output limit in .decompress() method has been reached,\nand the decompressor has (or may has) unconsumed input data, it will be set\nto False. In this case, passing b'' to the .decompress() method may output\nfurther data.", ..decompressor::NEEDS_INPUT },
    getter("unused_data", decompressor::UNUSED_DATA.get, "A bytes object of un-consumed input data.\n\nWhen ZstdDecompressor object stops after a frame is\ndecompressed, unused input data after the frame.  Otherwise this\nwill be b''."),
];

/// The class `ZstdDecompressor`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "ZstdDecompressor",
    module: "compression.zstd",
    layout: Some(<Decompressor as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "ZstdDecompressor(zstd_dict=None, options=None)\n--\n\nCreate a decompressor object for decompressing data incrementally.\n\n  zstd_dict\n    A ZstdDict object, a pre-trained Zstandard dictionary.\n  options\n    A dict object that contains advanced decompression parameters.\n\nThread-safe at method level.  For one-shot decompression, use the\ndecompress() function instead.",
    ..TypeSpec::DEFAULT
};
