//! The parser of valid source: recursive descent over the tokens, building the tree.
//!
//! Invariants: it knows only that source is not valid, never why: the reports come from [`crate::grammar`]. Native
//! recursion is bounded by [`MAX_DEPTH`], which [`Parser::enter`] counts.

use std::cell::Cell;

use crate::ast::{
    Arena, Arg, AstString, CmpOp, Expr, ExprBox, ExprKind, Identifier, Keyword, Location, Mod, Names, Stmt, StmtKind,
    TypeIgnore,
};
use crate::error::{Details, ErrorLocation, SyntaxWarning, WarningCategory};
use crate::literal::InvalidEscape;
use crate::token::{SoftKeyword, Token, TokenKind};
use crate::{Mode, ParseOptions};

mod argument;
mod atom;
mod block;
mod comprehension;
mod definition;
mod expression;
mod import;
mod operator;
mod parameter;
mod pattern;
mod statement;
mod strings;
mod target;

/// How deep rules may nest before the parser gives up, as CPython does with its "Parser stack overflowed".
pub(crate) const MAX_DEPTH: u32 = 320;

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The source is not valid.
    Invalid,
    /// It nests too deeply.
    TooDeep,
}

pub(crate) type Parsing<T> = Result<T, Failure>;

/// Tokens being parsed.
pub(crate) struct Parser<'s, 'a> {
    text: &'s [u8],
    tokens: &'s [Token],
    options: &'s ParseOptions,
    mode: Mode,
    pos: usize,
    /// The kind of the token at `pos`.
    kind: TokenKind,
    /// The last token taken at which nodes may end.
    end: usize,
    depth: u32,
    barry_as_flufl: bool,
    /// The constant that a name is normalised to, which no name may be.
    constant_name: Cell<Option<&'static str>>,
    arena: &'a Arena,
    names: &'s mut Names<'a>,
    /// The texts of replacement fields, which tokens refer to.
    fields: &'s [Box<str>],
    /// Operators that wait for their right operand.
    pending: Vec<operator::Pending<'a>>,
    /// The nodes of lists under way, those of inner lists on top of those of outer ones.
    exprs: Vec<ExprBox<'a>>,
    stmts: Vec<Stmt<'a>>,
    keywords: Vec<Keyword<'a>>,
    args: Vec<Arg<'a>>,
    cmp_ops: Vec<CmpOp>,
    /// How much of what [`Tree::notable`](crate::ast::Tree) is about was met.
    notable: u32,
    pub(crate) notable_stmts: Option<Vec<usize>>,
    pub(crate) warnings: Vec<SyntaxWarning>,
}

/// A place to come back to: the next token, the end of the last one, and how much there is of other things.
#[derive(Clone, Copy)]
struct Mark {
    pos: usize,
    end: usize,
    depth: u32,
    warnings: usize,
    pending: usize,
    exprs: usize,
    stmts: usize,
    keywords: usize,
    args: usize,
    cmp_ops: usize,
}

impl<'s, 'a> Parser<'s, 'a> {
    /// `tokens` ends in an ENDMARKER or an error token; their numbers are those of `names` and of `fields`.
    pub(crate) fn new(
        text: &'s [u8],
        tokens: &'s [Token],
        names: &'s mut Names<'a>,
        fields: &'s [Box<str>],
        options: &'s ParseOptions,
    ) -> Parser<'s, 'a> {
        let barry_as_flufl = options.barry_as_flufl;
        Parser {
            text,
            tokens,
            options,
            mode: Mode::Exec,
            pos: 0,
            kind: tokens.first().map_or(TokenKind::EndMarker, |token| token.kind),
            end: usize::MAX,
            depth: 0,
            barry_as_flufl,
            constant_name: Cell::new(None),
            arena: names.arena(),
            names,
            fields,
            pending: Vec::new(),
            exprs: Vec::new(),
            stmts: Vec::new(),
            keywords: Vec::new(),
            args: Vec::new(),
            cmp_ops: Vec::new(),
            notable: 0,
            notable_stmts: None,
            warnings: Vec::new(),
        }
    }

