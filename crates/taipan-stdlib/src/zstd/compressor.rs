//! `ZstdCompressor`.

use std::cell::RefCell;
use std::rc::Rc;

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::{self, Compressing, DictFailure, End, Kind, NO_MEMORY, UNKNOWN_SIZE};
use super::{ERROR, c_int, dictionary, for_each_option, raise, raise_parameter};
use crate::compression::{FIRST, Step, fill};
use crate::zlib::{int_argument, with_input};

heap_object! {
    /// A compressing context, by the number of its resource.
    pub struct Compressor {
        context: usize,
        last_mode: i32,
        multithreaded: bool,
        pad: [u8; 3],
    }
}

/// The modes: what a call ends.
const CONTINUE: i32 = 0;
const FLUSH_BLOCK: i32 = 1;
const FLUSH_FRAME: i32 = 2;

const COMPRESSION_LEVEL: i32 = 100;
const NB_WORKERS: i32 = 400;

fn set_level(vm: &mut Vm, context: &mut Compressing, level: i32) -> Result<(), Raised> {
    let (least, most) = context::levels();
    if !(least..=most).contains(&level) {
        let message = format!("illegal compression level {level}; the valid range is [{least}, {most}]");
        return Err(vm.raise(Exc::ValueError, message));
    }
    match context.set(COMPRESSION_LEVEL, level) {
        Ok(()) => Ok(()),
        Err(failure) => Err(raise(vm, "set zstd compression level", failure)),
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("ZstdCompressor(level=None, options=None, zstd_dict=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let Some(mut context) = Compressing::new() else {
            return Err(ERROR.raise(vm, "Unable to create ZSTD_CCtx instance."));
        };
        let [level, options, zstd_dict] = args.all::<3>().map(Value::not_none);
        if level.is_some() && options.is_some() {
            return Err(vm.raise(Exc::TypeError, "Only one of level or options should be used."));
        }
        let (mut level_in_use, mut multithreaded) = (0, false);
        if let Some(level) = level {
            if !vm.is_int(level) {
                return Err(vm.raise(Exc::TypeError, "invalid type for level, expected int"));
            }
            let Some(level) = vm.as_i64(level).and_then(|level| i32::try_from(level).ok()) else {
                let (least, most) = context::levels();
                let message = format!("illegal compression level; the valid range is [{least}, {most}]");
                return Err(vm.raise(Exc::ValueError, message));
            };
            set_level(vm, &mut context, level)?;
            level_in_use = level;
        }
        if let Some(options) = options {
            for_each_option(vm, options, true, |vm, key, value| {
                if key == COMPRESSION_LEVEL {
                    set_level(vm, &mut context, value)?;
                    level_in_use = value;
                    return Ok(());
                }
                multithreaded |= key == NB_WORKERS && value != 0;
                context.set(key, value).map_err(|_| raise_parameter(vm, true, key, value))
            })?;
        }
        if let Some(zstd_dict) = zstd_dict {
            let (dictionary, kind) = dictionary::argument(vm, zstd_dict, Kind::Undigested)?;
            match context.load(dictionary, kind, level_in_use) {
                Ok(()) => {}
                Err(DictFailure::Digest) => {
                    let message = "Failed to create a ZSTD_CDict instance from Zstandard dictionary content.";
                    return Err(ERROR.raise(vm, message));
                }
                Err(DictFailure::Load(failure)) => {
                    return Err(raise(vm, "load Zstandard dictionary or prefix for compression", failure));
                }
            }
        }
        let bytes = context.size();
        vm.check_native_bytes(bytes)?;
        let shape = class.get(vm).root_shape;
        let object = Compressor {
            header: HeaderWord::NEW,
            context: usize::MAX,
            last_mode: FLUSH_FRAME,
            multithreaded,
            pad: [0; 3],
        };
        let object = vm.new_object(shape, object)?;
        let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(context)), bytes);
        object.get_mut(vm).context = number;
        Ok(object.value())
    })
}

fn context_of(vm: &mut Vm, this: Gc<Compressor>) -> Result<Rc<RefCell<Compressing>>, Raised> {
    let number = this.get(vm).context;
    vm.resource(number).ok_or_else(|| ERROR.raise(vm, "Unable to create ZSTD_CCtx instance."))
}

fn run(vm: &mut Vm, this: Gc<Compressor>, data: Option<Value>, mode: i32) -> Result<Value, Raised> {
    let end = match mode {
        CONTINUE => End::Nothing,
        FLUSH_BLOCK => End::Block,
        _ => End::Frame,
    };
    let context = context_of(vm, this)?;
    // Workers take input at their own pace; what they have not given yet comes with a later call.
    let may_wait = end == End::Nothing && this.get(vm).multithreaded;
    let mut failed = None;
    let mut work = |vm: &Vm, mut input: &[u8]| {
        let mut context = context.borrow_mut();
        let first = if may_wait { FIRST } else { context::bound(input.len())? };
        fill(vm, first, usize::MAX, |free| {
            let (mut written, mut done) = (0, false);
            while !done {
                match context.run(input, &mut free[written..], end) {
                    Ok(outcome) => {
                        input = &input[outcome.consumed..];
                        written += outcome.written;
                        done = if may_wait { input.is_empty() } else { outcome.rest == 0 };
                    }
                    Err(failure) => (failed, done) = (Some(failure), true),
                }
                if written == free.len() {
                    break;
                }
            }
            Step { written, done: done && (!may_wait || written < free.len() || failed.is_some()) }
        })
    };
    let out = match data {
        Some(data) => with_input(vm, data, work)?,
        None => work(vm, &[]),
    };
    let failed = failed.or(if out.is_none() { Some(NO_MEMORY) } else { None });
    if failed.is_some() {
        context.borrow_mut().reset();
    }
    this.get_mut(vm).last_mode = if failed.is_some() { FLUSH_FRAME } else { mode };
    let (number, bytes) = (this.get(vm).context, context.borrow().size());
    vm.recharge_resource(number, bytes);
    match (failed, out) {
        (None, Some(out)) => vm.new_bytes(&out),
        (Some(failure), Some(_)) => Err(raise(vm, "compress Zstandard data", failure)),
        (_, None) => Err(vm.raise_no_memory()),
    }
}

