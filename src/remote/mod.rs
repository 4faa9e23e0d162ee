//! An engine that others run: publishing the issues of letters to it, and asking it for them.
//!
//! What is spoken is the part of the Elasticsearch protocol that OpenSearch, Elasticsearch, Quickwit and rSearch have in
//! common. A document there is one issue, as it is here, and its words are made here ([`document`]), so that they mean the
//! same on every engine.

pub mod answer;
pub mod backoff;
pub mod bulk;
pub mod client;
pub mod count;
pub mod document;
pub mod dsl;
pub mod known;
pub mod mapping;
pub mod target;

pub use answer::{Ask, Asked};
pub use client::{Answer, Client, Failure, Options};
pub use document::{RemoteField, RemoteKind, fields, stored};
pub use target::{Credentials, Flavor, Target};
