//! Runs the rules over the tokens: a parser of parsing expressions with its own stack.
//!
//! Invariants: no native recursion; the frames are bounded by [`MAX_FRAMES`]; tokens are read only when a rule looks
//! at them, because errors are placed at the last token read.

use std::collections::HashMap;

use super::compile::{Grammar, Op, OpId};
use super::node::{NIL, Node, NodeId, Place};
use crate::error::{ErrorKind, SyntaxError};
use crate::lexer::{Lexer, LexerOptions};
use crate::source::Source;
use crate::token::{Token, TokenKind};
use crate::{Mode, ParseOptions};

const MAX_FRAMES: usize = 150_000;

/// The pass stopped: the report is in [`Machine::error`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop;

#[derive(Clone, Copy, Debug)]
enum Frame {
    Rule { rule: usize, mark: usize, invalid: bool },
    Choice { op: OpId, alt: usize, item: usize, mark: usize, base: usize, cut: bool },
    Optional { mark: usize },
    Loop { separator: Option<OpId>, item: OpId, mark: usize, start: usize, base: usize, least: usize, separating: bool },
    Look { positive: bool, mark: usize },
}

enum Step {
    Eval(OpId),
    Return(Option<NodeId>),
}

/// One error pass over one source.
pub(super) struct Machine<'s> {
    pub grammar: &'s Grammar,
    pub source: &'s Source,
    pub options: &'s ParseOptions,
    pub mode: Mode,
    pub lexer: Lexer<'s>,
    pub tokens: Vec<Token>,
    pub mark: usize,
    pub nodes: Vec<Node>,
    pub error: Option<SyntaxError>,
    pub invalid_rules: bool,
    pub barry_as_flufl: bool,
    pub last_statement: (u32, u32),
    started: bool,
    values: Vec<NodeId>,
    frames: Vec<Frame>,
    memo: HashMap<(usize, usize), (Option<NodeId>, usize), foldhash::fast::RandomState>,
    /// The node of each token that was matched, or `NIL`: most are matched again and again.
    token_nodes: Vec<NodeId>,
}

