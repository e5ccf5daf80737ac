//! From the events of the parser to calls of handlers. What no handler wants goes to the default one as it is written.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;
use taipan_xml::{Code, Event, External, Model};

use super::attributes::Handler;
use super::parser::{BUFFER_TEXT, EXPANDS, ORDERED_ATTRIBUTES, SPECIFIED_ATTRIBUTES, Shared, XmlParser, raise};
use super::text_or_none;

fn handler(vm: &Vm, this: Gc<XmlParser>, which: Handler) -> Option<Value> {
    let handlers = this.get(vm).handlers;
    handlers.get(vm).slots().get(which as usize).copied().flatten()
}

/// Hands over the text that waits.
pub fn flush(vm: &mut Vm, this: Gc<XmlParser>, machine: &Shared) -> Result<(), Raised> {
    let text = std::mem::take(&mut machine.borrow_mut().buffer);
    if text.is_empty() {
        return Ok(());
    }
    hand_over(vm, this, &text)
}

fn hand_over(vm: &mut Vm, this: Gc<XmlParser>, text: &str) -> Result<(), Raised> {
    let Some(function) = handler(vm, this, Handler::CharacterData) else { return Ok(()) };
    let text = vm.new_str(text)?;
    vm.call(function, &[text]).map(drop)
}

fn text(vm: &mut Vm, this: Gc<XmlParser>, machine: &Shared, text: &str) -> Result<(), Raised> {
    if handler(vm, this, Handler::CharacterData).is_none() {
        return default(vm, this, machine);
    }
    if !XmlParser::has(this, vm, BUFFER_TEXT) {
        return hand_over(vm, this, text);
    }
    let size = this.get(vm).buffer_size;
    if machine.borrow().buffer.len() + text.len() > size {
        flush(vm, this, machine)?;
        if text.len() > size {
            return hand_over(vm, this, text);
        }
    }
    machine.borrow_mut().buffer.push_str(text);
    Ok(())
}

/// Gives the default handler the event as it is written.
fn default(vm: &mut Vm, this: Gc<XmlParser>, machine: &Shared) -> Result<(), Raised> {
    let which = if XmlParser::has(this, vm, EXPANDS) { Handler::DefaultExpand } else { Handler::Default };
    let Some(function) = handler(vm, this, which) else { return Ok(()) };
    flush(vm, this, machine)?;
    let raw = machine.borrow().parser.event_text().to_owned();
    if raw.is_empty() {
        return Ok(());
    }
    let raw = vm.new_str(&raw)?;
    vm.call(function, &[raw]).map(drop)
}

/// A name, the same object each time if the parser interns.
fn name(vm: &mut Vm, this: Gc<XmlParser>, text: Option<&str>) -> Result<Value, Raised> {
    let value = text_or_none(vm, text)?;
    let Some(intern) = this.get(vm).intern.and_then(|intern| intern.downcast::<Dict>(vm)) else { return Ok(value) };
    if value.is_none() {
        return Ok(value);
    }
    match Dict::get_item(intern, vm, value)? {
        Some(known) => Ok(known),
        None => {
            Dict::set(intern, vm, value, value)?;
            Ok(value)
        }
    }
}

/// The tuple of a part of a content model.
fn model(vm: &mut Vm, this: Gc<XmlParser>, from: &Model, number: usize) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    let Some(node) = from.nodes.get(number) else { return Ok(Value::NONE) };
    let children = List::new(vm)?;
    for child in &node.children {
        let child = model(vm, this, from, *child)?;
        List::push(children, vm, child)?;
    }
    let (children, own_name) = (List::to_tuple(children, vm)?.value(), name(vm, this, node.name.as_deref())?);
    let parts = [Value::int32(node.kind), Value::int32(node.quantifier), own_name, children];
    Ok(Tuple::from_values(vm, &parts)?.value())
}

