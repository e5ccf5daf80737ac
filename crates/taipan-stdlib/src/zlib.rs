//! `zlib`: compression compatible with gzip, and its checksums.

use libz_rs_sys as z;
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::binascii::masked;
use crate::compression::{FIRST, Step, fill};
use crate::module_exception::ModuleException;

pub mod compress;
pub mod decompress;
pub mod decompressor;
pub mod stream;

use stream::Stream;

pub(crate) static ERROR: ModuleException =
    ModuleException { key: "zlib.error", module: "zlib", name: "error", base: Exc::Exception };

/// Bytes of native memory of a compressing and of a decompressing stream, about.
pub(crate) const DEFLATE_BYTES: usize = 288 << 10;
pub(crate) const INFLATE_BYTES: usize = 48 << 10;

/// Raises `zlib.error` as CPython words it: code, what was going on, and what the codec says.
#[cold]
pub(crate) fn raise_code(vm: &mut Vm, code: i32, said: Option<&str>, while_: &str) -> Raised {
    let said = match code {
        z::Z_VERSION_ERROR => Some("library version mismatch"),
        _ => said.or(match code {
            z::Z_BUF_ERROR => Some("incomplete or truncated stream"),
            z::Z_STREAM_ERROR => Some("inconsistent stream state"),
            z::Z_DATA_ERROR => Some("invalid input data"),
            _ => None,
        }),
    };
    let message = match said {
        Some(said) => format!("Error {code} {while_}: {said}"),
        None => format!("Error {code} {while_}"),
    };
    ERROR.raise(vm, &message)
}

/// An int argument of C's type `int`, or its default.
pub(crate) fn int_argument(vm: &mut Vm, value: Value, default: i32) -> Result<i32, Raised> {
    match value.given() {
        Some(value) => vm.index_i32(value),
        None => Ok(default),
    }
}

/// A contiguous input that is borrowed from the VM for the time of `body`.
pub(crate) fn with_input<R>(vm: &mut Vm, data: Value, body: impl FnOnce(&Vm, &[u8]) -> R) -> Result<R, Raised> {
    let buffer = vm.get_buffer(data, false)?;
    let result = body(vm, buffer.bytes(vm));
    buffer.release(vm);
    Ok(result)
}

fn compress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, level, wbits] = args.all();
    let level = int_argument(vm, level, z::Z_DEFAULT_COMPRESSION)?;
    let wbits = int_argument(vm, wbits, 15)?;
    let mut stream = match Stream::deflating(level, z::Z_DEFLATED, wbits, 8, 0) {
        Ok(stream) => stream,
        Err(z::Z_MEM_ERROR) => return Err(vm.raise(Exc::MemoryError, "Out of memory while compressing data")),
        Err(z::Z_STREAM_ERROR) => return Err(ERROR.raise(vm, "Bad compression level")),
        Err(code) => return Err(raise_code(vm, code, None, "while compressing data")),
    };
    let (out, code) = with_input(vm, data, |vm, mut input| {
        let mut code = z::Z_OK;
        let out = fill(vm, FIRST.min(input.len() + 64), usize::MAX, |free| {
            let flush = if input.len() > u32::MAX as usize { z::Z_NO_FLUSH } else { z::Z_FINISH };
            let outcome = stream.run(input, free, flush);
            input = &input[outcome.consumed..];
            code = outcome.code;
            let done = code == z::Z_STREAM_END || code == z::Z_STREAM_ERROR;
            Step { written: outcome.written, done }
        });
        (out, code)
    })?;
    if code == z::Z_STREAM_ERROR {
        return Err(raise_code(vm, code, stream.message(), "while compressing data"));
    }
    match out {
        Some(out) => vm.new_bytes(&out),
        None => Err(vm.raise_no_memory()),
    }
}

fn decompress(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, wbits, bufsize] = args.all();
    let wbits = int_argument(vm, wbits, 15)?;
    let bufsize = match bufsize.given() {
        Some(size) => vm.index_isize(size)?,
        None => FIRST as isize,
    };
    let Ok(bufsize) = usize::try_from(bufsize) else {
        return Err(vm.raise(Exc::ValueError, "bufsize must be non-negative"));
    };
    let mut stream = match Stream::inflating(wbits) {
        Ok(stream) => stream,
        Err(z::Z_MEM_ERROR) => return Err(vm.raise(Exc::MemoryError, "Out of memory while decompressing data")),
        Err(code) => return Err(raise_code(vm, code, None, "while preparing to decompress data")),
    };
    // The size is a hint: a huge one must not take memory that the data may not need.
    let first = bufsize.clamp(1, 1 << 20);
    let (out, code) = with_input(vm, data, |vm, mut input| {
        let mut code = z::Z_OK;
        let out = fill(vm, first, usize::MAX, |free| {
            let flush = if input.len() > u32::MAX as usize { z::Z_NO_FLUSH } else { z::Z_FINISH };
            let outcome = stream.run(input, free, flush);
            input = &input[outcome.consumed..];
            code = outcome.code;
            let done = code != z::Z_OK && code != z::Z_BUF_ERROR;
            Step { written: outcome.written, done }
        });
        (out, code)
    })?;
    let Some(out) = out else { return Err(vm.raise_no_memory()) };
    match code {
        z::Z_STREAM_END => vm.new_bytes(&out),
        z::Z_MEM_ERROR => Err(vm.raise(Exc::MemoryError, "Out of memory while decompressing data")),
        z::Z_OK | z::Z_BUF_ERROR => Err(raise_code(vm, z::Z_BUF_ERROR, None, "while decompressing data")),
        code => Err(raise_code(vm, code, stream.message(), "while decompressing data")),
    }
}

