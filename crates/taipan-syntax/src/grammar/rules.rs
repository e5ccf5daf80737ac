//! The grammar of the error pass, in `rules.gram`: what CPython 3.14's parser tries, in its order, with its reports.
//!
//! The notation, read by [`super::compile`]: a rule is `name: alternative | alternative`; `*` behind the name: its
//! results are kept; `-`: no `invalid_` rule is tried below it. Items are `'token'`, `"soft keyword"`, `TOKEN`, rule
//! names, `(...)`, `[...]` or `x?`, `x*`, `x+`, `sep.x+`, `&x`, `!x`, `~` (no further alternative) and `&&'token'`
//! (or else "expected 'token'"); `a=x` names the result of `x`. An action stands in braces:
//!
//! - `{=a}`: the result of `a`; `{Kind a b}`: a node of that kind with the results (lists are spliced in);
//! - `{#function a b}`: see [`super::action`];
//! - `{!at a "..."}`, `{!range a b "..."}`, `{!from a "..."}`, `{!last "..."}`, `{!next "..."}`, `{!indent "..."}`:
//!   report the message at a node, from one to another, from one to where the lexer stands, at the last token read,
//!   at the next token, or as IndentationError at the last token. `a<`, `a>`, `a>>`: first item, last item, last item
//!   of the last item. In messages `%n` is what `a` is, `%l` its line, `%i` its text;
//! - `{v8 "..." action}`: the action, from that version on.
//!
//! A list without action gives a list of the results.

pub(super) const RULES: &str = include_str!("rules.gram");
