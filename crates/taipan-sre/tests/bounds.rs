//! What the engine refuses and where it stops: bad code, exhausted memory, a poll that says no, deep nesting.
//!
//! Invariant: nothing here is allowed to panic, to overflow the native stack or to run on.

use taipan_sre::{AsciiClasses, Invalid, Limits, MAXREPEAT, Mode, Program, Request, Scanner, State, Stopped, Text};

const A: u32 = b'a' as u32;
const B: u32 = b'b' as u32;

fn program(code: &[u32], groups: usize) -> Program {
    Program::new(code, groups, &AsciiClasses).expect("valid code")
}

fn run(program: &Program, text: &[u8], limits: Limits, polls: usize) -> Result<bool, Stopped> {
    let mut left = polls;
    let mut poll = || {
        left = left.saturating_sub(1);
        left > 0
    };
    let request = Request::new(Mode::Match, 0, text.len());
    State::new(limits).run(program, Text::Bytes(text), request, &AsciiClasses, &mut poll)
}

/// `(?:a|b)*c` without its `INFO`.
fn alternatives_starred() -> Program {
    program(&[23, 15, 0, MAXREPEAT, 7, 5, 16, A, 15, 7, 5, 16, B, 15, 2, 0, 18, 16, 99, 1], 0)
}

/// `(?:a*)*b` without its `INFO`: exponential on a long run of `a`.
fn exponential() -> Program {
    program(&[23, 10, 0, MAXREPEAT, 24, 6, 0, MAXREPEAT, 16, A, 1, 18, 16, B, 1], 0)
}

#[test]
fn refuses_what_no_compiler_emits() {
    let bad: &[(&[u32], usize)] = &[
        (&[], 0),
        (&[16], 0),
        (&[16, A], 0),
        (&[99, 1], 0),
        (&[17, 0, 1], 0),
        (&[17, 2, 17, 3, 1], 1),
        (&[6, 12, 1], 0),
        (&[8, 0, 1], 0),
        (&[13, 4, 16, A, 1, 1], 0),
        (&[13, 9, 16, A, 0, 1], 0),
        (&[13, 0, 1], 0),
        (&[13, 4, 8, 18, 0, 1], 0),
        (&[11, 0, 1], 0),
        (&[15, 1, 1], 0),
        (&[18, 1], 0),
        (&[7, 5, 16, A, 15, 2, 1, 1], 0),
        (&[7, 0, 1], 0),
        (&[24, 6, 2, 1, 16, A, 1, 1], 0),
        (&[24, 4, 0, 1, 1, 1], 0),
        (&[24, 8, 0, 1, 16, A, 16, B, 1, 1], 0),
        (&[23, 5, 0, 1, 2, 1, 1], 0),
        (&[4, 4, 0, 2, 2, 1], 0),
        (&[12, 0, 0, 1], 1),
        (&[12, 0, 9, 1], 1),
        (&[12, 0, 6, 2, 15, 9, 2, 1], 1),
        (&[14, 4, 8, 0, 0, 1], 0),
        (&[14, 6, 5, 1, 1, 0, 0, 1], 0),
        (&[14, 8, 1, 1, 1, 1, 1, A, 1, 1], 0),
        (&[14, u32::MAX, 1, 1, 1, u32::MAX, 1, A, 0, 1], 0),
        (&[13, 70, 10, 0, 1], 0),
    ];
    for (code, groups) in bad {
        assert_eq!(Program::new(code, *groups, &AsciiClasses).err(), Some(Invalid), "{code:?}");
    }
}

