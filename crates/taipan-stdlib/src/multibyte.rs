//! `_multibyte`: the tables behind the East Asian codecs (`overlay/_multibytecodec.py` makes the codecs of them).

use std::rc::Rc;

use taipan_text::TextBuf;
use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod code;

use code::{Charset, Stop};

/// The encodings of the tables, and where an interpreter keeps each.
const KEYS: [(&str, &str); 10] = [
    ("shift_jis", "_multibyte.shift_jis"),
    ("cp932", "_multibyte.cp932"),
    ("euc_jp", "_multibyte.euc_jp"),
    ("gb2312", "_multibyte.gb2312"),
    ("gbk", "_multibyte.gbk"),
    ("gb18030", "_multibyte.gb18030"),
    ("big5", "_multibyte.big5"),
    ("cp950", "_multibyte.cp950"),
    ("euc_kr", "_multibyte.euc_kr"),
    ("cp949", "_multibyte.cp949"),
];

/// The table of an encoding, made at first use. LookupError: there is none.
fn charset(vm: &mut Vm, name: Value) -> Result<Rc<Charset>, Raised> {
    let name = vm.text_of(name).unwrap_or_default();
    let Some((name, key)) = KEYS.iter().find(|(known, _)| *known == name) else {
        return Err(vm.raise(Exc::LookupError, "no such codec is supported."));
    };
    if let Some(number) = vm.state(key).and_then(Value::as_small_int)
        && let Some(charset) = vm.resource::<Charset>(number as usize)
    {
        return Ok(charset);
    }
    vm.check_native_bytes(1 << 20)?;
    let Some(charset) = Charset::load(name) else {
        return Err(vm.raise(Exc::LookupError, "no such codec is supported."));
    };
    let charset = Rc::new(charset);
    let number = vm.add_resource(charset.clone());
    vm.set_state(key, Value::int(number));
    Ok(charset)
}

fn start_argument(vm: &mut Vm, value: Value) -> Result<usize, Raised> {
    Ok(usize::try_from(vm.index_isize(value)?).unwrap_or(0))
}

/// `decode(name, data, start)`: the text up to the end or the first error, where that is, and what is wrong there.
fn decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let charset = charset(vm, args.get(0))?;
    let bytes = vm.bytes_of(args.get(1))?;
    let mut at = start_argument(vm, args.get(2))?;
    vm.check_native_bytes(bytes.len().saturating_mul(4))?;
    let mut out = TextBuf::new();
    let reason = loop {
        let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else { break Value::NONE };
        match charset.decode(rest) {
            Ok((point, len)) => {
                out.push(point);
                at += len;
            }
            Err(Stop::Incomplete) => break vm.new_str("incomplete multibyte sequence")?,
            Err(Stop::Illegal) => break vm.new_str("illegal multibyte sequence")?,
        }
    };
    let text = Str::from_text(vm, out.as_text())?.value();
    Ok(Tuple::from_values(vm, &[text, Value::int(at), reason])?.value())
}

/// `encode(name, text, start)`: the bytes up to the end or the first character that has no code, and where that is.
fn encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let charset = charset(vm, args.get(0))?;
    let Some(text) = args.get(1).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("couldn't convert the object to str.: {got}")));
    };
    let start = start_argument(vm, args.get(2))?;
    vm.check_native_bytes(text.get(vm).len().saturating_mul(4))?;
    let mut out = Vec::new();
    let mut at = start;
    for point in text.get(vm).text().iter().skip(start) {
        if !charset.encode(point, &mut out) {
            break;
        }
        at += 1;
    }
    let bytes = vm.new_bytes(&out)?;
    Ok(Tuple::from_values(vm, &[bytes, Value::int(at)])?.value())
}

const FUNCTIONS: &[MethodDef] = &[
    function("decode(name, data, start, /)", decode, "Text of bytes, up to the first error."),
    function("encode(name, text, start, /)", encode, "Bytes of a text, up to the first character without a code."),
];

/// The module `_multibyte`.
pub static MODULE: ModuleSpec = ModuleSpec { name: "_multibyte", functions: FUNCTIONS, ..ModuleSpec::DEFAULT };
