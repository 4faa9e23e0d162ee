//! The one test binary: a module for each thing that is tested.

mod letter;
