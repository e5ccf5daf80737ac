//! `_struct`: values packed into bytes as C structures lay them out.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{
    BASETYPE, GetSetDef, MethodDef, ModuleSpec, NO_NEW, TypeSpec, WEAKREFABLE, function, getter, method,
};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::bytes::contents::check_length;
use taipan_vm::types::iterators::self_iter;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::module_exception::ModuleException;

pub mod format;
pub mod values;

use format::Format;

/// `struct.error`.
pub static ERROR: ModuleException =
    ModuleException { key: "struct.error", module: "struct", name: "error", base: Exc::Exception };

heap_object! {
    /// A format kept: `format` is a str.
    pub struct Struct {
        format: Option<Value>,
    }
}

heap_object! {
    /// `iter_unpack`: `buffer` is `None` once it is exhausted.
    pub struct UnpackIterator {
        format: Option<Value>,
        buffer: Option<Value>,
        at: usize,
        size: usize,
    }
}

/// The format argument as a str.
fn format_text(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    if let Some(text) = value.downcast::<Str>(vm) {
        if text.get(vm).as_ascii().is_none() {
            let encoding = vm.new_str("ascii")?;
            vm.call_method(value, "encode", &[encoding])?;
        }
        return Ok(value);
    }
    let Some(bytes) = value.downcast::<Bytes>(vm) else {
        let got = vm.type_name(value);
        let message = format!("Struct() argument 1 must be a str or bytes object, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let points: Vec<u32> = bytes.get(vm).bytes().iter().map(|byte| u32::from(*byte)).collect();
    Ok(Str::from_points(vm, &points)?.value())
}

fn parse(vm: &mut Vm, value: Value) -> Result<Format, Raised> {
    let text = format_text(vm, value)?;
    let text = vm.text_of(text).unwrap_or_default();
    Format::parse(text.as_bytes()).map_err(|message| ERROR.raise(vm, message))
}

/// Packs the arguments from `first` on.
fn pack_values(vm: &mut Vm, format: &Format, args: Args<'_>, first: usize, name: &str) -> Result<Vec<u8>, Raised> {
    args.no_keywords(vm, name)?;
    let given = args.len().saturating_sub(first);
    if given != format.len {
        let message = format!("{name} expected {} items for packing (got {given})", format.len);
        return Err(ERROR.raise(vm, &message));
    }
    check_length(vm, format.size)?;
    let mut out = vec![0; format.size];
    let mut next = first;
    for group in &format.groups {
        for i in 0..group.repeat {
            let at = group.offset + i * group.size;
            values::pack(vm, *group, format.big_endian, args.get(next), &mut out[at..at + group.size])?;
            next += 1;
        }
    }
    Ok(out)
}

fn unpack_values(vm: &mut Vm, format: &Format, bytes: &[u8]) -> Result<Value, Raised> {
    let list = List::with_capacity(vm, format.len.min(1 << 16))?;
    for group in &format.groups {
        for i in 0..group.repeat {
            let at = group.offset + i * group.size;
            let value = values::unpack(vm, *group, format.big_endian, &bytes[at..at + group.size])?;
            List::push(list, vm, value)?;
        }
    }
    Ok(List::to_tuple(list, vm)?.value())
}

fn unpack_all(vm: &mut Vm, format: &Format, buffer: Value) -> Result<Value, Raised> {
    let bytes = vm.bytes_of(buffer)?;
    if bytes.len() != format.size {
        let message = format!("unpack requires a buffer of {} bytes", format.size);
        return Err(ERROR.raise(vm, &message));
    }
    unpack_values(vm, format, &bytes)
}

/// Where a part of `size` bytes at `offset` begins in a buffer of `len` bytes.
fn start_of(vm: &mut Vm, offset: isize, len: usize, size: usize, packing: bool) -> Result<usize, Raised> {
    let (verb, noun) = if packing { ("pack_into", "packing") } else { ("unpack_from", "unpacking") };
    let message = if offset < 0 {
        if offset.saturating_add_unsigned(size) > 0 {
            if packing {
                format!("no space to pack {size} bytes at offset {offset}")
            } else {
                format!("not enough data to unpack {size} bytes at offset {offset}")
            }
        } else if offset.saturating_add_unsigned(len) < 0 {
            format!("offset {offset} out of range for {len}-byte buffer")
        } else {
            return Ok(offset.saturating_add_unsigned(len) as usize);
        }
    } else {
        let start = offset as usize;
        if len >= start && len - start >= size {
            return Ok(start);
        }
        format!(
            "{verb} requires a buffer of at least {} bytes for {noun} {size} bytes at offset {start} (actual buffer size is {len})",
            start.saturating_add(size)
        )
    };
    Err(ERROR.raise(vm, &message))
}

fn unpack_part(vm: &mut Vm, format: &Format, buffer: Value, offset: Value) -> Result<Value, Raised> {
    let offset = match offset.given() {
        Some(offset) => vm.index_isize(offset)?,
        None => 0,
    };
    let buffer = vm.get_buffer(buffer, false)?;
    let result = start_of(vm, offset, buffer.len, format.size, false)
        .map(|start| buffer.bytes(vm)[start..start + format.size].to_vec());
    buffer.release(vm);
    unpack_values(vm, format, &result?)
}

/// `pack_into(buffer, offset, *values)`, the buffer being argument `first`.
fn pack_part(vm: &mut Vm, format: &Format, args: Args<'_>, first: usize) -> Result<Value, Raised> {
    let given = args.len().saturating_sub(first);
    if given < 2 {
        let what = if given == 0 { "buffer" } else { "offset" };
        return Err(ERROR.raise(vm, &format!("pack_into expected {what} argument")));
    }
    if given - 2 != format.len {
        let message = format!("pack_into expected {} items for packing (got {})", format.len, given - 2);
        return Err(ERROR.raise(vm, &message));
    }
    let target = args.get(first);
    let buffer = vm.writable_buffer(target, "argument")?;
    let result = (|| {
        let offset = vm.index_isize(args.get(first + 1))?;
        let start = start_of(vm, offset, buffer.len, format.size, true)?;
        let bytes = pack_values(vm, format, args, first + 2, "pack_into")?;
        if let Some(all) = buffer.bytes_mut(vm) {
            all[start..start + bytes.len()].copy_from_slice(&bytes);
        }
        Ok(Value::NONE)
    })();
    buffer.release(vm);
    result
}

fn iterate(vm: &mut Vm, format: Value, buffer: Value) -> Result<Value, Raised> {
    let size = parse(vm, format)?.size;
    if size == 0 {
        return Err(ERROR.raise(vm, "cannot iteratively unpack with a struct of length 0"));
    }
    let bytes = vm.bytes_of(buffer)?;
    if bytes.len() % size != 0 {
        let message = format!("iterative unpacking requires a buffer of a multiple of {size} bytes");
        return Err(ERROR.raise(vm, &message));
    }
    let copy = vm.new_bytes(&bytes)?;
    let shape = class_of_spec(vm, &ITERATOR)?.get(vm).root_shape;
    let iterator = UnpackIterator { header: HeaderWord::NEW, format: Some(format), buffer: Some(copy), at: 0, size };
    Ok(vm.new_object(shape, iterator)?.value())
}

fn iterator_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<UnpackIterator>(vm);
    let UnpackIterator { format, buffer, at, size, .. } = *iterator.get(vm);
    let (Some(format), Some(buffer)) = (format, buffer) else { return Ok(None) };
    let bytes = buffer.expect::<Bytes>(vm).get(vm).bytes();
    let Some(part) = bytes.get(at..at + size).map(<[u8]>::to_vec) else {
        iterator.get_mut(vm).buffer = None;
        return Ok(None);
    };
    iterator.get_mut(vm).at = at + size;
    let format = parse(vm, format)?;
    unpack_values(vm, &format, &part).map(Some)
}

fn iterator_length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let UnpackIterator { buffer, at, size, .. } = *args.receiver::<UnpackIterator>(vm).get(vm);
    let left = buffer.map_or(0, |buffer| buffer.expect::<Bytes>(vm).get(vm).len().saturating_sub(at));
    Ok(Value::int(left / size.max(1)))
}

