//! `BufferedRWPair`: a reader and a writer that are no one file.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::unsupported;

heap_object! {
    /// The pair.
    pub struct Pair {
        reader: Option<Value>,
        writer: Option<Value>,
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "BufferedRWPair",
    module: "_io",
    base: Some(&super::base::BUFFERED_IO_BASE),
    layout: Some(<Pair as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), ..Slots::DEFAULT },
    methods: &[
        MethodDef::raw("read", read, ""),
        MethodDef::raw("peek", peek, ""),
        MethodDef::raw("read1", read1, ""),
        MethodDef::raw("readinto", readinto, ""),
        MethodDef::raw("readinto1", readinto1, ""),
        MethodDef::raw("write", write, ""),
        method("flush($self, /)", flush, ""),
        method("readable($self, /)", readable, ""),
        method("writable($self, /)", writable, ""),
        method("close($self, /)", close, ""),
        method("isatty($self, /)", isatty, ""),
    ],
    getset: &[getter("closed", get_closed, "")],
    doc: "A buffered reader and writer object together.\n\nA buffered reader object and buffered writer object put together to\nform a sequential IO object that can read and write. This is typically\nused with a socket or two-way pipe.\n\nreader and writer are RawIOBase objects that are readable and\nwriteable respectively. If the buffer_size is omitted it defaults to\nDEFAULT_BUFFER_SIZE.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Pair { header: HeaderWord::NEW, reader: None, writer: None })?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)");
    let [reader, writer, size] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<3>()))?;
    let size = size.given().unwrap_or(Value::int(super::DEFAULT_BUFFER_SIZE));
    for (raw, ability, message) in [
        (reader, "readable", "File or stream is not readable."),
        (writer, "writable", "File or stream is not writable."),
    ] {
        let able = vm.call_method(raw, ability, &[])?;
        if !vm.is_true(able)? {
            return Err(unsupported(vm, message));
        }
    }
    let class = class_of_spec(vm, &super::buffered::READER)?.value();
    let reader = vm.call(class, &[reader, size])?;
    let class = class_of_spec(vm, &super::buffered::WRITER)?.value();
    let writer = vm.call(class, &[writer, size])?;
    if let Some(own) = this.downcast::<Pair>(vm) {
        let own = own.get_mut(vm);
        own.reader = Some(reader);
        own.writer = Some(writer);
    }
    Ok(())
}

/// The reader or writer.
fn half(vm: &mut Vm, this: Value, reads: bool) -> Result<Value, Raised> {
    let half = this.downcast::<Pair>(vm).and_then(|own| if reads { own.get(vm).reader } else { own.get(vm).writer });
    match half {
        Some(half) => Ok(half),
        None => Err(vm.raise(Exc::ValueError, "I/O operation on uninitialized object")),
    }
}

fn forward(vm: &mut Vm, args: Args<'_>, reads: bool, method: &str) -> Result<Value, Raised> {
    let half = half(vm, args.get(0), reads)?;
    let method = vm.get_attr_str(half, method)?;
    vm.call_args(method, args.skip(1))
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, true, "read")
}

fn peek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, true, "peek")
}

fn read1(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, true, "read1")
}

fn readinto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, true, "readinto")
}

fn readinto1(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, true, "readinto1")
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, false, "write")
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, false, "flush")
}

fn readable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, true, "readable")
}

fn writable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, false, "writable")
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let written = forward(vm, args, false, "close");
    let first = written.err().map(|raised| vm.take_raised(raised));
    let read = forward(vm, args, true, "close");
    super::outcome_of_close(vm, first, read)
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let written = forward(vm, args, false, "isatty")?;
    if vm.is_true(written)? { Ok(written) } else { forward(vm, args, true, "isatty") }
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let writer = half(vm, this, false)?;
    vm.get_attr_name(writer, name::CLOSED)
}
