//! A letter as a PDF, set as published letters are: a two-column table in Arial, the rest in Times, pages of one column.

mod crypt;
mod file;
mod fonts;

use std::fmt::Write;

use super::letter::Letter;
use super::rng::Rng;
use super::text::{Block, Rows, wrap};
use file::{Kind, Objects};
use fonts::{Font, encode};

/// Distances in tenths of a point, from the lower left corner of a page of 612 by 792 points.
mod at {
    pub const LEFT: usize = 720;
    pub const MEASURE: usize = 4680;
    pub const TOP: usize = 7060;
    pub const BOTTOM: usize = 760;
    pub const LEADING: usize = 138;
    pub const ROW: usize = 132;
    /// Where the columns of the table begin.
    pub const COLUMNS: [usize; 4] = [720, 1794, 3290, 4350];
}

impl Letter {
    /// The bytes of the letter as a PDF.
    pub fn to_pdf(&self) -> Vec<u8> {
        let mut page = Pages { letter: self, done: Vec::new(), content: String::new(), y: at::TOP };
        for block in self.blocks() {
            page.block(&block);
        }
        page.done.push(page.content);
        // A generator of its own, for the file to be the same whenever it is asked for.
        let rng = &mut Rng::new(self.style.made, 1);
        let kind = if rng.permille(850) { Kind::Packed } else { Kind::Plain };
        objects(page.done, rng).write(kind, rng)
    }
}

/// The document: catalog, pages, fonts, and the pages' contents.
fn objects(pages: Vec<String>, rng: &mut Rng) -> Objects {
    let mut objects = Objects::default();
    let standard = rng.permille(300);
    let first_page = 3 + Font::ALL.len() as u32 * 2;
    objects.dictionary("<</Type/Catalog/Pages 2 0 R>>".to_owned());
    let kids: String = (0..pages.len() as u32).map(|n| format!("{} 0 R ", first_page + 2 * n)).collect();
    let resources: String = (0..Font::ALL.len()).map(|n| format!("/F{n} {} 0 R", 3 + 2 * n)).collect();
    objects.dictionary(format!(
        "<</Type/Pages/Count {}/Kids[{}]/MediaBox[0 0 612 792]/Resources<</Font<<{resources}>>>>>>",
        pages.len(),
        kids.trim_end()
    ));
    for font in Font::ALL {
        let (name, replacement) = font.names();
        let descriptor = objects.len() + 2;
        objects.dictionary(match font {
            Font::Symbol => format!("<</Type/Font/Subtype/Type1/BaseFont/{name}>>"),
            _ if standard => {
                format!("<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>")
            }
            _ => {
                let widths: String = (32..=150).map(|code| format!("{} ", font.width(code))).collect();
                format!(
                    "<</Type/Font/Subtype/TrueType/BaseFont/{replacement}/Encoding/WinAnsiEncoding/FirstChar 32\
                     /LastChar 150/Widths[{}]/FontDescriptor {descriptor} 0 R>>",
                    widths.trim_end()
                )
            }
        });
        objects.dictionary(format!(
            "<</Type/FontDescriptor/FontName/{replacement}/Flags 32/ItalicAngle 0/Ascent 891/Descent -216\
             /CapHeight 693/StemV 80/FontBBox[-568 -216 2000 693]>>"
        ));
    }
    for (content, page) in pages.into_iter().zip((first_page..).step_by(2)) {
        objects.dictionary(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", page + 1));
        objects.stream(content.into_bytes());
    }
    objects
}

/// The pages so far, and how far down the current one is set.
struct Pages<'a> {
    letter: &'a Letter,
    done: Vec<String>,
    content: String,
    y: usize,
}

