//! `IncrementalNewlineDecoder`: a decoder around another one that understands all line ends.
//!
//! A return at the end of the input so far waits (`pending_return`) until it is known whether a feed follows.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, TypeSpec, getter, method};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::newline::{Newline, newlines_value, translate_read};

const CR: u8 = 13;

heap_object! {
    /// `IncrementalNewlineDecoder`.
    pub struct NewlineDecoder {
        decoder: Option<Value>,
        errors: Option<Value>,
        translate: bool,
        pending_return: bool,
        pad: [u8; 6],
        seen: u32,
        pad2: u32,
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "IncrementalNewlineDecoder",
    module: "_io",
    layout: Some(<NewlineDecoder as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), ..Slots::DEFAULT },
    methods: &[
        method("decode($self, /, input, final=False)", decode, ""),
        method("getstate($self, /)", getstate, ""),
        method("setstate($self, state, /)", setstate, ""),
        method("reset($self, /)", reset, ""),
    ],
    getset: &[getter("newlines", get_newlines, "")],
    doc: "Codec used when reading a file in universal newlines mode.\n\nIt wraps another incremental decoder, translating \\r\\n and \\r into \\n.\nIt also records the types of newlines encountered.  When used with\ntranslate=False, it ensures that the newline sequence is returned in\none piece. When used with decoder=None, it expects unicode strings as\ndecode input and translates newlines without first invoking an external\ndecoder.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let decoder = NewlineDecoder {
        header: HeaderWord::NEW,
        decoder: None,
        errors: None,
        translate: false,
        pending_return: false,
        pad: [0; 6],
        seen: 0,
        pad2: 0,
    };
    Ok(vm.new_object(shape, decoder)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("IncrementalNewlineDecoder(decoder, translate, errors='strict')");
    let [decoder, translate, errors] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<3>()))?;
    let translate = vm.is_true(translate)?;
    if let Some(own) = this.downcast::<NewlineDecoder>(vm) {
        let own = own.get_mut(vm);
        own.decoder = Some(decoder);
        own.errors = errors.given();
        own.translate = translate;
        own.pending_return = false;
        own.seen = 0;
    }
    Ok(())
}

fn decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [input, is_final]) = args.method::<NewlineDecoder, 2>(vm);
    let is_final = super::truth(vm, is_final, false)?;
    let Some(decoder) = own.get(vm).decoder else {
        return Err(vm.raise(Exc::ValueError, "IncrementalNewlineDecoder.__init__() not called"));
    };
    let output =
        if decoder.is_none() { input } else { vm.call_method(decoder, "decode", &[input, Value::bool(is_final)])? };
    let Some(text) = output.downcast::<Str>(vm) else {
        let got = vm.type_name(output);
        return Err(vm.raise(Exc::TypeError, format!("decoder should return a string result, not '{got}'")));
    };
    let mut text = text;
    if own.get(vm).pending_return && (!text.get(vm).is_empty() || is_final) {
        let first = Str::latin1_char(vm, CR)?;
        text = Str::concat(vm, first, text)?;
        own.get_mut(vm).pending_return = false;
    }
    let len = text.get(vm).len();
    if !is_final && len > 0 && text.get(vm).text().code_point(len - 1) == u32::from(CR) {
        text = Str::substring(text, vm, 0, len - 1)?;
        own.get_mut(vm).pending_return = true;
    }
    let mut seen = own.get(vm).seen;
    let newline = if own.get(vm).translate { Newline::Translate } else { Newline::Universal };
    let text = translate_read(vm, text, newline, &mut seen)?;
    own.get_mut(vm).seen = seen;
    Ok(text.value())
}

fn getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<NewlineDecoder>(vm);
    let decoder = own.get(vm).decoder.unwrap_or(Value::NONE);
    let (buffer, mut flag) = if decoder.is_none() {
        (vm.new_bytes(b"")?, 0)
    } else {
        let state = vm.call_method(decoder, "getstate", &[])?;
        let Some(state) = state.downcast::<Tuple>(vm).filter(|state| state.get(vm).len() == 2) else {
            return Err(vm.raise(Exc::TypeError, "illegal decoder state"));
        };
        let (buffer, flag) = (state.get(vm).at(0), state.get(vm).at(1));
        (buffer, vm.index_i64(flag)?)
    };
    flag <<= 1;
    if own.get(vm).pending_return {
        flag |= 1;
    }
    let flag = vm.new_int(flag)?;
    Ok(Tuple::from_values(vm, &[buffer, flag])?.value())
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [state]) = args.method::<NewlineDecoder, 1>(vm);
    let Some(state) = state.downcast::<Tuple>(vm).filter(|state| state.get(vm).len() == 2) else {
        return Err(vm.raise(Exc::TypeError, "state argument must be a tuple"));
    };
    let (buffer, flag) = (state.get(vm).at(0), state.get(vm).at(1));
    let flag = vm.index_i64(flag)?;
    own.get_mut(vm).pending_return = flag & 1 != 0;
    let decoder = own.get(vm).decoder.unwrap_or(Value::NONE);
    if !decoder.is_none() {
        let flag = vm.new_int(flag >> 1)?;
        let state = Tuple::from_values(vm, &[buffer, flag])?;
        vm.call_method(decoder, "setstate", &[state.value()])?;
    }
    Ok(Value::NONE)
}

fn reset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<NewlineDecoder>(vm);
    let state = own.get_mut(vm);
    state.seen = 0;
    state.pending_return = false;
    let decoder = own.get(vm).decoder.unwrap_or(Value::NONE);
    if !decoder.is_none() {
        vm.call_method(decoder, "reset", &[])?;
    }
    Ok(Value::NONE)
}

fn get_newlines(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let seen = this.downcast::<NewlineDecoder>(vm).map_or(0, |own| own.get(vm).seen);
    newlines_value(vm, seen)
}