fn calcsize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(parse(vm, args.get(0))?.size))
}

fn clearcache(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn pack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.is_empty() {
        return Err(vm.raise(Exc::TypeError, "missing format argument"));
    }
    let format = parse(vm, args.get(0))?;
    let bytes = pack_values(vm, &format, args, 1, "pack")?;
    vm.new_bytes(&bytes)
}

fn pack_into(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "pack_into")?;
    if args.is_empty() {
        return Err(vm.raise(Exc::TypeError, "missing format argument"));
    }
    let format = parse(vm, args.get(0))?;
    pack_part(vm, &format, args, 1)
}

fn unpack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = parse(vm, args.get(0))?;
    unpack_all(vm, &format, args.get(1))
}

fn unpack_from(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [format, buffer, offset] = args.all();
    let format = parse(vm, format)?;
    unpack_part(vm, &format, buffer, offset)
}

fn iter_unpack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = format_text(vm, args.get(0))?;
    iterate(vm, format, args.get(1))
}

/// A Struct without a format, which `__init__` sets.
fn struct_new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Struct { header: HeaderWord::NEW, format: None })?.value())
}

fn struct_init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("Struct(format)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let text = format_text(vm, args.get(0))?;
        parse(vm, text)?;
        this.expect::<Struct>(vm).get_mut(vm).format = Some(text);
        Ok(())
    })
}

