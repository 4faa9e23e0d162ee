//! Lines joined to paragraphs.

use memchr::memmem;

/// Joins a passage, given with its lines, to one paragraph with single spaces.
///
/// A hyphen at the end of a line joins its word with the next ("Non-" and "MTUS"), unless it is left hanging
/// ("pre-" and "and post-operative"). `one_word` tells of two parts whether they are one word without the hyphen. The lines come
/// with their places, and `begins` is told of each that has words where it begins in the paragraph.
pub(super) fn joined<'t>(
    passage: &'t str,
    lines: impl Iterator<Item = (usize, &'t str)>,
    mut one_word: impl FnMut(&str, &str) -> bool,
    mut begins: impl FnMut(usize, usize),
) -> String {
    let mut out = String::with_capacity(passage.len());
    // Where columns were, blanks stand together; few passages have them.
    let columns = memmem::find(passage.as_bytes(), b"  ").is_some();
    for (place, line) in lines.map(|(place, line)| (place, line.trim_ascii())).filter(|(_, line)| !line.is_empty()) {
        match parted(&out, line) {
            Some((first, second)) => {
                if one_word(first, second) {
                    out.pop();
                }
            }
            None if out.is_empty() => {}
            None => out.push(' '),
        }
        begins(place, out.len());
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
