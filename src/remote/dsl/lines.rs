//! Words near each other as lines: words in the order in which they may stand, each at most so far behind the one before.
//!
//! Engines tell whether two things are near each other by the next one only, and so miss that another would do. In a line
//! that cannot happen: built from its end, the nearest that goes on is as good as any.

use std::sync::Arc;

use crate::query::{Span, Within};

use super::{MOST_COMBINED, MOST_WORDS};

/// The words that may stand in one place.
pub type Slot = Arc<[String]>;

/// Words in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The words of each place.
    pub slots: Vec<Slot>,
    /// What must not be near.
    pub apart: Vec<Apart>,
}

/// What must not be near some words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// Any of these rows.
    pub from: Vec<Row>,
    /// From how many words before on.
    pub before: u32,
    /// Up to how many words behind.
    pub behind: u32,
}

/// Rows in their order, each but the first with how many words it may be behind the one before; the next word is one
/// behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The first.
    pub first: Row,
    /// The others.
    pub rest: Vec<(u32, Row)>,
}

/// Why there are no lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unable {
    /// The operator, or what stands beside one.
    Operator(String),
    /// There would be too many.
    TooMany,
}

/// The lines of which a text must have any, without repetitions.
pub fn lines(span: &Span) -> Result<Vec<Line>, Unable> {
    let found = match span {
        Span::Word(word) => vec![alone(Arc::new([word.clone()]))],
        Span::AnyWord(words) if words.len() > MOST_WORDS => return Err(Unable::TooMany),
        Span::AnyWord(words) if words.is_empty() => Vec::new(),
        Span::AnyWord(words) => vec![alone(words.iter().cloned().collect())],
        // Before it is looked up it stands for nothing.
        Span::Pattern(_) => Vec::new(),
        Span::Any(any) => {
            let mut found = Vec::new();
            for span in any {
                found.extend(lines(span)?);
            }
            found
        }
        Span::Row(all) => rows(all)?.into_iter().map(|first| Line { first, rest: Vec::new() }).collect(),
        Span::Loose(_, slop) => return Err(Unable::Operator(format!("a loose phrase (`~{slop}`) near other words"))),
        Span::Near(near) => {
            let steps = match near.within {
                Within::Words(steps) => steps,
                Within::Sentence => return Err(Unable::Operator("`/s`".to_owned())),
                Within::Paragraph => return Err(Unable::Operator("`/p`".to_owned())),
            };
            let (left, right) = (lines(&near.left)?, lines(&near.right)?);
            match near.not {
                true => not_near(left, right, steps, near.ordered)?,
                false => {
                    let mut found = Vec::new();
                    for a in &left {
                        for b in &right {
                            found.push(a.followed_by(b, steps));
                            if !near.ordered {
                                found.push(b.followed_by(a, steps));
                            }
                            if found.len() > MOST_COMBINED {
                                return Err(Unable::TooMany);
                            }
                        }
                    }
                    found
                }
            }
        }
    };
    let mut once: Vec<Line> = Vec::new();
    for line in found {
        if !once.contains(&line) {
            once.push(line);
        }
    }
    if once.len() > MOST_COMBINED { Err(Unable::TooMany) } else { Ok(once) }
}

fn alone(slot: Slot) -> Line {
    Line { first: Row { slots: vec![slot], apart: Vec::new() }, rest: Vec::new() }
}

/// The rows that parts make which follow one another at once.
fn rows(all: &[Span]) -> Result<Vec<Row>, Unable> {
    let mut found = vec![Row { slots: Vec::new(), apart: Vec::new() }];
    for part in all {
        let mut longer = Vec::new();
        for line in lines(part)? {
            if !line.rest.is_empty() || !line.first.apart.is_empty() {
                return Err(Unable::Operator("words near each other within a phrase".to_owned()));
            }
            for row in &found {
                let slots = row.slots.iter().chain(&line.first.slots).cloned().collect();
                longer.push(Row { slots, apart: Vec::new() });
            }
            if longer.len() > MOST_COMBINED {
                return Err(Unable::TooMany);
            }
        }
        found = longer;
    }
    Ok(found)
}

/// The left ones that have none of the right near them.
fn not_near(left: Vec<Line>, right: Vec<Line>, steps: u32, ordered: bool) -> Result<Vec<Line>, Unable> {
    let several = || Unable::Operator(format!("`not w/{steps}` beside words near each other"));
    let mut from = Vec::new();
    for line in right {
        match line {
            Line { first, rest } if rest.is_empty() && first.apart.is_empty() => from.push(first),
            _ => return Err(several()),
        }
    }
    let before = if ordered { 0 } else { steps };
    let mut found = Vec::new();
    for mut line in left {
        if !line.rest.is_empty() {
            return Err(several());
        }
        // What overlaps is not near here, and is to engines.
        if from.iter().any(|row| row.shares(&line.first)) {
            return Err(Unable::Operator(format!("`not w/{steps}` between words of which both sides have some")));
        }
        if !from.is_empty() {
            line.first.apart.push(Apart { from: from.clone(), before, behind: steps });
        }
        found.push(line);
    }
    Ok(found)
}

impl Row {
    /// Whether two rows have a word in common.
    fn shares(&self, other: &Row) -> bool {
        let has = |word: &String| other.slots.iter().any(|slot| slot.contains(word));
        self.slots.iter().flat_map(|slot| slot.iter()).any(has)
    }

    /// All ways to choose a word for each place; `None` where there are too many.
    pub fn phrases(&self, most: usize) -> Option<Vec<Vec<String>>> {
        let mut found: Vec<Vec<String>> = vec![Vec::new()];
        for slot in &self.slots {
            if found.len().saturating_mul(slot.len()) > most {
                return None;
            }
            let longer = |row: &Vec<String>, word: &String| row.iter().chain([word]).cloned().collect();
            found = found.iter().flat_map(|row| slot.iter().map(move |word| longer(row, word))).collect();
        }
        Some(found)
    }
}

impl Line {
    /// One line behind another.
    fn followed_by(&self, other: &Line, steps: u32) -> Self {
        let behind = std::iter::once((steps, other.first.clone())).chain(other.rest.iter().cloned());
        Self { first: self.first.clone(), rest: self.rest.iter().cloned().chain(behind).collect() }
    }
}
