//! What contradicts itself in a letter. Both sides are kept; a remark says so.

use super::Severity;
use super::heading::Verdict;
use super::outline::Part;
use super::reading::Reading;
use super::verdict;
use std::ops::Range;

/// Reads the outcome that the letter states as a whole.
pub(super) fn stated(reading: &mut Reading<'_, '_>) {
    let text = reading.view.text();
    // "Final determination: Upheld" under the heading of the issues is one issue's.
    let issues = [Part::Issues, Part::DecisionList].into_iter().filter_map(|part| reading.outline.first(part));
    let end = issues.map(|heading| heading.start).min().unwrap_or(usize::MAX);
    // Where a summary, a list of documents or a rationale has the words, they tell of another decision.
    const OF_LETTER: &[Part] = &[
        Part::How,
        Part::Credentials,
        Part::Notice,
        Part::NoticeDecision,
        Part::Determined,
        Part::ReviewTitle,
        Part::Closing,
    ];
    let mut of_letter = true;
    let stated = reading.outline.anchors().iter().take_while(|a| a.start < end).filter(|a| {
        if Part::SECTIONS.contains(&a.part) || Part::LABELS.contains(&a.part) {
            of_letter = OF_LETTER.contains(&a.part);
        }
        a.part == Part::Stated && of_letter
    });
    let found = { stated }.find_map(|a| Some((a.start, verdict::stated(text, a.end)?)));
    let Some((start, (outcome, end))) = found else { return };
    reading.letter.stated_outcome = Some(outcome);
    if let Some(folded) = reading.letter.outcome().filter(|folded| *folded != outcome) {
        let message = format!("the letter states {outcome}, its issues amount to {folded}");
        reading.note(Severity::Warning, "stated_outcome_differs", message, Some(start..end));
    }
}

/// Remarks on a rationale that ends with the opposite of the outcome.
pub(super) fn rationale(
    reading: &mut Reading<'_, '_>,
    number: u32,
    verdict: Option<Verdict>,
    rationale: &str,
    range: Option<Range<usize>>,
) {
    let told = |verdict| match verdict {
        Verdict::Upheld => "not medically necessary",
        Verdict::Overturned => "medically necessary",
        Verdict::Partial => "medically necessary in part",
    };
    if let Some(said) = verdict
        && let Some(concluded) = verdict::opposite_conclusion(rationale, said)
    {
        let outcome = match said {
            Verdict::Upheld => "upheld",
            Verdict::Overturned => "overturned",
            Verdict::Partial => "decided in part",
        };
        let message = format!("issue {number} is {outcome}, but its rationale ends: {}", told(concluded));
        reading.note(Severity::Warning, "rationale_contradicts", message, range);
    }
}

/// Remarks on printed numbers that do not count from 1, given with their places.
pub(super) fn numbers(reading: &mut Reading<'_, '_>, printed: impl Iterator<Item = (u32, Range<usize>)>) {
    // Numbers have two digits at most.
    let mut seen = [false; 100];
    let mut before = 0;
    for (number, at) in printed {
        let twice = seen.get_mut(number as usize).is_some_and(|seen| std::mem::replace(seen, true));
        if twice {
            let message = format!("two issues have the number {number}");
            reading.note(Severity::Warning, "duplicate_issue_number", message, Some(at));
        } else if number != before + 1 {
            let message = format!("issue number {number} follows number {before}");
            reading.note(Severity::Warning, "issue_number_gap", message, Some(at));
        }
        before = number;
    }
}
