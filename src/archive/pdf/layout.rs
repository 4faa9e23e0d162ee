//! Words to lines: the words of a page in the order in which a reader meets them, table rows side by side.

use super::words::{Page, Way, Word};

/// A gap between words smaller than this part of the font size is none.
const NO_GAP: f64 = 0.03;
/// A gap larger than this part of the font size lies between the cells of a table.
const CELL_GAP: f64 = 0.8;
/// Words whose baselines differ by less than this part of the font size stand on one line.
const SAME_LINE: f64 = 0.2;
/// Words that stand beside each other may differ by so much: superscripts, and cells set a little lower.
const BESIDE: f64 = 0.5;
/// No more spaces than this in one place.
const MAX_SPACES: usize = 160;

/// Lays out pages one after the other.
#[derive(Default)]
pub(super) struct Layout {
    order: Vec<u32>,
    lines: Vec<Line>,
    pitches: Vec<f64>,
    /// The distance of lines within a paragraph, in font sizes, on the page before.
    usual: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    /// Its words, as a range of the order.
    words: (usize, usize),
    base: f64,
    size: f64,
    /// The number of glyphs that the base was taken from.
    glyphs: u32,
}

impl Layout {
    /// Appends the text of a page.
    pub(super) fn append(&mut self, page: &Page, out: &mut String) {
        // The way that most of the text runs comes first; stamps and side notes follow.
        let mut counts = [0u64; 5];
        for word in &page.words {
            counts[word.way as usize] += u64::from(word.glyphs);
        }
        let mut ways = [Way::Right, Way::Up, Way::Left, Way::Down, Way::Slanted];
        ways.sort_by_key(|&way| std::cmp::Reverse(counts[way as usize]));
        let begin = out.len();
        for way in ways {
            if counts[way as usize] > 0 {
                if out.len() > begin {
                    out.push('\n');
                }
                self.append_way(page, way, out);
            }
        }
        join_hyphens(out, begin);
    }

    fn append_way(&mut self, page: &Page, way: Way, out: &mut String) {
        let words = &page.words;
        let word = |i: u32| words.get(i as usize);
        self.order.clear();
        self.order.extend((0u32..).zip(words).filter(|(_, w)| w.way == way).map(|(i, _)| i));
        if way != Way::Slanted {
            self.order.sort_by(|&a, &b| match (word(a), word(b)) {
                (Some(a), Some(b)) => a.base.total_cmp(&b.base),
                _ => std::cmp::Ordering::Equal,
            });
        }
        self.find_lines(words);
        for line in &self.lines {
            if let Some(order) = self.order.get_mut(line.words.0..line.words.1) {
                order.sort_by(|&a, &b| match (word(a), word(b)) {
                    (Some(a), Some(b)) => a.x0.total_cmp(&b.x0),
                    _ => std::cmp::Ordering::Equal,
                });
            }
        }

        let all = self.order.iter().filter_map(|&i| word(i));
        let (mut left, mut width, mut glyphs) = (f64::INFINITY, 0.0, 0.0);
        for word in all {
            left = left.min(word.x0);
            width += (word.x1 - word.x0).abs();
            glyphs += f64::from(word.glyphs);
        }
        // The width of a column of the output.
        let column = if width > 0.0 { width / glyphs } else { 1.0 };

        let usual = self.usual_pitch();
        let mut above: Option<Line> = None;
        for line in &self.lines {
            if let Some(above) = above {
                let size = line.size.max(above.size);
                let pitch = line.base - above.base;
                if pitch > 1.35 * usual * size && pitch > 1.5 * size {
                    out.push('\n');
                }
            }
            above = Some(*line);
            let order = self.order.get(line.words.0..line.words.1).unwrap_or_default();
            write_line(page, order, left, column, out);
        }
    }

    /// Cuts the words, in the order of their baselines, into lines.
    fn find_lines(&mut self, words: &[Word]) {
        self.lines.clear();
        for (k, &i) in self.order.iter().enumerate() {
            let Some(word) = words.get(i as usize) else { continue };
            if let Some(line) = self.lines.last_mut() {
                let size = line.size.max(word.size);
                let distance = (word.base - line.base).abs();
                let joins = distance <= SAME_LINE * size
                    || distance < BESIDE * size
                        && self.order.get(line.words.0..k).unwrap_or_default().iter().all(|&j| {
                            words
                                .get(j as usize)
                                .is_none_or(|w| word.x0 > w.x1 - 0.1 * size || word.x1 < w.x0 + 0.1 * size)
                        });
                if joins {
                    line.words.1 = k + 1;
                    if word.glyphs > line.glyphs || word.size > line.size * 1.1 {
                        (line.base, line.size, line.glyphs) = (word.base, word.size, word.glyphs);
                    }
                    continue;
                }
            }
            self.lines.push(Line { words: (k, k + 1), base: word.base, size: word.size, glyphs: word.glyphs });
        }
    }

