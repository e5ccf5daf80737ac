//! `LZMADecompressor`.

use lzma_rust2::{Action, CheckType, Lzma2Stream, LzmaStream, Status, XzStream};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getter};
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::filter::{self, Filter};
use super::{ALONE, AUTO, ERROR, RAW, XZ, raise_io};
use crate::compression::decompressor::{self, Codec, Decompressor, Run, codec_of};
use crate::compression::{FIRST, Step, fill};

const CHECK_UNKNOWN: i32 = 16;
const XZ_MAGIC: &[u8] = b"\xFD7zXZ\0";
const ALONE_HEADER: usize = 13;
/// Bytes counted for a decoder before its dictionary is known.
const BYTES: usize = 64 << 10;

enum Stream {
    /// The format is to be told by the first bytes.
    Unknown {
        format: i32,
        limit: u32,
    },
    Xz(Box<XzStream>),
    Lzma1(Box<LzmaStream>),
    Lzma2(Box<Lzma2Stream>),
}

/// What the first bytes of a stream say.
enum Told {
    Known,
    TooShort,
    Unsupported,
}

impl Stream {
    /// Settles the format by the first bytes.
    fn tell(&mut self, input: &[u8]) -> Told {
        let Stream::Unknown { format, limit } = *self else { return Told::Known };
        let Some(first) = input.first() else { return Told::TooShort };
        let is_xz = format == XZ || (format == AUTO && *first == XZ_MAGIC[0]);
        if is_xz {
            let len = input.len().min(XZ_MAGIC.len());
            if input[..len] != XZ_MAGIC[..len] {
                return Told::Unsupported;
            }
            *self = Stream::Xz(Box::new(XzStream::new_mem_limit(false, limit)));
            return Told::Known;
        }
        let (lc, lp) = (first % 9, first / 9 % 5);
        if *first >= 225 || lc + lp > 4 {
            return Told::Unsupported;
        }
        if input.len() < ALONE_HEADER {
            return Told::TooShort;
        }
        if format == AUTO {
            // A guess: sizes that no encoder writes betray other data.
            let dict_size = input[1..5].iter().rev().fold(0u64, |size, byte| size << 8 | u64::from(*byte));
            let size = input[5..13].iter().rev().fold(0u64, |size, byte| size << 8 | u64::from(*byte));
            let is_plain = dict_size == u32::MAX.into()
                || (dict_size.count_ones() <= 2 && (dict_size.count_ones() < 2 || dict_size & dict_size >> 1 != 0));
            if !is_plain || (size != u64::MAX && size >= 1 << 38) {
                return Told::Unsupported;
            }
        }
        *self = Stream::Lzma1(Box::new(LzmaStream::new_mem_limit(limit, None)));
        Told::Known
    }

    fn process(&mut self, input: &[u8], output: &mut [u8]) -> std::io::Result<(usize, usize, bool)> {
        let result = match self {
            Stream::Unknown { .. } => return Ok((0, 0, false)),
            Stream::Xz(stream) => stream.process(input, output, Action::Run)?,
            Stream::Lzma1(stream) => stream.process(input, output, Action::Run)?,
            Stream::Lzma2(stream) => stream.process(input, output, Action::Run)?,
        };
        Ok((result.bytes_consumed, result.bytes_produced, result.status == Status::StreamEnd))
    }

    fn check(&self) -> Option<i32> {
        match self {
            Stream::Unknown { .. } => None,
            Stream::Xz(stream) => stream.check_type().map(|check| match check {
                CheckType::None => 0,
                CheckType::Crc32 => 1,
                CheckType::Crc64 => 4,
                CheckType::Sha256 => 10,
            }),
            _ => Some(0),
        }
    }

    /// Input that was taken in but does not belong to the stream.
    fn unused(&self) -> &[u8] {
        match self {
            Stream::Lzma1(stream) => stream.unused_input(),
            _ => &[],
        }
    }
}

