//! The header table, in the three ways in which text tools print it.
//!
//! A table kept, or label and value on one line: a value belongs to the label before it on its line. All labels of a
//! column first and then its values: the first label takes the first value of its kind, and only if there are as many
//! values as labels. What is left over is not guessed at.

use super::Severity;
use super::days;
use super::reading::Reading;
use super::words::{next_word, phrase, word_end};
use crate::letter::{CaseNumber, Date, Layout, Priority};
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    CaseNumber,
    DateOfInjury,
    DateAssigned,
    DecisionDate,
    UrDenialDate,
    ApplicationReceived,
    Priority,
}

/// The labels, the longest first where one begins another.
const LABELS: &[(Field, &[&str])] = &[
    (Field::CaseNumber, &["imr", "case", "number"]),
    (Field::CaseNumber, &["maximus", "case", "number"]),
    (Field::CaseNumber, &["case", "number"]),
    (Field::CaseNumber, &["case", "no"]),
    (Field::DateOfInjury, &["date", "of", "injury"]),
    (Field::DateAssigned, &["date", "assigned"]),
    (Field::DecisionDate, &["decision", "date"]),
    (Field::DecisionDate, &["date", "of", "decision"]),
    (Field::DecisionDate, &["dated"]),
    (Field::UrDenialDate, &["ur", "denial", "date"]),
    (Field::UrDenialDate, &["ur", "decision", "date"]),
    (Field::UrDenialDate, &["date", "of", "ur", "denial"]),
    (Field::UrDenialDate, &["date", "of", "ur", "decision"]),
    (Field::ApplicationReceived, &["imr", "application", "received"]),
    (Field::ApplicationReceived, &["date", "application", "received"]),
    (Field::ApplicationReceived, &["application", "received"]),
    // The table breaks this label over two lines, and its value may stand between them.
    (Field::ApplicationReceived, &["application"]),
    (Field::ApplicationReceived, &["received"]),
    (Field::Priority, &["priority"]),
];

const FIELDS: &[(Field, &str)] = &[
    (Field::CaseNumber, "case number"),
    (Field::DateOfInjury, "date of injury"),
    (Field::DateAssigned, "date assigned"),
    (Field::DecisionDate, "decision date"),
    (Field::UrDenialDate, "UR denial date"),
    (Field::ApplicationReceived, "application received"),
    (Field::Priority, "priority"),
];

impl Field {
    fn kind(self) -> Kind {
        match self {
            Self::CaseNumber => Kind::Case,
            Self::Priority => Kind::Priority,
            _ => Kind::Date,
        }
    }

    fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Case,
    Date,
    Priority,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Case(CaseNumber),
    Date(Date),
    /// It has the form of a date, but the calendar does not have it.
    NoDate,
    Priority(Priority),
}

impl Value {
    fn kind(self) -> Kind {
        match self {
            Self::Case(_) => Kind::Case,
            Self::Date(_) | Self::NoDate => Kind::Date,
            Self::Priority(_) => Kind::Priority,
        }
    }
}

/// More labels than any header has, each twice: what waits stays short in any text.
const MOST_LABELS: usize = 16;

/// Labels that wait for their values, and values that came without a label on their line.
#[derive(Default)]
struct Waiting {
    labels: Vec<(Field, Range<usize>)>,
    values: Vec<(Value, Range<usize>)>,
}

