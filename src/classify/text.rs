//! Text made comparable: lower-case words in the singular, one blank between them and at both ends.

/// Puts the words of a text into one form. Hyphens, slashes and other marks part words, apostrophes do not, `%` becomes a
/// word of its own, and what is not ASCII parts words.
///
/// The answer begins and ends with a blank, so that a term between blanks is found at whole words only.
pub(super) fn normalize(text: &str, into: &mut String) {
    into.clear();
    into.push(' ');
    let mut start = into.len();
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => into.push(c),
            'A'..='Z' => into.push(c.to_ascii_lowercase()),
            '\'' | '\u{2019}' | '\u{ad}' => {}
            '%' => {
                end_word(into, &mut start);
                into.push_str("percent ");
                start = into.len();
            }
            _ => end_word(into, &mut start),
        }
    }
    end_word(into, &mut start);
}

fn end_word(text: &mut String, start: &mut usize) {
    if text.len() > *start {
        let keep = singular(&text.as_bytes()[*start..]);
        let plural_of_y = keep.1;
        text.truncate(*start + keep.0);
        text.push_str(if plural_of_y { "y " } else { " " });
        *start = text.len();
    }
}

/// How many bytes of a word stay when it is put into the singular, and whether a `y` follows.
///
/// A rule of spelling, not of grammar: terms and requests go through it alike, so that it need only be the same for both.
fn singular(word: &[u8]) -> (usize, bool) {
    let n = word.len();
    if n < 4 || word[0].is_ascii_digit() || !word.ends_with(b"s") {
        return (n, false);
    }
    match word {
        // No plural, and the singular of its letters would be a number.
        b"tens" => (n, false),
        [.., b's' | b'u' | b'i', b's'] => (n, false),
        [.., b'i', b'e', b's'] if n > 4 => (n - 3, true),
        [.., b'c' | b's', b'h', b'e', b's'] | [.., b'x', b'e', b's'] | [.., b's', b's', b'e', b's'] => (n - 2, false),
        _ => (n - 1, false),
    }
}
