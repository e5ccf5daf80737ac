//! `_tokenize`: `TokenizerIter`, the tokenizer as an iterator of tuples.
//!
//! Invariant: a line is read when the next token needs it, as programs count the lines read (`pycodestyle`).

use std::cell::RefCell;
use std::rc::Rc;

use taipan_syntax::{Step, TokenInfo, Tokenizer};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{ModuleSpec, TypeSpec};
use taipan_vm::types::bytes::Bytes;
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
        /// The resource number of the tokenizer, which goes with the iterator.
        tokenizer: usize,
        /// The line of the last token: most have it in common with the next.
        line: Option<Value>,
    }
}

struct Reader {
    tokenizer: Tokenizer,
    /// The text of the iterator's `line`.
    line: Rc<str>,
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("tokenizeriter(readline, /, *, extra_tokens, encoding=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [readline, extra_tokens, encoding] = args.all();
        let extra_tokens = vm.is_true(extra_tokens)?;
        if let Some(encoding) = encoding.given()
            && match encoding.downcast::<Str>(vm) {
                Some(name) => {
                    vm.check_encodable(name)?;
                    if name.get(vm).text().iter().any(|point| point == 0) {
                        return Err(vm.raise(Exc::ValueError, "embedded null character"));
                    }
                    false
                }
                None => true,
            }
        {
            let got = if encoding.is_none() { "None".to_owned() } else { vm.type_name(encoding) };
            let message = format!("tokenizeriter() argument 'encoding' must be str, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let shape = class.get(vm).root_shape;
        let object = TokenizerIter {
            header: HeaderWord::NEW,
            readline,
            encoding: encoding.not_none(),
            tokenizer: 0,
            line: None,
        };
        let this = vm.new_object(shape, object)?;
        let number = vm.attach_resource(
            this.value(),
            Rc::new(RefCell::new(Reader { tokenizer: Tokenizer::new(extra_tokens), line: "".into() })),
            0,
        );
        this.get_mut(vm).tokenizer = number;
        Ok(this.value())
    })
}

/// The next line as UTF-8; empty at the end.
fn read_line(vm: &mut Vm, this: Gc<TokenizerIter>) -> Result<Vec<u8>, Raised> {
    let (readline, encoding) = (this.get(vm).readline, this.get(vm).encoding);
    let result = vm.call(readline, &[]);
    let Some(mut line) = vm.catch(result, Exc::StopIteration)? else { return Ok(Vec::new()) };
    if let Some(encoding) = encoding {
        let Some(bytes) = line.downcast::<Bytes>(vm) else {
            return Err(vm.raise(Exc::TypeError, "readline() returned a non-bytes object"));
        };
        if bytes.get(vm).bytes().is_empty() {
            // No codec is asked for.
            return Ok(Vec::new());
        }
        let errors = vm.new_str("replace")?;
        line = vm.call_method(line, "decode", &[encoding, errors])?;
    }
    let Some(text) = line.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "readline() returned a non-string object"));
    };
    vm.check_encodable(text)?;
    Ok(text.get(vm).to_string_lossy().into_bytes())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(this) = this.downcast::<TokenizerIter>(vm) else { return Ok(None) };
    let number = this.get(vm).tokenizer;
    let Some(reader) = vm.resource::<RefCell<Reader>>(number) else { return Ok(None) };
    loop {
        let step = reader.borrow_mut().tokenizer.step();
        let warnings = reader.borrow_mut().tokenizer.take_warnings();
        if !warnings.is_empty() {
            let filename = vm.new_str("<string>")?;
            taipan_vm::compile::issue_syntax_warnings(vm, &warnings, filename, None)?;
        }
        match step {
            Step::Token(token) => {
                let line = match this.get(vm).line {
                    Some(line) if Rc::ptr_eq(&reader.borrow().line, &token.line) => line,
                    _ => {
                        let line = vm.new_str(&token.line)?;
                        this.get_mut(vm).line = Some(line);
                        reader.borrow_mut().line = token.line.clone();
                        line
                    }
                };
                return token_tuple(vm, &token, line).map(Some);
            }
            Step::NeedsLine => {
                let line = read_line(vm, this)?;
                reader.borrow_mut().tokenizer.push_line(&line);
                vm.recharge_resource(number, reader.borrow().tokenizer.text_len());
                vm.work(1)?;
            }
            Step::Undecodable(bytes) => {
                let bytes = vm.new_bytes(&bytes)?;
                let encoding = vm.new_str("utf-8")?;
                vm.call_method(bytes, "decode", &[encoding])?;
            }
            Step::Error(error) => {
                let filename = vm.new_str("<string>")?;
                return Err(taipan_vm::compile::raise_syntax_error(vm, &error, filename, None));
            }
            Step::End => return Ok(None),
        }
    }
}

fn position(vm: &mut Vm, line: u32, column: i32) -> Result<Value, Raised> {
    let (line, column) = (Value::int(line as usize), Value::int32(column));
    Ok(Tuple::from_values(vm, &[line, column])?.value())
}

fn token_tuple(vm: &mut Vm, token: &TokenInfo, line: Value) -> Result<Value, Raised> {
    let text = vm.new_str(&token.string)?;
    let start = position(vm, token.start.0, token.start.1)?;
    let end = position(vm, token.end.0, token.end.1)?;
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
