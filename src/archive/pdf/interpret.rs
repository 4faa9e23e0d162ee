//! Content streams to words with their places on the page.

use std::collections::HashMap;
use std::rc::Rc;

use hayro_syntax::content::UntypedIter;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use hayro_syntax::page::{Page, Resources};

use super::budget::Budget;
use super::font::Font;
use super::matrix::Matrix;
use crate::error::Result;

/// A gap of this share of the font's size ends a word.
const WORD_GAP: f32 = 0.12;
/// Baselines that differ by less than this share of the size are one.
const SAME_BASELINE: f32 = 0.05;

/// A run of glyphs without a space, at its place. Coordinates are in points, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    /// The left end.
    pub x0: f32,
    /// The right end.
    pub x1: f32,
    /// The baseline.
    pub y: f32,
    /// The size of the font on the page.
    pub size: f32,
    /// Where the text begins in [`PageWords::text`].
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// How far the text is turned, in quarters.
    pub turn: u8,
}

/// The words of a page in the order in which they were drawn.
#[derive(Debug, Default)]
pub struct PageWords {
    /// The words.
    pub words: Vec<Word>,
    /// Their texts.
    pub text: String,
    /// Whether the page draws images.
    pub images: bool,
}

/// Fonts of a document that were read already, by object.
#[derive(Default)]
pub struct Fonts {
    read: HashMap<(u32, i32), Rc<Font>>,
}

#[derive(Clone)]
struct State {
    ctm: Matrix,
    font: Option<Rc<Font>>,
    size: f32,
    char_space: f32,
    word_space: f32,
    scale: f32,
    leading: f32,
    rise: f32,
}

/// Reads the words of a page.
pub fn words(page: &Page<'_>, fonts: &mut Fonts, budget: &mut Budget) -> Result<PageWords> {
    let mut out = PageWords::default();
    let Some(stream) = page.page_stream() else { return Ok(out) };
    let [a, b, c, d, e, f] = page.initial_transform(true).as_coeffs();
    let ctm = Matrix::new([a as f32, b as f32, c as f32, d as f32, e as f32, f as f32]);
    let state =
        State { ctm, font: None, size: 0.0, char_space: 0.0, word_space: 0.0, scale: 1.0, leading: 0.0, rise: 0.0 };
    let mut interpreter = Interpreter { fonts, budget, out: &mut out, open: None };
    interpreter.run(stream, page.resources(), state, 0)?;
    interpreter.close();
    Ok(out)
}

struct Interpreter<'b> {
    fonts: &'b mut Fonts,
    budget: &'b mut Budget,
    out: &'b mut PageWords,
    /// The word under construction, and where its next glyph is expected.
    open: Option<(Word, f32)>,
}

