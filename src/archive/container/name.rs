//! Names within containers: data that somebody wrote, never paths on a disk.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// The most bytes of a name in an address; what is longer is cut.
const SHOWN_BYTES: usize = 400;
/// Stands for what cannot be shown.
const ODD: char = char::REPLACEMENT_CHARACTER;

/// A name as it is shown and addressed: relative, with `/` between its parts, without `.` and `..`, without control
/// characters and marks that turn the direction of writing, and without `!/`, which separates container and entry.
pub(super) fn clean(name: &str) -> String {
    let mut clean = String::with_capacity(name.len());
    let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    for part in parts {
        if !clean.is_empty() {
            if clean.ends_with('!') {
                clean.pop();
                clean.push(ODD);
            }
            clean.push('/');
        }
        clean.extend(part.chars().map(|c| if is_odd(c) { ODD } else { c }));
        if clean.len() > SHOWN_BYTES {
            break;
        }
    }
    if clean.len() > SHOWN_BYTES {
        // The end stays, since it tells what kind of file this is.
        let end = clean.ceil_char_boundary(clean.len() - SHOWN_BYTES / 4);
        let end = clean.split_off(end);
        clean.truncate(clean.floor_char_boundary(SHOWN_BYTES / 2));
        clean.push('…');
        clean.push_str(&end);
    }
    if clean.is_empty() {
        clean.push(ODD);
    }
    clean
}

/// Control characters, line and paragraph separators, and marks of direction (Unicode Bidirectional Algorithm, UAX 9).
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

/// Gives each entry of a container an address that no other has.
pub(super) struct Names {
    seen: HashSet<u64>,
    /// The same in each run, so that addresses are, too. Names made to collide get a number, which does no harm.
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { seen: HashSet::new(), hasher: BuildHasherDefault::new() }
    }

    /// The address of the entry of this number with this clean name: the name, with the number behind it where an
    /// entry before has the same.
    pub(super) fn address(&mut self, mut name: String, number: u64) -> String {
        while !self.seen.insert(self.hasher.hash_one(&name)) {
            name.push_str(&format!("!{number}"));
        }
        name
    }
}

/// A name in bytes: UTF-8, or else the code page of the first PCs, as the format of zip has it (APPNOTE, appendix D).
pub(super) fn decode(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(name) => name.to_owned(),
        Err(_) => bytes.iter().map(|b| if b.is_ascii() { char::from(*b) } else { cp437(*b) }).collect(),
    }
}

fn cp437(byte: u8) -> char {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
                         αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    UPPER.chars().nth(usize::from(byte & 0x7f)).unwrap_or(ODD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_half_of_the_code_page_is_whole() {
        assert_eq!((cp437(0x80), cp437(0xe1), cp437(0xff)), ('Ç', 'ß', '\u{a0}'));
        assert!((0x80..=0xff).all(|b| cp437(b) != ODD));
    }

    #[test]
    fn addresses_differ_even_where_names_do_not() {
        let mut names = Names::new();
        let given = ["a", "a", "a!2", "a", "a!4", "a!2"];
        let addresses: Vec<_> = (1..).zip(given).map(|(n, name)| names.address(name.to_owned(), n)).collect();
        assert_eq!(addresses, ["a", "a!2", "a!2!3", "a!4", "a!4!5", "a!2!6"]);
    }
}
