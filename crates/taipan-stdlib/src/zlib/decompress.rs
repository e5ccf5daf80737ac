//! `zlib.Decompress`: the object of `decompressobj`.

use std::cell::RefCell;
use std::rc::Rc;

use libz_rs_sys as z;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{GetSetDef, MethodDef, NO_NEW, TypeSpec, getter, method};
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::stream::Stream;
use super::{INFLATE_BYTES, int_argument, raise_code, with_input};
use crate::compression::{FIRST, Step, fill};

heap_object! {
    /// A decompressing stream, by the number of its resource.
    pub struct Decompress {
        stream: usize,
        unused_data: Value,
        unconsumed_tail: Value,
        zdict: Option<Value>,
        eof: bool,
        pad: [u8; 7],
    }
}

/// `decompressobj(wbits=15[, zdict])`.
pub fn decompressobj(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [wbits, zdict] = args.all();
    let wbits = int_argument(vm, wbits, 15)?;
    let zdict = zdict.given();
    let stream = open(vm, wbits, zdict)?;
    make(vm, stream, |vm| {
        let empty = vm.new_bytes(b"")?;
        Ok(Decompress {
            header: HeaderWord::NEW,
            stream: usize::MAX,
            unused_data: empty,
            unconsumed_tail: empty,
            zdict,
            eof: false,
            pad: [0; 7],
        })
    })
}

/// A decompressing stream; the dictionary of a raw one is set at once.
///
/// # Errors
/// TypeError for a dictionary without a buffer, ValueError for options that zlib refuses, `zlib.error` for other failures.
pub(super) fn open(vm: &mut Vm, wbits: i32, zdict: Option<Value>) -> Result<Stream, Raised> {
    if let Some(zdict) = zdict
        && vm.slots(zdict).get_buffer.is_none()
    {
        return Err(vm.raise(Exc::TypeError, "zdict argument must support the buffer protocol"));
    }
    vm.check_native_bytes(INFLATE_BYTES)?;
    let mut stream = match Stream::inflating(wbits) {
        Ok(stream) => stream,
        Err(z::Z_STREAM_ERROR) => return Err(vm.raise(Exc::ValueError, "Invalid initialization option")),
        Err(z::Z_MEM_ERROR) => {
            return Err(vm.raise(Exc::MemoryError, "Can't allocate memory for decompression object"));
        }
        Err(code) => return Err(raise_code(vm, code, None, "while creating decompression object")),
    };
    if let Some(zdict) = zdict
        && wbits < 0
    {
        let zdict = vm.bytes_of(zdict)?;
        match stream.set_dictionary(&zdict) {
            z::Z_OK => {}
            code => return Err(raise_code(vm, code, stream.message(), "while setting zdict")),
        }
    }
    Ok(stream)
}

fn make(
    vm: &mut Vm,
    stream: Stream,
    object: impl FnOnce(&mut Vm) -> Result<Decompress, Raised>,
) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    let object = object(vm)?;
    let object = vm.new_object(shape, object)?;
    let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(stream)), INFLATE_BYTES);
    object.get_mut(vm).stream = number;
    Ok(object.value())
}

/// What a run over an input gave.
pub(super) struct Run {
    /// `None`: no memory.
    pub out: Option<Vec<u8>>,
    pub code: i32,
    pub consumed: usize,
    /// The code of setting the dictionary, if that failed.
    pub dictionary: Option<i32>,
}

/// Decompresses an input up to `most` bytes of output.
pub(super) fn inflate(
    vm: &Vm,
    stream: &mut Stream,
    input: &[u8],
    zdict: Option<&[u8]>,
    (first, most): (usize, usize),
    last_flush: i32,
) -> Run {
    let (mut consumed, mut code, mut dictionary) = (0, z::Z_OK, None);
    let out = fill(vm, first, most, |free| {
        let mut written = 0;
        loop {
            let rest = &input[consumed..];
            let flush = if rest.len() > u32::MAX as usize { z::Z_NO_FLUSH } else { last_flush };
            let outcome = stream.run(rest, &mut free[written..], flush);
            consumed += outcome.consumed;
            written += outcome.written;
            code = outcome.code;
            let Some(zdict) = zdict.filter(|_| code == z::Z_NEED_DICT) else { break };
            match stream.set_dictionary(zdict) {
                z::Z_OK => {}
                failed => {
                    dictionary = Some(failed);
                    break;
                }
            }
        }
        Step { written, done: code != z::Z_OK && code != z::Z_BUF_ERROR }
    });
    Run { out, code, consumed, dictionary }
}

/// Keeps what follows the end of the stream, and what was not consumed.
fn save_rest(vm: &mut Vm, this: Gc<Decompress>, rest: &[u8], code: i32) -> Result<(), Raised> {
    let mut rest = rest;
    if code == z::Z_STREAM_END && !rest.is_empty() {
        let mut unused = vm.bytes_of(this.get(vm).unused_data)?;
        unused.extend_from_slice(rest);
        let unused = vm.new_bytes(&unused)?;
        this.get_mut(vm).unused_data = unused;
        rest = &[];
    }
    let tail = vm.new_bytes(rest)?;
    this.get_mut(vm).unconsumed_tail = tail;
    Ok(())
}

fn dictionary_of(vm: &mut Vm, this: Gc<Decompress>) -> Result<Option<Vec<u8>>, Raised> {
    match this.get(vm).zdict {
        Some(zdict) => Ok(Some(vm.bytes_of(zdict)?)),
        None => Ok(None),
    }
}

