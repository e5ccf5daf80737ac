//! The proleptic Gregorian calendar: days by ordinal (1 January of year 1 is day 1), ISO weeks, fields of a moment.

pub const MIN_YEAR: i64 = 1;
pub const MAX_YEAR: i64 = 9999;
pub const MAX_ORDINAL: i64 = 3_652_059;
pub const SECOND: i64 = 1_000_000;
pub const DAY: i64 = 86_400 * SECOND;
pub const DAY_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub const MONTH_NAMES: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const DAYS_BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month (1 to 12) of a year.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        1..=12 => DAYS_BEFORE[month as usize] - DAYS_BEFORE[month as usize - 1],
        _ => 0,
    }
}

/// Days of a year before a month (1 to 12).
pub fn days_before_month(year: i64, month: i64) -> i64 {
    DAYS_BEFORE[(month - 1).clamp(0, 11) as usize] + i64::from(month > 2 && is_leap(year))
}

/// The ordinal of a date.
pub fn ordinal(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100)
        + before.div_euclid(400)
        + days_before_month(year, month)
        + day
}

/// Year, month and day of an ordinal.
pub fn from_ordinal(ordinal: i64) -> (i64, i64, i64) {
    // Within four centuries the count is estimated by the longest lengths; the last day of each period is the exception.
    let (n400, rest) = ((ordinal - 1).div_euclid(146_097), (ordinal - 1).rem_euclid(146_097));
    let n100 = (rest / 36_524).min(3);
    let rest = rest - n100 * 36_524;
    let (n4, rest) = (rest / 1461, rest % 1461);
    let n1 = (rest / 365).min(3);
    let rest = rest - n1 * 365;
    let year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
    let month = (1..=12).rev().find(|month| days_before_month(year, *month) <= rest).unwrap_or(1);
    (year, month, rest - days_before_month(year, month) + 1)
}

/// The day of the week of an ordinal: Monday is 0.
pub fn weekday(ordinal: i64) -> i64 {
    (ordinal + 6).rem_euclid(7)
}

/// The ordinal of the Monday that starts the first ISO week of a year.
pub fn iso_week1_monday(year: i64) -> i64 {
    let first = ordinal(year, 1, 1);
    let day = weekday(first);
    first - day + if day > 3 { 7 } else { 0 }
}

/// ISO year, week and weekday (Monday is 1) of a date.
pub fn iso_calendar(year: i64, month: i64, day: i64) -> (i64, i64, i64) {
    let today = ordinal(year, month, day);
    let iso_year = if today < iso_week1_monday(year) {
        year - 1
    } else if today >= iso_week1_monday(year + 1) {
        year + 1
    } else {
        year
    };
    let offset = today - iso_week1_monday(iso_year);
    (iso_year, offset / 7 + 1, offset % 7 + 1)
}

/// The ordinal of an ISO date, or what is wrong with it.
pub fn from_iso_calendar(year: i64, week: i64, day: i64) -> Result<i64, String> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(format!("year must be in {MIN_YEAR}..{MAX_YEAR}, not {year}"));
    }
    let first_day = weekday(ordinal(year, 1, 1));
    let is_long = first_day == 3 || (first_day == 2 && is_leap(year));
    if !(1..=if is_long { 53 } else { 52 }).contains(&week) {
        return Err(format!("Invalid week: {week}"));
    }
    if !(1..=7).contains(&day) {
        return Err(format!("Invalid weekday: {day} (range is [1, 7])"));
    }
    Ok(iso_week1_monday(year) + (week - 1) * 7 + day - 1)
}

/// The fields of a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct Fields {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub micro: i64,
}

impl Fields {
    /// The start of a day.
    pub fn of_date(year: i64, month: i64, day: i64) -> Fields {
        Fields { year, month, day, hour: 0, minute: 0, second: 0, micro: 0 }
    }

    /// Microseconds since the day before ordinal 1.
    pub fn total(&self) -> i64 {
        ordinal(self.year, self.month, self.day) * DAY + self.time_total()
    }

    /// Microseconds of the day.
    pub fn time_total(&self) -> i64 {
        ((self.hour * 60 + self.minute) * 60 + self.second) * SECOND + self.micro
    }

    /// The fields of a count of microseconds; `None` outside the years 1 to 9999.
    pub fn from_total(total: i128) -> Option<Fields> {
        let total = i64::try_from(total).ok()?;
        let (day, rest) = (total.div_euclid(DAY), total.rem_euclid(DAY));
        if !(1..=MAX_ORDINAL).contains(&day) {
            return None;
        }
        let (year, month, day) = from_ordinal(day);
        let seconds = rest / SECOND;
        Some(Fields {
            year,
            month,
            day,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micro: rest % SECOND,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_and_dates_agree_over_all_days() {
        let mut expected = (1, 1, 1);
        for number in 1..=MAX_ORDINAL {
            assert_eq!(from_ordinal(number), expected);
            let (year, month, day) = expected;
            assert_eq!(ordinal(year, month, day), number);
            expected = if day < days_in_month(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }

    #[test]
    fn iso_weeks_go_both_ways() {
        for number in ordinal(1999, 1, 1)..ordinal(2030, 1, 1) {
            let (year, month, day) = from_ordinal(number);
            let (iso_year, week, weekday) = iso_calendar(year, month, day);
            assert_eq!(from_iso_calendar(iso_year, week, weekday), Ok(number));
        }
        assert_eq!(from_iso_calendar(2021, 53, 1), Err("Invalid week: 53".to_owned()));
    }
}
