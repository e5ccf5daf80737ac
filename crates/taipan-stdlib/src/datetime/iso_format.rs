//! Dates and times in the notation of ISO 8601.

use super::calendar::{self, Fields};

/// Why a text is no date or time: nothing more is said than that it is none.
pub struct Invalid;

/// A time of day with an offset.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct ClockText {
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub micro: i64,
    /// Microseconds east of UTC; `None`: naive.
    pub offset: Option<i64>,
}

fn digits(text: &[u8], at: usize, count: usize) -> Result<i64, Invalid> {
    let text = text.get(at..at + count).ok_or(Invalid)?;
    text.iter().try_fold(0, |number, byte| match byte {
        b'0'..=b'9' => Ok(number * 10 + i64::from(byte - b'0')),
        _ => Err(Invalid),
    })
}

/// Year, month and day of `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-Www[-D]` or `YYYYWww[D]`. Month and day may be out of range.
pub fn parse_date(text: &[u8]) -> Result<(i64, i64, i64), Invalid> {
    if !matches!(text.len(), 7 | 8 | 10) {
        return Err(Invalid);
    }
    let year = digits(text, 0, 4)?;
    let dashed = usize::from(text[4] == b'-');
    let mut at = 4 + dashed;
    if text.get(at) == Some(&b'W') {
        at += 1;
        let week = digits(text, at, 2)?;
        at += 2;
        let mut day = 1;
        if at < text.len() {
            if (text[at] == b'-') != (dashed == 1) {
                return Err(Invalid);
            }
            at += dashed;
            day = digits(text, at, 1)?;
            if at + 1 != text.len() {
                return Err(Invalid);
            }
        }
        let ordinal = calendar::from_iso_calendar(year, week, day).map_err(|_| Invalid)?;
        return Ok(calendar::from_ordinal(ordinal));
    }
    let month = digits(text, at, 2)?;
    at += 2;
    if (text.get(at) == Some(&b'-')) != (dashed == 1) {
        return Err(Invalid);
    }
    at += dashed;
    let day = digits(text, at, 2)?;
    if at + 2 != text.len() {
        return Err(Invalid);
    }
    Ok((year, month, day))
}

/// `HH[:?MM[:?SS[{.,}f+]]]`: hour, minute, second, microsecond.
fn parse_clock(text: &[u8]) -> Result<[i64; 4], Invalid> {
    let mut parts = [0; 4];
    let (mut at, mut separated) = (0, false);
    for number in 0..3 {
        parts[number] = digits(text, at, 2)?;
        at += 2;
        let next = text.get(at);
        if number == 0 {
            separated = next == Some(&b':');
        }
        if next.is_none() || number == 2 {
            break;
        }
        if separated && next != Some(&b':') {
            return Err(Invalid);
        }
        at += usize::from(separated);
    }
    if let Some(mark) = text.get(at) {
        let fraction = &text[at + 1..];
        if !matches!(mark, b'.' | b',') || fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
            return Err(Invalid);
        }
        let used = fraction.len().min(6);
        parts[3] = digits(fraction, 0, used)? * 10i64.pow(6 - used as u32);
    }
    Ok(parts)
}

/// A time of day with an optional offset.
pub fn parse_time(text: &[u8]) -> Result<ClockText, Invalid> {
    if text.len() < 2 {
        return Err(Invalid);
    }
    let zone = text.iter().position(|byte| matches!(byte, b'+' | b'-' | b'Z'));
    let [hour, minute, second, micro] = parse_clock(&text[..zone.unwrap_or(text.len())])?;
    let mut time = ClockText { hour, minute, second, micro, offset: None };
    let Some(zone) = zone else { return Ok(time) };
    let rest = &text[zone + 1..];
    if text[zone] == b'Z' {
        if !rest.is_empty() {
            return Err(Invalid);
        }
        time.offset = Some(0);
        return Ok(time);
    }
    if matches!(rest.len(), 0 | 1 | 3) {
        return Err(Invalid);
    }
    let [hour, minute, second, micro] = parse_clock(rest)?;
    let offset = Fields { hour, minute, second, micro, ..Fields::of_date(1, 1, 1) }.time_total();
    time.offset = Some(if text[zone] == b'-' { -offset } else { offset });
    Ok(time)
}

/// Where the date of a text ends and its separator stands.
pub fn separator(text: &[u8]) -> Result<usize, Invalid> {
    let len = text.len();
    if len == 7 {
        return Ok(7);
    }
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    if text.get(4) == Some(&b'-') {
        if text.get(5) != Some(&b'W') {
            return Ok(10);
        }
        if len < 8 {
            return Err(Invalid);
        }
        if text.get(8) == Some(&b'-') {
            if len == 9 {
                return Err(Invalid);
            }
            // `YYYY-Www-##`: the second hyphen is taken for the separator.
            return Ok(if digit(10) { 8 } else { 10 });
        }
        return Ok(8);
    }
    if text.get(4) != Some(&b'W') {
        return Ok(8);
    }
    let mut end = 7;
    while digit(end) {
        end += 1;
    }
    if end < 9 {
        return Ok(end);
    }
    Ok(if end % 2 == 0 { 7 } else { 8 })
}

/// `HH:MM:SS` with as many parts as `timespec` says. `None`: there is no such specification.
pub fn clock_text(fields: &Fields, timespec: &str) -> Option<String> {
    let Fields { hour, minute, second, micro, .. } = *fields;
    Some(match timespec {
        "auto" if micro == 0 => format!("{hour:02}:{minute:02}:{second:02}"),
        "auto" | "microseconds" => format!("{hour:02}:{minute:02}:{second:02}.{micro:06}"),
        "hours" => format!("{hour:02}"),
        "minutes" => format!("{hour:02}:{minute:02}"),
        "seconds" => format!("{hour:02}:{minute:02}:{second:02}"),
        "milliseconds" => format!("{hour:02}:{minute:02}:{second:02}.{:03}", micro / 1000),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_with_offsets() {
        let time = parse_time(b"04:05:06.5-01:30").ok().unwrap();
        assert_eq!((time.hour, time.minute, time.second, time.micro), (4, 5, 6, 500_000));
        assert_eq!(time.offset, Some(-5400 * calendar::SECOND));
        for bad in
            [&b"4:05"[..], b"04:5", b"0405:06", b"04:05:06.", b"04:05Z1", b"04:05+1", b"04:05+123", b"04:05+00:00:"]
        {
            assert!(parse_time(bad).is_err());
        }
    }
}
