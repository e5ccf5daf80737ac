//! Reads the notation of [`super::rules`] into tables.
//!
//! Invariant: every index in a [`Grammar`] is in bounds, and no rule matches the empty text in a loop. A test
//! compiles the rules; [`compile`] still reports bad text as `None` instead of panicking.

use std::collections::HashMap;

use crate::token::{KEYWORDS, TokenKind};

/// Index of an [`Op`].
pub(super) type OpId = usize;

/// What an item tries to match.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Token(TokenKind),
    /// A NAME with this text.
    Soft(&'static str),
    /// A NAME that is a soft keyword.
    AnySoft,
    Rule(usize),
    /// Alternatives, as a range of [`Grammar::alts`].
    Choice(usize, usize),
    Optional(OpId),
    Star(OpId),
    Plus(OpId),
    Gather {
        separator: OpId,
        item: OpId,
    },
    Look {
        positive: bool,
        item: OpId,
    },
    Forced(TokenKind, &'static str),
    Cut,
}

/// One alternative.
#[derive(Clone, Debug, Default)]
pub(super) struct Alt {
    pub items: Vec<(OpId, Option<char>)>,
    pub action: Option<Action>,
    /// Tried only when `invalid_` rules are.
    pub guarded: bool,
}

/// What a matched alternative gives.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub version: Option<(u8, &'static str)>,
    pub what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Pass(Ref),
    Node(&'static str, Vec<Ref>),
    Call(&'static str, Vec<Ref>, &'static str),
    Raise(&'static str, Vec<Ref>, String),
}

/// A named result, or a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ref {
    pub name: char,
    pub part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    First,
    Last,
    LastOfLast,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    pub body: OpId,
    /// Results are kept.
    pub memo: bool,
    /// No `invalid_` rule is tried below.
    pub without_invalid: bool,
}

/// The compiled rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Grammar {
    pub ops: Vec<Op>,
    pub alts: Vec<Alt>,
    pub rules: Vec<Rule>,
    pub names: HashMap<&'static str, usize>,
}

