//! The notice: "Notice of Independent Medical Review Determination", 2013.
//!
//! The determinations stand twice, at the top and under "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE". Guideline
//! and rationale follow in a section for each ("1) Regarding the request for REQUEST:"), joined by text and number.

use super::Known;
use crate::letter::Layout;
use crate::parse::Severity;
use crate::parse::draft::{self, Draft, Form};
use crate::parse::heading::Verdict;
use crate::parse::mark::number_at;
use crate::parse::numbered;
use crate::parse::outline::{Anchor, Outline, Part};
use crate::parse::reading::Reading;
use crate::parse::text::View;
use crate::parse::words::phrase;
use crate::parse::{contradiction, documents, header, reviewer, summary};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

pub(super) const LAYOUT: Known = Known { layout: Layout::Notice, recognises, read };

/// A determination: "1) MAXIMUS Federal Services, Inc. has determined the request for REQUEST is ...".
#[derive(Debug, Clone)]
struct Determination {
    number: Option<u32>,
    heading: Range<usize>,
    /// `None` where the letter contradicts itself.
    verdict: Option<Verdict>,
}

/// The section of a request, for which several numbers may stand.
#[derive(Debug, Clone)]
struct Section {
    numbers: Vec<u32>,
    heading: Range<usize>,
    claims: Option<Range<usize>>,
    reviewer: Option<Range<usize>>,
    rationale: Option<Range<usize>>,
}

fn recognises(view: &View<'_>, outline: &Outline) -> bool {
    // The title may stand inside of a line; where it does, the section on the reviewer tells a letter from a quotation.
    let titles = [Part::Notice, Part::NoticeDecision, Part::Regarding, Part::Qualifications];
    titles.into_iter().any(|part| outline.first(part).is_some())
        && outline.all(Part::Determined).any(|a| determination(view.text(), outline, a).is_some())
}

fn read(reading: &mut Reading<'_, '_>) {
    header::read(reading, reading.header_zone());
    reviewer::read_sentence(reading, reading.reviewer_zones());
    documents::read(reading);
    summary::read(reading);
    let determinations = determinations(reading);
    let sections = sections(reading);
    if !sections.is_empty() && sections.iter().map(|s| s.numbers.len().max(1)).sum::<usize>() != determinations.len() {
        let message = format!("{} requests are decided, {} are reasoned about", determinations.len(), sections.len());
        reading.note(Severity::Warning, "sections_differ", message, sections.first().map(|s| s.heading.clone()));
    }
    let drafts = join(reading, determinations, sections);
    draft::finish(reading, drafts, Form::Sentences);
    contradiction::stated(reading);
}

/// The determinations, those at the top and their repetition laid together.
fn determinations(reading: &mut Reading<'_, '_>) -> Vec<Determination> {
    let (text, outline) = (reading.view.text(), reading.outline);
    let sections = outline.first(Part::Regarding).map_or(text.len(), |first| first.start);
    let all: Vec<_> = outline
        .all(Part::Determined)
        .take_while(|a| a.start < sections)
        .filter_map(|a| Some((a.start, determination(text, outline, a)?)))
        .collect();
    // The repetition stands under its heading, or begins where the numbers start again.
    let heading = outline.first(Part::NoticeDecision).map(|a| a.start);
    let again = || {
        let again = all.windows(2).find(|pair| pair[1].1.number <= pair[0].1.number);
        again.map_or(usize::MAX, |pair| pair[1].0)
    };
    let border = heading.filter(|at| all.first().is_some_and(|(first, _)| first < at)).unwrap_or_else(again);
    let (mut first, second): (Vec<_>, Vec<_>) = all.into_iter().partition(|(at, _)| *at < border);
    // The repetitions by number, in their order.
    let mut waiting: HashMap<Option<u32>, VecDeque<Determination>> = HashMap::new();
    for (_, determination) in second {
        waiting.entry(determination.number).or_default().push_back(determination);
    }
    for (_, one) in &mut first {
        let Some(again) = waiting.get_mut(&one.number).and_then(VecDeque::pop_front) else { continue };
        if again.verdict != one.verdict {
            one.verdict = None;
            let number = one.number.map_or_else(String::new, |number| format!(" {number}"));
            let message = format!("determination{number} stands twice, with different outcomes: neither counts");
            reading.note(Severity::Error, "determinations_differ", message, Some(again.heading.clone()));
        } else if key(text, again.heading.clone()) != key(text, one.heading.clone()) {
            let number = one.number.map_or_else(String::new, |number| format!(" {number}"));
            let message = format!("determination{number} stands twice, with different requests: the first one counts");
            reading.note(Severity::Warning, "request_differs", message, Some(again.heading.clone()));
        }
    }
    let mut all: Vec<Determination> = first.into_iter().map(|(_, determination)| determination).collect();
    all.extend(waiting.into_values().flatten());
    all.sort_by_key(|determination| determination.number.map_or((0, determination.heading.start), |n| (n, 0)));
    all
}