/// Reads the header from the part of the text before the first section.
pub(super) fn read(reading: &mut Reading<'_, '_>, zone: Range<usize>) {
    let view = reading.view;
    let text = view.text().get(..zone.end).unwrap_or_default();
    let bytes = text.as_bytes();
    let mut waiting = Waiting::default();
    let mut seen_label = false;
    // The label just before, if nothing but white space of the same line stands between.
    let mut label_before: Option<Field> = None;
    // Where the labels of this line begin among the waiting ones, and whether the line gave a value to a label.
    let (mut line_labels, mut line_paired) = (0, false);
    let mut at = zone.start;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => {
                if line_paired {
                    // In a table kept, a label followed by another one on its line has an empty cell. The last one
                    // may have its value on the next line.
                    let last = waiting.labels.len().saturating_sub(usize::from(label_before.is_some()));
                    waiting.labels.drain(line_labels.min(last)..last);
                }
                (line_labels, line_paired, label_before) = (waiting.labels.len(), false, None);
                at += 1;
                continue;
            }
            b if !b.is_ascii_alphanumeric() => {
                at += 1;
                continue;
            }
            _ => {}
        }
        if let Some((value, end)) = value_at(text, at) {
            let span = at..end;
            match label_before.take().filter(|field| field.kind() == value.kind()) {
                Some(field) => {
                    waiting.labels.pop();
                    line_paired = true;
                    set(reading, field, value, span);
                }
                None => waiting.values.push((value, span)),
            }
            at = end;
        } else if let Some((field, end)) = label_at(text, at) {
            if !waiting.values.is_empty() || waiting.labels.len() > MOST_LABELS {
                settle(reading, &mut waiting);
                line_labels = 0;
            }
            seen_label = true;
            // The second half of a label adds nothing to the first.
            waiting.labels.retain(|(waits, _)| *waits != field || field != Field::ApplicationReceived);
            line_labels = line_labels.min(waiting.labels.len());
            waiting.labels.push((field, at..end));
            label_before = Some(field);
            at = end;
        } else {
            at = word_end(bytes, at).max(at + 1);
        }
    }
    settle(reading, &mut waiting);
    finish(reading, seen_label);
}

/// Gives waiting values to waiting labels, in order, kind by kind.
fn settle(reading: &mut Reading<'_, '_>, waiting: &mut Waiting) {
    for kind in [Kind::Case, Kind::Date, Kind::Priority] {
        let labels = waiting.labels.iter().filter(|(field, _)| field.kind() == kind);
        let values = waiting.values.iter().filter(|(value, _)| value.kind() == kind);
        let (wanted, given) = (labels.clone().count(), values.clone().count());
        if wanted == given {
            for ((field, _), (value, span)) in labels.zip(values) {
                set(reading, *field, *value, span.clone());
            }
        } else if let (Some((_, first)), Some((_, last)), true) =
            (labels.clone().next(), values.clone().next_back(), given > 0)
        {
            let message = format!("{wanted} labels and {given} values stand apart: which belongs to which is unknown");
            reading.note(Severity::Warning, "header_ambiguous", message, Some(first.start..last.end));
        }
    }
    waiting.labels.clear();
    waiting.values.clear();
}

fn set(reading: &mut Reading<'_, '_>, field: Field, value: Value, span: Range<usize>) {
    let letter = &mut reading.letter;
    let agrees = match (field, value) {
        (Field::CaseNumber, Value::Case(number)) => *letter.case_number.get_or_insert(number) == number,
        (Field::Priority, Value::Priority(priority)) => *letter.priority.get_or_insert(priority) == priority,
        (_, Value::Date(date)) => {
            let slot = match field {
                Field::DateOfInjury => &mut letter.date_of_injury,
                Field::DateAssigned => &mut letter.date_assigned,
                Field::DecisionDate => &mut letter.decision_date,
                Field::UrDenialDate => &mut letter.ur_denial_date,
                _ => &mut letter.application_received,
            };
            *slot.get_or_insert(date) == date
        }
        _ => {
            let message = format!("the {} is no date of the calendar", field.name());
            reading.note(Severity::Error, "invalid_date", message, Some(span));
            return;
        }
    };
    if !agrees {
        let message = format!("the {} stands twice, with different values: the first one counts", field.name());
        reading.note(Severity::Warning, "header_conflict", message, Some(span));
    }
}

/// Says what is missing.
fn finish(reading: &mut Reading<'_, '_>, seen_label: bool) {
    if reading.letter.case_number.is_none() {
        reading.letter.case_number = reading.view.case_number();
    }
    if !seen_label {
        reading.note(Severity::Warning, "no_header", "the letter has no header table".to_owned(), None);
        return;
    }
    for &(field, name) in FIELDS {
        let letter = &reading.letter;
        let missing = match field {
            Field::CaseNumber => letter.case_number.is_none(),
            Field::DateOfInjury => letter.date_of_injury.is_none(),
            Field::DateAssigned => letter.date_assigned.is_none(),
            Field::DecisionDate => letter.decision_date.is_none(),
            Field::UrDenialDate => letter.ur_denial_date.is_none(),
            Field::ApplicationReceived => letter.application_received.is_none(),
            Field::Priority => letter.priority.is_none(),
        };
        // The layouts of 2013 have no such fields.
        let early = matches!(letter.layout, Layout::Notice | Layout::ProfessionalReview);
        let known = !(early && matches!(field, Field::DateAssigned | Field::Priority));
        if missing && known {
            reading.note(Severity::Warning, "missing_header_field", format!("the header tells no {name}"), None);
        }
    }
}

