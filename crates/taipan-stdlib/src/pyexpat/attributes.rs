//! The attributes of parsers: handlers, options, and the place in the document.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{GetSetDef, getset, getter};
use taipan_vm::types::array::ValueArray;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::parser::{BUFFER_TEXT, EXPANDS, NAMESPACE_PREFIXES, ORDERED_ATTRIBUTES, SPECIFIED_ATTRIBUTES, XmlParser};

/// A handler, by its slot.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Handler {
    StartElement,
    EndElement,
    ProcessingInstruction,
    CharacterData,
    UnparsedEntityDecl,
    NotationDecl,
    StartNamespaceDecl,
    EndNamespaceDecl,
    Comment,
    StartCdataSection,
    EndCdataSection,
    Default,
    DefaultExpand,
    NotStandalone,
    ExternalEntityRef,
    StartDoctypeDecl,
    EndDoctypeDecl,
    EntityDecl,
    XmlDecl,
    ElementDecl,
    AttlistDecl,
    SkippedEntity,
}

/// All handlers, in the order of their slots.
pub const HANDLERS: [Handler; 22] = [
    Handler::StartElement,
    Handler::EndElement,
    Handler::ProcessingInstruction,
    Handler::CharacterData,
    Handler::UnparsedEntityDecl,
    Handler::NotationDecl,
    Handler::StartNamespaceDecl,
    Handler::EndNamespaceDecl,
    Handler::Comment,
    Handler::StartCdataSection,
    Handler::EndCdataSection,
    Handler::Default,
    Handler::DefaultExpand,
    Handler::NotStandalone,
    Handler::ExternalEntityRef,
    Handler::StartDoctypeDecl,
    Handler::EndDoctypeDecl,
    Handler::EntityDecl,
    Handler::XmlDecl,
    Handler::ElementDecl,
    Handler::AttlistDecl,
    Handler::SkippedEntity,
];

fn get_handler<const SLOT: usize>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let handlers = this.expect::<XmlParser>(vm).get(vm).handlers;
    Ok(handlers.get(vm).slots().get(SLOT).copied().flatten().unwrap_or(Value::NONE))
}

fn set_handler<const SLOT: usize>(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let this: Gc<XmlParser> = this.expect(vm);
    let Some(value) = value else { return Err(vm.raise(Exc::RuntimeError, "Cannot delete attribute")) };
    let machine = XmlParser::machine(this, vm)?;
    if SLOT == Handler::CharacterData as usize {
        // What the old handler has not seen yet is its own.
        super::events::flush(vm, this, &machine)?;
    }
    let expands = SLOT == Handler::DefaultExpand as usize;
    if expands || SLOT == Handler::Default as usize {
        machine.borrow_mut().parser.settings.expand_entities = expands || value.is_none();
        let state = this.get_mut(vm);
        state.flags = state.flags & !EXPANDS | if expands { EXPANDS } else { 0 };
    }
    let handlers = this.get(vm).handlers;
    ValueArray::put(handlers, vm, SLOT, value.not_none());
    Ok(())
}

fn get_flag<const FLAG: u64>(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let this = this.expect(vm);
    Ok(Value::bool(XmlParser::has(this, vm, FLAG)))
}

fn set_flag<const FLAG: u64>(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let this: Gc<XmlParser> = this.expect(vm);
    let Some(value) = value else { return Err(vm.raise(Exc::RuntimeError, "Cannot delete attribute")) };
    let on = vm.is_true(value)?;
    let machine = XmlParser::machine(this, vm)?;
    if FLAG == BUFFER_TEXT && !on {
        super::events::flush(vm, this, &machine)?;
    }
    if FLAG == NAMESPACE_PREFIXES {
        machine.borrow_mut().parser.settings.triplets = on;
    }
    let state = this.get_mut(vm);
    state.flags = state.flags & !FLAG | if on { FLAG } else { 0 };
    Ok(())
}

fn get_buffer_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(this.expect::<XmlParser>(vm).get(vm).buffer_size))
}

