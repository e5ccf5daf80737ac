//! `_tokenize`: `TokenizerIter`, the tokenizer as an iterator of tuples.
//!
//! All lines are read and tokenized at the first `next`; an error is raised behind the tokens before it.

use std::rc::Rc;

use taipan_syntax::{TokenInfo, Tokens, tokenize};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{ModuleSpec, TypeSpec};
use taipan_vm::types::iterators::self_iter;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// The iterator.
    pub struct TokenizerIter {
        readline: Value,
        encoding: Option<Value>,
        /// The resource number of the tokens, once they are read; freed at the end.
        tokens: usize,
        /// The next token.
        next: usize,
        extra_tokens: bool,
        is_read: bool,
        is_done: bool,
        pad: [u8; 4],
        pad2: u8,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("tokenizeriter(readline, /, *, extra_tokens, encoding=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [readline, extra_tokens, encoding] = args.all();
        let extra_tokens = vm.is_true(extra_tokens)?;
        let shape = class.get(vm).root_shape;
        let object = TokenizerIter {
            header: HeaderWord::NEW,
            readline,
            encoding: encoding.not_none(),
            tokens: 0,
            next: 0,
            extra_tokens,
            is_read: false,
            is_done: false,
            pad: [0; 4],
            pad2: 0,
        };
        Ok(vm.new_object(shape, object)?.value())
    })
}

/// All lines of the source, as UTF-8.
fn read_lines(vm: &mut Vm, readline: Value, encoding: Option<Value>) -> Result<Vec<u8>, Raised> {
    let mut source = Vec::new();
    loop {
        let result = vm.call(readline, &[]);
        let Some(mut line) = vm.catch(result, Exc::StopIteration)? else { break };
        if let Some(encoding) = encoding {
            if vm.slots(line).get_buffer.is_none() {
                return Err(vm.raise(Exc::TypeError, "readline() returned a non-bytes object"));
            }
            let strict = vm.new_str("replace")?;
            line = vm.call_method(line, "decode", &[encoding, strict])?;
        }
        let Some(text) = line.downcast::<Str>(vm) else {
            return Err(vm.raise(Exc::TypeError, "readline() returned a non-string object"));
        };
        if text.get(vm).is_empty() {
            break;
        }
        match text.get(vm).to_utf8() {
            Some(text) => source.extend_from_slice(text.as_bytes()),
            None => source.extend_from_slice(text.get(vm).to_string_lossy().as_bytes()),
        }
        vm.check_limits()?;
    }
    Ok(source)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(this) = this.downcast::<TokenizerIter>(vm) else { return Ok(None) };
    if this.get(vm).is_done {
        return Ok(None);
    }
    if !this.get(vm).is_read {
        let (readline, encoding, extra) = {
            let fields = this.get(vm);
            (fields.readline, fields.encoding, fields.extra_tokens)
        };
        let source = read_lines(vm, readline, encoding)?;
        let tokens: Tokens = tokenize(&source, extra);
        let number = vm.add_resource(Rc::new(tokens));
        let fields = this.get_mut(vm);
        fields.tokens = number;
        fields.is_read = true;
    }
    let (number, at) = (this.get(vm).tokens, this.get(vm).next);
    let Some(tokens) = vm.resource::<Tokens>(number) else { return Ok(None) };
    match tokens.tokens.get(at) {
        Some(token) => {
            this.get_mut(vm).next = at + 1;
            token_tuple(vm, token).map(Some)
        }
        None => {
            this.get_mut(vm).is_done = true;
            vm.remove_resource(number);
            match &tokens.error {
                Some(error) => {
                    let filename = vm.new_str("<string>")?;
                    Err(taipan_vm::compile::raise_syntax_error(vm, error, filename, &[]))
                }
                None => Ok(None),
            }
        }
    }
}

fn position(vm: &mut Vm, line: u32, column: i32) -> Result<Value, Raised> {
    let (line, column) = (Value::int(line as usize), Value::int32(column));
    Ok(Tuple::from_values(vm, &[line, column])?.value())
}

fn token_tuple(vm: &mut Vm, token: &TokenInfo) -> Result<Value, Raised> {
    let text = vm.new_str(&token.string)?;
    let start = position(vm, token.start.0, token.start.1)?;
    let end = position(vm, token.end.0, token.end.1)?;
    let line = vm.new_str(&token.line)?;
    let kind = Value::int(token.kind as usize);
    Ok(Tuple::from_values(vm, &[kind, text, start, end, line])?.value())
}

/// `_tokenize.TokenizerIter`.
pub static TOKENIZER_ITER: TypeSpec = TypeSpec {
    name: "TokenizerIter",
    module: "_tokenize",
    layout: Some(<TokenizerIter as HeapObject>::native),
    slots: Slots { new: Some(new), iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    ..TypeSpec::DEFAULT
};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec { name: "_tokenize", types: &[&TOKENIZER_ITER], ..ModuleSpec::DEFAULT };
