//! Source to tokens to AST; knows nothing of code objects or run time.
#![forbid(unsafe_code)]

pub mod ast;
mod error;
mod grammar;
mod lexer;
mod literal;
mod parser;
mod source;
mod token;
mod tokenize;
mod unparse;

use ast::{Arena, Names, Tree, TypeIgnore};
use lexer::{Lexer, LexerOptions};
use source::Reading;

pub use error::{Details, ErrorKind, ErrorLocation, SyntaxError, SyntaxWarning, WarningCategory};
pub use source::Decoder;
pub use token::{Token, TokenKind};
pub use tokenize::{Step, TokenInfo, Tokenizer};
pub use unparse::{TooDeep, unparse_expr};

/// What the source is, as in `compile()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    Exec,
    Eval,
    Single,
    FuncType,
}

/// How to parse.
#[derive(Clone, Debug)]
pub struct ParseOptions {
    /// The minor version of Python 3 whose grammar is accepted.
    pub feature_version: u8,
    /// Keep type comments (`PyCF_TYPE_COMMENTS`).
    pub type_comments: bool,
    /// The source is UTF-8 whatever it says (`PyCF_IGNORE_COOKIE`): it came from a `str`.
    pub ignore_cookie: bool,
    /// `PyCF_DONT_IMPLY_DEDENT`.
    pub dont_imply_dedent: bool,
    /// Report source that only stops too early as [`ErrorKind::IncompleteInput`] (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete_input: bool,
    /// `<>` instead of `!=` (PEP 401).
    pub barry_as_flufl: bool,
    /// Most digits of a decimal integer (`sys.get_int_max_str_digits()`); 0 for any number.
    pub int_max_str_digits: usize,
    /// The name of the file that the source is read from as a program; `None` for sources given as data.
    pub file_name: Option<String>,
    /// The lowest address the native stack may reach, where the caller knows it; 0 for no check. Without it the
    /// parser needs at most 1 MB (optimised; 2 MB in a debug build).
    pub stack_limit: usize,
}

impl Default for ParseOptions {
    fn default() -> ParseOptions {
        ParseOptions {
            feature_version: 14,
            type_comments: false,
            ignore_cookie: false,
            dont_imply_dedent: false,
            allow_incomplete_input: false,
            barry_as_flufl: false,
            int_max_str_digits: 4300,
            file_name: None,
            stack_limit: 0,
        }
    }
}

/// A parsed source.
#[derive(Debug)]
pub struct Parsed<'a> {
    pub tree: Tree<'a>,
    pub warnings: Vec<SyntaxWarning>,
    /// The encoding that a cookie or byte order mark declares.
    pub encoding: Option<String>,
}

/// Parses `source` to a tree in `arena`.
///
/// `decoder` decodes encodings other than UTF-8, Latin-1 and ASCII.
///
/// # Errors
/// The error CPython reports for that source.
pub fn parse<'a>(
    arena: &'a Arena,
    source: &[u8],
    mode: Mode,
    options: &ParseOptions,
    decoder: Option<&mut Decoder<'_>>,
) -> Result<Parsed<'a>, SyntaxError> {
    parse_with_warnings(arena, source, mode, options, decoder, None).map_err(|(error, _)| error)
}

/// Gives another form than NFKC to an identifier that is not ASCII, or leaves it to that.
pub type Normalizer<'a> = dyn FnMut(&str) -> Option<String> + 'a;

/// As [`parse`]; with an error come the warnings about what stands before it. `normalizer` may take the place of NFKC.
///
/// # Errors
/// As [`parse`].
pub fn parse_with_warnings<'a>(
    arena: &'a Arena,
    source: &[u8],
    mode: Mode,
    options: &ParseOptions,
    decoder: Option<&mut Decoder<'_>>,
    normalizer: Option<&mut Normalizer<'_>>,
) -> Result<Parsed<'a>, (SyntaxError, Vec<SyntaxWarning>)> {
    let plain = |error| (error, Vec::new());
    let source = source::read(source, reading(mode, options, decoder)).map_err(plain)?;
    let mut lexer = Lexer::new(&source, LexerOptions { type_comments: options.type_comments, extra_tokens: false });
    let mut names = Names::new(arena, source.text.len());
    let (tokens, type_ignores) = all_tokens(arena, &mut lexer, &mut names, mode, options, normalizer);
    let mut parser = parser::Parser::new(&source.text, &tokens, &mut names, &lexer.fields, options);
    let parsed = parser.parse(mode, arena.alloc_slice_fill_iter(type_ignores));
    if let Some(constant) = parser.constant_name() {
        let message = format!("identifier field can't represent '{constant}' constant");
        return Err(plain(SyntaxError::bare(ErrorKind::ValueError, message)));
    }
    let mut warnings = std::mem::take(&mut lexer.warnings);
    warnings.append(&mut parser.warnings);
    warnings.sort_by_key(|warning| warning.read_to);
    match parsed {
        Ok(module) => {
            if let (Mode::Single, Some(token)) = (mode, parser.last_token())
                && has_more_code(source.text.get(token.end as usize..).unwrap_or_default())
            {
                return Err((grammar::multiple_statements(&source, token), warnings));
            }
            let notable = std::mem::take(&mut parser.notable_stmts);
            Ok(Parsed {
                tree: Tree { module: arena.alloc(module), names, notable },
                warnings,
                encoding: source.encoding,
            })
        }
        Err(parser::Failure::TooDeep) => Err(plain(SyntaxError::bare(
            ErrorKind::MemoryError,
            "Parser stack overflowed - Python source too complex to parse",
        ))),
        Err(parser::Failure::Invalid) => {
            let (error, read_to) = grammar::diagnose(&source, mode, options);
            if let Some(read_to) = read_to {
                warnings.retain(|warning| warning.read_to as usize <= read_to);
            }
            Err((error, warnings))
        }
    }
}