impl<'s> Machine<'s> {
    pub fn new(grammar: &'s Grammar, source: &'s Source, mode: Mode, options: &'s ParseOptions) -> Machine<'s> {
        let lexer_options = LexerOptions { type_comments: options.type_comments, extra_tokens: false };
        let nothing = Node { kind: "Nothing", token: 0, place: Place::default(), children: Vec::new(), flag: false };
        let mut lexer = Lexer::new(source, lexer_options);
        lexer.barry_as_flufl = options.barry_as_flufl;
        Machine {
            grammar,
            source,
            options,
            mode,
            lexer,
            tokens: Vec::new(),
            mark: 0,
            nodes: vec![nothing],
            error: None,
            invalid_rules: false,
            barry_as_flufl: options.barry_as_flufl,
            last_statement: (0, 0),
            started: false,
            values: Vec::new(),
            frames: Vec::new(),
            memo: HashMap::default(),
            token_nodes: Vec::new(),
        }
    }

    /// Tries the rule `name` from the first token on.
    pub fn run(&mut self, name: &str) -> Result<bool, Stop> {
        self.mark = 0;
        self.memo.clear();
        self.values.clear();
        self.frames.clear();
        let Some(rule) = self.grammar.names.get(name).copied() else { return Ok(false) };
        let mut step = self.enter_rule(rule)?;
        loop {
            if self.frames.len() > MAX_FRAMES {
                let msg = "Parser stack overflowed - Python source too complex to parse";
                self.error = Some(SyntaxError::bare(ErrorKind::MemoryError, msg));
                return Err(Stop);
            }
            step = match step {
                Step::Eval(op) => self.eval(op)?,
                Step::Return(result) => match self.frames.pop() {
                    Some(frame) => self.resume(frame, result)?,
                    None => return Ok(result.is_some()),
                },
            };
        }
    }

    fn eval(&mut self, op: OpId) -> Result<Step, Stop> {
        let mark = self.mark;
        Ok(match self.grammar.ops[op] {
            Op::Token(kind) => Step::Return(self.token(kind)?),
            Op::Soft(word) => {
                let index = self.mark;
                let token = self.peek()?;
                let found = token.kind == TokenKind::Name && self.text(index) == word.as_bytes();
                Step::Return(if found { self.token(TokenKind::Name)? } else { None })
            }
            Op::AnySoft => {
                let index = self.mark;
                let token = self.peek()?;
                let found =
                    token.kind == TokenKind::Name && matches!(self.text(index), b"_" | b"case" | b"match" | b"type");
                Step::Return(if found { self.token(TokenKind::Name)? } else { None })
            }
            Op::Rule(rule) => self.enter_rule(rule)?,
            Op::Choice(..) => {
                let base = self.values.len();
                self.next_alt(op, None, mark, base)
            }
            Op::Optional(item) => {
                self.frames.push(Frame::Optional { mark });
                Step::Eval(item)
            }
            Op::Star(item) => self.enter_loop(None, item, 0),
            Op::Plus(item) => self.enter_loop(None, item, 1),
            Op::Gather { separator, item } => self.enter_loop(Some(separator), item, 1),
            Op::Look { positive, item } => {
                self.frames.push(Frame::Look { positive, mark });
                Step::Eval(item)
            }
            Op::Forced(kind, text) => match self.token(kind)? {
                Some(node) => Step::Return(Some(node)),
                None => {
                    let place = self.token_place(self.mark);
                    return Err(self.raise(ErrorKind::SyntaxError, place, format!("expected '{text}'")));
                }
            },
            Op::Cut => {
                if let Some(Frame::Choice { cut, .. }) = self.frames.last_mut() {
                    *cut = true;
                }
                Step::Return(Some(NIL))
            }
        })
    }

    fn enter_rule(&mut self, rule: usize) -> Result<Step, Stop> {
        self.peek()?;
        let mark = self.mark;
        let info = &self.grammar.rules[rule];
        if info.memo
            && let Some((result, end)) = self.memo.get(&(mark, rule))
        {
            self.mark = *end;
            return Ok(Step::Return(*result));
        }
        self.frames.push(Frame::Rule { rule, mark, invalid: self.invalid_rules });
        if info.without_invalid {
            self.invalid_rules = false;
        }
        Ok(Step::Eval(info.body))
    }

    fn enter_loop(&mut self, separator: Option<OpId>, item: OpId, least: usize) -> Step {
        let mark = self.mark;
        let base = self.values.len();
        self.frames.push(Frame::Loop { separator, item, mark, start: mark, base, least, separating: false });
        Step::Eval(item)
    }

    /// Begins the alternative behind `after` (or the first) that may be tried.
    fn next_alt(&mut self, op: OpId, after: Option<usize>, mark: usize, base: usize) -> Step {
        self.mark = mark;
        self.values.truncate(base);
        let Op::Choice(start, end) = self.grammar.ops[op] else { return Step::Return(None) };
        let mut alt = after.map_or(start, |alt| alt + 1);
        while alt < end && self.grammar.alts[alt].guarded && !self.invalid_rules {
            alt += 1;
        }
        if alt >= end {
            return Step::Return(None);
        }
        self.frames.push(Frame::Choice { op, alt, item: 0, mark, base, cut: false });
        Step::Eval(self.grammar.alts[alt].items[0].0)
    }

    fn resume(&mut self, frame: Frame, result: Option<NodeId>) -> Result<Step, Stop> {
        Ok(match frame {
            Frame::Rule { rule, mark, invalid } => {
                self.invalid_rules = invalid;
                if self.grammar.rules[rule].memo {
                    self.memo.insert((mark, rule), (result, self.mark));
                }
                Step::Return(result)
            }
            Frame::Choice { op, alt, item, mark, base, cut } => match result {
                Some(value) => {
                    self.values.push(value);
                    let items = &self.grammar.alts[alt].items;
                    if let Some((next, _)) = items.get(item + 1) {
                        let next = *next;
                        self.frames.push(Frame::Choice { op, alt, item: item + 1, mark, base, cut });
                        Step::Eval(next)
                    } else {
                        let values: Vec<NodeId> = self.values.drain(base..).collect();
                        Step::Return(self.finish(alt, &values, mark)?)
                    }
                }
                None if cut => {
                    self.mark = mark;
                    self.values.truncate(base);
                    Step::Return(None)
                }
                None => self.next_alt(op, Some(alt), mark, base),
            },
            Frame::Optional { mark } => {
                if result.is_none() {
                    self.mark = mark;
                }
                Step::Return(Some(result.unwrap_or(NIL)))
            }
            Frame::Look { positive, mark } => {
                self.mark = mark;
                Step::Return((result.is_some() == positive).then_some(NIL))
            }
            Frame::Loop { separator, item, mark, start, base, least, separating } => {
                self.resume_loop((separator, item, mark, start, base, least, separating), result)
            }
        })
    }

    #[allow(clippy::type_complexity)]
    fn resume_loop(
        &mut self,
        frame: (Option<OpId>, OpId, usize, usize, usize, usize, bool),
        result: Option<NodeId>,
    ) -> Step {
        let (separator, item, mark, start, base, least, separating) = frame;
        match result {
            Some(_) if separating => {
                self.frames.push(Frame::Loop { separator, item, mark, start, base, least, separating: false });
                Step::Eval(item)
            }
            Some(value) => {
                self.values.push(value);
                let mark = self.mark;
                let separating = separator.is_some();
                self.frames.push(Frame::Loop { separator, item, mark, start, base, least, separating });
                Step::Eval(separator.unwrap_or(item))
            }
            None => {
                self.mark = mark;
                let items: Vec<NodeId> = self.values.drain(base..).collect();
                if items.len() < least {
                    return Step::Return(None);
                }
                let place = self.place_from(start);
                Step::Return(Some(self.node("Seq", start, place, items)))
            }
        }
    }

    /// Makes a node.
    pub fn node(&mut self, kind: &'static str, token: usize, place: Place, children: Vec<NodeId>) -> NodeId {
        self.nodes.push(Node { kind, token: token as u32, place, children, flag: false });
        (self.nodes.len() - 1) as NodeId
    }

    /// The token at `mark`, read if it was not yet.
    pub fn peek(&mut self) -> Result<&Token, Stop> {
        if self.mark >= self.tokens.len() {
            self.fill()?;
        }
        let last = self.tokens.len() - 1;
        Ok(&self.tokens[self.mark.min(last)])
    }

    fn token(&mut self, kind: TokenKind) -> Result<Option<NodeId>, Stop> {
        if self.peek()?.kind != kind {
            return Ok(None);
        }
        let index = self.mark;
        if kind == TokenKind::Number {
            self.check_number(index)?;
        }
        self.mark += 1;
        self.token_nodes.resize(self.tokens.len().max(self.token_nodes.len()), NIL);
        match self.token_nodes.get(index) {
            Some(known) if *known != NIL => Ok(Some(*known)),
            _ => {
                let place = self.token_place(index);
                let node = self.node("Token", index, place, Vec::new());
                if let Some(known) = self.token_nodes.get_mut(index) {
                    *known = node;
                }
                Ok(Some(node))
            }
        }
    }

    pub fn text(&self, index: usize) -> &'s [u8] {
        self.tokens.get(index).map_or(&[], |token| self.lexer.text_of(token))
    }

