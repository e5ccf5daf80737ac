//! Text signatures: CPython's `__text_signature__`, read at compile time into parameter counts.
//!
//! One string serves argument binding, arity errors and `inspect.signature`. Grammar:
//! `name($self, a, b=default, /, c, *, d=default)`, with `*args` and `**kwargs`; `$self`, `$cls`, `$type` or
//! `$module` as the first parameter is the receiver.

/// The largest number of parameters a native function can have.
pub const MAX_PARAMETERS: usize = 24;

/// Parameter counts of a native function; names and defaults stay in `text`.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The whole text, name included.
    pub text: &'static str,
    /// Bytes of the name at the start of the text.
    pub name_len: u8,
    /// Whether the first parameter is a receiver (`$self`); it is counted in the numbers below.
    pub has_receiver: bool,
    /// Positional-only parameters.
    pub posonly: u8,
    /// Parameters that can be given by position.
    pub positional: u8,
    /// Of those, how many have no default.
    pub required: u8,
    /// Keyword-only parameters.
    pub kwonly: u8,
    /// Keyword-only parameters without a default.
    pub kwonly_required: u8,
    /// `*args`.
    pub varargs: bool,
    /// `**kwargs`.
    pub varkw: bool,
}

/// How a parameter can be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParameterKind {
    PositionalOnly,
    PositionalOrKeyword,
    VarPositional,
    KeywordOnly,
    VarKeyword,
}

/// One parameter, in the order of binding: positional, keyword-only, `*args`, `**kwargs`.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub default: Option<&'static str>,
    pub kind: ParameterKind,
}

impl Signature {
    /// Reads a text signature. Fails at compile time when the text is malformed.
    pub const fn parse(text: &'static str) -> Signature {
        let bytes = text.as_bytes();
        let mut name_len = 0;
        while bytes[name_len] != b'(' {
            name_len += 1;
        }
        assert!(bytes[bytes.len() - 1] == b')', "a signature ends with ')'");
        let mut signature = Signature {
            text,
            name_len: name_len as u8,
            has_receiver: false,
            posonly: 0,
            positional: 0,
            required: 0,
            kwonly: 0,
            kwonly_required: 0,
            varargs: false,
            varkw: false,
        };
        let mut at = name_len + 1;
        let mut after_star = false;
        while at < bytes.len() - 1 {
            if bytes[at] == b' ' || bytes[at] == b',' {
                at += 1;
                continue;
            }
            let start = at;
            let mut depth = 0;
            let mut quote = 0u8;
            let mut has_default = false;
            while at < bytes.len() - 1 {
                let b = bytes[at];
                if quote != 0 {
                    if b == quote {
                        quote = 0;
                    }
                } else if b == b'\'' || b == b'"' {
                    quote = b;
                } else if b == b'(' || b == b'[' || b == b'<' {
                    depth += 1;
                } else if b == b')' || b == b']' || b == b'>' {
                    depth -= 1;
                } else if b == b'=' {
                    has_default = true;
                } else if b == b',' && depth == 0 {
                    break;
                }
                at += 1;
            }
            match bytes[start] {
                b'/' => signature.posonly = signature.positional,
                b'*' if start + 1 < at && bytes[start + 1] == b'*' => signature.varkw = true,
                b'*' => {
                    after_star = true;
                    signature.varargs = at - start > 1;
                }
                first => {
                    if first == b'$' {
                        signature.has_receiver = true;
                        signature.posonly = 1;
                    }
                    if after_star {
                        signature.kwonly += 1;
                        if !has_default {
                            signature.kwonly_required += 1;
                        }
                    } else {
                        signature.positional += 1;
                        if !has_default {
                            assert!(
                                signature.required == signature.positional - 1,
                                "a required parameter after a default"
                            );
                            signature.required += 1;
                        }
                    }
                }
            }
        }
        assert!(signature.slots() <= MAX_PARAMETERS, "too many parameters");
        signature
    }