fn reading<'a, 'd>(mode: Mode, options: &'a ParseOptions, decoder: Option<&'a mut Decoder<'d>>) -> Reading<'a, 'd> {
    Reading {
        ignore_cookie: options.ignore_cookie,
        final_newline: mode == Mode::Exec,
        preserve_crlf: false,
        file_name: options.file_name.as_deref(),
        decoder,
    }
}

/// The UTF-8 text that the lexer reads of a source, and the encoding declared; `None` where it cannot be decoded.
pub fn text_of_source(
    source: &[u8],
    mode: Mode,
    options: &ParseOptions,
    decoder: Option<&mut Decoder<'_>>,
) -> Option<(Vec<u8>, Option<String>)> {
    let source = source::read(source, reading(mode, options, decoder)).ok()?;
    Some((source.text, source.encoding))
}

/// The encoding that a comment in the first two lines of a source declares (PEP 263).
pub fn declared_encoding(source: &[u8]) -> Option<String> {
    source::declared_encoding(source).map(|(name, _)| name)
}

/// Whether anything but white space and comments is left behind a single statement.
fn has_more_code(rest: &[u8]) -> bool {
    rest.split(|byte| *byte == b'\n').any(|line| {
        let code = line.iter().find(|byte| !matches!(byte, b' ' | b'\t' | 0x0C));
        code.is_some_and(|byte| *byte != b'#')
    })
}

/// Reads every token, up to the end of the source or an error.
fn all_tokens<'a>(
    arena: &'a Arena,
    lexer: &mut Lexer<'_>,
    names: &mut Names<'a>,
    mode: Mode,
    options: &ParseOptions,
    mut normalizer: Option<&mut Normalizer<'_>>,
) -> (Vec<Token>, Vec<Option<TypeIgnore<'a>>>) {
    // Most sources have fewer tokens than that.
    let (mut tokens, mut type_ignores) = (Vec::with_capacity(lexer.text_len() / 5 + 16), Vec::new());
    let mut started = false;
    let plain = mode != Mode::Single && !options.type_comments;
    loop {
        if plain {
            lexer.plain_tokens(names, &mut tokens);
        }
        let mut token = lexer.next_token();
        if token.kind == TokenKind::Name {
            token.number = names.number_of_spelling(lexer.text_of(&token), normalizer.as_deref_mut());
        }
        if token.kind == TokenKind::TypeIgnore {
            let tag = &*arena.alloc_slice_copy(lexer.text_of(&token));
            type_ignores.push(Some(TypeIgnore { lineno: token.lineno, tag: tag.into() }));
            continue;
        }
        if token.kind == TokenKind::EndMarker && mode == Mode::Single && started {
            token.kind = TokenKind::Newline;
            started = false;
            if !options.dont_imply_dedent {
                lexer.imply_dedents();
            }
        } else {
            started = true;
        }
        // Interactive input goes on after the first end; at the second nothing more can come.
        let last = token.kind == TokenKind::ErrorToken
            || token.kind == TokenKind::EndMarker
            || (mode == Mode::Single && tokens.len() > 1 && ends_input(&tokens, &token));
        tokens.push(token);
        if last {
            return (tokens, type_ignores);
        }
    }
}

/// Whether `token` repeats a line end that the end of the input made.
fn ends_input(tokens: &[Token], token: &Token) -> bool {
    token.kind == TokenKind::Newline
        && tokens.last().is_some_and(|last| last.kind == TokenKind::Newline && last.start == token.start)
}
