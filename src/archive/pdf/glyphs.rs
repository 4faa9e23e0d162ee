//! Glyph names to characters: the Adobe Glyph List, `uniXXXX`, `uXXXXX`, ligatures and suffixes.

/// The list as published: `name;code points`, sorted by name, after its licence in lines that begin with `#`.
static LIST: &str = include_str!("glyphlist.txt");

/// Appends the characters that a glyph name stands for; false if the name does not tell.
pub(super) fn append(name: &[u8], text: &mut String) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    // `a.sc`, `one.oldstyle`: the part before the first dot names the character.
    let base = name.split('.').next().unwrap_or(name);
    if base.is_empty() || base.len() > 128 {
        return false;
    }
    let before = text.len();
    // `f_f_i`: the parts of a ligature.
    if base.split('_').all(|part| append_part(part, text)) {
        return true;
    }
    text.truncate(before);
    false
}

fn append_part(part: &str, text: &mut String) -> bool {
    if let Some(points) = listed(part) {
        text.extend(points.split(' ').filter_map(hex));
        return true;
    }
    if let Some(digits) = part.strip_prefix("uni")
        && digits.len() >= 4
        && digits.len().is_multiple_of(4)
        && digits.is_ascii()
    {
        let before = text.len();
        for i in (0..digits.len()).step_by(4) {
            text.extend(digits.get(i..i + 4).and_then(hex));
        }
        return text.len() > before;
    }
    if let Some(digits) = part.strip_prefix('u')
        && (4..=6).contains(&digits.len())
        && let Some(c) = hex(digits)
    {
        text.push(c);
        return true;
    }
    false
}

fn hex(digits: &str) -> Option<char> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

/// Finds the code points of a name by halving the list: the lines of the licence sort before all names.
fn listed(name: &str) -> Option<&'static str> {
    let bytes = LIST.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let start = bytes[low..middle].iter().rposition(|&b| b == b'\n').map_or(low, |i| low + i + 1);
        let end = bytes[middle..high].iter().position(|&b| b == b'\n').map_or(high, |i| middle + i);
        let line = LIST.get(start..end)?;
        let (key, points) = line.split_once(';').unwrap_or((line, ""));
        if line.starts_with('#') || key < name {
            low = end + 1;
        } else if key > name {
            high = start;
        } else {
            return Some(points);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(name: &str) -> Option<String> {
        let mut text = String::new();
        append(name.as_bytes(), &mut text).then_some(text)
    }

    #[test]
    fn every_line_of_the_list_is_found() {
        for line in LIST.lines().filter(|l| !l.starts_with('#')) {
            let (name, points) = line.split_once(';').expect("two fields");
            assert_eq!(listed(name), Some(points), "{name}");
        }
    }

    #[test]
    fn names_outside_the_list() {
        for (name, want) in [
            ("uni20AC", Some("€")),
            ("uni00660069", Some("fi")),
            ("u1F600", Some("\u{1F600}")),
            ("f_f_i", Some("ffi")),
            ("a.sc", Some("a")),
            ("one.oldstyle", Some("1")),
            (".notdef", None),
            ("g123", None),
            ("uniZZZZ", None),
            ("", None),
            ("u110000", None),
        ] {
            assert_eq!(meaning(name).as_deref(), want, "{name}");
        }
    }
}