fn compress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data, mode]) = args.method::<Compressor, 2>(vm);
    let mode = match mode.given() {
        Some(mode) => c_int(vm, mode)?,
        None => CONTINUE,
    };
    if !(CONTINUE..=FLUSH_FRAME).contains(&mode) && vm.slots(data).get_buffer.is_some() {
        let message = "mode argument wrong value, it should be one of ZstdCompressor.CONTINUE, \
                       ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME.";
        return Err(vm.raise(Exc::ValueError, message));
    }
    run(vm, this, Some(data), mode)
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [mode]) = args.method::<Compressor, 1>(vm);
    let mode = int_argument(vm, mode, FLUSH_FRAME)?;
    if mode != FLUSH_FRAME && mode != FLUSH_BLOCK {
        let message =
            "mode argument wrong value, it should be ZstdCompressor.FLUSH_FRAME or ZstdCompressor.FLUSH_BLOCK.";
        return Err(vm.raise(Exc::ValueError, message));
    }
    run(vm, this, None, mode)
}

fn set_pledged_input_size(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    /// The library's own numbers begin here.
    const LIMIT: u64 = u64::MAX - 1;
    let (this, [size]) = args.method::<Compressor, 1>(vm);
    let size = match size.not_none() {
        None => UNKNOWN_SIZE,
        Some(size) if !vm.is_int(size) => return Err(vm.raise(Exc::TypeError, "an integer is required")),
        Some(size) => match vm.as_big(size).and_then(|size| u64::try_from(&size).ok()) {
            Some(size) if size < LIMIT => size,
            _ => {
                let message = format!("size argument should be a positive int less than {LIMIT}");
                return Err(vm.raise(Exc::ValueError, message));
            }
        },
    };
    if this.get(vm).last_mode != FLUSH_FRAME {
        let message = "set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME";
        return Err(vm.raise(Exc::ValueError, message));
    }
    let context = context_of(vm, this)?;
    let outcome = context.borrow_mut().pledge(size);
    match outcome {
        Ok(()) => Ok(Value::NONE),
        Err(failure) => Err(raise(vm, "set pledged uncompressed content size", failure)),
    }
}

fn get_last_mode(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(this.expect::<Compressor>(vm).get(vm).last_mode))
}

fn finish(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    for (name, mode) in [("CONTINUE", CONTINUE), ("FLUSH_BLOCK", FLUSH_BLOCK), ("FLUSH_FRAME", FLUSH_FRAME)] {
        let name = Str::intern(vm, name)?;
        let dict = class.get(vm).dict;
        Dict::set_str(dict, vm, name, Value::int32(mode))?;
    }
    Ok(())
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("compress($self, /, data, mode=ZstdCompressor.CONTINUE)", compress, "Provide data to the compressor object.\n\n  mode\n    Can be these 3 values ZstdCompressor.CONTINUE,\n    ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME\n\nReturn a chunk of compressed data if possible, or b'' otherwise.\nWhen you have finished providing data to the compressor, call the\nflush() method to finish the compression process."),
    method("flush($self, /, mode=ZstdCompressor.FLUSH_FRAME)", flush, "Finish the compression process.\n\n  mode\n    Can be these 2 values ZstdCompressor.FLUSH_FRAME,\n    ZstdCompressor.FLUSH_BLOCK\n\nFlush any remaining data left in internal buffers.  Since Zstandard\ndata consists of one or more independent frames, the compressor\nobject can still be used after this method is called."),
    method("set_pledged_input_size($self, size, /)", set_pledged_input_size, "Set the uncompressed content size to be written into the frame header.\n\n  size\n    The size of the uncompressed data to be provided to the compressor.\n\nThis method can be used to ensure the header of the frame about to\nbe written includes the size of the data, unless the\nCompressionParameter.content_size_flag is set to False.\nIf last_mode != FLUSH_FRAME, then a RuntimeError is raised.\n\nIt is important to ensure that the pledged data size matches the\nactual data size.  If they do not match the compressed output data\nmay be corrupted and the final chunk written may be lost."),
];

const GETSET: &[GetSetDef] = &[getter(
    "last_mode",
    get_last_mode,
    "The last mode used to this compressor object, its value can be .CONTINUE,\n.FLUSH_BLOCK, .FLUSH_FRAME. Initialized to .FLUSH_FRAME.\n\nIt can be used to get the current state of a compressor, such as, data\nflushed, or a frame ended.",
)
.member()];

/// The class `ZstdCompressor`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "ZstdCompressor",
    module: "compression.zstd",
    layout: Some(<Compressor as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "ZstdCompressor(level=None, options=None, zstd_dict=None)\n--\n\nCreate a compressor object for compressing data incrementally.\n\n  level\n    The compression level to use. Defaults to COMPRESSION_LEVEL_DEFAULT.\n  options\n    A dict object that contains advanced compression parameters.\n  zstd_dict\n    A ZstdDict object, a pre-trained Zstandard dictionary.\n\nThread-safe at method level.  For one-shot compression, use the\ncompress() function instead.",
    finish: Some(finish),
    ..TypeSpec::DEFAULT
};
