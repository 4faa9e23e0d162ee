//! The clinical summary, and what it tells of the worker: age and sex.

use super::Severity;
use super::outline::Part;
use super::reading::Reading;
use super::words::{starts, word_end};
use super::{body, history};
use crate::letter::{Date, Letter, Sex};
use std::ops::Range;

/// Reads the summary, and age and sex from it.
pub(super) fn read(reading: &mut Reading<'_, '_>) {
    let Some(section) = reading.whole_section(Part::Summary) else {
        let message = "the section CLINICAL CASE SUMMARY was not found".to_owned();
        reading.note(Severity::Warning, "no_clinical_summary", message, None);
        return;
    };
    let range = without_openings(reading, section);
    let mut pages = Vec::new();
    let Some(summary) = reading.on_pages(range.clone(), &mut pages) else {
        let message = "the section CLINICAL CASE SUMMARY is empty".to_owned();
        reading.note(Severity::Warning, "no_clinical_summary", message, Some(range));
        return;
    };
    let (age, after) = age(&summary).map_or((None, 0), |(age, after)| (Some(age), after));
    reading.letter.age = age;
    if age.is_none() {
        reading.note(Severity::Info, "no_age", "the summary tells no age".to_owned(), Some(range.clone()));
    }
    reading.letter.sex = match sex(&summary, after) {
        Some((sex, Evidence::Word)) => Some(sex),
        Some((sex, Evidence::Pronouns)) => {
            let message = format!("the summary calls the worker neither male nor female; its pronouns say {sex}");
            reading.note(Severity::Info, "sex_from_pronouns", message, Some(range));
            Some(sex)
        }
        None => {
            reading.note(Severity::Info, "no_sex", "the summary tells no sex".to_owned(), Some(range));
            None
        }
    };
    // One walk over the words of the summary.
    let mut history = history::Reader::new(&summary, latest(&reading.letter));
    let (mut body, mut regions) = (body::Finder::new(&summary), Vec::new());
    for start in starts(&summary) {
        history.at(start);
        if let Some((_, parts)) = body.at(start).filter(|(at, _)| !history.denies(at.start)) {
            body::add(parts, &mut regions);
        }
    }
    let history = history.finish();
    reading.letter.diagnoses = history.diagnoses;
    reading.letter.summary_dates = history.dates;
    reading.letter.body_regions = regions.into_iter().map(str::to_owned).collect();
    reading.letter.clinical_summary = Some(summary);
    reading.letter.summary_pages = pages;
}

/// The last day that a summary can tell of: that of the decision, or else the end of the year after the case's.
fn latest(letter: &Letter) -> Option<Date> {
    // A case number begins with the two digits of its year.
    let year = letter.case_number.map(|case| 2000 + (case.to_u64() / 10_000_000) as u16);
    letter.decision_date.or_else(|| Date::new(year? + 1, 12, 31))
}

/// The section without the sentences that tell where the summary comes from.
fn without_openings(reading: &Reading<'_, '_>, section: Range<usize>) -> Range<usize> {
    let reviewers = ["expert", "physician", "medical"];
    let range = reviewers.iter().fold(section, |range, reviewer| {
        reading.without_opening(range, &["the", reviewer, "reviewer", "developed", "the", "following", "clinical"])
    });
    // "Disclaimer: The following case summary was taken directly from the utilization review denial dated ..."
    let text = reading.passage(range.clone());
    let label = text.trim_ascii_start();
    let inner = match label.get(..11).filter(|label| label.eq_ignore_ascii_case("disclaimer:")) {
        Some(label) => range.end - text.trim_ascii_start().len() + label.len()..range.end,
        None => range.clone(),
    };
    let shorter = reading.without_opening(inner.clone(), &["the", "following", "case", "summary", "was", "taken"]);
    if shorter == inner { range } else { shorter }
}

/// The first age that a summary tells in any of the usual forms, and where its words end.
pub(super) fn age(summary: &str) -> Option<(u16, usize)> {
    let bytes = summary.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_alphabetic() {
            let word = at;
            at = word_end(bytes, at);
            let told = number_in_words(bytes, word, at).and_then(|(age, end)| Some((age, end, age_words(bytes, end)?)));
            if let Some((age, end, after)) = told {
                if !tells_other_age(bytes, word, after) {
                    return Some((age, after));
                }
                at = end;
            }
            continue;
        }
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let starts =
            at.checked_sub(1).is_none_or(|b| !bytes[b].is_ascii_alphanumeric() && !b"./#$".contains(&bytes[b]));
        let number = summary.get(at..end).filter(|n| starts && n.len() <= 3).and_then(|n| n.parse().ok());
        // The worker works; ages of children and of conditions are out of this range more often than not.
        if let Some(age) = number.filter(|age| (14..=105).contains(age)) {
            let after = age_words(bytes, end).filter(|&after| !tells_other_age(bytes, at, after));
            if let Some(after) = after.or_else(|| follows_age_label(bytes, at).then_some(end)) {
                return Some((age, after));
            }
        }
        at = end;
    }
    None
}

/// A number from "twenty" to "ninety-nine" that begins with a word, and its end.
fn number_in_words(bytes: &[u8], start: usize, end: usize) -> Option<(u16, usize)> {
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    const ONES: [&str; 9] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let is = |range: Range<usize>, known: &str| bytes[range].eq_ignore_ascii_case(known.as_bytes());
    let tens = TENS.iter().zip(2u16..).find_map(|(name, tens)| is(start..end, name).then_some(tens * 10))?;
    // "forty-five", "forty five", and "forty- five" of a broken line.
    let gap = bytes[end..].iter().take(2).take_while(|b| matches!(b, b'-' | b' ')).count();
    let one = end + gap..word_end(bytes, end + gap);
    let ones = ONES.iter().zip(1u16..).find(|(name, _)| gap > 0 && is(one.clone(), name));
    Some(ones.map_or((tens, end), |(_, ones)| (tens + ones, one.end)))
}

