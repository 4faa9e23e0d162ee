//! Lines joined to paragraphs.

use memchr::{memchr_iter, memmem};

/// Joins the lines of a passage to one paragraph with single spaces.
///
/// A hyphen at the end of a line joins its word with the next ("Non-" and "MTUS"), unless it is left hanging
/// ("pre-" and "and post-operative"). `one_word` tells of two parts whether they are one word without the hyphen.
pub(super) fn joined(passage: &str, mut one_word: impl FnMut(&str, &str) -> bool) -> String {
    let mut out = String::with_capacity(passage.len());
    // Where columns were, blanks stand together; few passages have them.
    let columns = memmem::find(passage.as_bytes(), b"  ").is_some();
    let mut start = 0;
    for end in memchr_iter(b'\n', passage.as_bytes()).chain([passage.len()]) {
        let line = passage[start..end].trim_matches([' ', '\x0c']);
        start = end + 1;
        if line.is_empty() {
            continue;
        }
        match parted(&out, line) {
            Some((first, second)) => {
                if one_word(first, second) {
                    out.pop();
                }
            }
            None if out.is_empty() => {}
            None => out.push(' '),
        }
        if columns {
            for (i, word) in line.split(' ').filter(|w| !w.is_empty()).enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                out.push_str(word);
            }
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The two parts of a word that a hyphen parts at the end of a line.
fn parted<'a>(before: &'a str, after: &'a str) -> Option<(&'a str, &'a str)> {
    let stem = before.strip_suffix('-').filter(|stem| stem.ends_with(|c: char| c.is_ascii_alphanumeric()))?;
    let word = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let first = stem.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    (!word.is_empty() && !["and", "or", "to"].contains(&word)).then_some((first, word))
}
