//! The one test binary: a module for each thing that is tested.

mod letter;
mod parse_gold;
mod parse_record;
