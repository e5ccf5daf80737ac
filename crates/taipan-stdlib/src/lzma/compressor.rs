//! `LZMACompressor`.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use lzma_rust2::{CheckType, Lzma2Options, Lzma2Writer, LzmaOptions, LzmaWriter, XzOptions, XzWriter};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, TypeSpec};
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::filter::{self, Filter};
use super::{ALONE, ERROR, RAW, XZ, raise_io};
use crate::compression::compressor_rows;

heap_object! {
    /// A compressing stream, by the number of its resource.
    pub struct Compressor {
        stream: usize,
        flushed: bool,
        pad: [u8; 7],
    }
}

/// Where the writers put their output.
#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

enum Writer {
    Xz(Box<XzWriter<Sink>>),
    Lzma1(Box<LzmaWriter<Sink>>),
    Lzma2(Box<Lzma2Writer<Sink>>),
}

struct Stream {
    /// `None` once finished.
    writer: Option<Writer>,
    sink: Sink,
}

impl Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match &mut self.writer {
            Some(Writer::Xz(writer)) => writer.write_all(bytes),
            Some(Writer::Lzma1(writer)) => writer.write_all(bytes),
            Some(Writer::Lzma2(writer)) => writer.write_all(bytes),
            None => Ok(()),
        }
    }

    fn finish(&mut self) -> std::io::Result<()> {
        match self.writer.take() {
            Some(Writer::Xz(writer)) => writer.finish().map(drop),
            Some(Writer::Lzma1(writer)) => writer.finish().map(drop),
            Some(Writer::Lzma2(writer)) => writer.finish().map(drop),
            None => Ok(()),
        }
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.sink.0.borrow_mut())
    }
}

fn check_type(vm: &mut Vm, check: i32) -> Result<CheckType, Raised> {
    Ok(match check {
        -1 | 4 => CheckType::Crc64,
        0 => CheckType::None,
        1 => CheckType::Crc32,
        10 => CheckType::Sha256,
        2..=15 => return Err(ERROR.raise(vm, "Unsupported integrity check")),
        _ => return Err(ERROR.raise(vm, "Internal error")),
    })
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature =
        Signature::parse("LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let format = crate::zlib::int_argument(vm, args.get(0), XZ)?;
        let check = crate::zlib::int_argument(vm, args.get(1), -1)?;
        let (preset, filters) = (args.get(2).not_none(), args.get(3).not_none());
        if preset.is_some() && filters.is_some() {
            return Err(vm.raise(Exc::ValueError, "Cannot specify both preset and filter chain"));
        }
        let preset = match preset {
            Some(preset) => {
                let index = vm.index(preset)?;
                match vm.as_i64(index).and_then(|preset| u32::try_from(preset).ok()) {
                    Some(preset) => preset,
                    None => return Err(vm.raise(Exc::OverflowError, "Value too large for uint32_t type")),
                }
            }
            None => 6,
        };
        if format != XZ && check != -1 && check != 0 {
            return Err(vm.raise(Exc::ValueError, "Integrity checks are only supported by FORMAT_XZ"));
        }
        let chain = match filters {
            Some(filters) => Some(filter::parse_chain(vm, filters)?),
            None => None,
        };
        let options = match filter::preset_options(preset) {
            Some(options) => options,
            None => return Err(filter::raise_options(vm)),
        };
        let sink = Sink::default();
        let (before, last) = match chain {
            Some(chain) => (chain.before, Some(chain.last)),
            None => (Vec::new(), None),
        };
        let used = match &last {
            Some(Filter::Lzma1(options) | Filter::Lzma2(options)) => options.dict_size,
            _ => options.dict_size,
        };
        // Window, hash tables and binary trees of the encoder.
        let bytes = used as usize * 12 + (1 << 20);
        vm.check_native_bytes(bytes)?;
        let writer = match (format, last) {
            (XZ, None) => xz(vm, sink.clone(), options, before, check),
            (XZ, Some(Filter::Lzma2(options))) => xz(vm, sink.clone(), options, before, check),
            (XZ, Some(_)) => Err(ERROR.raise(vm, "Internal error")),
            (ALONE, None) => alone(vm, sink.clone(), &options),
            (ALONE, Some(Filter::Lzma1(options))) if before.is_empty() => alone(vm, sink.clone(), &options),
            (ALONE, Some(_)) => {
                let message = "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter";
                Err(vm.raise(Exc::ValueError, message))
            }
            (RAW, None) => Err(vm.raise(Exc::ValueError, "Must specify filters for FORMAT_RAW")),
            (RAW, Some(_)) if !before.is_empty() => Err(filter::raise_options(vm)),
            (RAW, Some(Filter::Lzma2(lzma_options))) => {
                let options = Lzma2Options { lzma_options, ..Default::default() };
                Ok(Writer::Lzma2(Box::new(Lzma2Writer::new(sink.clone(), options))))
            }
            (RAW, Some(Filter::Lzma1(options))) => match LzmaWriter::new_no_header(sink.clone(), &options, true) {
                Ok(writer) => Ok(Writer::Lzma1(Box::new(writer))),
                Err(error) => Err(raise_io(vm, &error)),
            },
            (RAW, Some(_)) => Err(filter::raise_options(vm)),
            _ => Err(vm.raise(Exc::ValueError, format!("Invalid container format: {format}"))),
        }?;
        let stream = Stream { writer: Some(writer), sink };
        let shape = class.get(vm).root_shape;
        let object = Compressor { header: HeaderWord::NEW, stream: usize::MAX, flushed: false, pad: [0; 7] };
        let object = vm.new_object(shape, object)?;
        let number = vm.attach_resource(object.value(), Rc::new(RefCell::new(stream)), bytes);
        object.get_mut(vm).stream = number;
        Ok(object.value())
    })
}

