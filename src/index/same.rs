//! Which issues have the same rationale: reviewers use the same text in many letters.

use crate::record::IssueRecord;

/// A number that issues with the same rationale and outcome have in common: the first 64 bits of a digest, which two others
/// of ten million share with a chance of one in 400,000. `None` without a rationale.
///
/// Texts are the same if they have the same letters and digits in the same words; case, white space and punctuation do not
/// matter. An overturned issue is never one of the upheld ones, whatever its text.
pub fn rationale(issue: &IssueRecord) -> Option<u64> {
    let text = issue.rationale.as_deref()?;
    let outcome = issue.outcome.map_or("", |outcome| outcome.name());
    let mut words = Vec::with_capacity(outcome.len() + 1 + text.len());
    words.extend_from_slice(outcome.as_bytes());
    words.push(b'\n');
    let start = words.len();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            at += 1;
            if byte.is_ascii_alphanumeric() {
                words.push(byte.to_ascii_lowercase());
            } else if words.last() != Some(&b' ') && words.len() > start {
                words.push(b' ');
            }
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        if c.is_alphanumeric() {
            let mut buffer = [0; 4];
            c.to_lowercase().for_each(|c| words.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()));
        } else if words.last() != Some(&b' ') && words.len() > start {
            words.push(b' ');
        }
    }
    if words.ends_with(b" ") {
        words.pop();
    }
    let digest = blake3::hash(&words);
    let head = digest.as_bytes().first_chunk::<8>().copied().unwrap_or_default();
    (words.len() > start).then(|| u64::from_be_bytes(head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Outcome;

    fn of(text: &str, outcome: Option<Outcome>) -> Option<u64> {
        rationale(&IssueRecord { rationale: Some(text.to_owned()), outcome, ..IssueRecord::default() })
    }

    #[test]
    fn case_and_punctuation_do_not_matter_and_words_and_outcomes_do() {
        let upheld = Some(Outcome::Upheld);
        let plain = of("Not necessary: see above.", upheld);
        assert!(plain.is_some());
        for same in ["not  necessary, see\nabove", "(NOT necessary) see \u{201c}above\u{201d}"] {
            assert_eq!(of(same, upheld), plain, "{same}");
        }
        for other in ["Notnecessary see above", "Not necessary, see above 2", "Necessary not see above", "see above"] {
            assert_ne!(of(other, upheld), plain, "{other}");
        }
        assert_ne!(of("Not necessary: see above.", Some(Outcome::Overturned)), plain);
        assert_ne!(of("Not necessary: see above.", None), plain);
        assert_eq!(of("\u{c9}tude", upheld), of("\u{e9}tude!", upheld));
        assert_eq!((of(" -- ", upheld), rationale(&IssueRecord::default())), (None, None));
    }
}
