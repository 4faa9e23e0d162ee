//! The one test binary: a module for each thing that is tested.

mod letter;
mod parse;
mod parse_gold;
mod parse_properties;
mod parse_record;
