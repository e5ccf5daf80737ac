//! Docstrings: which statement is one, and how its text is cleaned for the code object.

use taipan_syntax::ast::{Constant, ExprKind, Stmt, StmtKind};

/// The text of the docstring a body begins with.
pub(crate) fn of_body<'a>(body: &[Stmt<'a>]) -> Option<&'a [u8]> {
    match &body.first()?.kind {
        StmtKind::Expr { value } => match &value.kind {
            ExprKind::Constant { value: Constant::Str(text), .. } => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Removes common indentation as `inspect.cleandoc` does, but keeps blank lines at both ends.
pub(crate) fn clean(doc: &[u8]) -> Vec<u8> {
    let expanded;
    let doc = match memchr::memchr(b'\t', doc).is_some() {
        true => {
            expanded = expand_tabs(doc);
            &expanded[..]
        }
        false => doc,
    };
    let first = memchr::memchr(b'\n', doc).map_or(doc.len(), |end| end + 1);
    let (first, rest) = doc.split_at(first);
    // Lines of spaces alone do not count.
    let mut margin = usize::MAX;
    let lines = Lines(rest);
    for (spaces, line) in lines {
        if line.get(spaces).is_some_and(|&byte| byte != b'\n') {
            margin = margin.min(spaces);
        }
    }
    let margin = if margin == usize::MAX { 0 } else { margin };
    let mut clean = Vec::with_capacity(doc.len());
    clean.extend_from_slice(&first[leading_spaces(first)..]);
    if margin == 0 {
        clean.extend_from_slice(rest);
        return clean;
    }
    let lines = Lines(rest);
    for (spaces, line) in lines {
        clean.extend_from_slice(&line[margin.min(spaces)..]);
    }
    clean
}

/// Lines with their ends, and how many spaces each begins with.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<(usize, &'a [u8])> {
        if self.0.is_empty() {
            return None;
        }
        let spaces = leading_spaces(self.0);
        let behind = &self.0[spaces..];
        let end = memchr::memchr(b'\n', behind).map_or(self.0.len(), |end| spaces + end + 1);
        let (line, rest) = self.0.split_at(end);
        self.0 = rest;
        Some((spaces, line))
    }
}

fn leading_spaces(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}

/// `str.expandtabs()`.
pub(crate) fn expand_tabs(text: &[u8]) -> Vec<u8> {
    let mut expanded = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let width = 8 - column % 8;
                expanded.extend(std::iter::repeat_n(b' ', width));
                column += width;
            }
            b'\n' | b'\r' => {
                expanded.push(byte);
                column = 0;
            }
            _ => {
                expanded.push(byte);
                column += usize::from(byte & 0xC0 != 0x80);
            }
        }
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn margins_go_and_blank_lines_stay() {
        assert_eq!(clean(b"  a\n    b\n      c\n\n    "), b"a\nb\n  c\n\n");
        assert_eq!(clean(b"a\n\tb\n\t c"), b"a\nb\n c");
        assert_eq!(clean(b"plain"), b"plain");
        assert_eq!(clean(b"a\n  "), b"a\n  ");
    }
}
