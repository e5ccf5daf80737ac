//! Filter specifiers: dicts of Python, options of the codec, and their encoded properties.

use lzma_rust2::{EncodeMode, FilterConfig, FilterType, LzmaOptions, MfType};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::ERROR;

pub const LZMA1: u64 = 0x4000_0000_0000_0001;
pub const LZMA2: u64 = 0x21;
pub const DELTA: u64 = 3;
pub const EXTREME: u32 = 1 << 31;

/// The filters that convert branches of machine code.
pub const BRANCH: &[(u64, FilterType)] = &[
    (4, FilterType::BcjX86),
    (5, FilterType::BcjPpc),
    (6, FilterType::BcjIa64),
    (7, FilterType::BcjArm),
    (8, FilterType::BcjArmThumb),
    (9, FilterType::BcjSparc),
];

/// A checked filter.
#[derive(Clone)]
pub enum Filter {
    Lzma1(LzmaOptions),
    Lzma2(LzmaOptions),
    Delta(u32),
    Branch(FilterType, u32),
}

/// LZMAError "Invalid or unsupported options".
#[cold]
pub fn raise_options(vm: &mut Vm) -> Raised {
    ERROR.raise(vm, "Invalid or unsupported options")
}

/// The options of a preset, `None` if there is no such.
pub fn preset_options(preset: u32) -> Option<LzmaOptions> {
    let level = preset & 0x1F;
    if level > 9 || preset & !(EXTREME | 0x1F) != 0 {
        return None;
    }
    let mut options = LzmaOptions::with_preset(level);
    if preset & EXTREME != 0 {
        options.mode = EncodeMode::Normal;
        options.mf = MfType::Bt4;
        (options.nice_len, options.depth_limit) = if matches!(level, 3 | 5) { (192, 0) } else { (273, 512) };
    }
    Some(options)
}

/// A number of a specifier, `None` if it is not there. OverflowError beyond `most`.
fn number(vm: &mut Vm, spec: Value, name: &str, most: u64) -> Result<Option<u64>, Raised> {
    let key = Str::intern(vm, name)?.value();
    let Some(value) = vm.mapping_get(spec, key)? else { return Ok(None) };
    if !vm.is_int(value) {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("'{got}' object cannot be interpreted as an integer")));
    }
    match vm.as_big(value).and_then(|big| u64::try_from(&big).ok()).filter(|number| *number <= most) {
        Some(number) => Ok(Some(number)),
        None => Err(vm.raise(Exc::OverflowError, "Value too large for uint32_t type")),
    }
}

fn number32(vm: &mut Vm, spec: Value, name: &str, default: u32) -> Result<u32, Raised> {
    Ok(number(vm, spec, name, u32::MAX.into())?.map_or(default, |number| number as u32))
}

/// ValueError for keys that a filter does not know.
fn check_keys(vm: &mut Vm, spec: Value, known: &[&str], kind: &str) -> Result<(), Raised> {
    let keys = vm.iter(spec)?;
    while let Some(key) = vm.next(keys)? {
        let text = vm.text_of(key).unwrap_or_default();
        if text != "id" && !known.contains(&text.as_str()) {
            return Err(vm.raise(Exc::ValueError, format!("Invalid filter specifier for {kind} filter")));
        }
    }
    Ok(())
}

fn lzma_options(vm: &mut Vm, spec: Value) -> Result<LzmaOptions, Raised> {
    let preset = number32(vm, spec, "preset", 6)?;
    let Some(mut options) = preset_options(preset) else {
        return Err(ERROR.raise(vm, &format!("Invalid compression preset: {preset}")));
    };
    let known = ["preset", "dict_size", "lc", "lp", "pb", "mode", "nice_len", "mf", "depth"];
    check_keys(vm, spec, &known, "LZMA")?;
    options.dict_size = number32(vm, spec, "dict_size", options.dict_size)?;
    options.lc = number32(vm, spec, "lc", options.lc)?;
    options.lp = number32(vm, spec, "lp", options.lp)?;
    options.pb = number32(vm, spec, "pb", options.pb)?;
    options.nice_len = number32(vm, spec, "nice_len", options.nice_len)?;
    options.depth_limit = number32(vm, spec, "depth", options.depth_limit as u32)?.min(i32::MAX as u32) as i32;
    match number(vm, spec, "mode", u32::MAX.into())? {
        None => {}
        Some(1) => options.mode = EncodeMode::Fast,
        Some(2) => options.mode = EncodeMode::Normal,
        Some(_) => return Err(raise_options(vm)),
    }
    match number(vm, spec, "mf", u32::MAX.into())? {
        None => {}
        Some(3 | 4) => options.mf = MfType::Hc4,
        Some(18..=20) => options.mf = MfType::Bt4,
        Some(_) => return Err(raise_options(vm)),
    }
    let fits = options.lc <= 4 && options.lp <= 4 && options.lc + options.lp <= 4 && options.pb <= 4;
    let sized = (4096..=1536 << 20).contains(&options.dict_size) && (2..=273).contains(&options.nice_len);
    if !fits || !sized {
        return Err(raise_options(vm));
    }
    options.nice_len = options.nice_len.max(LzmaOptions::NICE_LEN_MIN);
    Ok(options)
}

