//! Figures that are computed of counts: intervals of shares, a test of independence, quantiles.

use std::collections::BTreeMap;

use statrs::function::gamma::checked_gamma_ur;

/// The quantile of the normal distribution between which 95 of 100 lie.
const Z: f64 = 1.959_963_984_540_054;

/// Days to the decision, each with how many letters took so many.
pub type Days = BTreeMap<i32, u64>;

/// The ends of a 95% interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The share of so many among so many; `None` of nothing.
pub fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

/// The 95% interval of a share after Wilson (1927), "Probable inference, the law of succession, and statistical
/// inference", J. Am. Stat. Assoc. 22: 209-212, without correction for continuity.
pub fn wilson(part: u64, all: u64) -> Option<Interval> {
    let share = share(part, all)?;
    let n = all as f64;
    let centre = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // Where all or none are of the part, rounding must not move the end off it.
    let low = if part == 0 { 0.0 } else { ((centre - half) / scale).max(0.0) };
    let high = if part == all { 1.0 } else { ((centre + half) / scale).min(1.0) };
    Some(Interval { low, high })
}

/// The difference of two shares, the second from the first, with its 95% interval after Newcombe (1998), "Interval
/// estimation for the difference between independent proportions", Stat. Med. 17: 873-890, method 10. Each share is
/// given as a part and the whole.
pub fn difference(one: (u64, u64), other: (u64, u64)) -> Option<(f64, Interval)> {
    let (a, b) = (share(one.0, one.1)?, share(other.0, other.1)?);
    let (of_a, of_b) = (wilson(one.0, one.1)?, wilson(other.0, other.1)?);
    let below = ((a - of_a.low).powi(2) + (of_b.high - b).powi(2)).sqrt();
    let above = ((of_a.high - a).powi(2) + (b - of_b.low).powi(2)).sqrt();
    Some((a - b, Interval { low: a - b - below, high: a - b + above }))
}

/// Pearson's test of the independence of the rows and columns of a table, without correction for continuity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees: u64,
    /// How probable a statistic as large is where rows and columns are independent.
    pub p: f64,
    /// Cramér's V: the strength of the association, from 0 to 1 (Cramér, "Mathematical Methods of Statistics", 1946,
    /// 21.9).
    pub cramers_v: f64,
    /// How many were counted.
    pub n: u64,
    /// The least count that independence lets expect in a cell. Below 5 the probability is rough (Cochran 1954,
    /// Biometrics 10: 417-451).
    pub least_expected: f64,
}

/// Tests a table of counts, row by row. `None` for a table of fewer than two rows or columns that are not empty.
pub fn independence(table: &[Vec<u64>]) -> Option<Test> {
    let columns = table.iter().map(Vec::len).max()?;
    let of_columns: Vec<u64> =
        (0..columns).map(|j| table.iter().map(|row| row.get(j).copied().unwrap_or(0)).sum()).collect();
    let of_rows: Vec<u64> = table.iter().map(|row| row.iter().sum()).collect();
    let filled = |sums: &[u64]| sums.iter().filter(|sum| **sum > 0).count();
    let (rows, columns) = (filled(&of_rows), filled(&of_columns));
    if rows < 2 || columns < 2 {
        return None;
    }
    let n: u64 = of_rows.iter().sum();
    let (mut chi_square, mut least_expected) = (0.0, f64::INFINITY);
    for (row, of_row) in table.iter().zip(&of_rows) {
        for (j, of_column) in of_columns.iter().enumerate() {
            let expected = *of_row as f64 * *of_column as f64 / n as f64;
            if expected > 0.0 {
                let observed = row.get(j).copied().unwrap_or(0) as f64;
                chi_square += (observed - expected).powi(2) / expected;
                least_expected = f64::min(least_expected, expected);
            }
        }
    }
    let degrees = ((rows - 1) * (columns - 1)) as u64;
    // The upper tail of the chi-square distribution is a regularized incomplete gamma function.
    let p =
        if chi_square > 0.0 { checked_gamma_ur(degrees as f64 / 2.0, chi_square / 2.0).unwrap_or(0.0) } else { 1.0 };
    let cramers_v = (chi_square / (n as f64 * (rows.min(columns) - 1) as f64)).sqrt();
    Some(Test { chi_square, degrees, p, cramers_v, n, least_expected })
}

