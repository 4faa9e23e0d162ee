//! Short words as numbers, which are compared and moved at once.

/// The longest word that is a number, in bytes. One word in a thousand is longer.
const WORD: usize = size_of::<u128>();

/// A word's bytes as a number, if it has 16 at most. No two words have the same: none holds a byte that is 0.
pub fn number(word: &str) -> Option<u128> {
    let word = word.as_bytes();
    // Bytes that the first half and the second one share are shifted out.
    let shift = |of: usize| 8 * (of - word.len()) as u32;
    Some(match *word {
        [] => 0,
        [one] => u128::from(one),
        [one, two] => u128::from(u16::from_le_bytes([one, two])),
        [one, two, three] => u128::from(u32::from_le_bytes([one, two, three, 0])),
        [..] if word.len() <= WORD / 2 => {
            let (first, last) = (u32::from_le_bytes(*word.first_chunk()?), u32::from_le_bytes(*word.last_chunk()?));
            u128::from(first) | u128::from(last.checked_shr(shift(WORD / 2)).unwrap_or_default()) << 32
        }
        [..] if word.len() <= WORD => {
            let (first, last) = (u64::from_le_bytes(*word.first_chunk()?), u64::from_le_bytes(*word.last_chunk()?));
            u128::from(first) | u128::from(last.checked_shr(shift(WORD)).unwrap_or_default()) << 64
        }
        _ => return None,
    })
}

/// The bytes of a word with this number.
pub fn bytes(number: u128) -> impl Iterator<Item = u8> {
    number.to_le_bytes().into_iter().take_while(|byte| *byte != 0)
}

/// A place for a word among as many as 65,536. The high bits of a product depend on every bit of both halves.
pub fn hash(word: u128) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let halves = (word as u64) ^ ((word >> 64) as u64).wrapping_mul(ODD).rotate_left(32);
    (halves.wrapping_mul(ODD) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_bytes_of_a_word() {
        for length in 0..=WORD {
            let word: String = ('a'..).take(length).collect();
            let mut bytes = [0; WORD];
            bytes[..length].copy_from_slice(word.as_bytes());
            assert_eq!(number(&word), Some(u128::from_le_bytes(bytes)), "{word}");
            assert!(number(&word).into_iter().flat_map(super::bytes).eq(word.bytes()), "{word}");
        }
        assert_eq!(number(&"a".repeat(WORD + 1)), None);
    }
}
