//! Scores on a fixed grid, so that their sums do not depend on the order of adding.
//!
//! A union or an intersection adds the scores of its parts in an order that depends on the segment. Sums of floating
//! point numbers differ with the order in the last digit, and so equal documents would come out in another order in an
//! index of other segments. Multiples of 1/1024 add exactly as long as the sum stays below 2^14, which no score
//! comes near.

use tantivy::Score;

const GRID: f32 = 1024.0;

/// The nearest score on the grid.
#[inline]
pub fn on_grid(score: Score) -> Score {
    let scaled = score * GRID;
    // Halves go up, as `round` has them, which is a call on processors that are not known to do it: as 64 bits the sum is exact.
    let nearest = match (0.0..1e9).contains(&scaled) {
        true => (f64::from(scaled) + 0.5) as u32 as Score,
        false => scaled.round(),
    };
    nearest / GRID
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_what_rounding_gives() {
        let mut score: Score = 0.0;
        while score < 40.0 {
            for near in [score, score.next_up(), score.next_down()] {
                assert_eq!(on_grid(near), (near * GRID).round() / GRID, "{near}");
            }
            score += 0.5 / GRID;
        }
        assert_eq!(on_grid(3e7), 3e7);
    }
}
