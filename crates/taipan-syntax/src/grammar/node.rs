//! What the error pass keeps of the tree: kinds, places and the children that reports look at.
//!
//! Invariant: node 0 is "nothing"; children have smaller numbers than their parent.

use crate::token::TokenKind;

pub(super) type NodeId = u32;

/// The node of what was optional and not there.
pub(super) const NIL: NodeId = 0;

/// Lines from 1 and columns from 0 in bytes, -1 where a token has no text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub lineno: i32,
    pub col_offset: i32,
    pub end_lineno: i32,
    pub end_col_offset: i32,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The name of the node in the rules; "Token" for a token, "Seq" for a list.
    pub kind: &'static str,
    /// Index of the first token.
    pub token: u32,
    pub place: Place,
    pub children: Vec<NodeId>,
    /// Of a comparison: its first operator is `in`. Of a call: it unpacks keywords.
    pub flag: bool,
}

/// What CPython calls a kind of expression in its messages.
pub(super) fn expression_name(kind: &str, token: TokenKind) -> &'static str {
    match kind {
        "Token" => match token {
            TokenKind::Name => "name",
            TokenKind::None => "None",
            TokenKind::True => "True",
            TokenKind::False => "False",
            TokenKind::Ellipsis => "ellipsis",
            _ => "literal",
        },
        "Name" => "name",
        "Attribute" => "attribute",
        "Subscript" => "subscript",
        "Starred" => "starred",
        "List" => "list",
        "Tuple" => "tuple",
        "Lambda" => "lambda",
        "Call" => "function call",
        "BoolOp" | "BinOp" | "UnaryOp" => "expression",
        "GeneratorExp" => "generator expression",
        "Yield" => "yield expression",
        "Await" => "await expression",
        "ListComp" => "list comprehension",
        "SetComp" => "set comprehension",
        "DictComp" => "dict comprehension",
        "Dict" => "dict literal",
        "Set" => "set display",
        "JoinedStr" | "FormattedValue" => "f-string expression",
        "TemplateStr" => "t-string expression",
        "None" => "None",
        "True" => "True",
        "False" => "False",
        "Ellipsis" => "ellipsis",
        "Compare" => "comparison",
        "IfExp" => "conditional expression",
        "NamedExpr" => "named expression",
        _ => "literal",
    }
}
