//! The regular expression engine under `_sre`: checks, translates and executes the pattern code that
//! `re._compiler` of CPython 3.14 emits.
//!
//! Invariants: no Python value and no interpreter is known here; a [`Program`] is immutable after it was built; all
//! backtracking state lies on heap stacks of a [`State`], whose size is bounded; the native stack never grows with
//! pattern or text. What a match gives (spans, `lastindex`, the rules for empty matches) is what CPython's engine gives,
//! its oddities included.
//!
//! ```
//! use taipan_sre::{AsciiClasses, Limits, Mode, Program, Request, State, Text};
//!
//! // re.compile("b+"): INFO, REPEAT_ONE of LITERAL, SUCCESS
//! let code = [14, 4, 0, 1, u32::MAX, 24, 6, 1, u32::MAX, 16, 98, 1, 1];
//! let program = Program::new(&code, 0, &AsciiClasses).unwrap();
//! let mut state = State::new(Limits::default());
//! let request = Request::new(Mode::Search, 0, 5);
//! let found = state.run(&program, Text::Bytes(b"aabba"), request, &AsciiClasses, &mut || true);
//! assert_eq!(found, Ok(true));
//! assert_eq!(state.span(0), Some((2, 4)));
//! ```
#![forbid(unsafe_code)]

pub mod opcode;

mod charset;
mod classes;
mod matcher;
mod program;
mod scanner;
mod search;
mod state;
mod text;
mod validate;

pub use classes::{AsciiClasses, Classes};
pub use opcode::{CODESIZE, MAGIC, MAXGROUPS, MAXREPEAT};
pub use program::{Invalid, Program};
pub use scanner::Scanner;
pub use state::{Limits, Match, Mode, Request, State, Stopped};
pub use text::Text;