fn kept(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match this.expect::<Struct>(vm).get(vm).format {
        Some(format) => Ok(format),
        None => Err(vm.raise(Exc::RuntimeError, "Struct object is not initialized")),
    }
}

fn kept_format(vm: &mut Vm, this: Value) -> Result<Format, Raised> {
    let format = kept(vm, this)?;
    parse(vm, format)
}

fn struct_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let format = kept(vm, this)?;
    let shown = vm.repr_string(format)?;
    let class = vm.class_name(this);
    vm.new_str(&format!("{class}({shown})"))
}

fn struct_pack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = kept_format(vm, args.get(0))?;
    let bytes = pack_values(vm, &format, args, 1, "pack")?;
    vm.new_bytes(&bytes)
}

fn struct_pack_into(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "pack_into")?;
    let format = kept_format(vm, args.get(0))?;
    pack_part(vm, &format, args, 1)
}

fn struct_unpack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = kept_format(vm, args.get(0))?;
    unpack_all(vm, &format, args.get(1))
}

fn struct_unpack_from(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, buffer, offset] = args.all();
    let format = kept_format(vm, this)?;
    unpack_part(vm, &format, buffer, offset)
}

fn struct_iter_unpack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let format = kept(vm, args.get(0))?;
    iterate(vm, format, args.get(1))
}

fn get_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if this.expect::<Struct>(vm).get(vm).format.is_none() {
        return Ok(Value::int32(-1));
    }
    Ok(Value::int(kept_format(vm, this)?.size))
}

fn struct_sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    kept(vm, args.get(0))?;
    let size = args.get(0).as_heap().map_or(0, |header| vm.heap_mut().object_bytes(header));
    Ok(Value::int(size))
}

