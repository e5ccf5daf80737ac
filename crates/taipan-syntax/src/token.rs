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

/// A name with a meaning in some places; its number among the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SoftKeyword {
    Match = KEYWORDS.len() as isize + 1,
    Case,
    Type,
    Underscore,
}

/// The soft keywords; their numbers among the names follow those of the hard ones.
pub(crate) const SOFT_KEYWORDS: [&str; 4] = ["match", "case", "type", "_"];

impl SoftKeyword {
    /// How it is written.
    pub(crate) fn spelling(self) -> &'static str {
        SOFT_KEYWORDS[self as usize - KEYWORDS.len() - 1]
    }
}

/// For each first letter, where its keywords begin and end in [`KEYWORDS`].
const KEYWORDS_OF: [(u8, u8); 128] = {
    let mut places = [(0, 0); 128];
    let mut at = 0;
    while at < KEYWORDS.len() {
        let first = KEYWORDS[at].0.as_bytes()[0] as usize;
        if places[first].1 == 0 {
            places[first].0 = at as u8;
        }
        at += 1;
        places[first].1 = at as u8;
    }
    places
};

impl TokenKind {
    /// The kind of the name `text`: a keyword or [`TokenKind::Name`].
    pub(crate) fn of_name(text: &[u8]) -> TokenKind {
        if !(2..=8).contains(&text.len()) {
            return K::Name;
        }
        let Some(first) = text.first().and_then(|first| KEYWORDS_OF.get(usize::from(*first))) else { return K::Name };
        let candidates = KEYWORDS.get(usize::from(first.0)..usize::from(first.1)).unwrap_or(&[]);
        candidates.iter().find(|(word, _)| word.as_bytes() == text).map_or(K::Name, |(_, kind)| *kind)
    }

    /// The kind of the operator spelled `text`.
    pub(crate) fn of_operator(text: &[u8]) -> Option<TokenKind> {
        match text {
            [c] => K::of_character(*c),
            [first, second] => K::of_two(*first, *second),
            b"**=" => Some(K::DoubleStarEqual),
            b"//=" => Some(K::DoubleSlashEqual),
            b"<<=" => Some(K::LeftShiftEqual),
            b">>=" => Some(K::RightShiftEqual),
            b"..." => Some(K::Ellipsis),
            _ => None,
        }
    }

    fn of_character(c: u8) -> Option<TokenKind> {
        Some(match c {
            b'!' => K::Exclamation,
            b'%' => K::Percent,
            b'&' => K::Amper,
            b'(' => K::LPar,
            b')' => K::RPar,
            b'*' => K::Star,
            b'+' => K::Plus,
            b',' => K::Comma,
            b'-' => K::Minus,
            b'.' => K::Dot,
            b'/' => K::Slash,
            b':' => K::Colon,
            b';' => K::Semi,
            b'<' => K::Less,
            b'=' => K::Equal,
            b'>' => K::Greater,
            b'@' => K::At,
            b'[' => K::LSqb,
            b']' => K::RSqb,
            b'^' => K::Circumflex,
            b'{' => K::LBrace,
            b'|' => K::VBar,
            b'}' => K::RBrace,
            b'~' => K::Tilde,
            _ => return None,
        })
    }

    fn of_two(first: u8, second: u8) -> Option<TokenKind> {
        Some(match (first, second) {
            (b'!', b'=') | (b'<', b'>') => K::NotEqual,
            (b'%', b'=') => K::PercentEqual,
            (b'&', b'=') => K::AmperEqual,
            (b'*', b'*') => K::DoubleStar,
            (b'*', b'=') => K::StarEqual,
            (b'+', b'=') => K::PlusEqual,
            (b'-', b'=') => K::MinEqual,
            (b'-', b'>') => K::RArrow,
            (b'/', b'/') => K::DoubleSlash,
            (b'/', b'=') => K::SlashEqual,
            (b':', b'=') => K::ColonEqual,
            (b'<', b'<') => K::LeftShift,
            (b'<', b'=') => K::LessEqual,
            (b'=', b'=') => K::EqEqual,
            (b'>', b'=') => K::GreaterEqual,
            (b'>', b'>') => K::RightShift,
            (b'@', b'=') => K::AtEqual,
            (b'^', b'=') => K::CircumflexEqual,
            (b'|', b'=') => K::VBarEqual,
            _ => return None,
        })
    }

    /// The number of this kind in CPython's `token` module; keywords are NAME.
    pub fn number(self) -> u8 {
        if self.is_keyword() { K::Name as u8 } else { self as u8 }
    }

    pub(crate) fn is_keyword(self) -> bool {
        self as u8 > K::Encoding as u8
    }

    /// NEWLINE, INDENT, DEDENT and ENDMARKER: tokens at which no node ends.
    #[inline(always)]
    pub(crate) fn is_layout(self) -> bool {
        matches!(self, K::EndMarker | K::Newline | K::Indent | K::Dedent)
    }

    /// The kinds whose first line differs from the line they end in.
    #[inline]
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
#[derive(Clone, Copy, Debug)]
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
    /// The number of a name, or of the text of the replacement field that this token ends (in t-strings, and
    /// behind `=` in f-strings), from 1; 0 where there is none.
    pub(crate) number: u32,
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
