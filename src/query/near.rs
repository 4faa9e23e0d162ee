//! Words near a word, found in a dictionary without reading all of it: most beginnings are too far to go on from.

use tantivy_fst::Automaton;

use super::pattern::{MOST_LETTERS, distance};

/// The distances of the beginning of a word that count: from as many letters fewer to as many more.
const BAND: usize = 2 * MOST_LETTERS + 1;

/// What tells the words that differ from one in at most so many letters, as [`distance`] has it, letter by letter.
pub struct NearWords {
    word: String,
    letters: Vec<char>,
    most: u8,
}

/// What there is to know of the beginning of a word: the last two rows of the table of distances from each beginning of the
/// other, of which only the diagonals count that are near enough.
#[derive(Debug, Clone, Copy)]
pub struct Beginning {
    /// How many letters it has.
    length: usize,
    rows: [[u8; BAND]; 2],
    last: char,
    /// A letter of which not all bytes have come, and how many are missing.
    partial: u32,
    missing: u8,
}

impl NearWords {
    /// The words that differ in at most so many letters from one, [`MOST_LETTERS`] at most.
    pub fn new(word: &str, letters: u8) -> Self {
        Self { word: word.to_owned(), letters: word.chars().collect(), most: letters.min(MOST_LETTERS as u8) }
    }

    /// In how many letters a word differs, where it is near enough.
    pub fn distance(&self, other: &str) -> Option<usize> {
        distance(&self.word, other, usize::from(self.most))
    }

    /// More than is near enough.
    fn far(&self) -> u8 {
        self.most + 1
    }

    fn with_letter(&self, state: &Beginning, letter: char) -> Beginning {
        let length = state.length + 1;
        let [before, last] = &state.rows;
        let mut row = [self.far(); BAND];
        for at in 0..BAND {
            // The place on a diagonal: behind how many letters of the word.
            let Some(own) = (length + at).checked_sub(MOST_LETTERS) else { continue };
            if own > self.letters.len() {
                break;
            }
            let mut least = self.far();
            if own > 0 {
                let is_other = self.letters[own - 1] != letter;
                least = least.min(last[at] + u8::from(is_other));
                if at > 0 {
                    least = least.min(row[at - 1] + 1);
                }
                // Two letters that changed places.
                if own > 1 && state.length > 0 && self.letters[own - 2] == letter && self.letters[own - 1] == state.last
                {
                    least = least.min(before[at] + 1);
                }
            }
            if at + 1 < BAND {
                least = least.min(last[at + 1] + 1);
            }
            row[at] = least;
        }
        Beginning { length, rows: [*last, row], last: letter, partial: 0, missing: 0 }
    }
}

impl Automaton for NearWords {
    type State = Beginning;

    fn start(&self) -> Beginning {
        let far = self.far();
        let mut first = [far; BAND];
        for (letters, distance) in (0..=self.most).zip(&mut first[MOST_LETTERS..]) {
            *distance = letters;
        }
        Beginning { length: 0, rows: [[far; BAND], first], last: '\0', partial: 0, missing: 0 }
    }

    fn is_match(&self, state: &Beginning) -> bool {
        let at = (self.letters.len() + MOST_LETTERS).checked_sub(state.length);
        let distance = at.and_then(|at| state.rows[1].get(at));
        state.missing == 0 && distance.is_some_and(|distance| *distance <= self.most)
    }

    fn can_match(&self, state: &Beginning) -> bool {
        let [before, last] = &state.rows;
        // Changed places count from the row before the last.
        last.iter().any(|distance| *distance <= self.most) || before.iter().any(|distance| *distance < self.most)
    }

    fn accept(&self, state: &Beginning, byte: u8) -> Beginning {
        let (partial, missing) = match byte {
            0..0x80 => (u32::from(byte), 0),
            0x80..0xC0 => (state.partial << 6 | u32::from(byte & 0x3F), state.missing.saturating_sub(1)),
            0xC0..0xE0 => (u32::from(byte & 0x1F), 1),
            0xE0..0xF0 => (u32::from(byte & 0x0F), 2),
            0xF0.. => (u32::from(byte & 0x07), 3),
        };
        if missing > 0 {
            return Beginning { partial, missing, ..*state };
        }
        self.with_letter(state, char::from_u32(partial).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the automaton says of a word, and whether it would have read it whole.
    fn told(near: &NearWords, other: &str) -> (bool, bool) {
        let (mut state, mut goes_on) = (near.start(), true);
        for byte in other.bytes() {
            goes_on &= near.can_match(&state);
            state = near.accept(&state, byte);
        }
        (near.is_match(&state), goes_on)
    }

    #[test]
    fn words_are_as_near_as_the_table_of_distances_has_them() {
        let letters = ["", "a", "b", "é"];
        let mut words = vec![String::new()];
        for _ in 0..6 {
            words = words.iter().flat_map(|w| letters.iter().map(move |l| format!("{w}{l}"))).collect();
            words.sort();
            words.dedup();
        }
        assert_eq!(words.len(), 1_093);
        for word in ["", "a", "ba", "abéab", "ééé", "babaab"] {
            for most in [1, 2] {
                let near = NearWords::new(word, most);
                for other in &words {
                    let is_near = distance(word, other, usize::from(most)).is_some();
                    let (matches, goes_on) = told(&near, other);
                    assert!(matches == is_near && (goes_on || !is_near), "{word} {other} {most}");
                }
            }
        }
        // It reads little of what is far.
        let far = told(&NearWords::new("lumbar", 2), "cervical");
        assert_eq!(far, (false, false));
    }
}
