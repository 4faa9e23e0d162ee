//! Scores on a fixed grid, so that their sums do not depend on the order of adding.
//!
//! A union or an intersection adds the scores of its parts in an order that depends on the segment. Sums of floating
//! point numbers differ with the order in the last digit, and so equal documents would come out in another order in an
//! index of other segments. Multiples of 1/1024 add exactly as long as the sum stays below 2^14, which no score
//! comes near.

use tantivy::Score;

const GRID: f32 = 1024.0;

/// The nearest score on the grid.
pub fn on_grid(score: Score) -> Score {
    (score * GRID).round() / GRID
}