fn determination(text: &str, outline: &Outline, anchor: Anchor) -> Option<Determination> {
    let next = outline.next_after(anchor.end, Part::SECTIONS).map_or(text.len(), |next| next.start);
    let number = number_at(text, anchor.start).map(|(number, _)| number);
    let words = text.get(..anchor.end)?;
    // "that" may follow.
    let (heading, said) = numbered::decision(text, words.len()..next)?;
    Some(Determination { number, heading, verdict: Some(said.verdict) })
}

/// The sections "Regarding the request for REQUEST:".
fn sections(reading: &Reading<'_, '_>) -> Vec<Section> {
    let (text, outline) = (reading.view.text(), reading.outline);
    let regarding: Vec<Anchor> = outline.all(Part::Regarding).collect();
    let mut sections = Vec::new();
    for (i, anchor) in regarding.iter().enumerate() {
        let end = regarding.get(i + 1).map_or(text.len(), |next| next.start);
        let others = [Part::Closing, Part::How, Part::Summary, Part::Documents, Part::Qualifications];
        let others = others.into_iter().filter_map(|part| outline.within(anchor.end..end, part));
        let end = others.map(|next| next.start).min().unwrap_or(end);
        let inside = |part| outline.within(anchor.end..end, part);
        let (relied, rationale) = (inside(Part::ReliedUpon), inside(Part::Rationale));
        let first = [relied, rationale].into_iter().flatten().map(|a| a.start).min().unwrap_or(end);
        let relied = relied.map(|a| a.end..rationale.filter(|r| r.start >= a.end).map_or(end, |r| r.start));
        let (claims, reviewer) = relied.map_or((None, None), |range| by_whom(text, range));
        let heading = anchor.end..first;
        // The request ends with the colon that ends its line, or with its paragraph.
        let request = text.get(heading.clone()).unwrap_or_default().trim_ascii();
        let stop = request.rfind(':').filter(|&at| request.get(at + 1..).is_some_and(|rest| rest.trim().is_empty()));
        let length = stop.or_else(|| request.find(":\n")).unwrap_or(request.len());
        let start = heading.end - text.get(heading.clone()).unwrap_or_default().trim_ascii_start().len();
        sections.push(Section {
            numbers: numbers(text, anchor),
            heading: start..start + length,
            claims,
            reviewer,
            rationale: rationale.map(|a| a.end..end.max(a.end)),
        });
    }
    sections
}

/// The numbers before "Regarding": "1)", "1) and 2)", "1) - 3)".
fn numbers(text: &str, anchor: &Anchor) -> Vec<u32> {
    let opening = text.get(anchor.start..anchor.end).unwrap_or_default();
    let mut numbers: Vec<u32> = Vec::new();
    let mut range = false;
    let opening =
        &opening[..opening.find(['R', 'r']).filter(|_| opening.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(0)];
    for piece in opening.split_inclusive(|c: char| !c.is_ascii_digit()) {
        if let Ok(number) = piece.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>() {
            match numbers.last() {
                Some(&last) if range && (last..last + 50).contains(&number) => numbers.extend(last + 1..=number),
                _ => numbers.push(number),
            }
            range = false;
        }
        range |= piece.contains('-') || piece.contains('t');
    }
    numbers
}

/// The guidelines of the claims administrator, and from the first sentence on the reviewer's own, his.
fn by_whom(text: &str, range: Range<usize>) -> (Option<Range<usize>>, Option<Range<usize>>) {
    const REVIEWER: &[&[&str]] = &[
        &["the", "expert", "reviewer"],
        &["the", "physician", "reviewer"],
        &["the", "medical", "reviewer"],
        &["the", "professional", "reviewer"],
        &["the", "reviewer"],
        &["per", "the", "strength", "of", "evidence"],
    ];
    let within = text.get(range.clone()).unwrap_or_default();
    let capitals = within.match_indices(['T', 'P']).map(|(at, _)| range.start + at);
    let reviewer = { capitals }.find(|&at| {
        let opens = !text.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric()));
        opens
            && REVIEWER.iter().any(|words| phrase(text, at, words).is_some_and(|end| !of_claims(text, end, range.end)))
    });
    let claims = range.start..reviewer.unwrap_or(range.end);
    // Without the claims administrator's name, what is relied upon is the reviewer's.
    let named = text.get(claims.clone()).unwrap_or_default().match_indices(['C', 'c']);
    let named = { named }.any(|(at, _)| phrase(text, claims.start + at, &["claims", "administrator"]).is_some());
    match (named, reviewer) {
        (true, Some(at)) => (Some(claims), Some(at..range.end)),
        (true, None) => (Some(claims), None),
        (false, _) => (None, Some(range)),
    }
}

