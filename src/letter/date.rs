//! Days of the calendar.

use std::fmt;
use std::str::FromStr;

use super::UnknownName;

/// A day of the Gregorian calendar, from the year 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The number of the day 1970-01-01; see [`Date::to_days`].
    pub const EPOCH: i32 = 719_162;

    /// The date, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let valid = (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1;
        (valid && day <= Self::days_in_month(year, month)).then_some(Self { year, month, day })
    }

    /// How many days a month has. The month is from 1 to 12.
    pub fn days_in_month(year: u16, month: u8) -> u8 {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// The year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// The date as the number `yyyymmdd`, which orders as dates do.
    pub fn to_u64(self) -> u64 {
        u64::from(self.year) * 10_000 + u64::from(self.month) * 100 + u64::from(self.day)
    }

    /// The date of a number `yyyymmdd`, if it is one.
    pub fn from_u64(number: u64) -> Option<Self> {
        let part = |n: u64| u8::try_from(n % 100).ok();
        Self::new(u16::try_from(number / 10_000).ok()?, part(number / 100)?, part(number)?)
    }

    /// The number of the day, from 0 for the first of January of the year 1.
    pub fn to_days(self) -> i32 {
        let before = i32::from(self.year) - 1;
        let of_years = 365 * before + before / 4 - before / 100 + before / 400;
        let of_months: i32 = (1..self.month).map(|month| i32::from(Self::days_in_month(self.year, month))).sum();
        of_years + of_months + i32::from(self.day) - 1
    }

    /// The day of this number; see [`Date::to_days`].
    pub fn from_days(days: i32) -> Option<Self> {
        // The year is this one or, at its end, the one before.
        let year = u16::try_from(i64::from(days) * 400 / 146_097 + 1).ok()?;
        let first = |year: u16| Some((year, Self::new(year, 1, 1)?.to_days()));
        let candidates = [year.saturating_add(1), year, year.saturating_sub(1)];
        let (year, first) = candidates.into_iter().filter_map(first).find(|(_, first)| *first <= days)?;
        let mut day = days - first;
        (1..=12).find_map(|month| {
            let length = i32::from(Self::days_in_month(year, month));
            if day < length {
                return Self::new(year, month, u8::try_from(day + 1).ok()?);
            }
            day -= length;
            None
        })
    }

    /// Parses `M/D/YYYY` or `M-D-YYYY` as letters print dates.
    pub fn parse_us(s: &str) -> Option<Self> {
        let mut parts = s.split(['/', '-']);
        let mut next = |longest: usize| {
            let part = parts.next()?;
            let shaped = !part.is_empty() && part.len() <= longest && part.bytes().all(|b| b.is_ascii_digit());
            shaped.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (month, day, year) = (next(2)?, next(2)?, next(4)?);
        (parts.next().is_none() && year >= 1000).then(|| Self::new(year, month as u8, day as u8)).flatten()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = UnknownName;

    /// Parses `YYYY-MM-DD`.
    fn from_str(s: &str) -> Result<Self, UnknownName> {
        let b = s.as_bytes();
        if b.len() != 10 || b[4] != b'-' || b[7] != b'-' || !s.is_ascii() {
            return Err(UnknownName);
        }
        let number = |part: &str| {
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten().ok_or(UnknownName)
        };
        Self::new(number(&s[..4])?, number(&s[5..7])? as u8, number(&s[8..])? as u8).ok_or(UnknownName)
    }
}
