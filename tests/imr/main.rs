//! The one test binary: a module for each thing that is tested.

mod corpus;
mod floors;
/// Invented letters, for every test that wants some.
#[path = "../../scripts/corpus/mod.rs"]
mod invented;
mod letter;
mod parse;
mod parse_gold;
mod parse_properties;
mod parse_record;
mod readme;