/// The label at an offset, if one begins here.
fn label_at(text: &str, at: usize) -> Option<(Field, usize)> {
    let bytes = text.as_bytes();
    if !bytes.get(at)?.is_ascii_alphabetic() || at.checked_sub(1).is_some_and(|b| bytes[b].is_ascii_alphanumeric()) {
        return None;
    }
    let initial = bytes[at].to_ascii_lowercase();
    let starts = |words: &[&str]| words.first().is_some_and(|w| w.as_bytes().first() == Some(&initial));
    LABELS.iter().filter(|(_, words)| starts(words)).find_map(|(field, words)| {
        let end = phrase(text, at, words)?;
        let gap = bytes[end..].iter().take_while(|b| **b == b' ').count();
        match bytes.get(end + gap) {
            Some(b':' | b';' | b'#') => return Some((*field, end + gap + 1)),
            _ if bytes[at].is_ascii_lowercase() => return None,
            _ => {}
        }
        // A label that lost its colon is one only before a value; half a label also at the end of a line.
        let next = next_word(bytes, end)?;
        let value = value_at(text, next).is_some_and(|(value, _)| value.kind() == field.kind());
        let half = *words == ["application"];
        let received = half && phrase(text, next, &["received"]).is_some();
        (value || received).then_some((*field, end))
    })
}

/// The value at an offset, if one begins here.
fn value_at(text: &str, at: usize) -> Option<(Value, usize)> {
    let bytes = text.as_bytes();
    if at.checked_sub(1).is_some_and(|b| bytes[b].is_ascii_alphanumeric() || b"/-".contains(&bytes[b])) {
        return None;
    }
    match bytes.get(at)?.to_ascii_lowercase() {
        b'0'..=b'9' => {
            let length = bytes[at..].iter().take(11).take_while(|b| b.is_ascii_digit() || b"/-".contains(b)).count();
            let token = &text[at..at + length];
            let separators = token.bytes().filter(|b| !b.is_ascii_digit()).count();
            if separators != 2 || length < 6 || bytes.get(at + length).is_some_and(u8::is_ascii_alphanumeric) {
                return None;
            }
            let date = Date::parse_us(token).or_else(|| token.parse().ok());
            Some((date.map_or(Value::NoDate, Value::Date), at + length))
        }
        b'a' | b'd' | b'f' | b'j' | b'm' | b'n' | b'o' if written_date(text, at).is_some() => {
            written_date(text, at).map(|(date, end)| (Value::Date(date), end))
        }
        b'c' => {
            let number = text.get(at..at + 12)?.parse().ok()?;
            let ends = !bytes.get(at + 12).is_some_and(u8::is_ascii_alphanumeric);
            ends.then_some((Value::Case(number), at + 12))
        }
        b's' => match phrase(text, at, &["standard"]) {
            Some(end) => Some((Value::Priority(Priority::Standard), end)),
            None => written_date(text, at).map(|(date, end)| (Value::Date(date), end)),
        },
        b'e' => phrase(text, at, &["expedited"]).map(|end| (Value::Priority(Priority::Expedited), end)),
        b'r' => phrase(text, at, &["regular"]).map(|end| (Value::Priority(Priority::Standard), end)),
        _ => None,
    }
}

/// "November 30, 2016", "Sept. 3, 2016".
fn written_date(text: &str, at: usize) -> Option<(Date, usize)> {
    /// The longest is "September 30th, 2016".
    const LONGEST: usize = 24;
    let bytes = text.as_bytes();
    let name = bytes.get(at..at + 3)?;
    let month = days::MONTHS.iter().position(|month| month.as_bytes()[..3].eq_ignore_ascii_case(name))?;
    let date = days::written(bytes, at, month)?;
    let reach = bytes.get(at..bytes.len().min(at + LONGEST))?;
    let end = reach.windows(4).position(|four| four.iter().all(|b| b.is_ascii_digit()))?;
    Some((date, at + end + 4))
}