/// Whether a sentence goes on to name the claims administrator as its subject: "Per the Strength of Evidence hierarchy, the
/// Claims Administrator based ..."
fn of_claims(text: &str, from: usize, end: usize) -> bool {
    let rest = text.get(from..end).unwrap_or_default();
    let sentence = &rest[..rest.find(". ").unwrap_or(rest.len())];
    let mut capitals = sentence.match_indices(", the");
    capitals.any(|(at, _)| phrase(text, from + at + 2, &["the", "claims", "administrator"]).is_some())
}

/// Lays sections and determinations together: by the text of the request, else by number.
fn join(reading: &mut Reading<'_, '_>, determinations: Vec<Determination>, sections: Vec<Section>) -> Vec<Draft> {
    let text = reading.view.text();
    let keys: Vec<String> = sections.iter().map(|section| key(text, section.heading.clone())).collect();
    // The first section of a number, and that of a request which no other section has.
    let mut by_number: HashMap<u32, usize> = HashMap::new();
    let mut by_words: HashMap<&str, Option<usize>> = HashMap::new();
    for (i, section) in sections.iter().enumerate() {
        for &number in &section.numbers {
            by_number.entry(number).or_insert(i);
        }
        by_words.entry(&keys[i]).and_modify(|known| *known = None).or_insert(Some(i));
    }
    let single = determinations.len() == 1 && sections.len() == 1;
    let mut used = vec![false; sections.len()];
    let mut drafts = Vec::new();
    for (place, determination) in (1..).zip(&determinations) {
        let number = determination.number.unwrap_or(place);
        let wanted = key(text, determination.heading.clone());
        let numbered = by_number.get(&number).copied().or(single.then_some(0));
        // The number decides between requests of the same words, the words where they are found once.
        let worded = by_words.get(wanted.as_str()).copied().flatten();
        let found = numbered
            .filter(|&i| keys[i] == wanted)
            .or(worded)
            .or(numbered.filter(|&i| !used[i] || sections[i].numbers.len() > 1));
        let mut draft = Draft {
            heading: determination.heading.clone(),
            verdict: determination.verdict,
            printed: determination.number,
            ..Draft::default()
        };
        if let Some(i) = found {
            let section = &sections[i];
            used[i] = true;
            if section.numbers.len() <= 1 && !(keys[i].contains(&wanted) || wanted.contains(&keys[i])) {
                let message = format!("determination {number} and the section of its number name different requests");
                reading.note(Severity::Warning, "request_differs", message, Some(section.heading.clone()));
            }
            draft.claims = section.claims.clone();
            draft.reviewer = section.reviewer.clone();
            draft.rationale = section.rationale.clone();
        }
        drafts.push(draft);
    }
    for (section, _) in sections.into_iter().zip(used).filter(|(_, used)| !used) {
        drafts.push(Draft {
            heading: section.heading,
            claims: section.claims,
            reviewer: section.reviewer,
            rationale: section.rationale,
            printed: section.numbers.first().copied(),
            ..Draft::default()
        });
    }
    drafts
}

/// What of a request is compared: its letters and digits.
fn key(text: &str, range: Range<usize>) -> String {
    let request = text.get(range).unwrap_or_default();
    request.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