impl Pages<'_> {
    fn block(&mut self, block: &Block) {
        let leading = if self.letter.style.double_spaced { 2 * at::LEADING } else { at::LEADING };
        match block {
            Block::Header => self.table(&self.letter.header_rows()),
            Block::Title(title) => {
                let measure = at::MEASURE * 1000 / 120;
                let lines = wrap(title, measure, |s| Font::TimesBold.text_width(s));
                for (place, line) in lines.into_iter().enumerate() {
                    let wide = Font::TimesBold.text_width(line) * 120 / 1000;
                    self.down(if place == 0 { leading + at::LEADING / 2 } else { leading });
                    // One word alone can be wider than the line.
                    self.show(Font::TimesBold, at::LEFT + at::MEASURE.saturating_sub(wide) / 2, line);
                }
            }
            Block::Paragraph { label, tight, text } => {
                let bold = if *label == text.len() { Font::TimesBold } else { Font::Times };
                for line in wrap(text, at::MEASURE * 1000 / 120, |s| bold.text_width(s)) {
                    self.down(leading);
                    // How much of the line belongs to the label: lines are parts of the text.
                    let start = line.as_ptr() as usize - text.as_ptr() as usize;
                    let (strong, rest) = line.split_at(label.saturating_sub(start).min(line.len()));
                    let mut x = at::LEFT;
                    if !strong.is_empty() {
                        self.show(Font::TimesBold, x, strong);
                        x += Font::TimesBold.text_width(strong) * 120 / 1000;
                    }
                    if !rest.is_empty() {
                        self.show(Font::Times, x, rest);
                    }
                }
                if !tight {
                    self.y = self.y.saturating_sub(at::LEADING);
                }
            }
            Block::Bullet(text) => {
                let measure = (at::MEASURE - 360) * 1000 / 120;
                for (place, line) in wrap(text, measure, |s| Font::Times.text_width(s)).into_iter().enumerate() {
                    self.down(leading);
                    if place == 0 {
                        self.show(Font::Symbol, at::LEFT + 180, "\u{b7}");
                    }
                    self.show(Font::Times, at::LEFT + 360, line);
                }
            }
        }
    }

    fn table(&mut self, rows: &Rows) {
        for [left, right] in rows {
            self.down(at::ROW);
            let (first, second) = match right.0.split_once(' ') {
                Some(("Application", second)) => ("Application", second),
                _ => (right.0, ""),
            };
            let cells = [left.0, &left.1, first, &right.1];
            for (place, (cell, x)) in cells.into_iter().zip(at::COLUMNS).enumerate() {
                if !cell.is_empty() {
                    self.show(if place % 2 == 0 { Font::ArialBold } else { Font::Arial }, x, cell);
                }
            }
            if !second.is_empty() {
                self.down(at::ROW);
                self.show(Font::ArialBold, at::COLUMNS[2], second);
            }
        }
        self.y -= at::ROW;
    }

    /// Goes down to the next line, on a new page where this one is full.
    fn down(&mut self, distance: usize) {
        if self.y < at::BOTTOM + distance {
            self.done.push(std::mem::take(&mut self.content));
            self.y = at::TOP;
        } else {
            self.y -= distance;
        }
    }

    /// Shows a text at a place of the current line. Some letters move glyphs closer together, as kerning does.
    fn show(&mut self, font: Font, x: usize, text: &str) {
        let size = if matches!(font, Font::Arial | Font::ArialBold) { "11.04" } else { "12" };
        let (x, y) = (format_args!("{}.{}", x / 10, x % 10), format_args!("{}.{}", self.y / 10, self.y % 10));
        let out = &mut self.content;
        // Writing to a string cannot fail.
        let _ = write!(out, "BT /F{} {size} Tf 1 0 0 1 {x} {y} Tm ", font as usize);
        let kerned = self.letter.style.tight_lists && font == Font::Times;
        out.push_str(if kerned { "[(" } else { "(" });
        for (place, c) in text.chars().enumerate() {
            if kerned && place % 9 == 8 {
                out.push_str(")15(");
            }
            match if font == Font::Symbol { 0xb7 } else { encode(c) } {
                code @ (b'(' | b')' | b'\\') => out.extend(['\\', char::from(code)]),
                code @ 32..=126 => out.push(char::from(code)),
                code => {
                    let _ = write!(out, "\\{code:03o}");
                }
            }
        }
        out.push_str(if kerned { ")] TJ ET\n" } else { ") Tj ET\n" });
    }
}