fn raw(vm: &mut Vm, filters: Value) -> Result<Stream, Raised> {
    let chain = filter::parse_chain(vm, filters)?;
    let made = match &chain.last {
        Filter::Lzma2(options) => {
            let mut stream = Lzma2Stream::new(options.dict_size);
            stream.set_filters(&chain.before).map(|()| Stream::Lzma2(Box::new(stream)))
        }
        Filter::Lzma1(options) => {
            let made = LzmaStream::new(u64::MAX, options.lc, options.lp, options.pb, options.dict_size, None);
            made.and_then(|mut stream| {
                stream.set_filters(&chain.before)?;
                Ok(Stream::Lzma1(Box::new(stream)))
            })
        }
        _ => return Err(filter::raise_options(vm)),
    };
    match made {
        Ok(stream) => Ok(stream),
        Err(error) => Err(raise_io(vm, &error)),
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("LZMADecompressor(format=FORMAT_AUTO, memlimit=None, filters=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let format = crate::zlib::int_argument(vm, args.get(0), AUTO)?;
        let (limit, filters) = (args.get(1).not_none(), args.get(2).not_none());
        let limit = match limit {
            Some(_) if format == RAW => {
                return Err(vm.raise(Exc::ValueError, "Cannot specify memory limit with FORMAT_RAW"));
            }
            Some(limit) => {
                let index = vm.index(limit)?;
                match vm.as_big(index).and_then(|limit| u64::try_from(&limit).ok()) {
                    Some(limit) => u32::try_from(limit >> 10).unwrap_or(u32::MAX),
                    None => return Err(vm.raise(Exc::OverflowError, "Value too large for uint64_t type")),
                }
            }
            None => u32::MAX,
        };
        if format == RAW && filters.is_none() {
            return Err(vm.raise(Exc::ValueError, "Must specify filters for FORMAT_RAW"));
        }
        if format != RAW && filters.is_some() {
            return Err(vm.raise(Exc::ValueError, "Cannot specify filters except with FORMAT_RAW"));
        }
        let stream = match (format, filters) {
            (RAW, Some(filters)) => raw(vm, filters)?,
            (AUTO | XZ | ALONE, _) => Stream::Unknown { format, limit },
            _ => return Err(vm.raise(Exc::ValueError, format!("Invalid container format: {format}"))),
        };
        vm.check_native_bytes(BYTES)?;
        let check = if matches!(format, RAW | ALONE) { 0 } else { CHECK_UNKNOWN };
        decompressor::make(vm, class, Lzma { stream, check }, BYTES)
    })
}

/// A stream with the number of the check that its header names.
struct Lzma {
    stream: Stream,
    check: i32,
}

enum Failure {
    NoMemory,
    UnknownFormat,
    Io(std::io::Error),
}

impl Codec for Lzma {
    type Error = Failure;
    const ENDED: &str = "Already at end of stream";

    fn run(&mut self, vm: &Vm, input: &[u8], most: usize) -> Result<Run, Failure> {
        match self.stream.tell(input) {
            Told::Known => {}
            Told::TooShort => {
                return Ok(Run { out: Vec::new(), consumed: 0, ended: false, unused: Vec::new(), needs_input: true });
            }
            Told::Unsupported => return Err(Failure::UnknownFormat),
        }
        let (mut consumed, mut ended, mut failed) = (0, false, None);
        let out = fill(vm, FIRST.min(most), most, |free| {
            let mut written = 0;
            loop {
                match self.stream.process(&input[consumed..], &mut free[written..]) {
                    Ok((taken, given, end)) => {
                        consumed += taken;
                        written += given;
                        ended = end;
                        if end || written == free.len() || (taken == 0 && given == 0) {
                            break;
                        }
                    }
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            Step { written, done: ended || failed.is_some() }
        });
        self.check = self.stream.check().unwrap_or(self.check);
        if let Some(error) = failed {
            return Err(Failure::Io(error));
        }
        let out = out.ok_or(Failure::NoMemory)?;
        let unused = if ended { self.stream.unused().to_vec() } else { Vec::new() };
        // The decoder may hold more output than was asked for.
        let needs_input = consumed == input.len() && out.len() < most;
        Ok(Run { out, consumed, ended, unused, needs_input })
    }

    fn raise(&self, vm: &mut Vm, failure: Failure) -> Raised {
        match failure {
            Failure::NoMemory => vm.raise_no_memory(),
            Failure::UnknownFormat => ERROR.raise(vm, "Input format not supported by decoder"),
            Failure::Io(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
                ERROR.raise(vm, "Corrupt input data")
            }
            Failure::Io(error) => raise_io(vm, &error),
        }
    }
}

fn get_check(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let this = this.expect::<Decompressor>(vm);
    let check = codec_of::<Lzma>(vm, this).map_or(CHECK_UNKNOWN, |codec| codec.borrow().check);
    Ok(Value::int32(check))
}

const METHODS: &[MethodDef] = &[decompressor::decompress_row(decompressor::decompress::<Lzma>)];

const GETSET: &[GetSetDef] = &[
    getter("check", get_check, "ID of the integrity check used by the input stream.").member(),
    decompressor::EOF,
    decompressor::NEEDS_INPUT,
    decompressor::UNUSED_DATA,
];

/// The class `LZMADecompressor`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "LZMADecompressor",
    module: "_lzma",
    layout: Some(<Decompressor as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Create a decompressor object for decompressing data incrementally.\n\n  format\n    Specifies the container format of the input stream.  If this is\n    FORMAT_AUTO (the default), the decompressor will automatically detect\n    whether the input is FORMAT_XZ or FORMAT_ALONE.  Streams created with\n    FORMAT_RAW cannot be autodetected.\n  memlimit\n    Limit the amount of memory used by the decompressor.  This will cause\n    decompression to fail if the input cannot be decompressed within this\n    limit.\n  filters\n    A custom filter chain.  This argument is required for FORMAT_RAW, and\n    not accepted with any other format.  When provided, this should be a\n    sequence of dicts, each indicating the ID and options for a single\n    filter.\n\nFor one-shot decompression, use the decompress() function instead.",
    ..TypeSpec::DEFAULT
};
