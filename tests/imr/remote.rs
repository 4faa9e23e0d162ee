//! Publishing to an engine that others run: against a stub that does what such engines do, and against any real one.

mod bulk;
mod cluster;
mod contract;
mod doctor;
mod faults;
mod kill;
mod publish;
mod state;
mod stub;
mod tls;
mod wire;
