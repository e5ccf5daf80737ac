//! Namespaces: which prefix stands for which name, and names in their expanded form.

use crate::Code;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The bindings in force, innermost last. A binding without a name takes the default namespace away.
#[derive(Clone, Debug, Default)]
pub struct Namespaces {
    bindings: Vec<(Option<String>, Option<String>)>,
}

impl Namespaces {
    /// How many bindings there are.
    pub fn len(&self) -> usize {
        self.bindings.len()
    }

    /// Binds a prefix (none: the default one) to a name; an empty name takes the default one away.
    pub fn bind(&mut self, prefix: Option<&str>, uri: &str) -> Result<(), Code> {
        match prefix {
            Some("xmlns") => return Err(Code::ReservedPrefixXmlns),
            Some("xml") if uri != XML => return Err(Code::ReservedPrefixXml),
            Some("xml") => {}
            _ if uri == XML || uri == XMLNS => return Err(Code::ReservedNamespaceUri),
            Some(_) if uri.is_empty() => return Err(Code::UndeclaringPrefix),
            _ => {}
        }
        let uri = if uri.is_empty() { None } else { Some(uri.to_owned()) };
        self.bindings.push((prefix.map(str::to_owned), uri));
        Ok(())
    }

    /// Takes the innermost binding away: its prefix.
    pub fn unbind(&mut self) -> Option<Option<String>> {
        self.bindings.pop().map(|(prefix, _)| prefix)
    }

    fn find(&self, prefix: Option<&str>) -> Option<&str> {
        if prefix == Some("xml") {
            return Some(XML);
        }
        let binding = self.bindings.iter().rev().find(|(known, _)| known.as_deref() == prefix)?;
        binding.1.as_deref()
    }

    /// The expanded form of a name: namespace, separator, local name, and with `triplets` separator and prefix.
    pub fn expand(
        &self,
        name: &str,
        is_attribute: bool,
        separator: Option<char>,
        triplets: bool,
    ) -> Result<String, Code> {
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) if !prefix.is_empty() => (Some(prefix), local),
            _ => (None, name),
        };
        if prefix.is_none() && is_attribute {
            return Ok(name.to_owned());
        }
        let Some(uri) = self.find(prefix) else {
            return if prefix.is_some() { Err(Code::UnboundPrefix) } else { Ok(name.to_owned()) };
        };
        let mut expanded = uri.to_owned();
        expanded.extend(separator);
        expanded.push_str(local);
        if let (true, Some(prefix)) = (triplets, prefix) {
            expanded.extend(separator);
            expanded.push_str(prefix);
        }
        Ok(expanded)
    }

    /// The bindings as part of the context of an external entity.
    pub fn context(&self) -> String {
        let mut text = String::new();
        for (prefix, uri) in &self.bindings {
            if !text.is_empty() {
                text.push('\x0c');
            }
            text.push_str(prefix.as_deref().unwrap_or_default());
            text.push('=');
            text.push_str(uri.as_deref().unwrap_or_default());
        }
        text
    }
}
