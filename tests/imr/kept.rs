//! What words match is kept for the next query, which finds and counts the same as if nothing had been kept.

use std::sync::LazyLock;

use imr::index::Reader;
use imr::query::{self, Expr, with_synonyms};
use imr::search::{self, By, Dimension, Facet, Request, Sort, StatsRequest};
use proptest::prelude::*;

use crate::support::Folder;

struct Archive {
    _folder: Folder,
    /// What keeps nothing.
    plain: Reader,
    /// What keeps all, and what has room for a few lists only; each keeps them from query to query.
    keeping: [Reader; 2],
}

static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    let folder = Folder::new();
    folder.invent("letters", 1..=250);
    folder.invent("gone", 251..=300);
    folder.imr(&["index", "letters", "gone", "--threads", "2"]).succeeds();
    // Segments of several runs, with letters that are gone.
    std::fs::remove_dir_all(folder.path().join("gone")).unwrap();
    folder.invent("letters", 301..=400);
    folder.imr(&["index", "letters", "gone", "--prune"]).succeeds();
    let plain = Reader::open(&folder.path().join(".imr")).unwrap();
    let keeping = [1 << 24, 2048].map(|room| plain.clone().keeping(room));
    Archive { _folder: folder, plain, keeping }
});

/// What a query may be made of.
const PARTS: [&str; 16] = [
    "acupuncture",
    "MRI",
    "lumbar",
    "spine",
    "therapy",
    "\"physical therapy\"",
    "rationale:pain",
    "issue:lumbar",
    "summary:worker",
    "inject*",
    "overturned",
    "\"medical necessity\"~2",
    "pain w/10 therapy",
    "lumbar^3",
    "claims:guideline",
    "NSAID",
];

/// Filters, which have no scores.
const FILTERS: [&str; 5] = ["", "outcome:upheld", "decided:2015..2017", "sex:female", "NOT outcome:upheld"];

fn queries() -> impl Strategy<Value = String> {
    let part = prop::sample::select(&PARTS[..]).prop_map(str::to_owned);
    let node = part.prop_recursive(2, 4, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|any| format!("({})", any.join(" OR "))),
            (inner.clone(), inner).prop_map(|(one, other)| format!("({one} NOT {other})")),
        ]
    });
    (node, prop::sample::select(&FILTERS[..])).prop_map(|(node, filter)| format!("{node} {filter}"))
}

fn read(query: &str, has_synonyms: bool) -> Expr {
    let expr = query::parse(query).unwrap().expr;
    if has_synonyms { with_synonyms(&expr).expr } else { expr }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn what_was_kept_is_what_is_found(
        asked in prop::collection::vec((queries(), any::<bool>()), 1..4),
        by in prop::sample::select(vec![By::Issue, By::Letter, By::Rationale]),
        sort in prop::sample::select(vec!["score", "-decided"]),
        alone in any::<bool>(),
    ) {
        let facets = Facet::parse_all(&["outcome", "category:5", "year"]).unwrap();
        let dimensions = Dimension::parse_all(&["category_group", "outcome"]).unwrap();
        for (query, has_synonyms) in &asked {
            let expr = read(query, *has_synonyms);
            let sort = Sort::parse(sort).unwrap();
            let found = Request { by, sort, facets: facets.clone(), limit: 15, ..Request::new(expr.clone()) };
            // Without scores first: they are added when somebody asks for them.
            let counted = Request { limit: 0, ..found.clone() };
            let table = StatsRequest::new(expr, dimensions.clone());
            let plain = &ARCHIVE.plain;
            let expected = [search::search(plain, &counted).unwrap(), search::search(plain, &found).unwrap()];
            let expected_table = search::stats(plain, &table).unwrap();
            for reader in &ARCHIVE.keeping {
                let reader = reader.alone(alone);
                for _ in 0..3 {
                    for (request, expected) in [&counted, &found].into_iter().zip(&expected) {
                        prop_assert_eq!(&search::search(&reader, request).unwrap(), expected, "{}", query);
                    }
                    prop_assert_eq!(&search::stats(&reader, &table).unwrap(), &expected_table, "{}", query);
                }
            }
        }
    }
}
