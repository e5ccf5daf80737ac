//! Comments, which are tokens for some users of the lexer, and type comments (PEP 484).

use super::{Lexer, column};
use crate::token::{Token, TokenKind};

impl Lexer<'_> {
    /// Reads a comment; a token where comments are tokens, else the character behind it.
    pub(super) fn comment(&mut self, start: usize, blank_line: bool) -> Result<Token, Option<u8>> {
        let c = loop {
            let rest = self.rest_of_line();
            self.cur += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            if let c @ (None | Some(b'\n' | b'\r')) = self.nextc() {
                break c;
            }
        };
        if self.options.type_comments
            && let Some(body) = type_comment_body(&self.text[start..self.cur])
        {
            self.backup(c);
            return Ok(self.type_comment(start + body, blank_line));
        }
        if self.options.extra_tokens {
            self.backup(c);
            self.comment_newline = blank_line;
            return Ok(self.token(TokenKind::Comment, start, self.cur));
        }
        Err(c)
    }

    fn type_comment(&mut self, body: usize, blank_line: bool) -> Token {
        let text = &self.text[body..self.cur];
        let ignore = text
            .strip_prefix(b"ignore")
            .filter(|rest| !rest.first().is_some_and(|byte| *byte >= 128 || byte.is_ascii_alphanumeric()));
        if ignore.is_some() {
            let start = body + 6;
            self.start_column = column(start, self.line_start);
            if blank_line {
                // Alone on its line: the line end goes with it.
                self.nextc();
                self.at_bol = true;
            }
            return self.token(TokenKind::TypeIgnore, start, self.cur);
        }
        self.start_column = column(body, self.line_start);
        self.token(TokenKind::TypeComment, body, self.cur)
    }
}

/// Where the text of a type comment starts, if `comment` is one: `# type: ` with any white space for the spaces.
fn type_comment_body(comment: &[u8]) -> Option<usize> {
    let mut at = 0;
    for expected in b"# type: " {
        if *expected == b' ' {
            while matches!(comment.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
        } else if comment.get(at) == Some(expected) {
            at += 1;
        } else {
            return None;
        }
    }
    Some(at)
}
