//! Days of the calendar as day numbers, so that dates can be added to.

use std::fmt;

/// A day, counted from 1970-01-01. `Display` gives the ISO form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(i64);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Date {
    /// The day of a year, month and day.
    pub fn new(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
    }

    /// Year, month and day.
    pub fn parts(self) -> (i64, i64, i64) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
    }

    /// The year.
    pub fn year(self) -> i64 {
        self.parts().0
    }

    /// The day so many days earlier.
    pub fn earlier(self, days: u64) -> Self {
        Self(self.0 - days as i64)
    }

    /// How many days lie between an earlier day and this one.
    pub fn days_since(self, earlier: Self) -> u64 {
        (self.0 - earlier.0).max(0) as u64
    }

    /// As headers print it: `MM/DD/YYYY`.
    pub fn us(self) -> String {
        let (year, month, day) = self.parts();
        format!("{month:02}/{day:02}/{year:04}")
    }

    /// Writes the date as running text has it, in one of four ways.
    pub fn write(self, style: u8, out: &mut String) {
        use fmt::Write;
        let (year, month, day) = self.parts();
        // Writing to a string cannot fail.
        let _ = match style % 4 {
            0 => write!(out, "{month:02}-{day:02}-{year}"),
            1 => write!(out, "{month:02}/{day:02}/{year}"),
            2 => write!(out, "{month}-{day}-{:02}", year % 100),
            _ => write!(out, "{} {day}, {year}", MONTHS[month as usize - 1]),
        };
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}
