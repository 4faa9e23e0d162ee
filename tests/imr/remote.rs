//! Engines that others run: publishing to them, against a stub that does what such engines do and against any real one, and
//! asking them, with the same answers as of an index here.

mod bulk;
mod cluster;
mod contract;
mod doctor;
mod dsl;
mod engine;
mod faults;
mod kill;
pub mod publish;
mod search;
mod state;
mod stats;
pub mod stub;
mod takedown;
mod tls;
mod wire;
