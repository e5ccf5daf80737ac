//! The position rules of repeated matching: `findall`, `finditer`, `sub`, `split` and scanner objects.
//!
//! Invariant: positions never go back; after an empty match the next one at the same place must not be empty, so
//! `re.findall("x*", "axb")` gives `["", "x", "", ""]`.

use crate::state::{Mode, Request, State};

/// Where repeated matching stands.
#[derive(Clone, Copy, Debug)]
pub struct Scanner {
    start: Option<usize>,
    end: usize,
    must_advance: bool,
}

impl Scanner {
    /// A scanner over the text from `start` to `end`.
    pub fn new(start: usize, end: usize) -> Scanner {
        Scanner { start: Some(start), end, must_advance: false }
    }

    /// A scanner that goes on where another stood: its `start`, `end` and `must_advance`.
    pub fn resume(start: Option<usize>, end: usize, must_advance: bool) -> Scanner {
        Scanner { start, end, must_advance }
    }

    /// Where the next match may start (`None` once a run has failed), and whether it must not be empty.
    pub fn position(&self) -> (Option<usize>, bool) {
        (self.start, self.must_advance)
    }

    /// The next request, `None` once a run has failed.
    pub fn request(&self, mode: Mode) -> Option<Request> {
        self.start.map(|start| Request { mode, start, end: self.end, must_advance: self.must_advance })
    }

    /// Takes note of the result of that request's run.
    pub fn advance(&mut self, found: bool, state: &State) {
        self.start = match state.span(0) {
            Some((start, end)) if found => {
                self.must_advance = start == end;
                Some(end)
            }
            _ => None,
        };
    }
}
