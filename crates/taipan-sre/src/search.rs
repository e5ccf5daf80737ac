//! Finding the place of a match: the prefix, the first character's set, or every position in turn.
//!
//! Invariant: a position is skipped only if no match can begin there.

use crate::classes::Classes;
use crate::matcher::Matcher;
use crate::program::{Head, Program};
use crate::state::{Mode, Request, State, Stopped};
use crate::text::Char;

/// Answers a request on a text that ends at the request's end. The start, clamped to the text, may lie behind it: then
/// nothing is found, but a match at the start may still be made of repeats and assertions that take no character.
pub(crate) fn search<T: Char, C: Classes>(
    state: &mut State,
    program: &Program,
    text: &[T],
    request: Request,
    classes: &C,
    poll: &mut dyn FnMut() -> bool,
) -> Result<bool, Stopped> {
    let start = request.start;
    let beyond = start > request.end;
    if text.get(..request.end).unwrap_or(text).len().checked_sub(start).is_some_and(|left| left < program.min_width) {
        return Ok(false);
    }
    let mut matcher = Matcher::new(state, program, text, request.end, classes, poll);
    if request.must_advance {
        matcher.forbidden_end = start;
    }
    if request.mode != Mode::Search {
        matcher.match_all = request.mode == Mode::FullMatch;
        return matcher.match_at(start, start, 0);
    }
    if beyond {
        return Ok(false);
    }
    let text = text.get(..request.end).unwrap_or(text);
    match &program.head {
        Head::Beginning => matcher.match_at(start, start, 0),
        Head::Prefix { text: prefix, skip, resume, whole } => {
            let Some(prefix) = prefix.iter().map(|&ch| T::from_code(ch)).collect::<Option<Vec<T>>>() else {
                return Ok(false);
            };
            let mut from = start;
            while let Some(at) = find(&prefix, &text[from..]) {
                let at = from + at;
                if *whole {
                    matcher.accept(at, at + prefix.len());
                    return Ok(true);
                }
                matcher.spend((at - from) / 64)?;
                if matcher.match_at(at, at + skip, *resume)? {
                    return Ok(true);
                }
                from = at + 1;
            }
            Ok(false)
        }
        Head::Set(set) => each(&mut matcher, text, start, |ch| set.contains(classes, ch.code())),
        Head::Latin(latin) => each(&mut matcher, text, start, |ch| {
            let ch = ch.code();
            ch > 255 || latin[(ch >> 6) as usize & 3] >> (ch & 63) & 1 == 1
        }),
        Head::Nothing => {
            let last = text.len() - program.min_width.saturating_sub(1).min(text.len() - start);
            for at in start..=last {
                if matcher.match_at(at, at, 0)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

fn find<T: Char>(prefix: &[T], text: &[T]) -> Option<usize> {
    match prefix {
        [single] => single.find_in(text),
        _ => T::find_all_in(prefix, text),
    }
}

/// Tries each position whose character may begin a match.
fn each<T: Char, C: Classes>(
    matcher: &mut Matcher<'_, T, C>,
    text: &[T],
    start: usize,
    begins: impl Fn(T) -> bool,
) -> Result<bool, Stopped> {
    let mut from = start;
    while let Some(skipped) = text[from..].iter().position(|&ch| begins(ch)) {
        let at = from + skipped;
        matcher.spend(skipped / 16)?;
        if matcher.match_at(at, at, 0)? {
            return Ok(true);
        }
        from = at + 1;
    }
    Ok(false)
}
