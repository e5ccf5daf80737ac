//! `from __future__ import ...`: the features a module asks for.

use taipan_bytecode::Wtf8Buf;
use taipan_bytecode::code::co;
use taipan_syntax::ast::{Mod, Stmt, StmtKind, unescape_surrogates};

use crate::docstring;
use crate::error::CompileError;
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};

/// What a module's future statements and the caller's flags ask for.
#[derive(Clone, Debug)]
pub struct FutureFeatures {
    /// Bits `CO_FUTURE_*` of `co_flags`.
    pub features: u32,
    /// Place of the last future statement.
    pub location: SourceLocation,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`.
    pub allow_top_level_await: bool,
}

impl FutureFeatures {
    /// Reads the future statements at the beginning of a module.
    ///
    /// # Errors
    /// `SyntaxError` for an unknown feature.
    pub fn from_module(module: &Mod) -> Result<FutureFeatures, CompileError> {
        let mut future = FutureFeatures { features: 0, location: NO_LOCATION, allow_top_level_await: false };
        let (Mod::Module { body, .. } | Mod::Interactive { body }) = module else { return Ok(future) };
        let skip = usize::from(docstring::of_body(body).is_some());
        for stmt in &body[skip..] {
            if !future.add(stmt)? {
                break;
            }
        }
        Ok(future)
    }

    /// Whether annotations become strings (PEP 563).
    pub fn annotations(&self) -> bool {
        self.features & co::FUTURE_ANNOTATIONS != 0
    }

    /// Adds the features of one statement; false if it is none that may stand before another.
    fn add(&mut self, stmt: &Stmt) -> Result<bool, CompileError> {
        let StmtKind::ImportFrom { module: Some(module), names, level: 0 } = &stmt.kind else { return Ok(false) };
        if &**module != "__future__" {
            return Ok(false);
        }
        for alias in names.iter() {
            let message = match &*alias.name {
                "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
                | "print_function" | "unicode_literals" | "generator_stop" => continue,
                "barry_as_FLUFL" => {
                    self.features |= co::FUTURE_BARRY_AS_BDFL;
                    continue;
                }
                "annotations" => {
                    self.features |= co::FUTURE_ANNOTATIONS;
                    continue;
                }
                "braces" => "not a chance".to_owned(),
                feature => {
                    if let Some(text) = unescape_surrogates(feature) {
                        return Err(CompileError::surrogates(Wtf8Buf::from_bytes(text).unwrap_or_default()));
                    }
                    let shown: String = feature.chars().take(100).collect();
                    format!("future feature {shown} is not defined")
                }
            };
            return Err(CompileError::syntax(message, alias.location.into()));
        }
        self.location = stmt.location.into();
        Ok(true)
    }
}
