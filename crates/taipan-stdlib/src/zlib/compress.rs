//! `zlib.Compress`: the object of `compressobj`.

use std::cell::RefCell;
use std::rc::Rc;

use libz_rs_sys as z;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, NO_NEW, TypeSpec, method};
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::stream::Stream;
use super::{DEFLATE_BYTES, int_argument, raise_code, with_input};
use crate::compression::{FIRST, Step, fill};

heap_object! {
    /// A compressing stream, by the number of its resource.
    pub struct Compress {
        stream: usize,
    }
}

/// `compressobj(level=-1, method=DEFLATED, wbits=15, memLevel=8, strategy=0[, zdict])`.
pub fn compressobj(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [level, method, wbits, mem_level, strategy, zdict] = args.all();
    let level = int_argument(vm, level, z::Z_DEFAULT_COMPRESSION)?;
    let method = int_argument(vm, method, z::Z_DEFLATED)?;
    let wbits = int_argument(vm, wbits, 15)?;
    let mem_level = int_argument(vm, mem_level, 8)?;
    let strategy = int_argument(vm, strategy, z::Z_DEFAULT_STRATEGY)?;
    let zdict = match zdict.given() {
        Some(zdict) => Some(vm.bytes_of(zdict)?),
        None => None,
    };
    vm.check_native_bytes(DEFLATE_BYTES)?;
    let mut stream = match Stream::deflating(level, method, wbits, mem_level, strategy) {
        Ok(stream) => stream,
        Err(z::Z_MEM_ERROR) => {
            return Err(vm.raise(Exc::MemoryError, "Can't allocate memory for compression object"));
        }
        Err(z::Z_STREAM_ERROR) => return Err(vm.raise(Exc::ValueError, "Invalid initialization option")),
        Err(code) => return Err(raise_code(vm, code, None, "while creating compression object")),
    };
    if let Some(zdict) = zdict {
        match stream.set_dictionary(&zdict) {
            z::Z_OK => {}
            z::Z_STREAM_ERROR => return Err(vm.raise(Exc::ValueError, "Invalid dictionary")),
            _ => return Err(vm.raise(Exc::ValueError, "deflateSetDictionary()")),
        }
    }
    make(vm, stream)
}

fn make(vm: &mut Vm, stream: Stream) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    let object = vm.new_object(shape, Compress { header: HeaderWord::NEW, stream: usize::MAX })?;
    let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(stream)), DEFLATE_BYTES);
    object.get_mut(vm).stream = number;
    Ok(object.value())
}

/// Runs the stream of a compressor; `while_` describes a failure.
fn run(vm: &mut Vm, this: Gc<Compress>, data: Option<Value>, flush: i32, while_: &str) -> Result<Value, Raised> {
    let Some(stream) = vm.resource::<RefCell<Stream>>(this.get(vm).stream) else {
        return Err(raise_code(vm, z::Z_STREAM_ERROR, None, while_));
    };
    let mut stream = stream.borrow_mut();
    let mut code = z::Z_OK;
    let mut work = |vm: &Vm, mut input: &[u8]| {
        fill(vm, FIRST, usize::MAX, |free| {
            let outcome = stream.run(input, free, flush);
            input = &input[outcome.consumed..];
            code = outcome.code;
            Step { written: outcome.written, done: code == z::Z_STREAM_ERROR || code == z::Z_STREAM_END }
        })
    };
    let out = match data {
        Some(data) => with_input(vm, data, work)?,
        None => work(vm, &[]),
    };
    match code {
        z::Z_STREAM_END => stream.end(),
        z::Z_OK | z::Z_BUF_ERROR => {}
        code => {
            let said = stream.message();
            return Err(raise_code(vm, code, said, while_));
        }
    }
    match out {
        Some(out) => vm.new_bytes(&out),
        None => Err(vm.raise_no_memory()),
    }
}

fn compress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data]) = args.method::<Compress, 1>(vm);
    run(vm, this, Some(data), z::Z_NO_FLUSH, "while compressing data")
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [mode]) = args.method::<Compress, 1>(vm);
    let mode = int_argument(vm, mode, z::Z_FINISH)?;
    if mode == z::Z_NO_FLUSH {
        return vm.new_bytes(b"");
    }
    run(vm, this, None, mode, "while flushing")
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Compress>(vm);
    vm.check_native_bytes(DEFLATE_BYTES)?;
    let stream = vm.resource::<RefCell<Stream>>(this.get(vm).stream);
    match stream.map_or(Err(z::Z_STREAM_ERROR), |stream| stream.borrow_mut().copy()) {
        Ok(stream) => make(vm, stream),
        Err(z::Z_STREAM_ERROR) => Err(vm.raise(Exc::ValueError, "Inconsistent stream state")),
        Err(z::Z_MEM_ERROR) => Err(vm.raise(Exc::MemoryError, "Can't allocate memory for compression object")),
        Err(code) => Err(raise_code(vm, code, None, "while copying compression object")),
    }
}

const METHODS: &[MethodDef] = &[
    method(
        "compress($self, data, /)",
        compress,
        "Returns a bytes object containing compressed data.\n\n  data\n    Binary data to be compressed.\n\nAfter calling this function, some of the input data may still\nbe stored in internal buffers for later processing.\nCall the flush() method to clear these buffers.",
    ),
    method(
        "flush($self, mode=zlib.Z_FINISH, /)",
        flush,
        "Return a bytes object containing any remaining compressed data.\n\n  mode\n    One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.\n    If mode == Z_FINISH, the compressor object can no longer be\n    used after calling the flush() method.  Otherwise, more data\n    can still be compressed.",
    ),
    method("copy($self, /)", copy, "Return a copy of the compression object."),
    method("__copy__($self, /)", copy, ""),
    method("__deepcopy__($self, memo, /)", copy, ""),
];

/// The class `zlib.Compress`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Compress",
    module: "zlib",
    layout: Some(<Compress as HeapObject>::native),
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
