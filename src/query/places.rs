//! Where words stand in one text, and which of them stand near each other.
//!
//! A place runs from its first word to its last. What two places make together runs over both and all between them. All such
//! places count, not only the shortest: of `a w/3 b w/3 c` the `b` nearest to `a` may be too far from `c`, and another not.

use std::collections::BTreeSet;

/// Positions of words: the first, and the one behind the last.
pub type At = (u32, u32);

/// The most places that a part of a query has in one text. Published letters stay far below; without a bound a text of one
/// word repeated would have as many as the square of its length. Beyond it the first ones count.
const MOST: usize = 1 << 16;

/// A place, and what is kept of it.
pub trait Place: Clone {
    /// From where to where.
    fn at(&self) -> At;
    /// Two places as one.
    fn joined(&self, other: &Self) -> Self;
    /// Takes in what is kept of the same place found in another way.
    fn take_in(&mut self, same: Self);
}

impl Place for At {
    fn at(&self) -> At {
        *self
    }

    fn joined(&self, other: &Self) -> Self {
        (self.0.min(other.0), self.1.max(other.1))
    }

    fn take_in(&mut self, _same: Self) {}
}

/// A place with the words in it that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    at: At,
    /// The words, or phrases.
    pub words: BTreeSet<At>,
}

impl Marked {
    /// A word or a phrase.
    pub fn whole(at: At) -> Self {
        Self { at, words: BTreeSet::from([at]) }
    }

    /// A phrase is marked as one.
    pub fn phrase(self) -> Self {
        Self::whole(self.at)
    }
}

impl Place for Marked {
    fn at(&self) -> At {
        self.at
    }

    fn joined(&self, other: &Self) -> Self {
        Self { at: self.at.joined(&other.at), words: self.words.union(&other.words).copied().collect() }
    }

    fn take_in(&mut self, same: Self) {
        self.words.extend(same.words);
    }
}

/// How near two places have to be.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// From the last word of one to the first of the other at most so many steps; the next word is one step away.
    pub words: u32,
    /// Whether the first place has to stand first.
    pub ordered: bool,
    /// Positions, in order, at which something ends that both have to be in.
    pub ends: &'a [u32],
}

/// Puts places in order, each once.
pub fn tidy<P: Place>(places: &mut Vec<P>) {
    if places.windows(2).all(|pair| pair[0].at() < pair[1].at()) {
        return;
    }
    places.sort_by_key(P::at);
    places.dedup_by(|same, kept| {
        let equal = same.at() == kept.at();
        if equal {
            kept.take_in(same.clone());
        }
        equal
    });
}

/// The places of pairs, in order, that are near enough and do not overlap, in an empty list.
pub fn near<P: Place>(left: &[P], right: &[P], reach: Reach<'_>, mut found: Vec<P>) -> Vec<P> {
    pairs(left, right, reach, &mut |a, b| {
        found.push(left[a].joined(b));
        if found.len() < MOST { Next::Pair } else { Next::Nothing }
    });
    tidy(&mut found);
    found
}

/// The places on the left that have none on the right near them, in an empty list.
pub fn not_near<P: Place>(left: &[P], right: &[P], reach: Reach<'_>, mut found: Vec<P>) -> Vec<P> {
    if right.is_empty() {
        found.extend_from_slice(left);
        return found;
    }
    let mut alone = vec![true; left.len()];
    pairs(left, right, reach, &mut |a, _| {
        alone[a] = false;
        Next::Left
    });
    found.extend(left.iter().zip(alone).filter(|(_, alone)| *alone).map(|(place, _)| place.clone()));
    found
}

/// What is wanted behind a pair.
enum Next {
    /// The next pair.
    Pair,
    /// The next place on the left.
    Left,
    /// Nothing more.
    Nothing,
}

/// Hands over pairs, as the number of the left place and the right place. Both lists are in order.
fn pairs<P: Place>(left: &[P], right: &[P], reach: Reach<'_>, hand: &mut dyn FnMut(usize, &P) -> Next) {
    let mut sorted = Vec::new();
    let by_end = match reach.ordered {
        true => &[],
        // Words, and most of what is made of them, end in the order in which they begin.
        false if right.is_sorted_by_key(|place| place.at().1) => right,
        false => {
            sorted.extend_from_slice(right);
            sorted.sort_by_key(|place| place.at().1);
            &sorted
        }
    };
    'left: for (number, a) in left.iter().enumerate() {
        let (first, behind) = a.at();
        let wall = reach.ends.get(reach.ends.partition_point(|end| *end < first)).map_or(u32::MAX, |end| end + 1);
        let farthest = (behind - 1).saturating_add(reach.words).min(wall);
        let from = right.partition_point(|b| b.at().0 < behind);
        let later = right[from..].iter().take_while(|b| b.at().0 <= farthest).filter(|b| b.at().1 <= wall);
        let wall = match reach.ends.partition_point(|end| end + 1 < behind) {
            0 => 0,
            n => reach.ends[n - 1] + 1,
        };
        let farthest = first.saturating_sub(reach.words);
        let from = by_end.partition_point(|b| b.at().1 <= farthest);
        let earlier = by_end[from..].iter().take_while(|b| b.at().1 <= first).filter(|b| b.at().0 >= wall);
        for b in later.chain(earlier) {
            match hand(number, b) {
                Next::Pair => {}
                Next::Left => continue 'left,
                Next::Nothing => return,
            }
        }
    }
}