/// Reads `text`; `None` if it is not well formed.
pub(super) fn compile(text: &'static str) -> Option<Grammar> {
    let tokens = scan(text)?;
    let mut grammar = Grammar::default();
    // A name before a colon (and flags) begins a rule.
    let heads: Vec<usize> = (0..tokens.len()).filter(|at| is_head(&tokens, *at)).collect();
    for head in &heads {
        let Lexeme::Word(name) = tokens[*head] else { return None };
        let index = grammar.rules.len();
        grammar.names.insert(name, index);
        grammar.rules.push(Rule::default());
    }
    for (index, head) in heads.iter().enumerate() {
        let end = heads.get(index + 1).copied().unwrap_or(tokens.len());
        let mut at = head + 1;
        while let Some(Lexeme::Sign(sign)) = tokens.get(at) {
            at += 1;
            match *sign {
                '*' => grammar.rules[index].memo = true,
                '-' => grammar.rules[index].without_invalid = true,
                _ => break,
            }
        }
        let mut reader = Reader { grammar: &mut grammar, tokens: &tokens[..end], at };
        let body = reader.choice()?;
        if reader.at != end {
            return None;
        }
        grammar.rules[index].body = body;
    }
    Some(grammar)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lexeme {
    Word(&'static str),
    /// `'...'`
    Quoted(&'static str),
    /// `"..."`, escapes as they stand.
    DoubleQuoted(&'static str),
    Sign(char),
}

fn is_head(tokens: &[Lexeme], at: usize) -> bool {
    let Lexeme::Word(_) = tokens[at] else { return false };
    match tokens.get(at + 1) {
        Some(Lexeme::Sign(':')) => true,
        Some(Lexeme::Sign('*' | '-')) => tokens.get(at + 2) == Some(&Lexeme::Sign(':')),
        _ => false,
    }
}

fn scan(text: &'static str) -> Option<Vec<Lexeme>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\n' => at += 1,
            b'\'' => {
                let end = at + 1 + text.get(at + 1..)?.find('\'')?;
                tokens.push(Lexeme::Quoted(text.get(at + 1..end)?));
                at = end + 1;
            }
            b'"' => {
                let mut end = at + 1;
                while *bytes.get(end)? != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                tokens.push(Lexeme::DoubleQuoted(text.get(at + 1..end)?));
                at = end + 1;
            }
            byte if byte.is_ascii_alphanumeric() || *byte == b'_' => {
                let end = bytes[at..].iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
                let end = end.map_or(bytes.len(), |length| at + length);
                tokens.push(Lexeme::Word(text.get(at..end)?));
                at = end;
            }
            byte => {
                tokens.push(Lexeme::Sign(char::from(*byte)));
                at += 1;
            }
        }
    }
    Some(tokens)
}

struct Reader<'g> {
    grammar: &'g mut Grammar,
    tokens: &'g [Lexeme],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<Lexeme> {
        self.tokens.get(self.at).copied()
    }

    fn sign(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(Lexeme::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Option<&'static str> {
        match self.peek() {
            Some(Lexeme::Word(word)) => {
                self.at += 1;
                Some(word)
            }
            _ => None,
        }
    }

    fn add(&mut self, op: Op) -> OpId {
        self.grammar.ops.push(op);
        self.grammar.ops.len() - 1
    }

    fn choice(&mut self) -> Option<OpId> {
        let mut alts = vec![self.alt()?];
        while self.sign('|') {
            alts.push(self.alt()?);
        }
        let start = self.grammar.alts.len();
        self.grammar.alts.append(&mut alts);
        let end = self.grammar.alts.len();
        Some(self.add(Op::Choice(start, end)))
    }

    fn alt(&mut self) -> Option<Alt> {
        let mut alt = Alt::default();
        loop {
            match self.peek() {
                None | Some(Lexeme::Sign('|' | ')' | ']')) => break,
                Some(Lexeme::Sign('{')) => {
                    self.at += 1;
                    alt.action = Some(self.action()?);
                    break;
                }
                _ => {}
            }
            let mut name = None;
            if let (Some(Lexeme::Word(word)), Some(Lexeme::Sign('='))) = (self.peek(), self.tokens.get(self.at + 1)) {
                name = word.chars().next();
                self.at += 2;
            }
            // CPython's generator guards an alternative only where the `invalid_` rule is all of it.
            let is_invalid = matches!(self.peek(), Some(Lexeme::Word(word)) if word.starts_with("invalid_"));
            let item = self.item()?;
            alt.items.push((item, name));
            alt.guarded = is_invalid && alt.items.len() == 1;
        }
        (!alt.items.is_empty()).then_some(alt)
    }

    fn item(&mut self) -> Option<OpId> {
        match self.peek()? {
            Lexeme::Sign('~') => {
                self.at += 1;
                return Some(self.add(Op::Cut));
            }
            Lexeme::Sign(sign @ ('&' | '!')) => {
                self.at += 1;
                if sign == '&' && self.sign('&') {
                    let Lexeme::Quoted(text) = self.peek()? else { return None };
                    self.at += 1;
                    return Some(self.add(Op::Forced(token_kind(text)?, text)));
                }
                let item = self.item()?;
                return Some(self.add(Op::Look { positive: sign == '&', item }));
            }
            _ => {}
        }
        let mut op = self.atom()?;
        if self.sign('.') {
            let item = self.atom()?;
            if !self.sign('+') {
                return None;
            }
            return Some(self.add(Op::Gather { separator: op, item }));
        }
        loop {
            op = if self.sign('?') {
                self.add(Op::Optional(op))
            } else if self.sign('*') {
                self.add(Op::Star(op))
            } else if self.sign('+') {
                self.add(Op::Plus(op))
            } else {
                return Some(op);
            };
        }
    }

    fn atom(&mut self) -> Option<OpId> {
        let lexeme = self.peek()?;
        self.at += 1;
        let op = match lexeme {
            Lexeme::Quoted(text) => Op::Token(token_kind(text)?),
            Lexeme::DoubleQuoted("!") => Op::Token(TokenKind::Exclamation),
            Lexeme::DoubleQuoted(text) => Op::Soft(text),
            Lexeme::Word("SOFT_KEYWORD") => Op::AnySoft,
            Lexeme::Word(word) => match named_token(word) {
                Some(kind) => Op::Token(kind),
                None => Op::Rule(*self.grammar.names.get(word)?),
            },
            Lexeme::Sign('(') => {
                let op = self.choice()?;
                return self.sign(')').then_some(op);
            }
            Lexeme::Sign('[') => {
                let op = self.choice()?;
                if !self.sign(']') {
                    return None;
                }
                Op::Optional(op)
            }
            Lexeme::Sign(_) => return None,
        };
        Some(self.add(op))
    }

    fn action(&mut self) -> Option<Action> {
        let mut version = None;
        if let (Some(Lexeme::Word(word)), Some(Lexeme::DoubleQuoted(text))) =
            (self.peek(), self.tokens.get(self.at + 1).copied())
            && let Some(minor) = word.strip_prefix('v').and_then(|minor| minor.parse().ok())
        {
            version = Some((minor, text));
            self.at += 2;
        }
        let what = if self.sign('=') {
            What::Pass(*self.refs().first()?)
        } else if self.sign('#') {
            let function = self.word()?;
            let refs = self.refs();
            What::Call(function, refs, self.text().unwrap_or_default())
        } else if self.sign('!') {
            let place = self.word()?;
            let refs = self.refs();
            What::Raise(place, refs, self.text()?.replace("\\\"", "\""))
        } else {
            let kind = self.word()?;
            What::Node(kind, self.refs())
        };
        self.sign('}').then_some(Action { version, what })
    }

    fn refs(&mut self) -> Vec<Ref> {
        let mut refs = Vec::new();
        while let Some(name) = self.word().and_then(|word| word.chars().next()) {
            let part = if self.sign('<') {
                Part::First
            } else if self.sign('>') {
                if self.sign('>') { Part::LastOfLast } else { Part::Last }
            } else {
                Part::Whole
            };
            refs.push(Ref { name, part });
        }
        refs
    }

    fn text(&mut self) -> Option<&'static str> {
        match self.peek() {
            Some(Lexeme::DoubleQuoted(text)) => {
                self.at += 1;
                Some(text)
            }
            _ => None,
        }
    }
}

