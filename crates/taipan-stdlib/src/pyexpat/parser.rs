//! `pyexpat.xmlparser`: the object, and how a document is fed to it.
//!
//! The parser itself lies outside of the heap, shared, and is borrowed for one step at a time: handlers may use the object
//! while they run. An exception in a handler ends the parse: all handlers are taken away and the rest is read in silence.

use std::cell::RefCell;
use std::rc::Rc;

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, NO_NEW, TypeSpec, method};
use taipan_vm::types::array::ValueArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;
use taipan_xml::{Code, MESSAGES, Parser, Settings};

use super::attributes::{GETSET, HANDLERS};
use super::{ERROR, optional_text};

heap_object! {
    /// A parser with its handlers.
    pub struct XmlParser {
        /// The number of the resource.
        machine: usize,
        pub handlers: Gc<ValueArray>,
        pub intern: Option<Value>,
        pub base: Option<Value>,
        pub buffer_size: usize,
        /// How many handlers are running.
        pub depth: usize,
        pub flags: u64,
    }
}

/// Flags of a parser.
pub const BUFFER_TEXT: u64 = 1;
pub const ORDERED_ATTRIBUTES: u64 = 2;
pub const SPECIFIED_ATTRIBUTES: u64 = 4;
pub const NAMESPACE_PREFIXES: u64 = 8;
/// The default handler is `DefaultHandlerExpand`.
pub const EXPANDS: u64 = 32;

/// What lies outside of the heap.
pub struct Machine {
    pub parser: Parser,
    /// Text that waits to be handed over (`buffer_text`).
    pub buffer: String,
}

pub type Shared = Rc<RefCell<Machine>>;

impl XmlParser {
    /// The parser behind the object.
    pub fn machine(this: Gc<XmlParser>, vm: &mut Vm) -> Result<Shared, Raised> {
        match vm.resource::<RefCell<Machine>>(this.get(vm).machine) {
            Some(machine) => Ok(machine),
            None => Err(vm.raise(Exc::RuntimeError, "parser is gone")),
        }
    }

    pub fn has(this: Gc<XmlParser>, vm: &Vm, flag: u64) -> bool {
        this.get(vm).flags & flag != 0
    }
}

fn make(vm: &mut Vm, parser: Parser, intern: Option<Value>) -> Result<Gc<XmlParser>, Raised> {
    let handlers = ValueArray::new(vm, HANDLERS.len())?;
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    let object = vm.new_object(
        shape,
        XmlParser {
            header: HeaderWord::NEW,
            machine: 0,
            handlers,
            intern,
            base: None,
            buffer_size: 8192,
            depth: 0,
            flags: 0,
        },
    )?;
    let machine: Shared = Rc::new(RefCell::new(Machine { parser, buffer: String::new() }));
    let number = vm.attach_resource(object.value(), machine, 8192);
    object.get_mut(vm).machine = number;
    Ok(object)
}

/// `ParserCreate()`.
pub fn create(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [encoding, separator, intern] = args.all();
    let encoding = optional_text(vm, encoding, "ParserCreate", "'encoding'")?;
    let separator = optional_text(vm, separator, "ParserCreate", "'namespace_separator'")?;
    let separator = match separator {
        None => None,
        Some(text) => {
            let mut chars = text.chars();
            let first = chars.next();
            if chars.next().is_some() {
                let message = "namespace_separator must be at most one character, omitted, or None";
                return Err(vm.raise(Exc::ValueError, message));
            }
            Some(first.filter(|c| *c != '\0'))
        }
    };
    let intern = match intern.given() {
        None => Some(Dict::new(vm)?.value()),
        Some(intern) if intern.is_none() => None,
        Some(intern) if intern.downcast::<Dict>(vm).is_some() => Some(intern),
        Some(_) => return Err(vm.raise(Exc::TypeError, "intern must be a dictionary")),
    };
    let settings = Settings {
        separator,
        triplets: false,
        expand_entities: true,
        parameter_entities: 0,
        foreign_dtd: false,
        deferral: true,
        maximum_amplification: 100.0,
        activation_threshold: 8 << 20,
        allocation_factor: 100.0,
        allocation_threshold: 64 << 20,
    };
    let parser = Parser::new(encoding.as_deref(), settings);
    Ok(make(vm, parser, intern)?.value())
}

