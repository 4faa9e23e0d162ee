//! Engines that others run.

mod dsl;
mod engine;
mod search;
mod stats;
