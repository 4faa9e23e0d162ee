//! Words of a command line as a shell takes them, for whoever tells a command to be typed.

use super::style::one_line;

/// The flag of a field, such as `--drug-group`.
pub fn flag_of(field: &str) -> String {
    format!("--{}", field.replace('_', "-"))
}

/// A flag of a field with its value, as words of a command line. A value that begins with a hyphen would be a flag of its own.
pub fn flag(field: &str, value: &str) -> Vec<String> {
    let flag = flag_of(field);
    match value.starts_with('-') {
        true => vec![format!("{flag}={value}")],
        false => vec![flag, value.to_owned()],
    }
}

/// A query as words of a command line: in front of its flags, or where it begins with a hyphen behind them and `--`.
pub fn around(query: &str, flags: Vec<String>) -> Vec<String> {
    match (query.is_empty(), query.starts_with('-')) {
        (true, _) => flags,
        (_, true) => [flags, vec!["--".to_owned(), query.to_owned()]].concat(),
        (_, false) => [vec![query.to_owned()], flags].concat(),
    }
}

/// Words as one line for a shell, which takes them as they are.
pub fn line<S: AsRef<str>>(words: &[S]) -> String {
    words.iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" ")
}

/// The same for a page or a terminal: without what would break the line or act on who shows it.
pub fn shown_line<S: AsRef<str>>(words: &[S]) -> String {
    let shown: Vec<String> = words.iter().map(|word| one_line(word.as_ref())).collect();
    line(&shown)
}

/// A word as a shell takes it. What some shell would act on stands in quotation marks, such as `~`, braces, and for zsh
/// what begins with `=`.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_,./:@=".contains(c);
    match !word.is_empty() && !word.starts_with('=') && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_act_on_is_quoted() {
        for (word, expected) in [
            ("acupuncture", "acupuncture"),
            ("2016-12..2017", "2016-12..2017"),
            ("@mris", "@mris"),
            ("--drug=a,b", "--drug=a,b"),
            ("", "''"),
            (">=40", "'>=40'"),
            ("=ls", "'=ls'"),
            ("~", "'~'"),
            ("it's", r"'it'\''s'"),
            ("a b\n$(c) `d` \\ \"", "'a b\n$(c) `d` \\ \"'"),
            ("ä", "'ä'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn what_begins_with_a_hyphen_is_no_flag() {
        let of = |query: &str, value: &str| line(&around(query, flag("drug_group", value)));
        assert_eq!(of("mri", "opioid"), "mri --drug-group opioid");
        assert_eq!(of("-mri", "-x y"), "'--drug-group=-x y' -- -mri");
        assert_eq!(of("", "*"), "--drug-group '*'");
        assert_eq!(shown_line(&["a\u{202e}b\n"]), "'a b '");
    }
}
