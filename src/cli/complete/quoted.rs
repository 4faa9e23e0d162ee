//! Words as they stand on a command line, of which the last may still be open.

/// The word that a shell makes of one as typed. What is not closed goes to the end.
pub fn unquoted(typed: &str, escapes: Escapes) -> String {
    let mut word = String::with_capacity(typed.len());
    let mut open: Option<char> = None;
    let mut rest = typed.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, open) {
            ('\\', _) => {
                let is_taken = rest.peek().is_some_and(|next| match open {
                    None => true,
                    Some('"') => "\"\\$`".contains(*next),
                    Some(_) => escapes == Escapes::InSingleMarks && "'\\".contains(*next),
                });
                match rest.next_if(|_| is_taken) {
                    Some(next) => word.push(next),
                    // At the end there is nothing yet that it stands before.
                    None if open.is_none() => {}
                    None => word.push('\\'),
                }
            }
            ('\'' | '"', None) => open = Some(c),
            (c, Some(mark)) if c == mark => open = None,
            _ => word.push(c),
        }
    }
    word
}

/// Where a backslash takes the meaning of what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// Not in single quotation marks, as POSIX has it.
    NotInSingleMarks,
    /// Also there, before a mark and a backslash, as Fish has it.
    InSingleMarks,
}

#[cfg(test)]
mod tests {
    use super::{Escapes, unquoted};

    #[test]
    fn words_are_what_shells_make_of_them() {
        for (typed, expected) in [
            ("plain", "plain"),
            (r"Pain\ M", "Pain M"),
            (r#""Pain M"#, "Pain M"),
            (r#"specialty:"Pain M"#, "specialty:Pain M"),
            (r#"'specialty:"Pain M"#, r#"specialty:"Pain M"#),
            (r#"specialty:\"Pain\ M"#, r#"specialty:"Pain M"#),
            (r#"'it'\''s"#, "it's"),
            (r#""a \" b \x"#, r#"a " b \x"#),
            ("a\\", "a"),
            ("'a\\", "a\\"),
            ("", ""),
            ("é'ü", "éü"),
        ] {
            assert_eq!(unquoted(typed, Escapes::NotInSingleMarks), expected, "{typed}");
        }
        assert_eq!(unquoted(r"'it\'s", Escapes::InSingleMarks), "it's");
        assert_eq!(unquoted(r"'it\'s", Escapes::NotInSingleMarks), "it\\s");
    }
}
