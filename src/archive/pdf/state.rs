//! The graphics state, as far as it places text.

/// A matrix as PDF writes it: `[a b c d e f]`.
pub(super) type Matrix = [f64; 6];

pub(super) const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `first`, then `second`.
pub(super) fn concat(first: &Matrix, second: &Matrix) -> Matrix {
    let [a, b, c, d, e, f] = *first;
    let [g, h, i, j, k, l] = *second;
    [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

/// The state that `q` saves and `Q` restores.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) ctm: Matrix,
    /// The font, by its number in the document; 0 is the one used where none is found.
    pub(super) font: usize,
    pub(super) size: f64,
    pub(super) char_space: f64,
    pub(super) word_space: f64,
    /// Horizontal scaling, 1 for 100%.
    pub(super) stretch: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
}

impl State {
    /// The state at the beginning of a page.
    pub(super) fn new(ctm: Matrix) -> Self {
        let (font, size, stretch) = (0, 1.0, 1.0);
        Self { ctm, font, size, stretch, char_space: 0.0, word_space: 0.0, leading: 0.0, rise: 0.0 }
    }

    /// The state after `cm` with this matrix.
    pub(super) fn moved(&self, matrix: &Matrix) -> Self {
        Self { ctm: concat(matrix, &self.ctm), ..*self }
    }
}
