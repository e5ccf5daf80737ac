//! `zlib._ZlibDecompressor`: the decompressor that keeps the input it was given (used by `gzip` and `zipfile`).

use std::cell::RefCell;
use std::rc::Rc;

use libz_rs_sys as z;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::decompress::{inflate, open};
use super::stream::Stream;
use super::{INFLATE_BYTES, int_argument, raise_code};
use crate::compression::FIRST;

heap_object! {
    /// A decompressing stream, by the number of its resource.
    pub struct Decompressor {
        stream: usize,
        unused_data: Value,
        /// Input that was not consumed, as bytes.
        pending: Option<Value>,
        zdict: Option<Value>,
        eof: bool,
        needs_input: bool,
        pad: [u8; 6],
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("_ZlibDecompressor(wbits=15, zdict=b'')");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [wbits, zdict] = args.all();
        let wbits = int_argument(vm, wbits, 15)?;
        let zdict = zdict.given();
        if let Some(zdict) = zdict
            && vm.slots(zdict).get_buffer.is_none()
        {
            return Err(vm.raise(Exc::TypeError, "zdict argument must support the buffer protocol"));
        }
        let stream = open(vm, wbits, zdict)?;
        let unused_data = vm.new_bytes(b"")?;
        let shape = class.get(vm).root_shape;
        let object = Decompressor {
            header: HeaderWord::NEW,
            stream: usize::MAX,
            unused_data,
            pending: None,
            zdict,
            eof: false,
            needs_input: true,
            pad: [0; 6],
        };
        let object = vm.new_object(shape, object)?;
        let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(stream)), INFLATE_BYTES);
        object.get_mut(vm).stream = number;
        Ok(object.value())
    })
}

fn decompress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data, max_length]) = args.method::<Decompressor, 2>(vm);
    let most = match max_length.given() {
        Some(max_length) => usize::try_from(vm.index_isize(max_length)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let mut input = match this.get(vm).pending {
        Some(pending) => vm.bytes_of(pending)?,
        None => Vec::new(),
    };
    let more = vm.bytes_of(data)?;
    let stream = vm.resource::<RefCell<Stream>>(this.get(vm).stream);
    let Some(stream) = stream.filter(|_| !this.get(vm).eof) else {
        return Err(vm.raise(Exc::EOFError, "End of stream already reached"));
    };
    input.extend_from_slice(&more);
    this.get_mut(vm).pending = None;
    let zdict = match this.get(vm).zdict {
        Some(zdict) => Some(vm.bytes_of(zdict)?),
        None => None,
    };
    let mut stream = stream.borrow_mut();
    let limits = (FIRST.min(most), most);
    let run = inflate(vm, &mut stream, &input, zdict.as_deref(), limits, z::Z_SYNC_FLUSH);
    if let Some(code) = run.dictionary {
        return Err(raise_code(vm, code, stream.message(), "while setting zdict"));
    }
    let Some(out) = run.out else { return Err(vm.raise_no_memory()) };
    let rest = &input[run.consumed..];
    let (eof, needs_input) = match run.code {
        z::Z_STREAM_END => {
            stream.end();
            let unused = vm.new_bytes(rest)?;
            this.get_mut(vm).unused_data = unused;
            (true, false)
        }
        z::Z_OK | z::Z_BUF_ERROR if rest.is_empty() => (false, true),
        z::Z_OK | z::Z_BUF_ERROR => {
            let pending = vm.new_bytes(rest)?;
            this.get_mut(vm).pending = Some(pending);
            (false, false)
        }
        code => {
            let said = stream.message();
            return Err(raise_code(vm, code, said, "while decompressing data"));
        }
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

const METHODS: &[MethodDef] = &[method(
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

/// The class `zlib._ZlibDecompressor`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "_ZlibDecompressor",
    module: "zlib",
    layout: Some(<Decompressor as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Create a decompressor object for decompressing data incrementally.\n\n  wbits = 15\n  zdict\n     The predefined compression dictionary. This is a sequence of bytes\n     (such as a bytes object) containing subsequences that are expected\n     to occur frequently in the data that is to be compressed. Those\n     subsequences that are expected to be most common should come at the\n     end of the dictionary. This must be the same dictionary as used by the\n     compressor that produced the input data.\n\n",
    ..TypeSpec::DEFAULT
};