    /// Reads one more token.
    fn fill(&mut self) -> Result<(), Stop> {
        let mut token = self.lexer.next_token();
        while token.kind == TokenKind::TypeIgnore {
            token = self.lexer.next_token();
        }
        if self.mode == Mode::Single && token.kind == TokenKind::EndMarker && self.started {
            token.kind = TokenKind::Newline;
            self.started = false;
            if !self.options.dont_imply_dedent {
                self.lexer.imply_dedents();
            }
        } else {
            self.started = true;
        }
        let failed = token.kind == TokenKind::ErrorToken;
        self.tokens.push(token);
        if failed { Err(self.tokenizer_error()) } else { Ok(()) }
    }

    pub fn token_place(&self, index: usize) -> Place {
        let Some(token) = self.tokens.get(index) else { return Place::default() };
        Place {
            lineno: token.lineno as i32,
            col_offset: token.col_offset,
            end_lineno: token.end_lineno as i32,
            end_col_offset: token.end_col_offset,
        }
    }

    /// From the token at index `start` to the last token before `mark` that is not layout.
    pub fn place_from(&self, start: usize) -> Place {
        let first = self.token_place(start);
        let last = self.tokens[..self.mark.min(self.tokens.len())].iter().rposition(|token| !token.kind.is_layout());
        match last {
            Some(last) => {
                let last = self.token_place(last);
                Place { end_lineno: last.end_lineno, end_col_offset: last.end_col_offset, ..first }
            }
            None => first,
        }
    }
}
