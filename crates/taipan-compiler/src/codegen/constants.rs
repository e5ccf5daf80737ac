//! Constants of the tree as constants of code.

use taipan_bytecode::{Bytes, Constant, Wtf8Buf};
use taipan_syntax::ast;

use crate::docstring;
use crate::error::CompileError;

/// Text that came out of a tree.
pub(super) fn text(bytes: impl Into<Bytes>) -> Result<Constant, CompileError> {
    let text = Wtf8Buf::from_bytes(bytes).map_err(|_| CompileError::Internal("text of the tree is not WTF-8"))?;
    Ok(Constant::Str(text))
}

pub(super) fn constant(value: &ast::Constant) -> Result<Constant, CompileError> {
    Ok(match value {
        ast::Constant::None => Constant::None,
        ast::Constant::True => Constant::True,
        ast::Constant::False => Constant::False,
        ast::Constant::Ellipsis => Constant::Ellipsis,
        ast::Constant::Int(value) => Constant::Int(value.value()),
        ast::Constant::Float(value) => Constant::Float(*value),
        ast::Constant::Complex { real, imag } => Constant::Complex(*real, *imag),
        ast::Constant::Str(value) => text(*value)?,
        ast::Constant::Bytes(value) => Constant::Bytes((*value).into()),
        ast::Constant::Tuple(items) => Constant::Tuple(all(items)?),
        ast::Constant::FrozenSet(items) => Constant::FrozenSet(all(items)?),
        ast::Constant::Invalid(_) => return Err(CompileError::Internal("the tree was not checked")),
    })
}

fn all(items: &[ast::Constant]) -> Result<Box<[Constant]>, CompileError> {
    items.iter().map(constant).collect()
}

/// The cleaned docstring of a body that has one.
///
/// CPython cleans it as UTF-8, so it cannot hold surrogates.
pub(super) fn docstring(body: &[ast::Stmt]) -> Result<Constant, CompileError> {
    let doc = docstring::of_body(body).ok_or(CompileError::Internal("body without docstring"))?;
    if !doc.is_ascii() && std::str::from_utf8(doc).is_err() {
        let expanded = Wtf8Buf::from_bytes(docstring::expand_tabs(doc)).unwrap_or_default();
        return Err(CompileError::surrogates(expanded));
    }
    text(docstring::clean(doc))
}

/// A tuple of names.
pub(super) fn names<'n>(names: impl Iterator<Item = &'n str>) -> Constant {
    Constant::Tuple(names.map(Constant::str).collect())
}
