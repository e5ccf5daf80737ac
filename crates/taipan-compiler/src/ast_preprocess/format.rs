//! `"%s: %r" % (a, b)` as an f-string.

use taipan_syntax::ast::{Arena, Constant, Expr, ExprBox, ExprKind, Location, Operator};

/// At most this many digits in a width or precision, one less than CPython's `MAXDIGITS`.
const MAX_DIGITS: usize = 2;

enum Piece {
    Literal(Vec<u8>),
    /// Conversion character and format specification.
    Value(u8, Option<String>),
}

/// Replaces `constant % tuple` if every unit of the format is a plain `%s`, `%r` or `%a` and their number fits.
pub(super) fn optimize<'a>(expr: &mut Expr<'a>, arena: &'a Arena) {
    let ExprKind::BinOp { left, op: Operator::Mod, right } = &mut expr.kind else { return };
    let ExprKind::Constant { value: Constant::Str(format), .. } = &left.kind else { return };
    let ExprKind::Tuple { elts, .. } = &mut right.kind else { return };
    if elts.iter().any(|elt| matches!(elt.kind, ExprKind::Starred { .. })) {
        return;
    }
    let Some(pieces) = parse(format) else { return };
    if pieces.iter().filter(|piece| matches!(piece, Piece::Value(..))).count() != elts.len() {
        return;
    }
    let mut elts = elts.iter_mut();
    let mut values = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Literal(text) => values.push(unplaced(arena, &text)),
            Piece::Value(conversion, spec) => {
                let Some(elt) = elts.next() else { return };
                let location = elt.location;
                let leaf = arena.alloc(Expr::constant(Constant::None, Location::NONE));
                values.push(arena.alloc(Expr::new(
                    ExprKind::FormattedValue {
                        value: std::mem::replace(elt, leaf),
                        conversion: i32::from(conversion),
                        format_spec: spec.map(|spec| unplaced(arena, spec.as_bytes())),
                    },
                    location,
                )));
            }
        }
    }
    expr.kind = ExprKind::JoinedStr { values: arena.alloc_slice_fill_iter(values) };
}

/// A text constant without a place in the source.
fn unplaced<'a>(arena: &'a Arena, text: &[u8]) -> ExprBox<'a> {
    arena.alloc(Expr::constant(Constant::Str(arena.alloc_slice_copy(text)), Location::NONE))
}

fn parse(format: &[u8]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = format;
    loop {
        let mut literal = Vec::new();
        loop {
            match rest {
                [b'%', b'%', tail @ ..] => {
                    literal.push(b'%');
                    rest = tail;
                }
                [] | [b'%', ..] => break,
                [byte, tail @ ..] => {
                    literal.push(*byte);
                    rest = tail;
                }
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        let [b'%', unit @ ..] = rest else { return Some(pieces) };
        rest = parse_unit(unit, &mut pieces)?;
    }
}

/// One unit behind its `%`; gives what follows it.
fn parse_unit<'f>(mut rest: &'f [u8], pieces: &mut Vec<Piece>) -> Option<&'f [u8]> {
    let mut left_adjusted = false;
    while let [flag @ (b'-' | b'+' | b' ' | b'#' | b'0'), tail @ ..] = rest {
        left_adjusted |= *flag == b'-';
        rest = tail;
    }
    let width = number(&mut rest)?;
    let mut precision = None;
    if let [b'.', tail @ ..] = rest {
        rest = tail;
        precision = Some(number(&mut rest)?.unwrap_or(0));
    }
    let [conversion @ (b's' | b'r' | b'a'), tail @ ..] = rest else { return None };
    let mut spec = String::new();
    if let Some(width) = width {
        if !left_adjusted && width > 0 {
            spec.push('>');
        }
        spec.push_str(&width.to_string());
    }
    if let Some(precision) = precision {
        spec.push_str(&format!(".{precision}"));
    }
    pieces.push(Piece::Value(*conversion, (!spec.is_empty()).then_some(spec)));
    Some(tail)
}

/// `Some(None)` without digits, `None` if there are too many.
fn number(rest: &mut &[u8]) -> Option<Option<u32>> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return Some(None);
    }
    if digits > MAX_DIGITS {
        return None;
    }
    let value = rest[..digits].iter().fold(0, |value, &digit| value * 10 + u32::from(digit - b'0'));
    *rest = &rest[digits..];
    Some(Some(value))
}
