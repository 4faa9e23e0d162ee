//! The second strength of a combination with acetaminophen: "Hydrocodone 10/325" names no second drug but its dose.

use super::table::TABLES;

/// The doses of acetaminophen in combinations with opioids, in mg: those sold, and those sold until 2014.
const DOSES: [&str; 4] = ["300", "325", "500", "650"];
/// The word that stands for the second drug.
const SECOND: &str = "apap ";
/// So many words before the strengths may hold the drug: "hydrocodone bitartrate tablets 10/325".
const REACH: usize = 4;

/// The text with "apap" behind a drug whose strength is a pair with a dose of acetaminophen, if the tables know the two
/// together. `request` is what the text was made of.
pub(super) fn name_second(request: &str, mut text: String) -> String {
    if !has_pair(request) {
        return text;
    }
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut at = 1;
    for word in text.get(1..).unwrap_or_default().split_inclusive(' ') {
        words.push((at, word.trim_end()));
        at += word.len();
    }
    let pair = |two: &[(usize, &str)]| match two {
        [(_, first), (_, second)] => {
            let first = first.strip_suffix("mg").unwrap_or(first);
            let number = !first.is_empty() && first.len() <= 2 && first.bytes().all(|b| b.is_ascii_digit());
            number && is_dose(second)
        }
        _ => false,
    };
    let Some(place) = words.windows(2).position(pair) else { return text };
    // Of a compound name the longest part that the tables know with acetaminophen.
    for last in (place.saturating_sub(REACH)..place).rev() {
        for first in last.saturating_sub(1)..=last {
            let end = words[last].0 + words[last].1.len() + 1;
            let name = text.get(words[first].0 - 1..end).unwrap_or_default();
            if TABLES.term(&format!("{name}{SECOND}")).is_some() {
                text.insert_str(end, SECOND);
                return text;
            }
        }
    }
    text
}

fn is_dose(word: &str) -> bool {
    DOSES.contains(&word.strip_suffix("mg").unwrap_or(word))
}

/// Whether a dose of acetaminophen stands behind a slash or a hyphen.
fn has_pair(request: &str) -> bool {
    request.split(['/', '-']).skip(1).any(|part| {
        let part = part.trim_start();
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        DOSES.contains(&&part[..digits])
    })
}
