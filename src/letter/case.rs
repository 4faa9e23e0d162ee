//! Case numbers.

use std::fmt;
use std::str::FromStr;

use super::UnknownName;

/// A case number of the form `CM16-0213037`: two digits of the year, seven of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseNumber {
    year: u8,
    serial: u32,
}

impl CaseNumber {
    /// The highest value of [`CaseNumber::to_u64`].
    pub const MAX_U64: u64 = 99 * 10_000_000 + 9_999_999;

    /// The number as one integer, in the order of the printed form.
    pub fn to_u64(self) -> u64 {
        u64::from(self.year) * 10_000_000 + u64::from(self.serial)
    }

    /// The case number that this integer stands for, if it does.
    pub fn from_u64(number: u64) -> Option<Self> {
        let is_one = number <= Self::MAX_U64;
        is_one.then_some(Self { year: (number / 10_000_000) as u8, serial: (number % 10_000_000) as u32 })
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CM{:02}-{:07}", self.year, self.serial)
    }
}

impl FromStr for CaseNumber {
    type Err = UnknownName;

    /// Parses `CM16-0213037`, in either case, and nothing around it.
    fn from_str(s: &str) -> Result<Self, UnknownName> {
        let b = s.as_bytes();
        let shaped = b.len() == 12
            && b[..2].eq_ignore_ascii_case(b"CM")
            && b[4] == b'-'
            && b[2..4].iter().chain(&b[5..]).all(u8::is_ascii_digit);
        if !shaped {
            return Err(UnknownName);
        }
        let digits = |range: &[u8]| range.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
        Ok(Self { year: digits(&b[2..4]) as u8, serial: digits(&b[5..]) })
    }
}