/// Calls the handler of an event.
pub fn dispatch(vm: &mut Vm, this: Gc<XmlParser>, machine: &Shared, event: Event) -> Result<(), Raised> {
    let which = match &event {
        Event::Text(content) => return text(vm, this, machine, content),
        Event::Other => return default(vm, this, machine),
        Event::UnknownEncoding(encoding) => return unknown_encoding(vm, machine, encoding),
        Event::ExternalEntityRef { context, external } => {
            return external_entity(vm, this, machine, context.as_deref(), external);
        }
        Event::NotStandalone => return not_standalone(vm, this, machine),
        Event::StartElement { .. } => Handler::StartElement,
        Event::EndElement { .. } => Handler::EndElement,
        Event::ProcessingInstruction { .. } => Handler::ProcessingInstruction,
        Event::Comment(_) => Handler::Comment,
        Event::StartCdata => Handler::StartCdataSection,
        Event::EndCdata => Handler::EndCdataSection,
        Event::StartDoctype { .. } => Handler::StartDoctypeDecl,
        Event::EndDoctype => Handler::EndDoctypeDecl,
        Event::EntityDecl { notation: Some(_), .. } if handler(vm, this, Handler::UnparsedEntityDecl).is_some() => {
            Handler::UnparsedEntityDecl
        }
        Event::EntityDecl { .. } => Handler::EntityDecl,
        Event::NotationDecl { .. } => Handler::NotationDecl,
        Event::ElementDecl { .. } => Handler::ElementDecl,
        Event::AttlistDecl { .. } => Handler::AttlistDecl,
        Event::XmlDecl { .. } => Handler::XmlDecl,
        Event::StartNamespace { .. } => Handler::StartNamespaceDecl,
        Event::EndNamespace { .. } => Handler::EndNamespaceDecl,
        Event::SkippedEntity { .. } => Handler::SkippedEntity,
    };
    let Some(function) = handler(vm, this, which) else {
        let silent = matches!(event, Event::StartNamespace { .. } | Event::EndNamespace { .. });
        return if silent { Ok(()) } else { default(vm, this, machine) };
    };
    flush(vm, this, machine)?;
    // The handler of the text may have taken this one away.
    let Some(function) = handler(vm, this, which).map(|_| function) else { return Ok(()) };
    let base = this.get(vm).base.unwrap_or(Value::NONE);
    let own = |vm: &mut Vm, text: Option<&str>| name(vm, this, text);
    let arguments = match event {
        Event::StartElement { name, attributes, specified } => {
            let count = if XmlParser::has(this, vm, SPECIFIED_ATTRIBUTES) { specified } else { attributes.len() };
            let first = own(vm, Some(&name))?;
            let container = if XmlParser::has(this, vm, ORDERED_ATTRIBUTES) {
                let list = List::new(vm)?;
                for (name, value) in attributes.iter().take(count) {
                    let (name, value) = (own(vm, Some(name))?, vm.new_str(value)?);
                    List::push(list, vm, name)?;
                    List::push(list, vm, value)?;
                }
                list.value()
            } else {
                let dict = Dict::new(vm)?;
                for (name, value) in attributes.iter().take(count) {
                    let (name, value) = (own(vm, Some(name))?, vm.new_str(value)?);
                    Dict::set(dict, vm, name, value)?;
                }
                dict.value()
            };
            Tuple::from_values(vm, &[first, container])?
        }
        Event::EndElement { name } => {
            let name = own(vm, Some(&name))?;
            Tuple::from_values(vm, &[name])?
        }
        Event::ProcessingInstruction { target, data } => {
            let parts = [own(vm, Some(&target))?, vm.new_str(&data)?];
            Tuple::from_values(vm, &parts)?
        }
        Event::Comment(content) => {
            let content = vm.new_str(&content)?;
            Tuple::from_values(vm, &[content])?
        }
        Event::StartDoctype { name, external, has_internal_subset } => {
            let name = own(vm, Some(&name))?;
            let parts = [
                name,
                own(vm, external.system.as_deref())?,
                own(vm, external.public.as_deref())?,
                Value::int(usize::from(has_internal_subset)),
            ];
            Tuple::from_values(vm, &parts)?
        }
        Event::EntityDecl { name, external, notation, .. } if which == Handler::UnparsedEntityDecl => {
            let parts = [
                own(vm, Some(&name))?,
                base,
                own(vm, external.system.as_deref())?,
                own(vm, external.public.as_deref())?,
                own(vm, notation.as_deref())?,
            ];
            Tuple::from_values(vm, &parts)?
        }
        Event::EntityDecl { name, is_parameter, value, external, notation } => {
            let parts = [
                own(vm, Some(&name))?,
                Value::int(usize::from(is_parameter)),
                text_or_none(vm, value.as_deref())?,
                base,
                own(vm, external.system.as_deref())?,
                own(vm, external.public.as_deref())?,
                own(vm, notation.as_deref())?,
            ];
            Tuple::from_values(vm, &parts)?
        }
        Event::NotationDecl { name, external } => {
            let parts = [
                own(vm, Some(&name))?,
                base,
                own(vm, external.system.as_deref())?,
                own(vm, external.public.as_deref())?,
            ];
            Tuple::from_values(vm, &parts)?
        }
        Event::ElementDecl { name, model: content } => {
            let parts = [own(vm, Some(&name))?, model(vm, this, &content, 0)?];
            Tuple::from_values(vm, &parts)?
        }
        Event::AttlistDecl { element, attribute, kind, default, required } => {
            let parts = [
                own(vm, Some(&element))?,
                own(vm, Some(&attribute))?,
                vm.new_str(&kind)?,
                text_or_none(vm, default.as_deref())?,
                Value::int(usize::from(required)),
            ];
            Tuple::from_values(vm, &parts)?
        }
        Event::XmlDecl { version, encoding, standalone } => {
            let parts = [
                text_or_none(vm, version.as_deref())?,
                text_or_none(vm, encoding.as_deref())?,
                Value::int32(standalone),
            ];
            Tuple::from_values(vm, &parts)?
        }
        Event::StartNamespace { prefix, uri } => {
            let parts = [own(vm, prefix.as_deref())?, own(vm, uri.as_deref())?];
            Tuple::from_values(vm, &parts)?
        }
        Event::EndNamespace { prefix } => {
            let prefix = own(vm, prefix.as_deref())?;
            Tuple::from_values(vm, &[prefix])?
        }
        Event::SkippedEntity { name, is_parameter } => {
            let parts = [own(vm, Some(&name))?, Value::int(usize::from(is_parameter))];
            Tuple::from_values(vm, &parts)?
        }
        _ => Tuple::empty(vm)?,
    };
    vm.call_tuple(function, arguments, None).map(drop)
}