/// The end of "year old", "years old", "years of age", "y/o", "yo", "yr old" after a number.
fn age_words(bytes: &[u8], from: usize) -> Option<usize> {
    let next = |at: usize| {
        let gap = bytes.get(at..)?.iter().take(4).take_while(|b| !b.is_ascii_alphanumeric()).count();
        let end = word_end(bytes, at + gap);
        (end > at + gap).then(|| (bytes[at + gap..end].to_ascii_lowercase(), end))
    };
    let (first, end) = next(from)?;
    match &first[..] {
        b"yo" | b"yearold" | b"yrold" => Some(end),
        b"y" => next(end).filter(|(word, _)| word == b"o").map(|(_, end)| end),
        b"year" | b"years" | b"yr" | b"yrs" => {
            let (second, end) = next(end)?;
            match &second[..] {
                b"old" | b"olds" => Some(end),
                b"of" => next(end).filter(|(word, _)| word == b"age").map(|(_, end)| end),
                _ => None,
            }
        }
        _ => None,
    }
}

/// "since 13 years old", "an 18-year-old injury": an age, but not the worker's.
fn tells_other_age(bytes: &[u8], at: usize, after: usize) -> bool {
    let before = super::words::word_before(bytes, at).map(|(s, e)| bytes[s..e].to_ascii_lowercase());
    if before.is_some_and(|w| [&b"since"[..], b"until", b"when", b"at", b"was"].contains(&&w[..]) && &w[..] != b"was") {
        return true;
    }
    let gap = bytes[after..].iter().take_while(|b| **b == b' ').count();
    let next = bytes[after + gap..word_end(bytes, after + gap)].to_ascii_lowercase();
    [&b"injury"[..], b"claim", b"accident", b"fracture", b"fusion", b"surgery", b"child", b"son", b"daughter"]
        .contains(&&next[..])
}

/// "age 57", "aged 57", "age: 57", "age of 57", "age is 57".
fn follows_age_label(bytes: &[u8], at: usize) -> bool {
    let low = at.saturating_sub(9);
    let before = bytes[low..at].to_ascii_lowercase();
    let before = before.trim_ascii_end();
    [&b"age"[..], b"aged", b"age:", b"age of", b"age is", b"age was"].iter().any(|label| {
        before.strip_suffix(*label).is_some_and(|head| head.last().is_none_or(|b| !b.is_ascii_alphanumeric()))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    Word,
    Pronouns,
}

/// The worker's sex: the first word for it after the age, in the same sentence; else in the first two sentences; else
/// by the pronouns, if they agree.
pub(super) fn sex(summary: &str, after_age: usize) -> Option<(Sex, Evidence)> {
    let sentence = summary.get(after_age..).unwrap_or_default();
    let sentence = &sentence[..sentence.find(". ").unwrap_or(sentence.len())];
    if after_age > 0
        && let Some(sex) = sex_word(sentence, true)
    {
        return Some((sex, Evidence::Word));
    }
    let opening_end = summary.match_indices(". ").nth(1).map_or(summary.len(), |(at, _)| at);
    if let Some(sex) = summary.get(..opening_end).and_then(|opening| sex_word(opening, false)) {
        return Some((sex, Evidence::Word));
    }
    let (mut male, mut female, mut subject) = (0usize, 0usize, false);
    let mut words = words(summary).peekable();
    while let Some((_, word)) = words.next() {
        let sex = match pronoun(word) {
            Some(sex) => sex,
            None => continue,
        };
        // "he/she" and "his or her" tell nothing.
        let pair = words.next_if(|(_, next)| pronoun(next).is_some_and(|other| other != sex));
        subject |= pair.is_none() && ["he", "she"].iter().any(|p| word.eq_ignore_ascii_case(p));
        match (pair, sex) {
            (Some(_), _) => {}
            (None, Sex::Male) => male += 1,
            (None, Sex::Female) => female += 1,
        }
    }
    let (most, least, sex) = if male > female { (male, female, Sex::Male) } else { (female, male, Sex::Female) };
    // A single "his" may be the physician's; a single "he" is more often the worker.
    let enough = most >= 2 || (most == 1 && subject);
    (enough && least * 5 <= most).then_some((sex, Evidence::Pronouns))
}

fn sex_word(text: &str, abbreviated: bool) -> Option<Sex> {
    for (i, (_, word)) in words(text).enumerate() {
        match word {
            "M" if abbreviated && i == 0 => return Some(Sex::Male),
            "F" if abbreviated && i == 0 => return Some(Sex::Female),
            _ => {}
        }
        let is = |known: &[&str]| known.iter().any(|k| word.eq_ignore_ascii_case(k));
        if is(&["male", "man", "gentleman"]) {
            return Some(Sex::Male);
        }
        if is(&["female", "woman", "lady"]) {
            return Some(Sex::Female);
        }
    }
    None
}

fn pronoun(word: &str) -> Option<Sex> {
    let is = |known: &[&str]| known.iter().any(|k| word.eq_ignore_ascii_case(k));
    if is(&["he", "his", "him", "himself"]) {
        Some(Sex::Male)
    } else if is(&["she", "her", "hers", "herself"]) {
        Some(Sex::Female)
    } else {
        None
    }
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).enumerate()
}
