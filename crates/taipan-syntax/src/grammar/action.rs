//! The actions of the rules: nodes, checks, and the functions the rules call with `#`.
//!
//! Invariant: an action gives a node, `None` (then the whole rule fails), or stops the pass with a report.

use super::compile::{Action, Part, Ref, What};
use super::machine::{Machine, Stop};
use super::node::{NIL, NodeId, Place, expression_name};
use crate::ast::{Arena, Constant};
use crate::error::ErrorKind;
use crate::literal::{self, LiteralError};
use crate::token::TokenKind;

type Outcome = Result<Option<NodeId>, Stop>;

/// Which targets a statement has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Targets {
    Star,
    Del,
    For,
}

impl Machine<'_> {
    /// The result of the alternative `alt` whose items gave `values`, begun at the token `start`.
    pub(super) fn finish(&mut self, alt: usize, values: &[NodeId], start: usize) -> Outcome {
        let grammar = self.grammar;
        let alt = &grammar.alts[alt];
        let Some(action) = &alt.action else {
            // Lookaheads and cuts give nothing.
            let mut kept = values.iter().copied().filter(|value| *value != NIL);
            return match (kept.next(), kept.next()) {
                (Some(only), None) if values.len() == 1 || alt.items.len() == 2 => Ok(Some(only)),
                (None, _) if values.len() == 1 => Ok(Some(NIL)),
                _ => {
                    let place = self.place_from(start);
                    Ok(Some(self.node("Seq", start, place, values.to_vec())))
                }
            };
        };
        let named = |name: char| {
            let at = alt.items.iter().position(|(_, item)| *item == Some(name));
            at.and_then(|at| values.get(at).copied()).unwrap_or(NIL)
        };
        self.act(action, &named, start)
    }

    fn act(&mut self, action: &Action, named: &dyn Fn(char) -> NodeId, start: usize) -> Outcome {
        if let Some((minor, what)) = action.version
            && self.options.feature_version < minor
        {
            return Err(self
                .raise_last(ErrorKind::SyntaxError, format!("{what} only supported in Python 3.{minor} and greater")));
        }
        match &action.what {
            What::Pass(reference) => {
                let value = self.part(named(reference.name), reference.part);
                Ok(Some(value))
            }
            What::Node(kind, refs) => {
                let children = self.spliced(refs, named);
                let place = self.place_from(start);
                Ok(Some(self.finish_node(kind, start, place, children)))
            }
            What::Call(function, refs, text) => {
                let args: Vec<NodeId> =
                    refs.iter().map(|reference| self.part(named(reference.name), reference.part)).collect();
                self.call(function, &args, text, start)
            }
            What::Raise(place, refs, text) => {
                let args: Vec<NodeId> =
                    refs.iter().map(|reference| self.part(named(reference.name), reference.part)).collect();
                Err(self.report(place, &args, text))
            }
        }
    }

    fn part(&self, node: NodeId, part: Part) -> NodeId {
        let last = |node: NodeId| self.nodes[node as usize].children.last().copied().unwrap_or(node);
        match part {
            Part::Whole => node,
            Part::First => self.nodes[node as usize].children.first().copied().unwrap_or(node),
            Part::Last => last(node),
            Part::LastOfLast => last(last(node)),
        }
    }

    /// The results with lists replaced by their items.
    fn spliced(&self, refs: &[Ref], named: &dyn Fn(char) -> NodeId) -> Vec<NodeId> {
        let mut children = Vec::new();
        for reference in refs {
            let node = self.part(named(reference.name), reference.part);
            match &self.nodes[node as usize] {
                _ if node == NIL => {}
                list if list.kind == "Seq" => children.extend_from_slice(&list.children),
                _ => children.push(node),
            }
        }
        children
    }

    fn finish_node(&mut self, kind: &'static str, start: usize, place: Place, mut children: Vec<NodeId>) -> NodeId {
        let mut flag = false;
        if kind == "Compare" {
            flag = children.get(1).is_some_and(|pair| self.nodes[*pair as usize].kind == "In");
            children.truncate(1);
        } else if kind == "Call" {
            flag = children.iter().any(|child| self.nodes[*child as usize].kind == "Unpacking");
            children.retain(|child| !matches!(self.nodes[*child as usize].kind, "Unpacking" | "Keyword"));
        }
        let node = self.node(kind, start, place, children);
        self.nodes[node as usize].flag = flag;
        node
    }

    fn report(&mut self, place: &str, args: &[NodeId], text: &str) -> Stop {
        let first = args.first().copied().unwrap_or(NIL);
        let msg = self.fill_in(text, first);
        let at = self.nodes[first as usize].place;
        let kind = ErrorKind::SyntaxError;
        match place {
            "at" => self.raise(kind, at, msg),
            "range" => {
                let end = args.get(1).map_or(at, |end| self.nodes[*end as usize].place);
                self.raise(kind, Place { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..at }, msg)
            }
            "from" => self.raise_from(at, msg),
            "next" => self.raise_next(msg),
            "indent" => self.raise_last(ErrorKind::IndentationError, msg),
            _ => self.raise_last(kind, msg),
        }
    }

    fn fill_in(&self, text: &str, node: NodeId) -> String {
        let node = &self.nodes[node as usize];
        let mut msg = text.to_owned();
        if msg.contains("%n") {
            let token = self.tokens.get(node.token as usize).map_or(TokenKind::Name, |token| token.kind);
            msg = msg.replace("%n", expression_name(node.kind, token));
        }
        if msg.contains("%l") {
            msg = msg.replace("%l", &node.place.lineno.to_string());
        }
        if msg.contains("%i") {
            msg = msg.replace("%i", &String::from_utf8_lossy(self.text(node.token as usize)));
        }
        msg
    }

    fn call(&mut self, function: &str, args: &[NodeId], text: &str, start: usize) -> Outcome {
        let a = args.first().copied().unwrap_or(NIL);
        let b = args.get(1).copied().unwrap_or(NIL);
        match function {
            "statement" => {
                self.note_statement(a);
                Ok(Some(a))
            }
            "none" => Ok(None),
            "future" => {
                self.future_import(a, b, args.get(2).copied().unwrap_or(NIL));
                let place = self.place_from(start);
                Ok(Some(self.node("Statement", start, place, Vec::new())))
            }
            "barry" => self.barry(a),
            "grow" => Ok(Some(self.grow(a, b, start, "BinOp"))),
            "suffix" => {
                let kind = self.nodes[self.part(b, Part::Last) as usize].kind;
                Ok(Some(self.grow(a, b, start, kind)))
            }
            "less_greater" => {
                let (less, greater) = (self.nodes[a as usize].place, self.nodes[b as usize].place);
                if (less.end_lineno, less.end_col_offset) != (greater.lineno, greater.col_offset) {
                    return Ok(None);
                }
                Err(self.report("range", args, "invalid syntax.  Maybe you meant '!=' instead of '<>'?"))
            }
            "real" | "imaginary" => self.complex_part(a, function),
            "conversion" => self.conversion(a, b),
            "fstring" | "tstring" => {
                self.formatted(a, b, start, if function == "fstring" { "JoinedStr" } else { "TemplateStr" })
            }
            "spec" if self.lexer.string_is_raw() => Ok(Some(a)),
            "spec" => self.format_spec_text(a),
            "string" => self.string(a),
            "strings" => self.strings(a, start),
            "generator_in_call" => self.generator_in_call(a, b),
            "positional_after_keyword" => {
                let after = if self.nodes[a as usize].flag { " unpacking" } else { "" };
                let msg = format!("positional argument follows keyword argument{after}");
                Err(self.raise_last(ErrorKind::SyntaxError, msg))
            }
            "legacy" => self.legacy(a, b),
            "bound" => {
                let what = if self.nodes[b as usize].kind == "Tuple" { "constraints" } else { "bound" };
                let place = self.nodes[a as usize].place;
                Err(self.raise_from(place, format!("cannot use {what} with {text}")))
            }
            "missing_comma" => self.missing_comma(a, b),
            "star_target" => self.invalid_target(a, Targets::Star),
            "del_target" => self.invalid_target(a, Targets::Del),
            "for_target" => self.invalid_target(a, Targets::For),
            "dict_key" => {
                let place = self.nodes[a as usize].place;
                let at = Place { col_offset: place.end_col_offset - 1, end_col_offset: -1, ..place };
                Err(self.raise(ErrorKind::SyntaxError, at, "':' expected after dictionary key".to_owned()))
            }
            _ => Ok(Some(a)),
        }
    }

    fn grow(&mut self, first: NodeId, rest: NodeId, start: usize, kind: &'static str) -> NodeId {
        if self.nodes[rest as usize].children.is_empty() {
            return first;
        }
        let place = self.place_from(start);
        self.node(kind, start, place, Vec::new())
    }

    /// CPython keeps the place of the last compound statement for hints about misspelt keywords.
    fn note_statement(&mut self, node: NodeId) {
        let place = self.nodes[node as usize].place;
        let at = (place.lineno.max(0) as u32, place.col_offset.max(0) as u32);
        // A function was matched by the rules for mistakes, which keep no statement.
        let kept = self.nodes[node as usize].kind == "Statement";
        if self.invalid_rules && kept && self.last_statement <= at {
            self.last_statement = at;
        }
    }

    fn future_import(&mut self, dots: NodeId, module: NodeId, names: NodeId) {
        if !self.nodes[dots as usize].children.is_empty()
            || self.text(self.nodes[module as usize].token as usize) != b"__future__"
        {
            return;
        }
        let aliases = self.nodes[names as usize].children.clone();
        self.barry_as_flufl |= aliases.iter().any(|alias| {
            let alias = &self.nodes[*alias as usize];
            self.text(alias.token as usize) == b"barry_as_FLUFL"
        });
        self.lexer.barry_as_flufl = self.barry_as_flufl;
    }

    fn barry(&mut self, token: NodeId) -> Outcome {
        let flufl = self.text(self.nodes[token as usize].token as usize) == b"<>";
        if self.barry_as_flufl && !flufl {
            let msg = "with Barry as BDFL, use '<>' instead of '!='".to_owned();
            return Err(self.raise_last(ErrorKind::SyntaxError, msg));
        }
        Ok((self.barry_as_flufl == flufl).then_some(token))
    }

    fn complex_part(&mut self, number: NodeId, part: &str) -> Outcome {
        let node = &self.nodes[number as usize];
        let place = node.place;
        let imaginary =
            self.text(node.token as usize).ends_with(b"j") || self.text(node.token as usize).ends_with(b"J");
        if imaginary == (part == "imaginary") {
            return Ok(Some(number));
        }
        Err(self.raise(ErrorKind::SyntaxError, place, format!("{part} number required in complex literal")))
    }

    fn conversion(&mut self, mark: NodeId, name: NodeId) -> Outcome {
        let prefix = self.lexer.string_prefix();
        let (at, conversion) = (self.nodes[mark as usize].place, &self.nodes[name as usize]);
        let place = conversion.place;
        if at.lineno != place.lineno || at.end_col_offset != place.col_offset {
            let msg = format!("{prefix}-string: conversion type must come right after the exclamation mark");
            let range = Place { end_lineno: place.end_lineno, end_col_offset: place.end_col_offset, ..at };
            return Err(self.raise(ErrorKind::SyntaxError, range, msg));
        }
        let text = self.text(conversion.token as usize);
        if !matches!(text, b"s" | b"r" | b"a") {
            let shown = String::from_utf8_lossy(text);
            let msg = format!("{prefix}-string: invalid conversion character '{shown}': expected 's', 'r', or 'a'");
            return Err(self.raise(ErrorKind::SyntaxError, place, msg));
        }
        Ok(Some(name))
    }

    /// Checks the escapes of the text between fields.
    fn formatted(&mut self, open: NodeId, parts: NodeId, start: usize, kind: &'static str) -> Outcome {
        let raw = self.text(self.nodes[open as usize].token as usize).iter().any(|byte| matches!(byte, b'r' | b'R'));
        if !raw {
            for part in self.nodes[parts as usize].children.clone() {
                if self.nodes[part as usize].kind == "Token" {
                    self.format_spec_text(part)?;
                }
            }
        }
        let place = self.place_from(start);
        Ok(Some(self.node(kind, start, place, Vec::new())))
    }

    fn format_spec_text(&mut self, token: NodeId) -> Outcome {
        let text = self.text(self.nodes[token as usize].token as usize);
        match literal::text_escapes(text) {
            Ok(_) => Ok(Some(token)),
            Err(error) => Err(self.literal_error(error, token)),
        }
    }

    fn literal_error(&mut self, error: LiteralError, token: NodeId) -> Stop {
        match error {
            LiteralError::Message(msg) => {
                let place = self.nodes[token as usize].place;
                self.raise(ErrorKind::SyntaxError, place, msg)
            }
            LiteralError::HugeInt(msg) => {
                let place = self.nodes[token as usize].place;
                let place = Place { col_offset: -1, end_col_offset: -1, ..place };
                self.raise(ErrorKind::SyntaxError, place, msg)
            }
        }
    }

    fn string(&mut self, token: NodeId) -> Outcome {
        let node = &self.nodes[token as usize];
        let (index, place) = (node.token as usize, node.place);
        match literal::string(&Arena::new(), self.text(index)) {
            Ok(string) => {
                let bytes = matches!(string.value, Constant::Bytes(_));
                Ok(Some(self.node(if bytes { "Bytes" } else { "Constant" }, index, place, Vec::new())))
            }
            Err(error) => Err(self.literal_error(error, token)),
        }
    }

    fn strings(&mut self, parts: NodeId, start: usize) -> Outcome {
        let parts = self.nodes[parts as usize].children.clone();
        let count = |kind: &str| parts.iter().filter(|part| self.nodes[**part as usize].kind == kind).count();
        let (bytes, formatted) = (count("Bytes"), count("JoinedStr"));
        if bytes > 0 && bytes < parts.len() {
            let msg = "cannot mix bytes and nonbytes literals".to_owned();
            return Err(self.raise_last(ErrorKind::SyntaxError, msg));
        }
        let place = self.place_from(start);
        let kind = if formatted > 0 { "JoinedStr" } else { "Constant" };
        Ok(Some(self.node(kind, start, place, Vec::new())))
    }

    pub(super) fn check_number(&mut self, index: usize) -> Result<(), Stop> {
        let text = self.text(index);
        if self.options.feature_version < 6 && text.contains(&b'_') {
            let msg = "Underscores in numeric literals are only supported in Python 3.6 and greater".to_owned();
            return Err(self.raise_last(ErrorKind::SyntaxError, msg));
        }
        // Short literals cannot be too long.
        if text.len() > 100
            && let Err(LiteralError::HugeInt(msg)) =
                literal::number(&Arena::new(), text, self.options.int_max_str_digits)
        {
            let place = Place { col_offset: -1, end_col_offset: -1, ..self.token_place(index) };
            return Err(self.raise(ErrorKind::SyntaxError, place, msg));
        }
        Ok(())
    }

    fn generator_in_call(&mut self, args: NodeId, clauses: NodeId) -> Outcome {
        let positional = &self.nodes[args as usize].children;
        let Some(last) = positional.last().copied().filter(|_| positional.len() > 1) else { return Ok(None) };
        let end = self.nodes[self.part(clauses, Part::LastOfLast) as usize].place;
        let start = self.nodes[last as usize].place;
        let range = Place { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..start };
        Err(self.raise(ErrorKind::SyntaxError, range, "Generator expression must be parenthesized".to_owned()))
    }

    fn is_legacy_statement(&self, name: NodeId) -> bool {
        let node = &self.nodes[name as usize];
        let token = self.tokens.get(node.token as usize);
        node.kind == "Token"
            && token.is_some_and(|token| token.kind == TokenKind::Name)
            && matches!(self.text(node.token as usize), b"print" | b"exec")
    }

    fn legacy(&mut self, name: NodeId, argument: NodeId) -> Outcome {
        if !self.is_legacy_statement(name) {
            return Ok(None);
        }
        Err(self.report("range", &[name, argument], "Missing parentheses in call to '%i'. Did you mean %i(...)?"))
    }

    fn missing_comma(&mut self, left: NodeId, right: NodeId) -> Outcome {
        let level = self.mark.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.level);
        if level == 0 || self.is_legacy_statement(left) {
            return Ok(None);
        }
        Err(self.report("range", &[left, right], "invalid syntax. Perhaps you forgot a comma?"))
    }

    fn invalid_target(&mut self, node: NodeId, targets: Targets) -> Outcome {
        let Some(bad) = self.find_invalid_target(node, targets) else { return Ok(None) };
        let text = if targets == Targets::Del { "cannot delete %n" } else { "cannot assign to %n" };
        Err(self.report("at", &[bad], text))
    }

    /// The first expression that cannot be a target. Brackets bound the recursion.
    fn find_invalid_target(&self, id: NodeId, targets: Targets) -> Option<NodeId> {
        let node = &self.nodes[id as usize];
        match node.kind {
            "List" | "Tuple" => node.children.iter().find_map(|child| self.find_invalid_target(*child, targets)),
            "Starred" if targets == Targets::Del => Some(id),
            "Starred" => node.children.first().and_then(|child| self.find_invalid_target(*child, targets)),
            "Compare" if targets == Targets::For => {
                let left = node.children.first().filter(|_| node.flag)?;
                self.find_invalid_target(*left, targets)
            }
            "Name" | "Subscript" | "Attribute" => None,
            "Token" if self.tokens.get(node.token as usize).is_some_and(|token| token.kind == TokenKind::Name) => None,
            _ => Some(id),
        }
    }
}
