//! The one test binary: a module for each thing that is tested.

mod bad_input;
mod check;
mod citations;
mod classify;
mod container;
mod container_build;
mod containers;
mod corpus;
mod crash;
mod damage;
mod exact;
mod floors;
mod formats;
mod incremental;
mod info;
/// Invented letters, for every test that wants some.
#[path = "../../scripts/corpus/mod.rs"]
mod invented;
mod kill;
mod language;
mod letter;
mod paging;
mod parse;
mod parse_gold;
mod parse_mutations;
mod parse_properties;
mod parse_record;
mod pdf;
mod pdf_build;
mod pdf_hostile;
mod pdf_oracle;
mod queries;
mod query;
mod readme;
mod requests;
mod roots;
mod runs;
mod schema;
mod sets;
mod status;
mod summaries;
mod support;
mod terminal;
mod terms;
