//! Queries in plain words of which not all must match: what `--any` makes of them.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{Expr, terms};

const SOURCE: &str = include_str!("../../schema/little-words.txt");

static LITTLE: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| SOURCE.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect());

static LITTLE_TERMS: LazyLock<HashSet<String>> = LazyLock::new(|| LITTLE.iter().flat_map(|word| terms(word)).collect());

/// Whether a word, lower case, tells nothing of what is looked for.
pub fn is_little(word: &str) -> bool {
    LITTLE.contains(word)
}

/// The same where at least half of the bare words must match instead of all; `None` where there are not several.
///
/// Whatever else was asked for must still match: outcomes, fields, what stands in quotation marks, and `NOT`. Little words
/// are left out, unless there are no others.
pub fn loosened(expr: &Expr) -> Option<Expr> {
    let Expr::And(all) = expr else { return None };
    let bare = |expr: &&Expr| matches!(expr, Expr::Words { field: None, .. } | Expr::Pattern { field: None, .. });
    let little = |expr: &&Expr| match expr {
        Expr::Words { terms, .. } => terms.iter().all(|term| LITTLE_TERMS.contains(term)),
        _ => false,
    };
    let words: Vec<Expr> = all.iter().filter(bare).filter(|word| !little(word)).cloned().collect();
    let bare_words = all.iter().filter(bare).count();
    if words.is_empty() || bare_words < 2 {
        return None;
    }
    let rest = all.iter().filter(|expr| !bare(expr)).cloned();
    Some(rest.fold(Expr::Most(words), Expr::and))
}

/// How many words must match of how many, where not all must.
pub fn some_of(expr: &Expr) -> Option<(usize, usize)> {
    match expr {
        Expr::Most(of) => Some((least(of.len()), of.len())),
        Expr::And(all) => all.iter().find_map(some_of),
        _ => None,
    }
}

/// How many of so many must match at least: half.
pub fn least(of: usize) -> usize {
    of.div_ceil(2)
}
