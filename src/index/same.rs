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
    // Whether a gap would be the second one, or the first byte.
    let mut in_gap = true;
    for part in text.as_bytes().chunk_by(|one, other| one.is_ascii() == other.is_ascii()) {
        if part.is_ascii() {
            // Each byte is written, and stays if it is no gap behind a gap: without a branch, since words are short.
            let mut end = words.len();
            words.resize(end + part.len(), b' ');
            for byte in part {
                let is_gap = !byte.is_ascii_alphanumeric();
                words[end] = if is_gap { b' ' } else { byte.to_ascii_lowercase() };
                end += usize::from(!(is_gap && in_gap));
                in_gap = is_gap;
            }
            words.truncate(end);
            continue;
        }
        // Characters of other bytes than those of ASCII stand together whole.
        for c in str::from_utf8(part).unwrap_or_default().chars() {
            let is_gap = !c.is_alphanumeric();
            if !is_gap {
                let mut buffer = [0; 4];
                c.to_lowercase().for_each(|c| words.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()));
            } else if !in_gap {
                words.push(b' ');
            }
            in_gap = is_gap;
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