/// Raises ExpatError with the place of the parser.
pub fn raise(vm: &mut Vm, machine: &Shared, code: Code) -> Raised {
    let (line, column, _) = machine.borrow().parser.place();
    raise_at(vm, code, line, column)
}

fn raise_at(vm: &mut Vm, code: Code, line: u64, column: u64) -> Raised {
    let number = code as usize;
    let message = MESSAGES.get(number).copied().unwrap_or_default();
    let raised = ERROR.raise(vm, &format!("{message}: line {line}, column {column}"));
    let error = vm.take_raised(raised);
    for (name, value) in [("code", number as u64), ("offset", column), ("lineno", line)] {
        let set = Str::intern(vm, name).and_then(|name| {
            let value = vm.new_uint(value)?;
            vm.set_attr(error, name, Some(value))
        });
        if let Err(raised) = set {
            return raised;
        }
    }
    vm.reraise(error)
}

/// Feeds a piece and calls handlers for what it holds.
fn feed(vm: &mut Vm, this: Gc<XmlParser>, piece: &[u8], is_final: bool) -> Result<Value, Raised> {
    let machine = XmlParser::machine(this, vm)?;
    if machine.borrow().parser.is_finished() {
        return Err(raise(vm, &machine, Code::Finished));
    }
    machine.borrow_mut().parser.feed(piece, is_final);
    let mut failure: Option<Value> = None;
    loop {
        let event = machine.borrow_mut().parser.next_event();
        let event = match event {
            Ok(Some(event)) => event,
            Ok(None) => break,
            Err(code) => {
                if let Some(exception) = failure {
                    return Err(vm.reraise(exception));
                }
                return Err(raise(vm, &machine, code));
            }
        };
        if failure.is_some() {
            continue;
        }
        this.get_mut(vm).depth += 1;
        let result = super::events::dispatch(vm, this, &machine, event);
        let object = this.get_mut(vm);
        object.depth = object.depth.saturating_sub(1);
        if let Err(raised) = result {
            let exception = vm.take_raised(raised);
            clear_handlers(vm, this);
            if machine.borrow().parser.error().is_some() {
                return Err(vm.reraise(exception));
            }
            failure = Some(exception);
        }
    }
    if let Some(exception) = failure {
        return Err(vm.reraise(exception));
    }
    super::events::flush(vm, this, &machine)?;
    Ok(Value::int(1))
}

fn clear_handlers(vm: &mut Vm, this: Gc<XmlParser>) {
    let handlers = this.get(vm).handlers;
    for i in 0..HANDLERS.len() {
        ValueArray::put(handlers, vm, i, None);
    }
}

/// The text or bytes of a document, and whether they are text.
fn document(vm: &mut Vm, data: Value) -> Result<(Vec<u8>, bool), Raised> {
    match data.downcast::<Str>(vm) {
        Some(text) => {
            vm.check_encodable(text)?;
            Ok((text.get(vm).to_string_lossy().into_bytes(), true))
        }
        None => Ok((vm.bytes_of(data)?, false)),
    }
}

/// RuntimeError while a handler runs.
fn check_idle(vm: &mut Vm, this: Gc<XmlParser>, function: &str) -> Result<(), Raised> {
    if this.get(vm).depth == 0 {
        return Ok(());
    }
    Err(vm.raise(Exc::RuntimeError, format!("cannot call {function}() from within a handler")))
}

/// ExpatError for the parser of an external entity.
fn check_root(vm: &mut Vm, this: Gc<XmlParser>) -> Result<Shared, Raised> {
    let machine = XmlParser::machine(this, vm)?;
    if machine.borrow().parser.is_subparser() {
        return Err(ERROR.raise(vm, "parser must be a root parser"));
    }
    Ok(machine)
}

fn parse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data, is_final]) = args.method::<XmlParser, 2>(vm);
    check_idle(vm, this, "Parse")?;
    let is_final = match is_final.given() {
        Some(is_final) => vm.is_true(is_final)?,
        None => false,
    };
    let (piece, is_text) = document(vm, data)?;
    vm.check_native_bytes(piece.len().saturating_mul(2))?;
    if is_text {
        let machine = XmlParser::machine(this, vm)?;
        machine.borrow_mut().parser.force_utf8();
    }
    feed(vm, this, &piece, is_final)
}

