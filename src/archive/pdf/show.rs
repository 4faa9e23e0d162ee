//! Showing text: strings to glyphs at their places on the page.

use super::content::Reader;
use super::font::Codes;
use super::lexer::{self, Token};
use super::limits::Stop;
use super::state::{Matrix, State, concat};
use super::words::{Pen, Way};

/// Words of one page.
const MAX_WORDS: usize = 1 << 20;

impl Reader {
    /// Shows the strings among some tokens; the numbers between them move the pen.
    pub(super) fn show(&mut self, tokens: &[Token<'_>], state: &State, matrix: &mut Matrix) -> Result<(), Stop> {
        let Some(font) = self.fonts.get_mut(state.font) else { return Ok(()) };
        let m = concat(matrix, &state.ctm);
        // The unit vector along which the text runs, and how long a unit of text space is on the page.
        let (along, across) = if font.vertical { ([-m[2], -m[3]], [m[0], m[1]]) } else { ([m[0], m[1]], [m[2], m[3]]) };
        let unit = along[0].hypot(along[1]);
        let height = if font.vertical { unit } else { across[0].hypot(across[1]) };
        if unit <= 0.0 || !(unit + height + m[4] + m[5]).is_finite() {
            return Ok(());
        }
        let stretch = if font.vertical { 1.0 } else { state.stretch };
        let sign = if state.size * stretch < 0.0 { -1.0 } else { 1.0 };
        let (ux, uy) = (sign * along[0] / unit, sign * along[1] / unit);
        let (x, y) = (m[4] + state.rise * m[2], m[5] + state.rise * m[3]);
        // Text that is turned by less than three degrees is straight enough.
        let (way, start, base) = if ux > 0.9986 {
            (Way::Right, x, -y)
        } else if uy > 0.9986 {
            (Way::Up, y, x)
        } else if ux < -0.9986 {
            (Way::Left, -x, y)
        } else if uy < -0.9986 {
            (Way::Down, -y, -x)
        } else {
            (Way::Slanted, x * ux + y * uy, x * uy - y * ux)
        };
        let size = (state.size * height * font.height).abs();
        let pen = Pen { way, along: start, base, size };
        self.page.place(&pen);

        // In text space: how far the pen has moved.
        let mut moved = 0.0f64;
        let scale = unit * sign;
        let mut shown = 0usize;
        let mut strings = std::mem::take(&mut font.strings);
        for token in tokens {
            if let Token::Number(n) = token {
                moved -= n * 0.001 * state.size * stretch;
                continue;
            }
            let Some(mut bytes) = lexer::string(*token, &mut self.scratch) else { continue };
            while let Some(&first) = bytes.first() {
                let (glyph, length, code) = match &mut font.codes {
                    Codes::Simple(table) => (table[usize::from(first)], 1, u32::from(first)),
                    Codes::Composite(composite) => composite.next(bytes, &mut strings),
                };
                bytes = bytes.get(length.max(1)..).unwrap_or_default();
                shown += 1;
                let width = if font.vertical { 1.0 } else { f64::from(glyph.width) } * state.size * stretch;
                let x0 = start + moved * scale;
                let mut advance = width + state.char_space * stretch;
                if length == 1 && code == 32 {
                    advance += state.word_space * stretch;
                }
                moved += advance;
                // The space between letters belongs to the letter, so that spaced headings stay words.
                let letter = if (state.char_space * stretch * unit).abs() < size { advance } else { width };
                let x1 = x0 + letter * scale;
                if self.page.hides(&pen, x0, x1) {
                    continue;
                }
                match glyph.text.char() {
                    Some(c) if c == ' ' || c.is_whitespace() => self.page.space(),
                    Some(c) => self.page.glyph(&pen, x0, x1, c.encode_utf8(&mut [0; 4])),
                    None => match strings.get(glyph.text) {
                        "" => self.mute = true,
                        text => self.page.glyph(&pen, x0, x1, text),
                    },
                }
            }
        }
        font.strings = strings;
        let (dx, dy) = if font.vertical { (0.0, -moved) } else { (moved, 0.0) };
        *matrix = concat(&[1.0, 0.0, 0.0, 1.0, dx, dy], matrix);
        if self.page.words.len() > MAX_WORDS {
            return Err(Stop::Limit("has too many words on a page"));
        }
        self.budget.glyphs(shown)
    }
}
