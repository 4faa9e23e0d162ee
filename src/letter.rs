//! Letters as plain values: a letter, its issues, their outcomes and guidelines.

use std::fmt;
use std::str::FromStr;

/// One Final Determination of an Independent Medical Review.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letter {
    /// The number that MAXIMUS gave the case.
    pub case_number: Option<CaseNumber>,
    /// When the worker was injured.
    pub date_of_injury: Option<Date>,
    /// When the case was assigned to a reviewer.
    pub date_assigned: Option<Date>,
    /// When the determination was made.
    pub decision_date: Option<Date>,
    /// When utilization review denied the request.
    pub ur_denial_date: Option<Date>,
    /// When the application for the review came in.
    pub application_received: Option<Date>,
    /// Standard or expedited.
    pub priority: Option<Priority>,
    /// Who reviewed.
    pub reviewer: Reviewer,
    /// The worker's age in years, as the clinical summary tells it.
    pub age: Option<u16>,
    /// The worker's sex, as the clinical summary tells it.
    pub sex: Option<Sex>,
    /// Which of the known layouts the letter has.
    pub layout: Layout,
    /// The reviewer's summary of the case.
    pub clinical_summary: Option<String>,
    /// The disputed treatments, in the order of the letter.
    pub issues: Vec<Issue>,
    /// The whole text, kept only where the layout is unknown.
    pub text: Option<String>,
}

impl Letter {
    /// The letter's outcome, folded from its issues: all upheld is upheld, all overturned is overturned, otherwise
    /// partially overturned. `None` without issues, or when an issue's outcome could not be read.
    pub fn outcome(&self) -> Option<LetterOutcome> {
        let mut seen = [false; 2];
        for issue in &self.issues {
            seen[issue.outcome? as usize] = true;
        }
        match seen {
            [true, false] => Some(LetterOutcome::Upheld),
            [false, true] => Some(LetterOutcome::Overturned),
            [true, true] => Some(LetterOutcome::PartiallyOverturned),
            [false, false] => None,
        }
    }
}

/// One disputed treatment of a letter, with its decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issue {
    /// The place in the letter, from 1.
    pub number: u32,
    /// The heading as printed, without the outcome.
    pub issue: String,
    /// The service category; `None` until classification exists.
    pub category: Option<String>,
    /// Upheld or overturned; `None` where the letter does not say it in words that are known.
    pub outcome: Option<Outcome>,
    /// The guideline that the reviewer relied on ("MAXIMUS guideline").
    pub guideline: Guideline,
    /// The guideline that the claims administrator relied on.
    pub claims_guideline: Guideline,
    /// Why the reviewer decided so.
    pub rationale: Option<String>,
}

/// The decision on one issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The denial stands: the treatment is not medically necessary.
    Upheld,
    /// The denial is reversed: the treatment is medically necessary.
    Overturned,
}

/// The decision of a letter as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LetterOutcome {
    /// All issues are upheld.
    Upheld,
    /// All issues are overturned.
    Overturned,
    /// Some are upheld, some overturned.
    PartiallyOverturned,
}

/// How urgent the review was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// The usual course.
    Standard,
    /// Decided faster because the worker's health was at risk.
    Expedited,
}

/// The worker's sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

/// The layouts of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Layout {
    /// "The Expert Reviewer has the following credentials:", about 2015 to today.
    Credentials,
    /// "The expert reviewer is Board Certified in ...", about 2014.
    BoardCertified,
    /// None of the known ones.
    #[default]
    Unknown,
}

/// The credentials of the expert reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reviewer {
    /// The states that licensed the reviewer, in the order of the letter.
    pub licensure: Vec<String>,
    /// Board certifications and specialties, in the order of the letter.
    pub specialties: Vec<String>,
}

/// What a decision is based on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guideline {
    /// The text as printed; `None` where the letter has no such line.
    pub text: Option<String>,
    /// Inside or outside of the MTUS; `None` where the text does not tell.
    pub basis: Option<Basis>,
    /// The sources that the text names, in its order.
    pub citations: Vec<Citation>,
}

/// Whether a decision is based on the Medical Treatment Utilization Schedule (MTUS, 8 CCR 9792.20 and following).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// Only the MTUS is cited.
    Mtus,
    /// Only other sources are cited.
    NonMtus,
    /// The MTUS and other sources are cited.
    Both,
    /// The letter says that no medical evidence was cited.
    None,
}

/// One source that a guideline line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The body of guidelines.
    pub source: Source,
    /// The MTUS chapter with its year, such as "Low Back Complaints 2004".
    pub chapter: Option<String>,
    /// The sections named for the chapter.
    pub sections: Vec<String>,
    /// The words that this citation was read from.
    pub text: String,
}

/// The body of guidelines of a citation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Medical Treatment Utilization Schedule.
    Mtus,
    /// Official Disability Guidelines.
    Odg,
    /// American College of Occupational and Environmental Medicine, cited outside of the MTUS.
    Acoem,
    /// Anything else.
    Other,
}

/// Gives an enumeration the names under which it is exported, and parses them back.
macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The name in exported records.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(s: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|v| v.name().eq_ignore_ascii_case(s)).ok_or(UnknownName)
            }
        }
    };
}

/// The text is not the name of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownName;

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a known name")
    }
}

impl std::error::Error for UnknownName {}

names!(Outcome { Upheld = "upheld", Overturned = "overturned" });
names!(LetterOutcome { Upheld = "upheld", Overturned = "overturned", PartiallyOverturned = "partially_overturned" });
names!(Priority { Standard = "standard", Expedited = "expedited" });
names!(Sex { Male = "male", Female = "female" });
names!(Layout { Credentials = "credentials", BoardCertified = "board_certified", Unknown = "unknown" });
names!(Basis { Mtus = "mtus", NonMtus = "non_mtus", Both = "both", None = "none" });
names!(Source { Mtus = "mtus", Odg = "odg", Acoem = "acoem", Other = "other" });

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

/// A day of the Gregorian calendar, from the year 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
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
