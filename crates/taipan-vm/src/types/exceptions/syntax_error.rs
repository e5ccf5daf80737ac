//! `SyntaxError`: where in a source the error is.

use taipan_bytecode::Wtf8Buf;

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, TypeSpec};
use crate::types::exceptions::fields::value_field;
use crate::types::exceptions::{BaseException, base, specs};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The fields of `SyntaxError`.
    pub struct SyntaxFailure : BaseException {
        pub message: Option<Value>,
        pub filename: Option<Value>,
        pub lineno: Option<Value>,
        pub offset: Option<Value>,
        pub text: Option<Value>,
        pub end_lineno: Option<Value>,
        pub end_offset: Option<Value>,
        pub print_file_and_line: Option<Value>,
        /// `_metadata`: position and source for better messages.
        pub metadata: Option<Value>,
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<SyntaxFailure> {
    this.expect(vm)
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    base::init(vm, this, args)?;
    let error = expect(vm, this);
    if !args.is_empty() {
        error.get_mut(vm).message = Some(args.get(0));
    }
    if args.len() != 2 {
        return Ok(());
    }
    let details = vm.tuple_of(args.get(1))?;
    let n = details.get(vm).len();
    if !(4..=7).contains(&n) {
        let bound = if n < 4 { "at least 4" } else { "at most 7" };
        return Err(vm.raise(Exc::TypeError, format!("function takes {bound} arguments ({n} given)")));
    }
    let at = |i: usize, vm: &Vm| details.get(vm).items().get(i).copied();
    let fields = [at(0, vm), at(1, vm), at(2, vm), at(3, vm), at(4, vm), at(5, vm), at(6, vm)];
    let own = error.get_mut(vm);
    [own.filename, own.lineno, own.offset, own.text, own.end_lineno, own.end_offset, own.metadata] = fields;
    if n == 5 {
        return Err(vm.raise(Exc::TypeError, "end_offset must be provided when end_lineno is provided"));
    }
    Ok(())
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let SyntaxFailure { message, filename, lineno, .. } = *expect(vm, this).get(vm);
    let filename = filename.and_then(|name| name.downcast::<Str>(vm)).map(|name| {
        let name = name.get(vm).to_wtf8();
        name.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()
    });
    let lineno = lineno.filter(|line| !line.is_bool()).and_then(|line| vm.as_i64(line));
    let message = message.unwrap_or(Value::NONE);
    let message = vm.str(message)?;
    let line = lineno.map(|line| format!("line {line}"));
    let place = match (filename, line) {
        (None, None) => return Ok(message),
        (Some(name), Some(line)) => [&*name, b", ", line.as_bytes()].concat(),
        (Some(name), None) => name,
        (None, Some(line)) => line.into_bytes(),
    };
    let mut text = match message.downcast::<Str>(vm) {
        Some(message) => message.get(vm).to_wtf8().as_bytes().to_vec(),
        None => Vec::new(),
    };
    text.extend_from_slice(b" (");
    text.extend_from_slice(&place);
    text.push(b')');
    Ok(Str::from_wtf8(vm, &Wtf8Buf::from_bytes(text).unwrap_or_default())?.value())
}

const GETSET: &[GetSetDef] = &[
    value_field!(SyntaxFailure, message, "msg", "exception msg"),
    value_field!(SyntaxFailure, filename, "filename", "exception filename"),
    value_field!(SyntaxFailure, lineno, "lineno", "exception lineno"),
    value_field!(SyntaxFailure, offset, "offset", "exception offset"),
    value_field!(SyntaxFailure, text, "text", "exception text"),
    value_field!(SyntaxFailure, end_lineno, "end_lineno", "exception end lineno"),
    value_field!(SyntaxFailure, end_offset, "end_offset", "exception end offset"),
    value_field!(SyntaxFailure, print_file_and_line, "print_file_and_line", "exception print_file_and_line"),
    value_field!(SyntaxFailure, metadata, "_metadata", "exception private metadata"),
];

/// The spec of `SyntaxError`.
pub const TYPE: TypeSpec = TypeSpec {
    name: "SyntaxError",
    base: Some(&specs::Exception),
    layout: Some(<SyntaxFailure as HeapObject>::native),
    slots: Slots { init: Some(init), str: Some(str), ..Slots::DEFAULT },
    getset: GETSET,
    doc: "Invalid syntax.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