/// How days are distributed over letters. Quantiles are days that letters took: the least by which at least that share of
/// the letters was decided (type 1 of Hyndman and Fan 1996, Am. Stat. 50: 361-365).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// How many letters.
    pub letters: u64,
    /// Their mean.
    pub mean: f64,
    /// The least.
    pub least: i32,
    /// Of 5 in 100.
    pub p5: i32,
    /// Of a quarter.
    pub q1: i32,
    /// Of half.
    pub median: i32,
    /// Of three quarters.
    pub q3: i32,
    /// Of 95 in 100.
    pub p95: i32,
    /// The most.
    pub most: i32,
}

impl Quantiles {
    /// The quantiles of some days; `None` of no letters.
    pub fn of(days: &Days) -> Option<Self> {
        let letters: u64 = days.values().sum();
        let sum: i64 = days.iter().map(|(days, letters)| i64::from(*days) * *letters as i64).sum();
        let (least, most) = (*days.keys().next()?, *days.keys().next_back()?);
        let at = |hundredths: u64| {
            let wanted = (letters * hundredths).div_ceil(100).max(1);
            let mut passed = 0;
            let found = days.iter().find(|(_, letters)| {
                passed += **letters;
                passed >= wanted
            });
            found.map_or(most, |(days, _)| *days)
        };
        let mean = sum as f64 / letters as f64;
        Some(Self { letters, mean, least, p5: at(5), q1: at(25), median: at(50), q3: at(75), p95: at(95), most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a table of values that other programs computed; see `tests/figures/make.py`.
    fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
        table.lines().map(|line| line.split('\t').collect())
    }

    fn number(cell: &str) -> f64 {
        cell.parse().unwrap()
    }

    #[track_caller]
    fn close(ours: f64, theirs: &str) {
        let theirs = number(theirs);
        assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{ours} is not {theirs}");
    }

    #[test]
    fn intervals_are_those_of_other_programs() {
        for row in rows(include_str!("../../../tests/figures/wilson.tsv")) {
            let Interval { low, high } = wilson(row[0].parse().unwrap(), row[1].parse().unwrap()).unwrap();
            close(low, row[2]);
            close(high, row[3]);
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn differences_are_those_of_other_programs() {
        for row in rows(include_str!("../../../tests/figures/difference.tsv")) {
            let counts: Vec<u64> = row[..4].iter().map(|cell| cell.parse().unwrap()).collect();
            let (share, ends) = difference((counts[0], counts[1]), (counts[2], counts[3])).unwrap();
            close(share, row[4]);
            close(ends.low, row[5]);
            close(ends.high, row[6]);
        }
        assert_eq!(difference((1, 2), (0, 0)), None);
    }

    #[test]
    fn tests_are_those_of_other_programs() {
        for row in rows(include_str!("../../../tests/figures/independence.tsv")) {
            let table: Vec<Vec<u64>> =
                row[0].split(';').map(|row| row.split(',').map(|n| n.parse().unwrap()).collect()).collect();
            let test = independence(&table).unwrap();
            close(test.chi_square, row[1]);
            assert_eq!(test.degrees, row[2].parse::<u64>().unwrap());
            assert!((test.p - number(row[3])).abs() <= 1e-7 * number(row[3]) + 1e-300, "{} is not {}", test.p, row[3]);
            close(test.cramers_v, row[4]);
            // Rows and columns of nothing change nothing.
            let mut wider: Vec<Vec<u64>> = table.iter().map(|row| [&[0], row.as_slice()].concat()).collect();
            wider.push(vec![0; 2]);
            assert_eq!(independence(&wider), Some(test));
        }
        assert!(independence(&[vec![1, 2]]).is_none() && independence(&[vec![1, 0], vec![2, 0]]).is_none());
        assert!(independence(&[]).is_none());
    }

    #[test]
    fn quantiles_are_days_that_letters_took() {
        let days = |days: &[i32]| {
            days.iter().fold(Days::new(), |mut all, day| {
                *all.entry(*day).or_default() += 1;
                all
            })
        };
        let one = Quantiles::of(&days(&[7])).unwrap();
        assert_eq!((one.least, one.p5, one.q1, one.median, one.q3, one.p95, one.most), (7, 7, 7, 7, 7, 7, 7));
        let hundred = Quantiles::of(&days(&(1..=100).collect::<Vec<_>>())).unwrap();
        assert_eq!((hundred.p5, hundred.q1, hundred.median, hundred.q3, hundred.p95), (5, 25, 50, 75, 95));
        assert_eq!((hundred.letters, hundred.mean, hundred.least, hundred.most), (100, 50.5, 1, 100));
        let four = Quantiles::of(&days(&[1, 1, 2, 9])).unwrap();
        assert_eq!((four.q1, four.median, four.q3, four.p95), (1, 1, 2, 9));
        assert_eq!(Quantiles::of(&Days::new()), None);
    }
}
