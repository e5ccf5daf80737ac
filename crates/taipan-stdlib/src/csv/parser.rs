//! The state machine that splits lines into fields, character by character.

use super::dialect::{NONE, Settings};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    EscapedChar,
    AfterEscapedNewline,
    InField,
    InQuotedField,
    EscapeInQuotedField,
    QuoteInQuotedField,
    EatNewline,
}

/// What a character led to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The character was taken in.
    Nothing,
    /// The field is complete.
    Field,
    /// The field is longer than the limit.
    TooLong,
    /// Something other than a delimiter follows a closing quote (strict dialects).
    BadQuote,
    /// A line break in the middle of a line.
    BadNewline,
}

/// The parser of one record.
pub struct Parser {
    settings: Settings,
    limit: i64,
    state: State,
    /// The characters of the field so far.
    pub field: Vec<u32>,
    /// The field has no quotes.
    pub unquoted: bool,
}

/// The end of a line, which is no character.
pub const END_OF_LINE: u32 = u32::MAX - 1;

const fn is_newline(point: u32) -> bool {
    point == 10 || point == 13
}

impl Parser {
    /// A parser at the start of a record.
    pub fn new(settings: Settings, limit: i64) -> Parser {
        Parser { settings, limit, state: State::StartRecord, field: Vec::new(), unquoted: false }
    }

    /// Whether the record is complete.
    pub fn is_done(&self) -> bool {
        self.state == State::StartRecord
    }

    /// Whether the input must not end here.
    pub fn is_open(&self) -> bool {
        !self.field.is_empty() || self.state == State::InQuotedField
    }

    fn add(&mut self, point: u32) -> Event {
        if self.field.len() as i64 >= self.limit {
            return Event::TooLong;
        }
        self.field.push(point);
        Event::Nothing
    }

    fn end_of_field(&mut self, point: u32) -> Event {
        self.state = if point == END_OF_LINE { State::StartRecord } else { State::EatNewline };
        Event::Field
    }

    fn start_field(&mut self, point: u32) -> Event {
        let Settings { delimiter, quote, escape, quoting, skip_space, .. } = self.settings;
        self.state = State::StartField;
        self.unquoted = true;
        if is_newline(point) || point == END_OF_LINE {
            return self.end_of_field(point);
        }
        if point == quote && quoting != NONE {
            self.unquoted = false;
            self.state = State::InQuotedField;
        } else if point == escape {
            self.state = State::EscapedChar;
        } else if point == 32 && skip_space {
            // Skipped.
        } else if point == delimiter {
            return Event::Field;
        } else {
            self.state = State::InField;
            return self.add(point);
        }
        Event::Nothing
    }

    fn in_field(&mut self, point: u32) -> Event {
        if is_newline(point) || point == END_OF_LINE {
            return self.end_of_field(point);
        }
        if point == self.settings.escape {
            self.state = State::EscapedChar;
            return Event::Nothing;
        }
        if point == self.settings.delimiter {
            self.state = State::StartField;
            return Event::Field;
        }
        self.state = State::InField;
        self.add(point)
    }

    /// Takes in the characters of a line that only make the field longer: how many there are before one that may not.
    pub fn feed_plain(&mut self, line: &[u32]) -> usize {
        let Settings { delimiter, quote, escape, quoting, .. } = self.settings;
        let ends = |point: u32| match self.state {
            State::InField => is_newline(point) || point == delimiter || point == escape,
            State::InQuotedField => point == escape || point == quote && quoting != NONE,
            _ => true,
        };
        let count = line.iter().position(|point| ends(*point)).unwrap_or(line.len());
        let room = usize::try_from(self.limit).unwrap_or(0).saturating_sub(self.field.len());
        let count = count.min(room);
        self.field.extend_from_slice(&line[..count]);
        count
    }

    /// Takes in a character or `END_OF_LINE`.
    pub fn feed(&mut self, point: u32) -> Event {
        let Settings { delimiter, quote, escape, quoting, double_quote, strict, .. } = self.settings;
        let line_feed_at_end = |point| if point == END_OF_LINE { 10 } else { point };
        match self.state {
            State::StartRecord if point == END_OF_LINE => Event::Nothing,
            State::StartRecord if is_newline(point) => {
                self.state = State::EatNewline;
                Event::Nothing
            }
            State::StartRecord | State::StartField => self.start_field(point),
            State::EscapedChar => {
                self.state = if is_newline(point) { State::AfterEscapedNewline } else { State::InField };
                self.add(line_feed_at_end(point))
            }
            State::AfterEscapedNewline if point == END_OF_LINE => Event::Nothing,
            State::AfterEscapedNewline | State::InField => self.in_field(point),
            State::InQuotedField => {
                if point == END_OF_LINE {
                    return Event::Nothing;
                }
                if point == escape {
                    self.state = State::EscapeInQuotedField;
                } else if point == quote && quoting != NONE {
                    self.state = if double_quote { State::QuoteInQuotedField } else { State::InField };
                } else {
                    return self.add(point);
                }
                Event::Nothing
            }
            State::EscapeInQuotedField => {
                self.state = State::InQuotedField;
                self.add(line_feed_at_end(point))
            }
            State::QuoteInQuotedField => {
                if quoting != NONE && point == quote {
                    self.state = State::InQuotedField;
                    return self.add(point);
                }
                if point == delimiter {
                    self.state = State::StartField;
                    return Event::Field;
                }
                if is_newline(point) || point == END_OF_LINE {
                    return self.end_of_field(point);
                }
                if strict {
                    return Event::BadQuote;
                }
                self.state = State::InField;
                self.add(point)
            }
            State::EatNewline => {
                if point == END_OF_LINE {
                    self.state = State::StartRecord;
                } else if !is_newline(point) {
                    return Event::BadNewline;
                }
                Event::Nothing
            }
        }
    }
}
