//! The one test binary: a module for each thing that is tested.

mod letter;
mod pdf;
mod pdf_build;
mod pdf_hostile;
mod pdf_oracle;