fn xz(
    vm: &mut Vm,
    sink: Sink,
    lzma_options: LzmaOptions,
    filters: Vec<lzma_rust2::FilterConfig>,
    check: i32,
) -> Result<Writer, Raised> {
    let check_type = check_type(vm, check)?;
    let options = XzOptions { lzma_options, check_type, block_size: None, filters };
    match XzWriter::new(sink, options) {
        Ok(writer) => Ok(Writer::Xz(Box::new(writer))),
        Err(error) => Err(raise_io(vm, &error)),
    }
}

fn alone(vm: &mut Vm, sink: Sink, options: &LzmaOptions) -> Result<Writer, Raised> {
    match LzmaWriter::new_use_header(sink, options, None) {
        Ok(writer) => Ok(Writer::Lzma1(Box::new(writer))),
        Err(error) => Err(raise_io(vm, &error)),
    }
}

fn compress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data]) = args.method::<Compressor, 1>(vm);
    let input = vm.bytes_of(data)?;
    if this.get(vm).flushed {
        return Err(vm.raise(Exc::ValueError, "Compressor has been flushed"));
    }
    run(vm, this, |stream| stream.write(&input))
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Compressor>(vm);
    if this.get(vm).flushed {
        return Err(vm.raise(Exc::ValueError, "Repeated call to flush()"));
    }
    this.get_mut(vm).flushed = true;
    run(vm, this, Stream::finish)
}

fn run(
    vm: &mut Vm,
    this: Gc<Compressor>,
    work: impl FnOnce(&mut Stream) -> std::io::Result<()>,
) -> Result<Value, Raised> {
    let Some(stream) = vm.resource::<RefCell<Stream>>(this.get(vm).stream) else {
        return Err(ERROR.raise(vm, "Internal error"));
    };
    let mut stream = stream.borrow_mut();
    match work(&mut stream) {
        Ok(()) => {
            let out = stream.take();
            vm.new_bytes(&out)
        }
        Err(error) => Err(raise_io(vm, &error)),
    }
}

const METHODS: &[MethodDef] = &compressor_rows(compress, flush);

/// The class `LZMACompressor`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "LZMACompressor",
    module: "_lzma",
    layout: Some(<Compressor as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)\n\nCreate a compressor object for compressing data incrementally.",
    ..TypeSpec::DEFAULT
};
