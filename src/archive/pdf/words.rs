//! Glyphs to words: the characters of a page in the order in which they are drawn, cut where the pen jumps.

/// The way that a piece of text runs on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// From left to right.
    Right,
    /// From bottom to top.
    Up,
    /// From right to left, upside down.
    Left,
    /// From top to bottom.
    Down,
    /// Slanted, as watermarks are.
    Slanted,
}

/// Where a string is drawn, seen along its own way: `along` grows in the direction of reading, `base` downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pen {
    pub(super) way: Way,
    pub(super) along: f64,
    pub(super) base: f64,
    /// The size of the font on the page.
    pub(super) size: f64,
}

/// A word: glyphs drawn one after the other without a gap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// Its text, as a range of the page's text.
    pub(super) text: (u32, u32),
    /// The number of its glyphs.
    pub(super) glyphs: u32,
    /// Its extent along the way of reading.
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) base: f64,
    pub(super) size: f64,
    pub(super) way: Way,
    /// A space was drawn before it.
    pub(super) spaced: bool,
}

/// A gap within a word is smaller than this part of the font size.
const WORD_GAP: f64 = 0.1;
/// Baselines of one word differ by less than this part of the font size.
const BASE_SHIFT: f64 = 0.05;
/// A glyph drawn again within this part of the font size is there to look bold.
const OVERPRINT: f64 = 0.1;

/// The words of a page.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: String,
    pub(super) words: Vec<Word>,
    open: bool,
    spaced: bool,
    /// Where the last glyph of the open word begins, in the text and on the page.
    last: (u32, f64),
    replaced: Option<Replaced>,
}

/// A span of glyphs for which the file gives the text.
struct Replaced {
    text: String,
    /// Where its first glyph stands, and the extent of those that stand on the same line.
    place: Option<(Pen, f64, f64)>,
}

impl Page {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.words.clear();
        self.open = false;
        self.spaced = false;
        self.replaced = None;
    }

    /// The glyphs that follow stand for this text.
    pub(super) fn begin_replaced(&mut self, text: String) {
        self.replaced = Some(Replaced { text, place: None });
    }

    /// Writes the text over the glyphs that stood for it.
    pub(super) fn end_replaced(&mut self) {
        let Some(Replaced { text, place: Some((pen, x0, x1)) }) = self.replaced.take() else { return };
        self.place(&pen);
        let count = text.chars().count().max(1) as f64;
        for (i, c) in text.chars().enumerate() {
            let at = |i: usize| x0 + (x1 - x0) * (i as f64 / count);
            if c.is_whitespace() {
                self.space();
            } else if !c.is_control() && c != char::REPLACEMENT_CHARACTER {
                self.glyph(&pen, at(i), at(i + 1), c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    /// Notes the extent of a glyph that stands for given text; false if it stands for itself.
    pub(super) fn hides(&mut self, pen: &Pen, x0: f64, x1: f64) -> bool {
        let Some(replaced) = &mut self.replaced else { return false };
        match &mut replaced.place {
            None => replaced.place = Some((*pen, x0, x1)),
            Some((first, low, high)) if first.way == pen.way && (first.base - pen.base).abs() < 0.5 * pen.size => {
                (*low, *high) = (low.min(x0), high.max(x1));
            }
            Some(_) => {}
        }
        true
    }

    /// Ends the open word if text drawn at `pen` cannot belong to it.
    pub(super) fn place(&mut self, pen: &Pen) {
        if !self.open {
            return;
        }
        let Some(word) = self.words.last() else { return };
        let fits = word.way == pen.way
            && (word.base - pen.base).abs() <= BASE_SHIFT * word.size.max(pen.size)
            && (word.size - pen.size).abs() <= 0.02 * word.size;
        if !fits {
            self.end_word();
        }
    }

    /// Ends the open word.
    pub(super) fn end_word(&mut self) {
        self.open = false;
    }

    /// A space was drawn.
    pub(super) fn space(&mut self) {
        self.open = false;
        self.spaced = true;
    }

    /// Adds a glyph between `x0` and `x1`.
    pub(super) fn glyph(&mut self, pen: &Pen, x0: f64, x1: f64, text: &str) {
        let start = self.text.len() as u32;
        if self.open
            && let Some(word) = self.words.last_mut()
        {
            let gap = x0 - word.x1;
            if gap.abs() <= WORD_GAP * word.size {
                self.text.push_str(text);
                word.text.1 = self.text.len() as u32;
                word.x1 = x1;
                word.glyphs += 1;
                self.last = (start, x0);
                return;
            }
            let doubled = (x0 - self.last.1).abs() <= OVERPRINT * word.size
                && self.text.as_bytes().get(self.last.0 as usize..) == Some(text.as_bytes());
            if doubled {
                return;
            }
        }
        self.text.push_str(text);
        self.words.push(Word {
            text: (start, self.text.len() as u32),
            glyphs: 1,
            x0,
            x1,
            base: pen.base,
            size: pen.size,
            way: pen.way,
            spaced: self.spaced,
        });
        self.last = (start, x0);
        self.open = true;
        self.spaced = false;
    }
}