/// Calls a handler whose answer may refuse to go on.
fn ask(vm: &mut Vm, machine: &Shared, function: Value, arguments: &[Value], refusal: Code) -> Result<(), Raised> {
    let answer = vm.call(function, arguments)?;
    if vm.index_i32(answer)? != 0 {
        return Ok(());
    }
    machine.borrow_mut().parser.fail(refusal, None);
    Err(raise(vm, machine, refusal))
}

fn not_standalone(vm: &mut Vm, this: Gc<XmlParser>, machine: &Shared) -> Result<(), Raised> {
    match handler(vm, this, Handler::NotStandalone) {
        Some(function) => {
            flush(vm, this, machine)?;
            ask(vm, machine, function, &[], Code::NotStandalone)
        }
        None => Ok(()),
    }
}

fn external_entity(
    vm: &mut Vm,
    this: Gc<XmlParser>,
    machine: &Shared,
    context: Option<&str>,
    external: &External,
) -> Result<(), Raised> {
    let Some(function) = handler(vm, this, Handler::ExternalEntityRef) else {
        return if context.is_some() { default(vm, this, machine) } else { Ok(()) };
    };
    flush(vm, this, machine)?;
    let base = this.get(vm).base.unwrap_or(Value::NONE);
    let context = text_or_none(vm, context)?;
    let (system, public) = (name(vm, this, external.system.as_deref())?, name(vm, this, external.public.as_deref())?);
    ask(vm, machine, function, &[context, base, system, public], Code::ExternalEntityHandling)
}

/// Asks the codecs for the characters of the 256 bytes.
fn unknown_encoding(vm: &mut Vm, machine: &Shared, encoding: &str) -> Result<(), Raised> {
    let all: Vec<u8> = (0..=255).collect();
    let bytes = vm.new_bytes(&all)?;
    let decoded = taipan_vm::codecs::decode_object(vm, bytes, Some(encoding), Some("replace"));
    let text = match decoded {
        Ok(text) => text,
        Err(raised) => {
            machine.borrow_mut().parser.fail(Code::UnknownEncoding, None);
            return Err(raised);
        }
    };
    let points: Vec<i32> = match text.downcast::<Str>(vm) {
        Some(text) => text.get(vm).text().iter().map(|point| if point == 0xFFFD { -1 } else { point as i32 }).collect(),
        None => Vec::new(),
    };
    let needed = |byte: u8| byte.is_ascii_alphanumeric() || b"\t\n\r !\"#%&'()*+,-./:;<=>?[]_|".contains(&byte);
    // What markup is made of must be what it is in ASCII, and nothing else may be the same.
    let differs = |(byte, point): (usize, &i32)| {
        let own = u8::try_from(byte).is_ok_and(|byte| byte < 128 && needed(byte));
        let other = u8::try_from(*point).is_ok_and(|point| point < 128 && needed(point));
        ((own || other) && *point != byte as i32) || *point > 0xFFFF
    };
    if points.len() == 256 && points.iter().enumerate().any(differs) {
        machine.borrow_mut().parser.fail(Code::UnknownEncoding, None);
        return Err(raise(vm, machine, Code::UnknownEncoding));
    }
    if points.len() != 256 {
        machine.borrow_mut().parser.fail(Code::UnknownEncoding, None);
        return Err(vm.raise(Exc::ValueError, "multi-byte encodings are not supported"));
    }
    machine.borrow_mut().parser.set_table(points);
    Ok(())
}
