//! `zlib._ZlibDecompressor`: the decompressor that keeps the input it was given (used by `gzip` and `zipfile`).

use libz_rs_sys as z;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::raise::Raised;
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::decompress::{inflate, open};
use super::stream::Stream;
use super::{INFLATE_BYTES, int_argument, raise_code};
use crate::compression::FIRST;
use crate::compression::decompressor::{self, Codec, Decompressor, Run};

/// A stream with the dictionary it may ask for.
struct Inflate {
    stream: Stream,
    zdict: Option<Vec<u8>>,
}

enum Failure {
    NoMemory,
    Code(i32, &'static str),
}

impl Codec for Inflate {
    type Error = Failure;
    const ENDED: &str = "End of stream already reached";

    fn run(&mut self, vm: &Vm, input: &[u8], most: usize) -> Result<Run, Failure> {
        let limits = (FIRST.min(most), most);
        let run = inflate(vm, &mut self.stream, input, self.zdict.as_deref(), limits, z::Z_SYNC_FLUSH);
        if let Some(code) = run.dictionary {
            return Err(Failure::Code(code, "while setting zdict"));
        }
        let (out, consumed) = (run.out.ok_or(Failure::NoMemory)?, run.consumed);
        match run.code {
            z::Z_STREAM_END | z::Z_OK | z::Z_BUF_ERROR => {}
            code => return Err(Failure::Code(code, "while decompressing data")),
        }
        let ended = run.code == z::Z_STREAM_END;
        if ended {
            self.stream.end();
        }
        Ok(Run { out, consumed, ended, unused: Vec::new(), needs_input: consumed == input.len() })
    }

    fn raise(&self, vm: &mut Vm, failure: Failure) -> Raised {
        match failure {
            Failure::NoMemory => vm.raise_no_memory(),
            Failure::Code(code, doing) => raise_code(vm, code, self.stream.message(), doing),
        }
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("_ZlibDecompressor(wbits=15, zdict=b'')");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [wbits, zdict] = args.all();
        let wbits = int_argument(vm, wbits, 15)?;
        let zdict = zdict.given();
        let stream = open(vm, wbits, zdict)?;
        let zdict = match zdict {
            Some(zdict) => Some(vm.bytes_of(zdict)?),
            None => None,
        };
        decompressor::make(vm, class, Inflate { stream, zdict }, INFLATE_BYTES)
    })
}

/// The class `zlib._ZlibDecompressor`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "_ZlibDecompressor",
    module: "zlib",
    layout: Some(<Decompressor as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: &[decompressor::decompress_row(decompressor::decompress::<Inflate>)],
    getset: &[decompressor::EOF, decompressor::UNUSED_DATA, decompressor::NEEDS_INPUT],
    doc: "Create a decompressor object for decompressing data incrementally.\n\n  wbits = 15\n  zdict\n     The predefined compression dictionary. This is a sequence of bytes\n     (such as a bytes object) containing subsequences that are expected\n     to occur frequently in the data that is to be compressed. Those\n     subsequences that are expected to be most common should come at the\n     end of the dictionary. This must be the same dictionary as used by the\n     compressor that produced the input data.\n\n",
    ..TypeSpec::DEFAULT
};
