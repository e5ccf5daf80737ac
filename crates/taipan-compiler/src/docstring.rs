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
    let doc = match doc.contains(&b'\t') {
        true => {
            expanded = expand_tabs(doc);
            &expanded[..]
        }
        false => doc,
    };
    let mut lines = doc.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&[u8]> = lines.collect();
    let indented = rest.iter().filter(|line| line.iter().any(|&byte| byte != b' ' && byte != b'\n'));
    let margin = indented.map(|line| leading_spaces(line)).min().unwrap_or(0);
    let mut clean = Vec::with_capacity(doc.len());
    clean.extend_from_slice(&first[leading_spaces(first)..]);
    for line in rest {
        clean.extend_from_slice(&line[margin.min(leading_spaces(line))..]);
    }
    clean
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