const METHODS: &[MethodDef] = &[
    method("__sizeof__($self, /)", struct_sizeof, "S.__sizeof__() -> size of S in memory, in bytes"),
    method(
        "iter_unpack($self, buffer, /)",
        struct_iter_unpack,
        "Return an iterator yielding tuples.\n\nTuples are unpacked from the given bytes source, like a repeated\ninvocation of unpack_from().\n\nRequires that the bytes length be a multiple of the struct size.",
    ),
    MethodDef::raw(
        "pack",
        struct_pack,
        "S.pack(v1, v2, ...) -> bytes\n\nReturn a bytes object containing values v1, v2, ... packed according\nto the format string S.format.  See help(struct) for more on format\nstrings.",
    ),
    MethodDef::raw(
        "pack_into",
        struct_pack_into,
        "S.pack_into(buffer, offset, v1, v2, ...)\n\nPack the values v1, v2, ... according to the format string S.format\nand write the packed bytes into the writable buffer buf starting at\noffset.  Note that the offset is a required argument.  A negative\noffset counts from the end of the buffer.  See help(struct) for more\non format strings.",
    ),
    method(
        "unpack($self, buffer, /)",
        struct_unpack,
        "Return a tuple containing unpacked values.\n\nUnpack according to the format string Struct.format. The buffer's size\nin bytes must be Struct.size.\n\nSee help(struct) for more on format strings.",
    ),
    method(
        "unpack_from($self, /, buffer, offset=0)",
        struct_unpack_from,
        "Return a tuple containing unpacked values.\n\nValues are unpacked according to the format string Struct.format.\n\nThe buffer's size in bytes, starting at position offset, must be\nat least Struct.size.  A negative offset counts from the end of the\nbuffer.\n\nSee help(struct) for more on format strings.",
    ),
];

const GETSET: &[GetSetDef] =
    &[getter("format", kept, "struct format string"), getter("size", get_size, "struct size in bytes")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "Struct",
    module: "_struct",
    layout: Some(<Struct as HeapObject>::native),
    slots: Slots { new: Some(struct_new), init: Some(struct_init), repr: Some(struct_repr), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Struct(fmt) --> compiled struct object\n\n",
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

pub static ITERATOR: TypeSpec = TypeSpec {
    name: "unpack_iterator",
    module: "_struct",
    layout: Some(<UnpackIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(iterator_next), ..Slots::DEFAULT },
    methods: &[method("__length_hint__($self, /)", iterator_length_hint, "").hidden()],
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    ERROR.define(vm, module)
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_struct",
    doc: "Functions to convert between Python values and C structs.\nPython bytes objects are used to hold the data representing the C struct\nand also as format strings (explained below) to describe the layout of data\nin the C struct.\n\nThe optional first format char indicates byte order, size and alignment:\n  @: native order, size & alignment (default)\n  =: native order, std. size & alignment\n  <: little-endian, std. size & alignment\n  >: big-endian, std. size & alignment\n  !: same as >\n",
    functions: &[
        function("_clearcache()", clearcache, "Clear the internal cache."),
        function("calcsize(format, /)", calcsize, "Return size in bytes of the struct described by the format string."),
        function(
            "iter_unpack(format, buffer, /)",
            iter_unpack,
            "Return an iterator yielding tuples unpacked from the given bytes.\n\nThe bytes are unpacked according to the format string, like\na repeated invocation of unpack_from().\n\nRequires that the bytes length be a multiple of the format struct size.",
        ),
        MethodDef::raw_static(
            "pack",
            pack,
            "pack(format, v1, v2, ...) -> bytes\n\nReturn a bytes object containing the values v1, v2, ... packed according\nto the format string.  See help(struct) for more on format strings.",
        ),
        MethodDef::raw_static(
            "pack_into",
            pack_into,
            "pack_into(format, buffer, offset, v1, v2, ...)\n\nPack the values v1, v2, ... according to the format string and write\nthe packed bytes into the writable buffer buf starting at offset.  Note\nthat the offset is a required argument.  A negative offset counts from\nthe end of the buffer.  See help(struct) for more on format strings.",
        ),
        function(
            "unpack(format, buffer, /)",
            unpack,
            "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size in bytes must be calcsize(format).\n\nSee help(struct) for more on format strings.",
        ),
        function(
            "unpack_from(format, /, buffer, offset=0)",
            unpack_from,
            "Return a tuple containing values unpacked according to the format string.\n\nThe buffer's size, minus offset, must be at least calcsize(format).\nA negative offset counts from the end of the buffer.\n\nSee help(struct) for more on format strings.",
        ),
    ],
    types: &[&TYPE],
    exec: Some(exec),
};