    /// Parses everything as `mode` says; `type_ignores` are those the lexer found.
    pub(crate) fn parse(&mut self, mode: Mode, type_ignores: &'a mut [Option<TypeIgnore<'a>>]) -> Parsing<Mod<'a>> {
        self.mode = mode;
        match mode {
            Mode::Exec => {
                let body = self.module_statements()?;
                self.expect(TokenKind::EndMarker)?;
                Ok(Mod::Module { body, type_ignores })
            }
            Mode::Single => Ok(Mod::Interactive { body: self.statement_newline()? }),
            Mode::Eval => {
                let body = self.expressions()?;
                while self.eat(TokenKind::Newline) {}
                self.expect(TokenKind::EndMarker)?;
                Ok(Mod::Expression { body })
            }
            Mode::FuncType => self.func_type(),
        }
    }

    /// The constant that a name met so far is normalised to (`Truᵉ`).
    pub(crate) fn constant_name(&self) -> Option<&'static str> {
        self.constant_name.get()
    }

    /// The last token taken.
    pub(crate) fn last_token(&self) -> Option<&'s Token> {
        self.tokens.get(self.pos.checked_sub(1)?)
    }

    /// The token at an index; the last one is repeated without end.
    #[inline(always)]
    fn token(&self, index: usize) -> &'s Token {
        match self.tokens.get(index) {
            Some(token) => token,
            None => &self.tokens[self.tokens.len() - 1],
        }
    }

    #[inline(always)]
    fn peek(&self) -> &'s Token {
        self.token(self.pos)
    }

    #[inline(always)]
    fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The kind of the token `ahead` tokens behind the next.
    #[inline(always)]
    fn kind_at(&self, ahead: usize) -> TokenKind {
        self.token(self.pos + ahead).kind
    }

    #[inline(always)]
    fn at(&self, kind: TokenKind) -> bool {
        self.kind == kind
    }

    #[inline(always)]
    fn advance(&mut self) -> &'s Token {
        let token = self.peek();
        if !self.kind.is_layout() {
            self.end = self.pos;
        }
        self.pos += 1;
        self.kind = self.peek().kind;
        token
    }

    #[inline]
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.advance();
        }
        found
    }

    #[inline]
    fn expect(&mut self, kind: TokenKind) -> Parsing<&'s Token> {
        if self.at(kind) { Ok(self.advance()) } else { Err(Failure::Invalid) }
    }

    /// Enters a rule that may nest; pairs with [`Parser::leave`] where the rule succeeds.
    fn enter(&mut self) -> Parsing<()> {
        self.depth += 1;
        let here = 0_u8;
        let full = std::ptr::from_ref(&here).addr() < self.options.stack_limit;
        if self.depth > MAX_DEPTH || full { Err(Failure::TooDeep) } else { Ok(()) }
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// A place to come back to.
    fn mark(&self) -> Mark {
        Mark {
            pos: self.pos,
            end: self.end,
            depth: self.depth,
            warnings: self.warnings.len(),
            pending: self.pending.len(),
            exprs: self.exprs.len(),
            stmts: self.stmts.len(),
            keywords: self.keywords.len(),
            args: self.args.len(),
            cmp_ops: self.cmp_ops.len(),
        }
    }

    fn reset(&mut self, mark: Mark) {
        (self.pos, self.end, self.depth) = (mark.pos, mark.end, mark.depth);
        self.kind = self.peek().kind;
        self.warnings.truncate(mark.warnings);
        self.pending.truncate(mark.pending);
        self.exprs.truncate(mark.exprs);
        self.stmts.truncate(mark.stmts);
        self.keywords.truncate(mark.keywords);
        self.args.truncate(mark.args);
        self.cmp_ops.truncate(mark.cmp_ops);
    }

    /// From the token at index `start` to the last token taken.
    #[inline]
    fn location(&self, start: usize) -> Location {
        let first = self.token(start);
        let (end_lineno, end_col_offset) = self.end();
        Location { lineno: first.lineno, col_offset: unsigned(first.col_offset), end_lineno, end_col_offset }
    }

    /// Line and column where the last token ended at which nodes may end.
    #[inline(always)]
    fn end(&self) -> (u32, u32) {
        self.tokens.get(self.end).map_or((1, 0), |token| (token.end_lineno, unsigned(token.end_col_offset)))
    }

    fn text_of(&self, token: &Token) -> &'s [u8] {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    #[inline]
    fn identifier_of(&self, token: &Token) -> Parsing<Identifier<'a>> {
        // The first names are constants.
        if let Some(constant) = ["False", "None", "True"].get((token.number as usize).wrapping_sub(1)) {
            self.constant_name.set(Some(constant));
        }
        self.names.of_number(token.number).ok_or(Failure::Invalid)
    }

    /// The text of the replacement field that ends at `token`.
    fn field_of(&self, token: &Token) -> Option<&'s str> {
        self.fields.get((token.number as usize).checked_sub(1)?).map(|text| &**text)
    }

    #[inline]
    fn name(&mut self) -> Parsing<Identifier<'a>> {
        let token = self.expect(TokenKind::Name)?;
        self.identifier_of(token)
    }

    /// A node of what begins at the token `start` and ends at the last token taken.
    #[inline]
    fn expr(&self, kind: ExprKind<'a>, start: usize) -> ExprBox<'a> {
        let location = self.location(start);
        self.arena.alloc(Expr { kind, location })
    }

    fn stmt(&self, kind: StmtKind<'a>, start: usize) -> Stmt<'a> {
        Stmt { kind, location: self.location(start) }
    }

    /// The expressions collected since there were `base`.
    fn exprs_from(&mut self, base: usize) -> &'a mut [ExprBox<'a>] {
        match self.exprs.len() - base {
            0 => &mut [],
            1 => match self.exprs.pop() {
                Some(only) => self.arena.alloc([only]),
                None => &mut [],
            },
            _ => self.arena.alloc_slice_fill_iter(self.exprs.drain(base..)),
        }
    }

    /// The list of several nodes.
    fn nodes<T>(&self, items: Vec<T>) -> &'a mut [T] {
        if items.is_empty() {
            return &mut [];
        }
        self.arena.alloc_slice_fill_iter(items)
    }

    fn at_soft_keyword(&self, word: SoftKeyword) -> bool {
        let token = self.peek();
        // Another spelling of the word is a name.
        token.kind == TokenKind::Name
            && token.number == word as u32
            && token.end - token.start == word.spelling().len() as u32
    }

    /// Fails for grammar newer than the version asked for.
    fn require(&self, minor: u8) -> Parsing<()> {
        if self.options.feature_version < minor { Err(Failure::Invalid) } else { Ok(()) }
    }

    fn type_comment(&mut self) -> Option<AstString<'a>> {
        self.at(TokenKind::TypeComment).then(|| {
            let token = self.advance();
            AstString::from(&*self.arena.alloc_slice_copy(self.text_of(token)))
        })
    }

    /// Warns about an escape; `token` is the string, or what of an f-string CPython has come to.
    fn warn_escape(&mut self, escape: &InvalidEscape, token: &Token) {
        if token.kind != TokenKind::String && matches!(escape.text.as_str(), "{" | "}") {
            // The lexer has warned.
            return;
        }
        let (msg, error_msg) = escape.messages();
        let category = if self.options.feature_version >= 12 {
            WarningCategory::SyntaxWarning
        } else {
            WarningCategory::DeprecationWarning
        };
        let quotes = leading_quotes(self.text_of(token));
        // A literal is evaluated when all that it is joined with, and the token behind, are read.
        let ahead = self.tokens.get(self.pos..).unwrap_or_default();
        let next = ahead.iter().find(|token| token.kind != TokenKind::String).or(ahead.last());
        let lineno = token.lineno.saturating_add(escape.lines);
        let before = if escape.lines == 0 { unsigned(token.col_offset) as usize + quotes } else { 0 };
        let column = i32::try_from(before + escape.column + 1).unwrap_or(i32::MAX - 2);
        let line = crate::grammar::shown_line(self.text, token.end_lineno, lineno);
        let shown = i32::try_from(lineno).unwrap_or(i32::MAX);
        self.warnings.push(SyntaxWarning {
            category,
            msg,
            error_msg,
            lineno,
            read_to: next.unwrap_or(token).end,
            error_location: ErrorLocation {
                lineno: shown,
                offset: crate::grammar::character_column(line, column),
                end_lineno: shown,
                end_offset: crate::grammar::character_column(line, column + 2),
                text: Some(String::from_utf8_lossy(line).into_owned()),
                prefers_file: self.mode == Mode::Exec,
                details: Details::Full,
                has_filename: true,
            },
        });
    }

    fn func_type(&mut self) -> Parsing<Mod<'a>> {
        self.expect(TokenKind::LPar)?;
        let base = self.exprs.len();
        let mut starred = 0;
        while !self.at(TokenKind::RPar) {
            let rank = match self.kind() {
                TokenKind::Star => 1,
                TokenKind::DoubleStar => 2,
                _ => 0,
            };
            if rank > 0 {
                self.advance();
            }
            if starred > 0 && rank <= starred {
                return Err(Failure::Invalid);
            }
            starred = rank;
            let argtype = self.expression()?;
            self.exprs.push(argtype);
            if !self.at(TokenKind::RPar) {
                self.expect(TokenKind::Comma)?;
                if self.at(TokenKind::RPar) {
                    return Err(Failure::Invalid);
                }
            }
        }
        self.expect(TokenKind::RPar)?;
        self.expect(TokenKind::RArrow)?;
        let argtypes = self.exprs_from(base);
        let returns = self.expression()?;
        while self.eat(TokenKind::Newline) {}
        self.expect(TokenKind::EndMarker)?;
        Ok(Mod::FunctionType { argtypes, returns })
    }
}

/// How many quotes like the first a literal begins with, those of its text and others between them included.
fn leading_quotes(literal: &[u8]) -> usize {
    let run = literal.iter().take_while(|byte| matches!(byte, b'"' | b'\''));
    run.filter(|byte| literal.first() == Some(byte)).count()
}

#[inline(always)]
fn unsigned(column: i32) -> u32 {
    column.max(0) as u32
}
