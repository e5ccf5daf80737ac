//! Replays what CPython's engine was recorded to do (`tests/recorded/record.py` writes the cases and explains the lines).
//!
//! Invariant: every recorded answer is compared, on each width of text that can hold the subject.

use taipan_sre::{Classes, Limits, Mode, Program, Scanner, State, Text};

/// Unicode knowledge from the standard library: close to Python's, and the same for all recorded characters.
struct Std;

impl Classes for Std {
    fn lower(&self, ch: u32) -> u32 {
        mapped(ch, |ch| ch.to_lowercase().next())
    }
    fn upper(&self, ch: u32) -> u32 {
        mapped(ch, |ch| Some(ch.to_uppercase()).filter(|upper| upper.len() == 1)?.next())
    }
    fn is_alnum(&self, ch: u32) -> bool {
        char::from_u32(ch).is_some_and(char::is_alphanumeric)
    }
    fn is_decimal(&self, ch: u32) -> bool {
        matches!(ch, 0x30..=0x39 | 0x660..=0x669 | 0x6f0..=0x6f9 | 0x1d7ce..=0x1d7ff)
    }
    fn is_space(&self, ch: u32) -> bool {
        matches!(ch, 0x1c..=0x1f) || char::from_u32(ch).is_some_and(char::is_whitespace)
    }
    fn is_linebreak(&self, ch: u32) -> bool {
        matches!(ch, 10..=13 | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
    }
}

fn mapped(ch: u32, map: impl Fn(char) -> Option<char>) -> u32 {
    char::from_u32(ch).and_then(map).map_or(ch, u32::from)
}

struct Replay {
    program: Program,
    about: String,
    points: Vec<u32>,
    state: State,
    compared: usize,
    failures: Vec<String>,
}

impl Replay {
    /// Compares one answer on every width; `ask` renders it as the recording does.
    fn compare(&mut self, line: &str, ask: impl Fn(&Program, Text<'_>, &mut State) -> String) {
        let bytes: Option<Vec<u8>> = self.points.iter().map(|&ch| u8::try_from(ch).ok()).collect();
        let wide: Option<Vec<u16>> = self.points.iter().map(|&ch| u16::try_from(ch).ok()).collect();
        let texts =
            [bytes.as_deref().map(Text::Bytes), wide.as_deref().map(Text::Wide), Some(Text::Full(&self.points))];
        for text in texts.into_iter().flatten() {
            let got = ask(&self.program, text, &mut self.state);
            self.compared += 1;
            if got != line {
                self.failures.push(format!("{} on {:?}: expected {line:?}, got {got:?}", self.about, self.points));
            }
        }
    }
}

fn one_answer(program: &Program, text: Text<'_>, state: &mut State, letter: &str, start: usize, end: usize) -> String {
    let mode = match letter {
        "m" => Mode::Match,
        "f" => Mode::FullMatch,
        _ => Mode::Search,
    };
    let request = taipan_sre::Request::new(mode, start, end);
    let found = state.run(program, text, request, &Std, &mut || true).expect("runs to its end");
    let mut line = format!("{letter} {start} {end}");
    if found {
        let result = state.to_match(program.groups());
        line += &format!(" {}", result.lastindex.unwrap_or(0));
        for (from, to) in result.spans {
            line += &format!(" {from},{to}");
        }
    }
    line
}

fn all_answers(program: &Program, text: Text<'_>, state: &mut State, start: usize, end: usize) -> String {
    let mut line = format!("i {start} {end}");
    let mut scanner = Scanner::new(start, end);
    while let Some(request) = scanner.request(Mode::Search) {
        let found = state.run(program, text, request, &Std, &mut || true).expect("runs to its end");
        if found {
            let (from, to) = state.span(0).expect("matched");
            line += &format!(" {from},{to}");
        }
        scanner.advance(found, state);
    }
    line
}

fn replay(cases: &str) -> Replay {
    let numbers = |rest: &str| -> Vec<u32> {
        rest.split(' ').filter(|word| !word.is_empty()).map(|word| word.parse().expect("a number")).collect()
    };
    let mut replay = Replay {
        program: Program::new(&[1], 0, &Std).expect("the empty pattern"),
        about: String::new(),
        points: Vec::new(),
        state: State::new(Limits::default()),
        compared: 0,
        failures: Vec::new(),
    };
    for line in cases.lines() {
        let (kind, rest) = line.split_once(' ').expect("a kind and more");
        match kind {
            "P" => replay.about = rest.to_owned(),
            "C" => {
                let words = numbers(rest);
                replay.program = Program::new(&words[1..], words[0] as usize, &Std)
                    .unwrap_or_else(|error| panic!("{}: {error}", replay.about));
            }
            "T" => replay.points = numbers(&rest[1..]),
            letter => {
                let mut words = rest.split(' ').map(|word| word.parse().unwrap_or(0));
                let (start, end) = (words.next().expect("start"), words.next().expect("end"));
                match letter {
                    "i" => replay.compare(line, |program, text, state| all_answers(program, text, state, start, end)),
                    _ => replay
                        .compare(line, |program, text, state| one_answer(program, text, state, letter, start, end)),
                }
            }
        }
    }
    replay
}

#[test]
fn answers_as_recorded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recorded");
    let mut compared = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let replay = replay(&std::fs::read_to_string(&path).expect("a text file"));
        compared += replay.compared;
        let shown = replay.failures.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(replay.failures.is_empty(), "{} of {} differ:\n{shown}", replay.failures.len(), replay.compared);
    }
    assert!(compared > 10_000, "only {compared} answers compared");
}