/// A filter of its specifier.
pub fn parse(vm: &mut Vm, spec: Value) -> Result<(u64, Filter), Raised> {
    if vm.slots(spec).subscript.is_none() || vm.is_a(spec, Builtin::List) {
        return Err(vm.raise(Exc::TypeError, "Filter specifier must be a dict or dict-like object"));
    }
    let Some(id) = number(vm, spec, "id", u64::MAX)? else {
        return Err(vm.raise(Exc::ValueError, "Filter specifier must have an \"id\" entry"));
    };
    let filter = match id {
        LZMA1 => Filter::Lzma1(lzma_options(vm, spec)?),
        LZMA2 => Filter::Lzma2(lzma_options(vm, spec)?),
        DELTA => {
            check_keys(vm, spec, &["dist"], "delta")?;
            let distance = number32(vm, spec, "dist", 1)?;
            if !(1..=256).contains(&distance) {
                return Err(raise_options(vm));
            }
            Filter::Delta(distance)
        }
        _ => match BRANCH.iter().find(|(known, _)| *known == id) {
            Some((_, kind)) => {
                check_keys(vm, spec, &["start_offset"], "BCJ")?;
                Filter::Branch(*kind, number32(vm, spec, "start_offset", 0)?)
            }
            None => return Err(vm.raise(Exc::ValueError, format!("Invalid filter ID: {id}"))),
        },
    };
    Ok((id, filter))
}

/// A chain of filters: pre-filters, then LZMA1 or LZMA2.
pub struct Chain {
    pub before: Vec<FilterConfig>,
    pub last: Filter,
}

/// The chain of a sequence of specifiers.
pub fn parse_chain(vm: &mut Vm, specs: Value) -> Result<Chain, Raised> {
    let len = vm.length(specs)?;
    if len > 4 {
        return Err(vm.raise(Exc::ValueError, "Too many filters - liblzma supports a maximum of 4"));
    }
    let (mut before, mut last) = (Vec::new(), None);
    for i in 0..len {
        let spec = vm.get_item(specs, Value::int(i))?;
        let (_, filter) = parse(vm, spec)?;
        if last.is_some() {
            return Err(raise_options(vm));
        }
        match filter {
            Filter::Delta(distance) => before.push(FilterConfig::new_delta(distance)),
            Filter::Branch(filter_type, property) => before.push(FilterConfig { filter_type, property }),
            filter => last = Some(filter),
        }
    }
    match last {
        Some(last) => Ok(Chain { before, last }),
        None if len == 0 => Err(ERROR.raise(vm, "Internal error")),
        None => Err(raise_options(vm)),
    }
}

/// The properties byte of LZMA1.
pub fn properties_byte(options: &LzmaOptions) -> u8 {
    ((options.pb * 5 + options.lp) * 9 + options.lc) as u8
}

/// The size that a byte of LZMA2 stands for.
fn lzma2_size(byte: u8) -> u32 {
    if byte == 40 { u32::MAX } else { (2 | u32::from(byte & 1)) << (byte / 2 + 11) }
}

/// `_encode_filter_properties`.
pub fn encode(filter: &Filter) -> Vec<u8> {
    match filter {
        Filter::Lzma1(options) => {
            let mut out = vec![properties_byte(options)];
            out.extend(options.dict_size.to_le_bytes());
            out
        }
        Filter::Lzma2(options) => {
            vec![(0..=40).find(|byte| lzma2_size(*byte) >= options.dict_size).unwrap_or(40)]
        }
        Filter::Delta(distance) => vec![(distance - 1) as u8],
        Filter::Branch(_, 0) => Vec::new(),
        Filter::Branch(_, start) => start.to_le_bytes().to_vec(),
    }
}

/// `_decode_filter_properties`: names and numbers of a specifier, `None` if the properties are invalid.
pub fn decode(id: u64, bytes: &[u8]) -> Option<Vec<(&'static str, u32)>> {
    match (id, bytes) {
        (LZMA1, [byte, a, b, c, d]) if *byte < 225 => {
            let byte = u32::from(*byte);
            let (lc, lp, pb) = (byte % 9, byte / 9 % 5, byte / 45);
            let dict_size = u32::from_le_bytes([*a, *b, *c, *d]);
            (lc + lp <= 4).then(|| vec![("dict_size", dict_size), ("lc", lc), ("lp", lp), ("pb", pb)])
        }
        (LZMA2, [byte @ 0..=40]) => Some(vec![("dict_size", lzma2_size(*byte))]),
        (DELTA, [byte]) => Some(vec![("dist", u32::from(*byte) + 1)]),
        (4..=9, []) => Some(Vec::new()),
        (4..=9, [a, b, c, d]) => Some(vec![("start_offset", u32::from_le_bytes([*a, *b, *c, *d]))]),
        _ => None,
    }
}

/// A specifier as a dict.
pub fn as_dict(vm: &mut Vm, id: u64, parts: &[(&str, u32)]) -> Result<Value, Raised> {
    let dict = Dict::new(vm)?;
    let (key, value) = (Str::intern(vm, "id")?, vm.new_uint(id)?);
    Dict::set_str(dict, vm, key, value)?;
    // CPython's order: the context bits before the size.
    let order = |name: &str| ["lc", "lp", "pb", "dict_size", "dist", "start_offset"].iter().position(|n| *n == name);
    let mut parts = parts.to_vec();
    parts.sort_by_key(|(name, _)| order(name));
    for (name, number) in parts {
        let key = Str::intern(vm, name)?;
        Dict::set_str(dict, vm, key, Value::int(number as usize))?;
    }
    Ok(dict.value())
}
