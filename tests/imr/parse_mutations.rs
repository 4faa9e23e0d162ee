//! Letters damaged in one place: parsing ends, and what is damaged in one issue stays in that issue.

use crate::invented::{Layout, Letter, Linearization};
use crate::parse::{names, text};
use crate::parse_properties::checked;
use crate::parse_record;
use imr::parse::parse;
use proptest::prelude::*;
use serde_json::Value;

/// Letters with several issues, each with a rationale of its own, of all five layouts.
const LETTERS: &[&str] = &[
    "credentials_table",
    "credentials_columns",
    "board_certified_three_issues",
    "decision_list_table",
    "notice_table",
    "notice_running_headers",
    "professional_review_three_blocks",
];

fn issues(text: &str) -> Vec<Value> {
    let mut record = parse_record::letter(&checked(text).letter);
    let mut issues = record["issues"].as_array_mut().map(std::mem::take).unwrap_or_default();
    // A page break may be damaged as well, and those behind it are of other pages then.
    issues.iter_mut().for_each(|issue| drop(issue.as_object_mut().and_then(|issue| issue.shift_remove("pages"))));
    issues
}

/// The lines of a letter that belong to the rationale of one issue and nothing else, by issue.
///
/// The last one is left out: before a page break, a rationale without the end of its last sentence and a heading that
/// begins on the page before look the same.
fn lines_of_rationales(text: &str) -> Vec<Vec<usize>> {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let issues = issues(text);
    let rationales: Vec<String> =
        issues.iter().map(|i| i["rationale"].as_str().unwrap_or_default().to_owned()).collect();
    let lines: Vec<String> = text.lines().map(squeezed).collect();
    let own = |issue: usize, line: &str| {
        line.len() > 20
            && rationales.iter().enumerate().all(|(i, rationale)| rationale.contains(line) == (i == issue))
            && lines.iter().filter(|other| *other == line).count() == 1
    };
    let but_last = |issue| {
        let mut found: Vec<usize> = (0..lines.len()).filter(|&i| own(issue, &lines[i])).collect();
        found.pop();
        found
    };
    (0..issues.len()).map(but_last).collect()
}

#[derive(Debug, Clone, Copy)]
enum Damage {
    Drop,
    Double,
    Swap,
    Cut,
}

fn damage(lines: &mut [String], damage: Damage, at: usize, other: usize, cut: usize) {
    match damage {
        Damage::Drop => lines[at].clear(),
        Damage::Double => lines[at] = format!("{}\n{}", lines[at], lines[at]),
        Damage::Swap => lines.swap(at, other),
        Damage::Cut => {
            let end = lines[at].floor_char_boundary(cut % (lines[at].len() + 1));
            lines[at].truncate(end);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damage_inside_of_a_rationale_stays_in_its_issue(
        name in prop::sample::select(LETTERS.to_vec()),
        kind in prop::sample::select(vec![Damage::Drop, Damage::Double, Damage::Swap, Damage::Cut]),
        issue in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        cut in 0..200usize,
    ) {
        let letter = text(name);
        let own = lines_of_rationales(&letter);
        let with_lines: Vec<usize> = (0..own.len()).filter(|&i| !own[i].is_empty()).collect();
        prop_assert!(!with_lines.is_empty() && own.len() > 1, "{} has no rationale to damage", name);
        let issue = with_lines[issue.index(with_lines.len())];
        let mine = &own[issue];
        let mut lines: Vec<String> = letter.lines().map(str::to_owned).collect();
        damage(&mut lines, kind, mine[at.index(mine.len())], mine[other.index(mine.len())], cut);
        let damaged = lines.join("\n") + "\n";
        let (before, after) = (issues(&letter), issues(&damaged));
        prop_assert_eq!(before.len(), after.len(), "{:?} in issue {}:\n{}", kind, issue + 1, damaged);
        for (i, (before, after)) in before.iter().zip(&after).enumerate().filter(|(i, _)| *i != issue) {
            prop_assert_eq!(before, after, "{:?} in issue {} changes issue {}:\n{}", kind, issue + 1, i + 1, damaged);
        }
    }

    #[test]
    fn damage_anywhere_in_an_issue_stays_with_it_and_its_neighbours(
        letter in prop::sample::select(long_letters()),
        kind in prop::sample::select(vec![Damage::Drop, Damage::Double, Damage::Swap, Damage::Cut]),
        line in any::<prop::sample::Index>(),
        cut in 0..200usize,
    ) {
        let mut lines: Vec<String> = letter.lines().map(str::to_owned).collect();
        let labels: Vec<usize> =
            (0..lines.len()).filter(|&i| lines[i].trim_start_matches('\u{c}').starts_with("Claims Administrator guideline:")).collect();
        let at = labels[0] + line.index(lines.len() - labels[0]);
        let next = (at + 1).min(lines.len() - 1);
        // A line belongs to the last issue whose label stands before it, or to the heading of the next.
        let label_count = |line: usize| labels.iter().filter(|&&label| label <= line).count();
        let (first, last) = (label_count(at).saturating_sub(2), label_count(next) + 1);
        damage(&mut lines, kind, at, next, cut);
        let damaged = lines.join("\n") + "\n";
        let (before, after) = (issues(&letter), issues(&damaged));
        prop_assert_eq!(&before[..first], &after[..first.min(after.len())], "{:?} of line {}:\n{}", kind, at + 1, damaged);
        // Counted from the end, for issues may have come or gone; their numbers with them.
        let behind = before.len().saturating_sub(last);
        prop_assert!(after.len() >= behind);
        let unnumbered = |issues: &[Value]| -> Vec<Value> {
            let mut issues = issues[issues.len() - behind..].to_vec();
            issues.iter_mut().for_each(|issue| issue["number"] = Value::Null);
            issues
        };
        prop_assert_eq!(unnumbered(&before), unnumbered(&after), "{:?} of line {}:\n{}", kind, at + 1, damaged);
    }
}

/// Invented letters with many issues, in known layouts.
fn long_letters() -> Vec<String> {
    let letters = (1..400).map(|number| Letter::invent(3, number));
    let long = letters.filter(|l| l.issues.len() > 5 && LABELLED.contains(&l.layout));
    long.take(6).map(|letter| letter.to_text(Linearization::Table)).collect()
}

const LABELLED: &[Layout] = &[Layout::Credentials, Layout::BoardCertified];

#[test]
fn a_letter_may_end_at_any_byte() {
    for name in names("txt") {
        let letter = text(&name);
        let bytes = letter.len();
        for end in (0..=bytes).filter(|&end| letter.is_char_boundary(end)) {
            checked(&letter[..end]);
        }
    }
}

#[test]
fn lines_may_be_dropped_doubled_and_swapped() {
    for name in names("txt") {
        let letter = text(&name);
        let lines: Vec<&str> = letter.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            let mut changed = lines.clone();
            changed.remove(at);
            checked(&changed.concat());
            changed.insert(at, lines[at]);
            changed.insert(at, lines[at]);
            checked(&changed.concat());
            changed.remove(at);
            changed.swap(at, lines.len() / 2);
            checked(&changed.concat());
        }
        assert_eq!(parse(&lines.concat()), parse(&letter));
    }
}
