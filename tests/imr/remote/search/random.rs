//! Queries made of words that stand near each other in letters find the same there.

use std::sync::OnceLock;

use imr::afar::Afar;
use imr::remote::Flavor;
use imr::remote::dsl::{self, Able};
use imr::search::{self, Request, Sort};
use proptest::prelude::*;
use serde_json::Value;

use super::{Both, expr, ids};

/// Random queries of words that stand in the letters, as they stand there.
pub(super) struct Random<'a> {
    pub(super) texts: &'a [Vec<String>],
    pub(super) state: u64,
}

impl Random<'_> {
    fn below(&mut self, most: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % most.max(1)
    }

    /// Words of a text from a random place on.
    pub(super) fn words(&mut self, count: usize) -> Vec<String> {
        let text = &self.texts[self.below(self.texts.len())];
        let from = self.below(text.len());
        text[from..].iter().take(count).cloned().collect()
    }

    fn word(&mut self) -> String {
        self.words(1).remove(0)
    }

    fn leaf(&mut self) -> String {
        let field = ["", "", "rationale:", "issue:", "guideline:", "summary:"][self.below(6)];
        let near = |operator: &str, words: Vec<String>| match (words.first(), words.last()) {
            (Some(a), Some(b)) if a != b => format!("({a} {operator} {b})"),
            (Some(a), _) => a.clone(),
            _ => "lumbar".to_owned(),
        };
        let (count, steps) = (2 + self.below(7), 1 + self.below(8));
        match self.below(14) {
            0..3 => format!("{field}{}", self.word()),
            3..5 => {
                let count = 2 + self.below(2);
                format!("{field}\"{}\"", self.words(count).join(" "))
            }
            5 => format!("{field}{}", near(&format!("w/{steps}"), self.words(count))),
            6 => format!("{field}{}", near(&format!("pre/{steps}"), self.words(count))),
            7 => {
                let words = self.words(count);
                format!("{field}{}", near(&format!("w/{steps}"), words.into_iter().rev().collect()))
            }
            8 => format!("{field}{}", near(&format!("not w/{steps}"), self.words(count))),
            9 => {
                let words = self.words(6);
                match &words[..] {
                    [a, _, b, _, _, c] => format!("{field}(({a} w/{steps} {b}) w/{count} {c})"),
                    _ => self.word(),
                }
            }
            10 => format!("{field}{}*", self.word().chars().take(4).collect::<String>()),
            11 => format!("decided:2016-0{}..2018", 1 + self.below(9)),
            12 => ["upheld", "basis:mtus", "category:imaging", "sex:male", "state:texas", "drug:*"][self.below(6)]
                .to_owned(),
            _ => format!("age:{}..{}", 20 + self.below(30), 50 + self.below(30)),
        }
    }

    pub(super) fn query(&mut self, depth: usize) -> String {
        match if depth == 0 { 0 } else { self.below(5) } {
            1 => format!("({} AND {})", self.query(depth - 1), self.query(depth - 1)),
            2 => format!("({} OR {})", self.query(depth - 1), self.query(depth - 1)),
            3 => format!("({} NOT {})", self.query(depth - 1), self.query(depth - 1)),
            _ => self.leaf(),
        }
    }
}

/// The words of texts that are words of queries as they stand.
pub(super) fn texts_of(documents: &[Value]) -> Vec<Vec<String>> {
    let plain = |word: &&str| {
        word.len() > 1
            && word.bytes().all(|b| b.is_ascii_alphabetic())
            && !["and", "or", "not", "to", "near", "pre"].contains(&word.to_ascii_lowercase().as_str())
    };
    let words = |text: &Value| -> Vec<String> {
        let text = text.as_str().unwrap_or_default();
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(plain).map(str::to_lowercase).collect()
    };
    let names = ["rationale", "issue", "guideline", "summary"];
    let all = documents.iter().flat_map(|document| names.map(|name| words(&document[name])));
    all.filter(|words| words.len() > 2).collect()
}

fn texts() -> &'static [Vec<String>] {
    static TEXTS: OnceLock<Vec<Vec<String>>> = OnceLock::new();
    TEXTS.get_or_init(|| texts_of(&Both::get().texts))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn random_queries_find_the_same_there(seed in any::<u64>()) {
        let both = Both::get();
        let text = Random { texts: texts(), state: seed }.query(2);
        let expr = expr(&text);
        let request = Request { limit: 5000, sort: Sort::case(), ..Request::new(expr.clone()) };
        let here = search::search(&both.reader, &request).unwrap();
        for able in [Able::ALL, Able::of(Flavor::Rsearch)] {
            // What an engine cannot do it says before it is asked.
            if dsl::check(&expr, able).is_err() {
                continue;
            }
            let engine = both.engine(able);
            let there = Afar::new(&engine).search(&request).unwrap_or_else(|error| panic!("{text}: {error}"));
            prop_assert_eq!(here.total, there.total, "{}", &text);
            prop_assert_eq!(ids(&here), ids(&there), "{}", &text);
        }
    }
}