fn parse_file(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [file]) = args.method::<XmlParser, 1>(vm);
    check_idle(vm, this, "ParseFile")?;
    let name = vm.name(taipan_vm::names::name::READ);
    let Some(read) = vm.get_attr_opt(file, name)? else {
        return Err(vm.raise(Exc::TypeError, "argument must have 'read' attribute"));
    };
    loop {
        let piece = vm.call(read, &[Value::int(2048)])?;
        let is_bytes = piece.downcast::<Bytes>(vm).is_some()
            || piece.downcast::<taipan_vm::types::bytearray::ByteArray>(vm).is_some();
        if !is_bytes {
            let got = vm.type_name(piece);
            return Err(vm.raise(Exc::TypeError, format!("read() did not return a bytes object (type={got})")));
        }
        let piece = vm.bytes_of(piece)?;
        if piece.len() > 2048 {
            let message = format!("read() returned too much data: 2048 bytes requested, {} returned", piece.len());
            return Err(vm.raise(Exc::ValueError, message));
        }
        let is_final = piece.is_empty();
        let result = feed(vm, this, &piece, is_final)?;
        if is_final {
            return Ok(result);
        }
    }
}

fn set_base(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [base]) = args.method::<XmlParser, 1>(vm);
    if base.downcast::<Str>(vm).is_none() {
        let got = vm.type_name(base);
        return Err(vm.raise(Exc::TypeError, format!("SetBase() argument must be str, not {got}")));
    }
    this.get_mut(vm).base = Some(base);
    Ok(Value::NONE)
}

fn get_base(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.receiver::<XmlParser>(vm).get(vm).base.unwrap_or(Value::NONE))
}

fn get_input_context(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<XmlParser>(vm);
    if this.get(vm).depth == 0 {
        return Ok(Value::NONE);
    }
    let machine = XmlParser::machine(this, vm)?;
    let context = machine.borrow().parser.context().as_bytes().to_vec();
    vm.new_bytes(&context)
}

fn external_parser(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [context, encoding]) = args.method::<XmlParser, 2>(vm);
    let context = optional_text(vm, context, "ExternalEntityParserCreate", "1")?;
    let encoding = optional_text(vm, encoding, "ExternalEntityParserCreate", "2")?;
    let machine = XmlParser::machine(this, vm)?;
    let parser = machine.borrow().parser.external(context.as_deref(), encoding.as_deref());
    let intern = this.get(vm).intern;
    let child = make(vm, parser, intern)?;
    let XmlParser { handlers, base, buffer_size, flags, .. } = *this.get(vm);
    for i in 0..HANDLERS.len() {
        let handler = handlers.get(vm).slots().get(i).copied().flatten();
        let own = child.get(vm).handlers;
        ValueArray::put(own, vm, i, handler);
    }
    let state = child.get_mut(vm);
    (state.base, state.buffer_size, state.flags) = (base, buffer_size, flags);
    Ok(child.value())
}

fn set_parameter_parsing(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [flag]) = args.method::<XmlParser, 1>(vm);
    let flag = vm.index_i32(flag)?;
    let machine = XmlParser::machine(this, vm)?;
    let mut machine = machine.borrow_mut();
    if machine.parser.has_begun() {
        return Ok(Value::int(0));
    }
    machine.parser.settings.parameter_entities = flag;
    Ok(Value::int(1))
}

fn use_foreign_dtd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [flag]) = args.method::<XmlParser, 1>(vm);
    let flag = match flag.given() {
        Some(flag) => vm.is_true(flag)?,
        None => true,
    };
    let machine = XmlParser::machine(this, vm)?;
    if machine.borrow().parser.has_begun() {
        return Err(raise(vm, &machine, Code::CantChangeFeatureOnceParsing));
    }
    machine.borrow_mut().parser.settings.foreign_dtd = flag;
    Ok(Value::NONE)
}

fn set_deferral(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [enabled]) = args.method::<XmlParser, 1>(vm);
    let enabled = vm.is_true(enabled)?;
    let machine = XmlParser::machine(this, vm)?;
    machine.borrow_mut().parser.settings.deferral = enabled;
    Ok(Value::NONE)
}

fn get_deferral(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<XmlParser>(vm);
    let machine = XmlParser::machine(this, vm)?;
    let enabled = machine.borrow().parser.settings.deferral;
    Ok(Value::bool(enabled))
}

fn set_threshold(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [threshold]) = args.method::<XmlParser, 1>(vm);
    let threshold = vm.index_i64(threshold)?;
    let Ok(threshold) = u64::try_from(threshold) else {
        return Err(vm.raise(Exc::ValueError, "Cannot convert negative int"));
    };
    let machine = check_root(vm, this)?;
    machine.borrow_mut().parser.settings.activation_threshold = threshold;
    Ok(Value::NONE)
}

