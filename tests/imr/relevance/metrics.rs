//! How good a ranking is, as trec_eval measures it, so that its numbers can be compared with ours.

use std::collections::BTreeMap;

/// The grades of documents; others have 0.
pub type Grades = BTreeMap<String, u32>;

/// A ranking: the names of documents, the best first.
pub type Ranking = [String];

/// How deep recall looks.
pub const DEEP: usize = 100;

/// The discounted cumulative gain of the first ten over that of the best ten (Järvelin and Kekäläinen, Cumulated
/// gain-based evaluation of IR techniques, 2002), with the grade as gain.
pub fn ndcg_at_10(ranking: &Ranking, grades: &Grades) -> f64 {
    let gain = |(place, grade): (usize, u32)| f64::from(grade) / (place as f64 + 2.0).log2();
    let found = ranking.iter().take(10).map(|name| grades.get(name).copied().unwrap_or(0));
    let mut best: Vec<u32> = grades.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let ideal: f64 = best.into_iter().take(10).enumerate().map(gain).sum();
    if ideal == 0.0 { 0.0 } else { found.enumerate().map(gain).sum::<f64>() / ideal }
}

/// The share of the documents of any grade above 0 that are among the first hundred.
pub fn recall(ranking: &Ranking, grades: &Grades) -> f64 {
    let found = ranking.iter().take(DEEP).filter(|name| grades.contains_key(*name)).count();
    if grades.is_empty() { 0.0 } else { found as f64 / grades.len() as f64 }
}

/// One over the place of the first document of a grade above 0.
pub fn reciprocal_rank(ranking: &Ranking, grades: &Grades) -> f64 {
    ranking.iter().position(|name| grades.contains_key(name)).map_or(0.0, |place| 1.0 / (place as f64 + 1.0))
}

#[test]
fn metrics_agree_with_what_is_worked_out_by_hand() {
    let grades = Grades::from([("a".to_owned(), 3), ("b".to_owned(), 1), ("c".to_owned(), 2)]);
    let ranking = ["x", "a", "b"].map(str::to_owned);
    // 3 / log2(3) + 1 / log2(4), over 3 / log2(2) + 2 / log2(3) + 1 / log2(4).
    let expected = (3.0 / 3f64.log2() + 0.5) / (3.0 + 2.0 / 3f64.log2() + 0.5);
    assert!((ndcg_at_10(&ranking, &grades) - expected).abs() < 1e-12);
    assert!((recall(&ranking, &grades) - 2.0 / 3.0).abs() < 1e-12);
    assert!((reciprocal_rank(&ranking, &grades) - 0.5).abs() < 1e-12);
    assert_eq!(ndcg_at_10(&["a", "c", "b"].map(str::to_owned), &grades), 1.0);
    assert_eq!(ndcg_at_10(&[], &grades), 0.0);
}
