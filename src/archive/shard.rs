//! Shards of an archive: which of how many, and the names of their files.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// The ending of a manifest, behind the shard's name.
const MANIFEST: &str = "manifest.json";

/// The most shards that an archive is cut into.
pub const MOST_SHARDS: u32 = 99_999;

/// One of the shards of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// The shard of this number, from 0, of so many; `None` where there is none.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (number < of && of <= MOST_SHARDS).then_some(Self { number, of })
    }

    /// Which one it is, from 0.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// The name of its files, without an ending.
    pub fn stem(self) -> String {
        format!("part-{:05}-of-{:05}", self.number, self.of)
    }

    /// The name of its manifest, which stands beside its records.
    pub fn manifest(self) -> String {
        format!("{}.{MANIFEST}", self.stem())
    }

    /// The shard whose manifest a file is, by the file's name.
    pub fn of_manifest(name: &str) -> Option<Self> {
        Self::of_name(name).filter(|(_, ending)| *ending == MANIFEST).map(|(shard, _)| shard)
    }

    /// The shard of a file, by the file's name, and the name's ending.
    pub fn of_name(name: &str) -> Option<(Self, &str)> {
        let (stem, ending) = name.split_once('.')?;
        let (number, of) = stem.strip_prefix("part-")?.split_once("-of-")?;
        let shard = Self::new(number.parse().ok()?, of.parse().ok()?)?;
        (shard.stem() == stem).then_some((shard, ending))
    }

    /// What it has of so many things in a row: the shards have runs of them one after the other, no two of which differ in
    /// length by more than one.
    pub fn range(self, things: usize) -> std::ops::Range<usize> {
        let at = |number: u32| {
            let at = things as u128 * u128::from(number) / u128::from(self.of);
            usize::try_from(at).unwrap_or(things)
        };
        at(self.number)..at(self.number + 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let numbers = text.split_once('/').and_then(|(shard, of)| Some((number(shard)?, number(of)?)));
        let usage = |fact: String| Error::new(ErrorKind::Usage, fact);
        match numbers {
            None => Err(usage("is not which of how many shards, such as `0/8`".to_owned())),
            Some((_, of)) if of == 0 || of > MOST_SHARDS => Err(usage(format!("there are 1 to {MOST_SHARDS} shards"))),
            Some((number, of)) => Self::new(number, of)
                .ok_or_else(|| usage(format!("shards are numbered from 0, so the last of {of} is `{}/{of}`", of - 1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_its_text_and_its_name() {
        for (text, stem) in
            [("0/1", "part-00000-of-00001"), ("7/8", "part-00007-of-00008"), ("99998/99999", "part-99998-of-99999")]
        {
            let shard: Shard = text.parse().unwrap();
            assert_eq!((shard.to_string().as_str(), shard.stem().as_str()), (text, stem));
            assert_eq!(Shard::of_name(&format!("{stem}.jsonl")), Some((shard, "jsonl")));
            assert_eq!(Shard::of_manifest(&shard.manifest()), Some(shard));
            assert_eq!(Shard::of_manifest(&format!("{stem}.json")), None);
        }
        for text in ["", "3", "8/8", "0/0", "-1/8", "+1/8", "1/2/3", "a/b", " 1/2", "0/100000"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        for name in
            ["part-0-of-1.jsonl", "part-00001-of-00001.jsonl", "part-00000-of-00001", ".part-00000-of-00001.jsonl"]
        {
            assert_eq!(Shard::of_name(name), None, "{name}");
        }
    }

    #[test]
    fn shards_are_all_things_in_runs_of_equal_length() {
        for (things, of) in [(0, 1), (0, 3), (1, 3), (7, 3), (9, 3), (100, 7), (5, 99_999)] {
            let ranges: Vec<_> = (0..of).map(|number| Shard::new(number, of).unwrap().range(things)).collect();
            assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, things));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            let lengths = ranges.iter().map(ExactSizeIterator::len);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1, "{things} in {of}");
        }
    }
}