    /// The distance between lines of a paragraph, in font sizes: the lower quartile of all distances.
    fn usual_pitch(&mut self) -> f64 {
        self.pitches.clear();
        for pair in self.lines.windows(2) {
            if let [above, below] = pair {
                let pitch = (below.base - above.base) / below.size.max(above.size);
                if pitch.is_finite() && pitch < 3.0 {
                    self.pitches.push(pitch);
                }
            }
        }
        self.pitches.sort_by(f64::total_cmp);
        let quartile = self.pitches.get(self.pitches.len() / 4).copied();
        let usual = match quartile {
            Some(pitch) if self.pitches.len() >= 5 => pitch,
            _ => self.usual.or(quartile).unwrap_or(1.2).min(1.5),
        };
        self.usual = Some(usual);
        usual
    }
}

/// Writes the words of a line, and ends it.
fn write_line(page: &Page, order: &[u32], left: f64, column: f64, out: &mut String) {
    let spaced_out = letter_space(page, order);
    let mut at = 0usize;
    let mut before: Option<&Word> = None;
    for &i in order {
        let Some(word) = page.words.get(i as usize) else { continue };
        let text = page.text.get(word.text.0 as usize..word.text.1 as usize).unwrap_or_default();
        let target = ((word.x0 - left) / column).round().clamp(0.0, 10_000.0) as usize;
        let spaces = match before {
            None => target.min(MAX_SPACES),
            Some(before) => {
                if repeats(page, before, word, text) {
                    continue;
                }
                let size = before.size.max(word.size);
                let gap = word.x0 - before.x1;
                let letters = before.glyphs == 1 || word.glyphs == 1;
                if !word.spaced && (gap < NO_GAP * size || letters && gap < spaced_out) {
                    0
                } else if gap < CELL_GAP * size {
                    1
                } else {
                    target.saturating_sub(at).clamp(2, MAX_SPACES)
                }
            }
        };
        out.extend(std::iter::repeat_n(' ', spaces));
        at += spaces + word.glyphs as usize;
        push(text, out);
        before = Some(word);
    }
    out.push('\n');
}

/// Appends a word. A soft hyphen within it is no character; one at its end stays for [`join_hyphens`].
fn push(text: &str, out: &mut String) {
    match text.find(SOFT_HYPHEN) {
        None => out.push_str(text),
        Some(_) => {
            let body = text.trim_end_matches(SOFT_HYPHEN);
            out.extend(body.chars().filter(|&c| c != SOFT_HYPHEN));
            if body.len() < text.len() && !body.is_empty() {
                out.push(SOFT_HYPHEN);
            }
        }
    }
}

const SOFT_HYPHEN: char = '\u{ad}';

/// Joins words that a soft hyphen divides at the end of a line: the rest of the word moves up.
fn join_hyphens(text: &mut String, from: usize) {
    let Some(page) = text.get(from..).filter(|page| page.contains(SOFT_HYPHEN)) else { return };
    let mut joined = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(SOFT_HYPHEN) {
        joined.push_str(before);
        rest = after;
        let Some(next) = after.strip_prefix('\n') else { continue };
        let line = next.trim_start_matches([' ', '\n']);
        let word = line.split([' ', '\n', SOFT_HYPHEN]).next().unwrap_or_default();
        if word.starts_with(char::is_lowercase) {
            joined.push_str(word);
            let following = line.get(word.len()..).unwrap_or_default();
            match following.strip_prefix(' ') {
                Some(following) => {
                    joined.push('\n');
                    rest = following.trim_start_matches(' ');
                }
                None => rest = following,
            }
        }
    }
    joined.push_str(rest);
    text.truncate(from);
    text.push_str(&joined);
}

/// The gap below which single letters of a line belong together: more than none only in a line set in spaced letters.
fn letter_space(page: &Page, order: &[u32]) -> f64 {
    let word = |i: &u32| page.words.get(*i as usize);
    let single = order.iter().filter_map(word).filter(|w| w.glyphs == 1).count();
    if single < 4 || single * 4 < order.len() * 3 {
        return 0.0;
    }
    let mut gaps: Vec<f64> = Vec::new();
    let mut size = 0.0;
    for pair in order.windows(2) {
        if let [Some(a), Some(b)] = [pair.first().and_then(word), pair.get(1).and_then(word)] {
            if !b.spaced {
                gaps.push(b.x0 - a.x1);
            }
            size = b.size;
        }
    }
    // Most gaps lie within words. Letters that stand further apart are those of a table or a form.
    gaps.sort_by(f64::total_cmp);
    match gaps.get(gaps.len() / 2) {
        Some(&gap) if gap > 0.0 && gap < 0.4 * size => 1.5 * gap,
        _ => 0.0,
    }
}

/// Whether a word is drawn again over the one before, to look bold.
fn repeats(page: &Page, before: &Word, word: &Word, text: &str) -> bool {
    before.glyphs == word.glyphs
        && (before.x0 - word.x0).abs() < 0.1 * word.size
        && (before.base - word.base).abs() < 0.2 * word.size
        && page.text.get(before.text.0 as usize..before.text.1 as usize) == Some(text)
}
