//! An archive of invented letters whose facts are known: for tests, for benches, and for everybody without real letters.
//!
//! A letter is a function of a seed and its number, so that an archive of N letters is the beginning of every larger one.
//! Nothing here reads a letter: what [`Facts`] and [`Letter::to_record`] tell was known before the text was written.

#![allow(dead_code, unreachable_pub)]

mod date;
mod early;
mod facts;
mod grammar;
mod guideline;
mod issue;
mod letter;
mod pdf;
mod record;
mod rng;
mod scene;
mod tables;
mod text;

#[allow(unused_imports)]
pub use facts::Facts;
#[allow(unused_imports)]
pub use issue::MARKERS;
#[allow(unused_imports)]
pub use letter::{Layout, Letter};
#[allow(unused_imports)]
pub use rng::Rng;
#[allow(unused_imports)]
pub use text::Linearization;