fn crc32(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, start] = args.all();
    let start = masked(vm, start, 0)?;
    let sum = with_input(vm, data, |_, bytes| zlib_rs::crc32::crc32(start, bytes))?;
    vm.new_uint(sum.into())
}

fn adler32(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, start] = args.all();
    let start = masked(vm, start, 1)?;
    let sum = with_input(vm, data, |_, bytes| zlib_rs::adler32::adler32(start, bytes))?;
    vm.new_uint(sum.into())
}

const CONSTANTS: &[(&str, i32)] = &[
    ("MAX_WBITS", 15),
    ("DEFLATED", z::Z_DEFLATED),
    ("DEF_MEM_LEVEL", 8),
    ("DEF_BUF_SIZE", FIRST as i32),
    ("Z_NO_COMPRESSION", z::Z_NO_COMPRESSION),
    ("Z_BEST_SPEED", z::Z_BEST_SPEED),
    ("Z_BEST_COMPRESSION", z::Z_BEST_COMPRESSION),
    ("Z_DEFAULT_COMPRESSION", z::Z_DEFAULT_COMPRESSION),
    ("Z_FILTERED", z::Z_FILTERED),
    ("Z_HUFFMAN_ONLY", z::Z_HUFFMAN_ONLY),
    ("Z_RLE", z::Z_RLE),
    ("Z_FIXED", z::Z_FIXED),
    ("Z_DEFAULT_STRATEGY", z::Z_DEFAULT_STRATEGY),
    ("Z_NO_FLUSH", z::Z_NO_FLUSH),
    ("Z_PARTIAL_FLUSH", z::Z_PARTIAL_FLUSH),
    ("Z_SYNC_FLUSH", z::Z_SYNC_FLUSH),
    ("Z_FULL_FLUSH", z::Z_FULL_FLUSH),
    ("Z_FINISH", z::Z_FINISH),
    ("Z_BLOCK", z::Z_BLOCK),
    ("Z_TREES", z::Z_TREES),
];

/// The version of zlib whose interface and format the codec has.
const VERSION: &str = "1.3.1";

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    ERROR.define(vm, module)?;
    for (name, value) in CONSTANTS {
        Module::set_int(module, vm, name, (*value).into())?;
    }
    Module::set_text(module, vm, "ZLIB_VERSION", VERSION)?;
    Module::set_text(module, vm, "ZLIB_RUNTIME_VERSION", VERSION)
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "zlib",
    doc: "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.\n\nadler32(string[, start]) -- Compute an Adler-32 checksum.\ncompress(data[, level]) -- Compress data, with compression level 0-9 or -1.\ncompressobj([level[, ...]]) -- Return a compressor object.\ncrc32(string[, start]) -- Compute a CRC-32 checksum.\ndecompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.\ndecompressobj([wbits[, zdict]]) -- Return a decompressor object.\n\n'wbits' is window buffer size and container format.\nCompressor objects support compress() and flush() methods; decompressor\nobjects support decompress() and flush().",
    functions: &[
        function(
            "adler32(data, value=1, /)",
            adler32,
            "Compute an Adler-32 checksum of data.\n\n  value\n    Starting value of the checksum.\n\nThe returned checksum is an integer.",
        ),
        function(
            "compress(data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)",
            compress,
            "Returns a bytes object containing compressed data.\n\n  data\n    Binary data to be compressed.\n  level\n    Compression level, in 0-9 or -1.\n  wbits\n    The window buffer size and container format.",
        ),
        function(
            "compressobj(level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)",
            compress::compressobj,
            "Return a compressor object.\n\n  level\n    The compression level (an integer in the range 0-9 or -1; default is\n    currently equivalent to 6).  Higher compression levels are slower,\n    but produce smaller results.\n  method\n    The compression algorithm.  If given, this must be DEFLATED.\n  wbits\n    +9 to +15: The base-two logarithm of the window size.  Include a zlib\n        container.\n    -9 to -15: Generate a raw stream.\n    +25 to +31: Include a gzip container.\n  memLevel\n    Controls the amount of memory used for internal compression state.\n    Valid values range from 1 to 9.  Higher values result in higher memory\n    usage, faster compression, and smaller output.\n  strategy\n    Used to tune the compression algorithm.  Possible values are\n    Z_DEFAULT_STRATEGY, Z_FILTERED, and Z_HUFFMAN_ONLY.\n  zdict\n    The predefined compression dictionary - a sequence of bytes\n    containing subsequences that are likely to occur in the input data.",
        ),
        function(
            "crc32(data, value=0, /)",
            crc32,
            "Compute a CRC-32 checksum of data.\n\n  value\n    Starting value of the checksum.\n\nThe returned checksum is an integer.",
        ),
        function(
            "decompress(data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)",
            decompress,
            "Returns a bytes object containing the uncompressed data.\n\n  data\n    Compressed data.\n  wbits\n    The window buffer size and container format.\n  bufsize\n    The initial output buffer size.",
        ),
        function(
            "decompressobj(wbits=MAX_WBITS, zdict=b'')",
            decompress::decompressobj,
            "Return a decompressor object.\n\n  wbits\n    The window buffer size and container format.\n  zdict\n    The predefined compression dictionary.  This must be the same\n    dictionary as used by the compressor that produced the input data.",
        ),
    ],
    types: &[&decompressor::TYPE],
    exec: Some(exec),
};
