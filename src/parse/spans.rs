//! Words of a text as they are looked up: where they stand, their hashes, and the brackets around them. Signs beyond ASCII
//! that are no letters part words.

use super::words::is_sign;
use std::ops::Range;

const SEED: u32 = 0x811c_9dc5;

/// The FNV-1a hash of a word in lower case, a byte at a time.
#[derive(Clone, Copy)]
struct Hash(u32);

impl Hash {
    fn new() -> Self {
        Self(SEED)
    }

    fn add(&mut self, b: u8) {
        self.0 = (self.0 ^ u32::from(b)).wrapping_mul(0x0100_0193);
    }
}

/// How many brackets are open behind a byte.
pub(super) fn bracket(depth: u16, b: u8) -> u16 {
    match b {
        b'(' | b'[' => depth.saturating_add(1),
        b')' | b']' => depth.saturating_sub(1),
        _ => depth,
    }
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    spans(text, |span, _, _| found.extend(text.get(span)));
    found
}

/// Calls back with the span of every word, its hash, and how many brackets are open around it.
pub(super) fn spans(text: &str, mut found: impl FnMut(Range<usize>, u32, u16)) {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0);
    while let Some(&b) = bytes.get(at) {
        if b == b' ' {
            at += 1;
            continue;
        }
        let mut hash = Hash::new();
        let start = at;
        for (i, &b) in bytes.get(start..).unwrap_or_default().iter().enumerate() {
            let letter = LETTERS[usize::from(b)];
            if letter == 0 || (letter >= 0x80 && is_sign(bytes, start + i)) {
                break;
            }
            hash.add(letter);
            at += 1;
        }
        if at > start {
            found(start..at, hash.0, depth);
            continue;
        }
        depth = bracket(depth, b);
        at += match b {
            0xc2 => 2,
            0xe2 => 3,
            _ => 1,
        };
    }
}

/// The bytes of words, letters in lower case; 0 for all other ASCII.
const LETTERS: [u8; 256] = {
    let mut letters = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte >= 0x80 || byte.is_ascii_alphanumeric() {
            letters[b] = byte.to_ascii_lowercase();
        }
        b += 1;
    }
    letters
};

/// The hash of a word alone.
pub(super) fn hash(word: &str) -> u32 {
    let mut hash = Hash::new();
    word.bytes().for_each(|b| hash.add(b.to_ascii_lowercase()));
    hash.0
}