#[test]
fn survives_any_single_changed_word() {
    let codes: &[&[u32]] = &[
        &[14, 8, 3, 1, 1, 1, 1, A, 0, 16, A, 1],
        &[23, 15, 0, MAXREPEAT, 7, 5, 16, A, 15, 7, 5, 16, B, 15, 2, 0, 18, 16, 99, 1],
        &[17, 0, 24, 6, 0, MAXREPEAT, 16, A, 1, 17, 1, 12, 0, 6, 16, B, 15, 3, 16, A, 11, 0, 1],
        &[4, 5, 1, 16, A, 1, 28, 5, 1, 3, 2, 1, 27, 4, 16, B, 1, 1],
    ];
    let mut accepted = 0;
    for code in codes {
        for at in 0..code.len() {
            for word in (0..48).chain([255, 1 << 30, u32::MAX - 1, u32::MAX]) {
                let mut changed = code.to_vec();
                changed[at] = word;
                if let Ok(program) = Program::new(&changed, 1, &AsciiClasses) {
                    accepted += 1;
                    for mode in [Mode::Match, Mode::FullMatch, Mode::Search] {
                        let request = Request::new(mode, 1, 5);
                        let mut state = State::new(Limits { memory: 1 << 16 });
                        let _ = state.run(&program, Text::Bytes(b"aabab"), request, &AsciiClasses, &mut || false);
                    }
                }
            }
        }
    }
    assert!(accepted > 100);
}

#[test]
fn memory_is_bounded() {
    let text = vec![b'a'; 1 << 20];
    let program = alternatives_starred();
    assert_eq!(run(&program, &text, Limits { memory: 1 << 20 }, usize::MAX), Err(Stopped::Memory));
    assert_eq!(run(&program, &text, Limits::default(), usize::MAX), Ok(false));
    let fits = [&text[..], b"c"].concat();
    assert_eq!(run(&program, &fits, Limits::default(), usize::MAX), Ok(true));
}

#[test]
fn a_poll_can_stop_it() {
    assert_eq!(run(&exponential(), &[b'a'; 40], Limits::default(), 10), Err(Stopped::Interrupted));
    assert_eq!(run(&exponential(), b"aaaab", Limits::default(), 10), Ok(true));
}

#[test]
fn nesting_needs_no_native_stack() {
    // Atomic groups, each the body of the one before.
    const DEPTH: usize = 200_000;
    let mut code = Vec::new();
    for depth in 0..DEPTH {
        code.extend([27, 3 * (DEPTH - depth) as u32 + 1]);
    }
    code.extend([16, A]);
    code.extend(std::iter::repeat_n(1, DEPTH + 1));
    assert_eq!(run(&program(&code, 0), b"a", Limits::default(), usize::MAX), Ok(true));
    assert_eq!(run(&program(&code, 0), b"b", Limits::default(), usize::MAX), Ok(false));
}

#[test]
fn huge_group_counts_take_no_memory() {
    let program = program(&[16, A, 1], taipan_sre::MAXGROUPS);
    assert_eq!(run(&program, b"a", Limits::default(), usize::MAX), Ok(true));
    assert_eq!(Program::new(&[1], taipan_sre::MAXGROUPS + 1, &AsciiClasses).err(), Some(Invalid));
}

#[test]
fn a_group_that_ends_before_it_begins_is_reported() {
    // MARK 1, LITERAL a, MARK 0: no compiler emits this order.
    let program = program(&[17, 1, 16, A, 17, 0, 1], 1);
    assert_eq!(run(&program, b"a", Limits::default(), usize::MAX), Err(Stopped::WrongSpan));
}

#[test]
fn scanning_does_not_repeat_an_empty_match() {
    // x*
    let program = program(&[14, 4, 0, 0, MAXREPEAT, 24, 6, 0, MAXREPEAT, 16, 120, 1, 1], 0);
    let mut state = State::new(Limits::default());
    let mut scanner = Scanner::new(0, 3);
    let mut spans = Vec::new();
    while let Some(request) = scanner.request(Mode::Search) {
        let found = state.run(&program, Text::Bytes(b"axb"), request, &AsciiClasses, &mut || true);
        let found = found.expect("runs to its end");
        spans.extend(found.then(|| state.span(0)).flatten());
        scanner.advance(found, &state);
    }
    assert_eq!(spans, [(0, 0), (1, 2), (2, 2), (3, 3)]);
}
