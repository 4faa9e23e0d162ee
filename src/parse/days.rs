//! Days in running text: "June 3, 2016", "6/3/2016".

use crate::letter::Date;

/// The names of the months, in lower case.
pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The end of the name of a month, in full or short: "January", "Jan", "Sept".
fn month_end(bytes: &[u8], start: usize, name: &str) -> Option<usize> {
    let word = bytes.get(start..)?.iter().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
    let printed = bytes.get(start..start + word)?;
    let known = word == name.len() || word == 3 || (word == 4 && name == "september");
    let same = name.as_bytes().get(..word).is_some_and(|name| name.eq_ignore_ascii_case(printed));
    (known && same).then_some(start + word)
}

/// "June 3, 2016", "June 3rd 2016" and "Jun 3, 2016".
pub(super) fn written(bytes: &[u8], start: usize, month: usize) -> Option<Date> {
    let mut at = month_end(bytes, start, MONTHS.get(month)?)?;
    let mut skip = |these: &[u8]| {
        let n = bytes.get(at..).unwrap_or_default().iter().take(3).take_while(|b| these.contains(b)).count();
        at += n;
        at
    };
    let from = skip(b" .");
    let digits = |from: usize, most: usize| {
        let digits = bytes.get(from..).unwrap_or_default().iter().take(most).take_while(|b| b.is_ascii_digit());
        digits.fold((0u16, 0usize), |(value, n), b| (value * 10 + u16::from(b - b'0'), n + 1))
    };
    let (day, length) = digits(from, 2);
    if length == 0 {
        return None;
    }
    at = from + length;
    let ordinal = bytes.get(at..at + 2).is_some_and(|s| [b"st", b"nd", b"rd", b"th"].contains(&&[s[0], s[1]]));
    at += if ordinal { 2 } else { 0 };
    let from = at + bytes.get(at..)?.iter().take(3).take_while(|b| b" ,".contains(b)).count();
    let (year, length) = digits(from, 4);
    let ends = !bytes.get(from + length).is_some_and(u8::is_ascii_digit);
    (from > at && length == 4 && ends).then(|| plausible(year, month as u16 + 1, day)).flatten()
}

/// "6/3/2016", "06-03-16", "2016-06-03", where a word begins, and its end; "11-15- 2016" and "11-15- 16" come from broken
/// lines.
///
/// A year of two digits is one of this century, unless the day would be after `latest`, that of the decision: then it is
/// one of the last century, from 1960 on. "10/01/98" is of 1998, "10/20/30" in a letter of 2017 is no day.
pub(super) fn numeric(bytes: &[u8], start: usize, latest: Option<Date>) -> Option<(Date, usize)> {
    let number = |from: usize| {
        let digits = bytes.get(from..).unwrap_or_default().iter().take(5).take_while(|b| b.is_ascii_digit());
        digits.fold((0u16, from), |(value, end), b| {
            (value.saturating_mul(10).saturating_add(u16::from(b - b'0')), end + 1)
        })
    };
    let blank = |at: usize| at + usize::from(bytes.get(at) == Some(&b' '));
    let (month, end) = number(start);
    let whole = end - start == 4;
    let &joint = bytes.get(end).filter(|joint| matches!(joint, b'/' | b'-') && (end - start <= 2 || whole))?;
    if start.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|b| b"./-#".contains(b)) {
        return None;
    }
    let from = if whole { end + 1 } else { blank(end + 1) };
    let (day, end) = number(from);
    if !(1..=2).contains(&(end - from)) || bytes.get(end) != Some(&joint) {
        return None;
    }
    let from = if whole { end + 1 } else { blank(end + 1) };
    let (year, year_end) = number(from);
    let after = bytes.get(year_end);
    let goes_on = after.is_some_and(|b| b.is_ascii_alphanumeric() || b"/%".contains(b))
        || (matches!(after, Some(b'-' | b'.')) && bytes.get(year_end + 1).is_some_and(u8::is_ascii_digit));
    if goes_on {
        return None;
    }
    let date = match year_end - from {
        // "2016-11-03": the year stands first.
        1..=2 if whole => plausible(month, day, year),
        2 => {
            let this = plausible(2000 + year, month, day).filter(|date| latest.is_none_or(|latest| *date <= latest));
            this.or_else(|| plausible(1900 + year, month, day).filter(|_| year >= 60 && from == end + 1))
        }
        4 => plausible(year, month, day),
        _ => None,
    };
    Some((date?, year_end))
}

fn plausible(year: u16, month: u16, day: u16) -> Option<Date> {
    let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    (1950..2050).contains(&year).then_some(date)
}