    /// The name of the function.
    pub fn name(&self) -> &'static str {
        &self.text[..self.name_len as usize]
    }

    /// What `__text_signature__` shows.
    pub fn text_signature(&self) -> &'static str {
        &self.text[self.name_len as usize..]
    }

    /// How many slots binding fills: all parameters, `*args` and `**kwargs` one each.
    pub const fn slots(&self) -> usize {
        self.positional as usize + self.kwonly as usize + self.varargs as usize + self.varkw as usize
    }

    /// The slot of a parameter that can be given by name.
    pub fn keyword_slot(&self, is_name: impl Fn(&str) -> bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let end = bytes.len() - 1;
        let (mut at, mut slot) = (self.name_len as usize + 1, 0);
        while at < end {
            if bytes[at] == b',' || bytes[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let start = at;
            while at < end && !matches!(bytes[at], b'=' | b',') {
                at += 1;
            }
            if !matches!(bytes[start], b'/' | b'*') {
                if slot >= self.posonly as usize && is_name(self.text[start..at].trim_end()) {
                    return Some(slot);
                }
                slot += 1;
            }
            at = skip_default(bytes, at, end);
        }
        None
    }

    /// The parameters in the order of binding.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> {
        let (mut plain, mut star, mut double) = (Vec::new(), None, None);
        let mut after_star = false;
        for part in split_parameters(&self.text[self.name_len as usize + 1..self.text.len() - 1]) {
            if part == "/" {
                continue;
            }
            if let Some(name) = part.strip_prefix("**") {
                double = Some(Parameter { name, default: None, kind: ParameterKind::VarKeyword });
            } else if let Some(name) = part.strip_prefix('*') {
                after_star = true;
                if !name.is_empty() {
                    star = Some(Parameter { name, default: None, kind: ParameterKind::VarPositional });
                }
            } else {
                let (name, default) = match part.split_once('=') {
                    Some((name, default)) => (name, Some(default)),
                    None => (part, None),
                };
                let kind = if after_star {
                    ParameterKind::KeywordOnly
                } else if plain.len() < self.posonly as usize {
                    ParameterKind::PositionalOnly
                } else {
                    ParameterKind::PositionalOrKeyword
                };
                plain.push(Parameter { name: name.trim_start_matches('$'), default, kind });
            }
        }
        plain.into_iter().chain(star).chain(double)
    }
}

/// The end of a default value: the next comma outside brackets and quotes.
fn skip_default(bytes: &[u8], mut at: usize, end: usize) -> usize {
    let (mut depth, mut quote) = (0, 0);
    while at < end {
        match bytes[at] {
            byte if quote != 0 => quote = if byte == quote { 0 } else { quote },
            byte @ (b'\'' | b'"') => quote = byte,
            b'(' | b'[' | b'<' => depth += 1,
            b')' | b']' | b'>' => depth -= 1,
            b',' if depth == 0 => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Splits at the commas that are outside brackets and quotes.
fn split_parameters(text: &'static str) -> impl Iterator<Item = &'static str> {
    let (mut depth, mut quote) = (0i32, None);
    text.split(move |c: char| {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '<') => depth += 1,
            (None, ')' | ']' | '>') => depth -= 1,
            (None, ',') => return depth == 0,
            _ => {}
        }
        false
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_parameters_of_each_kind() {
        const S: Signature = Signature::parse("f($self, a, b=',', /, c=(1, 2), *args, d, e=None, **kw)");
        assert_eq!((S.name(), S.posonly, S.positional, S.required), ("f", 3, 4, 2));
        assert_eq!((S.kwonly, S.kwonly_required, S.varargs, S.varkw, S.slots()), (2, 1, true, true, 8));
        let names: Vec<_> = S.parameters().map(|p| (p.name, p.default, p.kind)).collect();
        assert_eq!(names[2], ("b", Some("','"), ParameterKind::PositionalOnly));
        assert_eq!(names[3], ("c", Some("(1, 2)"), ParameterKind::PositionalOrKeyword));
        assert_eq!(names[6], ("args", None, ParameterKind::VarPositional));
    }

    #[test]
    fn finds_what_can_be_given_by_name() {
        const S: Signature = Signature::parse("f($self, a, b=',', /, c=(1, 2),\n  g=0, *args, d, e=None, **kw)");
        for parameter in S.parameters() {
            let by_name = matches!(parameter.kind, ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly);
            let slot = S.parameters().position(|other| other.name == parameter.name);
            assert_eq!(S.keyword_slot(|name| name == parameter.name), slot.filter(|_| by_name));
        }
        assert_eq!(S.keyword_slot(|name| name == "x"), None);
    }

    #[test]
    fn reads_the_empty_signature() {
        const S: Signature = Signature::parse("f()");
        assert_eq!((S.slots(), S.text_signature()), (0, "()"));
    }
}