fn token_kind(text: &str) -> Option<TokenKind> {
    let keyword = KEYWORDS.iter().find(|(word, _)| *word == text).map(|(_, kind)| *kind);
    keyword.or_else(|| TokenKind::of_operator(text.as_bytes()))
}

fn named_token(word: &str) -> Option<TokenKind> {
    Some(match word {
        "NAME" => TokenKind::Name,
        "NUMBER" => TokenKind::Number,
        "STRING" => TokenKind::String,
        "NEWLINE" => TokenKind::Newline,
        "INDENT" => TokenKind::Indent,
        "DEDENT" => TokenKind::Dedent,
        "ENDMARKER" => TokenKind::EndMarker,
        "TYPE_COMMENT" => TokenKind::TypeComment,
        "FSTRING_START" => TokenKind::FStringStart,
        "FSTRING_MIDDLE" => TokenKind::FStringMiddle,
        "FSTRING_END" => TokenKind::FStringEnd,
        "TSTRING_START" => TokenKind::TStringStart,
        "TSTRING_MIDDLE" => TokenKind::TStringMiddle,
        "TSTRING_END" => TokenKind::TStringEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::rules::RULES;
    use super::*;

    #[test]
    fn the_rules_are_well_formed() {
        let grammar = compile(RULES).expect("well formed");
        for start in ["file", "interactive", "eval", "func_type"] {
            assert!(grammar.names.contains_key(start));
        }
        assert!(grammar.rules.len() > 200, "{}", grammar.rules.len());
        assert!(grammar.alts.iter().filter(|alt| alt.guarded).count() > 50);
    }

    #[test]
    fn bad_rules_are_refused() {
        for text in ["a: ", "a: b", "a: (NAME", "a: NAME {!at}", "a: 'nosuch'"] {
            assert!(compile(text).is_none(), "{text}");
        }
    }
}
