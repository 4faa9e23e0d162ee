//! Random phrases and words near each other, as text and as a scan over the words of a text answers them.

use std::collections::BTreeSet;

use imr::index::analysis;
use proptest::prelude::*;

/// The words of one text: each with its position, and where sentences and paragraphs end.
pub struct Scan {
    words: Vec<(String, u32)>,
    sentences: Vec<u32>,
    paragraphs: Vec<u32>,
}

impl Scan {
    pub fn of(text: &str) -> Self {
        let mut scan = Self { words: Vec::new(), sentences: Vec::new(), paragraphs: Vec::new() };
        analysis::text().token_stream(text).process(&mut |token| {
            let position = token.position as u32;
            match token.text.as_str() {
                analysis::SENTENCE_END => scan.sentences.push(position),
                analysis::PARAGRAPH_END => scan.paragraphs.push(position),
                word => scan.words.push((word.to_owned(), position)),
            }
        });
        scan
    }
}

/// How near.
#[derive(Debug, Clone, Copy)]
pub enum Reach {
    Words(u32),
    Sentence,
    Paragraph,
}

/// What stands in one text.
#[derive(Debug, Clone)]
pub enum Spot {
    Row(&'static str),
    Loose(&'static str, u32),
    Begins(&'static str),
    Any(Vec<Spot>),
    /// Left, right, how near, in this order, not near.
    Near(Box<Spot>, Box<Spot>, Reach, bool, bool),
}

impl Spot {
    pub fn text(&self) -> String {
        match self {
            Spot::Row(words) => format!("\"{words}\""),
            Spot::Loose(words, slop) => format!("\"{words}\"~{slop}"),
            Spot::Begins(word) => format!("{word}*"),
            Spot::Any(any) => format!("({})", any.iter().map(Spot::text).collect::<Vec<_>>().join(" OR ")),
            Spot::Near(left, right, reach, ordered, not) => {
                let head = if *ordered { "pre" } else { "w" };
                let tail = match reach {
                    Reach::Words(words) => words.to_string(),
                    Reach::Sentence => "s".to_owned(),
                    Reach::Paragraph => "p".to_owned(),
                };
                let not = if *not { "not " } else { "" };
                format!("({} {not}{head}/{tail} {})", left.text(), right.text())
            }
        }
    }

    /// All places from a first to a last word. `fit` are the words that begin so.
    pub fn places(&self, scan: &Scan, fit: &dyn Fn(&str) -> BTreeSet<String>) -> BTreeSet<(u32, u32)> {
        let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<u32> {
            scan.words.iter().filter(|(word, _)| wanted(word)).map(|(_, position)| *position).collect()
        };
        match self {
            Spot::Row(words) => {
                let row = analysis::terms(words);
                let stands =
                    |start: &u32| (*start..).zip(&row).all(|(at, term)| of(&|word| word == term).contains(&at));
                let starts = of(&|word| word == row[0]);
                starts.into_iter().filter(stands).map(|start| (start, start + row.len() as u32 - 1)).collect()
            }
            Spot::Loose(words, slop) => {
                let mut all: Vec<Vec<u32>> = vec![Vec::new()];
                for term in analysis::terms(words) {
                    let places = of(&|word| word == term);
                    let longer = |chosen: Vec<u32>| {
                        let free: Vec<u32> = places.iter().filter(|place| !chosen.contains(place)).copied().collect();
                        free.into_iter().map(move |place| [chosen.clone(), vec![place]].concat())
                    };
                    all = all.into_iter().flat_map(longer).collect();
                }
                let holds = |chosen: &&Vec<u32>| {
                    let begins: Vec<i64> = (0..).zip(*chosen).map(|(i, place)| i64::from(*place) - i).collect();
                    begins.iter().max().unwrap() - begins.iter().min().unwrap() <= i64::from(*slop)
                };
                let ends = |chosen: &Vec<u32>| (*chosen.iter().min().unwrap(), *chosen.iter().max().unwrap());
                all.iter().filter(holds).map(ends).collect()
            }
            Spot::Begins(word) => {
                let fit = fit(word);
                of(&|word| fit.contains(word)).into_iter().map(|at| (at, at)).collect()
            }
            Spot::Any(any) => any.iter().flat_map(|spot| spot.places(scan, fit)).collect(),
            Spot::Near(left, right, reach, ordered, not) => {
                let (left, right) = (left.places(scan, fit), right.places(scan, fit));
                let near = |a: &(u32, u32), b: &(u32, u32)| {
                    let (first, second) = if a.1 < b.0 { (a, b) } else { (b, a) };
                    let apart = first.1 < second.0 && (!ordered || first == a);
                    let within = |ends: &[u32]| !ends.iter().any(|end| (first.0..second.1).contains(end));
                    apart
                        && match reach {
                            Reach::Words(words) => second.0 - first.1 <= *words,
                            Reach::Sentence => within(&scan.sentences),
                            Reach::Paragraph => within(&scan.paragraphs),
                        }
                };
                match not {
                    true => left.iter().filter(|a| !right.iter().any(|b| near(a, b))).copied().collect(),
                    false => {
                        let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
                        pairs.filter(|(a, b)| near(a, b)).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1))).collect()
                    }
                }
            }
        }
    }
}

/// Random ones, of words that invented letters have.
pub fn spot() -> impl Strategy<Value = Spot> {
    let words = || {
        let words = vec![
            "lumbar",
            "pain",
            "physical therapy",
            "the patient",
            "visits",
            "spine",
            "injections",
            "not",
            "of",
            "and",
            "the",
            "in",
        ];
        prop::sample::select(words)
    };
    let loose = vec!["pain the", "the patient", "therapy physical", "and the of", "lumbar spine"];
    let leaf = prop_oneof![
        4 => words().prop_map(Spot::Row),
        1 => (prop::sample::select(loose), 0u32..6).prop_map(|(words, slop)| Spot::Loose(words, slop)),
        1 => prop::sample::select(vec!["inject", "therap", "funct", "zzz", "t"]).prop_map(Spot::Begins),
    ];
    let reach = prop_oneof![
        3 => (1u32..20).prop_map(Reach::Words),
        1 => Just(Reach::Sentence),
        1 => Just(Reach::Paragraph),
    ];
    leaf.prop_recursive(3, 8, 2, move |inner| {
        let not = prop::sample::select(vec![false, false, true]);
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 2..3).prop_map(Spot::Any),
            4 => (inner.clone(), inner, reach.clone(), any::<bool>(), not)
                .prop_map(|(a, b, reach, ordered, not)| Spot::Near(Box::new(a), Box::new(b), reach, ordered, not)),
        ]
    })
}
