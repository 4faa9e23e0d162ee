//! What stands in one text: words, phrases, and words near each other.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pattern::Pattern;
use super::places::{self, Place, Reach};

/// What a text may have in a place.
///
/// Whatever stands for a word may stand in its place, also within a phrase and beside an operator of nearness.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    /// A term.
    Word(String),
    /// Any of these terms.
    AnyWord(Arc<BTreeSet<String>>),
    /// A word that fits.
    Pattern(Pattern),
    /// Any of these.
    Any(Vec<Span>),
    /// These, each at once behind the one before.
    Row(Vec<Span>),
    /// These words, moved against each other by so many places at most.
    Loose(Vec<Span>, u32),
    /// Two, near each other.
    Near(Box<Near>),
}

/// Two that stand near each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// The one, or the first.
    pub left: Span,
    /// The other.
    pub right: Span,
    /// How near.
    pub within: Within,
    /// Whether `left` stands first.
    pub ordered: bool,
    /// Whether it is `left` that is meant, where `right` is not near.
    pub not: bool,
}

/// How near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// So many words from one another; the next word is one away.
    Words(u32),
    /// In the same sentence.
    Sentence,
    /// In the same paragraph.
    Paragraph,
}

/// The places of terms in one text.
pub trait Text<P> {
    /// An empty list of places.
    fn list(&mut self) -> Vec<P> {
        Vec::new()
    }
    /// Takes back a list that is not needed any more: whoever goes through many texts need not have a new one for each.
    fn give_back(&mut self, _list: Vec<P>) {}
    /// Where a term stands, in order.
    fn word(&mut self, term: &str) -> Vec<P>;
    /// Where any of these terms stands, in order.
    fn any_word(&mut self, terms: &Arc<BTreeSet<String>>) -> Vec<P>;
    /// Where that ends which two places have to be in, to be near each other.
    fn ends(&mut self, within: Within) -> Vec<u32>;
    /// A phrase as one place.
    fn phrase(&self, place: P) -> P;
}

impl Span {
    /// Some terms in a row.
    pub fn row(terms: Vec<String>) -> Self {
        Self::one_or(terms.into_iter().map(Span::Word).collect(), Span::Row)
    }

    /// The only one, or all together.
    pub fn one_or(mut spans: Vec<Span>, together: impl FnOnce(Vec<Span>) -> Span) -> Self {
        match spans.len() {
            1 => spans.swap_remove(0),
            _ => together(spans),
        }
    }

    /// The same with every pattern replaced.
    ///
    /// # Errors
    /// Those of `replace`.
    pub fn with_patterns<E>(&self, replace: &mut dyn FnMut(&Pattern) -> Result<Span, E>) -> Result<Span, E> {
        let mut each = |all: &[Span]| all.iter().map(|span| span.with_patterns(replace)).collect::<Result<Vec<_>, E>>();
        Ok(match self {
            Span::Pattern(pattern) => replace(pattern)?,
            Span::Word(_) | Span::AnyWord(_) => self.clone(),
            Span::Any(any) => Span::Any(each(any)?),
            Span::Row(all) => Span::Row(each(all)?),
            Span::Loose(all, slop) => Span::Loose(each(all)?, *slop),
            Span::Near(near) => Span::Near(Box::new(Near {
                left: near.left.with_patterns(replace)?,
                right: near.right.with_patterns(replace)?,
                ..**near
            })),
        })
    }

    /// Whether it has patterns, so that its terms are not known yet.
    pub fn has_patterns(&self) -> bool {
        match self {
            Span::Pattern(_) => true,
            Span::Word(_) | Span::AnyWord(_) => false,
            Span::Any(all) | Span::Row(all) | Span::Loose(all, _) => all.iter().any(Span::has_patterns),
            Span::Near(near) => near.left.has_patterns() || near.right.has_patterns(),
        }
    }

    /// Where it stands in a text, in order. Patterns stand nowhere before they are resolved.
    pub fn places<P: Place>(&self, text: &mut dyn Text<P>) -> Vec<P> {
        match self {
            Span::Word(term) => text.word(term),
            Span::AnyWord(terms) => text.any_word(terms),
            Span::Pattern(_) => Vec::new(),
            Span::Any(any) => {
                let mut found = text.list();
                for span in any {
                    let mut more = span.places(text);
                    found.append(&mut more);
                    text.give_back(more);
                }
                places::tidy(&mut found);
                found
            }
            Span::Row(all) => {
                let parts: Vec<_> = all.iter().map(|span| span.places(text)).collect();
                places::row(&parts).into_iter().map(|place| text.phrase(place)).collect()
            }
            Span::Loose(all, slop) => {
                let parts: Vec<_> = all.iter().map(|span| span.places(text)).collect();
                let found = places::loose(&parts, *slop, &text.ends(Within::Words(*slop)), text.list());
                parts.into_iter().for_each(|part| text.give_back(part));
                found
            }
            Span::Near(near) => {
                let left = near.left.places(text);
                if left.is_empty() {
                    return left;
                }
                let right = near.right.places(text);
                let found = near.join(&left, &right, &text.ends(near.within), text.list());
                text.give_back(left);
                text.give_back(right);
                found
            }
        }
    }
}

impl Near {
    /// The places of both together, in an empty list.
    fn join<P: Place>(&self, left: &[P], right: &[P], ends: &[u32], list: Vec<P>) -> Vec<P> {
        let words = match self.within {
            Within::Words(words) => words,
            Within::Sentence | Within::Paragraph => u32::MAX,
        };
        let reach = Reach { words, ordered: self.ordered, ends };
        match self.not {
            true => places::not_near(left, right, reach, list),
            false => places::near(left, right, reach, list),
        }
    }
}

impl Within {
    /// From the narrowest to the widest: the narrower binds first.
    pub fn rank(self) -> u8 {
        match self {
            Within::Words(_) => 0,
            Within::Sentence => 1,
            Within::Paragraph => 2,
        }
    }
}
