//! A text in pieces: what is marked, where a page of the letter begins, and what lies between.

use std::ops::Range;

use imr::present;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text, without characters that a browser would act on.
    pub text: String,
    /// Whether it is marked, and as the how manieth on its page, from 1.
    pub mark: Option<usize>,
    /// The page of the letter that begins with it.
    pub page: Option<u32>,
}

/// The pieces of a text. Marks are in order and do not overlap, and are numbered from `marks_before` on; `pages` tells from
/// which byte on it stands on which page. Bounds within a character end the pieces there.
pub fn pieces(text: &str, marks: &[Range<usize>], pages: &[[usize; 2]], marks_before: usize) -> Vec<Piece> {
    let page_starts = pages.iter().map(|[from, _]| *from);
    let mut cuts: Vec<usize> = marks.iter().flat_map(|mark| [mark.start, mark.end]).chain(page_starts).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces = Vec::new();
    for ends in cuts.windows(2) {
        let Some(part) = text.get(ends[0]..ends[1]) else { continue };
        let mark = marks.iter().position(|mark| mark.start <= ends[0] && ends[1] <= mark.end);
        let page = pages.iter().find(|[from, _]| *from == ends[0]).and_then(|[_, page]| u32::try_from(*page).ok());
        pieces.push(Piece { text: present::lines(part), mark: mark.map(|place| marks_before + place + 1), page });
    }
    pieces
}

/// A text without marks and pages.
pub fn plain(text: &str) -> Vec<Piece> {
    pieces(text, &[], &[], 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text_again() {
        let text = "The denial — once — was upheld.";
        let marks = [4..10, 13..14];
        let found = pieces(text, &marks, &[[0, 2], [8, 3]], 5);
        assert_eq!(found.iter().map(|piece| piece.text.as_str()).collect::<String>(), "The denial once — was upheld.");
        assert_eq!(found.iter().filter_map(|piece| piece.mark).collect::<Vec<_>>(), [6, 6]);
        assert_eq!(found.iter().filter_map(|piece| piece.page).collect::<Vec<_>>(), [2, 3]);
        let whole = pieces(text, &marks[..1], &[], 0);
        assert_eq!(whole.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        assert_eq!(plain("a\u{202e}b")[0].text, "a b");
        assert!(plain("").is_empty());
    }
}
