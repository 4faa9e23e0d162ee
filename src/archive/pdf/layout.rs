//! Words with places to text in reading order.

use super::interpret::{PageWords, Word};

/// Baselines closer than this share of the larger size are one line: also superscripts and cells of a table row.
const SAME_LINE: f32 = 0.4;
/// A gap wider than this share of the size stands between columns.
const COLUMN_GAP: f32 = 1.2;
/// A distance of lines larger than this multiple of the page's usual one is a gap between paragraphs.
const PARAGRAPH: f32 = 1.4;
/// Indentation and gaps print as at most so many spaces.
const MOST_SPACES: usize = 60;

/// Appends the lines of a page.
pub fn append(page: &PageWords, out: &mut String) {
    for turn in 0..4 {
        let words: Vec<Word> = page.words.iter().filter(|w| w.turn == turn).copied().collect();
        append_turned(words, &page.text, out);
    }
}

fn append_turned(mut words: Vec<Word>, text: &str, out: &mut String) {
    words.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    let mut lines: Vec<Vec<Word>> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if is_same_line(line, &word) => line.push(word),
            _ => lines.push(vec![word]),
        }
    }
    let usual = usual_distance(&lines);
    let mut last: Option<f32> = None;
    for line in &mut lines {
        line.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        let y = line[0].y;
        if last.is_some_and(|last| y - last > usual * PARAGRAPH) {
            out.push('\n');
        }
        last = Some(y);
        append_line(line, text, out);
        out.push('\n');
    }
}

fn is_same_line(line: &[Word], word: &Word) -> bool {
    line.iter().rev().take(4).any(|w| (word.y - w.y).abs() <= SAME_LINE * w.size.max(word.size))
}

/// The most frequent distance between lines, in half points.
fn usual_distance(lines: &[Vec<Word>]) -> f32 {
    let mut distances: Vec<i32> = lines
        .windows(2)
        .map(|pair| ((pair[1][0].y - pair[0][0].y).clamp(0.0, 1000.0) * 2.0).round() as i32)
        .filter(|d| *d > 0)
        .collect();
    distances.sort_unstable();
    let runs = distances.chunk_by(|a, b| a == b);
    let most = runs.max_by_key(|run| (run.len(), -run[0]));
    most.map_or(f32::INFINITY, |run| run[0] as f32 / 2.0)
}

fn append_line(line: &[Word], text: &str, out: &mut String) {
    let get = |word: &Word| text.get(word.start as usize..word.end as usize).unwrap_or_default();
    let mut last: Option<&Word> = None;
    for word in line {
        if let Some(before) = last {
            // Bold is sometimes made by drawing a word twice.
            let shift = (word.x0 - before.x0).abs() + (word.y - before.y).abs();
            if shift < 0.2 * word.size && get(word) == get(before) {
                continue;
            }
            let gap = (word.x0 - before.x1) / word.size.max(1.0);
            let spaces = if gap > COLUMN_GAP { ((gap / 0.5) as usize).clamp(2, MOST_SPACES) } else { 1 };
            out.extend(std::iter::repeat_n(' ', spaces));
        }
        out.push_str(get(word));
        last = Some(word);
    }
}