fn amplification(vm: &mut Vm, value: Value) -> Result<f32, Raised> {
    let factor = vm.to_f64(value)?;
    if factor.is_nan() || factor < 1.0 {
        return Err(ERROR.raise(vm, "'max_factor' must be at least 1.0"));
    }
    Ok(factor as f32)
}

fn set_amplification(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [factor]) = args.method::<XmlParser, 1>(vm);
    let factor = amplification(vm, factor)?;
    let machine = check_root(vm, this)?;
    machine.borrow_mut().parser.settings.maximum_amplification = factor;
    Ok(Value::NONE)
}

fn set_allocation_amplification(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [factor]) = args.method::<XmlParser, 1>(vm);
    let factor = amplification(vm, factor)?;
    let machine = check_root(vm, this)?;
    machine.borrow_mut().parser.settings.allocation_factor = factor;
    Ok(Value::NONE)
}

fn set_allocation_threshold(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [threshold]) = args.method::<XmlParser, 1>(vm);
    let threshold = vm.index_i64(threshold)?;
    let Ok(threshold) = u64::try_from(threshold) else {
        return Err(vm.raise(Exc::ValueError, "Cannot convert negative int"));
    };
    let machine = check_root(vm, this)?;
    machine.borrow_mut().parser.settings.allocation_threshold = threshold;
    Ok(Value::NONE)
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("Parse($self, data, isfinal=False, /)", parse, "Parse XML data.\n\n'isfinal' should be true at end of input."),
    method("ParseFile($self, file, /)", parse_file, "Parse XML data from file-like object."),
    method("SetBase($self, base, /)", set_base, "Set the base URL for the parser."),
    method("GetBase($self, /)", get_base, "Return base URL string for the parser."),
    method("GetInputContext($self, /)", get_input_context, "Return the untranslated text of the input that caused the current event.\n\nIf the event was generated by a large amount of text (such as a start tag\nfor an element with many attributes), not all of the text may be available."),
    method("ExternalEntityParserCreate($self, context, encoding=<unrepresentable>, /)", external_parser, "Create a parser for parsing an external entity based on the information passed to the ExternalEntityRefHandler."),
    method("SetParamEntityParsing($self, flag, /)", set_parameter_parsing, "Controls parsing of parameter entities (including the external DTD subset).\n\nPossible flag values are XML_PARAM_ENTITY_PARSING_NEVER,\nXML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE and\nXML_PARAM_ENTITY_PARSING_ALWAYS. Returns true if setting the flag\nwas successful."),
    method("UseForeignDTD($self, flag=True, /)", use_foreign_dtd, "Allows the application to provide an artificial external subset if one is not specified as part of the document instance.\n\nThis readily allows the use of a 'default' document type controlled by the\napplication, while still getting the advantage of providing document type\ninformation to the parser. 'flag' defaults to True if not provided."),
    method("SetReparseDeferralEnabled($self, enabled, /)", set_deferral, "Enable/Disable reparse deferral; enabled by default with Expat >=2.6.0."),
    method("GetReparseDeferralEnabled($self, /)", get_deferral, "Retrieve reparse deferral enabled status; always returns false with Expat <2.6.0."),
    method("SetBillionLaughsAttackProtectionActivationThreshold($self, threshold, /)", set_threshold, "Sets the number of output bytes needed to activate protection against billion laughs attacks."),
    method("SetBillionLaughsAttackProtectionMaximumAmplification($self, max_factor, /)", set_amplification, "Sets the maximum tolerated amplification factor for protection against billion laughs attacks."),
    method("SetAllocTrackerActivationThreshold($self, threshold, /)", set_allocation_threshold, "Sets the number of allocated bytes of dynamic memory needed to activate protection against disproportionate use of RAM."),
    method("SetAllocTrackerMaximumAmplification($self, max_factor, /)", set_allocation_amplification, "Sets the maximum amplification factor between direct input and bytes of dynamic memory allocated."),
];

/// The class of parsers.
pub static TYPE: TypeSpec = TypeSpec {
    name: "xmlparser",
    module: "pyexpat",
    layout: Some(<XmlParser as HeapObject>::native),
    slots: Slots::DEFAULT,
    methods: METHODS,
    getset: GETSET,
    doc: "XML parser",
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