/// The places of parts that follow one another at once.
pub fn row<P: Place>(parts: &[Vec<P>]) -> Vec<P> {
    let Some((first, rest)) = parts.split_first() else { return Vec::new() };
    let mut found = first.clone();
    for part in rest {
        let mut longer = Vec::new();
        'all: for a in &found {
            let from = part.partition_point(|b| b.at().0 < a.at().1);
            for b in part[from..].iter().take_while(|b| b.at().0 == a.at().1) {
                longer.push(a.joined(b));
                if longer.len() == MOST {
                    break 'all;
                }
            }
        }
        tidy(&mut longer);
        found = longer;
    }
    found
}

/// How many steps the search for the words of a loose phrase takes in one text at most.
const MOST_STEPS: usize = 1 << 20;

/// The places of parts that would follow one another at once if they were moved by `slop` places in all: measured against
/// its place in the phrase, no part is farther behind another than that. They come in an empty list.
pub fn loose<P: Place>(parts: &[Vec<P>], slop: u32, ends: &[u32], found: Vec<P>) -> Vec<P> {
    let mut search = Loose { parts, slop: i64::from(slop), ends, steps: MOST_STEPS, found };
    // Most phrases have few words, and need no list for each text.
    let (mut few, mut many) = ([None; FEW], Vec::new());
    let chosen = match few.get_mut(..parts.len()) {
        Some(few) => few,
        None => {
            many.resize(parts.len(), None);
            &mut many
        }
    };
    search.next(chosen, 0, i64::MIN, i64::MAX);
    tidy(&mut search.found);
    search.found
}

/// How many parts few are.
const FEW: usize = 8;

struct Loose<'a, P> {
    parts: &'a [Vec<P>],
    slop: i64,
    ends: &'a [u32],
    steps: usize,
    found: Vec<P>,
}

impl<'a, P: Place> Loose<'a, P> {
    /// Goes through the places of the next part. As many were chosen, and would have the phrase begin between `low` and `high`.
    fn next(&mut self, chosen: &mut [Option<&'a P>], count: usize, low: i64, high: i64) {
        let Some(part) = self.parts.get(count) else {
            let mut places = chosen.iter().flatten();
            let Some(first) = places.next() else { return };
            let all = places.fold((*first).clone(), |all, place| all.joined(place));
            let (first, behind) = all.at();
            let end = self.ends.get(self.ends.partition_point(|end| *end < first));
            if end.is_none_or(|end| end + 1 >= behind) {
                self.found.push(all);
            }
            return;
        };
        let offset = count as i64;
        let from = high.checked_sub(self.slop).map_or(0, |from| if count == 0 { 0 } else { from + offset });
        let start = |place: &P| i64::from(place.at().0);
        let skipped = part.partition_point(|place| start(place) < from);
        for place in &part[skipped..] {
            let begins = start(place) - offset;
            if self.steps == 0 || self.found.len() == MOST || (count > 0 && begins > low + self.slop) {
                return;
            }
            self.steps -= 1;
            let (a, b) = place.at();
            if chosen[..count].iter().flatten().any(|other| other.at().0 < b && a < other.at().1) {
                continue;
            }
            let (low, high) = if count == 0 { (begins, begins) } else { (low.min(begins), high.max(begins)) };
            chosen[count] = Some(place);
            self.next(chosen, count + 1, low, high);
        }
    }
}

/// How many places there are of which none overlaps another.
pub fn apart(places: &[At]) -> u32 {
    let mut sorted = Vec::new();
    let by_end = match places.is_sorted_by_key(|place| place.1) {
        true => places,
        false => {
            sorted.extend_from_slice(places);
            sorted.sort_unstable_by_key(|place| place.1);
            &sorted
        }
    };
    let (mut count, mut behind) = (0, 0);
    for (first, end) in by_end {
        if *first >= behind {
            count += 1;
            behind = *end;
        }
    }
    count
}