fn set_buffer_size(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let this: Gc<XmlParser> = this.expect(vm);
    let Some(value) = value else { return Err(vm.raise(Exc::RuntimeError, "Cannot delete attribute")) };
    if !vm.is_int(value) {
        return Err(vm.raise(Exc::TypeError, "buffer_size must be an integer"));
    }
    let size = vm.index_i64(value)?;
    if size <= 0 {
        return Err(vm.raise(Exc::ValueError, "buffer_size must be greater than zero"));
    }
    if size > i64::from(i32::MAX) {
        return Err(vm.raise(Exc::ValueError, format!("buffer_size must not be greater than {}", i32::MAX)));
    }
    let machine = XmlParser::machine(this, vm)?;
    super::events::flush(vm, this, &machine)?;
    this.get_mut(vm).buffer_size = size as usize;
    Ok(())
}

fn get_buffer_used(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let this = this.expect(vm);
    let machine = XmlParser::machine(this, vm)?;
    let used = machine.borrow().buffer.len();
    Ok(Value::int(used))
}

fn get_intern(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<XmlParser>(vm).get(vm).intern.unwrap_or(Value::NONE))
}

fn place(vm: &mut Vm, this: Value) -> Result<(u64, u64, u64), Raised> {
    let this = this.expect(vm);
    let machine = XmlParser::machine(this, vm)?;
    let place = machine.borrow().parser.place();
    Ok(place)
}

fn get_line(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (line, ..) = place(vm, this)?;
    vm.new_uint(line)
}

fn get_column(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (_, column, _) = place(vm, this)?;
    vm.new_uint(column)
}

fn get_index(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = this.expect(vm);
    let machine = XmlParser::machine(own, vm)?;
    if !machine.borrow().parser.has_begun() {
        return vm.new_int(-1);
    }
    let (.., index) = place(vm, this)?;
    vm.new_uint(index)
}

fn get_code(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let this = this.expect(vm);
    let machine = XmlParser::machine(this, vm)?;
    let code = machine.borrow().parser.error().map_or(0, |code| code as usize);
    Ok(Value::int(code))
}

const fn handler<const SLOT: usize>(name: &'static str) -> GetSetDef {
    getset(name, get_handler::<SLOT>, set_handler::<SLOT>, "")
}

pub const GETSET: &[GetSetDef] = &[
    handler::<0>("StartElementHandler"),
    handler::<1>("EndElementHandler"),
    handler::<2>("ProcessingInstructionHandler"),
    handler::<3>("CharacterDataHandler"),
    handler::<4>("UnparsedEntityDeclHandler"),
    handler::<5>("NotationDeclHandler"),
    handler::<6>("StartNamespaceDeclHandler"),
    handler::<7>("EndNamespaceDeclHandler"),
    handler::<8>("CommentHandler"),
    handler::<9>("StartCdataSectionHandler"),
    handler::<10>("EndCdataSectionHandler"),
    handler::<11>("DefaultHandler"),
    handler::<12>("DefaultHandlerExpand"),
    handler::<13>("NotStandaloneHandler"),
    handler::<14>("ExternalEntityRefHandler"),
    handler::<15>("StartDoctypeDeclHandler"),
    handler::<16>("EndDoctypeDeclHandler"),
    handler::<17>("EntityDeclHandler"),
    handler::<18>("XmlDeclHandler"),
    handler::<19>("ElementDeclHandler"),
    handler::<20>("AttlistDeclHandler"),
    handler::<21>("SkippedEntityHandler"),
    getter("intern", get_intern, ""),
    getter("ErrorCode", get_code, ""),
    getter("ErrorLineNumber", get_line, ""),
    getter("ErrorColumnNumber", get_column, ""),
    getter("ErrorByteIndex", get_index, ""),
    getter("CurrentLineNumber", get_line, ""),
    getter("CurrentColumnNumber", get_column, ""),
    getter("CurrentByteIndex", get_index, ""),
    getset("buffer_size", get_buffer_size, set_buffer_size, ""),
    getset("buffer_text", get_flag::<BUFFER_TEXT>, set_flag::<BUFFER_TEXT>, ""),
    getter("buffer_used", get_buffer_used, ""),
    getset("namespace_prefixes", get_flag::<NAMESPACE_PREFIXES>, set_flag::<NAMESPACE_PREFIXES>, ""),
    getset("ordered_attributes", get_flag::<ORDERED_ATTRIBUTES>, set_flag::<ORDERED_ATTRIBUTES>, ""),
    getset("specified_attributes", get_flag::<SPECIFIED_ATTRIBUTES>, set_flag::<SPECIFIED_ATTRIBUTES>, ""),
];