impl Interpreter<'_> {
    fn run(&mut self, content: &[u8], resources: &Resources<'_>, first: State, depth: u32) -> Result<()> {
        let mut state = first;
        let mut stack: Vec<State> = Vec::new();
        let (mut line, mut text) = (Matrix::IDENTITY, Matrix::IDENTITY);
        let mut operations = UntypedIter::new(content);
        while let Some(operation) = operations.next() {
            self.budget.operation()?;
            let operator: &[u8] = operation.operator;
            let mut numbers = [0.0f32; 6];
            let mut count = 0;
            if !matches!(operator, b"Tj" | b"TJ" | b"Do") {
                for operand in operation.operands() {
                    if let (Object::Number(n), true) = (operand, count < 6) {
                        numbers[count] = n.as_f32();
                        count += 1;
                    }
                }
            }
            let [n0, n1, ..] = numbers;
            match operator {
                b"q" if stack.len() < 256 => stack.push(state.clone()),
                b"Q" => state = stack.pop().unwrap_or(state),
                b"cm" if count == 6 => state.ctm = Matrix::new(numbers).then(&state.ctm),
                b"BT" => (line, text) = (Matrix::IDENTITY, Matrix::IDENTITY),
                b"Tc" => state.char_space = n0,
                b"Tw" => state.word_space = n0,
                b"Tz" => state.scale = n0 / 100.0,
                b"TL" => state.leading = n0,
                b"Ts" => state.rise = n0,
                b"Tf" => {
                    let name = operation.operands().next().and_then(name);
                    state.font = name.and_then(|name| self.font(&name, resources));
                    state.size = n0;
                }
                b"Td" | b"TD" => {
                    if operator == b"TD" {
                        state.leading = -n1;
                    }
                    line = Matrix::translation(n0, n1).then(&line);
                    text = line;
                }
                b"Tm" if count == 6 => {
                    line = Matrix::new(numbers);
                    text = line;
                }
                b"T*" | b"'" | b"\"" => {
                    if operator == b"\"" {
                        (state.word_space, state.char_space) = (n0, n1);
                    }
                    line = Matrix::translation(0.0, -state.leading).then(&line);
                    text = line;
                    if let Some(Object::String(string)) = operation.operands().last() {
                        self.show(string.as_bytes(), &state, &mut text)?;
                    }
                }
                b"Tj" => {
                    if let Some(Object::String(string)) = operation.operands().next() {
                        self.show(string.as_bytes(), &state, &mut text)?;
                    }
                }
                b"TJ" => {
                    if let Some(Object::Array(array)) = operation.operands().next() {
                        self.show_all(array, &state, &mut text)?;
                    }
                }
                b"Do" => {
                    let stream = operation.operands().next().and_then(name).and_then(|n| resources.get_x_object(&n));
                    if let Some(stream) = stream {
                        self.draw(&stream, resources, &state, depth)?;
                    }
                }
                b"BI" | b"EI" => self.out.images = true,
                _ => {}
            }
        }
        Ok(())
    }

    fn font(&mut self, name: &Name<'_>, resources: &Resources<'_>) -> Option<Rc<Font>> {
        let id = resources.fonts.get_ref(name).map(|r| (r.obj_number, r.gen_number));
        if let Some(font) = id.and_then(|id| self.fonts.read.get(&id)) {
            return Some(Rc::clone(font));
        }
        let font = Rc::new(Font::read(&resources.get_font(name)?, self.budget));
        if let Some(id) = id {
            self.fonts.read.insert(id, Rc::clone(&font));
        }
        Some(font)
    }

    fn draw(&mut self, stream: &Stream<'_>, resources: &Resources<'_>, state: &State, depth: u32) -> Result<()> {
        let dict = stream.dict();
        match dict.get::<Name<'_>>("Subtype") {
            Some(kind) if kind.as_ref() == b"Image" => {
                self.out.images = true;
                return Ok(());
            }
            Some(kind) if kind.as_ref() == b"Form" => {}
            _ => return Ok(()),
        }
        self.budget.form(depth)?;
        let Some(content) = self.budget.decode(stream)? else { return Ok(()) };
        let mut inner = state.clone();
        if let Some(matrix) = dict.get::<Array<'_>>("Matrix") {
            let numbers: Vec<f32> = matrix.iter::<Number>().map(|n| n.as_f32()).collect();
            if let Ok(numbers) = <[f32; 6]>::try_from(numbers) {
                inner.ctm = Matrix::new(numbers).then(&inner.ctm);
            }
        }
        match dict.get::<Dict<'_>>("Resources") {
            Some(own) => self.run(&content, &Resources::new(own), inner, depth + 1),
            // Old files leave the resources of forms to the page.
            None => self.run(&content, resources, inner, depth + 1),
        }
    }

    fn show_all(&mut self, array: &Array<'_>, state: &State, text: &mut Matrix) -> Result<()> {
        for part in array.iter::<Object<'_>>() {
            match part {
                Object::String(string) => self.show(string.as_bytes(), state, text)?,
                Object::Number(n) => {
                    let shift = -n.as_f32() / 1000.0 * state.size * state.scale;
                    *text = Matrix::translation(shift, 0.0).then(text);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn show(&mut self, bytes: &[u8], state: &State, text: &mut Matrix) -> Result<()> {
        let Some(font) = state.font.clone() else { return Ok(()) };
        let mut at = 0;
        // What a glyph's advance is on the page, along the line and across.
        let whole = text.then(&state.ctm);
        let (ux, uy) = whole.vector(1.0, 0.0);
        let length = (ux * ux + uy * uy).sqrt();
        let (vx, vy) = whole.vector(0.0, 1.0);
        let size = ((vx * vx + vy * vy).sqrt() * state.size * font.height()).abs();
        let turn = turn(ux, uy);
        let (rx, ry) = whole.vector(0.0, state.rise);
        let (mut x, mut y) = whole.point(0.0, 0.0);
        (x, y) = (x + rx, y + ry);
        let mut moved = 0.0;
        while let Some(glyph) = font.next(bytes, &mut at) {
            self.budget.glyph()?;
            let mut advance = glyph.width * state.size + state.char_space;
            let space = glyph.code == 32 && glyph.bytes == 1;
            if space {
                advance += state.word_space;
            }
            let advance = advance * state.scale;
            // The page turned so that the text runs from left to right.
            let (along, across) = match turn {
                0 => (x, y),
                1 => (y, -x),
                2 => (-x, -y),
                _ => (-y, x),
            };
            let right = along + glyph.width * state.size * state.scale * length;
            let next = along + advance * length;
            if along.is_finite() && across.is_finite() && right.is_finite() && size.is_finite() {
                let text = font.text(&glyph);
                if text.chars().all(char::is_whitespace) {
                    if !text.is_empty() {
                        self.close();
                    }
                } else {
                    self.place(&text, along, right.max(along), next, across, size, turn);
                }
            }
            (x, y) = (x + ux * advance, y + uy * advance);
            moved += advance;
        }
        *text = Matrix::translation(moved, 0.0).then(text);
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn place(&mut self, text: &str, left: f32, right: f32, next: f32, y: f32, size: f32, turn: u8) {
        if let Some((word, expected)) = &mut self.open {
            let gap = (left - *expected) / size.max(0.1);
            let same = word.turn == turn
                && (word.y - y).abs() <= SAME_BASELINE * size
                && (word.size - size).abs() <= 0.1 * size
                && (-0.5..WORD_GAP).contains(&gap);
            if same {
                self.out.text.push_str(text);
                word.x1 = right.max(word.x1);
                word.end = self.out.text.len() as u32;
                *expected = next;
                return;
            }
        }
        self.close();
        let start = self.out.text.len() as u32;
        self.out.text.push_str(text);
        let end = self.out.text.len() as u32;
        self.open = Some((Word { x0: left, x1: right, y, size, start, end, turn }, next));
    }

    fn close(&mut self) {
        self.out.words.extend(self.open.take().map(|(word, _)| word));
    }
}

fn name<'a>(object: &Object<'a>) -> Option<Name<'a>> {
    match object {
        Object::Name(name) => Some(name.clone()),
        _ => None,
    }
}

/// The quarter turn nearest to a direction on the page, y downwards.
fn turn(ux: f32, uy: f32) -> u8 {
    if ux.abs() >= uy.abs() {
        if ux >= 0.0 { 0 } else { 2 }
    } else if uy > 0.0 {
        1
    } else {
        3
    }
}
