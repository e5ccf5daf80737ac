//! Tokens: kinds with CPython's numbers (`token.py`), keywords as kinds of their own behind them, and positions.

/// What a token is. Up to [`TokenKind::Encoding`] the discriminants are those of CPython's `token` module; the kinds
/// behind it are the keywords, which CPython's tokenizer calls NAME.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    EndMarker = 0,
    Name,
    Number,
    String,
    Newline,
    Indent,
    Dedent,
    LPar,
    RPar,
    LSqb,
    RSqb,
    Colon,
    Comma,
    Semi,
    Plus,
    Minus,
    Star,
    Slash,
    VBar,
    Amper,
    Less,
    Greater,
    Equal,
    Dot,
    Percent,
    LBrace,
    RBrace,
    EqEqual,
    NotEqual,
    LessEqual,
    GreaterEqual,
    Tilde,
    Circumflex,
    LeftShift,
    RightShift,
    DoubleStar,
    PlusEqual,
    MinEqual,
    StarEqual,
    SlashEqual,
    PercentEqual,
    AmperEqual,
    VBarEqual,
    CircumflexEqual,
    LeftShiftEqual,
    RightShiftEqual,
    DoubleStarEqual,
    DoubleSlash,
    DoubleSlashEqual,
    At,
    AtEqual,
    RArrow,
    Ellipsis,
    ColonEqual,
    Exclamation,
    Op,
    TypeIgnore,
    TypeComment,
    SoftKeyword,
    FStringStart,
    FStringMiddle,
    FStringEnd,
    TStringStart,
    TStringMiddle,
    TStringEnd,
    Comment,
    Nl,
    ErrorToken,
    Encoding,
    False,
    None,
    True,
    And,
    As,
    Assert,
    Async,
    Await,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Else,
    Except,
    Finally,
    For,
    From,
    Global,
    If,
    Import,
    In,
    Is,
    Lambda,
    Nonlocal,
    Not,
    Or,
    Pass,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
}

use TokenKind as K;

/// Every operator with its spelling, longest first among those with a common start.
pub(crate) const OPERATORS: [(&str, TokenKind); 49] = [
    ("**=", K::DoubleStarEqual),
    ("//=", K::DoubleSlashEqual),
    ("<<=", K::LeftShiftEqual),
    (">>=", K::RightShiftEqual),
    ("...", K::Ellipsis),
    ("!=", K::NotEqual),
    ("%=", K::PercentEqual),
    ("&=", K::AmperEqual),
    ("**", K::DoubleStar),
    ("*=", K::StarEqual),
    ("+=", K::PlusEqual),
    ("-=", K::MinEqual),
    ("->", K::RArrow),
    ("//", K::DoubleSlash),
    ("/=", K::SlashEqual),
    (":=", K::ColonEqual),
    ("<<", K::LeftShift),
    ("<=", K::LessEqual),
    ("<>", K::NotEqual),
    ("==", K::EqEqual),
    (">=", K::GreaterEqual),
    (">>", K::RightShift),
    ("@=", K::AtEqual),
    ("^=", K::CircumflexEqual),
    ("|=", K::VBarEqual),
    ("!", K::Exclamation),
    ("%", K::Percent),
    ("&", K::Amper),
    ("(", K::LPar),
    (")", K::RPar),
    ("*", K::Star),
    ("+", K::Plus),
    (",", K::Comma),
    ("-", K::Minus),
    (".", K::Dot),
    ("/", K::Slash),
    (":", K::Colon),
    (";", K::Semi),
    ("<", K::Less),
    ("=", K::Equal),
    (">", K::Greater),
    ("@", K::At),
    ("[", K::LSqb),
    ("]", K::RSqb),
    ("^", K::Circumflex),
    ("{", K::LBrace),
    ("|", K::VBar),
    ("}", K::RBrace),
    ("~", K::Tilde),
];

/// The hard keywords.
pub(crate) const KEYWORDS: [(&str, TokenKind); 35] = [
    ("False", K::False),
    ("None", K::None),
    ("True", K::True),
    ("and", K::And),
    ("as", K::As),
    ("assert", K::Assert),
    ("async", K::Async),
    ("await", K::Await),
    ("break", K::Break),
    ("class", K::Class),
    ("continue", K::Continue),
    ("def", K::Def),
    ("del", K::Del),
    ("elif", K::Elif),
    ("else", K::Else),
    ("except", K::Except),
    ("finally", K::Finally),
    ("for", K::For),
    ("from", K::From),
    ("global", K::Global),
    ("if", K::If),
    ("import", K::Import),
    ("in", K::In),
    ("is", K::Is),
    ("lambda", K::Lambda),
    ("nonlocal", K::Nonlocal),
    ("not", K::Not),
    ("or", K::Or),
    ("pass", K::Pass),
    ("raise", K::Raise),
    ("return", K::Return),
    ("try", K::Try),
    ("while", K::While),
    ("with", K::With),
    ("yield", K::Yield),
];

impl TokenKind {
    /// The kind of the name `text`: a keyword or [`TokenKind::Name`].
    pub(crate) fn of_name(text: &[u8]) -> TokenKind {
        if !(2..=8).contains(&text.len()) {
            return K::Name;
        }
        match KEYWORDS.binary_search_by(|(word, _)| word.as_bytes().cmp(text)) {
            Ok(at) => KEYWORDS[at].1,
            Err(_) => K::Name,
        }
    }

    /// The kind of the operator spelled `text`.
    pub(crate) fn of_operator(text: &[u8]) -> Option<TokenKind> {
        OPERATORS.iter().find(|(spelling, _)| spelling.as_bytes() == text).map(|(_, kind)| *kind)
    }

    /// The number of this kind in CPython's `token` module; keywords are NAME.
    pub fn number(self) -> u8 {
        if self.is_keyword() { K::Name as u8 } else { self as u8 }
    }

    pub(crate) fn is_keyword(self) -> bool {
        self as u8 > K::Encoding as u8
    }

    /// NEWLINE, INDENT, DEDENT and ENDMARKER: tokens at which no node ends.
    pub(crate) fn is_layout(self) -> bool {
        matches!(self, K::EndMarker | K::Newline | K::Indent | K::Dedent)
    }

    /// The kinds whose first line differs from the line they end in.
    pub(crate) fn is_string_part(self) -> bool {
        matches!(
            self,
            K::String
                | K::FStringStart
                | K::FStringMiddle
                | K::FStringEnd
                | K::TStringStart
                | K::TStringMiddle
                | K::TStringEnd
        )
    }
}

/// A token of the source text: offsets of its text, lines from 1, columns in bytes (-1 where it has no text).
#[derive(Clone, Debug)]
pub struct Token {
    pub kind: TokenKind,
    /// How many brackets are open behind the token.
    pub level: u16,
    pub start: u32,
    pub end: u32,
    pub lineno: u32,
    pub col_offset: i32,
    pub end_lineno: u32,
    pub end_col_offset: i32,
    /// The text of the replacement field this token ends (in t-strings, and behind `=` in f-strings).
    pub metadata: Option<Box<str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted_for_the_search() {
        assert!(KEYWORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(TokenKind::of_name(b"lambda"), K::Lambda);
        assert_eq!(TokenKind::of_name(b"lambdas"), K::Name);
    }

    #[test]
    fn numbers_are_those_of_cpython() {
        assert_eq!(K::Encoding as u8, 68);
        assert_eq!(K::Exclamation.number(), 54);
        assert_eq!(K::Yield.number(), 1);
    }
}