fn decompress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data, max_length]) = args.method::<Decompress, 2>(vm);
    let max_length = match max_length.given() {
        Some(max_length) => vm.index_isize(max_length)?,
        None => 0,
    };
    let most = match usize::try_from(max_length) {
        Ok(0) => usize::MAX,
        Ok(most) => most,
        Err(_) => return Err(vm.raise(Exc::ValueError, "max_length must be non-negative")),
    };
    let Some(stream) = vm.resource::<RefCell<Stream>>(this.get(vm).stream) else {
        return Err(raise_code(vm, z::Z_STREAM_ERROR, None, "while decompressing data"));
    };
    let zdict = dictionary_of(vm, this)?;
    let mut stream = stream.borrow_mut();
    let (run, rest) = with_input(vm, data, |vm, input| {
        let limits = (FIRST.min(most), most);
        let run = inflate(vm, &mut stream, input, zdict.as_deref(), limits, z::Z_SYNC_FLUSH);
        let rest = input[run.consumed..].to_vec();
        (run, rest)
    })?;
    if let Some(code) = run.dictionary {
        return Err(raise_code(vm, code, stream.message(), "while setting zdict"));
    }
    let Some(out) = run.out else { return Err(vm.raise_no_memory()) };
    save_rest(vm, this, &rest, run.code)?;
    match run.code {
        z::Z_STREAM_END => this.get_mut(vm).eof = true,
        z::Z_OK | z::Z_BUF_ERROR => {}
        code => {
            let said = stream.message();
            return Err(raise_code(vm, code, said, "while decompressing data"));
        }
    }
    vm.new_bytes(&out)
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [length]) = args.method::<Decompress, 1>(vm);
    let length = match length.given() {
        Some(length) => vm.index_isize(length)?,
        None => FIRST as isize,
    };
    if length <= 0 {
        return Err(vm.raise(Exc::ValueError, "length must be greater than zero"));
    }
    let Some(stream) = vm.resource::<RefCell<Stream>>(this.get(vm).stream) else {
        return vm.new_bytes(b"");
    };
    let zdict = dictionary_of(vm, this)?;
    let mut stream = stream.borrow_mut();
    let input = vm.bytes_of(this.get(vm).unconsumed_tail)?;
    let limits = ((length as usize).min(1 << 20), usize::MAX);
    let run = inflate(vm, &mut stream, &input, zdict.as_deref(), limits, z::Z_FINISH);
    if let Some(code) = run.dictionary {
        return Err(raise_code(vm, code, stream.message(), "while setting zdict"));
    }
    let Some(out) = run.out else { return Err(vm.raise_no_memory()) };
    save_rest(vm, this, &input[run.consumed..], run.code)?;
    match run.code {
        z::Z_STREAM_END => {
            this.get_mut(vm).eof = true;
            stream.end();
        }
        z::Z_OK | z::Z_BUF_ERROR => {}
        // Nothing is left to be flushed of a stream that has ended.
        z::Z_STREAM_ERROR if stream.has_ended() => {}
        code => {
            let said = stream.message();
            return Err(raise_code(vm, code, said, "while decompressing data"));
        }
    }
    vm.new_bytes(&out)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Decompress>(vm);
    vm.check_native_bytes(INFLATE_BYTES)?;
    let stream = vm.resource::<RefCell<Stream>>(this.get(vm).stream);
    match stream.map_or(Err(z::Z_STREAM_ERROR), |stream| stream.borrow_mut().copy()) {
        Ok(stream) => make(vm, stream, |vm| {
            let Decompress { unused_data, unconsumed_tail, zdict, eof, .. } = *this.get(vm);
            Ok(Decompress {
                header: HeaderWord::NEW,
                stream: usize::MAX,
                unused_data,
                unconsumed_tail,
                zdict,
                eof,
                pad: [0; 7],
            })
        }),
        Err(z::Z_STREAM_ERROR) => Err(vm.raise(Exc::ValueError, "Inconsistent stream state")),
        Err(z::Z_MEM_ERROR) => Err(vm.raise(Exc::MemoryError, "Can't allocate memory for decompression object")),
        Err(code) => Err(raise_code(vm, code, None, "while copying decompression object")),
    }
}

fn get_unused_data(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Decompress>(vm).get(vm).unused_data)
}

fn get_unconsumed_tail(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Decompress>(vm).get(vm).unconsumed_tail)
}

fn get_eof(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.expect::<Decompress>(vm).get(vm).eof))
}

const METHODS: &[MethodDef] = &[
    method(
        "decompress($self, data, /, max_length=0)",
        decompress,
        "Return a bytes object containing the decompressed version of the data.\n\n  data\n    The binary data to decompress.\n  max_length\n    The maximum allowable length of the decompressed data.\n    Unconsumed input data will be stored in\n    the unconsumed_tail attribute.\n\nAfter calling this function, some of the input data may still be stored in\ninternal buffers for later processing.\nCall the flush() method to clear these buffers.",
    ),
    method(
        "flush($self, length=zlib.DEF_BUF_SIZE, /)",
        flush,
        "Return a bytes object containing any remaining decompressed data.\n\n  length\n    the initial size of the output buffer.",
    ),
    method("copy($self, /)", copy, "Return a copy of the decompression object."),
    method("__copy__($self, /)", copy, ""),
    method("__deepcopy__($self, memo, /)", copy, ""),
];

const GETSET: &[GetSetDef] = &[
    getter("unused_data", get_unused_data, "").member(),
    getter("unconsumed_tail", get_unconsumed_tail, "").member(),
    getter("eof", get_eof, "").member(),
];

/// The class `zlib.Decompress`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Decompress",
    module: "zlib",
    layout: Some(<Decompress as HeapObject>::native),
    methods: METHODS,
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
